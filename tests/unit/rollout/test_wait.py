# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait, with faults that a real cluster cannot be made to have."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    FORBIDDEN,
    GLANCE_APIS,
    NOT_FOUND,
    PODS,
    STATEFULSETS,
    UNREACHABLE,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout import result as rollout_result
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, RolloutError
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import DONE, ERROR, LATE, Outcome, Rollout
from ansible_collections.dcn.glance.tests.support.builders.rollout import EDGE, NAMESPACE, World, condition
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

GOAL = Goal(True, NAMESPACE, "openstack")
SET = f"{EDGE}-api"


class Bed:
    """A cluster in which everything has arrived, and the wait on it."""

    def __init__(self, world: World) -> None:
        self.kube = FakeKube().add(*world.objects)
        self.goal = GOAL

    def run(self, timeout: float = 5.0, stable: float = 0.0, patience: float = 30.0) -> Outcome:
        return Rollout(self.kube, self.goal, SystemClock(), patience).run(timeout, stable)

    def status(self, resource: Any, name: str, **fields: Any) -> None:
        self.kube.change(resource, NAMESPACE, name, {"status": fields})

    def behind(self) -> None:
        """The GlanceAPI has a generation that nobody has looked at."""
        self.kube.change(GLANCE_APIS, NAMESPACE, EDGE, {"metadata": {"generation": 5}})

    def caught_up(self) -> None:
        self.status(GLANCE_APIS, EDGE, observedGeneration=5)

    def ready(self, ordinal: int, ready: bool) -> None:
        conditions = [condition("Ready", "True" if ready else "False")]
        self.status(PODS, f"{SET}-{ordinal}", conditions=conditions)
        self.status(STATEFULSETS, SET, readyReplicas=2 if ready else 1)

    def message(self, outcome: Outcome) -> str:
        return rollout_result.failure(self.kube, self.goal, outcome)


@pytest.fixture
def bed() -> Bed:
    return Bed(World())


def test_one_look_is_enough_for_what_is_there(bed: Bed) -> None:
    found = bed.run()
    assert (found.ended, found.pending, bed.kube.calls) == (DONE, [], 5)
    assert bed.kube.writes == []
    rows = rollout_result.rows(found)
    assert [row["api"] for row in rows] == ["hub", "far"] and len(rows[0]["statefulsets"]) == 2
    expected = {"name": SET, "uid": f"uid-{SET}", "replicas": 2, "ready": 2, "revision": "r1", "action": "none"}
    assert rows[1]["statefulsets"] == [expected]


def test_it_stays_for_a_while_and_is_read_once_more(bed: Bed) -> None:
    found = bed.run(stable=1.1)
    assert found.ended == DONE and found.seconds >= 1.1
    lists = [call.resource.partition(".")[0] for call in bed.kube.asked if call.verb == "list"]
    assert lists.count("statefulsets") == 2


def test_watches_that_tell_nothing_are_not_believed(bed: Bed) -> None:
    for name in ("statefulsets", "pods"):
        bed.kube.on("watch", name, lambda call: [])
    bed.kube.later(0.2, lambda: bed.ready(1, False))
    assert bed.run(timeout=1.5, stable=1.1).ended == LATE


def test_parked_apis_need_no_time(bed: Bed) -> None:
    bed = Bed(World(far=0))
    bed.goal = Goal(True, NAMESPACE, "openstack", ("far",), True)
    assert bed.run(stable=60).seconds < 1 and bed.kube.calls == 5


def test_what_breaks_in_between_starts_the_time_anew(bed: Bed) -> None:
    bed.kube.later(0.3, lambda: bed.ready(1, False))
    bed.kube.later(0.6, lambda: bed.ready(1, True))
    found = bed.run(stable=0.5)
    assert found.ended == DONE and found.seconds >= 1.1


def test_the_operator_comes_later(bed: Bed) -> None:
    bed.behind()
    bed.kube.later(0.3, bed.caught_up)
    found = bed.run()
    assert found.ended == DONE and 0.3 <= found.seconds < 3


def test_the_object_changes_in_the_wait(bed: Bed) -> None:
    """What counts is what the object says at the end."""
    bed.behind()

    def change() -> None:
        far = {"spec": {"glance": {"template": {"glanceAPIs": {"far": {"replicas": 3}}}}}}
        bed.kube.change(CONTROL_PLANES, NAMESPACE, "openstack", far)
        bed.status(CONTROL_PLANES, "openstack", observedGeneration=5)
        bed.caught_up()

    bed.kube.later(0.2, change)
    found = bed.run(timeout=1.0)
    assert found.ended == LATE and "replicas 2 becomes 3" in found.pending[0].verdict.text


def recreated(body: Object) -> Object:
    new = copy.deepcopy(body)
    new["metadata"]["uid"] = "uid-new"
    new["status"].update(readyReplicas=0)
    return new


def test_a_recreated_set_is_told(bed: Bed) -> None:
    """And pods of the former one do not count, whatever they say."""
    bed.behind()
    body = bed.kube.get(STATEFULSETS, NAMESPACE, SET) or {}

    def replace() -> None:
        bed.kube.remove(STATEFULSETS, NAMESPACE, SET)
        bed.kube.add(recreated(body))
        bed.caught_up()

    def pods() -> None:
        for number in (0, 1):
            reference = {**body["metadata"]["ownerReferences"][0], "kind": "StatefulSet", "name": SET, "uid": "uid-new"}
            change = {"metadata": {"ownerReferences": [reference]}}
            bed.kube.change(PODS, NAMESPACE, f"{SET}-{number}", change)

    bed.kube.later(0.1, replace)
    bed.kube.later(0.3, lambda: bed.status(STATEFULSETS, SET, readyReplicas=2))
    bed.kube.later(0.6, pods)
    found = bed.run(stable=0.1)
    row = rollout_result.rows(found)[1]["statefulsets"][0]
    assert found.ended == DONE and found.seconds >= 0.7 and (row["uid"], row["action"]) == ("uid-new", "recreated")


def test_a_set_that_was_just_made_is_starting(bed: Bed) -> None:
    bed.status(STATEFULSETS, SET, replicas=0, readyReplicas=0)
    bed.kube.later(0.2, lambda: bed.status(STATEFULSETS, SET, replicas=2, readyReplicas=2))
    found = bed.run()
    assert found.ended == DONE and rollout_result.rows(found)[1]["statefulsets"][0]["action"] == "starting"


def test_a_watch_that_is_behind_the_others_fools_nobody(bed: Bed) -> None:
    bed.kube.on("watch", "statefulsets", lambda call: [])
    bed.behind()
    body = bed.kube.get(STATEFULSETS, NAMESPACE, SET) or {}
    bed.kube.later(0.2, lambda: (bed.kube.add(recreated(body)), bed.caught_up()))
    found = bed.run(timeout=1.5)
    assert found.ended == LATE and found.pending[0].statefulset == SET


def test_an_error_that_stays_ends_it(bed: Bed) -> None:
    wrong = [condition("Ready", "False", "Error", "no"), condition("DeploymentReady", "False", "Error", "no secret")]
    bed.status(GLANCE_APIS, EDGE, conditions=wrong)
    found = bed.run(timeout=30, patience=0.3)
    assert found.ended == ERROR and found.seconds < 5
    text = bed.message(found)
    assert "far" in text and "hub" not in text and f"error of GlanceAPI {EDGE}: DeploymentReady: no secret." in text
    assert "an operator reports an error" in text and "Correct what the operator complains about" in text


def test_an_error_that_passes_does_not(bed: Bed) -> None:
    bed.status(GLANCE_APIS, EDGE, conditions=[condition("DeploymentReady", "False", "Error", "conflict")])
    bed.kube.later(0.3, lambda: bed.status(GLANCE_APIS, EDGE, conditions=[condition("Ready")]))
    assert bed.run(patience=1).ended == DONE


def test_a_stuck_operator_is_named(bed: Bed) -> None:
    bed.kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"metadata": {"generation": 9}})
    found = bed.run(timeout=0)
    lines = bed.message(found).splitlines()
    assert lines[0] == "OpenStackControlPlane openstack/openstack: after 0 s the change has not arrived."
    assert lines[1] == "  OpenStackControlPlane openstack: its operator has looked at generation 4 of 9."
    assert lines[2].startswith("Look whether the operators run") and len(lines) == 3
    expected = {"api": "", "statefulset": "", "stage": "operator", "error": ""}
    assert {**found.pending[0].row(), "reason": ""} == {**expected, "reason": ""}


def test_an_unready_pod_is_explained(bed: Bed) -> None:
    bed.ready(1, False)
    waiting = {"name": "glance-httpd", "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}
    bed.status(PODS, f"{SET}-1", containerStatuses=[waiting])
    found = bed.run(timeout=0)
    text = bed.message(found)
    assert f"at 1 of 2 Glance APIs (far).\n  Glance API far, {SET}: {SET}-1 is not ready." in text
    assert "no such image" in text and "Correct what is said about the pods" in text


def test_what_may_not_be_seen_is_said(bed: Bed) -> None:
    bed.kube.fail("list", "pods", KubeError(FORBIDDEN, "You may not list pods."))
    found = bed.run()
    assert found.ended == DONE and found.warnings == [
        "You may not list pods. Without it only the counts of the sets can be waited for."
    ]
    bed.ready(1, False)
    bed.kube.fail("list", "events", KubeError(FORBIDDEN, "You may not list events."))
    assert "You may not list events." in bed.message(bed.run(timeout=0))


def test_where_watching_is_forbidden_lists_are_read(bed: Bed) -> None:
    bed.kube.fail("watch", "glanceapis", KubeError(FORBIDDEN, "You may not watch it.", verb="watch"))
    bed.behind()
    bed.kube.later(0.3, bed.caught_up)
    found = bed.run()
    assert found.ended == DONE and "Without it the list is read each second." in found.warnings[0]


def test_the_api_goes_away(bed: Bed) -> None:
    bed.behind()
    error = KubeError(UNREACHABLE, "Nobody answers.")
    bed.kube.later(0.1, lambda: bed.kube.fail("*", "*", error))
    bed.kube.fail("watch", "glances", error, times=10**6)
    found = bed.run(timeout=0.6)
    assert found.ended == LATE and "Kubernetes API: Nobody answers." in bed.message(found)


def test_the_object_is_deleted(bed: Bed) -> None:
    bed.behind()
    bed.kube.later(0.2, lambda: bed.kube.remove(CONTROL_PLANES, NAMESPACE, "openstack"))
    with pytest.raises(RolloutError, match="was deleted while") as caught:
        bed.run()
    assert caught.value.reason == "deleted"


def test_a_cluster_without_operators(bed: Bed) -> None:
    bed.kube.fail("list", "openstackcontrolplanes", KubeError(NOT_FOUND, "404"))
    with pytest.raises(RolloutError, match="knows no OpenStackControlPlane.core.openstack.org"):
        bed.run()


def test_keys_of_a_topology_that_the_object_lacks(bed: Bed) -> None:
    bed.goal = Goal(True, NAMESPACE, "openstack", ("far", "late"))
    found = bed.run()
    assert [row["api"] for row in rollout_result.rows(found)] == ["far"]
    assert rollout_result.warnings(found, bed.goal) == [
        "OpenStackControlPlane openstack/openstack does not have the Glance API late of the topology, "
        "so nobody waited for it."
    ]
