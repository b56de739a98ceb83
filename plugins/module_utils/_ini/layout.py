# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions in a list of lines: of sections and options, and of new lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import (
    BLANK,
    COMMENT,
    CONTINUATION,
    HEADER,
    OPTION,
    Dialect,
    Line,
)


@dataclass(frozen=True)
class Block:
    """A header and all lines up to the next header; ``start`` is the header's index."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Option:
    """An option line with its continuation lines. The keys are those by which the dialect compares names."""

    section: str
    option: str
    start: int
    end: int


def options(lines: Sequence[Line], dialect: Dialect) -> list[Option]:
    found: list[Option] = []
    section = ""
    for index, line in enumerate(lines):
        if line.kind == HEADER:
            section = dialect.section_key(line.name)
        elif line.kind == OPTION:
            end = index + 1
            while end < len(lines) and lines[end].kind == CONTINUATION:
                end += 1
            found.append(Option(section, dialect.option_key(line.name), index, end))
    return found


def commented_default(line: Line, dialect: Dialect) -> str | None:
    """The option key of a line such as ``#name = value``, which sample files have for every option."""
    match = re.match(r"[#;]([^\s=:#;][^=:]*?)[ \t]*=", line.text) if line.kind == COMMENT else None
    return dialect.option_key(match.group(1)) if match else None


def option_place(lines: Sequence[Line], own: Sequence[Block], option: str, dialect: Dialect) -> int:
    """The index for a new option of a section. ``own`` are the blocks of that section.

    Under its commented default, else after the last option, else right under the header.
    """
    for block in own:
        for index in range(block.start, block.end):
            if commented_default(lines[index], dialect) == option:
                while index + 1 < block.end and commented_default(lines[index + 1], dialect) == option:
                    index += 1
                return index + 1
    for block in reversed(own):
        for index in range(block.end - 1, block.start, -1):
            if lines[index].kind in (OPTION, CONTINUATION):
                return index + 1
    return own[-1].start + 1


def default_place(lines: Sequence[Line]) -> int:
    """The index for a new [DEFAULT]: at the top, but below a licence comment."""
    place = 0
    for index, line in enumerate(lines):
        if line.kind == HEADER:
            break
        if line.kind == BLANK:
            place = index + 1
    return place


def trailing_blanks(lines: Sequence[Line], end: int) -> int:
    """The index of the first line of the run of blank lines that ends at ``end``."""
    while end > 0 and lines[end - 1].kind == BLANK:
        end -= 1
    return end


def lead(lines: Sequence[Line], header: int, floor: int, dialect: Dialect) -> int:
    """The index of the first line of the comment that introduces a header, or of the header itself.

    Such a comment is directly above the header and below a blank line, and has no commented options.
    """
    index = header
    while index > floor and lines[index - 1].kind == COMMENT and commented_default(lines[index - 1], dialect) is None:
        index -= 1
    return index if index > floor and lines[index - 1].kind == BLANK else header


def removal(lines: Sequence[Line], block: Block, dialect: Dialect) -> tuple[int, int]:
    """The range of lines to remove for a whole section.

    It includes the comment that introduces the section, but not the one that introduces the next section, and leaves no
    blank lines at the end of the file.
    """
    start = lead(lines, block.start, 0, dialect)
    if block.end == len(lines):
        return trailing_blanks(lines, start), block.end
    return start, lead(lines, block.end, block.start + 1, dialect)
