# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging objects by an openAPI schema: fields that it does not know, and values that it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Node,
    Place,
    join,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema.builtin_schema import PRESERVE
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import KINDS

Schema = Mapping[str, Any]
UNKNOWN = "unknown"
INVALID = "invalid"
REQUIRED = "required"

_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


@dataclass(frozen=True)
class Misfit:
    """Something that a schema refuses. ``known`` are the fields that it has there."""

    problem: str
    place: Place
    path: str
    key: str
    message: str
    known: tuple[str, ...] = ()


def of_definition(definition: Any) -> tuple[str, Schema] | None:
    """(kind, schema) of a CustomResourceDefinition that matters here, else None."""
    if not isinstance(definition, Mapping) or definition.get("kind") != "CustomResourceDefinition":
        return None
    spec = definition.get("spec") or {}
    kind = str((spec.get("names") or {}).get("kind"))
    if KINDS.get(kind) != spec.get("group"):
        return None
    versions = [version for version in spec.get("versions") or [] if version.get("served", True)]
    stored = [version for version in versions if version.get("storage")] or versions
    schema = (stored[0].get("schema") or {}).get("openAPIV3Schema") if stored else None
    return (kind, schema) if isinstance(schema, Mapping) else None


def below(schema: Schema | None, *path: str) -> Schema | None:
    """The schema of a field; ``*`` for any key, ``[]`` for an item."""
    for part in path:
        if schema is None:
            return None
        if part == "[]":
            schema = schema.get("items")
        elif part == "*":
            schema = schema.get("additionalProperties")
        else:
            schema = (schema.get("properties") or {}).get(part)
        schema = schema if isinstance(schema, Mapping) else None
    return schema


def misfits(node: Node, schema: Schema, path: str, place: Place | None = None, key: str = "") -> Iterator[Misfit]:
    """Everything in a node that its schema refuses."""
    place = place or node.place
    if node.kind == SCALAR and (node.value is None or _is_template(node)):
        return
    wrong = _wrong_type(node, schema)
    if wrong:
        yield Misfit(INVALID, place, path, key, wrong)
        return
    if node.kind == MAPPING:
        yield from _mapping(node, schema, path, place)
    elif node.kind == SEQUENCE:
        items = schema.get("items")
        for index, item in enumerate(node.items if isinstance(items, Mapping) else ()):
            yield from misfits(item, items or {}, join(path, index))
    else:
        problem = _wrong_value(node, schema)
        if problem:
            yield Misfit(INVALID, place, path, key, problem)


def _mapping(node: Node, schema: Schema, path: str, place: Place) -> Iterator[Misfit]:
    known = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    free = schema.get(PRESERVE) or (others is True) or not (known or others)
    for key, entry in node.entries.items():
        at = join(path, key)
        if key in known:
            yield from misfits(entry.node, known[key], at, entry.place, key)
        elif isinstance(others, Mapping):
            yield from misfits(entry.node, others, at, entry.place, key)
        elif not free:
            yield Misfit(UNKNOWN, entry.place, at, key, "", tuple(known))
    for key in schema.get("required") or ():
        if key not in node.entries and "default" not in (known.get(key) or {}):
            yield Misfit(REQUIRED, place, join(path, key), key, "")


def _is_template(node: Node) -> bool:
    return isinstance(node.value, str) and "{{" in node.value and "\n" not in node.value


def _wrong_type(node: Node, schema: Schema) -> str:
    wanted = schema.get("type")
    if schema.get("x-kubernetes-int-or-string"):
        return "" if _type(node) in ("string", "integer") else "must be a number or text"
    if wanted is None or wanted not in _WORDS:
        return ""
    found = _type(node)
    if found == wanted or (wanted == "number" and found == "integer"):
        return ""
    quote = ". Put it into quotes" if wanted == "string" and node.kind == SCALAR else ""
    return f"is {_said(node, found)} and must be {_WORDS[wanted]}{quote}"


def _type(node: Node) -> str:
    if node.kind == MAPPING:
        return "object"
    if node.kind == SEQUENCE:
        return "array"
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number")):
        if isinstance(node.value, kind):
            return name
    return "string"


def _said(node: Node, found: str) -> str:
    if node.kind == SCALAR:
        return (
            f"{names.show(node.value)} ({ {'integer': 'a number', 'boolean': 'a boolean'}.get(found, _WORDS[found]) })"
        )
    return _WORDS[found]


def _wrong_value(node: Node, schema: Schema) -> str:
    value = node.value
    choices = schema.get("enum")
    if choices and value not in choices:
        hint = names.suggest(value, [str(choice) for choice in choices])
        return f"is {names.show(value)} and must be one of {names.one_of(map(str, choices))}{hint}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"is {value} and must be {schema['minimum']} or more"
        if "maximum" in schema and value > schema["maximum"]:
            return f"is {value} and must be {schema['maximum']} or less"
    pattern = schema.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        return f"is {names.show(value)}, which does not look as it must ({pattern})"
    return ""


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
