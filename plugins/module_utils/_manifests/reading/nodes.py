# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest as a tree of nodes. Every node keeps its file and line, also after patches are merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation

MAPPING = "mapping"
SEQUENCE = "sequence"
SCALAR = "scalar"


@dataclass(frozen=True)
class Entry:
    """One key of a mapping: the location of the key, and the value."""

    location: SourceLocation
    node: Node


@dataclass(frozen=True)
class Node:
    """A value of a manifest. ``lines`` holds, for text of several lines, the line in the file of each of them."""

    kind: str
    location: SourceLocation = SourceLocation()
    value: Any = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    items: tuple[Node, ...] = ()
    lines: tuple[int, ...] = ()

    # Read

    def get(self, *path: str) -> Node | None:
        """The node at this path of keys, or None."""
        entry = self.entry(*path)
        return entry.node if entry is not None else None

    def entry(self, *path: str) -> Entry | None:
        """The entry at this path of keys, or None. It also has the location of the last key."""
        node, found = self, None
        for key in path:
            found = node.entries.get(key)
            if found is None:
                return None
            node = found.node
        return found

    def children(self, *path: str) -> dict[str, Entry]:
        """The entries of the mapping at this path; empty if there is no mapping."""
        node = self.get(*path) if path else self
        return dict(node.entries) if node is not None else {}

    def list(self, *path: str) -> tuple[Node, ...]:
        """The items of the list at this path; empty if there is no list."""
        node = self.get(*path) if path else self
        return node.items if node is not None else ()

    def string(self, *path: str) -> str:
        """The scalar at this path as text; empty if there is no scalar."""
        node = self.get(*path) if path else self
        if node is None or node.kind != SCALAR or node.value is None:
            return ""
        return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)

    def integer(self, *path: str) -> int | None:
        """The integer at this path, or None."""
        node = self.get(*path) if path else self
        value = node.value if node is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, *path: str) -> bool | None:
        """The boolean at this path, or None."""
        node = self.get(*path) if path else self
        return node.value if node is not None and isinstance(node.value, bool) else None

    def location_of(self, *path: str) -> SourceLocation:
        """The location of the last key of this path that exists."""
        node, location = self, self.location
        for key in path:
            found = node.entries.get(key)
            if found is None:
                break
            node, location = found.node, found.location
        return location

    def line_location(self, number: int) -> SourceLocation:
        """The location of a line of a text. Lines count from 1."""
        if 0 < number <= len(self.lines):
            return SourceLocation(self.location.file, self.lines[number - 1])
        return self.location

    # Derive

    def with_key(self, key: str, entry: Entry) -> Node:
        """A copy of the mapping in which the key has this value."""
        base = self if self.kind == MAPPING else Node(MAPPING, self.location)
        return replace(base, entries={**base.entries, key: entry})

    def without_key(self, key: str) -> Node:
        """A copy of the mapping without the key."""
        return replace(self, entries={name: entry for name, entry in self.entries.items() if name != key})

    def plain(self) -> Any:
        """The value as plain Python objects, without locations."""
        if self.kind == MAPPING:
            return {key: entry.node.plain() for key, entry in self.entries.items()}
        if self.kind == SEQUENCE:
            return [item.plain() for item in self.items]
        return self.value


@dataclass(frozen=True)
class InputFault:
    """A fault found while files were read. It becomes a finding of the rule with this id."""

    rule: str
    location: SourceLocation
    message: str
    #: Set only where it differs from the severity of the rule.
    severity: str = ""


def from_plain(value: Any, location: SourceLocation | None = None) -> Node:
    """The tree of an object that has no file, such as one that the API returned."""
    location = location or SourceLocation()
    if isinstance(value, Mapping):
        entries = {str(key): Entry(location, from_plain(inner, location)) for key, inner in value.items()}
        return Node(MAPPING, location, entries=entries)
    if isinstance(value, (list, tuple)):
        return Node(SEQUENCE, location, items=tuple(from_plain(inner, location) for inner in value))
    return Node(SCALAR, location, value)


def join(path: str, key: str | int) -> str:
    """The field path of a key or index below ``path``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    shown = key if all(char.isalnum() or char in "_-" for char in key) and key else f'["{key}"]'
    return f"{path}{shown}" if shown.startswith("[") or not path else f"{path}.{shown}"


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """(field path, node) of this node and of every node below it."""
    yield path, node
    for key, entry in node.entries.items():
        yield from walk(entry.node, join(path, key))
    for index, item in enumerate(node.items):
        yield from walk(item, join(path, index))
