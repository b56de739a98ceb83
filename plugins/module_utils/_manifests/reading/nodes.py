# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest as a tree that still knows file and line of everything in it, whatever it was merged from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MAPPING = "mapping"
SEQUENCE = "sequence"
SCALAR = "scalar"


@dataclass(frozen=True)
class Place:
    """Where something stands. ``line`` is 0 where there is no file, as in a live object."""

    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Entry:
    """One key of a mapping: the place of the key, and the value."""

    place: Place
    node: Node


@dataclass(frozen=True)
class Node:
    """A value. ``lines``: for a text of several lines, the line of the file for each."""

    kind: str
    place: Place = Place()
    value: Any = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    items: tuple[Node, ...] = ()
    lines: tuple[int, ...] = ()

    # Reading

    def get(self, *path: str) -> Node | None:
        """The node below these keys, or None."""
        entry = self.entry(*path)
        return entry.node if entry is not None else None

    def entry(self, *path: str) -> Entry | None:
        """The entry of the last key, so that its place is known too."""
        node, found = self, None
        for key in path:
            found = node.entries.get(key)
            if found is None:
                return None
            node = found.node
        return found

    def children(self, *path: str) -> dict[str, Entry]:
        """The entries of the mapping below these keys; nothing if there is none."""
        node = self.get(*path) if path else self
        return dict(node.entries) if node is not None else {}

    def list(self, *path: str) -> tuple[Node, ...]:
        """The items of the list below these keys; nothing if there is none."""
        node = self.get(*path) if path else self
        return node.items if node is not None else ()

    def string(self, *path: str) -> str:
        """The text below these keys; '' if there is none or if it is no scalar."""
        node = self.get(*path) if path else self
        if node is None or node.kind != SCALAR or node.value is None:
            return ""
        return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)

    def integer(self, *path: str) -> int | None:
        """The number below these keys, or None."""
        node = self.get(*path) if path else self
        value = node.value if node is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, *path: str) -> bool | None:
        """The boolean below these keys, or None."""
        node = self.get(*path) if path else self
        return node.value if node is not None and isinstance(node.value, bool) else None

    def spot(self, *path: str) -> Place:
        """The place of the last of these keys that exists."""
        node, place = self, self.place
        for key in path:
            found = node.entries.get(key)
            if found is None:
                break
            node, place = found.node, found.place
        return place

    def line_place(self, number: int) -> Place:
        """The place of a line (from 1) of a text."""
        if 0 < number <= len(self.lines):
            return Place(self.place.file, self.lines[number - 1])
        return self.place

    # Making others

    def having(self, key: str, entry: Entry) -> Node:
        """The mapping with one key more, or another value for it."""
        base = self if self.kind == MAPPING else Node(MAPPING, self.place)
        return replace(base, entries={**base.entries, key: entry})

    def lacking(self, key: str) -> Node:
        """The mapping without a key."""
        return replace(self, entries={name: entry for name, entry in self.entries.items() if name != key})

    def plain(self) -> Any:
        """The same without places."""
        if self.kind == MAPPING:
            return {key: entry.node.plain() for key, entry in self.entries.items()}
        if self.kind == SEQUENCE:
            return [item.plain() for item in self.items]
        return self.value


def from_plain(value: Any, place: Place | None = None) -> Node:
    """A tree of an object that came without a file, such as one from the API."""
    place = place or Place()
    if isinstance(value, Mapping):
        entries = {str(key): Entry(place, from_plain(inner, place)) for key, inner in value.items()}
        return Node(MAPPING, place, entries=entries)
    if isinstance(value, (list, tuple)):
        return Node(SEQUENCE, place, items=tuple(from_plain(inner, place) for inner in value))
    return Node(SCALAR, place, value)


def join(path: str, key: str | int) -> str:
    """The field path of something one level deeper."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    shown = key if all(char.isalnum() or char in "_-" for char in key) and key else f'["{key}"]'
    return f"{path}{shown}" if shown.startswith("[") or not path else f"{path}.{shown}"


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every node below and including this one, with its field path."""
    yield path, node
    for key, entry in node.entries.items():
        yield from walk(entry.node, join(path, key))
    for index, item in enumerate(node.items):
        yield from walk(item, join(path, index))
