# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import (
    Image,
    ListedStore,
    Task,
    comma_list,
    looks_like_id,
    mask_location,
)

NOW = datetime(2026, 1, 20, 12, 0, tzinfo=timezone.utc)


def task(status: str, message: str = "", updated_at: str = "2026-01-20T11:59:00Z", name: str = "t1") -> Task:
    return Task(name, status, message, updated_at)


@pytest.mark.parametrize(
    ("image", "tasks", "state", "final", "usable", "expected"),
    [
        (Image("i", stores=("central",)), None, "active", True, True, ""),
        (Image("i", stores=("c",), failed=("dcn1",)), None, "partial", True, True, "failed for dcn1"),
        (Image("i", stores=("c", "dcn1"), failed=("dcn1",)), None, "active", True, True, ""),
        (Image("i", lock="t1"), None, "running", False, True, "task t1"),
        (Image("i", lock="t1"), [task("processing", "Copied 2 MiB")], "running", False, True, "Copied 2 MiB"),
        (Image("i", lock="t1"), [task("pending")], "running", False, True, "pending"),
        (
            Image("i", lock="t1"),
            [task("success")],
            "lock_leaked",
            True,
            True,
            "(success) but still holds the lock; run again 60 minutes",
        ),
        (Image("i", lock="t1"), [task("failure", "Atoms")], "lock_leaked", True, True, "(failure: Atoms)"),
        (Image("i", lock="t2"), [task("success")], "lock_leaked", True, True, "does not exist"),
        (
            Image("i", status="importing", lock="t1"),
            [task("processing", updated_at="2026-01-20T10:30:00.000000")],
            *("stalled", False, False, "not updated for 90 minutes"),
        ),
        (Image("i", status="importing", lock="t1"), [task("processing")], "running", False, False, "works on it"),
        (
            Image("i", status="uploading", lock="t1"),
            [task("failure")],
            "lock_leaked",
            True,
            False,
            "still holds the lock; delete it",
        ),
        (Image("i", status="importing", failed=("c",)), [], "import_failed", True, False, "status remains importing"),
        (
            Image("i", status="importing", failed=("c",)),
            [task("failure", "No such file")],
            *("import_failed", True, False, "for c (No such file)"),
        ),
        (Image("i", status="queued", failed=("c",)), None, "reverted", True, False, "was reverted"),
        (Image("i", status="queued"), [task("failure", "404 from uri")], "reverted", True, False, "(404 from uri)"),
        (
            Image("i", status="uploading"),
            [task("failure", "old"), task("success", updated_at="2026-01-20T11:59:30Z", name="t2")],
            *("staged", True, False, "no import was requested"),
        ),
        (Image("i", status="queued"), [], "empty", True, False, "no data"),
        (Image("i", status="saving"), None, "uploading", False, False, "being uploaded"),
        (Image("i", status="killed"), None, "killed", True, False, "delete it"),
        (Image("i", status="deactivated"), None, "deactivated", True, False, "reactivate"),
        (Image("i", status="pending_delete", lock="t1"), None, "deleted", True, False, "deleted"),
        (Image("i", status="odd"), None, "unknown", True, False, "odd"),
    ],
)
def test_classify(image, tasks, state, final, usable, expected):
    found = classify(image, tasks, NOW)
    assert (found.name, found.final, found.usable) == (state, final, usable)
    assert expected in found.sentence
    assert bool(expected) == bool(found.sentence)


def test_parse_image():
    image = Image.parse(
        {
            **{"id": "i1", "name": None, "status": "active", "owner": "p", "stores": "central, dcn0,", "size": 5},
            **{"os_glance_importing_to_stores": "", "os_glance_failed_import": "dcn1", "os_glance_import_task": "t"},
            **{"hw_disk_bus": "virtio", "locations": [{"url": "rbd://f/images/i1/snap"}], "tags": []},
        }
    )
    assert image.stores == ("central", "dcn0")
    assert (image.importing, image.failed, image.lock) == ((), ("dcn1",), "t")
    assert image.properties == {"hw_disk_bus": "virtio"}
    assert image.locations == ("rbd://f/images/i1/snap",)
    assert image.label == "i1"
    assert Image.parse({"id": "i", "direct_url": "file:///x"}).locations == ("file:///x",)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rbd://fsid/images/i@x/snap", "rbd://fsid/images/i@x/snap"),
        ("file:///a@b", "file:///a@b"),
        ("s3+https://KEY:se/cr@et@host/bucket/i", "s3+https://***@host/bucket/i"),
        ("swift+https://project%3Auser:pass@host/c/i", "swift+https://***@host/c/i"),
        ("swift+config://ref1/glance/i", "swift+config://ref1/glance/i"),
        ("odd", "odd"),
    ],
)
def test_mask_location(url, shown):
    assert mask_location(url) == shown


@pytest.mark.parametrize(
    ("properties", "kind", "unreachable", "unproved"),
    [
        ({"pool": "images", "fsid": "f"}, "rbd", False, False),
        ({"pool": "images", "fsid": None}, "rbd", True, False),
        ({"pool": "images"}, "rbd", False, True),
        ({}, "file", False, False),
        ({}, "", False, False),
    ],
)
def test_store_reachability(properties, kind, unreachable, unproved):
    store = ListedStore.parse(
        {"id": "s", "type": kind, "default": "true", "read-only": "true", "properties": properties}
    )
    assert (store.unreachable, store.unproved) == (unreachable, unproved)
    assert store.default and store.read_only


def test_small_helpers():
    assert comma_list(None) == comma_list("") == comma_list(" , ") == ()
    assert looks_like_id("2F1F8F0C-6f0e-4c8e-9d2e-1f2c4b5a6d7e")
    assert not looks_like_id("cirros")
