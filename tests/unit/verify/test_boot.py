# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a test boot, and the removal of what it creates, against clouds in memory. tests/lab has a real one."""

from __future__ import annotations

from types import SimpleNamespace as Resource
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._verify import boot, guest
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_plan import BootOptions, BootSite

SITE = BootSite("dcn0", "az0", "dcn0")
OPTIONS = BootOptions("dcn-verify-boot-20260131120000", "central", "tiny", "", True, timeout=60, interval=1)
NAME = "dcn-verify-boot-20260131120000-dcn0"


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Glance:
    """Images, of which ``copies`` says whether Nova has them copied."""

    def __init__(self) -> None:
        self.images_: dict[str, Any] = {}
        self.staged = b""
        self.request: dict[str, Any] = {}
        self.copies = True

    def create(self, attributes: dict[str, Any]) -> Any:
        image = Resource(id=f"i{len(self.images_)}", name=attributes["name"], status="queued", lock="", failed=())
        image.stores = ()
        self.images_[image.id] = image
        return image

    def stage(self, _image: Any, path: str) -> None:
        with open(path, "rb") as stream:
            self.staged = stream.read()

    def start_import(self, image: Any, request: dict[str, Any]) -> None:
        self.request = request
        image.status, image.stores = "active", tuple(request["stores"])

    def image(self, image_id: str) -> Any:
        return self.images_.get(image_id)

    def images(self) -> list[Any]:
        return list(self.images_.values())

    def delete(self, image: Any) -> None:
        del self.images_[image.id]


class Cloud:
    """Servers and volumes that reach their state at once; ``faults`` are the states of resources that do not."""

    def __init__(self, **faults: Any) -> None:
        self.glance = Glance()
        self.faults = faults
        self.servers: dict[str, Any] = {}
        self.volumes: dict[str, Any] = {}
        self.log: list[str] = []

    def flavor(self, name: str) -> str:
        return f"id-{name}"

    def network(self, name: str) -> Any:
        return name or "none"

    def create_server(self, attributes: dict[str, Any]) -> Any:
        server = Resource(id=f"s{len(self.servers)}", task_state="", fault=None, **attributes)
        server.status = self.faults.get("server", "ACTIVE")
        if server.status == "ERROR":
            server.fault = {"message": "No valid host was found."}
        self.servers[server.id] = server
        if self.glance.copies:
            for image in self.glance.images():
                image.stores = ("central", "dcn0")
        return server

    def server(self, server_id: str) -> Any:
        return self.servers.get(server_id)

    def console(self, _server_id: str) -> str:
        return self.faults.get("console", f"SeaBIOS\n{guest.STARTED}\n{guest.WROTE}\n")

    def create_volume(self, attributes: dict[str, Any]) -> Any:
        volume = Resource(id=f"v{len(self.volumes)}", status=self.faults.get("volume", "available"), **attributes)
        self.volumes[volume.id] = volume
        return volume

    def volume(self, volume_id: str) -> Any:
        return self.volumes.get(volume_id)

    def attach(self, _server_id: str, volume_id: str) -> None:
        self.volumes[volume_id].status = self.faults.get("attached", "in-use")

    def listed(self, kind: str) -> list[tuple[str, str]]:
        found = {"instance": self.servers, "volume": self.volumes, "image": self.glance.images_}[kind]
        return [(item.id, item.name) for item in found.values()]

    def remove(self, kind: str, resource_id: str) -> None:
        if resource_id in self.faults.get("refused", ()):
            raise DcnError("It is not possible to delete it: no.")
        self.log.append(resource_id)
        if resource_id not in self.faults.get("stuck", ()):
            {"instance": self.servers, "volume": self.volumes, "image": self.glance.images_}[kind].pop(resource_id)

    def exists(self, kind: str, resource_id: str) -> bool:
        return resource_id in {"instance": self.servers, "volume": self.volumes, "image": self.glance.images_}[kind]


def run(cloud: Cloud, options: BootOptions = OPTIONS) -> dict[str, Any]:
    return boot.SiteBoot(cloud, SITE, options, Clock()).run()  # type: ignore[arg-type]


def test_a_boot_goes_through_all_steps() -> None:
    cloud = Cloud()
    result = run(cloud)
    assert (result["ok"], result["error"]) == (True, "")
    assert list(result["seconds"]) == ["image", "boot", "console", "copy", "volume", "volume boot"]
    assert cloud.glance.staged == guest.boot_disk()
    assert cloud.glance.request["stores"] == ["central"], "only the hub: the site's copy is Nova's business"
    first, second = list(cloud.servers.values())
    assert (first.image_id, first.availability_zone, first.networks) == ("i0", "az0", "none")
    assert second.block_device_mapping[0]["uuid"] == result["volumes"][1]
    assert [volume.availability_zone for volume in cloud.volumes.values()] == ["az0", "az0"]
    assert {item.name for item in (*cloud.servers.values(), *cloud.volumes.values())} == {NAME}


def test_without_volumes_the_boot_is_all() -> None:
    cloud = Cloud()
    options = BootOptions(OPTIONS.run, "central", "tiny", "net", False, timeout=60, interval=1)
    assert run(cloud, options)["ok"]
    assert (len(cloud.servers), len(cloud.volumes)) == (1, 0)
    assert cloud.servers["s0"].networks == "net"


FAULTS = [
    ({"server": "ERROR"}, "boot", "The instance s0 has the state ERROR: No valid host was found."),
    ({"server": "BUILD"}, "boot", "The instance s0 still has the state BUILD after 60 seconds."),
    ({"console": "SeaBIOS\n"}, "console", "its guest did not start. Its console: SeaBIOS."),
    ({"console": guest.STARTED + "\n" + guest.REFUSED}, "console", "cannot write to its disk"),
    ({"volume": "error"}, "volume", "The volume v0 has the state error: see cinder-volume.log of the site."),
    ({"attached": "available"}, "volume boot", "The volume v0 has the state available: Nova could not attach it."),
]


@pytest.mark.parametrize(("faults", "step", "text"), FAULTS, ids=[text for _faults, _step, text in FAULTS])
def test_the_first_step_that_fails_is_named(faults: dict[str, Any], step: str, text: str) -> None:
    result = run(Cloud(**faults))
    assert (result["ok"], result["failed_step"]) == (False, step)
    assert text in result["error"]


def test_a_boot_without_a_copy_is_a_failure() -> None:
    cloud = Cloud()
    cloud.glance.copies = False
    result = run(cloud)
    assert result["failed_step"] == "copy"
    assert "its disk is a full copy over the network" in result["error"]


def remove(cloud: Cloud, name: str = OPTIONS.run, **options: Any) -> tuple[list[str], list[str]]:
    return boot.remove_ours(cloud, name, 7200, 5, Clock(), **options)  # type: ignore[arg-type]


def test_instances_are_removed_before_volumes_and_images() -> None:
    cloud = Cloud()
    run(cloud)
    cloud.servers["web"] = Resource(id="web", name="web")
    assert len(remove(cloud, dry=True)[0]) == 5
    assert cloud.log == []
    removed, left = remove(cloud)
    assert cloud.log == ["s0", "s1", "v0", "v1", "i0"]
    assert (len(removed), left, list(cloud.servers)) == (5, [], ["web"])
    assert remove(cloud) == ([], [])


def test_a_later_run_removes_what_a_killed_run_has_left() -> None:
    cloud = Cloud()
    run(cloud)
    assert len(remove(cloud, "dcn-verify-boot-29990101000000")[0]) == 5


def test_what_cannot_be_removed_is_reported() -> None:
    cloud = Cloud(stuck=["s0"], refused=["v0"])
    run(cloud)
    removed, left = remove(cloud)
    assert removed == [f"instance {NAME} (s1)", f"volume {NAME} (v1)", f"image {NAME} (i0)"]
    assert left == [
        f"instance {NAME} (s0): it still exists after 5 seconds",
        f"volume {NAME} (v0): It is not possible to delete it: no.",
    ]
