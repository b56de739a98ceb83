# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports on the Glance in memory: failures that leave an image stuck, dying workers and the like."""

from __future__ import annotations

import gzip
import hashlib

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance import import_job
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.images import (
    apply_images,
    format_warning,
    make_plan,
    predict,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.tests.support.fakes.glance import store


@pytest.fixture
def src(tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(b"\0" * 2048)
    return str(path)


@pytest.fixture
def run(client, clock):
    """Plan and apply; returns the results, the errors and what was predicted."""

    def imported(*raw, replace_failed=False, **options):
        plans = make_plan(client, raw, replace_failed)
        predicted = [outcome.result() for outcome in predict(plans)]
        outcomes = apply_images(client, plans, clock, **options)
        errors = [outcome.error for outcome in outcomes if outcome.error]
        return [outcome.result() for outcome in outcomes], errors, predicted

    return imported


def image(src, name="a", **changes):
    return {"name": name, "src": src, "disk_format": "raw", **changes}


def calls(glance) -> list[str]:
    return [line.split()[0] for line in glance.log if not line.startswith("show")]


def test_a_file_is_created_staged_and_imported(run, glance, src):
    results, errors, predicted = run(
        image(src, stores=["central", "dcn0"], visibility="public", min_disk=3, properties={"os": "x", "no": None})
    )
    assert errors == []
    assert calls(glance) == ["create", "stage", "import"]
    assert glance.bodies == [
        {"method": {"name": "glance-direct"}, "all_stores_must_succeed": False, "stores": ["central", "dcn0"]}
    ]
    (created,) = glance.images.values()
    assert (created["visibility"], created["min_disk"], created["os"], created["container_format"]) == (
        "public",
        3,
        "x",
        "bare",
    )
    assert "no" not in created
    assert results[0]["stores"] == ["central", "dcn0"]
    assert (results[0]["id"], results[0]["status"], results[0]["size"]) == (created["id"], "active", 2048)
    assert (results[0]["changed"], results[0]["action"]) == (predicted[0]["changed"], predicted[0]["action"])


def test_a_file_with_another_checksum_is_not_imported(run, glance, src):
    with pytest.raises(InputErrors, match="has the checksum sha256:"):
        run(image(src, checksum=f"sha256:{'0' * 64}"))
    assert calls(glance) == []
    checksum = "sha256:" + hashlib.sha256(bytes(2048)).hexdigest()
    _results, errors, _predicted = run(image(src, checksum=checksum, size=2048), image(src, "b", checksum=checksum))
    assert errors == [] and len(glance.images) == 2


def test_the_file_of_an_active_image_is_not_read(run, glance):
    glance.add("a")
    _results, errors, _predicted = run(image("/nonexistent", checksum=f"md5:{'0' * 32}"))
    assert errors == []


def test_a_uri_is_downloaded_by_glance(run, glance):
    results, errors, _predicted = run({"name": "a", "uri": "http://x/y", "disk_format": "raw"})
    assert errors == []
    assert calls(glance) == ["create", "import", "read"]
    assert glance.bodies[0] == {
        "method": {"name": "web-download", "uri": "http://x/y"},
        "all_stores_must_succeed": False,
    }
    assert results[0]["stores"] == ["central"]


def test_second_run_changes_nothing(run, glance, src):
    raw = image(src, stores=["central"], properties={"os": "x"})
    run(raw)
    glance.log.clear()
    results, errors, predicted = run(raw)
    assert (results[0]["changed"], predicted[0]["changed"], errors, calls(glance)) == (False, False, [], [])


def test_metadata_is_changed_in_place(run, glance, src):
    existing = glance.add("a", os="x")
    results, _errors, predicted = run(image(src, properties={"os": "y"}, visibility="public"))
    assert (existing["os"], existing["visibility"]) == ("y", "public")
    assert (results[0]["action"], results[0]["changed"], predicted[0]["changed"]) == ("update", True, True)


def test_a_failed_store_is_an_error_with_advice(run, glance, src):
    glance.failing = {"dcn1"}
    results, errors, _predicted = run(image(src, stores=["central", "dcn1"]))
    assert (results[0]["failed_stores"], results[0]["missing_stores"]) == (["dcn1"], ["dcn1"])
    assert (results[0]["changed"], results[0]["status"]) == (True, "active")
    text = "is in central, but its import failed for dcn1. See the glance-api log of http://glance.test:9292"
    assert text in errors[0]
    assert "request req-import" in errors[0]
    assert "glance_image_placement" in errors[0]


@pytest.mark.parametrize("reverts", [True, False])
def test_an_import_that_fails_everywhere_is_detected_early_and_leaves_nothing(run, glance, clock, src, reverts):
    glance.failing, glance.reverts = {"central"}, reverts
    results, errors, _predicted = run(image(src))
    assert clock.time < 30
    assert glance.images == {}
    assert (results[0]["id"], results[0]["changed"]) == (None, False)
    assert "its import failed for central (None of the uploads finished!)" in errors[0]
    assert errors[0].endswith("The image that this run created was deleted.")


def test_a_failed_download_hints_at_the_filter(run, glance):
    glance.failing = {"central"}
    _results, errors, _predicted = run({"name": "a", "uri": "http://x:8080/y", "disk_format": "raw"})
    assert "must reach the uri, which [import_filtering_opts] may forbid" in errors[0]


PAGE = b"\n<!DOCTYPE html>\n<html><title>Log in</title></html>"


@pytest.mark.parametrize(
    ("data", "disk_format", "expected"),
    [
        (PAGE, "raw", "http://x/y is an HTML page, not a disk image"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "raw", "is an XML document"),
        (PAGE, "qcow2", "http://x/y is an HTML page"),
        (b"QFI\xfb" + bytes(100), "raw", "http://x/y is a qcow2 file, but disk_format is raw"),
        (
            bytes(100),
            "qcow2",
            "http://x/y has no signature of a known format (it may be raw), but disk_format is qcow2",
        ),
        (b"", "raw", "http://x/y is empty"),
        (bytes(100), "raw", ""),
        (b"QFI\xfb" + bytes(100), "qcow2", ""),
    ],
)
def test_downloaded_data_that_are_no_image_of_the_format(run, glance, data, disk_format, expected):
    glance.download = data
    results, errors, _predicted = run({"name": "a", "uri": "http://x/y", "disk_format": disk_format, "protected": True})
    if not expected:
        assert errors == [] and results[0]["changed"]
        return
    assert expected in errors[0] and errors[0].endswith("The image that this run created was deleted.")
    assert (glance.images, results[0]["changed"], results[0]["id"]) == ({}, False, None)


def test_a_download_in_a_container_is_not_compared_with_the_disk_format(run, glance):
    given = {"name": "a", "uri": "http://x/y", "disk_format": "vmdk", "container_format": "ova"}
    _results, errors, _predicted = run(given)
    assert errors == []


def test_a_password_in_the_uri_is_not_shown(run, glance):
    glance.download = PAGE
    _results, errors, _predicted = run({"name": "a", "uri": "http://u:secret1@x/y", "disk_format": "raw"})
    assert "@x/y is an HTML page" in errors[0] and "secret1" not in errors[0]


def test_data_that_may_not_be_read_are_not_checked(run, client, glance):
    glance.download = PAGE
    client.faults["read"] = [GlanceError("HTTP 403", 403)]
    _results, errors, _predicted = run({"name": "a", "uri": "http://x/y", "disk_format": "raw"})
    assert errors == []


def test_a_failed_download_names_what_the_url_returns(run, glance, monkeypatch):
    glance.failing = {"central"}
    monkeypatch.setattr(
        import_job, "uri_problem", lambda uri, disk_format, _container: f"{uri} is an HTML page for {disk_format}"
    )
    _results, errors, _predicted = run({"name": "a", "uri": "http://x/y", "disk_format": "qcow2"})
    assert "Requested from this host, http://x/y is an HTML page for qcow2." in errors[0]


def test_refused_data_leave_no_image(run, glance, src):
    glance.stage_limit = 10
    results, errors, _predicted = run(image(src, protected=True), image(src, "b"))
    assert glance.images == {}
    assert [result["changed"] for result in results] == [False, False]
    assert "HTTP 413" in errors[0]
    assert "Raise user_storage_quota in glance-api.conf" in errors[0]


def test_an_image_that_cannot_be_deleted_is_reported(run, client, glance, src):
    glance.stage_limit = 10
    client.faults["delete"] = [GlanceError("Glance refused to delete it.", 500)]
    results, errors, _predicted = run(image(src))
    assert len(glance.images) == 1
    assert results[0]["changed"] is True
    assert errors[0].endswith("The image that this run created could not be deleted: Glance refused to delete it.")


def test_a_failed_image_does_not_stop_the_others(run, client, glance, src):
    client.faults["create"] = [GlanceError("HTTP 403", 403)]
    results, errors, _predicted = run(image(src), image(src, "b"))
    assert errors == ["HTTP 403"]
    assert [result["changed"] for result in results] == [False, True]


def test_a_stuck_image_is_replaced_when_asked(run, glance, src):
    old = glance.add("a", stores="", status="importing", os_glance_failed_import="central")
    results, errors, _predicted = run(image(src), replace_failed=True)
    assert errors == []
    assert (results[0]["action"], results[0]["changed"]) == ("replace", True)
    assert results[0]["id"] != old["id"]
    assert list(glance.images) == [results[0]["id"]]


def test_an_import_by_another_request_is_waited_for(run, client, glance, src):
    begun = client.create({"name": "a", "disk_format": "raw", "container_format": "bare"})
    glance.start_import(begun.id, {"method": {"name": "web-download"}, "stores": ["central"]})
    results, errors, _predicted = run(image(src))
    assert errors == []
    assert (results[0]["action"], results[0]["changed"], results[0]["status"]) == ("wait", False, "active")
    assert len(glance.bodies) == 1


def test_a_dead_worker_ends_with_the_timeout_and_keeps_the_image(run, glance, clock, src):
    glance.dying, glance.now = {"central"}, "2926-01-20T10:00:00Z"
    results, errors, _predicted = run(image(src), timeout=120)
    assert 120 <= clock.time < 150
    assert len(glance.images) == 1
    assert results[0]["changed"] is True
    assert "was not complete after 120 s: task t" in errors[0]
    assert "run again to continue waiting" in errors[0]


def test_a_failed_import_that_leaves_its_lock_is_not_waited_for_and_leaves_nothing(run, glance, clock, src):
    """As on Glance 30: no store accepts the data, the image is queued again, and the lock remains."""
    glance.failing, glance.linger = {"central"}, -1
    results, errors, _predicted = run(image(src), timeout=3600)
    assert clock.time < 60
    assert "its import failed for central: task t" in errors[0]
    assert "is over (failure: None of the uploads finished!) but still holds the lock" in errors[0]
    assert glance.images == {}
    assert results[0]["changed"] is False


def test_a_leaked_lock_on_an_active_image_is_no_failure(run, glance, clock, src):
    glance.linger, glance.failing = -1, {"dcn0"}
    results, errors, _predicted = run(image(src, stores=["central", "dcn0"]), image(src, "b"), timeout=3600)
    assert clock.time < 90
    assert [result["stores"] for result in results] == [["central"], ["central"]]
    assert len(errors) == 1
    assert "its import failed for dcn0" in errors[0]


def test_without_waiting_the_request_is_enough(run, glance, clock, src):
    results, errors, _predicted = run(image(src), wait=False)
    assert (errors, clock.naps) == ([], [])
    assert (results[0]["changed"], results[0]["status"]) == (True, "queued")


def test_imports_run_together_within_the_limit(run, glance, src, monkeypatch):
    at_once = []
    original = glance.start_import

    def counting(image_id, body):
        original(image_id, body)
        at_once.append(sum(1 for item in glance.images.values() if item.get("os_glance_import_task")))

    monkeypatch.setattr(glance, "start_import", counting)
    _results, errors, _predicted = run(*(image(src, f"i{number}") for number in range(6)), concurrency=2)
    assert (errors, max(at_once), len(at_once)) == ([], 2, 6)


def test_delete(run, glance):
    glance.add("a")
    results, errors, predicted = run({"name": "a", "state": "absent"}, {"name": "b", "state": "absent"})
    assert (glance.images, errors) == ({}, [])
    assert [result["changed"] for result in results] == [result["changed"] for result in predicted] == [True, False]


def test_delete_refuses_to_leave_orphans(run, glance):
    glance.add("a", stores="central,dcn0")
    glance.add("b")
    glance.stores[1] = store("dcn0", fsid=None)
    results, errors, _predicted = run({"name": "a", "state": "absent"}, {"name": "b", "state": "absent"})
    assert [result["changed"] for result in results] == [False, True]
    assert "cannot reach the cluster of dcn0 (fsid is null)" in errors[0]
    _results, errors, _predicted = run({"name": "a", "state": "absent"}, allow_orphans=True)
    assert (errors, glance.images) == ([], {})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda glance, existing: existing.update(protected=True), "Set protected to false first."),
        (
            lambda glance, existing: glance.clones.add(("central", existing["id"])),
            "clones depend on it; remove or flatten",
        ),
    ],
)
def test_delete_explains_a_refusal(run, glance, change, expected):
    change(glance, glance.add("a"))
    _results, errors, _predicted = run({"name": "a", "state": "absent"})
    assert expected in errors[0]


def test_a_partial_deletion_is_a_change_and_names_the_removed_copies(run, glance):
    """Seen on Glance 30: the copies before the one with clones are removed."""
    existing = glance.add("a", stores="central,dcn0,dcn1")
    glance.clones = {("dcn0", existing["id"])}
    results, errors, _predicted = run({"name": "a", "state": "absent"})
    assert (results[0]["changed"], results[0]["stores"]) == (True, ["dcn0", "dcn1"])
    assert "Before that, Glance removed the copies in central" in errors[0]
    assert "remove or flatten them first" in errors[0]


@pytest.mark.parametrize(
    ("disk_format", "url", "warned"),
    [
        ("qcow2", "rbd://f/images/i/snap", True),
        ("raw", "rbd://f/images/i/snap", False),
        ("iso", "rbd://f/images/i/snap", False),
        ("qcow2", "file:///srv/i", False),
    ],
)
def test_format_warning(disk_format, url, warned):
    text = format_warning(Image("i", "a", disk_format=disk_format, locations=(url,)))
    assert bool(text) is warned
    assert not warned or "image_conversion" in text


def test_an_import_whose_task_is_not_updated_any_more_is_given_up(run, glance, clock, src):
    glance.dying = {"central"}  # the last update of the task is long ago
    results, errors, _predicted = run(image(src), timeout=120)
    assert clock.time < 60
    assert "its worker may have died; check glance-api on that worker" in errors[0]
    assert errors[0].endswith("The image that this run created was deleted.")
    assert (glance.images, results[0]["changed"]) == ({}, False)


def test_a_stalled_import_is_replaced_when_asked(run, glance, src):
    stuck = glance.add("a", stores="", status="importing", size=None)
    glance.lock(stuck)
    results, errors, predicted = run(image(src), replace_failed=True)
    assert errors == []
    assert (results[0]["action"], predicted[0]["action"]) == ("replace", "replace")
    assert stuck["id"] not in glance.images


@pytest.mark.parametrize(("size", "action"), [(2048, "resume"), (2047, "replace")])
def test_data_that_are_staged_completely_are_imported_without_another_upload(run, glance, src, size, action):
    staged = glance.add("a", stores="", status="uploading", size=size, staged=size)
    results, errors, predicted = run(image(src, min_disk=1), replace_failed=True)
    assert errors == []
    assert (results[0]["action"], results[0]["changed"], predicted[0]["action"]) == (action, True, action)
    assert ("stage" in calls(glance)) == (action == "replace")
    assert (staged["id"] in glance.images) == (action == "resume")
    assert next(iter(glance.images.values()))["min_disk"] == 1


def digests(glance, **found):
    """Let Glance record these digests for what it stores."""
    glance.recorded = found


@pytest.mark.parametrize(
    ("digest", "expected"), [(hashlib.sha512(bytes(2048)).hexdigest(), ""), ("0" * 128, "the stored data have")]
)
def test_the_content_is_compared_when_asked(run, glance, src, digest, expected):
    digests(glance, os_hash_algo="sha512", os_hash_value=digest)
    results, errors, _predicted = run(image(src, verify_content=True))
    assert (errors != []) == bool(expected)
    if expected:
        assert expected in errors[0] and glance.images == {}
    else:
        assert results[0]["verified"] == ["size", "content"]


def test_the_checksum_of_a_download_is_compared(run, glance):
    glance.download = bytes(1000)
    good, bad = (f"sha256:{hashlib.sha256(data).hexdigest()}" for data in (bytes(1000), b"x"))
    given = {"name": "a", "uri": "http://x/y", "disk_format": "raw", "size": 1000}
    results, errors, _predicted = run({**given, "checksum": good})
    assert (errors, results[0]["verified"]) == ([], ["size", "content"])
    _results, errors, _predicted = run({**given, "name": "b", "checksum": bad})
    assert f"but http://x/y has {bad}" in errors[0]
    _results, errors, _predicted = run({**given, "name": "c", "size": 999})
    assert "Glance stored 1000 bytes, but http://x/y has 999 bytes" in errors[0]
    assert [item["name"] for item in glance.images.values()] == ["a"]


def test_a_compressed_file_that_glance_stores_as_it_is(run, glance, tmp_path):
    path = tmp_path / "disk.gz"
    path.write_bytes(gzip.compress(bytes(5000)))
    _results, errors, _predicted = run(image(str(path)))
    assert "without decompressing it (gzip)" in errors[0]
    assert "'image_decompression' to image_import_plugins" in errors[0]
    assert glance.images == {}


def test_the_clusters_that_glance_cannot_reach_are_named(run, glance, src):
    glance.failing, glance.stores[1] = {"dcn0"}, store("dcn0", fsid=None)
    _results, errors, _predicted = run(image(src, stores=["central", "dcn0"]))
    assert "Glance cannot reach the cluster of dcn0 (fsid is null)." in errors[0]
