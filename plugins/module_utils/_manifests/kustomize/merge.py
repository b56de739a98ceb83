# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches on trees: merge patches (custom resources have no other: lists are replaced) and JSON patches."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    Place,
)

DIRECTIVE = "$patch"
#: How the value at a path changes: from the entry that stands there (or None) to another (or None: remove it).
Change = Callable[["Entry | None"], "Entry | None"]


class PatchError(Exception):
    """The patch cannot be applied; the text says why."""


def merge(base: Node, patch: Node) -> Node:
    """The base with a merge patch on it. What the patch says keeps the place where it says so."""
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
            result = result.lacking(key)
        elif below is not None:
            same_kind = below.node.kind == entry.node.kind == MAPPING
            place = below.place if same_kind else entry.place
            result = result.having(key, Entry(place, merge(below.node, entry.node)))
        else:
            result = result.having(key, Entry(entry.place, _without_directives(entry.node)))
    return result


def _deletes(node: Node) -> bool:
    return (node.kind == SCALAR and node.value is None) or node.string(DIRECTIVE) == "delete"


def _without_directives(node: Node) -> Node:
    if node.kind != MAPPING:
        return node
    entries = {
        key: Entry(entry.place, _without_directives(entry.node))
        for key, entry in node.entries.items()
        if key != DIRECTIVE
    }
    return replace(node, entries=entries)


def pointer(text: str) -> list[str]:
    """The keys of a JSON pointer."""
    if text and not text.startswith("/"):
        raise PatchError(f"'{text}' does not begin with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def apply_json(base: Node, operations: Node, create: bool = False) -> Node:
    """The base after a JSON patch. ``create`` makes what is missing, for a patch whose base is not at hand."""
    result = base
    for operation in operations.items:
        result = _operate(result, operation, create)
    return result


def apply_what_fits(base: Node, operations: Node) -> Node:
    """The base after those operations of a JSON patch that can be carried out, made to fit where need be."""
    result = base
    for operation in operations.items:
        try:
            result = _operate(result, operation, True)
        except PatchError:
            continue
    return result


def _operate(base: Node, operation: Node, create: bool) -> Node:
    verb, path = operation.string("op"), pointer(operation.string("path"))
    value = operation.get("value") or Node(SCALAR, operation.place)
    if not path:
        return value if verb in ("add", "replace") else base
    if verb in ("add", "replace"):
        entry = Entry(operation.spot("path"), value)
        return _change(base, path, lambda _old: entry, create or verb == "add", verb == "add")
    if verb in ("copy", "move"):
        source = pointer(operation.string("from"))
        if not source:
            raise PatchError("`from` is missing")
        moved = find(base, source)
        if moved is None:
            if create:
                return base
            raise PatchError(f"there is nothing at {operation.string('from')}")
        result = _change(base, source, lambda _old: None, False, False) if verb == "move" else base
        entry = Entry(operation.place, moved)
        return _change(result, path, lambda _old: entry, True, True)
    if verb == "remove":
        if find(base, path) is None:
            if create:
                return base
            raise PatchError(f"there is nothing at {operation.string('path')} to remove")
        return _change(base, path, lambda _old: None, False, False)
    if verb != "test":
        raise PatchError(f"'{verb}' is no operation")
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
    """The base with what stands at the path altered; PatchError where there is no such place."""
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
            raise PatchError(f"there is no '{head}'")
        below = old.node if old is not None else Node(SEQUENCE if rest[0] == "-" else MAPPING, base.place)
        inner = _change(below, rest, alter, create, insert)
        place = old.place if old is not None else _first(inner)
        return base.having(head, Entry(place, inner))
    if old is None and not create:
        raise PatchError(f"there is no '{head}'")
    new = alter(old)
    return base.lacking(head) if new is None else base.having(head, new)


def _change_item(base: Node, head: str, rest: list[str], alter: Change, create: bool, insert: bool) -> Node:
    items = list(base.items)
    index = _index(head, len(items))
    if index is None or index > len(items) or (index == len(items) and not create and not insert):
        raise PatchError(f"there is no item '{head}'")
    if rest:
        below = items[index] if index < len(items) else Node(MAPPING, base.place)
        items[index : index + 1] = [_change(below, rest, alter, create, insert)]
        return replace(base, kind=SEQUENCE, items=tuple(items))
    new = alter(Entry(items[index].place, items[index]) if index < len(items) else None)
    items[index : index if insert else index + 1] = [new.node] if new is not None else []
    return replace(base, kind=SEQUENCE, items=tuple(items))


def _index(text: str, size: int) -> int | None:
    if text == "-":
        return size
    return int(text) if text.isdecimal() else None


def _first(node: Node) -> Place:
    """The place of the first thing in a node that was made for it."""
    for entry in node.entries.values():
        return entry.place
    return node.items[0].place if node.items else node.place
