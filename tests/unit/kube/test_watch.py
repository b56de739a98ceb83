# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches: what they report, how they resume, and the threads that run them."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    ADDED,
    DELETED,
    MODIFIED,
    PODS,
    STATEFULSETS,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import (
    FAILED,
    LISTED,
    POLLING,
    Cache,
    Event,
    Follower,
    Selection,
    Watches,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import NS, a_pod, a_statefulset
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube


def follower(kube: FakeKube, version: str = "") -> tuple[Follower, list[Event]]:
    events: list[Event] = []
    return Follower(kube, Selection(PODS, NS, version=version), kube.clock, events.append), events


def kinds(events: list[Event]) -> list[str]:
    found = [event.kind for event in events]
    events.clear()
    return found


def requests(kube: FakeKube) -> list[str]:
    return [call.verb for call in kube.asked]


def test_without_a_version_the_list_comes_first() -> None:
    kube = FakeKube().add(a_pod("web", 0))
    follow, events = follower(kube)
    assert follow.step() == 0.2 and kinds(events) == [LISTED]
    kube.add(a_pod("web", 1))
    kube.remove(PODS, NS, "web-0")
    kube.add(a_statefulset("web"))
    follow.step()
    assert kinds(events) == [ADDED, DELETED] and requests(kube) == ["list", "watch", "watch"]


def test_a_version_that_is_too_old_leads_to_a_new_list() -> None:
    kube = FakeKube().add(a_pod("web", 0))
    kube.fail("watch", "pods", KubeError("gone", "too old"), times=1)
    follow, events = follower(kube, "5")
    assert follow.step() == 0.0 and kinds(events) == []
    follow.step()
    assert kinds(events) == [LISTED] and requests(kube) == ["watch", "list", "watch"]


def test_failed_requests_are_repeated_with_growing_pauses() -> None:
    kube = FakeKube()
    kube.fail("watch", "pods", KubeError("unreachable", "no response", verb="watch"), times=6)
    follow, events = follower(kube, "5")
    assert [follow.step() for _attempt in range(6)] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert kinds(events) == [FAILED] * 6
    assert follow.step() == 0.2 and kinds(events) == []


@pytest.mark.parametrize("reason", ["forbidden", "unauthorized"])
def test_without_the_right_to_watch_the_list_is_read_every_second(reason: str) -> None:
    kube = FakeKube().add(a_pod("web", 0))
    kube.fail("watch", "pods", KubeError(reason, "no", verb="watch"))
    follow, events = follower(kube, "5")
    follow.step()
    assert [follow.step(), follow.step()] == [1.0, 1.0]
    assert kinds(events) == [POLLING, LISTED, LISTED] and requests(kube) == ["watch", "list", "list"]


def test_threads_report_events_of_all_selections() -> None:
    kube = FakeKube().add(a_pod("web", 0), a_statefulset("web"))
    watches = Watches(kube, Clock())
    for resource in (PODS, STATEFULSETS):
        watches.start(Selection(resource, NS))
    try:
        found = [watches.next(30), watches.next(30)]
        assert sorted(str(event.selection.resource) for event in found if event) == ["pods", "statefulsets.apps"]
        kube.add(a_pod("web", 1))
        event = watches.next(30)
        assert event is not None and (event.kind, event.body["metadata"]["name"]) == (ADDED, "web-1")
        assert watches.next(0) is None
    finally:
        watches.stop()


@pytest.mark.parametrize(
    ("kind", "pod", "left"),
    [
        (LISTED, 2, ["web-2"]),
        (ADDED, 2, ["web-0", "web-1", "web-2"]),
        (MODIFIED, 1, ["web-0", "web-1"]),
        (DELETED, 1, ["web-0"]),
        (DELETED, 7, ["web-0", "web-1"]),
    ],
)
def test_the_cache_after_an_event(kind: str, pod: int, left: list[str]) -> None:
    cache = Cache()
    cache.put(PODS, [a_pod("web", 0), a_pod("web", 1)])
    cache.put(STATEFULSETS, [a_statefulset("web")])
    body = a_pod("web", pod)
    cache.apply(Event(Selection(PODS, NS), kind, body, [body]))
    assert sorted(each["metadata"]["name"] for each in cache.all(PODS, NS)) == left
    assert cache.get(STATEFULSETS, NS, "web") is not None and cache.get(PODS, "elsewhere", "web-0") is None
