# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change of the replicas: all targets or none, and responses that are lost."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    STATEFULSETS,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import row
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    NS,
    a_pod,
    a_statefulset,
)
from ansible_collections.dcn.glance.tests.support.builders.scale import (
    cluster,
    follow,
    glance,
    only,
    scale,
    set_replicas_in_control_plane,
    web,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import Call, FakeKube

LOST = KubeError("unreachable", "The connection was reset.")


def two_statefulsets() -> FakeKube:
    return cluster().add(a_statefulset("db", 1), a_pod("db", 0))


def test_each_wrong_target_is_named() -> None:
    kube = two_statefulsets()
    with pytest.raises(DcnError) as caught:
        scale(
            kube,
            web(2),
            DesiredReplicas(NS, 1, "nope"),
            DesiredReplicas(NS, 2, api="far"),
            DesiredReplicas(NS, 3, "neither"),
        )
    assert all(word in str(caught.value) for word in ("nope", "Glance API far", "neither")) and not kube.writes
    assert caught.value.reason == "not_found"


def test_an_owner_without_replicas() -> None:
    kube = glance()
    set_replicas_in_control_plane(kube, None)
    target = only(scale(kube, DesiredReplicas(NS, 3, api="far"), wait="none"))
    assert target.changed and target.before == 1 and target.replicas_field.before is None


def test_a_second_target_that_is_refused_after_the_first_was_changed() -> None:
    kube = two_statefulsets()

    def refuse(call: Call) -> None:
        if call.name == "db" and not call.dry_run:
            raise KubeError("quota", "Too much. Nothing was changed.", status=403)

    kube.on("patch", "statefulsets/scale", refuse)
    result = scale(kube, web(2), DesiredReplicas(NS, 2, "db"))
    assert [target.changed for target in result.targets] == [True, False]
    text = str(result.error)
    assert "StatefulSet ns/web (2)" in text and "changed before" in text and "Nothing was changed" not in text
    assert result.error is not None and result.error.reason == "quota"
    assert [row(target, Cache())["replicas_after"] for target in result.targets] == [2, 1]


def test_the_response_is_lost_and_the_change_was_made() -> None:
    kube = cluster()
    follow(kube)

    def lose(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 2}})
        raise LOST

    kube.on("patch", "statefulsets/scale", lose)
    target = only(scale(kube, web(2)))
    assert target.changed and target.failure is None


def test_the_response_is_lost_and_the_change_was_not_made() -> None:
    kube = cluster()
    kube.fail("patch", "statefulsets/scale", LOST)
    with pytest.raises(KubeError, match="was reset"):
        scale(kube, web(2))


def test_the_response_is_lost_and_the_replicas_cannot_be_read() -> None:
    kube = cluster()

    def lose(call: Call) -> None:
        kube.fail("list", "statefulsets", LOST)
        raise LOST

    kube.on("patch", "statefulsets/scale", lose)
    with pytest.raises(DcnError, match="It is unknown whether the change was made"):
        scale(kube, web(2))


def test_replicas_changed_by_another_client_are_found_with_permission_to_list_only() -> None:
    kube = cluster()
    kube.fail("get", "statefulsets", KubeError("forbidden", "no get"))

    def faster(call: Call) -> None:
        kube.change(STATEFULSETS, NS, "web", {"spec": {"replicas": 7}})
        raise KubeError("invalid", "the server rejected our request", status=422)

    kube.on("patch", "statefulsets/scale", faster)
    with pytest.raises(DcnError, match="from 1 to 7 meanwhile"):
        scale(kube, web(2))
