# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""INI text with the line numbers of its options, read as oslo.config reads it. Faults do not stop the reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import (
    CONTINUATION,
    DIALECTS,
    HEADER,
    OPTION,
    Dialect,
    Line,
)

DEFAULT = "DEFAULT"


@dataclass(frozen=True)
class IniOption:
    """One option line with its continuation lines. ``line`` counts from 1; ``raw`` is the value of the first line."""

    section: str
    name: str
    value: str
    line: int
    raw: str


@dataclass(frozen=True)
class IniFault:
    """A line for which the program refuses the whole text."""

    line: int
    reason: str
    shown: str


@dataclass(frozen=True)
class Ini:
    """A text: its sections (the name as first written, the line) and its options, in order."""

    headers: tuple[tuple[str, int], ...]
    options: tuple[IniOption, ...]
    faults: tuple[IniFault, ...]

    def find(self, section: str, name: str) -> IniOption | None:
        """The option that counts: the last one."""
        found = self.all(section, name)
        return found[-1] if found else None

    def all(self, section: str, name: str) -> list[IniOption]:
        """All lines of an option."""
        return self._found.get((_key(section), name), [])

    @cached_property
    def _found(self) -> dict[tuple[str, str], list[IniOption]]:
        found: dict[tuple[str, str], list[IniOption]] = {}
        for option in self.options:
            found.setdefault((_key(option.section), option.name), []).append(option)
        return found

    def value(self, section: str, name: str) -> str:
        """The value that counts, or ''."""
        option = self.find(section, name)
        return option.value if option is not None else ""

    def section(self, name: str) -> list[IniOption]:
        """All options of a section."""
        return [option for option in self.options if same(option.section, name)]

    def header(self, name: str) -> int | None:
        """The line of the first header of a section, or None."""
        return next((line for header, line in self.headers if same(header, name)), None)


def same(one: str, other: str) -> bool:
    """Whether two names are one section for oslo.config, which ignores case except in DEFAULT."""
    return _key(one) == _key(other)


def _key(section: str) -> str:
    return section if section == DEFAULT else f"={section.lower()}"


def read(text: str, dialect: str = "oslo") -> Ini:
    """Read a text. Faults are returned with everything that can be read."""
    rules = DIALECTS[dialect]
    lines, faults = _classify(text, rules)
    headers: dict[str, int] = {}
    options: list[IniOption] = []
    section = ""
    for index, line in enumerate(lines):
        if line.kind == HEADER:
            section = line.name
            headers.setdefault(section, index + 1)
        elif line.kind == OPTION:
            more = _continuation(lines, index)
            raw = rules.split(line.text).raw
            options.append(IniOption(section, line.name, rules.read([raw, *more]), index + 1, raw))
    return Ini(tuple(headers.items()), tuple(options), tuple(faults))


def _classify(text: str, rules: Dialect) -> tuple[list[Line], list[IniFault]]:
    lines: list[Line] = []
    faults: list[IniFault] = []
    in_section = False
    # One line for each line of the manifest, so that the numbers agree.
    for body in text.split("\n"):
        line, reason = rules.classify(body.rstrip("\r"), "\n", lines[-1] if lines else None, in_section)
        lines.append(line)
        in_section = in_section or line.kind == HEADER
        if reason:
            faults.append(IniFault(len(lines), reason, redact.mask_lines(lines)[-1].strip()))
    return lines, faults


def _continuation(lines: Sequence[Line], index: int) -> list[str]:
    more = []
    for line in lines[index + 1 :]:
        if line.kind != CONTINUATION:
            break
        more.append(line.text)
    return more


@dataclass(frozen=True)
class Backend:
    """One entry of enabled_backends: ``id`` and ``type`` without blanks, and ``raw``, its text."""

    id: str
    type: str
    raw: str


def backends(value: str) -> list[Backend]:
    """The entries of enabled_backends, including broken ones (with an empty type or id)."""
    if not value.strip():
        return []
    found = []
    for raw in re.split(r",", value.replace("\n", "")):
        name, colon, kind = raw.partition(":")
        found.append(Backend(name.strip(), kind.strip() if colon else "", raw))
    return found


def items(value: str) -> list[str]:
    """The items of a list, with or without brackets and quotes."""
    text = value.strip()
    if text.startswith("["):
        text = text[1:]
    if text.endswith("]"):
        text = text[:-1]
    found = (item.strip().strip("'\"") for item in text.replace("\n", ",").split(","))
    return [item for item in found if item]


def bracketed(value: str) -> bool:
    """Whether oslo.config accepts the value for an option whose list must be in brackets."""
    return value.startswith("[") and value.endswith("]")
