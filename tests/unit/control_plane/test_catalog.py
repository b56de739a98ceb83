# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The move of Keystone's catalog to another API: what its pods really serve, and moves with a second worker."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import ControlPlanePlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import endpoint_result
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import ControlPlaneResult
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    FORBIDDEN,
    ExecResult,
    KubeError,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    NAMESPACE,
    glance,
    stateful_set,
    template_of,
    topology,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube
from ansible_collections.dcn.glance.tests.support.fakes.pods import pod

HALVES = ("external", "internal")
DATA = topology("dcn0")
RENAMED = copy.deepcopy(DATA)
RENAMED["sites"]["central"]["glance"] = {"api": {"name": "central2"}}
SERVED = {"asked": True, "error": "", "stores": ["central", "dcn0"], "log": "", "configured": ""}


class Deployment:
    """A hub API in the catalog and its successor, both with ready pods; ``answer`` is that of Glance in each pod."""

    def __init__(self, kube: FakeKube, run: Callable[..., ControlPlaneResult]) -> None:
        self.kube = kube
        self.run = run
        self.answer: dict[str, Any] = dict(SERVED)
        self.asked: list[str] = []
        run(DATA)
        kube.add(glance(self.item["metadata"]["uid"]))
        self.serve("central", 1)
        run(RENAMED)
        self.serve("central2", 1)
        kube.on("exec", "pods", self._answer)

    def _answer(self, call: Any) -> ExecResult:
        self.asked.append(call.name)
        return ExecResult(0, json.dumps(self.answer).encode(), b"")

    @property
    def item(self) -> Any:
        return self.kube.get(CONTROL_PLANES, NAMESPACE, "openstack")

    def serve(self, key: str, count: int) -> None:
        """The operator has made the workers."""
        for half in HALVES:
            name = f"glance-{key}-{half}-api"
            self.kube.add(stateful_set(name, count), *(pod(key, number, half) for number in range(count)))

    def replicas(self) -> dict[str, int]:
        apis = template_of(self.item)["glanceAPIs"]
        return {key: apis[key]["replicas"] for key in ("central", "central2")}

    def step(self, **options: Any) -> ControlPlanePlan:
        return self.run(RENAMED, **options).plan


@pytest.fixture
def deployment(kube: FakeKube, run: Callable[..., ControlPlaneResult]) -> Deployment:
    return Deployment(kube, run)


def test_pods_that_serve_every_store_take_over(deployment: Deployment) -> None:
    assert deployment.step(check=True).merge.endpoint_after == "central2"
    assert deployment.step().merge.endpoint_after == "central2"
    assert set(deployment.asked) == {f"glance-central2-{half}-api-0" for half in HALVES}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        (
            {"error": "HTTP 500", "log": "no such driver"},
            "list its stores: HTTP 500; the last error in its log",
        ),
        ({"stores": ["central"]}, "its Glance lacks the store dcn0; it has central"),
    ],
)
def test_pods_that_do_not_serve_every_store_do_not_take_over(
    deployment: Deployment, changes: dict[str, Any], cause: str
) -> None:
    deployment.answer.update(changes)
    for check in (True, False):
        merge = deployment.step(check=check).merge
        assert merge.endpoint_after == "central" and cause in merge.endpoint_reason
        assert any(cause in text for text in merge.warnings)


def test_purge_keeps_the_old_api_while_the_new_one_does_not_serve_every_store(deployment: Deployment) -> None:
    deployment.step()
    deployment.answer["stores"] = ["central"]
    plan = deployment.step(purge=True)
    (kept,) = [each for each in plan.merge.apis if each.key == "central"]
    assert kept.action == "kept" and "its Glance lacks the store dcn0" in kept.reason
    deployment.answer = dict(SERVED)
    assert "central" not in template_of(deployment.run(RENAMED, purge=True).after)["glanceAPIs"]


def test_pods_that_cannot_be_asked_are_reported(deployment: Deployment) -> None:
    deployment.kube.fail("list", "pods", KubeError(FORBIDDEN, "You may not list pods."))
    plan = deployment.step()
    assert plan.merge.endpoint_after == "central2"
    assert "The stores of Glance API central2 were not checked in its pods: You may not list pods." in plan.warnings


def test_nobody_is_asked_unless_an_api_may_be_replaced(deployment: Deployment) -> None:
    deployment.step()
    deployment.asked.clear()
    assert not deployment.step().changed and deployment.asked == []


def test_a_move_with_second_workers(deployment: Deployment) -> None:
    """Both get a second worker, then the catalog moves, then they lose it; each run continues from the object alone."""
    first = deployment.step(spare_worker=True)
    assert (first.merge.endpoint_after, endpoint_result(first)["next"]) == ("central", "move")
    assert "central and central2 get a second worker" in first.merge.endpoint_reason
    assert deployment.replicas() == {"central": 2, "central2": 2}
    assert read_managed(deployment.item).spare == {"central": 1, "central2": 1}
    waiting = deployment.step(spare_worker=True, replicas="topology")
    assert (waiting.changed, endpoint_result(waiting)["next"]) == (False, "move")
    assert "the second worker of central and central2 is not ready yet" in waiting.merge.endpoint_reason
    for key in ("central", "central2"):
        deployment.serve(key, 2)
    moved = deployment.step(spare_worker=True)
    result = endpoint_result(moved)
    assert (result["after"], result["next"]) == ("central2", "scale_back")
    assert result["scale_back"] == {"central": 1, "central2": 1}
    assert not [text for text in moved.warnings if "one ready pod" in text]
    assert not deployment.step(spare_worker=True).changed
    for key in ("central", "central2"):
        deployment.kube.change(
            CONTROL_PLANES,
            NAMESPACE,
            "openstack",
            {"spec": {"glance": {"template": {"glanceAPIs": {key: {"replicas": 1}}}}}},
        )
    done = deployment.step(spare_worker=True)
    assert done.changed and endpoint_result(done)["next"] == ""
    assert "spare" not in deployment.item["metadata"]["annotations"]["dcn.glance/managed"]
    assert not deployment.step(spare_worker=True).changed


def test_a_single_worker_is_said_and_the_way_out(deployment: Deployment) -> None:
    (text,) = [text for text in deployment.step().warnings if "one ready pod" in text]
    assert "set spare_worker: true" in text


def test_stores_that_lack_come_before_second_workers(deployment: Deployment) -> None:
    deployment.answer["stores"] = ["central"]
    plan = deployment.step(spare_worker=True)
    assert not plan.changed and endpoint_result(plan)["next"] == ""
    assert deployment.replicas() == {"central": 1, "central2": 1}
