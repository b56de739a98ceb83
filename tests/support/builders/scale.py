# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets and Glance APIs on an API in memory, and somebody who does what a cluster or an operator would do."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import STATEFULSETS
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Target, Wishes
from ansible_collections.dcn.glance.plugins.module_utils._scale.run import Outcome, Scale
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import NS, a_pod, a_set, glance_chain, settle
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube

FAR = "glance-far-edge-api"


def scale(kube: FakeKube, *targets: Target, **wishes: Any) -> Outcome:
    return Scale(kube, Wishes(targets, **{"timeout": 3.0, **wishes}), SystemClock()).run()


def web(replicas: int, **more: Any) -> Target:
    return Target(NS, replicas, "web", **more)


def far(replicas: int) -> Target:
    return Target(NS, replicas, api="far")


def cluster(replicas: int = 1, **more: Any) -> FakeKube:
    """A settled set without an owner."""
    return FakeKube().add(a_set("web", replicas, **more), *(a_pod("web", ordinal) for ordinal in range(replicas)))


def follow(kube: FakeKube, seconds: float = 0.1) -> None:
    """After each scale of the set the cluster gets there."""

    def reactor(call: Call) -> None:
        if not call.dry_run:
            number = call.body[-1]["value"]
            kube.later(seconds, lambda: settle(kube, call.name, number))

    kube.on("patch", "statefulsets/scale", reactor)


def glance(replicas: int = 1, **more: Any) -> FakeKube:
    kube = FakeKube().add(*glance_chain(replicas=replicas, **more))
    return kube.add(*(a_pod(FAR, ordinal) for ordinal in range(replicas)))


def obey(kube: FakeKube) -> None:
    """The operator hands the number on, and the cluster gets there."""

    def reactor(call: Call) -> None:
        number = call.body[-1]["value"]

        def work() -> None:
            kube.change(STATEFULSETS, NS, FAR, {"spec": {"replicas": number}})
            settle(kube, FAR, number)

        if not call.dry_run:
            kube.later(0.1, work)

    kube.on("patch", "openstackcontrolplanes", reactor)


def only(outcome: Outcome) -> Any:
    assert outcome.error is None
    return outcome.jobs[0]
