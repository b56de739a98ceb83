# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads mappings of the input, and collects every problem with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable


class MappingReader:
    """One mapping of the input, and its path.

    Every getter returns the value in its proper type. It returns None (or the default) if the value is absent, or if
    it cannot be used; then it also adds a problem. ``finish`` reports the keys that no getter read.
    """

    def __init__(self, data: Mapping[object, object], path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._known: list[str] = []
        self._data: dict[str, object] = {}
        self._unreadable: set[str] = set()
        for key, value in data.items():
            if not isinstance(key, str):
                self.problem(self.at(key), f"the key is {words.kind(key)}, not text; put it in quotes")
            elif unreadable(value):
                self.problem(self.at(key), unreadable(value))
                self._unreadable.add(self.at(key))
                self._data[str(key)] = None
            else:
                self._data[str(key)] = value

    def at(self, key: object) -> str:
        """The path of a key of this mapping."""
        return f"{self.path}.{words.key(key)}" if self.path else words.key(key)

    def problem(self, path: str, message: str) -> None:
        """Add a problem, unless it is a consequence of a value that cannot be read."""
        if path not in self._unreadable:
            self.problems.append(Problem(path, message))

    def has(self, key: str) -> bool:
        """Whether the key is present, even if its value is empty."""
        self._known.append(key)
        return key in self._data

    def raw(self, key: str) -> object:
        """The value as it is; None if it is absent."""
        self._known.append(key)
        return self._data.get(key)

    def text(self, key: str, pattern: re.Pattern[str], rule: str) -> str | None:
        """Text that ``pattern`` matches as a whole; ``rule`` describes the pattern in a message."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.problem(self.at(key), f"must be text, not {words.kind(value)} ({words.show(value)}); put it in quotes")
            return None
        if not pattern.fullmatch(value):
            self.problem(self.at(key), f"{words.show(value)} cannot be used: {rule}")
            return None
        return str(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """One of some words."""
        return self.text(key, re.compile("|".join(choices)), f"it must be one of {words.one_of(choices)}")

    def flag(self, key: str) -> bool | None:
        """A boolean. A text such as 'yes' is not one."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return value
        self.problem(self.at(key), f"must be true or false, not {words.kind(value)} ({words.show(value)})")
        return None

    def mapping(self, key: str, empty: str = "") -> MappingReader | None:
        """The mapping under ``key``; None if it is absent. ``empty`` is the message for a key without a value."""
        value = self.raw(key)
        if value is None:
            if empty and key in self._data:
                self.problem(self.at(key), empty)
            return None
        if not isinstance(value, Mapping):
            self.problem(self.at(key), f"must be a mapping, not {words.kind(value)} ({words.show(value)})")
            return None
        return MappingReader(value, self.at(key), self.problems)

    def optional(self, key: str) -> MappingReader:
        """The mapping under ``key``, or an empty one."""
        return self.mapping(key) or MappingReader({}, self.at(key), self.problems)

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
        """A list of known words, each once."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            self.problem(self.at(key), f"must be a list, not {words.kind(value)} ({words.show(value)})")
            return None
        found: list[str] = []
        for index, item in enumerate(value):
            where = f"{self.at(key)}[{index}]"
            if unreadable(item):
                self.problem(where, unreadable(item))
            elif not isinstance(item, str) or item not in known:
                hint = words.suggest(item, known) if isinstance(item, str) else ""
                self.problem(where, f"{words.show(item)} is not one of {words.one_of(known)}{hint}")
            elif item in found:
                self.problem(where, f"{words.show(item)} is in the list twice; remove one")
            else:
                found.append(str(item))
        return tuple(found)

    def items(self) -> Iterator[tuple[str, object]]:
        """Every key and value; all of them count as read."""
        self._known.extend(self._data)
        yield from self._data.items()

    def finish(self) -> None:
        """Report the keys that no getter read."""
        for key in self._data:
            if key not in self._known:
                known = list(dict.fromkeys(self._known))
                hint = words.suggest(key, known)
                here = f"Known here: {words.one_of(known)}" if known else "No key is known here, so use {}"
                self.problem(self.at(key), f"is not a known key{hint or '.'} {here}")
