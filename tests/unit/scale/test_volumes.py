# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import (
    NewClaim,
    claim_ordinal,
    forecast,
    shortage,
    unmatched,
    with_classes,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import (
    a_claim,
    a_statefulset,
    a_volume,
    template_of,
)

DYNAMIC = {"annotations": {"volume.kubernetes.io/storage-provisioner": "csi.example.com"}}
BY_HAND = {"annotations": {"volume.kubernetes.io/storage-provisioner": "kubernetes.io/no-provisioner"}}
DELETE = {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}}


def names(claims: Any) -> list[str]:
    return [each.name if isinstance(each, NewClaim) else each["metadata"]["name"] for each in claims]


CASES: list[tuple[str, dict[str, Any], list[str], int, list[int], dict[str, list[str]]]] = [
    ("up", {}, ["a-web-0"], 3, [0], {"created": ["a-web-1", "a-web-2"], "kept": ["a-web-0"]}),
    (
        "down",
        {},
        ["a-web-0", "a-web-1", "a-web-2"],
        1,
        [0, 1, 2],
        {"kept": ["a-web-0"], "left_over": ["a-web-1", "a-web-2"]},
    ),
    (
        "up again",
        {},
        ["a-web-0", "a-web-1"],
        3,
        [0],
        {"created": ["a-web-2"], "reused": ["a-web-1"], "kept": ["a-web-0"]},
    ),
    (
        "ordinals from five",
        {"ordinals": {"start": 5}},
        ["a-web-0"],
        1,
        [],
        {"created": ["a-web-5"], "left_over": ["a-web-0"]},
    ),
    ("own retention policy", DELETE, ["a-web-0", "a-web-1"], 1, [0, 1], {"kept": ["a-web-0"], "removed": ["a-web-1"]}),
    (
        "own retention policy, pod deleted",
        DELETE,
        ["a-web-0", "a-web-7"],
        1,
        [0],
        {"kept": ["a-web-0"], "left_over": ["a-web-7"]},
    ),
    ("others", {}, ["a-web-1-0", "b-web-0", "a-other-0", "a-web-x"], 0, [], {}),
    ("order by number", {}, ["a-web-10", "a-web-9"], 0, [], {"left_over": ["a-web-9", "a-web-10"]}),
]


@pytest.mark.parametrize(
    ("spec", "have", "replicas", "running", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_forecast(
    spec: dict[str, Any], have: list[str], replicas: int, running: list[int], expected: dict[str, list[str]]
) -> None:
    found = forecast(
        a_statefulset("web", 1, claims=("a",), **spec), [a_claim(name) for name in have], replicas, running
    )
    groups = ("created", "reused", "kept", "left_over", "removed")
    assert {group: names(getattr(found, group)) for group in groups if getattr(found, group)} == expected


def test_two_templates() -> None:
    found = forecast(a_statefulset("web", 0, claims=("glance", "glance-cache")), [], 1, [])
    assert names(found.created) == ["glance-web-0", "glance-cache-web-0"]


@pytest.mark.parametrize(
    ("other", "storage_class", "provisioned"),
    [
        (a_claim("a-web-0"), "local", None),
        (a_claim("a-web-0", **DYNAMIC), "local", True),
        (a_claim("a-web-0", **BY_HAND), "local", False),
        (a_claim("a-web-0", storage_class="other", **DYNAMIC), "local", None),
    ],
)
def test_existing_claims_show_whether_volumes_are_provisioned(
    other: Any, storage_class: str, provisioned: bool | None
) -> None:
    claim = forecast(a_statefulset("web", 1, claims=("a",)), [other], 2, [0]).created[0]
    assert (claim.storage_class, claim.provisioned) == (storage_class, provisioned)


def test_a_template_without_a_class_uses_that_of_existing_claims() -> None:
    body = a_statefulset("web", 1)
    body["spec"]["volumeClaimTemplates"] = [template_of("a", None)]
    assert forecast(body, [a_claim("a-web-0", storage_class="fast")], 2, [0]).created[0].storage_class == "fast"
    assert forecast(body, [], 1, []).created[0].storage_class is None


def claim(name: str = "c", size: str = "1Gi", storage_class: str | None = "local") -> NewClaim:
    return NewClaim(name, storage_class, size, ("ReadWriteOnce",), None)


@pytest.mark.parametrize(
    ("claims", "volumes", "left"),
    [
        ([claim()], [a_volume("v")], []),
        ([claim()], [a_volume("v", phase="Bound")], ["c"]),
        ([claim()], [a_volume("v", phase="Released")], ["c"]),
        ([claim()], [a_volume("v", storage_class="other")], ["c"]),
        ([claim(size="20Gi")], [a_volume("v")], ["c"]),
        ([claim(size="1.5G")], [a_volume("v", "1500M")], []),
        ([claim(size="1k")], [a_volume("v", "1Ki")], []),
        ([claim(size="1Ki")], [a_volume("v", "1k")], ["c"]),
        ([claim("a"), claim("b")], [a_volume("v")], ["b"]),
        # The small one must not take the only volume that is large enough for the large one.
        ([claim("a", "1Gi"), claim("b", "10Gi")], [a_volume("v", "10Gi"), a_volume("w", "2Gi")], []),
        ([claim(storage_class=None)], [a_volume("v")], ["c"]),
        ([claim(storage_class="")], [a_volume("v", storage_class="")], []),
    ],
)
def test_unmatched(claims: list[NewClaim], volumes: list[Any], left: list[str]) -> None:
    assert names(unmatched(claims, volumes)) == left


def test_a_reserved_volume_matches_its_claim_only() -> None:
    volume = a_volume("v")
    volume["spec"]["claimRef"] = {"name": "b"}
    assert names(unmatched([claim("a")], [volume])) == ["a"]
    assert unmatched([claim("b")], [volume]) == []


def test_with_classes() -> None:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    classes = [
        {"metadata": {"name": "local"}, "provisioner": "kubernetes.io/no-provisioner"},
        {"metadata": {"name": "csi", "annotations": default}, "provisioner": "csi.example.com"},
    ]
    wanted = [claim("a"), claim("b", storage_class=None), claim("c", storage_class="nowhere")]
    found = with_classes(wanted, classes)
    assert [(each.storage_class, each.provisioned) for each in found] == [
        ("local", False),
        ("csi", True),
        ("nowhere", False),
    ]


def test_shortage_lists_the_missing_volumes() -> None:
    text = shortage([claim("a", "10Gi"), claim("b", "10Gi")], 3)
    assert "3 new claims" in text and "2 more of class local, 10Gi (ReadWriteOnce), for a, b" in text


def test_claim_ordinal() -> None:
    assert claim_ordinal("glance-cache-web-3", "web", ["glance", "glance-cache"]) == 3
    assert claim_ordinal("glance-cache-web-3", "web", ["glance"]) is None
