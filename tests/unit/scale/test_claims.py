# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims and volumes: what is refused before a scale, kept, or deleted after it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    PVCS,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import claims, diff, left_over_warnings
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_claim,
    a_pod,
    a_statefulset,
    a_volume,
)
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    cluster,
    follow,
    only,
    scale,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube


def test_left_over_claims_are_kept_or_deleted() -> None:
    for pvc, deleted in (("report", []), ("delete_removed", ["a-web-1", "a-web-2"])):
        kube = cluster(3, claims=("a",)).add(*(a_claim(f"a-web-{ordinal}") for ordinal in range(3)))
        follow(kube)
        target = only(scale(kube, web(1), pvc=pvc))
        assert target.deleted_claims == deleted
        assert [call.name for call in kube.writes if call.verb == "delete"] == deleted
        assert len(kube.list(PVCS, NS)[0]) == 3 - len(deleted)


def test_claims_are_deleted_only_after_their_pods() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    target = only(scale(kube, web(1), pvc="delete_removed", timeout=0.5))
    assert target.failure.reason == "timeout" and target.deleted_claims == []


def test_a_claim_that_was_recreated_during_the_run_is_not_deleted() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    follow(kube)
    kube.on(
        "delete",
        "persistentvolumeclaims",
        lambda call: kube.objects[str(PVCS), NS, "a-web-1"]["metadata"].update(uid="x"),
    )
    result = scale(kube, web(1), pvc="delete_removed")
    assert result.error is not None and result.error.reason == "conflict"


def test_missing_volumes_are_reported_before_anything_is_changed() -> None:
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"), a_volume("v"))
    classes = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local"}}
    kube.add({**classes, "provisioner": "kubernetes.io/no-provisioner"})
    with pytest.raises(DcnError, match="1 more of class local") as caught:
        scale(kube, web(3))
    assert caught.value.reason == "no_volume" and kube.writes == []
    result = scale(kube, web(3), volume_shortage="warn", wait="none")
    assert any("1 more of class local" in text for text in result.warnings) and len(kube.writes) == 1


def test_claims_of_an_earlier_scale_are_refused() -> None:
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"))
    with pytest.raises(DcnError, match="a-web-1"):
        scale(kube, web(2), pvc_reuse="fail")
    assert kube.writes == []


def test_check_mode_sends_dry_runs_and_changes_nothing() -> None:
    kube = cluster(3, claims=("a",)).add(*(a_claim(f"a-web-{ordinal}") for ordinal in range(3)))
    target = only(scale(kube, web(1), check=True, pvc="delete_removed"))
    assert target.changed and target.deleted_claims == ["a-web-1", "a-web-2"] and kube.writes == []
    assert [call.dry_run for call in kube.asked if call.verb in ("patch", "delete")] == [True, True, True]
    text = diff([target])
    assert "replicas: 3" in text["before"] and "replicas: 1" in text["after"] and "web-1" not in text["after"]
    kube.fail("patch", "statefulsets/scale", KubeError("quota", "exceeded quota"))
    with pytest.raises(KubeError, match="exceeded quota"):
        scale(kube, web(2), check=True)


def test_a_dry_run_of_all_targets_precedes_the_first_change() -> None:
    kube = cluster().add(a_statefulset("two", 1), a_pod("two", 0))

    def refuse(call: Call) -> None:
        if call.name == "two":
            raise KubeError("invalid", "denied by a webhook", status=400)

    kube.on("patch", "statefulsets/scale", refuse)
    with pytest.raises(KubeError, match="denied"):
        scale(kube, web(2), DesiredReplicas(NS, 2, "two"))
    assert kube.writes == []


def test_without_the_right_to_list_pods_the_claims_in_use_are_not_reused() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_claim("a-web-2"))
    kube.fail("list", "pods", KubeError("forbidden", "no pods"))
    follow(kube)
    result = scale(kube, web(3))
    assert [claim["metadata"]["name"] for claim in result.targets[0].claims["web"].reused] == ["a-web-2"]


def owned_claim(kind: str, **more: Any) -> Any:
    """The claim of web-1, with an owner of that kind if one is given."""
    reference = {"apiVersion": "v1", "kind": kind, "name": "web-1", "uid": "uid-web-1"}
    return a_claim("a-web-1", ownerReferences=[reference] if kind else [], **more)


DELETE = {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete", "whenDeleted": "Retain"}}


@pytest.mark.parametrize("kind", ["", "StatefulSet"])
@pytest.mark.parametrize(("pvc", "deleted"), [("report", []), ("delete_removed", ["a-web-1"])])
def test_a_claim_that_the_retention_policy_does_not_delete(kind: str, pvc: str, deleted: list[str]) -> None:
    kube = cluster(2, claims=("a",), **DELETE).add(a_claim("a-web-0"), owned_claim(kind))
    follow(kube)
    result = scale(kube, web(1), pvc=pvc)
    (target,) = result.targets
    assert result.error is None and target.failure is None and kube.clock.now() < 1005
    assert any("does not delete the claims a-web-1" in text for text in result.warnings)
    names = claims(target)
    assert (names["removed"], names["deleted"]) == ([], deleted)
    assert names["left_over"] == [name for name in ["a-web-1"] if name not in deleted]
    assert ((str(PVCS), NS, "a-web-1") in kube.objects) is (not deleted)


@pytest.mark.parametrize("more", [{}, {"finalizers": ["x/keep"]}])
def test_a_claim_that_the_retention_policy_deletes_is_waited_for(more: Any) -> None:
    kube = cluster(2, claims=("a",), **DELETE).add(a_claim("a-web-0"), owned_claim("Pod", **more))
    follow(kube)
    if not more:
        kube.later(20, lambda: kube.remove(PVCS, NS, "a-web-1"))
    result = scale(kube, web(1))
    assert result.warnings == [] and kube.clock.now() >= 1020
    if not more:
        assert result.error is None
    else:
        assert result.error is not None and result.error.reason == "claims_stay" and "x/keep" in str(result.error)


def test_without_the_right_to_watch_claims_are_listed() -> None:
    kube = cluster(2, claims=("a",), **DELETE)
    kube.add(a_claim("a-web-0"), owned_claim("Pod"))
    kube.fail("watch", "persistentvolumeclaims", KubeError("forbidden", "no watch", verb="watch"))
    follow(kube)
    kube.later(0.5, lambda: kube.remove(PVCS, NS, "a-web-1"))
    target = only(scale(kube, web(1)))
    assert target.failure is None and target.changed


def test_claims_of_others_with_similar_names_are_kept() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_claim("a-web-01"))
    other = a_claim("a-web-2")
    other["metadata"]["labels"] = {"app": "another"}
    kube.add(other)
    follow(kube)
    assert only(scale(kube, web(1), pvc="delete_removed")).deleted_claims == ["a-web-1"]


def test_no_warning_about_left_over_claims_when_the_scale_failed() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_statefulset("db", 1), a_pod("db", 0))

    def refuse(call: Call) -> None:
        if call.name == "web" and not call.dry_run:
            raise KubeError("quota", "Too much.", status=403)

    kube.on("patch", "statefulsets/scale", refuse)
    result = scale(kube, DesiredReplicas(NS, 2, "db"), web(1))
    assert result.error is not None and left_over_warnings(result.targets) == []


def test_a_scale_down_is_not_refused_because_of_missing_volumes() -> None:
    kube = FakeKube().add(a_statefulset("web", 3, ready=0, claims=("a",), podManagementPolicy="OrderedReady"))
    kube.add(a_claim("a-web-0", phase="Pending"), a_pod("web", 0, ready=False))
    assert only(scale(kube, web(2), wait="none")).changed
    with pytest.raises(DcnError, match="not enough free volumes"):
        scale(kube, web(4), wait="none")


def test_a_claim_with_a_finalizer_is_deleted_once() -> None:
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"))
    held = a_claim("a-web-1")
    held["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z", finalizers=["x/keep"])
    result = scale(kube.add(held), web(1), pvc="delete_removed")
    assert "x/keep" in str(result.error) and not kube.writes and not result.targets[0].changed
