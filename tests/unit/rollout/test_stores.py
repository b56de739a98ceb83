# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question for the stores at the end of a rollout: pods that are ready prove nothing about Glance."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, PODS, ExecResult, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import RolloutTarget
from ansible_collections.dcn.glance.plugins.module_utils._rollout.result import failure
from ansible_collections.dcn.glance.plugins.module_utils._rollout.stores import StoreCheck
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import (
    DONE,
    STORES,
    TIMEOUT,
    Rollout,
    RolloutResult,
)
from ansible_collections.dcn.glance.tests.support.builders.rollout import EDGE, NAMESPACE, World
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube
from ansible_collections.dcn.glance.tests.support.fakes.kube_clock import FakeWatches

TARGET = RolloutTarget(True, NAMESPACE, "openstack")
GOOD = {"asked": True, "status": 200, "error": "", "stores": ["a", "b"], "log": "", "configured": "a:rbd,b:rbd"}
BROKEN = {**GOOD, "status": 500, "error": "HTTP 500: Internal Server Error", "stores": [], "log": "No such option"}
RUNNING = [{"name": "glance-httpd", "state": {"running": {}}, "ready": True}]
POD = f"{EDGE}-api-1"


class FakeCluster:
    """A complete rollout; ``answers`` replace the good answer of a pod."""

    def __init__(self) -> None:
        self.kube = FakeKube().add(*World().objects)
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.forbidden = False
        for pod in self.kube.list(PODS, NAMESPACE)[0]:
            spec = {"containers": [{"name": "glance-httpd", "image": "glance:1"}]}
            changes = {"spec": spec, "status": {"containerStatuses": RUNNING, "podIP": "10.0.0.1"}}
            self.kube.change(PODS, NAMESPACE, pod["metadata"]["name"], changes)
        self.kube.on("exec", "pods", self._answer)

    def _answer(self, call: Any) -> ExecResult:
        self.asked.append(call.name)
        if self.forbidden:
            raise KubeError(FORBIDDEN, "You may not run commands in pods.")
        return ExecResult(0, json.dumps(self.answers.get(call.name, GOOD)).encode(), b"")

    def rollout(self, patience: float = 30.0) -> Rollout:
        return Rollout(self.kube, TARGET, self.kube.clock, patience, FakeWatches, StoreCheck(self.kube))

    def message(self, result: RolloutResult) -> str:
        return failure(self.kube, TARGET, result)


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


def test_every_pod_is_asked_once(cluster: FakeCluster) -> None:
    found = cluster.rollout().run(5.0, 0.0)
    assert (found.ended, found.pending, found.warnings) == (DONE, [], [])
    assert len(cluster.asked) == len(set(cluster.asked)) == 4


def test_ready_pods_whose_glance_answers_with_an_error_end_the_wait(cluster: FakeCluster) -> None:
    cluster.answers[POD] = BROKEN
    found = cluster.rollout(patience=7.0).run(60.0, 1.0)
    assert found.ended == STORES and 7.0 <= found.seconds < 20.0
    text = cluster.message(found)
    assert "pods do not serve their stores" in text and f"Glance API far, {EDGE}-api: {POD} is ready" in text
    assert "HTTP 500" in text and "the last error in its log: No such option" in text
    assert "Correct the configuration of these APIs" in text and "operators are running" not in text
    assert [each.row()["stage"] for each in found.pending] == ["stores"]


def test_a_timeout_before_that_names_them_as_well(cluster: FakeCluster) -> None:
    cluster.answers[POD] = BROKEN
    found = cluster.rollout().run(2.0, 0.0)
    assert found.ended == STORES and POD in cluster.message(found)


def test_a_glance_that_answers_later_is_waited_for(cluster: FakeCluster) -> None:
    cluster.answers[POD] = BROKEN
    cluster.kube.later(4.0, cluster.answers.clear)
    found = cluster.rollout().run(60.0, 0.0)
    assert (found.ended, found.pending) == (DONE, []) and found.seconds >= 4.0


def test_one_look_without_waiting(cluster: FakeCluster) -> None:
    cluster.answers[POD] = BROKEN
    found = cluster.rollout().check_once()
    assert found.ended == TIMEOUT and [each.progress.stage for each in found.pending] == ["stores"]


def test_a_glance_that_cannot_be_asked_is_reported(cluster: FakeCluster) -> None:
    cluster.answers[POD] = {**BROKEN, "asked": False, "error": "get a token from Keystone: HTTP 401."}
    found = cluster.rollout().run(5.0, 0.0)
    warning = f"The stores of Glance API far were not checked in {POD}: get a token from Keystone: HTTP 401."
    assert (found.ended, found.warnings) == (DONE, [warning])
    cluster.forbidden = True
    found = cluster.rollout().run(5.0, 0.0)
    assert found.ended == DONE and len(found.warnings) == 2
    assert all("You may not run commands in pods." in text for text in found.warnings)
