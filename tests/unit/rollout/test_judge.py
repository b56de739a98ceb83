# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each step from the object down to a pod, on its own, keeps a rollout from being complete."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import operator_error
from ansible_collections.dcn.glance.plugins.module_utils._rollout.input import (
    check_target,
    desired_instances,
    read_target,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import judge, judge_item
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    OPERATOR_STAGE,
    PODS_STAGE,
    READY_STAGE,
    ObservedState,
    Progress,
    RolloutError,
    RolloutTarget,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import topology
from ansible_collections.dcn.glance.tests.support.builders.rollout import (
    EDGE,
    EXTERNAL,
    INTERNAL,
    NAMESPACE,
    RBD,
    World,
    condition,
    pod,
)

TARGET = RolloutTarget(True, NAMESPACE, "openstack")


def observe(world: World, pods: bool = True) -> ObservedState:
    statefulsets = {body["metadata"]["name"]: body for body in world.sets.values()}
    return ObservedState(
        world.plane, world.glance, world.apis, statefulsets, list(world.pods.values()) if pods else None
    )


def progress(world: World, target: RolloutTarget = TARGET, pods: bool = True) -> dict[str, Progress]:
    """By the name of the GlanceAPI."""
    observed = observe(world, pods)
    return {each.owner: judge(each, observed) for each in desired_instances(world.plane, target, "glance")}


def template(world: World) -> dict[str, Any]:
    return dict(world.plane["spec"]["glance"])["template"]


def far(world: World) -> dict[str, Any]:
    return dict(template(world)["glanceAPIs"])["far"]


def test_a_complete_rollout() -> None:
    assert progress(World()) == {EXTERNAL: Progress(), INTERNAL: Progress(), EDGE: Progress()}
    assert progress(World(), pods=False)[EDGE].done and judge_item(observe(World()), True) == ""


def remove_api(world: World) -> None:
    del world.apis[EDGE]


def remove_statefulset(world: World) -> None:
    del world.sets[EDGE]


def change_backends_only_above(world: World) -> None:
    far(world)["customServiceConfig"] = RBD.replace("b:rbd", "b:rbd,c:rbd")


def change_mounts_only_above(world: World) -> None:
    template(world)["extraMounts"] = copy.deepcopy(template(world)["extraMounts"])
    template(world)["extraMounts"][0]["extraVol"][0]["volumes"][0]["secret"]["secretName"] = "other"


def older_statefulset(world: World) -> None:
    world.sets[EDGE]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def older_api(world: World) -> None:
    world.apis[EDGE]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def older_pods(world: World) -> None:
    world.pods[f"{EDGE}-1"]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def terminating_pod(world: World) -> None:
    world.pods["more"] = pod(world.sets[EDGE], 2)
    world.pods["more"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"


def old_pod(world: World) -> None:
    world.pods[f"{EDGE}-1"]["metadata"]["labels"]["controller-revision-hash"] = "r0"


def change(names: str, path: str, value: Any) -> Callable[[World], None]:
    """A change of one field of some object."""

    def act(world: World) -> None:
        kind, _blank, name = names.partition(" ")
        body: Any = getattr(world, kind)
        body = body[name] if name else body
        *parents, last = path.split("/")
        for parent in parents:
            body = body[parent]
        body[last] = value

    return act


NOT_READY = [condition("Ready", "False"), condition("KeystoneEndpointReady", "False", "Requested", "wait for it")]
CASES = [
    (
        change("plane", "metadata/generation", 5),
        OPERATOR_STAGE,
        "OpenStackControlPlane openstack: its operator has observed",
    ),
    (change("plane", "spec/glance/template/glanceAPIs/far/replicas", 3), OPERATOR_STAGE, "replicas 2 becomes 3"),
    (
        change("plane", "spec/glance/template/glanceAPIs/far/customServiceConfig", RBD + "a=b\n"),
        OPERATOR_STAGE,
        "ServiceConf",
    ),
    (
        change("plane", "spec/glance/template/storage", {"storageRequest": "1G", "external": True}),
        OPERATOR_STAGE,
        "external",
    ),
    (change("plane", "spec/storageClass", "fast"), OPERATOR_STAGE, "storageClass becomes fast"),
    (change("plane", "spec/glance/template/imageCache", {"size": "5G"}), OPERATOR_STAGE, "image cache becomes 5G"),
    (change_backends_only_above, OPERATOR_STAGE, "enabled_backends a:rbd,b:rbd becomes a:rbd,b:rbd,c:rbd"),
    (change_mounts_only_above, OPERATOR_STAGE, f"not yet in GlanceAPI {EDGE}: extraMounts change"),
    (
        change("glance", "metadata/generation", 5),
        OPERATOR_STAGE,
        "Glance glance: its operator has observed generation 4 of 5",
    ),
    (remove_api, OPERATOR_STAGE, f"GlanceAPI {EDGE} does not exist yet"),
    (older_api, OPERATOR_STAGE, "belongs to an earlier Glance"),
    (change(f"apis {EDGE}", "metadata/deletionTimestamp", "now"), OPERATOR_STAGE, "is being deleted"),
    (
        change(f"apis {EDGE}", "metadata/annotations/keystoneEndpoint", "true"),
        OPERATOR_STAGE,
        "catalog no longer names it",
    ),
    (change(f"apis {EDGE}", "metadata/generation", 5), OPERATOR_STAGE, "observed generation 4 of 5"),
    (change(f"apis {EDGE}", "status", {}), OPERATOR_STAGE, "observed generation 0 of 4"),
    (change(f"apis {EDGE}", "status/hash/input", "h2"), OPERATOR_STAGE, "does not have the current configuration yet"),
    (remove_statefulset, OPERATOR_STAGE, f"StatefulSet {EDGE}-api does not exist yet"),
    (older_statefulset, OPERATOR_STAGE, "belongs to an earlier GlanceAPI"),
    (change(f"sets {EDGE}", "metadata/deletionTimestamp", "now"), OPERATOR_STAGE, "is being deleted"),
    (change(f"sets {EDGE}", "spec/replicas", 1), OPERATOR_STAGE, "has spec.replicas 1, not yet 2"),
    (change(f"sets {EDGE}", "metadata/generation", 5), PODS_STAGE, "controller has not observed the change"),
    (change(f"sets {EDGE}", "status/updateRevision", "r2"), PODS_STAGE, "not of revision r2"),
    (
        change(f"pods {EDGE}-0", "status/conditions", [condition("Ready", "False")]),
        PODS_STAGE,
        f"{EDGE}-api-0 is not ready",
    ),
    (terminating_pod, PODS_STAGE, f"{EDGE}-api-2 still exists"),
    (old_pod, PODS_STAGE, f"{EDGE}-api-1 not of revision r1"),
    (older_pods, PODS_STAGE, "belongs to an earlier StatefulSet"),
    (
        change(f"apis {EDGE}", "status/conditions", NOT_READY),
        READY_STAGE,
        "not Ready: KeystoneEndpointReady: wait for it",
    ),
]


@pytest.mark.parametrize(("act", "stage", "text"), CASES, ids=[text for _act, _stage, text in CASES])
def test_one_step_is_missing(act: Callable[[World], None], stage: str, text: str) -> None:
    world = World()
    act(world)
    found = progress(world)[EDGE]
    assert found.stage == stage and text in found.text


def test_apis_are_independent() -> None:
    world = World()
    remove_statefulset(world)
    found = progress(world)
    assert found[EXTERNAL].done and not found[EDGE].done


def test_an_api_without_replicas_is_complete_without_pods() -> None:
    world = World(far=0)
    world.apis[EDGE]["status"]["conditions"] = NOT_READY
    assert progress(world)[EDGE].done
    world.pods["last"] = pod(world.sets[EDGE], 0)
    assert progress(world)[EDGE] == Progress(PODS_STAGE, f"{EDGE}-api-0 still exists")


def test_without_the_right_to_list_pods_the_status_decides() -> None:
    world = World()
    world.sets[EDGE]["status"]["updatedReplicas"] = 1
    assert "1 of 2 pods have the newest revision" in progress(world, pods=False)[EDGE].text


def test_without_keystone_endpoint_the_operator_chooses_the_registered_api() -> None:
    world = World()
    template(world)["keystoneEndpoint"] = ""
    assert all(found.done for found in progress(world).values())


def test_no_glance_yet() -> None:
    world = World()
    world.glance = None  # type: ignore[assignment]
    assert {found.text for found in progress(world).values()} == {"its operator has not created the Glance yet"}


def test_an_api_that_was_removed_from_the_object_must_be_gone() -> None:
    world = World()
    world.add("old", "glance-old-edge", 0, "10G", {})
    assert (
        "glance-old-edge should be removed" in judge_item(observe(world), True)
        and judge_item(observe(world), False) == ""
    )
    world.apis["glance-old-edge"]["metadata"]["ownerReferences"][0]["uid"] = "uid-of-another-glance"
    assert judge_item(observe(world), True) == ""


def error_of(world: World) -> str:
    instance = desired_instances(world.plane, TARGET, "glance")[2]
    return operator_error(instance, judge(instance, observe(world)), observe(world), TARGET)


def test_only_errors_about_the_current_generation_count() -> None:
    world = World()
    wrong = [condition("Ready", "False", "Error", "bad"), condition("DeploymentReady", "False", "Error", "bad")]
    world.apis[EDGE]["status"]["conditions"] = wrong
    assert error_of(world) == f"GlanceAPI {EDGE}: DeploymentReady: bad"
    world.apis[EDGE]["metadata"]["generation"] = 5
    assert error_of(world) == ""
    world.glance["status"]["conditions"] = [condition("GlanceAPIReady", "False", "Error", "worse")]
    assert error_of(world) == "Glance glance: GlanceAPIReady: worse"
    world.glance["status"]["conditions"] = []
    others = [condition(f"OpenStackControlPlane{name}Ready", "False", "Error", name) for name in ("Nova", "Glance")]
    world.plane["status"]["conditions"] = others
    assert error_of(world) == "OpenStackControlPlane openstack/openstack: OpenStackControlPlaneGlanceReady: Glance"
    world.plane["metadata"]["generation"] = 5
    assert error_of(world) == ""


def test_errors_of_owners_do_not_count_once_the_pods_are_updated() -> None:
    world = World()
    world.glance["status"]["conditions"] = [condition("GlanceAPIReady", "False", "Error", "of another API")]
    assert error_of(world) == ""
    world.pods.pop(f"{EDGE}-1")
    assert error_of(world) == ""


def test_the_options() -> None:
    common = {"topology": None, "control_plane": None, "glance": None, "namespace": "ns", "apis": None}
    assert read_target({**common, "control_plane": "cp"}) == RolloutTarget(True, "ns", "cp")
    assert read_target({**common, "glance": "g", "apis": ["b", "a", "b"]}) == RolloutTarget(
        False, "ns", "g", ("b", "a"), True
    )
    data = topology("dcn0", namespace="n2", control_plane="cp2")
    assert read_target({**common, "topology": data}) == RolloutTarget(
        True, "n2", "cp2", ("central", "dcn0"), hub="central"
    )
    assert read_target({**common, "topology": data, "apis": ["x"]}).keys == ("x",)
    with pytest.raises(InputErrors):
        read_target({**common, "topology": {**data, "platform": "packages", "operators": None}})


@pytest.mark.parametrize(
    ("target", "changed", "reason", "text"),
    [
        (
            RolloutTarget(True, NAMESPACE, "openstack", ("nix",), True),
            None,
            "not_found",
            "has no Glance API nix. Its Glance APIs are: hub, far.",
        ),
        (TARGET, ("glance", {"enabled": False}), "disabled", "Glance is disabled"),
    ],
)
def test_nothing_to_wait_for(target: RolloutTarget, changed: Any, reason: str, text: str) -> None:
    world = World()
    if changed:
        world.plane["spec"][changed[0]] = changed[1]
    with pytest.raises(RolloutError, match=text) as caught:
        check_target(world.plane, target)
    assert caught.value.reason == reason
    check_target(World().plane, RolloutTarget(True, NAMESPACE, "openstack", ("nix",)))
    with pytest.raises(RolloutError, match="OpenStackControlPlane openstack/openstack does not exist"):
        check_target(None, TARGET)
