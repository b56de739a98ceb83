# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot an instance at a site as a user does: from an image that only the hub has, and from a volume."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._verify import guest
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_cloud import IMAGES, SERVERS, VOLUMES, BootCloud
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_plan import (
    BootOptions,
    BootSite,
    is_ours,
    resource_name,
)

_BUILT = ("ACTIVE",)
_GIB = 1


def unbooted(site: BootSite, skipped: str) -> dict[str, Any]:
    """The result of a site where nothing was tried yet, or ever, for the reason ``skipped``."""
    return {
        "site": site.name,
        "zone": site.zone,
        "skipped": skipped,
        "ok": None,
        "failed_step": "",
        "error": "",
        "image": "",
        "copied": False,
        "instance": "",
        "volume_instance": "",
        "volumes": [],
        "console": [],
        "seconds": {},
    }


class SiteBoot:
    """The test of one site. ``result`` says how far it came; what it has created stays for an inspection."""

    def __init__(self, cloud: BootCloud, site: BootSite, options: BootOptions, clock: Clock) -> None:
        self._cloud, self._site, self._options, self._clock = cloud, site, options, clock
        self._name = resource_name(options.run, site.name)
        self.result = {**unbooted(site, ""), "ok": False}

    def run(self) -> dict[str, Any]:
        """All steps up to the first that fails."""
        steps: list[tuple[str, Callable[[], None]]] = [("image", self._place), ("boot", self._boot)]
        steps += [("console", self._console), ("copy", self._copied)]
        if self._options.volumes:
            steps += [("volume", self._create_volumes), ("volume boot", self._use_volumes)]
        for name, step in steps:
            begun = self._clock.now()
            try:
                step()
            except DcnError as error:
                self.result.update(failed_step=name, error=str(error))
                return self.result
            finally:
                self.result["seconds"][name] = round(self._clock.now() - begun, 1)
        self.result["ok"] = True
        return self.result

    def _place(self) -> None:
        """Import the disk of the guest into the hub's store only."""
        glance = self._cloud.glance
        # A virtio disk: what a real image has, and what the firmware of the guest can write to.
        attributes = {"name": self._name, "disk_format": "raw", "container_format": "bare", "hw_disk_bus": "virtio"}
        image = glance.create(attributes)
        self.result["image"] = image.id
        with tempfile.NamedTemporaryFile() as file:
            file.write(guest.boot_disk())
            file.flush()
            glance.stage(image, file.name)
        glance.start_import(image, {"method": {"name": "glance-direct"}, "stores": [self._options.hub_store]})

        def read() -> tuple[Any, str, str]:
            found = glance.image(image.id)
            if found is None:
                return None, "deleted", "another program has deleted it"
            lost = f"the import to {', '.join(found.failed)} failed" if found.failed else ""
            return found, "ACTIVE" if found.status == "active" and not found.lock else found.status, lost

        self._wait(f"the image {image.id}", read)

    def _boot(self) -> None:
        self.result["instance"] = self._create_server({"image_id": self.result["image"]})
        self._wait_server(self.result["instance"])

    def _create_server(self, source: dict[str, Any]) -> str:
        cloud, options = self._cloud, self._options
        server = cloud.create_server(
            {
                "name": self._name,
                "flavor_id": cloud.flavor(options.flavor),
                "networks": cloud.network(options.network),
                "availability_zone": self._site.zone,
                **source,
            }
        )
        return str(server.id)

    def _wait_server(self, server_id: str) -> None:
        def read() -> tuple[Any, str, str]:
            server = self._cloud.server(server_id)
            if server is None:
                return None, "deleted", "another program has deleted it"
            fault = (server.fault or {}).get("message") if server.status == "ERROR" else ""
            state = server.status if not server.task_state else f"{server.status} ({server.task_state})"
            return server, state, str(fault or ("Nova gives no reason" if server.status == "ERROR" else ""))

        self._wait(f"the instance {server_id}", read)

    def _console(self) -> None:
        self.result["console"] = self._console_lines(self.result["instance"])

    def _console_lines(self, server_id: str) -> list[str]:
        """What the guest says: that it runs, and that it could write to its disk."""
        end = self._clock.now() + min(self._options.timeout, 60)
        while True:
            text = self._cloud.console(server_id)
            if guest.REFUSED in text:
                raise DcnError(f"The guest of the instance {server_id} runs, but cannot write to its disk.")
            if guest.STARTED in text and guest.WROTE in text:
                return [guest.STARTED, guest.WROTE]
            if self._clock.now() > end:
                said = " ".join(text.split())[-200:] or "nothing"
                raise DcnError(f"The instance {server_id} is active, but its guest did not start. Its console: {said}.")
            self._clock.sleep(self._options.interval)

    def _copied(self) -> None:
        """Whether Nova had Glance copy the image to the store of the site."""
        image = self._cloud.glance.image(self.result["image"])
        self.result["copied"] = bool(image and self._site.store in image.stores)
        if not self.result["copied"]:
            raise DcnError(
                f"The instance {self.result['instance']} booted, but its image was not copied to the store "
                f"{self._site.store}: its disk is a full copy over the network. Set images_rbd_glance_store_name in "
                "nova.conf of the site; the role nova_compute does."
            )

    def _create_volumes(self) -> None:
        """Two volumes from the image: one to attach, one to boot from."""
        attributes = {"name": self._name, "size": _GIB, "image_id": self.result["image"]}
        for _number in range(2):
            volume = self._cloud.create_volume({**attributes, "availability_zone": self._site.zone})
            self.result["volumes"].append(str(volume.id))
        for volume_id in self.result["volumes"]:
            self._wait_volume(volume_id, "available")

    def _wait_volume(self, volume_id: str, wanted: str) -> None:
        begun = self._clock.now()

        def read() -> tuple[Any, str, str]:
            volume = self._cloud.volume(volume_id)
            if volume is None:
                return None, "deleted", "another program has deleted it"
            if "error" in volume.status:
                return volume, volume.status, "see cinder-volume.log of the site"
            # A volume that cannot be attached becomes available again.
            back = wanted == "in-use" and volume.status == "available" and self._clock.now() - begun > 5
            state = "ACTIVE" if volume.status == wanted else volume.status
            return volume, state, "Nova could not attach it" if back else ""

        self._wait(f"the volume {volume_id}", read)

    def _use_volumes(self) -> None:
        attached, booted = self.result["volumes"]
        device = {"boot_index": 0, "uuid": booted, "source_type": "volume", "destination_type": "volume"}
        server = self._create_server({"block_device_mapping": [{**device, "delete_on_termination": False}]})
        self.result["volume_instance"] = server
        self._cloud.attach(self.result["instance"], attached)
        self._wait_volume(attached, "in-use")
        self._wait_server(server)
        self._console_lines(server)

    def _wait(self, what: str, read: Callable[[], tuple[Any, str, str]]) -> None:
        """Poll until the state is ACTIVE. ``read`` returns the resource, its state, and why it will not get there."""
        end = self._clock.now() + self._options.timeout
        while True:
            _found, state, lost = read()
            if state in _BUILT:
                return
            if lost:
                raise DcnError(f"{what[:1].upper()}{what[1:]} has the state {state}: {lost.rstrip('.')}.")
            if self._clock.now() > end:
                seconds = f"{self._options.timeout:g}"
                raise DcnError(f"{what[:1].upper()}{what[1:]} still has the state {state} after {seconds} seconds.")
            self._clock.sleep(self._options.interval)


def boot_sites(
    connect: Callable[[], BootCloud], sites: Sequence[BootSite], options: BootOptions, clock: Clock, at_once: int
) -> list[dict[str, Any]]:
    """Test the sites side by side; each has its own connection."""
    with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
        return list(pool.map(lambda site: SiteBoot(connect(), site, options, clock).run(), sites))


def remove_ours(
    cloud: BootCloud, run: str, age: float, timeout: float, clock: Clock, dry: bool = False
) -> tuple[list[str], list[str]]:
    """Remove what this run, or one that began ``age`` seconds ago, has created. Returns what, and what is left and why.

    Instances first, because they hold volumes; then volumes, which are clones of images; then images.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    removed, left = [], []
    for kind in (SERVERS, VOLUMES, IMAGES):
        found = [item for item in cloud.listed(kind) if is_ours(item[1], run, now, age)]
        if dry:
            removed += [_label(kind, item) for item in found]
            continue
        waiting = []
        for item in found:
            try:
                cloud.remove(kind, item[0])
                waiting.append(item)
            except DcnError as error:
                left.append(f"{_label(kind, item)}: {error}")
        gone, stuck = _wait_gone(cloud, kind, waiting, timeout, clock)
        removed += [_label(kind, item) for item in gone]
        left += [f"{_label(kind, item)}: it still exists after {timeout:g} seconds" for item in stuck]
    return removed, left


def _label(kind: str, item: tuple[str, str]) -> str:
    return f"{kind} {item[1]} ({item[0]})"


def _wait_gone(
    cloud: BootCloud, kind: str, items: Sequence[tuple[str, str]], timeout: float, clock: Clock
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    end, waiting = clock.now() + timeout, list(items)
    while waiting:
        waiting = [item for item in waiting if cloud.exists(kind, item[0])]
        if not waiting or clock.now() > end:
            break
        clock.sleep(1.0)
    return [item for item in items if item not in waiting], waiting
