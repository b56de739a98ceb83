# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pairs of workers for the test of distributed import, and their results."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers import model, ring
from ansible_collections.dcn.glance.tests.support.fakes.pods import pod, url


def ids():
    counter = itertools.count(1)
    return lambda: f"id{next(counter)}"


def rings_of(*made, single=False):
    return ring.rings(model.workers(made), single, ids())


def pairs(found):
    return [(pair.staging.ordinal, pair.importing.ordinal) for pair in found.pairs]


@pytest.mark.parametrize(
    ("number", "single", "expected"),
    [
        (1, False, []),
        (1, True, [(0, 0)]),
        (2, False, [(0, 1), (1, 0)]),
        (3, True, [(0, 1), (1, 2), (2, 0)]),
    ],
)
def test_every_worker_stages_once_and_imports_once(number, single, expected):
    (found,) = rings_of(*[pod(ordinal=i) for i in range(number)], single=single)
    assert pairs(found) == expected
    assert bool(found.reason) == (not expected)
    assert len({pair.image for pair in found.pairs}) == len(expected)


def test_rings_of_several_apis_and_of_a_split_api():
    central, dcn0 = rings_of(pod(), pod(kind="internal"), pod("dcn0", kind="edge"))
    assert [(p.staging.kind, p.importing.kind) for p in central.pairs] == [
        ("external", "internal"),
        ("internal", "external"),
    ]
    assert dcn0.pairs == ()
    assert "API dcn0 has one ready worker" in dcn0.reason


def test_workers_that_are_not_ready_are_skipped_and_named():
    (found,) = rings_of(pod(), pod(ordinal=1, ready=False), pod(ordinal=2), pod(ordinal=3, deleted=True))
    assert pairs(found) == [(0, 2), (2, 0)]
    assert [name[-1] for name in found.not_ready] == ["1", "3"]
    (none,) = rings_of(pod(ready=False), single=True)
    assert (none.pairs, none.reason) == ((), "No worker of API central is ready.")


URLS = {pod(ordinal=i)["metadata"]["name"]: url(pod(ordinal=i)) for i in range(2)}
SHARED = dict.fromkeys(URLS, "http://vip:9292")
STAGED = {"ok": True, "stage_host": URLS["glance-central-external-api-0"], "note": "", "seconds": 1.0}
TASK = {"id": "t1", "status": "failure", "message": "No such file or directory", "updated_at": "2026-01-01T00:00:00Z"}


def imported(finished=True, tasks=(), **image):
    body = {"id": "id1", "status": "importing", "os_glance_failed_import": "central", **image}
    return {"ok": True, "image": body, "tasks": list(tasks), "finished": finished, "seconds": 2.5}


ACTIVE = imported(status="active", os_glance_failed_import="")


def result_of(staged, answer, urls):
    (found,) = rings_of(pod(), pod(ordinal=1))
    return ring.pair_result(found.pairs[0], staged, answer, urls)


def test_a_successful_import():
    result = result_of(STAGED, ACTIVE, URLS)
    assert (result["ok"], result["status"], result["seconds"], result["note"]) == (True, "active", 3.5, "")
    assert result["stage_host"] == result["staged_url"] == URLS["glance-central-external-api-0"]
    assert (result["staged_by"][-1], result["imported_by"][-1]) == ("0", "1")


def test_a_shared_url_is_explained():
    result = result_of({**STAGED, "stage_host": "http://vip:9292"}, imported(tasks=[TASK]), SHARED)
    assert (result["ok"], result["status"]) == (False, "importing")
    assert result["error"] == (
        "The image that was staged through glance-central-external-api-0 and imported through"
        " glance-central-external-api-1 stays in status 'importing': its import failed for central (No such file or"
        " directory), and its status remains importing."
    )
    assert result["hint"].startswith(
        "All workers advertise the same URL http://vip:9292: glance-central-external-api-1"
    )
    assert "Remove worker_self_reference_url from customServiceConfig" in result["hint"]


def test_an_import_that_is_not_over_in_time():
    lock = {"os_glance_import_task": "t1", "os_glance_failed_import": ""}
    running = [{**TASK, "status": "processing", "message": "Copied 1 MiB"}]
    result = result_of(STAGED, imported(finished=False, tasks=running, **lock), URLS)
    assert "after 2 seconds is still in status 'importing'" in result["error"]
    assert "task t1 works on it (Copied 1 MiB)" in result["error"]
    assert result["hint"].startswith("See the log of glance-central-external-api-0")


@pytest.mark.parametrize(
    ("urls", "hint"),
    [
        (dict.fromkeys(URLS, ""), "Neither worker advertises a URL"),
        ({**SHARED, "another": "http://own:9292"}, "Both workers advertise the same URL http://vip:9292"),
        ({name: f"{value}9" for name, value in URLS.items()}, "it was not restarted after a change"),
        ({}, "See the log of glance-central-external-api-0"),
    ],
)
def test_other_hints_of_a_failed_import(urls, hint):
    assert hint in result_of(STAGED, imported(tasks=[TASK]), urls)["hint"]


def test_failed_requests():
    refused = {"ok": False, "error": "stage its data: HTTP 503: full", "status": 503, "seconds": 0.5}
    result = result_of(refused, None, SHARED)
    assert (result["ok"], result["status"]) == (False, "failed")
    assert result["error"] == "Staging through glance-central-external-api-0 failed: stage its data: HTTP 503: full."
    assert result["hint"] == "See the log of glance-central-external-api-0 for that request id."
    assert result_of({**refused, "status": 403}, None, URLS)["hint"] == ""
    result = result_of(STAGED, {**refused, "error": "request the import: HTTP 500: x"}, URLS)
    assert (
        "glance-central-external-api-1 did not import the image that glance-central-external-api-0 staged"
        in result["error"]
    )
    assert result["hint"] == ring.REACH_HINT


def test_an_active_image_that_proves_less():
    assert "check whether they share one staging directory" in result_of(STAGED, ACTIVE, SHARED)["note"]
    assert "The database names" in result_of({**STAGED, "stage_host": "http://old:9292"}, ACTIVE, URLS)["note"]
    assert result_of({**STAGED, "note": "The database could not be read"}, ACTIVE, URLS)["note"].startswith(
        "The database"
    )
    (found,) = rings_of(pod(), single=True)
    result = ring.pair_result(found.pairs[0], STAGED, ACTIVE, URLS)
    assert result["note"].startswith("One worker staged and imported")


def test_failures_are_sentences():
    good, bad = result_of(STAGED, ACTIVE, URLS), result_of(STAGED, imported(), SHARED)
    lines = ring.failures([{"api": "central", "pairs": [good, bad], "leftovers": ["x could not be removed"]}])
    assert lines == [f"API central: {bad['error']} {bad['hint']}", "API central: x could not be removed"]
