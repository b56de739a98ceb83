# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are emptied, on the Glance in memory: what forbids it, and what happens to each image."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.drain import apply_drain, predict
from ansible_collections.dcn.glance.plugins.module_utils._glance.drain_plan import (
    DrainItem,
    DrainRequest,
    check_request,
    plan_drain,
    refusals,
    report,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.tests.support.fakes.glance import store

Plan = Callable[..., tuple[DrainItem, ...]]


def request(**more: Any) -> DrainRequest:
    return DrainRequest(("dcn1",), **more)


@pytest.fixture
def plan(client: Any) -> Plan:
    return lambda **more: plan_drain(client.images(), request(**more), client.store_details())


@pytest.fixture
def apply(client: Any, clock: Any) -> Callable[..., Any]:
    return lambda items: apply_drain(client, items, CopyLimits(retries=0), clock)


def actions(items: Any) -> dict[str, str]:
    return {item.image.name: item.action for item in items}


def after(outcomes: Any) -> dict[str, str]:
    return {outcome.item.image.name: ",".join(outcome.after) for outcome in outcomes}


def removals(glance: Any) -> list[str]:
    return [line for line in glance.log if line.startswith(("remove", "clear", "delete"))]


def fill(glance: Any) -> None:
    glance.add("shared", stores="central,dcn1")
    glance.add("elsewhere", stores="central,dcn0")
    glance.add("alone", stores="dcn1", os_hidden=True)


def test_each_image_is_emptied_in_its_way(plan: Plan, apply: Any, glance: Any) -> None:
    fill(glance)
    items = plan(copy_to=("central",))
    assert actions(items) == {"shared": "remove", "alone": "copy"}
    outcomes = apply(items)
    assert [problem for outcome in outcomes for problem in outcome.problems] == []
    assert after(outcomes) == after(predict(items)) == {"shared": "central", "alone": "central"}
    assert {image["name"]: image["stores"] for image in glance.images.values()} == {
        "shared": "central",
        "elsewhere": "central,dcn0",
        "alone": "central",
    }
    assert plan(copy_to=("central",)) == ()


def test_the_report_has_numbers_names_ids_and_sizes(plan: Plan, glance: Any) -> None:
    fill(glance)
    wanted = request(copy_to=("central",))
    assert report(plan(copy_to=("central",)), wanted) == [
        "1 image with copies in other stores; removed from store dcn1:",
        "  shared (00000000-0000-0000-0000-000000000001), 1000 bytes",
        "1 image without other copies; copied to store central, then removed from store dcn1:",
        "  alone (00000000-0000-0000-0000-000000000003), 1000 bytes",
    ]


@pytest.mark.parametrize(
    ("image", "options", "reason"),
    [
        ({"stores": "dcn1"}, {}, "it has no other copy; set copy_to, or delete the image"),
        ({"stores": "dcn1,unknown"}, {}, "it has no other copy"),
        ({"stores": "central,dcn1", "status": "deactivated"}, {}, "it is deactivated; reactivate it first"),
        ({"stores": "central,dcn1", "os_glance_import_task": "t9"}, {}, "task t9 works on it"),
        (
            {"stores": "central", "os_glance_import_task": "t9", "os_glance_importing_to_stores": "dcn1"},
            {"dark": True},
            "task t9 works on it",
        ),
        (
            {"stores": "central,dcn1"},
            {"in_use": {"00000000-0000-0000-0000-000000000001": "2 clones"}},
            "2 clones",
        ),
        ({"stores": "dcn1"}, {"dark": True}, "Glance reaches the cluster of store dcn1, so its data are not lost"),
    ],
)
def test_what_is_in_the_way(plan: Plan, glance: Any, image: Any, options: Any, reason: str) -> None:
    glance.add("a", **image)
    (text,) = refusals(plan(**options))
    assert text.startswith("Image a (00000000-0000-0000-0000-000000000001), 1000 bytes: not removed from store dcn1: ")
    assert reason in text


@pytest.mark.parametrize("dead", ["central", "dcn1"])
def test_a_cluster_that_does_not_answer_is_in_the_way(plan: Plan, glance: Any, dead: str) -> None:
    glance.add("a", stores="central,dcn1")
    glance.stores[["central", "dcn0", "dcn1"].index(dead)] = store(dead, fsid=None)
    (text,) = refusals(plan())
    assert "Glance cannot reach" in text


def test_a_copy_that_fails_removes_nothing(plan: Plan, apply: Any, glance: Any) -> None:
    fill(glance)
    glance.failing = {"central"}
    outcomes = apply(plan(copy_to=("central",)))
    assert after(outcomes) == {"shared": "central", "alone": "dcn1"}
    assert len(outcomes[1].problems) == 2
    assert len(removals(glance)) == 1


def test_lost_images_are_deleted(plan: Plan, apply: Any, glance: Any) -> None:
    fill(glance)
    glance.stores[2] = store("dcn1", fsid=None)
    items = plan(dark=True)
    assert actions(items) == {"shared": "forget", "alone": "lose"}
    outcomes = apply(items)
    assert after(outcomes) == after(predict(items)) == {"shared": "central", "alone": ""}
    assert [image["name"] for image in glance.images.values()] == ["shared", "elsewhere"]
    assert plan(dark=True) == ()


def test_a_lost_image_that_is_protected_is_in_the_way(plan: Plan, glance: Any) -> None:
    glance.add("a", stores="dcn1", protected=True)
    glance.add("b", stores="dcn1,central", protected=True)
    glance.stores[2] = store("dcn1", fsid=None)
    (text,) = refusals(plan(dark=True))
    assert "Image a (" in text and "all its copies are lost, and it is protected" in text


def test_what_changed_after_the_plan_is_seen(plan: Plan, apply: Any, glance: Any) -> None:
    shared = glance.add("shared", stores="central,dcn1")
    alone = glance.add("alone", stores="dcn1")
    locked = glance.add("locked", stores="dcn1")
    glance.stores[2] = store("dcn1", fsid=None)
    items = plan(dark=True)
    shared["stores"], alone["stores"] = "dcn1", "dcn1,dcn0"
    glance.lock(locked)
    outcomes = apply(items)
    assert after(outcomes) == {"shared": "dcn1", "alone": "dcn0", "locked": "dcn1"}
    assert "its other copies were removed meanwhile" in outcomes[0].problems[0]
    assert [line.split()[0] for line in removals(glance)] == ["remove"]


def test_an_image_that_fails_does_not_stop_the_others(plan: Plan, apply: Any, glance: Any, client: Any) -> None:
    glance.add("a", stores="dcn1")
    glance.add("b", stores="dcn1")
    glance.stores[2] = store("dcn1", fsid=None)
    client.faults["delete"] = [GlanceError("no", 403)]
    outcomes = apply(plan(dark=True))
    assert after(outcomes) == {"a": "dcn1", "b": ""}
    assert [len(outcome.problems) for outcome in outcomes] == [1, 0]


def test_all_wrong_stores_are_reported_at_once(client: Any) -> None:
    with pytest.raises(InputErrors) as caught:
        check_request(request(copy_to=("dcn1", "dcn9"), dark=True), client.store_details())
    assert [str(problem).partition(",")[0].partition(";")[0] for problem in caught.value.problems] == [
        "copy_to: the API has no store 'dcn9'",
        "copy_to: store 'dcn1' is one of those that are emptied",
        "copy_to: nothing can be copied from stores that are dark: set either this or dark",
    ]
