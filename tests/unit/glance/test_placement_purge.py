# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of copies, on the Glance in memory: clusters that die between the plan and the removal and the like."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import apply_placement, predict
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import DesiredPlacement, plan_placement
from ansible_collections.dcn.glance.tests.support.fakes.glance import store


@pytest.fixture
def plan(client):
    def make(wanted):
        found = find_images(client, ["a"])
        return plan_placement([DesiredPlacement("a", wanted)], found, client.store_details(), client.project_id(), True)

    return make


@pytest.fixture
def apply(client, clock):
    def run(plans):
        (outcome,) = apply_placement(client, plans, CopyLimits(retries=0), clock)
        return outcome.result(), outcome.problems

    return run


def removals(glance) -> list[str]:
    return [line for line in glance.log if line.startswith("remove")]


def test_copies_first_then_removes(plan, apply, glance):
    image = glance.add("a", stores="central,dcn1")
    plans = plan(("dcn0",))
    (predicted,) = [outcome.result() for outcome in predict(plans)]
    result, problems = apply(plans)
    assert problems == []
    assert (result["before"], result["after"]) == (["central", "dcn1"], ["dcn0"])
    assert (result["copied"], result["removed"]) == (["dcn0"], ["central", "dcn1"])
    assert {key: predicted[key] for key in ("before", "after", "copied", "removed", "changed")} == {
        key: result[key] for key in ("before", "after", "copied", "removed", "changed")
    }
    assert glance.log.index(f"import {image['id']}") < glance.log.index(f"remove central {image['id']}")
    assert image["stores"] == "dcn0"


def test_nothing_is_removed_when_a_copy_failed(plan, apply, glance):
    image = glance.add("a", stores="central,dcn1")
    glance.failing = {"dcn0"}
    result, problems = apply(plan(("central", "dcn0")))
    assert removals(glance) == []
    assert image["stores"] == "central,dcn1"
    assert result["failed"] == ["dcn0", "dcn1"]
    assert "not removed from store dcn1: this run could not make all copies" in problems[1]


def test_nothing_is_removed_from_a_cluster_that_does_not_answer(plan, apply, glance):
    glance.add("a", stores="central,dcn0,dcn1")
    glance.stores[1] = store("dcn0", fsid=None)
    result, problems = apply(plan(("central",)))
    assert result["removed"] == ["dcn1"]
    assert [line.split()[1] for line in removals(glance)] == ["dcn1"]
    assert len(problems) == 1
    assert "not removed from store dcn0: Glance cannot reach its cluster (fsid is null)" in problems[0]


def test_a_cluster_that_fails_after_the_plan_is_detected(plan, apply, glance):
    glance.add("a", stores="central,dcn0")
    plans = plan(("central",))
    assert plans[0].remove == ("dcn0",)
    glance.stores[1] = store("dcn0", fsid=None)
    result, problems = apply(plans)
    assert removals(glance) == []
    assert result["failed"] == ["dcn0"]
    assert "fsid is null" in problems[0]


def test_a_copy_that_disappears_after_the_plan_is_detected(plan, apply, glance):
    image = glance.add("a", stores="central,dcn0,dcn1")
    plans = plan(("central", "dcn1"))
    image["stores"] = "central,dcn0"
    _result, problems = apply(plans)
    assert removals(glance) == []
    assert "the image is not in all stores that must keep it" in problems[0]


def test_a_removal_by_another_request_is_no_change(plan, apply, glance):
    image = glance.add("a", stores="central,dcn0")
    plans = plan(("central",))
    image["stores"] = "central"
    result, problems = apply(plans)
    assert (result["changed"], result["after"], problems) == (False, ["central"], [])
    assert {item["store"]: item["action"] for item in result["stores"]} == {"central": "present", "dcn0": "absent"}


def test_clones_are_explained(plan, apply, glance):
    image = glance.add("a", stores="central,dcn0")
    glance.clones = {("dcn0", image["id"])}
    result, problems = apply(plan(("central",)))
    assert result["failed"] == ["dcn0"]
    assert "Clones (instances or volumes) depend on it" in problems[0]
    assert image["stores"] == "central,dcn0"


def test_an_image_that_is_locked_keeps_its_copies(plan, apply, glance):
    image = glance.add("a", stores="central,dcn0")
    plans = plan(("central",))
    glance.lock(image)
    _result, problems = apply(plans)
    assert removals(glance) == []
    assert "works on the image" in problems[0]


def test_without_reading_the_clusters_again_nothing_is_removed(plan, apply, client, glance):
    glance.add("a", stores="central,dcn0")
    plans = plan(("central",))
    client.faults["details"] = [GlanceError("HTTP 500", 500)]
    _result, problems = apply(plans)
    assert removals(glance) == []
    assert "could not report whether it reaches the clusters" in problems[0]
