# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook verify: proof on live services, honest when something is wrong, and nothing left behind."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify import apis, guest, qcow2
from ansible_collections.dcn.glance.tests.support.lab.ceph import Step, run

CLONE = "Clone the image as Nova does for an instance"
ADMIN = {"cloud": "dcn", "endpoint": "http://glance.central:9292"}
MEMBER = {**ADMIN, "cloud": "dcn-member"}
# Creates images as a killed run leaves them: tagged, staged on one worker, and created long ago. Prints their ids.
LEAVE = """
import json, sys, openstack
session, found = openstack.connect(cloud='dcn').session, {}
for name, tags in json.loads(sys.argv[1]).items():
    new = {'name': name, 'tags': tags, 'disk_format': 'raw', 'container_format': 'bare'}
    found[name] = session.post('http://central2:9292/v2/images', json=new).json()['id']
    headers = {'Content-Type': 'application/octet-stream'}
    session.put(f'http://central2:9292/v2/images/{found[name]}/stage', data=bytes(512), headers=headers)
print(json.dumps(found))
"""
LONG_AGO = "UPDATE glance.images SET created_at = '2020-01-01 00:00:00' WHERE id = '{}'"


def _leave(lab, images: dict[str, list[str]]) -> dict[str, str]:
    found = json.loads(lab.exec("central", "python3", "-c", LEAVE, json.dumps(images)).splitlines()[-1])
    for image in found.values():
        lab.exec("central", "mariadb", "-e", LONG_AGO.format(image))
    return found


def _staged(lab, image: str) -> bool:
    return image in lab.exec("central2", "ls", "/var/lib/glance/os_glance_staging_store")


def _leftovers(lab) -> dict[str, str]:
    found = {}
    for site in lab.sites:
        for pool in ("images", "vms", "volumes"):
            names = lab.exec(site, "rbd", "ls", pool).split()
            if names:
                found[f"{site}/{pool}"] = names
    return found


def test_verify_proves_every_site_and_leaves_nothing(lab):
    before = _leftovers(lab)
    left = _leave(lab, {"dcn-verify-20200101000000": ["dcn-verify"], "dcn-verify-mine": [], "mine": ["dcn-verify"]})
    try:
        done = lab.playbook("verify").ok()
        ours = left.pop("dcn-verify-20200101000000")
        notes = done.result("Show what killed runs had left", "localhost")["msg"]
        assert [note for note in notes if ours in note] == notes
        assert not _staged(lab, ours)
        assert all(_staged(lab, image) for image in left.values()), "images that only look like ours stay"
    finally:
        for image in left.values():
            run(Step("central", "glance_image_import", {**ADMIN, "images": [{"name": image, "state": "absent"}]}))
    _check_proof(lab, done)
    assert _leftovers(lab) == before


def _check_proof(lab, run) -> None:
    table = run.result("Show the result of each site", "localhost")["msg"]
    rows = {line.split()[0]: line for line in table.splitlines()[2:]}
    assert set(rows) == set(lab.sites)
    assert all("yes, protected" in row for row in rows.values())
    probed = run.result("Ask every API and worker", "central")
    assert {api["name"] for api in probed["apis"] if api["ok"]} == {"endpoint", *lab.glance_hosts}
    imports = {(item["staged_by"], item["imported_by"]): item for item in probed["imports"]}
    assert set(imports) == {("central", "central2"), ("central2", "central")}
    for item in imports.values():
        assert (item["disk_format"], item["size"], item["converted"]) == ("raw", qcow2.VIRTUAL_SIZE, True)
        assert set(item["stores"]) == set(lab.sites)
    copies = run.result("Copy an image to each site as an ordinary user", "central")["sites"]
    assert [(item["site"], item["allowed"], item["ok"]) for item in copies] == [
        ("dcn0", True, True),
        ("dcn1", True, True),
    ]
    for site in ("dcn0", "dcn1"):
        (asked,) = run.result("Ask the Glance API that nova.conf names", site)["endpoints"]
        assert (asked["url"], asked["ok"]) == (f"http://{site}:9292", True)
    (boot,) = run.result("Boot an instance at each spoke", "central")["sites"][:1]
    if not boot["skipped"]:  # the lab has Nova
        assert re.search(r"yes, \d+ s, volume \d+ s", rows["dcn0"])
        assert boot["console"] == [guest.STARTED, guest.WROTE]
        assert boot["copied"], "Nova had the image copied from the hub"
        asked = run.result("Ask the Glance API that nova.conf names", "dcn0")["endpoints"][0]
        assert (asked["status"], "dcn0" in asked["stores"]) == ("active", True), "with an account of Nova"
        assert len(run.result("Delete what was booted", "central")["removed"]) == 5
    for site in ("dcn0", "dcn1"):
        (clone,) = run.result(CLONE, site)["clones"]
        assert clone["parent"]["pool"] == "images"
        assert clone["parent"]["image"] == run.result("Import the test image", "central")["images"][0]["id"]


@pytest.mark.long
def test_verify_names_the_site_that_cannot_clone(lab):
    lab.exec("dcn1", "ceph", "auth", "caps", "client.nova.dcn1", "mon", "profile rbd", "osd", "profile rbd pool=vms")
    try:
        run = lab.playbook("verify", "-e", "verify_boot=never")
    finally:
        lab.playbook("site").ok()
    assert run.rc != 0
    verdict = run.result("Fail if a step failed", "localhost")["msg"]
    assert "dcn1: clone at edge:" in verdict
    assert "dcn0" not in verdict
    assert _leftovers(lab) == {}


def test_with_a_limit_one_site_is_tested_through_the_hub(lab):
    done = lab.playbook("verify", "--limit", "dcn1", "-e", "verify_boot=never").ok()
    assert set(done.stats) <= {"dcn1", "localhost"}
    table = done.result("Show the result of each site", "dcn1")["msg"]
    (row,) = table.splitlines()[2:]
    assert row.startswith("dcn1 ")
    assert "yes, protected" in row
    (image,) = done.result("Import the test image", "dcn1")["images"]
    assert image["stores"] == ["central"]
    assert {api["name"] for api in done.result("Ask every API and worker", "dcn1")["apis"]} == {"endpoint", "dcn1"}
    assert not any(image["id"] in lab.exec(site, "rbd", "ls", "images") for site in lab.sites)


def test_faults_of_workers_policies_and_compute_hosts_are_named(lab):
    dead = {"site": "central", "name": "dead", "url": "http://central:9", "store": "central"}
    wrong = {"site": "dcn1", "name": "dcn1", "url": "http://dcn1:9292", "store": "dcn0"}
    conf = lab.exec("dcn0", "sh", "-c", "cat /etc/nova/nova.conf /etc/nova/nova.conf.d/*.conf 2>/dev/null", check=False)
    (imported,) = run(Step("central", "glance_image_import", {**ADMIN, "images": [TEST_IMAGE]}))
    image = imported["images"][0]["id"]
    site = {"site": "dcn1", "store": "dcn1", "url": "http://dcn1:9292"}
    probed, refused, admin, nova, _gone = run(
        Step("central", "glance_api_probe", {**ADMIN, "image": image, "apis": [dead, wrong]}),
        Step(
            "central", "glance_copy_probe", {**MEMBER, "store": "central", "sites": [{**site, "expected": "refused"}]}
        ),
        Step("central", "glance_copy_probe", {**ADMIN, "store": "central", "sites": [site]}),
        Step("dcn0", "nova_glance_probe", {"endpoint": "http://glance.central:9292", "image": image}),
        Step("central", "glance_image_import", {**ADMIN, "images": [{"name": image, "state": "absent"}]}),
    )
    assert "the worker dead at http://central:9: Glance at http://central:9 could not be reached" in probed["msg"]
    assert f"the worker dcn1 at http://dcn1:9292: The image {image} is not in the store dcn0" in probed["msg"]
    assert refused["msg"].startswith("dcn1: Glance at http://dcn1:9292 permits an ordinary user to copy images")
    assert "has the role admin" in admin["sites"][0]["skipped"]
    assert "nova.conf names http://dcn0:9292, not http://glance.central:9292" in nova["msg"]
    secrets = re.findall(r"^password *= *(\S+)", conf, re.M)
    assert not any(secret in json.dumps(nova) for secret in secrets)


TEST_IMAGE = {
    "name": "test-verify",
    "disk_format": "raw",
    "src": "/etc/hostname",
    "tags": [apis.TAG],
    "stores": ["central"],
}


@pytest.mark.long
def test_with_a_limit_a_client_that_cannot_be_reached_is_named(lab, tmp_path):
    inventory = tmp_path / "lab"
    shutil.copytree(pathlib.Path(__file__).resolve().parents[2] / "inventories" / "lab", inventory)
    hub = inventory / "hub.yml"
    hub.write_text(hub.read_text().replace("    central:\n", "    central: {ansible_host: no-such-container}\n", 1))
    done = lab.playbook("verify", "--limit", "dcn1", inventory=inventory)
    assert done.rc != 0
    verdict = done.result("Fail if a step failed", "dcn1")["msg"]
    assert verdict.splitlines()[0].startswith("The host of group dcn_openstack_client, which asks the APIs")
    assert len(verdict.splitlines()) == 1, "what follows from it is not listed"


@pytest.mark.long
def test_what_a_real_kill_leaves_is_deleted_later(lab):
    listing = "SELECT id FROM glance.images WHERE deleted = 0 AND name LIKE 'dcn-verify-%'"
    root = pathlib.Path(__file__).resolve().parents[2]
    with lab.killed_playbook("verify", inventory=root / "inventories" / "lab") as require_running:
        while not (left := lab.exec("central", "mariadb", "-N", "-e", listing).split()):
            require_running()
            time.sleep(1)
    time.sleep(5)  # a module on a host ends later than the playbook
    for image in left:
        lab.exec("central", "mariadb", "-e", LONG_AGO.format(image))
    (swept,) = run(Step("central", "glance_api_probe", ADMIN))
    assert all(any(image in text for text in swept["removed"]) for image in left)
    assert lab.exec("central", "mariadb", "-N", "-e", listing).split() == []


def test_verify_in_check_mode_makes_nothing(lab):
    assert lab.playbook("verify", "--check").ok().changed() == set()
    assert _leftovers(lab) == {}
