# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies, on the Glance in memory: leaked locks, dying workers and the like cannot be provoked on a real one."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import apply_placement, predict
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import DesiredPlacement, plan_placement
from ansible_collections.dcn.glance.tests.support.fakes.glance import store


@pytest.fixture
def place(client, clock):
    """Plan and apply, and return the results; the plan is returned by the prediction."""

    def run(wanted: dict[str, tuple[str, ...]], purge: bool = False, **limits):
        desired = [DesiredPlacement(image, stores) for image, stores in wanted.items()]
        plans = plan_placement(
            desired, find_images(client, list(wanted)), client.store_details(), client.project_id(), purge
        )
        predicted = [outcome.result() for outcome in predict(plans)]
        outcomes = apply_placement(client, plans, CopyLimits(**limits), clock)
        problems = [problem for outcome in outcomes for problem in outcome.problems]
        return [outcome.result() for outcome in outcomes], problems, predicted

    return run


def actions(result) -> dict[str, str]:
    return {item["store"]: item["action"] for item in result["stores"]}


def imports(glance) -> list[list[str]]:
    return [body["stores"] for body in glance.bodies]


def test_missing_copies_are_created_with_one_request_per_image(place, glance):
    glance.add("a")
    glance.add("b", stores="central,dcn0")
    results, problems, predicted = place({"a": ("central", "dcn0", "dcn1"), "b": ("dcn1",)})
    assert problems == []
    assert imports(glance) == [["dcn0", "dcn1"], ["dcn1"]]
    assert all(body["all_stores_must_succeed"] is False for body in glance.bodies)
    assert [result["copied"] for result in results] == [["dcn0", "dcn1"], ["dcn1"]]
    assert [set(result["after"]) for result in results] == [set(result["after"]) for result in predicted]
    assert [result["copied"] for result in results] == [result["copied"] for result in predicted]
    assert results[0]["stores"][1]["bytes"] == 1000
    assert actions(results[0]) == {"central": "present", "dcn0": "copied", "dcn1": "copied"}


def test_a_second_run_sends_no_request(place, glance):
    glance.add("a")
    place({"a": ("dcn0",)})
    glance.log.clear()
    results, problems, predicted = place({"a": ("central", "dcn0")})
    assert (results[0]["changed"], predicted[0]["changed"], problems) == (False, False, [])
    assert [line for line in glance.log if line.startswith(("import", "remove", "show"))] == []


def test_times_are_returned_per_store(place, glance):
    glance.add("a")
    results, _problems, _predicted = place({"a": ("dcn0", "dcn1")}, interval=1.0)
    times = {item["store"]: item["seconds"] for item in results[0]["stores"]}
    assert all(0 < seconds <= 1.0 for seconds in times.values())
    assert results[0]["seconds"] >= sum(times.values())


def test_stores_that_become_complete_between_two_polls_have_the_same_time(place, glance, monkeypatch):
    glance.add("a")
    once = glance.get
    monkeypatch.setattr(glance, "get", lambda image_id: (once(image_id), once(image_id))[1])
    results, _problems, _predicted = place({"a": ("dcn0", "dcn1")}, interval=1.0)
    first, second = (item["seconds"] for item in results[0]["stores"] if item["action"] == "copied")
    assert first == second > 0


def test_many_images_are_copied_together_within_the_limit(place, glance, monkeypatch):
    for number in range(9):
        glance.add(f"i{number}")
    at_once = []
    original = glance.start_import

    def counting(image_id, body):
        original(image_id, body)
        at_once.append(sum(1 for image in glance.images.values() if image.get("os_glance_import_task")))

    monkeypatch.setattr(glance, "start_import", counting)
    results, problems, _predicted = place({f"i{number}": ("dcn0",) for number in range(9)}, concurrency=3)
    assert problems == []
    assert all(result["copied"] == ["dcn0"] for result in results)
    assert max(at_once) == 3


def test_a_store_that_fails_is_tried_again_and_then_reported_by_name(place, glance):
    glance.add("a")
    glance.failing = {"dcn1"}
    results, problems, _predicted = place({"a": ("dcn0", "dcn1")}, retries=2)
    assert imports(glance) == [["dcn0", "dcn1"], ["dcn1"], ["dcn1"]]
    assert actions(results[0]) == {"dcn0": "copied", "dcn1": "failed"}
    assert (results[0]["failed"], results[0]["changed"], results[0]["error"]) == (["dcn1"], True, "")
    (problem,) = problems
    assert "not copied to store dcn1: Glance tried 3 time(s)" in problem
    assert "http://glance.test:9292 for request req-import" in problem
    assert "'already exists'" in problem


def test_a_retry_that_works_is_no_failure(place, glance):
    glance.add("a")
    glance.transient = {"dcn1": 1}
    results, problems, _predicted = place({"a": ("dcn1",)}, retries=1)
    assert problems == []
    assert results[0]["copied"] == ["dcn1"]


def test_an_unreachable_cluster_is_named_as_the_reason(place, glance):
    glance.add("a")
    glance.stores[2] = store("dcn1", fsid=None)
    glance.failing = {"dcn1"}
    _results, problems, _predicted = place({"a": ("dcn0", "dcn1")}, retries=0)
    assert "store dcn1: Glance cannot connect to its cluster (fsid is null)." in problems[0]


def test_the_lock_right_after_an_import_is_waited_for(place, glance):
    image = glance.add("a")
    glance.lock(image)
    glance._steps[image["id"]] = [lambda: None] * 4 + [lambda: image.pop("os_glance_import_task") and None]
    results, problems, _predicted = place({"a": ("dcn0",)})
    assert problems == []
    assert results[0]["copied"] == ["dcn0"]
    assert len(glance.bodies) == 1


def test_a_lock_that_only_the_refusal_shows_is_tried_again_with_a_limit(place, client, glance, clock):
    glance.add("a")
    glance.add("b")
    refused = GlanceError("Glance refused (HTTP 409).", 409, "Image has active task")
    client.faults["import"] = [refused] * 3
    results, problems, _predicted = place({"a": ("dcn0",)})
    assert (results[0]["copied"], problems) == (["dcn0"], [])
    client.faults["import"] = [refused] * 1000
    begun = clock.time
    results, problems, _predicted = place({"b": ("dcn0",)}, lock_timeout=60)
    assert results[0]["failed"] == ["dcn0"]
    assert problems == [f"Image b ({results[0]['id']}): not copied to dcn0: Glance refused (HTTP 409)."]
    assert 60 <= clock.time - begun < 70


@pytest.mark.parametrize("status", ["success", "failure"])
def test_a_leaked_lock_is_recognised_long_before_the_timeout(place, glance, clock, status):
    image = glance.add("a")
    glance.add("b")
    glance.lock(image, status, "Atoms with duplicate names found")
    results, problems, _predicted = place({"a": ("dcn0",), "b": ("dcn0",)})
    assert clock.time < 120
    assert results[0]["failed"] == ["dcn0"]
    assert results[1]["copied"] == ["dcn0"]
    assert f"is over ({status}: Atoms with duplicate names found)" in problems[0]
    assert "60 minutes after the last update of that task" in problems[0]
    assert len(problems) == 1


def test_a_lock_that_glance_releases_is_taken_over(place, glance, monkeypatch):
    image = glance.add("a")
    glance.lock(image, "failure")
    original = glance.start_import

    def takeover(image_id, body):
        image.pop("os_glance_import_task", None)
        original(image_id, body)

    monkeypatch.setattr(glance, "start_import", takeover)
    results, problems, _predicted = place({"a": ("dcn0",)})
    assert (results[0]["copied"], problems) == (["dcn0"], [])


def test_a_dead_worker_ends_with_the_timeout_and_an_explanation(place, glance, clock):
    glance.add("a")
    glance.dying = {"dcn1"}
    results, problems, _predicted = place({"a": ("dcn0", "dcn1")}, timeout=300)
    assert 300 <= clock.time < 330
    assert actions(results[0]) == {"dcn0": "copied", "dcn1": "failed"}
    assert "not copied to dcn1: the copy was not complete after 300 s: task t" in problems[0]
    assert "its worker may have died" in problems[0]


def test_an_image_that_cannot_be_copied_does_not_stop_the_others(place, glance):
    glance.add("broken", stores="", status="importing", os_glance_failed_import="central")
    glance.add("good")
    results, problems, _predicted = place({"broken": ("dcn0",), "none": ("dcn0",), "good": ("dcn0",)})
    assert [result["copied"] for result in results] == [[], [], ["dcn0"]]
    assert problems[0].startswith("Image broken (")
    assert "it cannot be copied: its import failed for central, and its status remains importing; delete" in problems[0]
    assert problems[1] == "Image none: the image does not exist."


def test_an_image_that_is_being_imported_is_waited_for(place, client, glance):
    image = client.create({"name": "a", "disk_format": "raw", "container_format": "bare"})
    glance.start_import(image.id, {"method": {"name": "web-download"}, "stores": ["central"]})
    results, problems, _predicted = place({"a": ("central", "dcn0")})
    assert problems == []
    assert imports(glance)[1:] == [["dcn0"]]
    assert set(results[0]["after"]) == {"central", "dcn0"}


def test_transient_errors_of_the_api_are_tolerated(place, client, glance, clock):
    glance.add("a")
    client.faults["show"] = [GlanceError("could not be reached", 0)] * 6
    results, problems, _predicted = place({"a": ("dcn0",)})
    assert (results[0]["copied"], problems) == (["dcn0"], [])
    client.faults["show"] = [GlanceError("could not be reached", 503)] * 1000
    glance.add("b")
    results, problems, _predicted = place({"b": ("dcn0",)})
    assert problems == [f"Image b ({results[0]['id']}): not copied to dcn0: could not be reached."]
    assert clock.time < 120


def test_a_request_that_glance_refuses_is_not_repeated(place, client, glance):
    glance.add("a")
    client.faults["import"] = [GlanceError("Glance refused: admin only.", 403)]
    results, problems, _predicted = place({"a": ("dcn0",)}, retries=5)
    assert glance.bodies == []
    assert problems == [f"Image a ({results[0]['id']}): not copied to dcn0: Glance refused: admin only."]


def test_a_server_error_is_repeated_within_the_retries(place, client, glance):
    glance.add("a")
    client.faults["import"] = [GlanceError("HTTP 500", 500)]
    results, problems, _predicted = place({"a": ("dcn0",)}, retries=1)
    assert (results[0]["copied"], problems) == (["dcn0"], [])


def test_an_image_that_disappears_is_an_error_of_that_image(place, client, glance, monkeypatch):
    image = glance.add("a")
    monkeypatch.setattr(glance, "start_import", lambda image_id, body: glance.images.pop(image_id) and None)
    _results, problems, _predicted = place({"a": ("dcn0",)})
    assert problems == [
        f"Image a ({image['id']}): not copied to dcn0: Image a ({image['id']}) was deleted by another request."
    ]


def test_a_lock_that_glance_lets_another_request_take_over(place, glance):
    image = glance.add("a")
    glance.lock(image)  # the last update of its task is long ago
    glance.preempts = True
    results, problems, _predicted = place({"a": ("dcn0",)})
    assert (problems, actions(results[0])) == ([], {"dcn0": "copied"})
