# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks objects against an openAPI schema: unknown fields, invalid values, missing required fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Node,
    join,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema.builtin import PRESERVE

Schema = Mapping[str, Any]
UNKNOWN = "unknown"
INVALID = "invalid"
REQUIRED = "required"

_TYPE_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


@dataclass(frozen=True)
class SchemaError:
    """A difference between an object and its schema.

    ``problem`` is UNKNOWN, INVALID or REQUIRED. ``known`` are the fields that the schema has beside an unknown one.
    """

    problem: str
    location: SourceLocation
    path: str
    key: str
    message: str
    known: tuple[str, ...] = ()


def below(schema: Schema | None, *path: str) -> Schema | None:
    """The schema of a field; ``*`` stands for any key, ``[]`` for an item of a list. None if there is none."""
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


def schema_errors(
    node: Node, schema: Schema, path: str, location: SourceLocation | None = None, key: str = ""
) -> Iterator[SchemaError]:
    """All errors of a node and of the nodes below it."""
    location = location or node.location
    if node.kind == SCALAR and (node.value is None or _is_placeholder(node)):
        return
    message = _type_error(node, schema)
    if message:
        yield SchemaError(INVALID, location, path, key, message)
        return
    if node.kind == MAPPING:
        yield from _mapping(node, schema, path, location)
    elif node.kind == SEQUENCE:
        items = schema.get("items")
        for index, item in enumerate(node.items if isinstance(items, Mapping) else ()):
            yield from schema_errors(item, items or {}, join(path, index))
    else:
        message = _value_error(node, schema)
        if message:
            yield SchemaError(INVALID, location, path, key, message)


def _mapping(node: Node, schema: Schema, path: str, location: SourceLocation) -> Iterator[SchemaError]:
    known = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    allows_any = schema.get(PRESERVE) or (others is True) or not (known or others)
    for key, entry in node.entries.items():
        at = join(path, key)
        if key in known:
            yield from schema_errors(entry.node, known[key], at, entry.location, key)
        elif isinstance(others, Mapping):
            yield from schema_errors(entry.node, others, at, entry.location, key)
        elif not allows_any:
            yield SchemaError(UNKNOWN, entry.location, at, key, "", tuple(known))
    for key in schema.get("required") or ():
        if key not in node.entries and "default" not in (known.get(key) or {}):
            yield SchemaError(REQUIRED, location, join(path, key), key, "")


def _is_placeholder(node: Node) -> bool:
    return isinstance(node.value, str) and "{{" in node.value and "\n" not in node.value


def _type_error(node: Node, schema: Schema) -> str:
    wanted = schema.get("type")
    if schema.get("x-kubernetes-int-or-string"):
        return "" if _type(node) in ("string", "integer") else "must be a number or text"
    if wanted is None or wanted not in _TYPE_NAMES:
        return ""
    found = _type(node)
    if found == wanted or (wanted == "number" and found == "integer"):
        return ""
    quote = ". Quote it" if wanted == "string" and node.kind == SCALAR else ""
    return f"is {_describe(node, found)} and must be {_TYPE_NAMES[wanted]}{quote}"


def _type(node: Node) -> str:
    if node.kind == MAPPING:
        return "object"
    if node.kind == SEQUENCE:
        return "array"
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number")):
        if isinstance(node.value, kind):
            return name
    return "string"


def _describe(node: Node, found: str) -> str:
    if node.kind == SCALAR:
        return (
            f"{words.show(node.value)} "
            f"({ {'integer': 'a number', 'boolean': 'a boolean'}.get(found, _TYPE_NAMES[found]) })"
        )
    return _TYPE_NAMES[found]


def _value_error(node: Node, schema: Schema) -> str:
    value = node.value
    choices = schema.get("enum")
    if choices and value not in choices:
        hint = words.suggest(value, [str(choice) for choice in choices])
        return f"is {words.show(value)} and must be one of {words.one_of(map(str, choices))}{hint}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"is {value} and must be {schema['minimum']} or more"
        if "maximum" in schema and value > schema["maximum"]:
            return f"is {value} and must be {schema['maximum']} or less"
    pattern = schema.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        return f"is {words.show(value)}, which does not match {pattern}"
    return ""


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
