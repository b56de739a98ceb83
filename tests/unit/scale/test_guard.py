# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers with staged images are not removed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    PODS,
    ExecResult,
    KubeError,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_statefulset,
)
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    cluster,
    follow,
    only,
    scale,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube


def add_pods(kube: FakeKube, answer: ExecResult | Exception) -> None:
    mount = {"name": "glance", "mountPath": "/var/lib/glance"}
    running = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}
    spec = {"containers": [{"name": "main", "volumeMounts": [mount]}]}
    for ordinal in range(2):
        kube.add(a_pod("web", ordinal, claims=("glance",), spec={}, status=running))
        kube.change(PODS, NS, f"web-{ordinal}", {"spec": spec})

    def reactor(call: Call) -> ExecResult:
        if isinstance(answer, Exception):
            raise answer
        return answer

    kube.on("exec", "pods", reactor)


NO_LS = ExecResult(127, b"", b"ls: not found")
NO_DIRECTORY = ExecResult(2, b"", b"ls: cannot access: No such file or directory")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ExecResult(0, b"4be1\n", b""), "guard_refused"),
        (NO_LS, "guard_refused"),
        (KubeError("timeout", "did not end"), "guard_refused"),
        (KubeError("forbidden", "may not exec"), "forbidden"),
        (ExecResult(0, b"", b""), ""),
        (NO_DIRECTORY, ""),
        (KubeError("not_found", "no pod"), ""),
    ],
)
def test_a_worker_is_removed_only_without_staged_images(answer: Any, reason: str) -> None:
    kube = cluster(2)
    add_pods(kube, answer)
    follow(kube)
    if reason:
        with pytest.raises(DcnError, match="web-1") as caught:
            scale(kube, web(1))
        assert caught.value.reason == reason and kube.writes == []
    else:
        assert only(scale(kube, web(1))).failure is None
    assert [call.name for call in kube.asked if call.verb == "exec"] == ["web-1"]
    assert only(scale(cluster(2), web(1), guard_staged=False, wait="none")).changed


def staged(replicas: int, **pod: Any) -> FakeKube:
    mount = {"name": "main", "volumeMounts": [{"name": "a", "mountPath": "/var/lib/glance"}]}
    template = {
        "spec": {"containers": [mount], "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "x"}}]}
    }
    kube = FakeKube().add(a_statefulset("web", replicas, template=template, claims=("a",)))
    spec = {**template["spec"], "nodeName": "node1"}
    status = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}
    kube.on("exec", "pods", lambda call: ExecResult(0, b"an image\n", b""))
    return kube.add(*(a_pod("web", each, spec=spec, status=status, **pod) for each in range(2)))


def test_without_the_right_to_list_pods_no_worker_is_removed() -> None:
    kube = staged(2)
    kube.fail("list", "pods", KubeError("forbidden", "no pods"))
    with pytest.raises(DcnError, match="may not list pods") as caught:
        scale(kube, web(1))
    assert caught.value.reason == "forbidden" and not kube.writes
    assert only(scale(kube, web(1), guard_staged=False, wait="none")).changed


def test_a_pod_that_is_removed_anyway_is_not_checked() -> None:
    with pytest.raises(DcnError, match="has staged images.*: an image[.]"):
        scale(staged(2), web(1))
    target = only(scale(staged(1), web(1), wait="none"))
    assert not target.changed
