# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for a rollout, with faults that a real cluster does not produce on demand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    FORBIDDEN,
    GLANCE_APIS,
    GLANCES,
    NOT_FOUND,
    PODS,
    STATEFULSETS,
    UNREACHABLE,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import RolloutError, RolloutTarget
from ansible_collections.dcn.glance.plugins.module_utils._rollout.result import failure, rows, warnings
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import (
    DONE,
    ERROR,
    TIMEOUT,
    Rollout,
    RolloutResult,
)
from ansible_collections.dcn.glance.tests.support.builders.rollout import EDGE, NAMESPACE, World, condition
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube
from ansible_collections.dcn.glance.tests.support.fakes.kube_clock import FakeWatches

TARGET = RolloutTarget(True, NAMESPACE, "openstack")
STATEFULSET = f"{EDGE}-api"


class FakeCluster:
    """A cluster in which the rollout is complete, and the wait for it."""

    def __init__(self, world: World) -> None:
        self.kube = FakeKube().add(*world.objects)
        self.target = TARGET

    def run(self, timeout: float = 5.0, stable: float = 0.0, patience: float = 30.0) -> RolloutResult:
        return Rollout(self.kube, self.target, self.kube.clock, patience, FakeWatches).run(timeout, stable)

    def status(self, resource: Any, name: str, **fields: Any) -> None:
        self.kube.change(resource, NAMESPACE, name, {"status": fields})

    def behind(self) -> None:
        """The GlanceAPI has a generation that its operator has not observed."""
        self.kube.change(GLANCE_APIS, NAMESPACE, EDGE, {"metadata": {"generation": 5}})

    def caught_up(self) -> None:
        self.status(GLANCE_APIS, EDGE, observedGeneration=5)

    def ready(self, ordinal: int, ready: bool) -> None:
        conditions = [condition("Ready", "True" if ready else "False")]
        self.status(PODS, f"{STATEFULSET}-{ordinal}", conditions=conditions)
        self.status(STATEFULSETS, STATEFULSET, readyReplicas=2 if ready else 1)

    def message(self, result: RolloutResult) -> str:
        return failure(self.kube, self.target, result, 2.0)


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster(World())


def test_a_complete_rollout_is_read_once(cluster: FakeCluster) -> None:
    found = cluster.run()
    assert (found.ended, found.pending, cluster.kube.calls) == (DONE, [], 5)
    assert cluster.kube.writes == []
    hub, far = rows(found)
    assert (hub["api"], far["api"]) == ("hub", "far") and len(hub["statefulsets"]) == 2
    expected = {
        "name": STATEFULSET,
        "uid": f"uid-{STATEFULSET}",
        "replicas": 2,
        "ready": 2,
        "revision": "r1",
        "action": "none",
    }
    assert far["statefulsets"] == [expected]


def test_a_stable_rollout_is_read_once_more_at_the_end(cluster: FakeCluster) -> None:
    found = cluster.run(stable=1.1)
    assert found.ended == DONE and found.seconds >= 1.1
    lists = [call.resource.partition(".")[0] for call in cluster.kube.asked if call.verb == "list"]
    assert lists.count("statefulsets") == 2


def test_watches_that_report_nothing_are_not_trusted(cluster: FakeCluster) -> None:
    for name in ("statefulsets", "pods"):
        cluster.kube.on("watch", name, lambda call: [])
    cluster.kube.later(0.2, lambda: cluster.ready(1, False))
    assert cluster.run(timeout=1.5, stable=1.1).ended == TIMEOUT


def test_apis_without_replicas_need_no_stable_time(cluster: FakeCluster) -> None:
    cluster = FakeCluster(World(far=0))
    cluster.target = RolloutTarget(True, NAMESPACE, "openstack", ("far",), True)
    assert cluster.run(stable=60).seconds < 1 and cluster.kube.calls == 5


def test_the_stable_time_starts_again_after_a_fault(cluster: FakeCluster) -> None:
    cluster.kube.later(0.3, lambda: cluster.ready(1, False))
    cluster.kube.later(0.6, lambda: cluster.ready(1, True))
    found = cluster.run(stable=0.5)
    assert found.ended == DONE and found.seconds >= 1.1


def test_an_operator_that_observes_the_change_later(cluster: FakeCluster) -> None:
    cluster.behind()
    cluster.kube.later(0.3, cluster.caught_up)
    found = cluster.run()
    assert found.ended == DONE and 0.3 <= found.seconds < 3


def test_the_object_changes_during_the_wait(cluster: FakeCluster) -> None:
    """The wait uses what the object specifies at the end."""
    cluster.behind()

    def change() -> None:
        far = {"spec": {"glance": {"template": {"glanceAPIs": {"far": {"replicas": 3}}}}}}
        cluster.kube.change(CONTROL_PLANES, NAMESPACE, "openstack", far)
        cluster.status(CONTROL_PLANES, "openstack", observedGeneration=5)
        cluster.caught_up()

    cluster.kube.later(0.2, change)
    found = cluster.run(timeout=1.0)
    assert found.ended == TIMEOUT and "replicas 2 becomes 3" in found.pending[0].progress.text


def recreated(body: Object) -> Object:
    new = copy.deepcopy(body)
    new["metadata"]["uid"] = "uid-new"
    new["status"].update(readyReplicas=0)
    return new


def test_a_recreated_statefulset_is_reported(cluster: FakeCluster) -> None:
    """Pods of the earlier one do not count, even if they are ready."""
    cluster.behind()
    body = cluster.kube.get(STATEFULSETS, NAMESPACE, STATEFULSET) or {}

    def replace() -> None:
        cluster.kube.remove(STATEFULSETS, NAMESPACE, STATEFULSET)
        cluster.kube.add(recreated(body))
        cluster.caught_up()

    def pods() -> None:
        for number in (0, 1):
            reference = {
                **body["metadata"]["ownerReferences"][0],
                "kind": "StatefulSet",
                "name": STATEFULSET,
                "uid": "uid-new",
            }
            change = {"metadata": {"ownerReferences": [reference]}}
            cluster.kube.change(PODS, NAMESPACE, f"{STATEFULSET}-{number}", change)

    cluster.kube.later(0.1, replace)
    cluster.kube.later(0.3, lambda: cluster.status(STATEFULSETS, STATEFULSET, readyReplicas=2))
    cluster.kube.later(0.6, pods)
    found = cluster.run(stable=0.1)
    row = rows(found)[1]["statefulsets"][0]
    assert found.ended == DONE and found.seconds >= 0.7 and (row["uid"], row["action"]) == ("uid-new", "recreated")


def test_a_statefulset_created_before_the_wait_is_starting(cluster: FakeCluster) -> None:
    cluster.status(STATEFULSETS, STATEFULSET, replicas=0, readyReplicas=0)
    cluster.kube.later(0.2, lambda: cluster.status(STATEFULSETS, STATEFULSET, replicas=2, readyReplicas=2))
    found = cluster.run()
    assert found.ended == DONE and rows(found)[1]["statefulsets"][0]["action"] == "starting"


def test_a_watch_that_is_behind_the_others_is_not_trusted(cluster: FakeCluster) -> None:
    cluster.kube.on("watch", "statefulsets", lambda call: [])
    cluster.behind()
    body = cluster.kube.get(STATEFULSETS, NAMESPACE, STATEFULSET) or {}
    cluster.kube.later(0.2, lambda: (cluster.kube.add(recreated(body)), cluster.caught_up()))
    found = cluster.run(timeout=1.5)
    assert found.ended == TIMEOUT and found.pending[0].statefulset == STATEFULSET


def test_an_error_that_persists_ends_the_wait(cluster: FakeCluster) -> None:
    wrong = [condition("Ready", "False", "Error", "no"), condition("DeploymentReady", "False", "Error", "no secret")]
    cluster.status(GLANCE_APIS, EDGE, conditions=wrong)
    found = cluster.run(timeout=30, patience=0.3)
    assert found.ended == ERROR and found.seconds < 5
    text = cluster.message(found)
    assert "far" in text and "hub" not in text and f"error of GlanceAPI {EDGE}: DeploymentReady: no secret." in text
    assert "an operator reports an error" in text and "Correct the error that the operator reports" in text


def test_an_error_that_does_not_persist_does_not_end_the_wait(cluster: FakeCluster) -> None:
    cluster.status(GLANCE_APIS, EDGE, conditions=[condition("DeploymentReady", "False", "Error", "conflict")])
    cluster.kube.later(0.3, lambda: cluster.status(GLANCE_APIS, EDGE, conditions=[condition("Ready")]))
    assert cluster.run(patience=1).ended == DONE


def test_an_operator_that_does_not_observe_the_change_is_named(cluster: FakeCluster) -> None:
    cluster.kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"metadata": {"generation": 9}})
    found = cluster.run(timeout=0)
    lines = cluster.message(found).splitlines()
    assert lines[0] == "OpenStackControlPlane openstack/openstack: timeout after 0 s; the change is not complete."
    assert lines[1] == "  OpenStackControlPlane openstack: its operator has observed generation 4 of 9."
    assert lines[2].startswith("Check whether the operators are running") and len(lines) == 3
    expected = {"api": "", "statefulset": "", "stage": "operator", "error": ""}
    assert {**found.pending[0].row(), "reason": ""} == {**expected, "reason": ""}


def db_sync(**status: Any) -> Object:
    """The Job that the Glance runs before it creates GlanceAPIs."""
    glance = {"apiVersion": "glance.openstack.org/v1beta1", "kind": "Glance", "name": "glance", "uid": "uid-glance"}
    meta = {"name": "glance-db-sync", "namespace": NAMESPACE, "uid": "uid-job"}
    references = {"ownerReferences": [{**glance, "controller": True}]}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {**meta, **references}, "spec": {}, "status": status}


def job_pod(name: str, created: str, **status: Any) -> Object:
    """A pod of that Job, which has failed unless its status says otherwise."""
    meta = {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "creationTimestamp": created}
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "glance-db-sync", "uid": "uid-job", "controller": True}
    more = {"labels": {"job-name": "glance-db-sync"}, "ownerReferences": [owner]}
    status = {"phase": "Failed", **status}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {**meta, **more}, "spec": {}, "status": status}


ENDED = {"containerStatuses": [{"name": "sync", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]}
IMAGE = {"containerStatuses": [{"name": "sync", "image": "i", "state": {"waiting": {"reason": "ErrImagePull"}}}]}
TOO_OFTEN = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Too many failures"}
REQUESTED = [
    condition("Ready", "Unknown", "Requested", "Setup started"),
    condition("DBReady"),
    condition("DBSyncReady", "Unknown", "Requested", "DBsync job still running"),
]


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    ("job", "words"),
    [
        (db_sync(failed=7, conditions=[TOO_OFTEN]), "failed (BackoffLimitExceeded: Too many failures)"),
        (db_sync(failed=2, active=1), "failed 2 times and is tried again"),
        (db_sync(failed=1), "failed once and is tried again"),
    ],
)
def test_a_failed_job_is_the_cause_of_missing_apis(cluster: FakeCluster, job: Object, words: str, behind: bool) -> None:
    for name in (EDGE, "glance-hub-external", "glance-hub-internal"):
        cluster.kube.remove(GLANCE_APIS, NAMESPACE, name)
    cluster.status(GLANCES, "glance", conditions=REQUESTED)
    if behind:
        cluster.status(GLANCES, "glance", observedGeneration=3)
    cluster.kube.add(job, job_pod("sync-b", "2026-01-02", **ENDED), job_pod("sync-a", "2026-01-01", **IMAGE))
    cluster.kube.log_text["sync-b", "sync"] = "starting\nAccess denied for user 'glance'\n"
    text = cluster.message(cluster.run(timeout=0))
    assert f"Job glance-db-sync: {words}" in text
    assert "sync-b: container sync ended once, last with exit code 1; last line of its log: Access denied" in text
    assert "Glance glance: condition DBSyncReady is Unknown (Requested): DBsync job still running" in text
    assert "Correct the error of the Job." in text and "Check whether the operators are running" not in text
    assert "sync-a" not in text and text.count("Job glance-db-sync") == 1


@pytest.mark.parametrize(
    ("job", "pod"),
    [
        (db_sync(succeeded=1, failed=2, conditions=[{"type": "Complete", "status": "True"}]), ENDED),
        (db_sync(active=1), {"conditions": [condition("Ready")]}),
        ({**db_sync(failed=3), "metadata": {**db_sync()["metadata"], "ownerReferences": []}}, ENDED),
    ],
)
def test_jobs_that_are_no_cause(cluster: FakeCluster, job: Object, pod: Any) -> None:
    cluster.kube.remove(GLANCE_APIS, NAMESPACE, EDGE)
    cluster.kube.add(job, job_pod("sync-b", "2026-01-02", **pod))
    text = cluster.message(cluster.run(timeout=0))
    assert "glance-db-sync" not in text and "sync-b" not in text and "Check whether the operators are running" in text


def test_a_job_whose_pod_does_not_start(cluster: FakeCluster) -> None:
    cluster.kube.remove(GLANCE_APIS, NAMESPACE, EDGE)
    cluster.kube.add(db_sync(active=1), job_pod("sync-a", "2026-01-01", **IMAGE))
    text = cluster.message(cluster.run(timeout=0))
    assert "Job glance-db-sync: has not completed" in text and "sync-a: container sync: ErrImagePull of i" in text


def test_a_failed_job_is_explained_beside_the_error_of_the_operator(cluster: FakeCluster) -> None:
    cluster.kube.remove(GLANCE_APIS, NAMESPACE, EDGE)
    cluster.status(GLANCES, "glance", conditions=[condition("DBSyncReady", "False", "Error", "Job Failed")])
    cluster.kube.add(db_sync(failed=7, conditions=[TOO_OFTEN]))
    text = cluster.message(cluster.run(timeout=30, patience=5))
    assert "error of Glance glance: DBSyncReady: Job Failed." in text and "BackoffLimitExceeded" in text


def test_an_unready_pod_is_explained(cluster: FakeCluster) -> None:
    cluster.ready(1, False)
    waiting = {"name": "glance-httpd", "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}
    cluster.status(PODS, f"{STATEFULSET}-1", containerStatuses=[waiting])
    found = cluster.run(timeout=0)
    text = cluster.message(found)
    assert f"in 1 of 2 Glance APIs (far).\n  Glance API far, {STATEFULSET}: {STATEFULSET}-1 is not ready." in text
    assert "no such image" in text and "Correct the errors of the pods" in text


def test_missing_rights_are_reported(cluster: FakeCluster) -> None:
    cluster.kube.fail("list", "pods", KubeError(FORBIDDEN, "You may not list pods."))
    found = cluster.run()
    assert found.ended == DONE and found.warnings == [
        "You may not list pods. Without this permission the wait uses only the status of the StatefulSets."
    ]
    cluster.ready(1, False)
    cluster.kube.fail("list", "events", KubeError(FORBIDDEN, "You may not list events."))
    assert "You may not list events." in cluster.message(cluster.run(timeout=0))


def test_without_the_right_to_watch_lists_are_read(cluster: FakeCluster) -> None:
    cluster.kube.fail("watch", "glanceapis", KubeError(FORBIDDEN, "You may not watch it.", verb="watch"))
    cluster.behind()
    cluster.kube.later(0.3, cluster.caught_up)
    found = cluster.run()
    assert found.ended == DONE and "Without this permission the list is read every second." in found.warnings[0]


def test_the_api_becomes_unreachable(cluster: FakeCluster) -> None:
    cluster.behind()
    error = KubeError(UNREACHABLE, "No response.")
    cluster.kube.later(0.1, lambda: cluster.kube.fail("*", "*", error))
    cluster.kube.fail("watch", "glances", error, times=10**6)
    found = cluster.run(timeout=0.6)
    assert found.ended == TIMEOUT and "Kubernetes API: No response." in cluster.message(found)


def test_the_object_is_deleted(cluster: FakeCluster) -> None:
    cluster.behind()
    cluster.kube.later(0.2, lambda: cluster.kube.remove(CONTROL_PLANES, NAMESPACE, "openstack"))
    with pytest.raises(RolloutError, match="was deleted during the wait") as caught:
        cluster.run()
    assert caught.value.reason == "deleted"


def test_a_cluster_without_operators(cluster: FakeCluster) -> None:
    cluster.kube.fail("list", "openstackcontrolplanes", KubeError(NOT_FOUND, "404"))
    with pytest.raises(RolloutError, match="has no OpenStackControlPlane.core.openstack.org"):
        cluster.run()


def test_apis_of_a_topology_that_the_object_does_not_have(cluster: FakeCluster) -> None:
    cluster.target = RolloutTarget(True, NAMESPACE, "openstack", ("far", "late"))
    found = cluster.run()
    assert [row["api"] for row in rows(found)] == ["far"]
    assert warnings(found, cluster.target) == [
        "OpenStackControlPlane openstack/openstack does not have the Glance API late of the topology; "
        "the module did not wait for it."
    ]
