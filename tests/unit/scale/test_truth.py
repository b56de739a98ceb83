# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a scale that did not go as planned: all of it, and nothing that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    PVCS,
    STATEFULSETS,
    ExecResult,
    KubeError,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror
from ansible_collections.dcn.glance.plugins.module_utils._scale import guard as scale_guard
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Target
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import left_over_warnings, row
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import NS, a_claim, a_pod, a_set, meta, settle
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    FAR,
    cluster,
    far,
    follow,
    glance,
    only,
    scale,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube

SIZED = Resource("x.example", "v1", "sizeds", "Sized", scale=True)
LOST = KubeError("unreachable", "The connection was reset.")


def two() -> FakeKube:
    return cluster().add(a_set("db", 1), a_pod("db", 0))


def test_each_target_that_is_wrong_is_named() -> None:
    kube = two()
    with pytest.raises(DcnError) as caught:
        scale(kube, web(2), Target(NS, 1, "nope"), Target(NS, 2, api="far"), Target(NS, 3, "neither"))
    assert all(word in str(caught.value) for word in ("nope", "Glance API far", "neither")) and not kube.writes
    assert caught.value.reason == "not_found"


def test_each_unexpected_number_is_named() -> None:
    kube = two()
    with pytest.raises(DcnError) as caught:
        scale(kube, web(3, expect=2), Target(NS, 3, "db", expect=7))
    assert "not 2 as expected" in str(caught.value) and "not 7 as expected" in str(caught.value) and not kube.writes


def test_a_second_target_refused_after_the_first_was_changed() -> None:
    kube = two()

    def refuse(call: Call) -> None:
        if call.name == "db" and not call.dry_run:
            raise KubeError("quota", "Too much. Nothing was changed.", status=403)

    kube.on("patch", "statefulsets/scale", refuse)
    outcome = scale(kube, web(2), Target(NS, 2, "db"))
    assert [job.changed for job in outcome.jobs] == [True, False]
    text = str(outcome.error)
    assert "StatefulSet ns/web (2)" in text and "changed before" in text and "Nothing was changed" not in text
    assert outcome.error is not None and outcome.error.reason == "quota"
    assert [row(job, Mirror())["replicas_after"] for job in outcome.jobs] == [2, 1]


def test_the_answer_to_the_change_is_lost_and_it_was_made() -> None:
    kube = cluster()
    follow(kube)

    def lose(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 2}})
        raise LOST

    kube.on("patch", "statefulsets/scale", lose)
    job = only(scale(kube, web(2)))
    assert job.changed and job.failure is None


def test_the_answer_to_the_change_is_lost_and_it_was_not_made() -> None:
    kube = cluster()
    kube.fail("patch", "statefulsets/scale", LOST)
    with pytest.raises(KubeError, match="was reset"):
        scale(kube, web(2))


def test_the_answer_to_the_change_is_lost_and_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = cluster()
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def lose(call: Call) -> None:
        kube.fail("list", "statefulsets", LOST)
        raise LOST

    kube.on("patch", "statefulsets/scale", lose)
    with pytest.raises(DcnError, match="It is not known whether the change was made"):
        scale(kube, web(2))


def sized(body: dict[str, Any]) -> FakeKube:
    """A set whose owner keeps the number in a field of its own, which only its scale tells."""
    owner = {"apiVersion": SIZED.api_version, "kind": SIZED.kind, "metadata": meta("s"), "spec": {"size": 2}}
    kube = FakeKube(resources=[*FakeKube().resources, SIZED])
    kube.add(owner, a_set("web", 2, owner=owner), a_pod("web", 0), a_pod("web", 1))
    kube.on("get", "sizeds/scale", lambda call: body)
    kube.on("patch", "sizeds/scale", lambda call: body)
    return kube


def test_an_owner_tells_its_number_by_its_scale() -> None:
    uid = {"metadata": meta("s")}
    again = only(scale(sized({**uid, "spec": {"replicas": 2}}), web(2)))
    assert not again.changed and again.before == 2
    none = only(scale(sized({**uid, "spec": {}}), web(2), wait="none"))
    assert none.changed and none.before == 0


def test_somebody_was_faster_and_the_account_may_only_list() -> None:
    kube = cluster()
    kube.fail("get", "statefulsets", KubeError("forbidden", "no get"))

    def faster(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 7}})
        raise KubeError("invalid", "the server rejected our request", status=422)

    kube.on("patch", "statefulsets/scale", faster)
    with pytest.raises(DcnError, match="from 1 to 7 meanwhile"):
        scale(kube, web(2))


def plane(kube: FakeKube, number: int | None) -> None:
    body = {"spec": {"glance": {"template": {"glanceAPIs": {"far": {"replicas": number}}}}}}
    kube.change(CONTROL_PLANES, NS, "openstack", body)


def test_set_back_where_it_is_owned_before_the_operator_saw_it() -> None:
    kube = glance()
    kube.on("patch", "openstackcontrolplanes", lambda call: kube.later(0.1, lambda: plane(kube, 1)))
    job = only(scale(kube, far(3), timeout=0.5))
    assert job.failure.reason == "reverted" and "was set to 1 while 3" in job.failure.message
    assert "has not passed" not in job.failure.message


def test_set_and_owner_are_deleted() -> None:
    kube = glance()

    def end() -> None:
        kube.remove(CONTROL_PLANES, NS, "openstack")
        kube.remove(STATEFULSETS, NS, FAR)

    kube.on("patch", "openstackcontrolplanes", lambda call: kube.later(0.1, end))
    job = only(scale(kube, far(3), timeout=30.0))
    assert job.failure.reason == "deleted" and "OpenStackControlPlane" in job.failure.message


def test_an_owner_that_states_no_number() -> None:
    kube = glance()
    plane(kube, None)
    with pytest.raises(DcnError, match="has 1 replicas, not 2 as expected"):
        scale(kube, Target(NS, 3, api="far", expect=2))
    job = only(scale(kube, Target(NS, 3, api="far", expect=1), wait="none"))
    assert job.changed and job.place.before is None


def test_without_a_look_at_pods_no_claim_is_said_to_come_back() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_claim("a-web-2"))
    kube.fail("list", "pods", KubeError("forbidden", "no pods"))
    follow(kube)
    outcome = scale(kube, web(3))
    assert [claim["metadata"]["name"] for claim in outcome.jobs[0].claims["web"].reused] == ["a-web-2"]


def staged(replicas: int, **pod: Any) -> FakeKube:
    mount = {"name": "main", "volumeMounts": [{"name": "a", "mountPath": "/var/lib/glance"}]}
    template = {
        "spec": {"containers": [mount], "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "x"}}]}
    }
    kube = FakeKube().add(a_set("web", replicas, template=template, claims=("a",)))
    spec = {**template["spec"], "nodeName": "node1"}
    status = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}
    kube.on("exec", "pods", lambda call: ExecResult(0, b"an image\n", b""))
    return kube.add(*(a_pod("web", each, spec=spec, status=status, **pod) for each in range(2)))


def test_staged_images_that_nobody_may_look_for() -> None:
    kube = staged(2)
    kube.fail("list", "pods", KubeError("forbidden", "no pods"))
    with pytest.raises(DcnError, match="may not list pods") as caught:
        scale(kube, web(1))
    assert caught.value.reason == "forbidden" and not kube.writes
    assert only(scale(kube, web(1), guard_staged=False, wait="none")).changed


def test_staged_images_of_a_pod_that_goes_anyhow_stop_nobody() -> None:
    with pytest.raises(DcnError, match="holds staged images.*: an image[.]"):
        scale(staged(2), web(1))
    job = only(scale(staged(1), web(1), wait="none"))
    assert not job.changed


def test_claims_that_go_are_listed_where_watching_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale_guard, "PAUSE", 0.01)
    policy = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    kube = cluster(2, claims=("a",), persistentVolumeClaimRetentionPolicy=policy)
    kube.add(a_claim("a-web-0"), a_claim("a-web-1"))
    kube.fail("watch", "persistentvolumeclaims", KubeError("forbidden", "no watch", verb="watch"))
    follow(kube)
    kube.later(0.5, lambda: kube.remove(PVCS, NS, "a-web-1"))
    job = only(scale(kube, web(1)))
    assert job.failure is None and job.changed


def test_claims_that_only_look_like_ours_stay() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_claim("a-web-01"))
    other = a_claim("a-web-2")
    other["metadata"]["labels"] = {"app": "another"}
    kube.add(other)
    follow(kube)
    assert only(scale(kube, web(1), pvc="delete_removed")).deleted_claims == ["a-web-1"]


def test_no_word_of_left_over_claims_when_nothing_was_changed() -> None:
    kube = cluster(2, claims=("a",)).add(a_claim("a-web-0"), a_claim("a-web-1"), a_set("db", 1), a_pod("db", 0))

    def refuse(call: Call) -> None:
        if call.name == "web" and not call.dry_run:
            raise KubeError("quota", "Too much.", status=403)

    kube.on("patch", "statefulsets/scale", refuse)
    outcome = scale(kube, Target(NS, 2, "db"), web(1))
    assert outcome.error is not None and left_over_warnings(outcome.jobs) == []


def test_a_scale_down_is_not_refused_for_a_volume_that_is_missing_already() -> None:
    kube = FakeKube().add(a_set("web", 3, ready=0, claims=("a",), podManagementPolicy="OrderedReady"))
    kube.add(a_claim("a-web-0", phase="Pending"), a_pod("web", 0, ready=False))
    assert only(scale(kube, web(2), wait="none")).changed
    with pytest.raises(DcnError, match="not enough free volumes"):
        scale(kube, web(4), wait="none")


@pytest.mark.parametrize("number", [2, 1])
def test_a_set_that_somebody_replaces_by_hand(number: int) -> None:
    kube = cluster()

    def replace() -> None:
        kube.remove(STATEFULSETS, NS, "web")
        new = a_set("web", number, ready=0)
        new["metadata"]["uid"] = "uid-anew"
        kube.add(new)
        kube.later(0.1, lambda: settle(kube, "web", number))

    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, replace))
    job = only(scale(kube, web(2), timeout=10.0))
    assert job.states["web"].recreated
    if number == 2:
        assert job.failure is None
    else:
        assert job.failure.reason == "reverted" and "spec.replicas is 1" in job.failure.message


def test_a_set_that_nobody_replaces() -> None:
    kube = cluster()
    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.remove(STATEFULSETS, NS, "web")))
    job = only(scale(kube, web(2), timeout=60.0))
    assert job.failure.reason == "deleted" and 3 <= job.timeline[-1]["seconds"] + 3 < 10


def test_a_claim_that_something_holds_is_deleted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale_guard, "CLAIM_SECONDS", 0.3)
    kube = cluster(1, claims=("a",)).add(a_claim("a-web-0"))
    held = a_claim("a-web-1")
    held["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z", finalizers=["x/keep"])
    outcome = scale(kube.add(held), web(1), pvc="delete_removed")
    assert "x/keep" in str(outcome.error) and not kube.writes and not outcome.jobs[0].changed
