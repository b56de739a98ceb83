# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets and Glance APIs on an API in memory, and what a cluster or an operator does with them."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, STATEFULSETS
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas, ScaleOptions
from ansible_collections.dcn.glance.plugins.module_utils._scale.run import Scale, ScaleResult
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_statefulset,
    glance_chain,
    settle,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube
from ansible_collections.dcn.glance.tests.support.fakes.kube_clock import FakeWatches

FAR = "glance-far-edge-api"


def scale(kube: FakeKube, *targets: DesiredReplicas, **options: Any) -> ScaleResult:
    return Scale(kube, ScaleOptions(targets, **{"timeout": 3.0, **options}), kube.clock, FakeWatches).run()


def web(replicas: int, **more: Any) -> DesiredReplicas:
    return DesiredReplicas(NS, replicas, "web", **more)


def far(replicas: int) -> DesiredReplicas:
    return DesiredReplicas(NS, replicas, api="far")


def cluster(replicas: int = 1, **more: Any) -> FakeKube:
    """A ready StatefulSet without an owner."""
    return FakeKube().add(
        a_statefulset("web", replicas, **more), *(a_pod("web", ordinal) for ordinal in range(replicas))
    )


def follow(kube: FakeKube, seconds: float = 0.1) -> None:
    """After each scale of the StatefulSet the cluster creates and deletes pods."""

    def reactor(call: Call) -> None:
        if not call.dry_run:
            number = call.body[-1]["value"]
            kube.later(seconds, lambda: settle(kube, call.name, number))

    kube.on("patch", "statefulsets/scale", reactor)


def glance(replicas: int = 1, **more: Any) -> FakeKube:
    kube = FakeKube().add(*glance_chain(replicas=replicas, **more))
    return kube.add(*(a_pod(FAR, ordinal) for ordinal in range(replicas)))


def obey(kube: FakeKube) -> None:
    """The operator sets the replicas of the StatefulSet, and the cluster creates and deletes pods."""

    def reactor(call: Call) -> None:
        number = call.body[-1]["value"]

        def work() -> None:
            kube.change(STATEFULSETS, NS, FAR, {"spec": {"replicas": number}})
            settle(kube, FAR, number)

        if not call.dry_run:
            kube.later(0.1, work)

    kube.on("patch", "openstackcontrolplanes", reactor)


def set_replicas_in_control_plane(kube: FakeKube, replicas: int | None) -> None:
    """What another user does."""
    body = {"spec": {"glance": {"template": {"glanceAPIs": {"far": {"replicas": replicas}}}}}}
    kube.change(CONTROL_PLANES, NS, "openstack", body)


def only(result: ScaleResult) -> Any:
    assert result.error is None
    return result.targets[0]
