# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts a topology to plain data, so that modules and filters read the same values.

A module gets its options as JSON, in which dates and the keys of mappings are text. A filter gets them as YAML and
Ansible made them: with dates, numbers as keys, and subclasses of text.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Deeper than any topology. YAML anchors can make endless data.
_DEEPEST = 12


def plain(data: object, depth: int = 0) -> object:
    """A copy of ``data`` that consists of mappings, lists, text, numbers, booleans and None.

    Other values are returned as they are, and the parser refuses them.
    """
    if depth > _DEEPEST:
        return data
    if isinstance(data, Mapping):
        return {_key(key): plain(value, depth + 1) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value, depth + 1) for value in data]
    return _scalar(data)


def _key(key: object) -> object:
    """A key as JSON has it. Ansible cannot convert a date as a key to JSON, so it remains a date."""
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key) if isinstance(key, (str, int, float)) else key


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return bool(value)
    for known in (int, float, str):
        if isinstance(value, known):
            return known(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    # Text that Ansible encrypted with a vault and decrypts on conversion.
    return str(value) if getattr(value, "__ENCRYPTED__", False) else value
