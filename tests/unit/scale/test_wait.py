# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replicas that are reverted, and StatefulSets that are deleted or recreated, during the wait."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    STATEFULSETS,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_statefulset,
    settle,
)
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    FAR,
    cluster,
    far,
    follow,
    glance,
    only,
    scale,
    set_replicas_in_control_plane,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call


def test_replicas_reverted_in_the_owner_before_the_operator_observed_them() -> None:
    kube = glance()
    kube.on(
        "patch", "openstackcontrolplanes", lambda call: kube.later(0.1, lambda: set_replicas_in_control_plane(kube, 1))
    )
    target = only(scale(kube, far(3), timeout=0.5))
    assert target.failure.reason == "reverted" and "were reverted from 3 to 1" in target.failure.message
    assert "has not set" not in target.failure.message


def test_a_statefulset_and_its_owner_are_deleted() -> None:
    kube = glance()

    def end() -> None:
        kube.remove(CONTROL_PLANES, NS, "openstack")
        kube.remove(STATEFULSETS, NS, FAR)

    kube.on("patch", "openstackcontrolplanes", lambda call: kube.later(0.1, end))
    target = only(scale(kube, far(3), timeout=30.0))
    assert target.failure.reason == "deleted" and "OpenStackControlPlane" in target.failure.message


@pytest.mark.parametrize("replicas", [2, 1])
def test_a_statefulset_without_an_owner_is_recreated(replicas: int) -> None:
    kube = cluster()

    def replace() -> None:
        kube.remove(STATEFULSETS, NS, "web")
        new = a_statefulset("web", replicas, ready=0)
        new["metadata"]["uid"] = "uid-new"
        kube.add(new)
        kube.later(0.1, lambda: settle(kube, "web", replicas))

    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, replace))
    target = only(scale(kube, web(2), timeout=10.0))
    assert target.states["web"].recreated
    if replicas == 2:
        assert target.failure is None
    else:
        assert target.failure.reason == "reverted" and "from 2 to 1" in target.failure.message


def test_a_statefulset_without_an_owner_is_not_recreated() -> None:
    kube = cluster()
    kube.on("patch", "statefulsets/scale", lambda call: kube.later(0.1, lambda: kube.remove(STATEFULSETS, NS, "web")))
    target = only(scale(kube, web(2), timeout=60.0))
    assert target.failure.reason == "deleted" and 3 <= target.timeline[-1]["seconds"] + 3 < 10


def test_only_the_targets_that_are_not_ready_time_out() -> None:
    """A target that is ready has not failed, whether or not another one times out."""
    kube = cluster().add(a_statefulset("db", 1), a_pod("db", 0))

    def reactor(call: Call) -> None:
        if call.name == "web" and not call.dry_run:
            kube.later(0.5, lambda: settle(kube, "web", 2))

    kube.on("patch", "statefulsets/scale", reactor)
    result = scale(kube, web(2), DesiredReplicas(NS, 2, "db"), timeout=4.0, stable_seconds=2.0)
    ready, late = result.targets
    assert ready.failure is None and ready.done_since is not None
    assert late.failure is not None and late.failure.reason == "timeout"


def test_a_target_that_did_not_stay_ready_times_out() -> None:
    kube = cluster()
    follow(kube, 1.0)
    kube.later(2.0, lambda: settle(kube, "web", 1))
    kube.later(3.0, lambda: settle(kube, "web", 2))
    target = only(scale(kube, web(2), timeout=6.0, stable_seconds=5.0))
    assert target.failure.reason == "timeout"
    assert "became ready after 3 s but did not stay ready for stable_seconds (5 s)" in target.failure.message
