# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads mappings of unknown quality: collects every problem with its path, and never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Union

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem

Scalar = Union[str, bool, int, float]


class Reader:
    """One mapping of the input, with the path that leads to it.

    Every getter returns the value in its proper type, or None (or the default) after it has noted a problem.
    ``finish`` reports the keys that nobody asked for.
    """

    def __init__(self, data: Mapping[object, object], path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._asked: list[str] = []
        self._data: dict[str, object] = {}
        for key, value in data.items():
            if isinstance(key, str):
                self._data[str(key)] = value
            else:
                self.problem(self.at(key), f"the key is {names.kind(key)}, not text; write it in quotes")

    def at(self, key: object) -> str:
        """The path of a key of this mapping."""
        return f"{self.path}.{names.key(key)}" if self.path else names.key(key)

    def problem(self, path: str, message: str) -> None:
        """Note something wrong."""
        self.problems.append(Problem(path, message))

    def has(self, key: str) -> bool:
        """Whether the key was written, even if it is empty."""
        self._asked.append(key)
        return key in self._data

    def raw(self, key: str) -> object:
        """The value as it is; None when absent."""
        self._asked.append(key)
        return self._data.get(key)

    def text(self, key: str, pattern: re.Pattern[str], rule: str) -> str | None:
        """Text that matches ``pattern`` as a whole; ``rule`` tells the user what that means."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.problem(self.at(key), f"must be text, not {names.kind(value)} ({names.show(value)}); put it in quotes")
            return None
        if not pattern.fullmatch(value):
            self.problem(self.at(key), f"{names.show(value)} cannot be used: {rule}")
            return None
        return str(value)

    def flag(self, key: str) -> bool | None:
        """A boolean; a text such as 'yes' is not one."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return value
        self.problem(self.at(key), f"must be true or false, not {names.kind(value)} ({names.show(value)})")
        return None

    def mapping(self, key: str, empty: str = "") -> Reader | None:
        """The mapping under ``key``; None when absent. ``empty``: what to say when it is written without a value."""
        value = self.raw(key)
        if value is None:
            if empty and key in self._data:
                self.problem(self.at(key), empty)
            return None
        if not isinstance(value, Mapping):
            self.problem(self.at(key), f"must be a mapping, not {names.kind(value)} ({names.show(value)})")
            return None
        return Reader(value, self.at(key), self.problems)

    def optional(self, key: str) -> Reader:
        """The mapping under ``key``, or an empty one."""
        return self.mapping(key) or Reader({}, self.at(key), self.problems)

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
        """A list of known words, each once."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            self.problem(self.at(key), f"must be a list, not {names.kind(value)} ({names.show(value)})")
            return None
        found: list[str] = []
        for index, item in enumerate(value):
            where = f"{self.at(key)}[{index}]"
            if not isinstance(item, str) or item not in known:
                hint = names.suggest(item, known) if isinstance(item, str) else ""
                self.problem(where, f"{names.show(item)} is not one of {names.one_of(known)}{hint}")
            elif item in found:
                self.problem(where, f"{names.show(item)} is in the list twice; remove one")
            else:
                found.append(str(item))
        return tuple(found)

    def items(self) -> Iterator[tuple[str, object]]:
        """Every key and value; all of them count as asked for."""
        self._asked.extend(self._data)
        yield from self._data.items()

    def finish(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                known = list(dict.fromkeys(self._asked))
                hint = names.suggest(key, known)
                self.problem(
                    self.at(key),
                    f"is not a known key{hint or '.'} Known here: {names.one_of(known)}",
                )
