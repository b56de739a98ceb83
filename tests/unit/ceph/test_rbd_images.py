# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images are described, and clones are probed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd_images
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageInfo, ImageRef
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_images import CloneProbe, probe_clones, read_images
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FSID, FakeRbd

SNAP = ImageRef("images", "i1", "snap")
FAULT = CephError("timed_out", "the OSDs did not answer in time")


def cluster(**changes: Any) -> FakeRbd:
    rbd = FakeRbd(writable=("images", "vms"))
    rbd.add("images", "i1", b"bytes")
    rbd.snapshot(SNAP)
    rbd.protect(SNAP)
    rbd.add("images", "bare")
    for name, value in {"writable": ("vms",), "readable": ("images",), **changes}.items():
        setattr(rbd, name, value)
    return rbd


def test_images_are_described() -> None:
    rbd = cluster()
    rbd.add("vms", "disk", b"bytes", SNAP)
    steps: list[str] = []
    found = read_images(lambda: rbd, "images", ["i1", "bare", "gone"], steps.append)
    assert found == {
        "fsid": FSID,
        "images": [
            {
                "name": "i1",
                "exists": True,
                "size": 5,
                "used": None,
                "snapshots": [{"name": "snap", "protected": True, "children": [{"pool": "vms", "image": "disk"}]}],
                "parent": None,
            },
            {"name": "bare", "exists": True, "size": 4, "used": None, "snapshots": [], "parent": None},
            {"name": "gone", "exists": False, "size": None, "used": None, "snapshots": [], "parent": None},
        ],
    }
    assert steps == ["connect", "read images/i1", "read images/bare", "read images/gone"]
    assert rbd.closed
    disk = read_images(lambda: rbd, "vms", ["disk"], steps.append)["images"][0]
    assert disk["parent"] == {"pool": "images", "image": "i1", "snapshot": "snap"}


def test_usage_is_measured_on_request() -> None:
    rbd = cluster()
    rbd.add("vms", "disk", b"bytes", SNAP)
    found = {
        item["name"]: item["used"]
        for pool, names in (("images", ["i1", "gone"]), ("vms", ["disk"]))
        for item in read_images(lambda: rbd, pool, names, list[str]().append, usage=True)["images"]
    }
    assert found == {"i1": 5, "gone": None, "disk": 0}


def probes(*images: str, pool: str = "vms") -> list[CloneProbe]:
    return [CloneProbe(ImageRef("images", image, "snap"), ImageRef(pool, f"dcn-clone-{image}")) for image in images]


def clone(rbd: FakeRbd, *images: str, pool: str = "vms", writes: bool = True) -> list[dict[str, Any]]:
    result = probe_clones(lambda: rbd, probes(*images, pool=pool), list[str]().append, writes)
    assert result["fsid"] == FSID
    assert rbd.closed
    return [{**item, "seconds": 0} for item in result["clones"]]


def test_each_image_is_cloned_read_and_removed() -> None:
    rbd = cluster()
    before = set(rbd.images)
    good, bare, gone = clone(rbd, "i1", "bare", "gone")
    assert good == {
        "image": "i1",
        "ok": True,
        "status": "ok",
        "error": None,
        "parent": {"pool": "images", "image": "i1", "snapshot": "snap"},
        "leftover": None,
        "seconds": 0,
    }
    assert (bare["ok"], bare["status"], bare["parent"]) == (False, "not_found", None)
    assert (gone["ok"], gone["status"]) == (False, "not_found")
    assert set(rbd.images) == before


def test_a_client_without_permission_to_clone() -> None:
    assert clone(cluster(writable=()), "i1")[0]["status"] == "not_permitted"
    assert clone(cluster(readable=()), "i1")[0]["status"] == "not_permitted"
    assert clone(cluster(), "i1", pool="nope")[0]["status"] == "pool_missing"


def test_a_full_copy_is_not_accepted_as_a_clone() -> None:
    class Copying(FakeRbd):
        def clone(self, parent: ImageRef, child: ImageRef) -> None:
            self.add(child.pool, child.image, b"bytes")

    rbd = Copying(images=cluster().images, writable=("images", "vms"))
    result = clone(rbd, "i1")[0]
    assert (result["ok"], result["leftover"]) == (False, None)
    assert "has no parent, so it is a full copy" in result["error"]
    assert ("vms", "dcn-clone-i1") not in rbd.images


def test_a_clone_with_other_data() -> None:
    class Corrupt(FakeRbd):
        def clone(self, parent: ImageRef, child: ImageRef) -> None:
            self.add(child.pool, child.image, b"other", parent)

    rbd = Corrupt(images=cluster().images, writable=("images", "vms"))
    assert "has other data than its parent" in clone(rbd, "i1")[0]["error"]
    assert ("vms", "dcn-clone-i1") not in rbd.images


def test_a_clone_is_removed_after_any_failure() -> None:
    class Failing(FakeRbd):
        def info(self, ref: ImageRef) -> ImageInfo | None:
            raise FAULT

    rbd = Failing(images=cluster().images, writable=("images", "vms"))
    assert clone(rbd, "i1")[0]["status"] == "timed_out"
    assert ("vms", "dcn-clone-i1") not in rbd.images


def test_a_leftover_clone_is_reported() -> None:
    result = clone(cluster(faults={"remove": FAULT}), "i1")[0]
    assert (result["ok"], result["leftover"]) == (False, "vms/dcn-clone-i1")


def test_check_mode_only_reads() -> None:
    rbd = cluster(faults={"clone": FAULT})
    good, gone = clone(rbd, "i1", "gone", writes=False)
    assert (good["ok"], good["status"], good["parent"]) == (True, "readable", None)
    assert (gone["ok"], gone["status"]) == (False, "not_found")


def test_missing_files_are_skipped_in_check_mode_only() -> None:
    def connect() -> FakeRbd:
        raise CephError("conf_missing", "no conf")

    skipped = probe_clones(connect, probes("i1"), list[str]().append, False)
    assert skipped["fsid"] is None
    assert (skipped["clones"][0]["ok"], skipped["clones"][0]["status"]) == (None, "skipped")
    with pytest.raises(CephError, match="no conf"):
        probe_clones(connect, probes("i1"), list[str]().append, True)


def test_failures_of_the_child_process() -> None:
    def failing(_report: Any) -> dict[str, Any]:
        raise CephError("auth_failed", "wrong key")

    def hanging(report: Any) -> dict[str, Any]:
        report("clone vms/dcn-clone-x")
        time.sleep(60)
        return {}

    with pytest.raises(CephError, match="wrong key") as caught:
        rbd_images.run_in_child(failing, None, 5, "The cluster c")
    assert caught.value.reason == "auth_failed"
    with pytest.raises(CephError, match="The cluster c did not answer .* vms/dcn-clone-x may be left over") as caught:
        rbd_images.run_in_child(hanging, None, 0.5, "The cluster c")
    assert caught.value.reason == "timed_out"
    assert rbd_images.run_in_child(lambda _report: {"a": 1}, None, 5, "The cluster c") == {"a": 1}
