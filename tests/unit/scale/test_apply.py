# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole scale on an API in memory, where somebody else does what a cluster would do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    PODS,
    STATEFULSETS,
    KubeError,
    known_resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Target
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import row
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_set,
    glance_chain,
    meta,
    settle,
)
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    FAR,
    cluster,
    far,
    follow,
    glance,
    obey,
    only,
    scale,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube


def test_s01_up() -> None:
    kube = cluster()
    follow(kube)
    job = only(scale(kube, web(3)))
    assert job.failure is None and job.changed and kube.calls <= 6
    assert [pod["name"] for pod in row(job, mirror_of(kube))["pods"]] == ["web-0", "web-1", "web-2"]
    assert len(kube.writes) == 1


def mirror_of(kube: FakeKube) -> Any:
    mirror = Mirror()
    for resource in (STATEFULSETS, PODS):
        mirror.put(resource, kube.list(resource, NS)[0])
    return mirror


def test_s02_nothing_to_do_is_two_calls_and_no_write() -> None:
    kube = cluster(3)
    job = only(scale(kube, web(3)))
    assert not job.changed and job.failure is None
    assert [(call.verb, call.resource) for call in kube.asked] == [("list", "statefulsets"), ("list", "pods")]


def test_s03_waits_for_what_is_not_ready_yet() -> None:
    kube = FakeKube().add(a_set("web", 1, ready=0), a_pod("web", 0, ready=False))
    kube.later(0.2, lambda: settle(kube, "web", 1))
    job = only(scale(kube, web(1)))
    assert not job.changed and job.failure is None and kube.writes == []


def test_s04_reverted() -> None:
    kube = cluster()
    entry = {"manager": "other", "operation": "Update", "time": "2026", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    back = {"spec": {"replicas": 1}, "metadata": {"managedFields": [entry]}}
    kube.on(
        "patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.change(STATEFULSETS, NS, "web", back))
    )
    job = only(scale(kube, web(3)))
    assert job.failure.reason == "reverted" and job.failure.author.manager == "other"
    assert "'other'" in job.failure.message


def test_s05_through_the_control_plane() -> None:
    kube = glance()
    obey(kube)
    job = only(scale(kube, far(2)))
    assert job.failure is None and [call.resource for call in kube.writes] == ["openstackcontrolplanes"]
    plane = kube.get(CONTROL_PLANES, NS, "openstack") or {}
    assert plane["spec"]["glance"]["template"]["glanceAPIs"]["far"] == {"replicas": 2, "type": "edge"}


def test_s06_no_patch_is_sent_to_an_unknown_owner() -> None:
    body = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": meta("thing")}
    kube = FakeKube().add(a_set("web", 1, owner=body))
    with pytest.raises(DcnError, match="Thing thing") as caught:
        scale(kube, web(2))
    assert caught.value.reason == "owner_managed" and kube.writes == []


def test_s13_deleted_in_the_wait() -> None:
    kube = cluster()
    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.remove(STATEFULSETS, NS, "web")))
    assert only(scale(kube, web(2))).failure.reason == "deleted"


def test_an_owned_set_may_be_made_anew() -> None:
    kube = glance()

    def anew(call: Call) -> None:
        def work() -> None:
            old = kube.objects[str(STATEFULSETS), NS, FAR]
            kube.remove(STATEFULSETS, NS, FAR)
            new = {**old, "metadata": {**old["metadata"], "uid": "another"}, "spec": {**old["spec"], "replicas": 2}}
            kube.add(new)
            settle(kube, FAR, 2)

        kube.later(0.1, work)

    kube.on("patch", "openstackcontrolplanes", anew)
    job = only(scale(kube, far(2)))
    assert job.failure is None and job.states[FAR].recreated


@pytest.mark.parametrize(("on_mismatch", "reason"), [("fail", "precondition"), ("skip", "")])
def test_s15_another_number_than_expected(on_mismatch: str, reason: str) -> None:
    kube = cluster()
    if reason:
        with pytest.raises(DcnError) as caught:
            scale(kube, web(3, expect=2), on_mismatch=on_mismatch)
        assert caught.value.reason == reason
    else:
        job = only(scale(kube, web(3, expect=2), on_mismatch=on_mismatch))
        assert job.skipped and not job.changed
    assert kube.writes == []


@pytest.mark.parametrize("reason", ["server", "unreachable", "gone", "timeout"])
def test_s16_watches_go_on_after_an_error(reason: str) -> None:
    kube = cluster()
    kube.fail("watch", "statefulsets", KubeError(reason, "oops", verb="watch"), times=2)
    kube.fail("watch", "pods", KubeError(reason, "oops", verb="watch"), times=1)
    follow(kube, 0.4)
    assert only(scale(kube, web(2))).failure is None


def test_s16_a_watch_that_ends_at_once_does_not_storm() -> None:
    kube = cluster()
    kube.on("watch", "pods", lambda call: [])
    job = only(scale(kube, web(2), timeout=1.0))
    assert job.failure.reason == "timeout"
    assert sum(1 for call in kube.asked if call.verb == "watch") < 12


def test_s16_somebody_was_faster() -> None:
    kube = cluster()

    def faster(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 7}})
        raise KubeError("invalid", "the server rejected our request", status=422)

    kube.on("patch", "statefulsets/scale", faster)
    with pytest.raises(DcnError, match="from 1 to 7 meanwhile") as caught:
        scale(kube, web(3))
    assert caught.value.reason == "conflict"


def test_s17_without_pods_the_counts_decide() -> None:
    kube = cluster()
    kube.fail("list", "pods", KubeError("forbidden", "may not list pods.", verb="list", resource="pods"))
    follow(kube)
    outcome = scale(kube, web(2))
    assert only(outcome).failure is None
    assert any("may not list pods" in text for text in outcome.warnings)


def test_s17_without_watch_the_list_is_read() -> None:
    kube = cluster()
    for resource in ("pods", "statefulsets"):
        kube.fail("watch", resource, KubeError("forbidden", "may not watch.", verb="watch", resource=resource))
    follow(kube)
    outcome = scale(kube, web(2), timeout=6.0)
    assert only(outcome).failure is None and any("may not watch" in text for text in outcome.warnings)


def test_s33_one_look_at_the_end() -> None:
    assert only(scale(cluster(), web(2), timeout=0.0)).failure.reason == "timeout"


def test_progress_timeout() -> None:
    job = only(scale(cluster(), web(2), timeout=30.0, progress_timeout=0.4))
    assert job.failure.reason == "timeout" and "nothing moved for 0.4 s" in job.failure.message


def test_two_names_of_one_number() -> None:
    kube = glance(kind="edge")
    with pytest.raises(DcnError, match="one and the same number"):
        scale(kube, far(2), Target(NS, 1, FAR))


def test_all_kinds_of_the_chain_are_known() -> None:
    for body in glance_chain():
        assert known_resource(body["apiVersion"], body["kind"]) is not None


def test_an_api_that_is_away_at_the_end_and_one_that_came_back() -> None:
    error = KubeError("unreachable", "The API cannot be reached.", verb="watch")
    for times, reason in ((10**6, "api_unreachable"), (1, "timeout")):
        kube = cluster()
        kube.fail("watch", "pods", error, times=times)
        kube.fail("watch", "statefulsets", error, times=times)
        if times > 1:
            kube.on("patch", "statefulsets/scale", lambda call, kube=kube: kube.fail("list", "statefulsets", error))
        job = only(scale(kube, web(2), timeout=1.0))
        assert job.failure.reason == reason
        assert ("cannot be reached" in job.failure.message) is (reason == "api_unreachable")
