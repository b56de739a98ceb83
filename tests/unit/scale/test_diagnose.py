# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause has its own reason, and its message says what to check."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import GLANCE_APIS, GLANCES
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnose import Evidence, diagnose, timeout_message
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Owner
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    a_claim,
    a_pod,
    a_statefulset,
    an_event,
    glance_chain,
)

NOW = "2026-06-01T00:00:00Z"
GOING = {"deletionTimestamp": "2026-01-01T00:00:30Z", "deletionGracePeriodSeconds": 30}


def container(**state: Any) -> dict[str, Any]:
    return {"status": {"phase": "Pending", "containerStatuses": [{"name": "main", "ready": False, **state}]}}


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    return container(image="img:1", state={"waiting": {"reason": reason, "message": message}}, **more)


def unscheduled(message: str) -> dict[str, Any]:
    conditions = [{"type": "PodScheduled", "status": "False", "message": message}]
    return {"status": {"phase": "Pending", "conditions": conditions}}


def pod(**more: Any) -> Any:
    return a_pod("web", 0, ready=False, **more)


OOM = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
RUNNING = container(state={"running": {"startedAt": "x"}})
MOUNT = an_event("web-0", "FailedMount", 'secret "ceph" not found')
CREATE = an_event("web", "FailedCreate", "pods web-1 is forbidden: exceeded quota: few")
DENIED = an_event("web", "FailedCreate", "admission webhook x denied the request: no")

CASES: list[tuple[str, Any, list[Any], list[Any], list[Any], str, str]] = [
    (
        "claim",
        a_statefulset(),
        [pod(claims=("a",))],
        [a_claim("a-web-0", "Pending")],
        [],
        "volume",
        "claim a-web-0 is Pending",
    ),
    (
        "claim with an event",
        a_statefulset(),
        [pod(claims=("a",))],
        [a_claim("a-web-0", "Pending")],
        [an_event("a-web-0", "FailedBinding", "no persistent volumes available")],
        "volume",
        "(no persistent volumes available)",
    ),
    (
        "node",
        a_statefulset(),
        [pod(**unscheduled("0/1 nodes: no memory."))],
        [],
        [],
        "unschedulable",
        "0/1 nodes: no memory",
    ),
    ("unbound", a_statefulset(), [pod(**unscheduled("unbound PersistentVolumeClaims"))], [], [], "volume", "unbound"),
    (
        "image",
        a_statefulset(),
        [pod(**waiting("ImagePullBackOff", "not found"))],
        [],
        [],
        "image",
        "ImagePullBackOff of img:1: not",
    ),
    ("config", a_statefulset(), [pod(**waiting("CreateContainerConfigError", "secret"))], [], [], "config", "secret"),
    (
        "crash",
        a_statefulset(),
        [pod(**waiting("CrashLoopBackOff", lastState=OOM, restartCount=4))],
        [],
        [],
        "crash",
        "4 times",
    ),
    (
        "crash with a reason",
        a_statefulset(),
        [pod(**waiting("CrashLoopBackOff", lastState=OOM))],
        [],
        [],
        "crash",
        "code 137 (OOMKilled)",
    ),
    (
        "crash with a log",
        a_statefulset(),
        [pod(**waiting("CrashLoopBackOff", lastState=OOM))],
        [],
        [],
        "crash",
        "log: bad day",
    ),
    (
        "probe",
        a_statefulset(),
        [pod(**RUNNING)],
        [],
        [an_event("web-0", "Unhealthy", "Readiness probe failed: 503")],
        "probe",
        "is not ready: Readiness probe failed: 503",
    ),
    ("mount", a_statefulset(), [pod(**waiting("ContainerCreating"))], [], [MOUNT], "mount", 'secret "ceph" not found'),
    ("evicted", a_statefulset(), [pod(status={"phase": "Failed", "reason": "Evicted"})], [], [], "failed", "Evicted"),
    ("quota", a_statefulset(replicas=2), [a_pod("web", 0)], [], [CREATE], "quota", "Raise the ResourceQuota"),
    ("refused", a_statefulset(replicas=2), [a_pod("web", 0)], [], [DENIED], "not_created", "denied the request"),
    (
        "latest event",
        a_statefulset(replicas=2),
        [a_pod("web", 0)],
        [],
        [{**DENIED, "lastTimestamp": "2027"}, CREATE],
        "not_created",
        "denied",
    ),
    (
        "ordered",
        a_statefulset(replicas=2, podManagementPolicy="OrderedReady"),
        [pod()],
        [],
        [],
        "predecessor",
        "waits for web-0",
    ),
    ("never created", a_statefulset(replicas=1), [], [], [], "not_created", "no event gives a reason"),
    (
        "finalizer",
        a_statefulset(),
        [a_pod("web", 0), a_pod("web", 1, **GOING, finalizers=["x/y"])],
        [],
        [],
        "terminating",
        "x/y",
    ),
    (
        "grace period",
        a_statefulset(),
        [a_pod("web", 0), a_pod("web", 1, **GOING)],
        [],
        [],
        "terminating",
        "grace period of 30 s",
    ),
    (
        "blocked",
        a_statefulset(replicas=1, podManagementPolicy="OrderedReady"),
        [pod(), a_pod("web", 1)],
        [],
        [],
        "predecessor",
        "web-0 is not ready",
    ),
    (
        "controller",
        a_statefulset(status={"observedGeneration": 0}),
        [a_pod("web", 0)],
        [],
        [],
        "controller",
        "kube-controller-manager",
    ),
]


@pytest.mark.parametrize(
    ("body", "pods", "claims", "events", "reason", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_causes(body: Any, pods: Any, claims: Any, events: Any, reason: str, words: str) -> None:
    replicas = body["spec"]["replicas"]
    evidence = Evidence(
        "web", body, replicas, "ready", pods, claims, events, last_line=lambda pod, container: "bad day"
    )
    found = diagnose(evidence)
    matching = [cause for cause in found if cause.reason == reason]
    assert matching, found
    assert any(words in cause.message for cause in matching), matching


def reasons_of(body: Any, pods: list[Any], claims: Any = (), events: Any = ()) -> list[tuple[str, str]]:
    found = diagnose(Evidence("web", body, body["spec"]["replicas"], "ready", pods, claims, events, now=NOW))
    return [(cause.reason, cause.message) for cause in found]


def init(*specs: dict[str, Any]) -> dict[str, Any]:
    states = [{"name": each["name"], "ready": False, "state": {"running": {}}} for each in specs]
    main = [{"name": "main", "ready": True, "state": {"running": {}}}]
    return {
        "spec": {"initContainers": list(specs), "containers": [{"name": "main"}]},
        "status": {"phase": "Pending", "initContainerStatuses": states, "containerStatuses": main},
    }


def test_init_containers_and_sidecars() -> None:
    (cause,) = reasons_of(a_statefulset(), [pod(**init({"name": "prep"}))])
    assert cause == ("init", "init container prep is still running")
    (cause,) = reasons_of(a_statefulset(), [pod(**init({"name": "proxy", "restartPolicy": "Always"}))])
    assert cause == ("probe", "container proxy runs but is not ready")


def test_a_claim_that_waits_for_the_scheduler_is_no_cause() -> None:
    pending = [a_claim("a-web-0", "Pending")]
    condition = unscheduled(
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity. preemption: 0/1 nodes"
    )
    (only,) = reasons_of(a_statefulset(), [pod(claims=("a",), **condition)], pending)
    assert only[0] == "unschedulable" and only[1].endswith("node affinity")
    condition = unscheduled("0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind")
    found = reasons_of(a_statefulset(), [pod(claims=("a",), **condition)], pending)
    assert [reason for reason, _text in found] == ["volume", "volume"] and "persistent volumes to bind" in found[1][1]


def test_the_probe_that_ended_a_container() -> None:
    event = an_event("web-0", "Unhealthy", "Liveness probe failed: 500")
    ready = an_event("web-0", "Unhealthy", "Readiness probe failed: 503", "2027")
    ((reason, text),) = reasons_of(
        a_statefulset(), [pod(**waiting("CrashLoopBackOff", lastState=OOM))], [], [event, ready]
    )
    assert reason == "crash" and "Liveness probe failed: 500" in text and "503" not in text


def test_an_old_refusal_of_a_pod_that_exists_now_is_no_cause() -> None:
    old = an_event(
        "web", "FailedCreate", 'create Pod web-0 failed error: pods "web-0" is forbidden: exceeded quota: few'
    )
    ((reason, text),) = reasons_of(a_statefulset(replicas=2), [a_pod("web", 0)], [], [old])
    assert reason == "not_created" and "no event gives a reason" in text
    ordered = a_statefulset(replicas=2, podManagementPolicy="OrderedReady")
    assert reasons_of(ordered, [pod()], [], [CREATE])[-1][0] == "predecessor"


def test_a_grace_period_that_has_ended() -> None:
    ((_reason, text),) = reasons_of(a_statefulset(), [a_pod("web", 0), a_pod("web", 1, **GOING)])
    assert "ended at 2026-01-01T00:00:30Z" in text and "kubelet of node1" in text
    later = {**GOING, "deletionTimestamp": "2999-01-01T00:00:00Z"}
    ((_reason, text),) = reasons_of(a_statefulset(), [a_pod("web", 0), a_pod("web", 1, **later)])
    assert "its grace period of 30 s ends at 2999" in text


def test_on_delete_keeps_the_old_revision() -> None:
    body = a_statefulset(updateStrategy={"type": "OnDelete"})
    found = diagnose(Evidence("web", body, 1, "revision", [a_pod("web", 0, revision="old")]))
    assert [cause.reason for cause in found] == ["on_delete"]


def owners(**status: Any) -> tuple[Any, list[Owner]]:
    chain = glance_chain()
    chain[1]["status"] = status
    return chain[-1], [Owner(GLANCE_APIS, chain[2]), Owner(GLANCES, chain[1])]


def message(body: Any, above: list[Owner], replicas: int = 3) -> str:
    found = diagnose(Evidence(body["metadata"]["name"], body, replicas, "ready", [], owners=above))
    assert {cause.reason for cause in found} == {"operator"}
    return timeout_message("API far", replicas, "waits", 9.6, found)


def test_an_operator_that_does_not_respond() -> None:
    body, above = owners(observedGeneration=1)
    above[1].body["metadata"]["generation"] = 2
    text = message(body, above)
    assert "spec.replicas is still 1" in text and "generation 1 of 2" in text and "after 10 s" in text


def test_an_operator_that_reports_an_error() -> None:
    wrong = {"type": "TLSInputReady", "status": "False", "severity": "Error", "message": "no certificate"}
    fine = {"type": "Ready", "status": "False", "severity": "Info", "message": "in progress"}
    text = message(*owners(conditions=[fine, wrong]))
    assert "TLSInputReady is False (Error): no certificate" in text and "in progress" not in text


def test_a_statefulset_that_was_not_recreated() -> None:
    _statefulset, above = owners()
    found = diagnose(Evidence("x", None, 1, "ready", [], owners=above))
    assert found[0].reason == "missing"


def test_the_diagnosis_names_only_pods_that_delay_the_wait() -> None:
    partition = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}
    pods = [a_pod("web", ordinal, revision="old") for ordinal in range(3)]
    found = diagnose(Evidence("web", a_statefulset(replicas=3, **partition), 3, "revision", pods))
    assert [(cause.reason, cause.object) for cause in found] == [("revision", "web-2")]
    found = diagnose(Evidence("web", a_statefulset(replicas=2, **partition), 2, "revision", pods[:2]))
    assert found == []
    found = diagnose(Evidence("web", a_statefulset(replicas=1), 1, "revision", pods[:2], now=NOW))
    assert [(cause.reason, cause.object) for cause in found] == [("not_removed", "web-1"), ("revision", "web-0")]


def test_pods_of_an_earlier_statefulset_are_named() -> None:
    earlier = [
        a_pod("web", ordinal, ready=False, owner_uid="uid-before", **more) for ordinal, more in enumerate(({}, GOING))
    ]
    found = diagnose(Evidence("web", a_statefulset(replicas=2), 2, "ready", earlier, now=NOW))
    assert [(cause.reason, cause.object) for cause in found] == [("name_in_use", "web-0"), ("terminating", "web-1")]
    assert "belongs to an earlier StatefulSet web" in found[0].message
