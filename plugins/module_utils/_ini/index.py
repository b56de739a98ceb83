# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the sections and options of a list of lines are, while lines change.

An edit reads the lines of its section again, and not those of the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._ini import layout
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import HEADER, Dialect, Line


@dataclass(eq=False)
class _Part:
    """A block, or the lines above the first header, whose key is empty.

    ``options`` has positions from the start of the part, so that they stay valid when the part moves. It is None until
    it is wanted.
    """

    key: str
    start: int
    end: int
    options: list[layout.Option] | None = None


class Index:
    """Finds blocks and options in ``lines``. Whoever changes these lines calls ``replaced`` after each change."""

    def __init__(self, lines: list[Line], dialect: Dialect) -> None:
        self._lines, self._dialect = lines, dialect
        self._parts = self._scan(0, len(lines), above_headers=True)
        self._by_key = self._grouped()

    def blocks(self, key: str) -> list[layout.Block]:
        """The blocks of a section, in file order."""
        return [layout.Block(key, part.start, part.end) for part in self._by_key.get(key, ())]

    def options(self, key: str) -> Iterator[layout.Option]:
        """The options of a section, in file order; for an empty key, those above the first header."""
        for part in self._by_key.get(key, ()) if key else self._parts[:1]:
            yield from self._placed(part)

    def all_options(self) -> Iterator[layout.Option]:
        """All options, in file order."""
        for part in self._parts:
            yield from self._placed(part)

    def replaced(self, start: int, end: int, count: int) -> None:
        """Note that ``count`` lines have taken the place of the lines from ``start`` to ``end``."""
        moved = count - (end - start)
        last = len(self._parts) - 1
        while last and self._parts[last].start >= end:
            self._parts[last].start += moved
            self._parts[last].end += moved
            last -= 1
        first = last
        while first and self._parts[first].start >= start:
            first -= 1
        old = self._parts[first : last + 1]
        new = self._scan(old[0].start, old[-1].end + moved, above_headers=first == 0)
        self._parts[first : last + 1] = new
        if len(old) == len(new) == 1 and first:
            siblings = self._by_key[new[0].key]
            siblings[siblings.index(old[0])] = new[0]
        elif first or len(new) > 1 or len(old) > 1:
            self._by_key = self._grouped()

    def _scan(self, start: int, end: int, above_headers: bool) -> list[_Part]:
        """The parts of some lines, which begin with a header or at the top of the file."""
        starts = [index for index in range(start, end) if self._lines[index].kind == HEADER]
        keys = [self._dialect.section_key(self._lines[index].name) for index in starts]
        if above_headers:
            starts, keys = [start, *starts], ["", *keys]
        return [_Part(*each) for each in zip(keys, starts, [*starts[1:], end])]

    def _grouped(self) -> dict[str, list[_Part]]:
        found: dict[str, list[_Part]] = {}
        for part in self._parts[1:]:
            found.setdefault(part.key, []).append(part)
        return found

    def _placed(self, part: _Part) -> Iterator[layout.Option]:
        if part.options is None:
            part.options = layout.options(self._lines[part.start : part.end], self._dialect)
        for each in part.options:
            yield replace(each, start=each.start + part.start, end=each.end + part.start)
