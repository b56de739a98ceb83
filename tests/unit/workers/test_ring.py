# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings of workers, and the verdict on each pair."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers import model as pods
from ansible_collections.dcn.glance.plugins.module_utils._workers import ring as pods_ring
from ansible_collections.dcn.glance.tests.support.fakes.pods import pod, url


def ids():
    counter = itertools.count(1)
    return lambda: f"id{next(counter)}"


def ring(*made, alone=False):
    return pods_ring.rings(pods.workers(made), alone, ids())


def pairs(found):
    return [(pair.staging.ordinal, pair.importing.ordinal) for pair in found.pairs]


@pytest.mark.parametrize(
    ("number", "alone", "expected"),
    [
        (1, False, []),
        (1, True, [(0, 0)]),
        (2, False, [(0, 1), (1, 0)]),
        (3, True, [(0, 1), (1, 2), (2, 0)]),
    ],
)
def test_everyone_stages_once_and_imports_once(number, alone, expected):
    (found,) = ring(*[pod(ordinal=i) for i in range(number)], alone=alone)
    assert pairs(found) == expected
    assert bool(found.reason) == (not expected)
    assert len({pair.image for pair in found.pairs}) == len(expected)


def test_rings_of_several_apis_and_both_halves_of_one():
    central, dcn0 = ring(pod(), pod(kind="internal"), pod("dcn0", kind="edge"))
    assert [(p.staging.kind, p.importing.kind) for p in central.pairs] == [
        ("external", "internal"),
        ("internal", "external"),
    ]
    assert dcn0.pairs == ()
    assert "API dcn0 has one ready worker" in dcn0.reason


def test_workers_that_are_not_ready_are_left_out_and_named():
    (found,) = ring(pod(), pod(ordinal=1, ready=False), pod(ordinal=2), pod(ordinal=3, deleted=True))
    assert pairs(found) == [(0, 2), (2, 0)]
    assert [name[-1] for name in found.not_ready] == ["1", "3"]
    (none,) = ring(pod(ready=False), alone=True)
    assert (none.pairs, none.reason) == ((), "No worker of API central is ready.")


URLS = {pod(ordinal=i)["metadata"]["name"]: url(pod(ordinal=i)) for i in range(2)}
SHARED = dict.fromkeys(URLS, "http://vip:9292")
STAGED = {"ok": True, "stage_host": URLS["glance-central-external-api-0"], "note": "", "seconds": 1.0}
TASK = {"id": "t1", "status": "failure", "message": "No such file or directory", "updated_at": "2026-01-01T00:00:00Z"}


def imported(finished=True, tasks=(), **image):
    body = {"id": "id1", "status": "importing", "os_glance_failed_import": "central", **image}
    return {"ok": True, "image": body, "tasks": list(tasks), "finished": finished, "seconds": 2.5}


ACTIVE = imported(status="active", os_glance_failed_import="")


def verdict(staged, answer, urls):
    (found,) = ring(pod(), pod(ordinal=1))
    return pods_ring.judge(found.pairs[0], staged, answer, urls)


def test_proved():
    result = verdict(STAGED, ACTIVE, URLS)
    assert (result["ok"], result["status"], result["seconds"], result["note"]) == (True, "active", 3.5, "")
    assert result["stage_host"] == result["staged_url"] == URLS["glance-central-external-api-0"]
    assert (result["staged_by"][-1], result["imported_by"][-1]) == ("0", "1")


def test_the_shared_url_is_explained():
    result = verdict({**STAGED, "stage_host": "http://vip:9292"}, imported(tasks=[TASK]), SHARED)
    assert (result["ok"], result["status"]) == (False, "importing")
    assert result["error"] == (
        "Staged through glance-central-external-api-0 and imported through glance-central-external-api-1, the image"
        " stays in 'importing', as its users see it: its import failed for central (No such file or directory) and"
        " left it importing."
    )
    assert result["hint"].startswith(
        "All workers advertise the same URL http://vip:9292: glance-central-external-api-1"
    )
    assert "must not be set in customServiceConfig" in result["hint"]


def test_time_is_over():
    lock = {"os_glance_import_task": "t1", "os_glance_failed_import": ""}
    running = [{**TASK, "status": "processing", "message": "Copied 1 MiB"}]
    result = verdict(STAGED, imported(finished=False, tasks=running, **lock), URLS)
    assert "the image is after 2 seconds still in 'importing'" in result["error"]
    assert "task t1 works on it (Copied 1 MiB)" in result["error"]
    assert result["hint"].startswith("The log of glance-central-external-api-0 says why")


@pytest.mark.parametrize(
    ("urls", "hint"),
    [
        (dict.fromkeys(URLS, ""), "Neither worker advertises a URL"),
        ({**SHARED, "another": "http://own:9292"}, "Both workers advertise the same URL http://vip:9292"),
        ({name: f"{value}9" for name, value in URLS.items()}, "it was not restarted after a change"),
        ({}, "The log of glance-central-external-api-0 says why"),
    ],
)
def test_other_reasons_of_a_failed_import(urls, hint):
    assert hint in verdict(STAGED, imported(tasks=[TASK]), urls)["hint"]


def test_refusals():
    refused = {"ok": False, "error": "stage its data: HTTP 503: full", "status": 503, "seconds": 0.5}
    result = verdict(refused, None, SHARED)
    assert (result["ok"], result["status"]) == (False, "failed")
    assert result["error"] == "Staging through glance-central-external-api-0 failed: stage its data: HTTP 503: full."
    assert result["hint"] == "The log of glance-central-external-api-0 says why, under that request."
    assert verdict({**refused, "status": 403}, None, URLS)["hint"] == ""
    result = verdict(STAGED, {**refused, "error": "ask for the import: HTTP 500: x"}, URLS)
    assert (
        "glance-central-external-api-1 did not import what glance-central-external-api-0 had staged" in result["error"]
    )
    assert result["hint"] == pods_ring.REACH_HINT


def test_active_and_yet_no_proof():
    assert "do they share one staging directory?" in verdict(STAGED, ACTIVE, SHARED)["note"]
    assert "The database names" in verdict({**STAGED, "stage_host": "http://old:9292"}, ACTIVE, URLS)["note"]
    assert verdict({**STAGED, "note": "The database could not be read"}, ACTIVE, URLS)["note"].startswith(
        "The database"
    )
    (found,) = ring(pod(), alone=True)
    result = pods_ring.judge(found.pairs[0], STAGED, ACTIVE, URLS)
    assert result["note"].startswith("One worker did both")


def test_failures_are_sentences():
    good, bad = verdict(STAGED, ACTIVE, URLS), verdict(STAGED, imported(), SHARED)
    lines = pods_ring.failures([{"api": "central", "pairs": [good, bad], "leftovers": ["x could not be removed"]}])
    assert lines == [f"API central: {bad['error']} {bad['hint']}", "API central: x could not be removed"]
