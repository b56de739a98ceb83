# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import judge, owned_pods, pod_row
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import a_pod, a_set

GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def pods(count: int, **more: Any) -> list[Any]:
    return [a_pod("web", ordinal, **more) for ordinal in range(count)]


ONE_OLD = [a_pod("web", 0, revision="old"), a_pod("web", 1), a_pod("web", 2)]
ROLLING = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}

CASES: list[tuple[str, Any, Any, int, str, str]] = [
    ("as asked", a_set(replicas=3), pods(3), 3, "ready", ""),
    ("another number", a_set(replicas=1), pods(1), 3, "ready", "spec.replicas is 1, not yet 3"),
    ("gone", None, [], 3, "ready", "does not exist"),
    ("not looked at", a_set(replicas=3, status={"observedGeneration": 0}), pods(3), 3, "ready", "has not taken"),
    ("S12 nothing, and no counts", a_set(replicas=0), [], 0, "ready", ""),
    ("S10 OnDelete, none ready", a_set(replicas=2, ready=0), pods(2, ready=False), 2, "ready", "web-0, web-1 are not"),
    ("counts late", a_set(replicas=3, status={"readyReplicas": 2}), pods(3), 3, "ready", "2 of 3 pods are ready by"),
    ("one too many", a_set(replicas=1), pods(2), 1, "ready", "web-1 still exists"),
    ("one going", a_set(replicas=1), [a_pod("web", 0), a_pod("web", 1, **GOING)], 1, "ready", "web-1 still exists"),
    ("wanted and going", a_set(replicas=1), [a_pod("web", 0, **GOING)], 1, "ready", "web-0 is not ready"),
    ("wrong ordinals", a_set(replicas=2), [a_pod("web", 0), a_pod("web", 2)], 2, "ready", "web-2 still exists"),
    ("S22 from five", a_set(replicas=1, ordinals={"start": 5}), [a_pod("web", 5)], 1, "ready", ""),
    ("S22 not from five", a_set(replicas=1, ordinals={"start": 5}), [a_pod("web", 0)], 1, "ready", "web-0 still"),
    ("S30", a_set(replicas=2, status={"availableReplicas": 1}), pods(2), 2, "available", "1 of 2 pods are available"),
    ("S30 ready only", a_set(replicas=2, status={"availableReplicas": 1}), pods(2), 2, "ready", ""),
    ("old revision", a_set(replicas=3), ONE_OLD, 3, "revision", "web-0 not of revision new"),
    ("old revision, not asked", a_set(replicas=3), ONE_OLD, 3, "ready", ""),
    ("S09 partition", a_set(replicas=3, **ROLLING), ONE_OLD, 3, "revision", ""),
    ("S17 no pods seen", a_set(replicas=3), None, 3, "ready", ""),
    ("S17 no pods seen, not ready", a_set(replicas=3, ready=1), None, 3, "ready", "1 of 3 pods exist"),
]


@pytest.mark.parametrize(
    ("body", "have", "replicas", "mode", "words"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_judge(body: Any, have: Any, replicas: int, mode: str, words: str) -> None:
    verdict = judge(body, have, replicas, mode)
    assert verdict.done is (words == "")
    assert words in verdict.waiting_for


def test_a_set_that_is_being_deleted_is_not_done() -> None:
    body = a_set(replicas=1)
    body["metadata"].update(GOING)
    assert not judge(body, pods(1), 1, "ready").done


def test_pods_are_a_sets_by_name_and_owner() -> None:
    stranger = a_pod("web", 1)
    stranger["metadata"]["ownerReferences"][0]["name"] = "other"
    longer = a_pod("web-1", 0)
    assert [pod["metadata"]["name"] for pod in owned_pods(a_set(), [stranger, longer, a_pod("web", 0)])] == ["web-0"]


def test_a_row_says_why() -> None:
    waiting = {"containerStatuses": [{"restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    row = pod_row(a_pod("web", 4, ready=False, status=waiting), "web")
    assert (row["ordinal"], row["ready"], row["restarts"], row["reason"]) == (4, False, 2, "CrashLoopBackOff")
    assert pod_row(a_pod("web", 0, **GOING), "web")["phase"] == "Terminating"
