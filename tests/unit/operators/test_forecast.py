# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change does to each StatefulSet and its volumes, and which changes are refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import (
    Forecast,
    OperatorObjects,
    SpecChange,
    forecast,
    recreation_problems,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import claim, stateful_set

RBD = "[DEFAULT]\nenabled_backends=a:rbd,b:rbd\n"
BEFORE: dict[str, Any] = {
    "keystoneEndpoint": "central",
    "storage": {"storageRequest": "10G"},
    "glanceAPIs": {
        "central": {"type": "split", "replicas": 2, "customServiceConfig": RBD},
        "dcn0": {"type": "edge", "replicas": 1, "customServiceConfig": RBD},
        "old": {"type": "single", "replicas": 0, "customServiceConfig": RBD},
    },
}
NAMES = ["glance-central-external-api", "glance-central-internal-api", "glance-dcn0-edge-api", "glance-old-single"]
CLAIMS = [f"glance-{NAMES[0]}-0", f"glance-{NAMES[0]}-1", f"glance-{NAMES[0]}-2", f"glance-{NAMES[3]}-0"]


def live(**ready: int) -> OperatorObjects:
    sets = {name: stateful_set(name, ready.get(name.split("-")[1], 1)) for name in NAMES}
    return OperatorObjects("glance", {}, sets, {name: claim(name) for name in CLAIMS})


def see(
    after: dict[str, Any], outer: dict[str, Any] | None = None, found: OperatorObjects | None = None
) -> list[Forecast]:
    return forecast(SpecChange(BEFORE, after, outer or {}, "spec"), found or live())


def changed(path: str, value: Any) -> dict[str, Any]:
    part = copy.deepcopy(BEFORE)
    *parents, name = path.split("/")
    place: Any = part
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    return part


MOUNT = [{"name": "x", "extraVol": [{"propagation": ["dcn0"], "volumes": [], "mounts": []}]}]
EFFECTS = [
    # change, actions of the four StatefulSets, a reason
    ("glanceAPIs/central/customServiceConfig", RBD.replace("b:", "c:"), "RRNN", "enabled_backends a:rbd,b:rbd becomes"),
    (
        "glanceAPIs/central/customServiceConfig",
        RBD.replace("a:rbd,b:rbd", "b:rbd,a:rbd"),
        "RRNN",
        "becomes b:rbd,a:rbd",
    ),
    ("glanceAPIs/central/customServiceConfig", RBD + "# a comment\n", "rrNN", "customServiceConfig changes"),
    ("glanceAPIs/dcn0/customServiceConfig", "", "NNRN", "becomes (none)"),
    ("customServiceConfig", "[DEFAULT]\n", "NNNN", ""),
    ("glanceAPIs/dcn0/storage", {"storageRequest": "20G"}, "NNRN", "storage: storageRequest becomes 20G"),
    ("glanceAPIs/dcn0/storage", {"storageRequest": "10G"}, "NNNN", ""),
    ("glanceAPIs/dcn0/storage", {"external": True}, "NNRN", "storage: external becomes true"),
    ("storage", {"storageRequest": "10G", "storageClass": "fast"}, "RRRR", "storage: storageClass becomes fast"),
    ("glanceAPIs/dcn0/imageCache", {"size": "5G"}, "NNRN", "the size of the image cache becomes 5G"),
    ("imageCache", {"size": "5G"}, "RRRR", "image cache becomes 5G"),
    ("extraMounts", MOUNT, "NNrN", "extraMounts change"),
    ("keystoneEndpoint", "old", "rrNr", "Keystone's catalog"),
    ("glanceAPIs/central/replicas", 3, "ssNN", "replicas 2 becomes 3"),
    ("glanceAPIs/central/networkAttachments", ["storage"], "rrNN", "networkAttachments change"),
    ("glanceAPIs/dcn0/nodeSelector", {"zone": "a"}, "NNrN", "nodeSelector changes"),
    ("topologyRef", {"name": "spread"}, "rrrr", "topologyRef changes"),
    ("customServiceConfigSecrets", ["extra"], "rrrr", "customServiceConfigSecrets change"),
]
LETTERS = {"N": "none", "R": "recreated", "r": "rolling", "s": "scaled"}


@pytest.mark.parametrize(("path", "value", "actions", "reason"), EFFECTS)
def test_effect_of_each_change(path: str, value: Any, actions: str, reason: str) -> None:
    found = see(changed(path, value))
    assert [each.statefulset for each in found] == NAMES
    assert [each.action for each in found] == [LETTERS[letter] for letter in actions]
    reasons = [each.reasons[0] for each in found if each.action != "none"]
    assert all(reason in text for text in reasons)
    assert bool(reasons) == bool(reason)


def test_extra_mounts_of_the_control_plane_reach_the_pods() -> None:
    part = changed("extraMounts", MOUNT)
    same = {"extraMounts": MOUNT}
    assert [each.action for each in see(BEFORE, same)] == ["none"] * 4
    assert [each.action for each in see(part, same)] == ["none", "none", "rolling", "none"]


def test_a_created_and_a_removed_api() -> None:
    part = changed("glanceAPIs/dcn1", {"type": "edge", "replicas": 2, "customServiceConfig": RBD})
    del part["glanceAPIs"]["central"]
    found = {each.statefulset: each for each in see(part)}
    assert [(name, each.action) for name, each in found.items()] == [
        (NAMES[0], "removed"),
        (NAMES[1], "removed"),
        (NAMES[2], "none"),
        (NAMES[3], "none"),
        ("glance-dcn1-edge-api", "created"),
    ]
    assert [(each.name, each.action) for each in found[NAMES[0]].claims] == [(name, "left") for name in CLAIMS[:3]]
    assert [(each.name, each.action) for each in found["glance-dcn1-edge-api"].claims] == [
        ("glance-glance-dcn1-edge-api-0", "created"),
        ("glance-glance-dcn1-edge-api-1", "created"),
    ]


def test_pvcs_are_created_kept_and_left() -> None:
    external, internal, _edge, old = see(changed("glanceAPIs/central/imageCache", {"size": "5G"}))
    assert [(each.name.replace(NAMES[0], "X"), each.action) for each in external.claims] == [
        ("glance-X-0", "kept"),
        ("glance-X-1", "kept"),
        ("glance-cache-X-0", "created"),
        ("glance-cache-X-1", "created"),
        ("glance-X-2", "left"),
    ]
    assert [each.action for each in internal.claims] == ["created"] * 4
    assert [(each.name, each.action) for each in old.claims] == [(CLAIMS[3], "left")]


def test_a_kept_pvc_keeps_its_size() -> None:
    found = see(changed("glanceAPIs/central/storage", {"storageRequest": "50G"}))[0]
    assert found.claims[0].note == "keeps its size of 10G; only new PVCs get 50G"
    assert see(changed("glanceAPIs/central/storage", {"external": True}))[0].claims[0].action == "left"


def test_pending_changes_are_not_caused_by_this_one() -> None:
    catalog = {"metadata": {"annotations": {"keystoneEndpoint": "true"}}}
    lagging = {
        **catalog,
        "spec": {"customServiceConfig": RBD.replace(",b:rbd", ""), "storage": {"storageRequest": "10G"}},
    }
    current = {**catalog, "spec": {"customServiceConfig": RBD, "storage": {"storageRequest": "10G", "external": False}}}
    apis = {"glance-central-external": lagging, "glance-central-internal": current}
    found = forecast(SpecChange(BEFORE, BEFORE, {}, "spec"), OperatorObjects("glance", apis, live().statefulsets, {}))
    assert [(each.action, each.own) for each in found[:2]] == [("recreated", False), ("none", False)]
    assert "not yet applied by the operator" in found[0].reasons[0]
    assert not recreation_problems(found, False, "spec")
    more = changed("glanceAPIs/central/customServiceConfig", f"{RBD}debug = true\n")
    both = forecast(SpecChange(BEFORE, more, {}, "spec"), OperatorObjects("glance", apis, live().statefulsets, {}))
    assert [(each.action, each.own, len(each.reasons)) for each in both[:2]] == [
        ("recreated", False, 2),
        ("rolling", True, 2),
    ]
    missing = forecast(SpecChange(BEFORE, BEFORE, {}, "spec"), OperatorObjects("glance"))
    assert {(each.action, each.own) for each in missing} == {("created", False)}


REFUSED = [
    # ready pods, allowed, refused
    (1, False, True),
    (0, False, False),
    (1, True, False),
    (1, ("central",), False),
    (1, ("dcn0",), True),
    (1, (), True),
]


@pytest.mark.parametrize(("ready", "allowed", "refused"), REFUSED)
def test_recreation_of_a_serving_api_is_refused_unless_allowed(ready: int, allowed: Any, refused: bool) -> None:
    part = changed("glanceAPIs/central/customServiceConfig", RBD.replace("b:", "c:"))
    texts = list(recreation_problems(see(part, found=live(central=ready)), allowed, "spec").values())
    assert bool(texts) == refused
    if refused:
        (text,) = texts
        assert text.startswith("spec.glanceAPIs.central: enabled_backends a:rbd,b:rbd becomes a:rbd,c:rbd.")
        for part_of_it in (
            "glance-central-external-api (1 ready)",
            "glance-central-internal-api (1 ready)",
            "central-2",
        ):
            assert part_of_it in text


def test_rolling_changes_are_never_refused_and_a_single_pod_is_reported() -> None:
    for ready, alone in ((0, False), (1, True), (2, False)):
        found = see(changed("extraMounts", MOUNT), found=live(dcn0=ready))
        assert not recreation_problems(found, False, "spec")
        assert (
            "its only ready pod restarts, and the API is unavailable during the restart" in found[2].reasons
        ) == alone


def test_names_with_a_unique_suffix() -> None:
    name = "glance-1a2b3-dcn0-edge-api"
    found = forecast(
        SpecChange(BEFORE, BEFORE, {}, "spec"), OperatorObjects("glance-1a2b3", {}, {name: stateful_set(name, 3)}, {})
    )
    assert [(each.statefulset, each.ready) for each in found if each.api == "dcn0"] == [(name, 3)]
    assert OperatorObjects("glance-1a2b3", {}, {name: stateful_set(name, 3)}, {}).ready("dcn0", "edge") == 3
