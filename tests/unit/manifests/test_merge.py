# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge patches, JSON patches and replacements."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import merge
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import (
    BuildObject,
    apply,
    field_path,
    selects,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import from_plain

BASE = {"a": {"b": 1, "c": [1, 2]}, "d": "x"}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({}, BASE),
        ({"d": "y"}, {**BASE, "d": "y"}),
        ({"a": {"b": None}}, {"a": {"c": [1, 2]}, "d": "x"}),
        ({"a": {"c": [3]}}, {"a": {"b": 1, "c": [3]}, "d": "x"}),
        ({"a": "text"}, {"a": "text", "d": "x"}),
        ({"d": {"e": None, "f": 1}}, {"a": BASE["a"], "d": {"e": None, "f": 1}}),
        ({"a": {"$patch": "delete"}}, {"d": "x"}),
        ({"a": {"$patch": "replace", "n": 1}}, {"a": {"n": 1}, "d": "x"}),
        ({"n": {"$patch": "merge", "m": 1}}, {**BASE, "n": {"m": 1}}),
    ],
)
def test_merge(patch: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merge.merge(from_plain(BASE), from_plain(patch)).plain() == expected


def test_locations_after_a_merge() -> None:
    merged = merge.merge(
        from_plain(BASE, SourceLocation("base", 1)), from_plain({"a": {"b": 2}}, SourceLocation("patch", 9))
    )
    assert merged.location_of("a", "b") == SourceLocation("patch", 9)
    assert merged.location_of("a") == merged.location_of("a", "c") == SourceLocation("base", 1)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "/a/b", "value": 5}, {"a": {"b": 5, "c": [1, 2]}, "d": "x"}),
        ({"op": "replace", "path": "/n", "value": 5}, {**BASE, "n": 5}),
        ({"op": "replace", "path": "/a/n", "value": 5}, {"a": {"b": 1, "c": [1, 2], "n": 5}, "d": "x"}),
        ({"op": "add", "path": "/n", "value": {"m": 1}}, {**BASE, "n": {"m": 1}}),
        ({"op": "add", "path": "/a/c/-", "value": 3}, {"a": {"b": 1, "c": [1, 2, 3]}, "d": "x"}),
        ({"op": "add", "path": "/a/c/0", "value": 0}, {"a": {"b": 1, "c": [0, 1, 2]}, "d": "x"}),
        ({"op": "replace", "path": "/a/c/0", "value": 0}, {"a": {"b": 1, "c": [0, 2]}, "d": "x"}),
        ({"op": "remove", "path": "/a/c/0"}, {"a": {"b": 1, "c": [2]}, "d": "x"}),
        ({"op": "remove", "path": "/a"}, {"d": "x"}),
        ({"op": "add", "path": "/q~1r", "value": 1}, {**BASE, "q/r": 1}),
        ({"op": "move", "from": "/d", "path": "/e"}, {"a": BASE["a"], "e": "x"}),
        ({"op": "copy", "from": "/a/b", "path": "/e"}, {**BASE, "e": 1}),
        ({"op": "test", "path": "/d", "value": "x"}, BASE),
        ({"op": "replace", "path": "", "value": {"z": 1}}, {"z": 1}),
    ],
)
def test_json_patch(operation: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merge.apply_json(from_plain(BASE), from_plain([operation])).plain() == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/x/y", "value": 1},
        {"op": "replace", "path": "/d/n", "value": 1},
        {"op": "remove", "path": "/n"},
        {"op": "replace", "path": "/a/c/7", "value": 1},
        {"op": "add", "path": "/a/c/x", "value": 1},
        {"op": "move", "from": "/n", "path": "/m"},
    ],
)
def test_json_patch_that_fails(operation: dict[str, Any]) -> None:
    with pytest.raises(merge.PatchError):
        merge.apply_json(from_plain(BASE), from_plain([operation]))


def test_json_patch_of_an_unknown_base() -> None:
    patch = [
        {"op": "replace", "path": "/spec/a/b", "value": 1},
        {"op": "remove", "path": "/spec/gone"},
        {"op": "add", "path": "/spec/list/-", "value": {"c": 2}},
    ]
    found = merge.apply_json(from_plain({}), from_plain(patch), create=True)
    assert found.plain() == {"spec": {"a": {"b": 1}, "list": [{"c": 2}]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spec.a.b", ["spec", "a", "b"]),
        (r"metadata.annotations.x\.y/z", ["metadata", "annotations", "x.y/z"]),
        ("spec.list.[name=a.b].value", ["spec", "list", "[name=a.b]", "value"]),
    ],
)
def test_field_path(text: str, expected: list[str]) -> None:
    assert field_path(text) == expected


SOURCE = {"kind": "ConfigMap", "metadata": {"name": "v"}, "data": {"n": 3, "host": "a:b"}}
TARGET = {
    "kind": "Glance",
    "apiVersion": "g/v1",
    "metadata": {"name": "t"},
    "spec": {"l": [{"name": "x"}], "url": "p:q"},
}


def replaced(source: dict[str, Any], target: dict[str, Any]) -> Any:
    entry = from_plain({"source": {"kind": "ConfigMap", **source}, "targets": [target]})
    return apply([BuildObject.of(from_plain(SOURCE)), BuildObject.of(from_plain(TARGET))], [entry])[0][1].node.plain()[
        "spec"
    ]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ({"fieldPath": "data.n"}, {"fieldPaths": ["spec.new"], "options": {"create": True}}, {"new": 3}),
        ({"fieldPath": "data.n"}, {"fieldPaths": ["spec.new"]}, {}),
        (
            {"fieldPath": "data.n"},
            {"fieldPaths": ["spec.l.[name=x].v"], "options": {"create": True}},
            {"l": [{"name": "x", "v": 3}]},
        ),
        ({"fieldPath": "data.n", "name": "w"}, {"fieldPaths": ["spec.url"]}, {}),
        ({"fieldPath": "data.nothing"}, {"fieldPaths": ["spec.url"]}, {}),
        (
            {"fieldPath": "data.host", "options": {"delimiter": ":", "index": 1}},
            {"fieldPaths": ["spec.url"], "options": {"delimiter": ":", "index": 0}},
            {"url": "b:q"},
        ),
        ({"fieldPath": "data.n"}, {"fieldPaths": ["spec.url"], "reject": [{"name": "t"}]}, {}),
        ({"fieldPath": "data.n"}, {"fieldPaths": ["spec.url"]}, {"url": 3}),
    ],
)
def test_replacements(source: dict[str, Any], target: dict[str, Any], expected: dict[str, Any]) -> None:
    target = {"select": {"kind": "Glance"}, **target}
    assert replaced(source, target) == {**TARGET["spec"], **expected}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        ({}, True),
        ({"kind": "Gl.*"}, True),
        ({"kind": "Glanc"}, False),
        ({"name": "old"}, True),
        ({"name": "t"}, True),
        ({"name": "("}, False),
        ({"group": "g", "version": "v1"}, True),
        ({"group": "h"}, False),
        ({"namespace": "openstack"}, True),
    ],
)
def test_selectors(selector: dict[str, Any] | None, expected: bool) -> None:
    candidate = BuildObject.of(from_plain({**TARGET, "metadata": {"name": "old"}}))
    candidate = type(candidate)(from_plain(TARGET), candidate.names)
    assert selects(from_plain(selector) if selector is not None else None, candidate) is expected
