# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that ask Glance, run by Ansible on the hub of the lab, against its Keystone, Glance and Ceph clusters."""

from __future__ import annotations

import json
import uuid

import pytest

from ansible_collections.dcn.glance.tests.support.lab.frozen import frozen_cluster
from ansible_collections.dcn.glance.tests.support.lab.modules import run_modules

MIB = 1024 * 1024
SITES = ("central", "dcn0", "dcn1")
ENDPOINTS = {"central": "http://glance.central:9292", "dcn0": "http://dcn0:9292", "dcn1": "http://dcn1:9292"}


@pytest.fixture
def call(tmp_path):
    """Run modules as the tasks of one play on the hub; returns their results in order."""

    def run(*tasks, site="central", check=False, **variables):
        results = run_modules(tmp_path, ENDPOINTS[site], *tasks, check=check, **variables)
        return results[0] if len(tasks) == 1 else results

    return run


@pytest.fixture
def good(call):
    """The same, and every task must have worked."""

    def run(*tasks, **options):
        results = call(*tasks, **options)
        for result in results if isinstance(results, list) else [results]:
            assert not result.get("failed"), result.get("msg")
        return results

    return run


@pytest.fixture
def name(lab, call):
    """A name for one image; whatever is left of it is removed."""
    chosen = f"test-{uuid.uuid4().hex[:8]}"
    yield chosen
    result = call(("glance_image_import", {"images": [{"name": chosen, "state": "absent"}], "allow_orphans": True}))
    assert not result.get("failed"), result.get("msg")


@pytest.fixture(scope="module")
def source(lab):
    """A qcow2 file and its raw content on the hub: 8 MiB with data in the first."""
    directory = "/var/tmp/test-glance-modules"
    lab.exec(
        "central",
        "sh",
        "-c",
        f"mkdir -p {directory} && head -c {MIB} /dev/urandom > {directory}/raw && truncate -s 8M {directory}/raw",
    )
    lab.exec("central", "qemu-img", "convert", "-O", "qcow2", f"{directory}/raw", f"{directory}/qcow2")
    yield directory
    lab.exec("central", "rm", "-rf", directory)


def rbd(lab, site: str, image_id: str) -> dict | None:
    """What the cluster of a site holds of an image."""
    text = lab.exec(site, "rbd", "info", f"images/{image_id}", "--format", "json", check=False)
    return json.loads(text) if text.strip() else None


def snapshots(lab, site: str, image_id: str) -> list[tuple[str, str]]:
    found = json.loads(lab.exec(site, "rbd", "snap", "ls", f"images/{image_id}", "--format", "json"))
    return [(item["name"], item["protected"]) for item in found]


def an_import(name: str, source: str, *stores: str, **changes) -> tuple[str, dict]:
    image = {"name": name, "src": f"{source}/qcow2", "disk_format": "qcow2", "stores": list(stores), **changes}
    return "glance_image_import", {"images": [image], "interval": 1}


def a_placement(name: str, *stores: str, **options) -> tuple[str, dict]:
    return "glance_image_placement", {"images": [{"image": name, "stores": list(stores)}], "interval": 1, **options}


@pytest.mark.parametrize("site", SITES)
def test_the_stores_of_every_site_are_as_the_topology_says(lab, good, site):
    expected = "{{ dcn_topology | dcn.glance.expected_stores('" + site + "') }}"
    result = good(("glance_store_info", {"expected": expected, "fail_on_problems": True}), site=site)
    assert result["problems"] == []
    assert result["default_store"] == site
    fsids = {item["id"]: item["fsid"] for item in result["stores"]}
    assert set(fsids) == (set(SITES) if site == "central" else {site, "central"})
    assert fsids == {store: lab.exec(store, "ceph", "fsid").strip() for store in fsids}
    assert all(item["reachable"] and item["type"] == "rbd" and item["pool"] == "images" for item in result["stores"])


def test_wrong_expectations_are_named(lab, call):
    expected = [
        {"id": "central", "default": False, "pool": "other", "fsid": "0"},
        {"id": "dcn0", "type": "file", "default": True},
        {"id": "dcn7", "site": "dcn7"},
    ]
    result = call(("glance_store_info", {"expected": expected, "fail_on_problems": True}))
    assert result["failed"]
    assert sorted((item["store"], item["severity"]) for item in result["problems"]) == [
        *([("central", "error")] * 3),
        ("dcn0", "error"),
        ("dcn1", "info"),
        ("dcn7", "error"),
    ]
    for text in (
        "Its pool is images, but should be other.",
        "should be dcn0.",
        "does not have this store of site dcn7",
    ):
        assert text in result["msg"]


def test_import_in_check_mode_for_real_and_again(lab, good, name, source):
    wanted = an_import(name, source, "central", "dcn0", properties={"hw_disk_bus": "virtio"}, min_disk=1)
    predicted = good(wanted, check=True)
    assert good(("glance_image_info", {"images": [name]}))["missing"] == [name]
    done, again, info = good(wanted, wanted, ("glance_image_info", {"images": [name], "tasks": True}))
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["diff"] == done["diff"]
    (image,) = done["images"]
    assert (image["stores"], image["disk_format"], image["size"]) == (["central", "dcn0"], "raw", 8 * MIB)
    (seen,) = info["images"]
    assert (seen["state"], seen["stores"], seen["properties"]["hw_disk_bus"]) == (
        "active",
        ["central", "dcn0"],
        "virtio",
    )
    assert seen["tasks"][0]["status"] == "success"
    assert seen["locations"] == [
        f"rbd://{lab.exec(site, 'ceph', 'fsid').strip()}/images/{image['id']}/snap" for site in ("central", "dcn0")
    ]
    for site in ("central", "dcn0"):
        assert rbd(lab, site, image["id"])["size"] == 8 * MIB
        assert snapshots(lab, site, image["id"]) == [("snap", "true")]
    assert rbd(lab, "dcn1", image["id"]) is None


def test_metadata_is_changed_and_missing_stores_are_reported(lab, good, name, source):
    first = an_import(name, source, "central", properties={"a": "1", "b": "2"})
    second = an_import(name, source, "central", "dcn1", properties={"a": "3", "b": None}, min_ram=64)
    _first, changed, again = good(first, second, second)
    assert (changed["changed"], again["changed"]) == (True, False)
    assert changed["images"][0]["missing_stores"] == ["dcn1"]
    state = {"status": "active", "stores": ["central"], "min_ram": 64, "properties": {"a": "3"}}
    assert changed["diff"]["after"][name] == state
    assert again["diff"]["before"] == again["diff"]["after"]


def test_a_qcow2_file_that_is_declared_raw_is_refused(lab, call, good, name, source):
    result = call(an_import(name, source, "central", disk_format="raw"))
    assert f"images[0] ({name}).src: {source}/qcow2 is a qcow2 file, but disk_format is raw" in result["msg"]
    assert good(("glance_image_info", {"images": [name]}))["missing"] == [name]


def test_a_file_that_was_cut_off_is_refused(lab, call, good, name, source):
    lab.exec("central", "sh", "-c", f"head -c 400000 {source}/qcow2 > {source}/cut")
    result = call(an_import(name, source, "central", src=f"{source}/cut"))
    assert f"images[0] ({name}).src: {source}/cut is incomplete: it has 400000 bytes" in result["msg"]
    assert good(("glance_image_info", {"images": [name]}))["missing"] == [name]


def test_a_download_that_is_not_allowed_leaves_nothing(lab, call, good, name):
    image = {"name": name, "uri": "http://central:9/none", "disk_format": "raw"}
    result = call(("glance_image_import", {"images": [image]}))
    assert "does not pass filtering" in result["msg"]
    assert "The image that this run created was deleted." in result["msg"]
    assert good(("glance_image_info", {"images": [name]}))["missing"] == [name]


def test_placement_in_check_mode_for_real_and_again(lab, good, name, source):
    (image,) = good(an_import(name, source, "central"))["images"]
    wanted = a_placement(name, "all")
    predicted = good(wanted, check=True)
    assert rbd(lab, "dcn0", image["id"]) is None
    done, again = good(wanted, a_placement(image["id"], "dcn1", "dcn0", "dcn1"))
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["diff"] == done["diff"]
    (placement,) = done["placements"]
    assert sorted(placement["copied"]) == ["dcn0", "dcn1"]
    assert done["bytes_copied"] == predicted["bytes_copied"] == 2 * 8 * MIB
    assert all(item["seconds"] > 0 for item in placement["stores"] if item["action"] == "copied")
    for site in SITES:
        assert snapshots(lab, site, image["id"]) == [("snap", "true")]


def test_placement_waits_for_an_import_that_still_runs(lab, good, name, source):
    module, options = an_import(name, source, "central")
    _first, placed = good((module, {**options, "wait": False}), a_placement(name, "central", "dcn1"))
    assert placed["placements"][0]["after"] == ["central", "dcn1"]


def test_purge_removes_what_is_not_listed(lab, good, name, source):
    (image,) = good(an_import(name, source, "central", "dcn0", "dcn1"))["images"]
    wanted = a_placement(name, "central", "dcn0", purge=True)
    predicted = good(wanted, check=True)
    assert rbd(lab, "dcn1", image["id"])
    done, again = good(wanted, wanted)
    assert (predicted["diff"], done["placements"][0]["removed"]) == (done["diff"], ["dcn1"])
    assert again["changed"] is False
    assert [site for site in SITES if rbd(lab, site, image["id"])] == ["central", "dcn0"]


def test_purge_and_delete_explain_clones(lab, call, good, name, source):
    (image,) = good(an_import(name, source, "central", "dcn0"))["images"]
    clone = f"vms/{name}"
    lab.exec("dcn0", "rbd", "clone", f"images/{image['id']}@snap", clone)
    try:
        purged, deleted, info = call(
            a_placement(name, "central", purge=True),
            ("glance_image_import", {"images": [{"name": name, "state": "absent"}]}),
            ("glance_image_info", {"images": [name]}),
        )
    finally:
        lab.exec("dcn0", "rbd", "rm", clone)
    assert purged["placements"][0]["failed"] == ["dcn0"]
    assert "not removed from store dcn0" in purged["msg"]
    assert "Clones (instances or volumes) depend on it" in purged["msg"]
    assert "that are its clones depend on it; remove or flatten them first" in deleted["msg"]
    # Glance removes one copy after the other, and the hub's came first.
    assert "Before that, Glance removed the copies in central" in deleted["msg"]
    assert (deleted["changed"], deleted["images"][0]["stores"]) == (True, ["dcn0"])
    assert info["images"][0]["stores"] == ["dcn0"]


def test_all_input_problems_at_once(lab, call):
    wrong = {"a": ["dcn0", "dcn9"], "b": [], "c": ["os_glance_staging_store"]}
    images = [{"image": name, "stores": stores} for name, stores in wrong.items()]
    result = call(("glance_image_placement", {"images": images}))
    assert len(result["problems"]) == 3
    assert "no store 'dcn9'; it has central, dcn0, dcn1" in result["msg"]


def test_a_site_imports_into_its_own_store_and_the_hub_copies_from_there(lab, good, name, source):
    image = {"name": name, "src": f"{source}/raw", "disk_format": "raw"}
    (made,) = good(("glance_image_import", {"images": [image], "interval": 1}), site="dcn0")["images"]
    assert made["stores"] == ["dcn0"]
    (placed,) = good(a_placement(name, "central", "dcn1"))["placements"]
    assert set(placed["after"]) == set(SITES)


# The last of the long ones: a lone OSD that was frozen may keep placement groups that never become active.
@pytest.mark.long(last=True)
def test_a_cluster_that_does_not_answer(lab, call, good, name, source):
    """Stopped processes are the worst case: connections hang until the clients' own time limit."""
    (image,) = good(an_import(name, source, "central", "dcn1"))["images"]
    second = f"{name}-b"
    with frozen_cluster(lab, "dcn1"):
        stores, purged, deleted, imported, cleaned = call(
            ("glance_store_info", {}),
            a_placement(name, "central", purge=True),
            ("glance_image_import", {"images": [{"name": name, "state": "absent"}]}),
            an_import(second, source, "central", "dcn1"),
            ("glance_image_import", {"images": [{"name": second, "state": "absent"}]}),
        )
    assert [(item["store"], item["severity"]) for item in stores["problems"]] == [("dcn1", "error")]
    assert [item["id"] for item in stores["stores"] if not item["reachable"]] == ["dcn1"]
    assert "not removed from store dcn1: Glance cannot reach its cluster (fsid is null)" in purged["msg"]
    assert "cannot reach the cluster of dcn1 (fsid is null)" in deleted["msg"]
    assert [imported["images"][0][key] for key in ("stores", "failed_stores")] == [["central"], ["dcn1"]]
    assert not cleaned.get("failed"), cleaned.get("msg")
    assert rbd(lab, "dcn1", image["id"])
