# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site is added and removed: other sites do not notice, the hub is as before, and no image is lost by mistake."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess

import pytest

from ansible_collections.dcn.glance.tests.support.lab.frozen import frozen_cluster
from ansible_collections.dcn.glance.tests.support.wait import until

pytestmark = pytest.mark.long

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADD = ("add_site", "-e", "add_site_name=dcn2")
REMOVE = ("remove_site", "-e", "remove_site_name=dcn2")
COPY = ("-e", "remove_site_copy_to=central")
DARK = ("-e", "remove_site_dark=true")
EMPTY = "Empty the stores of the site"
IMAGES = {"sites-only": ["dcn2"], "sites-shared": ["central", "dcn2"], "sites-hub": ["central", "dcn0"]}
# Starts to copy an image to a store, through an API.
COPY_IMAGE = """
import sys, openstack
glance = openstack.connect(cloud="dcn").image
glance.post(f"/images/{sys.argv[1]}/import", json={"method": {"name": "copy-image"}, "stores": [sys.argv[2]]})
"""
# Prints {name: [id, status, stores]} of the images whose names start with sites-, after importing or deleting them.
SCRIPT = """
import json, sys, time, openstack
glance = openstack.connect(cloud="dcn").image
def mine():
    return [item for item in glance.get("/images?limit=1000").json()["images"] if item["name"].startswith("sites-")]
if sys.argv[1] == "delete":
    for image in mine():
        glance.delete(f"/images/{image['id']}")
for name, stores in json.loads(sys.argv[2]).items():
    image = glance.post("/images", json={"name": name, "disk_format": "raw", "container_format": "bare"}).json()["id"]
    glance.put(f"/images/{image}/stage", data=bytes(1 << 20), headers={"Content-Type": "application/octet-stream"})
    glance.post(f"/images/{image}/import", json={"method": {"name": "glance-direct"}, "stores": stores})
for _ in range(240):
    if not any(item.get("os_glance_import_task") or item["status"] == "importing" for item in mine()):
        break
    time.sleep(0.5)
stores = lambda image: sorted(filter(None, image.get("stores", "").split(",")))
print(json.dumps({image["name"]: [image["id"], image["status"], stores(image)] for image in mine()}))
"""


def images(lab, action: str = "show", **wanted: list[str]) -> dict:
    names = {f"sites-{name}": stores for name, stores in wanted.items()}
    return json.loads(lab.exec("central", "python3", "-c", SCRIPT, action, json.dumps(names)))


def contents(lab, host: str) -> dict[str, str]:
    places = ("/etc/ceph", "/etc/glance", "/etc/nova", "/etc/cinder")
    listed = lab.exec(host, "find", *places, "-type", "f", "-not", "-name", ".*.previous", check=False).split()
    assert "/etc/glance/glance-api.conf" in listed
    return {path: lab.exec(host, "cat", path) for path in listed}


def clients(lab, host: str) -> set[str]:
    dump = json.loads(lab.exec(host, "ceph", "auth", "ls", "-f", "json"))["auth_dump"]
    return {entity["entity"] for entity in dump}


def objects(lab) -> dict[str, set[str]]:
    """The RBD images of Glance on the clusters that stay."""
    return {site: set(lab.exec(site, "rbd", "ls", "images").split()) for site in ("central", "dcn0", "dcn1")}


def unit(lab) -> tuple[str, str]:
    """Whether Glance of the site runs, and whether it starts at boot."""
    return tuple(
        lab.exec("dcn2", "systemctl", verb, "glance-api", check=False).strip() for verb in ("is-active", "is-enabled")
    )


def audited(lab, *args: str, **options: pathlib.Path) -> list[str]:
    """What an audit finds, without mere notes."""
    report = lab.playbook("audit", *args, **options).ok().result("Judge what was read", "localhost")
    found = report["ansible_facts"]["audit_report"]["findings"]
    return [f"{item['kind']} {item['site']}: {item['why']}" for item in found if item["severity"] != "info"]


def traces(lab) -> tuple:
    """All that another site could change at the hub and at the other spokes."""
    return {host: contents(lab, host) for host in lab.glance_hosts}, clients(lab, "central")


@pytest.fixture(scope="module")
def fleet(lab, tmp_path_factory):
    """The lab's inventory with dcn2, which is up and not configured yet, and the traces from before."""
    inventory = tmp_path_factory.mktemp("sites") / "inventories" / "lab"
    shutil.copytree(ROOT / "inventories" / "lab", inventory)
    spokes = inventory / "spokes.yml"
    spokes.write_text(spokes.read_text().replace("    - dcn1\n", "    - dcn1\n    - dcn2\n"))
    before = traces(lab)
    lab.playbook("dcn.glance_lab.lab_up", inventory=inventory).ok()
    yield inventory, before
    images(lab, "delete")
    lab.playbook("site", "-e", "glance_api_purge=managed").ok()
    subprocess.run(["podman", "rm", "-f", "dcn2"], check=True, capture_output=True)


def test_a_site_comes_and_goes(lab, fleet):
    inventory, before = fleet
    pids = lab.main_pids()
    foreseen = lab.playbook(*ADD, "--check", "--diff", inventory=inventory).ok().changed()
    added = lab.playbook(*ADD, inventory=inventory).ok()
    assert foreseen <= added.changed()
    assert {host for host, _task in added.changed()} <= {"central", "central2", "dcn2", "localhost"}
    assert {host: pid for host, pid in lab.main_pids().items() if host in ("dcn0", "dcn1")} == {
        host: pids[host] for host in ("dcn0", "dcn1")
    }

    found = images(lab, "import", only=["dcn2"], shared=["central", "dcn2"], hub=["central", "dcn0"])
    assert {name: stores for name, (_id, _status, stores) in found.items()} == IMAGES
    for check in (["--check"], []):
        refused = lab.playbook(*REMOVE, *check, inventory=inventory)
        assert refused.rc != 0 and refused.changed() == set()
        text = (
            f"Image sites-only ({found['sites-only'][0]}), 1048576 bytes: not removed from store dcn2: it has no other"
        )
        assert text in refused.result(EMPTY, "central")["msg"]

    clone = (f"images/{found['sites-shared'][0]}@snap", "vms/sites-clone")
    lab.exec("dcn2", "rbd", "clone", *clone)
    used = lab.playbook(*REMOVE, *COPY, inventory=inventory)
    lab.exec("dcn2", "rbd", "rm", clone[1])
    assert used.rc != 0 and used.changed() == set()
    assert "clones of it at dcn2 (1)" in used.result(EMPTY, "central")["msg"]
    alive = lab.playbook(*REMOVE, *DARK, inventory=inventory)
    assert alive.rc != 0 and "Glance reaches the cluster of store dcn2" in alive.result(EMPTY, "central")["msg"]

    # A copy to the site is not finished.
    with frozen_cluster(lab, "dcn2", "ceph-osd"):
        lab.exec("central", "python3", "-c", COPY_IMAGE, found["sites-hub"][0], "dcn2")
        busy = lab.playbook(*REMOVE, *COPY, inventory=inventory)
        assert busy.rc != 0 and busy.changed() == set()
        assert f"Image sites-hub ({found['sites-hub'][0]})" in busy.result(EMPTY, "central")["msg"]
    until("the copy is finished", lambda: "dcn2" in images(lab)["sites-hub"][2], every=1, seconds=120)

    stored = objects(lab)
    foreseen = lab.playbook(*REMOVE, *COPY, "--check", "--diff", inventory=inventory).ok()
    removed = lab.playbook(*REMOVE, *COPY, inventory=inventory).ok()
    assert removed.changed() == foreseen.changed()
    assert removed.result(EMPTY, "central")["report"] == foreseen.result(EMPTY, "central")["report"]
    assert {host for host, _task in removed.changed()} == {"central", "central2", "dcn2"}
    assert traces(lab) == before
    assert objects(lab) == {**stored, "central": stored["central"] | {found["sites-only"][0]}}
    assert lab.exec("dcn2", "rbd", "ls", "images") == ""
    assert {name: stores for name, (_id, _status, stores) in images(lab).items()} == {
        "sites-only": ["central"],
        "sites-shared": ["central"],
        "sites-hub": ["central", "dcn0"],
    }
    assert "client.glance.central" not in clients(lab, "dcn2")
    assert "client.nova.dcn2" in clients(lab, "dcn2")
    assert unit(lab) == ("inactive", "disabled")
    assert [path for path in contents(lab, "dcn2") if path.startswith("/etc/ceph/central")] == []
    assert lab.playbook(*REMOVE, inventory=inventory).ok().changed() == set()
    assert audited(lab) == []


def test_the_playbook_site_brings_a_removed_site_back(lab, fleet):
    inventory, _before = fleet
    held = {name: state[2] for name, state in images(lab).items()}
    foreseen = lab.playbook("site", "--check", "--diff", inventory=inventory).ok().changed()
    assert lab.playbook("site", inventory=inventory).ok().changed() == foreseen
    assert unit(lab) == ("active", "enabled")
    assert {name: state[2] for name, state in images(lab).items()} == held
    assert lab.playbook("site", inventory=inventory).ok().changed() == set()
    assert audited(lab, inventory=inventory) == []


def test_a_site_that_does_not_exist_any_more(lab, fleet):
    inventory, before = fleet
    lab.playbook(*ADD, inventory=inventory).ok()
    images(lab, "delete")
    found = images(lab, "import", only=["dcn2"], shared=["central", "dcn2"], hub=["central", "dcn0"])
    subprocess.run(["podman", "stop", "dcn2"], check=True, capture_output=True)

    refused = lab.playbook(*REMOVE, *COPY, inventory=inventory)
    assert refused.rc != 0 and refused.changed() == set()
    assert "Glance cannot reach" in refused.result(EMPTY, "central")["msg"]

    foreseen = lab.playbook(*REMOVE, *DARK, "--check", inventory=inventory).ok()
    lost = f"  sites-only ({found['sites-only'][0]}), 1048576 bytes"
    report = foreseen.result(EMPTY, "central")["report"]
    assert report[report.index(lost) - 1].startswith("1 image without other copies, which are LOST with store dcn2")
    removed = lab.playbook(*REMOVE, *DARK, inventory=inventory).ok()
    assert removed.changed() == foreseen.changed()
    assert {host for host, _task in removed.changed()} == {"central", "central2"}
    assert traces(lab) == before
    assert {name: tuple(state) for name, (_id, *state) in images(lab).items()} == {
        "sites-shared": ("active", ["central"]),
        "sites-hub": ("active", ["central", "dcn0"]),
    }
    assert lab.playbook(*REMOVE, *DARK, inventory=inventory).ok().changed() == set()
