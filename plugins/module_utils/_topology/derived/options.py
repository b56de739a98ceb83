# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of INI options, in the shape that the module oslo_config takes."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue, Sections

Option = dict[str, object]


def option(section: str, name: str, value: IniValue) -> Option:
    """One option; a tuple is an option that repeats, None an option that must go."""
    entry: Option = {"section": section, "option": name}
    if value is None:
        entry["state"] = "absent"
    elif isinstance(value, tuple):
        entry["values"] = list(value)
    else:
        entry["value"] = value
    return entry


def overridden(options: list[Option], overrides: Sections) -> list[Option]:
    """``options`` with the user's in their place; what is new comes last, in the order written."""
    found = {(str(entry["section"]), str(entry["option"])): entry for entry in options}
    for section, values in overrides.items():
        for name, value in values.items():
            found[(section, name)] = option(section, name, value)
    return list(found.values())
