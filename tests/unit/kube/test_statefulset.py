# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    ordinal_of,
    owned_pods,
    pod_row,
    statefulset_status,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import a_pod, a_statefulset

GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def pods(count: int, **more: Any) -> list[Any]:
    return [a_pod("web", ordinal, **more) for ordinal in range(count)]


def former(ordinal: int) -> Any:
    """A ready pod of an earlier StatefulSet of the same name."""
    return a_pod("web", ordinal, owner_uid="uid-of-an-earlier-one")


def other(name: str, kind: str = "") -> Any:
    """A pod of that name that something else has created."""
    pod = a_pod("web", 0)
    reference = {"apiVersion": "batch/v1", "kind": kind, "name": "x", "uid": "uid-x", "controller": True}
    return {**pod, "metadata": {**pod["metadata"], "name": name, "ownerReferences": [reference] if kind else []}}


EARLIER = "web-1 belongs to an earlier StatefulSet web"
ONE_OLD = [a_pod("web", 0, revision="old"), a_pod("web", 1), a_pod("web", 2)]
ROLLING = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}

CASES: list[tuple[str, Any, Any, int, str, str]] = [
    ("as desired", a_statefulset(replicas=3), pods(3), 3, "ready", ""),
    ("other replicas", a_statefulset(replicas=1), pods(1), 3, "ready", "spec.replicas is 1, not yet 3"),
    ("deleted", None, [], 3, "ready", "does not exist"),
    (
        "not observed",
        a_statefulset(replicas=3, status={"observedGeneration": 0}),
        pods(3),
        3,
        "ready",
        "has not observed",
    ),
    ("no replicas and no counts", a_statefulset(replicas=0), [], 0, "ready", ""),
    (
        "OnDelete, none ready",
        a_statefulset(replicas=2, ready=0),
        pods(2, ready=False),
        2,
        "ready",
        "web-0, web-1 are not",
    ),
    (
        "status late",
        a_statefulset(replicas=3, status={"readyReplicas": 2}),
        pods(3),
        3,
        "ready",
        "2 of 3 pods are ready according to status",
    ),
    ("one too many", a_statefulset(replicas=1), pods(2), 1, "ready", "web-1 still exists"),
    (
        "one being deleted",
        a_statefulset(replicas=1),
        [a_pod("web", 0), a_pod("web", 1, **GOING)],
        1,
        "ready",
        "web-1 still exists",
    ),
    (
        "a wanted pod is being deleted",
        a_statefulset(replicas=1),
        [a_pod("web", 0, **GOING)],
        1,
        "ready",
        "web-0 is not ready",
    ),
    ("wrong ordinals", a_statefulset(replicas=2), [a_pod("web", 0), a_pod("web", 2)], 2, "ready", "web-2 still exists"),
    ("ordinals from five", a_statefulset(replicas=1, ordinals={"start": 5}), [a_pod("web", 5)], 1, "ready", ""),
    (
        "an ordinal below the first",
        a_statefulset(replicas=1, ordinals={"start": 5}),
        [a_pod("web", 0)],
        1,
        "ready",
        "web-0 still",
    ),
    (
        "not available yet",
        a_statefulset(replicas=2, status={"availableReplicas": 1}),
        pods(2),
        2,
        "available",
        "1 of 2 pods are available",
    ),
    ("ready but not available", a_statefulset(replicas=2, status={"availableReplicas": 1}), pods(2), 2, "ready", ""),
    ("old revision", a_statefulset(replicas=3), ONE_OLD, 3, "revision", "web-0 not of revision new"),
    ("old revision does not matter", a_statefulset(replicas=3), ONE_OLD, 3, "ready", ""),
    ("old revision below the partition", a_statefulset(replicas=3, **ROLLING), ONE_OLD, 3, "revision", ""),
    ("a pod of an earlier StatefulSet", a_statefulset(replicas=2), [a_pod("web", 0), former(1)], 2, "ready", EARLIER),
    (
        "an extra pod of an earlier StatefulSet",
        a_statefulset(replicas=1),
        [a_pod("web", 0), former(1)],
        1,
        "ready",
        EARLIER,
    ),
    (
        "a pod of another owner",
        a_statefulset(replicas=1),
        [other("web-0", "Job")],
        1,
        "ready",
        "web-0 belongs to Job x",
    ),
    ("a pod without an owner", a_statefulset(replicas=1), [other("web-0")], 1, "ready", "web-0 belongs to no owner"),
    (
        "an extra pod of another owner",
        a_statefulset(replicas=1),
        [a_pod("web", 0), other("web-7", "Job")],
        1,
        "ready",
        "",
    ),
    ("pods unknown", a_statefulset(replicas=3), None, 3, "ready", ""),
    ("pods unknown, not ready", a_statefulset(replicas=3, ready=1), None, 3, "ready", "1 of 3 pods exist"),
]


@pytest.mark.parametrize(
    ("body", "have", "replicas", "mode", "words"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_status(body: Any, have: Any, replicas: int, mode: str, words: str) -> None:
    status = statefulset_status(body, have, replicas, mode)
    assert status.done is (words == "")
    assert words in status.waiting_for


def test_a_statefulset_that_is_being_deleted_is_not_done() -> None:
    body = a_statefulset(replicas=1)
    body["metadata"].update(GOING)
    assert not statefulset_status(body, pods(1), 1, "ready").done


def test_pods_belong_to_a_statefulset_by_name_and_uid_of_the_owner() -> None:
    stranger = former(1)
    longer = a_pod("web-1", 0)
    assert [pod["metadata"]["name"] for pod in owned_pods(a_statefulset(), [stranger, longer, a_pod("web", 0)])] == [
        "web-0"
    ]


def test_a_pod_row_has_the_reason() -> None:
    waiting = {"containerStatuses": [{"restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    row = pod_row(a_pod("web", 4, ready=False, status=waiting), "web")
    assert (row["ordinal"], row["ready"], row["restarts"], row["reason"]) == (4, False, 2, "CrashLoopBackOff")
    assert pod_row(a_pod("web", 0, **GOING), "web")["phase"] == "Terminating"


@pytest.mark.parametrize(
    ("pod", "name", "ordinal"),
    [
        ("web-0", "web", 0),
        ("web-12", "web", 12),
        ("web-1-0", "web", None),
        ("web-1-0", "web-1", 0),
        ("x-0", "web", None),
    ],
)
def test_ordinals(pod: str, name: str, ordinal: int | None) -> None:
    assert ordinal_of(pod, name) == ordinal


def test_ordinals_with_a_start() -> None:
    assert list(wanted_ordinals({"spec": {"ordinals": {"start": 5}}}, 2)) == [5, 6]
    assert list(wanted_ordinals({"spec": {}}, 0)) == []
