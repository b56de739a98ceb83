# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims, volumes, staged images and what is refused, on an API in memory."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, PVCS, ExecResult, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Target
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import diff
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import NS, a_claim, a_pod, a_set, a_volume
from ansible_collections.dcn.glance.tests.support.builders.scale import cluster, follow, only, scale, web
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube


def test_s18_s20_claims_left_over_are_kept_or_deleted() -> None:
    for pvc, deleted in (("report", []), ("delete_removed", ["a-web-1", "a-web-2"])):
        kube = cluster(3, claims=("a",)).add(*(a_claim(f"a-web-{ordinal}") for ordinal in range(3)))
        follow(kube)
        job = only(scale(kube, web(1), pvc=pvc))
        assert job.deleted_claims == deleted
        assert [call.name for call in kube.writes if call.verb == "delete"] == deleted
        assert len(kube.list(PVCS, NS)[0]) == 3 - len(deleted)


def test_claims_go_only_after_their_pods() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    job = only(scale(kube, web(1), pvc="delete_removed", timeout=0.5))
    assert job.failure.reason == "timeout" and job.deleted_claims == []


def test_a_claim_that_is_another_by_now_is_not_deleted() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    follow(kube)
    kube.on(
        "delete",
        "persistentvolumeclaims",
        lambda call: kube.objects[str(PVCS), NS, "a-web-1"]["metadata"].update(uid="x"),
    )
    outcome = scale(kube, web(1), pvc="delete_removed")
    assert outcome.error is not None and outcome.error.reason == "conflict"


def test_no_volume_is_said_before_anything_is_changed() -> None:
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"), a_volume("v"))
    classes = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local"}}
    kube.add({**classes, "provisioner": "kubernetes.io/no-provisioner"})
    with pytest.raises(DcnError, match="1 more of the class local") as caught:
        scale(kube, web(3))
    assert caught.value.reason == "no_volume" and kube.writes == []
    outcome = scale(kube, web(3), volume_shortage="warn", wait="none")
    assert any("1 more of the class local" in text for text in outcome.warnings) and len(kube.writes) == 1


def test_s21_old_claims() -> None:
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    with pytest.raises(DcnError, match="a-web-1"):
        scale(kube, web(2), pvc_reuse="fail")
    assert kube.writes == []


def test_s28_check_mode_asks_and_changes_nothing() -> None:
    kube = cluster(3, claims=("a",)).add(*(a_claim(f"a-web-{ordinal}") for ordinal in range(3)))
    job = only(scale(kube, web(1), check=True, pvc="delete_removed"))
    assert job.changed and job.deleted_claims == ["a-web-1", "a-web-2"] and kube.writes == []
    assert [call.dry_run for call in kube.asked if call.verb in ("patch", "delete")] == [True, True, True]
    text = diff([job])
    assert "replicas: 3" in text["before"] and "replicas: 1" in text["after"] and "web-1" not in text["after"]
    kube.fail("patch", "statefulsets/scale", KubeError("quota", "exceeded quota"))
    with pytest.raises(KubeError, match="exceeded quota"):
        scale(kube, web(2), check=True)


def test_many_targets_are_tried_before_the_first_is_changed() -> None:
    kube = cluster().add(a_set("two", 1), a_pod("two", 0))

    def refuse(call: Call) -> None:
        if call.name == "two":
            raise KubeError("invalid", "denied by a webhook", status=400)

    kube.on("patch", "statefulsets/scale", refuse)
    with pytest.raises(KubeError, match="denied"):
        scale(kube, web(2), Target(NS, 2, "two"))
    assert kube.writes == []


def staged(kube: FakeKube, answer: ExecResult | Exception) -> None:
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
def test_s32_guard(answer: Any, reason: str) -> None:
    kube = cluster(2)
    staged(kube, answer)
    follow(kube)
    if reason:
        with pytest.raises(DcnError, match="web-1") as caught:
            scale(kube, web(1))
        assert caught.value.reason == reason and kube.writes == []
    else:
        assert only(scale(kube, web(1))).failure is None
    assert [call.name for call in kube.asked if call.verb == "exec"] == ["web-1"]
    assert only(scale(cluster(2), web(1), guard_staged=False, wait="none")).changed
