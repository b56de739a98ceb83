# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a configuration file, and their results."""

from __future__ import annotations

from dataclasses import dataclass

#: What a program reads: values by (section key, option key).
Reading = dict[tuple[str, str], tuple[str, ...]]

ABSENT = "absent"
EXACT = "exact"
#: What must be in the file before an option is set.
NOTHING = "nothing"
SECTION_EXISTS = "section"
OPTION_EXISTS = "option"

DROP = "drop"
KEEP = "keep"


@dataclass(frozen=True)
class OptionEdit:
    """Give an option these values, or remove it if ``values`` is None (only the lines with ``only``, if not None).

    With ``items``, add these items to the list that the option has, or remove them. ``path`` is the argument that the
    edit comes from, such as ``options[3]``.
    """

    section: str
    option: str
    values: tuple[str, ...] | None
    only: str | None = None
    path: str = ""
    items: tuple[str, ...] = ()
    remove_items: bool = False


@dataclass(frozen=True)
class SectionEdit:
    """``absent`` removes a section; ``exact`` removes its options that no ``OptionEdit`` of the same call sets."""

    section: str
    state: str = ABSENT
    comments: str = DROP
    path: str = ""


@dataclass(frozen=True)
class Operation:
    """The result of one edit. ``option`` is None for a whole section, ``line`` is the number of its line, from 1."""

    section: str
    option: str | None
    action: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    line: int | None = None

    @property
    def changed(self) -> bool:
        return self.action != "unchanged"


@dataclass(frozen=True)
class EditResult:
    before: bytes
    after: bytes
    operations: tuple[Operation, ...]
    reading: Reading
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after
