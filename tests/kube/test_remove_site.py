# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with Glance in pods is removed while clients ask all the time, and no image is lost.

The site dcn2 is only for these tests, so that no key of other tests goes. The tests build on each other, in this order.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.kube.clients import Clients
from ansible_collections.dcn.glance.tests.support.kube.cloud import PLANES, Cloud
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run

pytestmark = [pytest.mark.long, pytest.mark.flaky(reruns=0)]

NAMESPACE = "t-remove-site"
SITE, FIRST, SECOND = "dcn2", "central", "central-b"
EMPTY = "Empty the stores of the site"
#: Prints {name: [id, stores]} of the images of these tests, after importing or deleting some.
SCRIPT = """
import json, sys, time, openstack
glance = openstack.connect(cloud="dcn", image_endpoint_override=sys.argv[1]).image
def mine():
    found = glance.get("/images?limit=1000").json()["images"]
    return [item for item in found if item["name"].startswith("removal-")]
if sys.argv[2] == "delete":
    for image in mine():
        glance.delete(f"/images/{image['id']}")
for name, stores in json.loads(sys.argv[3]).items():
    kind = {"disk_format": "raw", "container_format": "bare"}
    image = glance.post("/images", json={"name": name, **kind}).json()["id"]
    raw = {"Content-Type": "application/octet-stream"}
    glance.put(f"/images/{image}/file", data=bytes(1 << 20), headers={**raw, "x-image-meta-store": stores[0]})
    for store in stores[1:]:
        method = {"method": {"name": "copy-image"}, "stores": [store]}
        glance.post(f"/images/{image}/import", json=method)
for _ in range(240):
    if not any(item.get("os_glance_import_task") or item.get("os_glance_importing_to_stores") for item in mine()):
        break
    time.sleep(0.5)
stores = lambda image: sorted(filter(None, image.get("stores", "").split(",")))
print(json.dumps({image["name"]: [image["id"], stores(image)] for image in mine()}))
"""


class Fleet(Cloud):
    """A control plane with dcn2, whose images are asked for at the API in the catalog."""

    def images(self, action: str = "show", **wanted: list[str]) -> dict[str, list]:
        service = f"glance-{self.endpoint}-internal"
        address = self.standin.core.read_namespaced_service(service, NAMESPACE).spec.cluster_ip
        names = json.dumps({f"removal-{name}": stores for name, stores in wanted.items()})
        url = f"http://{address}:9292"
        return dict(json.loads(self.lab.exec("central", "python3", "-c", SCRIPT, url, action, names)))

    def copies(self) -> dict[str, list[str]]:
        return {name: stores for name, (_id, stores) in self.images().items()}

    def remove(self, *words: str, **variables: object) -> Run:
        return self.play("remove_site", *words, remove_site_name=SITE, **variables)

    def cephx(self) -> set[tuple[str, str]]:
        """The Glance clients of the site and on its cluster, by site of the cluster."""
        found = {(site, name) for site, name in self.lab.cephx_keys() if name.startswith("client.glance.")}
        own = self.lab.exec(SITE, "ceph", "auth", "ls", "-f", "json")
        entities = {entry["entity"] for entry in json.loads(own)["auth_dump"]}
        return {(site, name) for site, name in found if name.endswith(SITE)} | {
            (SITE, name) for name in entities if name.startswith("client.glance.")
        }

    def stores(self) -> str:
        return str(self.template["glanceAPIs"][self.endpoint]["customServiceConfig"])

    def secrets(self) -> set[str]:
        return {item.metadata.name for item in self.standin.core.list_namespaced_secret(NAMESPACE).items}

    def pods(self) -> set[str]:
        return {item.metadata.name for item in self.standin.core.list_namespaced_pod(NAMESPACE).items}


def with_site(inventory: pathlib.Path) -> None:
    spokes = inventory / "spokes.yml"
    spokes.write_text(spokes.read_text().replace("    - dcn1\n", f"    - dcn1\n    - {SITE}\n"))


@pytest.fixture(scope="module")
def fleet(lab: Lab, kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    hosts = tmp_path_factory.mktemp("lab") / "inventories" / "lab"
    shutil.copytree(ROOT / "inventories" / "lab", hosts)
    with_site(hosts)
    lab.playbook("dcn.glance_lab.lab_up", inventory=hosts).ok()
    standin = StandIn(kubeconfig, NAMESPACE).open()
    try:
        standin.create(control_plane({"default": {"type": "split", "replicas": 0}}), PLANES)
        found = Fleet(lab, standin, tmp_path_factory.mktemp("remove-site"), (FIRST, SECOND))
        with_site(found.inventory)
        found.play("control_plane").ok()
        found.play("scale", glance_scale_apis={SITE: 1}).ok()
        yield found
        found.images("delete")
    finally:
        standin.close()
        lab.exec("central", "ceph", "auth", "rm", f"client.glance.{SITE}")
        subprocess.run(["podman", "rm", "-f", SITE], check=True, capture_output=True)


@contextlib.contextmanager
def asked(fleet: Fleet) -> Iterator[Clients]:
    """Clients of the API in the catalog, and of the Services of the API of the hub as long as the object has it.

    They keep the addresses of Services, so they start after an API of the same name was removed.
    """
    found = Clients(fleet.standin, fleet.lab, (fleet.endpoint,))
    with found:
        yield found
    found.assert_served()


def assert_removed(fleet: Fleet, endpoint: str) -> None:
    """Nothing in the control plane, in Secrets, in pods and on clusters is for the site alone."""
    assert (fleet.endpoint, fleet.hubs()) == (endpoint, [endpoint])
    assert SITE not in fleet.template["glanceAPIs"] and SITE not in json.dumps(fleet.template)
    assert not [name for name in fleet.secrets() if SITE in name]
    assert not [name for name in fleet.pods() if SITE in name]
    assert fleet.cephx() == {(SITE, f"client.glance.{SITE}")}


def test_an_image_that_is_nowhere_else_stops_the_run(fleet: Fleet) -> None:
    found = fleet.images("import", only=[SITE], shared=["central", SITE], hub=["central"])
    assert fleet.copies() == {
        "removal-only": [SITE],
        "removal-shared": ["central", SITE],
        "removal-hub": ["central"],
    }
    before = fleet.versions()
    for words in (["--check"], []):
        refused = fleet.remove(*words)
        assert refused.rc != 0 and refused.changed() == set()
        said = refused.result(EMPTY, "central")["msg"]
        assert f"Image removal-only ({found['removal-only'][0]})" in said and "it has no other" in said
    limited = fleet.remove("--limit", "central")
    assert limited.rc != 0 and "Run without --limit" in limited.failures()
    assert fleet.versions() == before


def test_a_site_is_removed(fleet: Fleet) -> None:
    found = fleet.images()
    others = fleet.template["glanceAPIs"]["dcn0"]
    foreseen = fleet.remove("--check", "--diff", remove_site_copy_to="central").ok()
    assert SITE in fleet.template["glanceAPIs"] and fleet.copies()["removal-only"] == [SITE]
    with asked(fleet) as clients:
        removed = fleet.remove(remove_site_copy_to="central").ok()
        assert clients.stores(SECOND) == {"central", "dcn0", "dcn1"}
    assert removed.changed() == foreseen.changed()
    assert removed.result(EMPTY, "central")["report"] == foreseen.result(EMPTY, "central")["report"]
    assert_removed(fleet, SECOND)
    assert fleet.template["glanceAPIs"]["dcn0"] == others
    assert fleet.copies() == dict.fromkeys(("removal-only", "removal-shared", "removal-hub"), ["central"])
    assert {name: each[0] for name, each in fleet.images().items()} == {name: each[0] for name, each in found.items()}
    assert fleet.lab.exec(SITE, "rbd", "ls", "images") == ""


def test_a_second_run_changes_nothing(fleet: Fleet) -> None:
    time.sleep(2)  # the stand-in's counts come late
    before = fleet.versions()
    with asked(fleet):
        assert fleet.remove(remove_site_copy_to="central").ok().changed() == set()
    assert fleet.versions() == before
    assert fleet.cephx() == {(SITE, f"client.glance.{SITE}")}


def removed_in_pieces(fleet: Fleet) -> None:
    gone = {"remove_site_name": SITE, "remove_site_copy_to": "central"}
    fleet.kill_when(
        "remove_site", "the API of the site is gone", lambda: SITE not in fleet.template["glanceAPIs"], **gone
    )
    assert f"{SITE}:rbd" in fleet.stores(), "the hub can still delete copies"
    fleet.kill_when("remove_site", "the new API exists", lambda: SECOND in fleet.hubs(), **gone)
    fleet.kill_when("remove_site", "the catalog moved", lambda: fleet.endpoint == SECOND, **gone)
    assert f"client.glance.{SITE}" in {name for _site, name in fleet.cephx()}, "the old API still uses its store"
    fleet.remove(remove_site_copy_to="central").ok()


def test_it_comes_back_and_a_killed_removal_is_continued(fleet: Fleet) -> None:
    fleet.play("add_store").ok()
    fleet.images("import", back=["central", SITE])
    with asked(fleet) as clients:
        assert fleet.endpoint == FIRST and clients.stores(FIRST) == {"central", "dcn0", "dcn1", SITE}
        removed_in_pieces(fleet)
    assert_removed(fleet, SECOND)
    assert fleet.copies()["removal-back"] == ["central"]


def test_a_site_that_does_not_exist_any_more(fleet: Fleet) -> None:
    fleet.play("add_store").ok()
    fleet.images("import", lost=[SITE], held=["central", SITE])
    alive = fleet.remove(remove_site_dark=True)
    assert alive.rc != 0 and "Glance reaches the cluster of store dcn2" in alive.result(EMPTY, "central")["msg"]
    subprocess.run(["podman", "stop", "--time", "0", SITE], check=True, capture_output=True)
    foreseen = fleet.remove("--check", remove_site_dark=True).ok()
    with asked(fleet):
        removed = fleet.remove(remove_site_dark=True).ok()
    assert removed.changed() == foreseen.changed()
    assert "removal-lost" in str(removed.result(EMPTY, "central")["report"])
    assert (fleet.endpoint, fleet.hubs()) == (SECOND, [SECOND])
    assert SITE not in json.dumps(fleet.template)
    copies = fleet.copies()
    assert copies["removal-held"] == ["central"] and "removal-lost" not in copies
    assert ("central", f"client.glance.{SITE}") not in fleet.lab.cephx_keys()
    assert fleet.remove(remove_site_dark=True).ok().changed() == set()
