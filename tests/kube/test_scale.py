# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale on StatefulSets without an owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, PVCS, STATEFULSETS
from ansible_collections.dcn.glance.tests.support.kube.scale import Space
from ansible_collections.dcn.glance.tests.support.wait import until


@pytest.fixture(scope="module")
def space(kubeconfig: str) -> Iterator[Space]:
    space = Space(kubeconfig)
    yield space
    space.close()


def ordinals(run) -> list[int]:
    return [pod["ordinal"] for pod in run.target["pods"]]


def test_up_with_claims_then_again_then_down(space: Space) -> None:
    space.statefulset("vol", 1, volumes=("data",))
    predicted = space.check(name="vol", replicas=3).ok()
    assert predicted.result["changed"] and space.replicas("vol") == 1
    up = space.scale(name="vol", replicas=3).ok()
    assert up.result["changed"] and ordinals(up) == [0, 1, 2] and all(pod["ready"] for pod in up.target["pods"])
    assert up.target["pvcs"] == predicted.target["pvcs"]
    assert up.target["pvcs"]["created"] == ["data-vol-1", "data-vol-2"]
    assert space.ready("vol") == 3 and up.result["calls"] <= 10
    before = space.get("vol")["metadata"]["resourceVersion"]
    again = space.scale(name="vol", replicas=3).ok()
    assert not again.result["changed"] and again.result["calls"] == 3
    assert space.get("vol")["metadata"]["resourceVersion"] == before
    down = space.scale(name="vol", replicas=1, _ansible_diff=True).ok()
    assert down.target["pvcs"]["left_over"] == ["data-vol-1", "data-vol-2"]
    assert any("left over" in text for text in warnings(down))
    assert "data-vol-2" in down.result["diff"]["after"] and "- vol-2\n" not in down.result["diff"]["after"]
    refused = space.scale(name="vol", replicas=2, pvc_reuse="fail").failed("pvc_reuse")
    assert "data-vol-1" in refused.msg and space.replicas("vol") == 1
    warned = space.scale(name="vol", replicas=2).ok()
    assert warned.target["pvcs"]["reused"] == ["data-vol-1"] and any("are reused" in text for text in warnings(warned))
    predicted = space.scale(name="vol", replicas=1, pvc="delete_removed", _ansible_check_mode=True).ok()
    assert {"data-vol-1", "data-vol-2"} <= {claim["metadata"]["name"] for claim in space.api.list(PVCS, space.name)[0]}
    gone = space.scale(name="vol", replicas=1, pvc="delete_removed").ok()
    assert predicted.target["pvcs"]["deleted"] == gone.target["pvcs"]["deleted"] and predicted.result["changed"]
    assert gone.target["pvcs"]["deleted"] == ["data-vol-1", "data-vol-2"] and gone.target["pvcs"]["left_over"] == []
    names = [claim["metadata"]["name"] for claim in space.api.list(PVCS, space.name)[0]]
    assert "data-vol-0" in names and not {"data-vol-1", "data-vol-2"} & set(names)
    assert not space.scale(name="vol", replicas=1, pvc="delete_removed").ok().result["changed"]


def warnings(run) -> list[str]:
    """The warnings as texts; their form depends on the version of ansible-core."""
    found = run.result.get("warnings", [])
    return [each if isinstance(each, str) else str(each) for each in found]


def test_a_target_that_needs_no_change_is_waited_for(space: Space) -> None:
    probe = {"exec": {"command": ["test", "-e", "/tmp/ready"]}, "periodSeconds": 1}
    space.statefulset("late", 1, ready=False, container={"readinessProbe": probe})
    until("the pod runs", lambda: running(space, "late-0"))
    short = space.scale(name="late", replicas=1, timeout=3).failed("timeout")
    assert not short.result["changed"] and "probe" in reasons(short)
    at_work = space.start(name="late", replicas=1)
    space.api.execute(space.name, "late-0", "main", ["touch", "/tmp/ready"])
    assert at_work.end().ok().result["changed"] is False


def running(space: Space, pod: str) -> bool:
    body = space.api.get(PODS, space.name, pod) or {}
    return (body.get("status") or {}).get("phase") == "Running"


def reasons(run) -> set[str]:
    return {finding["reason"] for finding in run.target["failure"]["diagnosis"]}


def test_a_timeout_of_zero_checks_once(space: Space) -> None:
    space.statefulset("once", 1)
    assert space.scale(name="once", replicas=1, timeout=0).ok()
    late = space.scale(name="once", replicas=2, timeout=0).failed("timeout")
    assert late.target["pods"], "the pods were read"


def test_a_partition_beyond_the_replicas(space: Space) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}
    space.statefulset("part", 1, updateStrategy=strategy)
    new = {"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}
    space.api.patch(STATEFULSETS, space.name, "part", new)
    for wait in ("ready", "revision"):
        assert space.scale(name="part", replicas=2, wait=wait, timeout=20).ok()


def test_on_delete_requires_ready_pods(space: Space) -> None:
    space.statefulset("manual", 0, updateStrategy={"type": "OnDelete"}, container={"image": "localhost/none:0"})
    run = space.scale(name="manual", replicas=1, timeout=5).failed("timeout")
    assert "image" in reasons(run)


def test_down_to_zero(space: Space) -> None:
    space.statefulset("zero", 2)
    assert ordinals(space.scale(name="zero", replicas=0).ok()) == []
    assert not space.scale(name="zero", replicas=0).ok().result["changed"]
    assert ordinals(space.scale(name="zero", replicas=1).ok()) == [0]


def test_deleted_during_the_wait(space: Space) -> None:
    space.statefulset("gone", 1, container={"image": "localhost/none:0"}, ready=False)
    at_work = space.start(name="gone", replicas=2)
    until("the module has set the replicas", lambda: space.replicas("gone") == 2)
    space.api.delete(STATEFULSETS, space.name, "gone")
    run = at_work.end().failed("deleted")
    assert "gone" in run.msg


def test_targets_that_do_not_exist(space: Space) -> None:
    assert "no-such" in space.scale(name="no-such", replicas=1).failed("not_found").msg
    assert "Glance API x" in space.scale(api="x", replicas=1).failed("not_found").msg


def test_ordinals_from_five_and_two_claims_each(space: Space) -> None:
    space.statefulset("five", 0, volumes=("glance", "glance-cache"), ordinals={"start": 5}, ready=False)
    run = space.scale(name="five", replicas=1).ok()
    assert ordinals(run) == [5]
    assert run.target["pvcs"]["created"] == ["glance-five-5", "glance-cache-five-5"]
    run = space.scale(name="five", replicas=0, pvc="delete_removed", guard_staged=False).ok()
    assert sorted(run.target["pvcs"]["deleted"]) == ["glance-cache-five-5", "glance-five-5"]
    space.free_volumes()


def test_the_retention_policy_removes_claims(space: Space) -> None:
    space.statefulset(
        "self",
        2,
        volumes=("data",),
        persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete", "whenDeleted": "Retain"},
    )
    run = space.scale(name="self", replicas=1).ok()
    assert run.target["pvcs"]["removed"] == ["data-self-1"] and run.target["pvcs"]["left_over"] == []
    names = [claim["metadata"]["name"] for claim in space.api.list(PVCS, space.name)[0]]
    assert "data-self-1" not in names


def test_available_waits_for_min_ready_seconds(space: Space) -> None:
    space.statefulset("slow", 1, minReadySeconds=4)
    available = space.scale(name="slow", replicas=2, wait="available").ok()
    assert available.target["elapsed"] >= 4


def test_stable_for_some_seconds(space: Space) -> None:
    space.statefulset("calm", 1)
    run = space.scale(name="calm", replicas=2, stable_seconds=3).ok()
    assert run.seconds >= 3 + run.target["elapsed"]


def test_several_targets_in_one_loop(space: Space) -> None:
    names = [f"many-{index}" for index in range(4)]
    for name in names:
        space.statefulset(name, 0, ready=False)
    targets = [{"name": name, "replicas": 1} for name in names]
    run = space.scale(targets=targets).ok()
    assert [target["name"] for target in run.result["targets"]] == names
    assert run.result["calls"] <= 4 * 3
    assert not space.scale(targets=targets).ok().result["changed"]
    mixed = space.scale(targets=[{"name": "many-0", "replicas": 2}, {"name": "nobody", "replicas": 1}])
    mixed.failed("not_found")
    assert space.replicas("many-0") == 1
