# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schema errors, and that the built-in schemas match the definitions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import definitions
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.definitions import schema_of_definition
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.disk import Disk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import from_plain
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema import builtin
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema.check import (
    below,
    schema_errors,
)
from ansible_collections.dcn.glance.tests.support.builders.manifests import DEFINITIONS, Memory

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "filled"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "filled": {"type": "string", "default": "x"},
        "number": {"type": "integer", "minimum": 1, "maximum": 5},
        "rate": {"type": "number"},
        "either": {"x-kubernetes-int-or-string": True},
        "kind": {"type": "string", "enum": ["split", "edge"]},
        "list": {"type": "array", "items": {"type": "object", "properties": {"on": {"type": "boolean"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "open": {"type": "object"},
        "odd": {"type": "string", "pattern": "("},
    },
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "a"}, []),
        ({}, [("required", "name")]),
        ({"name": "A"}, [("invalid", "name")]),
        ({"name": 1}, [("invalid", "name")]),
        ({"name": None}, []),
        ({"name": "{{ x }}"}, []),
        ({"name": ["a"]}, [("invalid", "name")]),
        ({"name": "a", "nmae": "b"}, [("unknown", "nmae")]),
        ({"name": "a", "number": 0}, [("invalid", "number")]),
        ({"name": "a", "number": 6}, [("invalid", "number")]),
        ({"name": "a", "number": True}, [("invalid", "number")]),
        ({"name": "a", "number": "3"}, [("invalid", "number")]),
        ({"name": "a", "number": 5, "rate": 1, "either": "10G"}, []),
        ({"name": "a", "either": [], "rate": "x"}, [("invalid", "either"), ("invalid", "rate")]),
        ({"name": "a", "kind": "egde"}, [("invalid", "kind")]),
        (
            {"name": "a", "list": [{"on": True}, {"on": "yes", "off": 1}]},
            [("invalid", "list[1].on"), ("unknown", "list[1].off")],
        ),
        ({"name": "a", "list": {"on": True}}, [("invalid", "list")]),
        ({"name": "a", "labels": {"x/y": 1}}, [("invalid", 'labels["x/y"]')]),
        ({"name": "a", "free": {"x": 1}, "open": {"x": 1}, "odd": "x"}, []),
    ],
)
def test_schema_errors(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(found.problem, found.path) for found in schema_errors(from_plain(value), SCHEMA, "")] == expected


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, type) of every field in a schema."""
    for name, inner in (schema.get("properties") or {}).items():
        yield f"{path}.{name}", inner.get("type", "")
        yield from fields(inner, f"{path}.{name}")
    for key, mark in (("items", "[]"), ("additionalProperties", "*")):
        inner = schema.get(key)
        if isinstance(inner, dict):
            yield f"{path}.{mark}", inner.get("type", "")
            yield from fields(inner, f"{path}.{mark}")


PARTS = {"OpenStackControlPlane": ("spec", "glance"), "Glance": ("spec",), "GlanceAPI": ("spec",)}


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("name", ["reduced", "real"])
def test_built_in_schemas_match_the_definitions(kind: str, name: str) -> None:
    if not all(Path(path).is_dir() for path in DEFINITIONS[name]):
        pytest.skip(f"the {name} definitions are not available")
    whole = definitions.load(Disk(), DEFINITIONS[name])
    built_in = below(builtin.schemas()[kind], *PARTS[kind])
    known = dict(fields(below(whole[kind], *PARTS[kind])))
    checked = dict(fields(built_in))
    assert {path: kind for path, kind in checked.items() if known.get(path) != kind and kind} == {}
    # The built-in schemas lack only fields below parts that they do not check.
    open_paths = [path for path, kind in checked.items() if not kind]
    missing = [path for path in known if path not in checked and not path.startswith(tuple(open_paths))]
    assert missing == []


def definition(kind: str = "Glance", **spec: Any) -> dict[str, Any]:
    versions = [{"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": SCHEMA}}]
    whole = {"group": "glance.openstack.org", "names": {"kind": kind}, "versions": versions, **spec}
    return {"kind": "CustomResourceDefinition", "spec": whole}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (definition(), ("Glance", SCHEMA)),
        (definition(group="example.com"), None),
        (definition("Cinder"), None),
        (definition(versions=[]), None),
        ({"kind": "Deployment"}, None),
        ("text", None),
    ],
)
def test_schema_of_a_definition(given: Any, expected: Any) -> None:
    assert schema_of_definition(given) == expected


def test_files_without_definitions() -> None:
    files = Memory({"a/x.yaml": "a: 1\n", "b.yaml": "kind: CustomResourceDefinition\nx: {\n  kind: Glance\n"})
    with pytest.raises(InputErrors) as caught:
        definitions.load(files, ["a", "b.yaml"])
    assert [problem.path for problem in caught.value.problems] == ["a", "b.yaml"]


def test_time_to_read_the_definitions() -> None:
    paths = DEFINITIONS["real"]
    if not Path(paths[0]).is_dir():
        pytest.skip("the real definitions are not available")
    start = time.process_time()
    definitions.load(Disk(), paths)
    assert time.process_time() - start < 10
