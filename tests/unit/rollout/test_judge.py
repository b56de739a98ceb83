# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each thing on the way from the object to a pod, alone, keeps a change from having arrived."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import complaint
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import (
    Goal,
    RolloutError,
    check,
    instances,
    read_goal,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import (
    OPERATOR,
    PODS,
    READY,
    Verdict,
    View,
    judge,
    overall,
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

GOAL = Goal(True, NAMESPACE, "openstack")


def view(world: World, pods: bool = True) -> View:
    sets = {body["metadata"]["name"]: body for body in world.sets.values()}
    return View(world.plane, world.glance, world.apis, sets, list(world.pods.values()) if pods else None)


def verdicts(world: World, goal: Goal = GOAL, pods: bool = True) -> dict[str, Verdict]:
    """By the name of the GlanceAPI."""
    seen = view(world, pods)
    return {each.owner: judge(each, seen) for each in instances(world.plane, goal, "glance")}


def template(world: World) -> dict[str, Any]:
    return dict(world.plane["spec"]["glance"])["template"]


def far(world: World) -> dict[str, Any]:
    return dict(template(world)["glanceAPIs"])["far"]


def test_all_is_there() -> None:
    assert verdicts(World()) == {EXTERNAL: Verdict(), INTERNAL: Verdict(), EDGE: Verdict()}
    assert verdicts(World(), pods=False)[EDGE].done and overall(view(World()), True) == ""


def remove_api(world: World) -> None:
    del world.apis[EDGE]


def remove_set(world: World) -> None:
    del world.sets[EDGE]


def change_backends_only_above(world: World) -> None:
    far(world)["customServiceConfig"] = RBD.replace("b:rbd", "b:rbd,c:rbd")


def change_mounts_only_above(world: World) -> None:
    template(world)["extraMounts"] = copy.deepcopy(template(world)["extraMounts"])
    template(world)["extraMounts"][0]["extraVol"][0]["volumes"][0]["secret"]["secretName"] = "other"


def older_set(world: World) -> None:
    world.sets[EDGE]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def older_api(world: World) -> None:
    world.apis[EDGE]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def older_pods(world: World) -> None:
    world.pods[f"{EDGE}-1"]["metadata"]["ownerReferences"][0]["uid"] = "uid-before"


def going_pod(world: World) -> None:
    world.pods["more"] = pod(world.sets[EDGE], 2)
    world.pods["more"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"


def old_pod(world: World) -> None:
    world.pods[f"{EDGE}-1"]["metadata"]["labels"]["controller-revision-hash"] = "r0"


def set_in(names: str, path: str, value: Any) -> Callable[[World], None]:
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
        set_in("plane", "metadata/generation", 5),
        OPERATOR,
        "OpenStackControlPlane openstack: its operator has looked at",
    ),
    (set_in("plane", "spec/glance/template/glanceAPIs/far/replicas", 3), OPERATOR, "replicas 2 becomes 3"),
    (
        set_in("plane", "spec/glance/template/glanceAPIs/far/customServiceConfig", RBD + "a=b\n"),
        OPERATOR,
        "ServiceConf",
    ),
    (set_in("plane", "spec/glance/template/storage", {"storageRequest": "1G", "external": True}), OPERATOR, "external"),
    (set_in("plane", "spec/storageClass", "fast"), OPERATOR, "storageClass becomes fast"),
    (set_in("plane", "spec/glance/template/imageCache", {"size": "5G"}), OPERATOR, "image cache becomes 5G"),
    (change_backends_only_above, OPERATOR, "enabled_backends a:rbd,b:rbd becomes a:rbd,b:rbd,c:rbd"),
    (change_mounts_only_above, OPERATOR, f"not yet in GlanceAPI {EDGE}: extraMounts change"),
    (
        set_in("glance", "metadata/generation", 5),
        OPERATOR,
        "Glance glance: its operator has looked at generation 4 of 5",
    ),
    (remove_api, OPERATOR, f"GlanceAPI {EDGE} does not exist yet"),
    (older_api, OPERATOR, "belongs to an earlier Glance"),
    (set_in(f"apis {EDGE}", "metadata/deletionTimestamp", "now"), OPERATOR, "is being deleted"),
    (set_in(f"apis {EDGE}", "metadata/annotations/keystoneEndpoint", "true"), OPERATOR, "catalog no longer names it"),
    (set_in(f"apis {EDGE}", "metadata/generation", 5), OPERATOR, "looked at generation 4 of 5"),
    (set_in(f"apis {EDGE}", "status", {}), OPERATOR, "looked at generation 0 of 4"),
    (set_in(f"apis {EDGE}", "status/hash/input", "h2"), OPERATOR, "does not have the current configuration yet"),
    (remove_set, OPERATOR, f"StatefulSet {EDGE}-api does not exist yet"),
    (older_set, OPERATOR, "belongs to an earlier GlanceAPI"),
    (set_in(f"sets {EDGE}", "metadata/deletionTimestamp", "now"), OPERATOR, "is being deleted"),
    (set_in(f"sets {EDGE}", "spec/replicas", 1), OPERATOR, "has spec.replicas 1, not yet 2"),
    (set_in(f"sets {EDGE}", "metadata/generation", 5), PODS, "controller has not taken the change up"),
    (set_in(f"sets {EDGE}", "status/updateRevision", "r2"), PODS, "not of revision r2"),
    (set_in(f"pods {EDGE}-0", "status/conditions", [condition("Ready", "False")]), PODS, f"{EDGE}-api-0 is not ready"),
    (going_pod, PODS, f"{EDGE}-api-2 still exists"),
    (old_pod, PODS, f"{EDGE}-api-1 not of revision r1"),
    (older_pods, PODS, "of an earlier StatefulSet"),
    (set_in(f"apis {EDGE}", "status/conditions", NOT_READY), READY, "not Ready: KeystoneEndpointReady: wait for it"),
]


@pytest.mark.parametrize(("act", "stage", "text"), CASES, ids=[text for _act, _stage, text in CASES])
def test_one_thing_is_missing(act: Callable[[World], None], stage: str, text: str) -> None:
    world = World()
    act(world)
    found = verdicts(world)[EDGE]
    assert found.stage == stage and text in found.text


def test_a_change_of_one_key_says_nothing_about_the_others() -> None:
    world = World()
    remove_set(world)
    found = verdicts(world)
    assert found[EXTERNAL].done and not found[EDGE].done


def test_no_replicas_are_there_when_no_pod_is() -> None:
    world = World(far=0)
    world.apis[EDGE]["status"]["conditions"] = NOT_READY
    assert verdicts(world)[EDGE].done
    world.pods["last"] = pod(world.sets[EDGE], 0)
    assert verdicts(world)[EDGE] == Verdict(PODS, f"{EDGE}-api-0 still exists")


def test_without_pods_the_counts_decide() -> None:
    world = World()
    world.sets[EDGE]["status"]["updatedReplicas"] = 1
    assert "1 of 2 pods have the newest revision" in verdicts(world, pods=False)[EDGE].text


def test_a_registration_that_nobody_asked_for_is_the_operators_choice() -> None:
    world = World()
    template(world)["keystoneEndpoint"] = ""
    assert all(found.done for found in verdicts(world).values())


def test_no_glance_yet() -> None:
    world = World()
    world.glance = None  # type: ignore[assignment]
    assert {found.text for found in verdicts(world).values()} == {"its operator has not made the Glance yet"}


def test_an_api_that_left_the_object_must_go() -> None:
    world = World()
    world.add("old", "glance-old-edge", 0, "10G", {})
    assert "glance-old-edge is to be removed" in overall(view(world), True) and overall(view(world), False) == ""
    world.apis["glance-old-edge"]["metadata"]["ownerReferences"][0]["uid"] = "uid-of-another-glance"
    assert overall(view(world), True) == ""


def told(world: World) -> str:
    instance = instances(world.plane, GOAL, "glance")[2]
    return complaint(instance, judge(instance, view(world)), view(world), GOAL)


def test_errors_are_those_of_what_was_looked_at() -> None:
    world = World()
    wrong = [condition("Ready", "False", "Error", "bad"), condition("DeploymentReady", "False", "Error", "bad")]
    world.apis[EDGE]["status"]["conditions"] = wrong
    assert told(world) == f"GlanceAPI {EDGE}: DeploymentReady: bad"
    world.apis[EDGE]["metadata"]["generation"] = 5
    assert told(world) == ""
    world.glance["status"]["conditions"] = [condition("GlanceAPIReady", "False", "Error", "worse")]
    assert told(world) == "Glance glance: GlanceAPIReady: worse"
    world.glance["status"]["conditions"] = []
    others = [condition(f"OpenStackControlPlane{name}Ready", "False", "Error", name) for name in ("Nova", "Glance")]
    world.plane["status"]["conditions"] = others
    assert told(world) == "OpenStackControlPlane openstack/openstack: OpenStackControlPlaneGlanceReady: Glance"
    world.plane["metadata"]["generation"] = 5
    assert told(world) == ""


def test_errors_above_do_not_matter_to_pods_that_have_the_change() -> None:
    world = World()
    world.glance["status"]["conditions"] = [condition("GlanceAPIReady", "False", "Error", "of another API")]
    assert told(world) == ""
    world.pods.pop(f"{EDGE}-1")
    assert told(world) == ""


def test_the_options() -> None:
    common = {"topology": None, "control_plane": None, "glance": None, "namespace": "ns", "apis": None}
    assert read_goal({**common, "control_plane": "cp"}) == Goal(True, "ns", "cp")
    assert read_goal({**common, "glance": "g", "apis": ["b", "a", "b"]}) == Goal(False, "ns", "g", ("b", "a"), True)
    data = topology("dcn0", namespace="n2", control_plane="cp2")
    assert read_goal({**common, "topology": data}) == Goal(True, "n2", "cp2", ("central", "dcn0"))
    assert read_goal({**common, "topology": data, "apis": ["x"]}).keys == ("x",)
    with pytest.raises(InputErrors):
        read_goal({**common, "topology": {**data, "platform": "packages", "operators": None}})


@pytest.mark.parametrize(
    ("goal", "change", "reason", "text"),
    [
        (
            Goal(True, NAMESPACE, "openstack", ("nix",), True),
            None,
            "not_found",
            "has no Glance API nix. It has hub, far.",
        ),
        (GOAL, ("glance", {"enabled": False}), "disabled", "Glance is disabled"),
    ],
)
def test_nothing_to_wait_for(goal: Goal, change: Any, reason: str, text: str) -> None:
    world = World()
    if change:
        world.plane["spec"][change[0]] = change[1]
    with pytest.raises(RolloutError, match=text) as caught:
        check(world.plane, goal)
    assert caught.value.reason == reason
    check(World().plane, Goal(True, NAMESPACE, "openstack", ("nix",)))
    with pytest.raises(RolloutError, match="There is no OpenStackControlPlane openstack/openstack"):
        check(None, GOAL)
