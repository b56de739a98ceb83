# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service reads from several configuration files: the later file wins, option by option."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import IniOption, read


@dataclass(frozen=True)
class Place:
    """One line that sets an option. ``line`` counts from 1."""

    path: str
    line: int
    value: str


@dataclass(frozen=True)
class Effective:
    """An option and all lines that set it, in reading order: the last one counts, unless it can be repeated."""

    section: str
    option: str
    places: tuple[Place, ...]


def effective_options(
    texts: Sequence[tuple[str, str]], wanted: Collection[tuple[str, str]] = ()
) -> tuple[list[Effective], list[str]]:
    """The options of all files, and what makes oslo.config refuse a file.

    Args:
        texts: ``(path, text)`` of the files, in the order in which the service reads them.
        wanted: ``(section, option)`` of the options to return; all if empty. oslo.config ignores the case of a section
            except of ``DEFAULT``, and reads ``log-file`` of a request as ``log_file``.
    """
    rules = DIALECTS["oslo"]
    keys = {(rules.section_key(section), rules.written_name(option)) for section, option in wanted}
    found: dict[tuple[str, str], list[tuple[str, IniOption]]] = {}
    faults: list[str] = []
    for path, text in texts:
        ini = read(text)
        faults += [f"{path} line {fault.line}: {fault.reason} ({fault.shown})" for fault in ini.faults]
        for option in ini.options:
            key = (rules.section_key(option.section), option.name)
            if not keys or key in keys:
                found.setdefault(key, []).append((path, option))
    options = [
        Effective(
            places[0][1].section,
            places[0][1].name,
            tuple(Place(path, each.line, each.value) for path, each in places),
        )
        for places in found.values()
    ]
    return options, faults


def shown(options: Sequence[Effective], extra: Collection[str]) -> dict[str, dict[str, Any]]:
    """``{section: {option: {value, values, path, line, overridden}}}`` without secrets. Sections as first written."""
    names: dict[str, str] = {}
    result: dict[str, dict[str, Any]] = {}
    for each in options:
        section = names.setdefault(DIALECTS["oslo"].section_key(each.section), each.section)
        texts = [redact.mask_value(each.option, place.value, extra) for place in each.places]
        last = each.places[-1]
        result.setdefault(section, {})[each.option] = {
            "value": texts[-1],
            "values": texts,
            "path": last.path,
            "line": last.line,
            "overridden": [
                {"path": place.path, "line": place.line, "value": text} for place, text in zip(each.places[:-1], texts)
            ],
        }
    return result
