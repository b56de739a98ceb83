# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole scale on an API in memory, on which the test does what a cluster would do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    PODS,
    STATEFULSETS,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import TargetFinder
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import row
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_statefulset,
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


def test_scale_up() -> None:
    kube = cluster()
    follow(kube)
    target = only(scale(kube, web(3)))
    assert target.failure is None and target.changed
    assert [call.verb for call in kube.asked if call.verb != "watch"] == ["list", "list", "patch"]
    assert [pod["name"] for pod in row(target, cache_of(kube))["pods"]] == ["web-0", "web-1", "web-2"]
    assert len(kube.writes) == 1


def cache_of(kube: FakeKube) -> Any:
    cache = Cache()
    for resource in (STATEFULSETS, PODS):
        cache.put(resource, kube.list(resource, NS)[0])
    return cache


def test_nothing_to_do_is_two_requests_and_no_write() -> None:
    kube = cluster(3)
    target = only(scale(kube, web(3)))
    assert not target.changed and target.failure is None
    assert [(call.verb, call.resource) for call in kube.asked] == [("list", "statefulsets"), ("list", "pods")]


def test_a_target_that_needs_no_change_is_waited_for() -> None:
    kube = FakeKube().add(a_statefulset("web", 1, ready=0), a_pod("web", 0, ready=False))
    kube.later(0.2, lambda: settle(kube, "web", 1))
    target = only(scale(kube, web(1)))
    assert not target.changed and target.failure is None and kube.writes == []


def test_reverted_replicas_name_the_field_manager() -> None:
    kube = cluster()
    entry = {"manager": "other", "operation": "Update", "time": "2026", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    back = {"spec": {"replicas": 1}, "metadata": {"managedFields": [entry]}}
    kube.on(
        "patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.change(STATEFULSETS, NS, "web", back))
    )
    target = only(scale(kube, web(3)))
    assert target.failure.reason == "reverted" and target.failure.manager.manager == "other"
    assert "'other'" in target.failure.message


def test_scale_through_the_control_plane() -> None:
    kube = glance()
    obey(kube)
    target = only(scale(kube, far(2)))
    assert target.failure is None and [call.resource for call in kube.writes] == ["openstackcontrolplanes"]
    plane = kube.get(CONTROL_PLANES, NS, "openstack") or {}
    assert plane["spec"]["glance"]["template"]["glanceAPIs"]["far"] == {"replicas": 2, "type": "edge"}


def test_replicas_of_an_unknown_owner_are_not_changed() -> None:
    body = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": meta("thing")}
    kube = FakeKube().add(a_statefulset("web", 1, owner=body))
    with pytest.raises(DcnError, match="Thing thing") as caught:
        scale(kube, web(2))
    assert caught.value.reason == "owner_managed" and kube.writes == []


def test_a_statefulset_that_is_deleted_during_the_wait() -> None:
    kube = cluster()
    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.remove(STATEFULSETS, NS, "web")))
    assert only(scale(kube, web(2))).failure.reason == "deleted"


def test_an_owned_statefulset_may_be_recreated() -> None:
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
    target = only(scale(kube, far(2)))
    assert target.failure is None and target.states[FAR].recreated


@pytest.mark.parametrize("reason", ["server", "unreachable", "gone", "timeout"])
def test_watches_continue_after_an_error(reason: str) -> None:
    kube = cluster()
    kube.fail("watch", "statefulsets", KubeError(reason, "oops", verb="watch"), times=2)
    kube.fail("watch", "pods", KubeError(reason, "oops", verb="watch"), times=1)
    follow(kube, 0.4)
    assert only(scale(kube, web(2))).failure is None


def test_a_watch_that_ends_at_once_is_not_restarted_at_once() -> None:
    kube = cluster()
    kube.on("watch", "pods", lambda call: [])
    target = only(scale(kube, web(2), timeout=1.0))
    assert target.failure.reason == "timeout"
    assert sum(1 for call in kube.asked if call.verb == "watch") < 12


def test_replicas_changed_by_another_client_before_the_patch() -> None:
    kube = cluster()

    def faster(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 7}})
        raise KubeError("invalid", "the server rejected our request", status=422)

    kube.on("patch", "statefulsets/scale", faster)
    with pytest.raises(DcnError, match="from 1 to 7 meanwhile") as caught:
        scale(kube, web(3))
    assert caught.value.reason == "conflict"


def test_without_the_right_to_list_pods_the_status_decides() -> None:
    kube = cluster()
    kube.fail("list", "pods", KubeError("forbidden", "may not list pods.", verb="list", resource="pods"))
    follow(kube)
    result = scale(kube, web(2))
    assert only(result).failure is None
    assert any("may not list pods" in text for text in result.warnings)


def test_without_the_right_to_watch_lists_are_read() -> None:
    kube = cluster()
    for resource in ("pods", "statefulsets"):
        kube.fail("watch", resource, KubeError("forbidden", "may not watch.", verb="watch", resource=resource))
    follow(kube)
    result = scale(kube, web(2), timeout=6.0)
    assert only(result).failure is None and any("may not watch" in text for text in result.warnings)


def test_a_timeout_of_zero_checks_once() -> None:
    assert only(scale(cluster(), web(2), timeout=0.0)).failure.reason == "timeout"


def test_two_targets_with_the_same_replicas() -> None:
    kube = glance(kind="edge")
    with pytest.raises(DcnError, match="share the same replicas"):
        scale(kube, far(2), DesiredReplicas(NS, 1, FAR))


def test_all_kinds_of_owners_are_followed() -> None:
    kube = glance()
    (target,) = TargetFinder(kube).find([far(2)], "auto")
    assert [str(owner) for owner in target.owners] == [
        "GlanceAPI glance-far-edge",
        "Glance glance",
        "OpenStackControlPlane openstack",
    ]
    assert [call.resource for call in kube.asked if call.verb == "get"] == [
        "glanceapis",
        "glances",
        "openstackcontrolplanes",
    ]


def test_an_unreachable_api_is_named_only_if_it_is_unreachable_at_the_end() -> None:
    error = KubeError("unreachable", "The API cannot be reached.", verb="watch")
    for times, reason in ((10**6, "api_unreachable"), (1, "timeout")):
        kube = cluster()
        kube.fail("watch", "pods", error, times=times)
        kube.fail("watch", "statefulsets", error, times=times)
        if times > 1:
            kube.on("patch", "statefulsets/scale", lambda call, kube=kube: kube.fail("list", "statefulsets", error))
        target = only(scale(kube, web(2), timeout=1.0))
        assert target.failure.reason == reason
        assert ("cannot be reached" in target.failure.message) is (reason == "api_unreachable")
