# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools are read whole; images are protected and removed, those in use are not."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_pool import (
    ABSENT,
    PROTECTED,
    DesiredObject,
    WhatToRead,
    change_images,
    read_cluster,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import detect
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FSID, FakeRbd

SNAP = ImageRef("images", "whole", "snap")


def filled() -> FakeRbd:
    rbd = FakeRbd(writable=("images", "vms"))
    rbd.add("images", "whole", b"QFI\xfbrest")
    rbd.snapshot(SNAP)
    rbd.protect(SNAP)
    rbd.add("images", "partial", b"data")
    return rbd


def read(rbd: FakeRbd, **wanted: Any) -> dict[str, Any]:
    return read_cluster(rbd, WhatToRead(("images", "none"), 8, **wanted), lambda step: None, detect)


def change(rbd: FakeRbd, *desired: DesiredObject, check: bool = False) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = change_images(rbd, desired, lambda step: None, check)["images"]
    return images


def test_a_pool_is_read_whole() -> None:
    found = read(filled())
    assert (found["fsid"], found["clients"], found["pools"][1]["exists"]) == (FSID, None, False)
    partial, whole = found["pools"][0]["images"]
    assert (whole["name"], whole["size"], whole["format"], whole["digest"]) == ("whole", 8, "qcow2", "")
    assert whole["snapshots"] == [{"name": "snap", "protected": True, "children": []}]
    assert (partial["snapshots"], partial["format"], partial["error"]) == ([], "", "")


def test_hash_and_clients_on_request() -> None:
    found = read(filled(), algorithm="sha256", clients=True)
    assert found["pools"][0]["images"][0]["digest"] == hashlib.sha256(b"data").hexdigest()
    assert found["clients"] == ["client.admin", "client.glance.dcn0"]
    assert found["keys_created"] == {"client.admin": "", "client.glance.dcn0": "2026-11-29T12:00:00Z"}
    assert found["sessions"] == {"client.glance.dcn0": ["192.0.2.20:0"]}


def test_monitors_that_do_not_tell_their_sessions_hide_nothing_else() -> None:
    rbd = filled()
    rbd.silent_monitors = True
    found = read(rbd, clients=True)
    assert found["sessions"] is None and found["clients"] == ["client.admin", "client.glance.dcn0"]


def test_an_image_that_cannot_be_read_does_not_hide_the_others() -> None:
    rbd = filled()
    rbd.faults["info"] = CephError("failed", "damaged")
    assert [item["error"] for item in read(rbd)["pools"][0]["images"]] == ["damaged", "damaged"]


def test_a_cluster_that_stops_to_answer_fails() -> None:
    rbd = filled()
    rbd.faults["info"] = CephError("timed_out", "no answer")
    with pytest.raises(CephError, match="no answer"):
        read(rbd)


def test_a_snapshot_is_made_and_protected_once() -> None:
    rbd = filled()
    wanted = DesiredObject("images", "partial", PROTECTED)
    (predicted,) = change(rbd, wanted, check=True)
    assert rbd.images["images", "partial"]["snapshots"] == {}
    (done,) = change(rbd, wanted)
    assert done == predicted
    assert done["actions"] == [
        "created the snapshot images/partial@snap",
        "protected the snapshot images/partial@snap",
    ]
    assert rbd.images["images", "partial"]["snapshots"] == {"snap": True}
    assert change(rbd, wanted)[0]["changed"] is False


def test_an_image_goes_with_its_snapshots() -> None:
    rbd = filled()
    wanted = DesiredObject("images", "whole", ABSENT)
    assert change(rbd, wanted, check=True) == change(rbd, wanted)
    assert ("images", "whole") not in rbd.images
    assert change(rbd, wanted)[0]["changed"] is False


@pytest.mark.parametrize(
    ("fault", "desired", "why"),
    [
        ("clone", DesiredObject("images", "whole", ABSENT), "has clones (vms/disk)"),
        ("open", DesiredObject("images", "partial", ABSENT), "is open by 1 clients"),
        ("open", DesiredObject("images", "partial", PROTECTED), "may still be written"),
        ("", DesiredObject("images", "whole", ABSENT, partial=True), "has a snapshot since the audit"),
        ("", DesiredObject("images", "gone", PROTECTED), "does not exist"),
    ],
)
def test_what_is_in_use_stays(fault: str, desired: DesiredObject, why: str) -> None:
    rbd = filled()
    if fault == "clone":
        rbd.clone(SNAP, ImageRef("vms", "disk"))
    if fault == "open":
        rbd.watchers["partial"] = 1
    before = dict(rbd.images)
    refused, other = change(rbd, desired, DesiredObject("images", "whole", PROTECTED))
    assert why in refused["error"]
    assert not refused["changed"] and not other["error"]
    assert rbd.images == before
