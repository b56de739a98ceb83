# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies merge patches and JSON patches. Merge patches of custom resources replace lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
)

DIRECTIVE = "$patch"
#: Returns the new entry at a path (None removes it) for the current entry (None if there is none).
Change = Callable[["Entry | None"], "Entry | None"]


class PatchError(Exception):
    """The patch cannot be applied, for the reason in the text."""


def merge(base: Node, patch: Node) -> Node:
    """The base with a merge patch applied. Values of the patch keep their location in the patch."""
    if patch.kind != MAPPING or base.kind != MAPPING:
        return _without_directives(patch)
    if patch.string(DIRECTIVE) == "replace":
        return _without_directives(patch)
    result = base
    for key, entry in patch.entries.items():
        below = base.entries.get(key)
        if key == DIRECTIVE:
            continue
        if _deletes(entry.node):
            result = result.without_key(key)
        elif below is not None:
            same_kind = below.node.kind == entry.node.kind == MAPPING
            location = below.location if same_kind else entry.location
            result = result.with_key(key, Entry(location, merge(below.node, entry.node)))
        else:
            result = result.with_key(key, Entry(entry.location, _without_directives(entry.node)))
    return result


def _deletes(node: Node) -> bool:
    return (node.kind == SCALAR and node.value is None) or node.string(DIRECTIVE) == "delete"


def _without_directives(node: Node) -> Node:
    if node.kind != MAPPING:
        return node
    entries = {
        key: Entry(entry.location, _without_directives(entry.node))
        for key, entry in node.entries.items()
        if key != DIRECTIVE
    }
    return replace(node, entries=entries)


def pointer(text: str) -> list[str]:
    """The keys of a JSON pointer."""
    if text and not text.startswith("/"):
        raise PatchError(f"the path '{text}' does not begin with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def apply_json(base: Node, operations: Node, create: bool = False) -> Node:
    """The base with a JSON patch applied. ``create`` adds missing parents, for a patch whose base is unknown."""
    result = base
    for operation in operations.items:
        result = _operate(result, operation, create)
    return result


def apply_possible(base: Node, operations: Node) -> Node:
    """The base with those operations of a JSON patch applied that are possible. Missing parents are added."""
    result = base
    for operation in operations.items:
        try:
            result = _operate(result, operation, True)
        except PatchError:
            continue
    return result


def _operate(base: Node, operation: Node, create: bool) -> Node:
    verb, path = operation.string("op"), pointer(operation.string("path"))
    value = operation.get("value") or Node(SCALAR, operation.location)
    if not path:
        return value if verb in ("add", "replace") else base
    if verb in ("add", "replace"):
        entry = Entry(operation.location_of("path"), value)
        # kustomize adds the last key of a `replace` if it is missing, but not its parent.
        parent = find(base, path[:-1])
        adds_key = verb == "add" or (parent is not None and parent.kind == MAPPING)
        return _change(base, path, lambda _old: entry, create or adds_key, verb == "add")
    if verb in ("copy", "move"):
        source = pointer(operation.string("from"))
        if not source:
            raise PatchError("`from` is missing")
        moved = find(base, source)
        if moved is None:
            if create:
                return base
            raise PatchError(f"{operation.string('from')} does not exist")
        result = _change(base, source, lambda _old: None, False, False) if verb == "move" else base
        entry = Entry(operation.location, moved)
        return _change(result, path, lambda _old: entry, True, True)
    if verb == "remove":
        if find(base, path) is None:
            if create:
                return base
            raise PatchError(f"{operation.string('path')} does not exist and cannot be removed")
        return _change(base, path, lambda _old: None, False, False)
    if verb != "test":
        raise PatchError(f"'{verb}' is not an operation")
    found = find(base, path)
    if not create and (found is None or found.plain() != value.plain()):
        raise PatchError(f"the test of {operation.string('path')} fails")
    return base


def find(base: Node, path: list[str]) -> Node | None:
    """The node at a path whose parts are keys and indexes."""
    node: Node | None = base
    for part in path:
        if node is None:
            return None
        if node.kind == SEQUENCE:
            index = _index(part, len(node.items))
            node = node.items[index] if index is not None and index < len(node.items) else None
        else:
            node = node.get(part)
    return node


def change(base: Node, path: list[str], alter: Change, create: bool) -> Node:
    """The base with the value at the path changed. Raises PatchError if the path does not exist."""
    if not path:
        raise PatchError("the path is empty")
    return _change(base, path, alter, create, False)


def _change(base: Node, path: list[str], alter: Change, create: bool, insert: bool) -> Node:
    head, rest = path[0], path[1:]
    if base.kind == SEQUENCE or (base.value is None and not base.entries and head == "-"):
        return _change_item(base, head, rest, alter, create, insert)
    old = base.entries.get(head)
    if rest:
        if old is None and not create:
            raise PatchError(f"'{head}' does not exist")
        below = old.node if old is not None else Node(SEQUENCE if rest[0] == "-" else MAPPING, base.location)
        inner = _change(below, rest, alter, create, insert)
        location = old.location if old is not None else _first(inner)
        return base.with_key(head, Entry(location, inner))
    if old is None and not create:
        raise PatchError(f"'{head}' does not exist")
    new = alter(old)
    return base.without_key(head) if new is None else base.with_key(head, new)


def _change_item(base: Node, head: str, rest: list[str], alter: Change, create: bool, insert: bool) -> Node:
    items = list(base.items)
    index = _index(head, len(items))
    if index is None or index > len(items) or (index == len(items) and not create and not insert):
        raise PatchError(f"item '{head}' does not exist")
    if rest:
        below = items[index] if index < len(items) else Node(MAPPING, base.location)
        items[index : index + 1] = [_change(below, rest, alter, create, insert)]
        return replace(base, kind=SEQUENCE, items=tuple(items))
    new = alter(Entry(items[index].location, items[index]) if index < len(items) else None)
    items[index : index if insert else index + 1] = [new.node] if new is not None else []
    return replace(base, kind=SEQUENCE, items=tuple(items))


def _index(text: str, size: int) -> int | None:
    if text == "-":
        return size
    return int(text) if text.isdecimal() else None


def _first(node: Node) -> SourceLocation:
    """The location of the first value of a node that was added."""
    for entry in node.entries.values():
        return entry.location
    return node.items[0].location if node.items else node.location
