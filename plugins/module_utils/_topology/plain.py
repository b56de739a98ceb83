# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts a topology to plain data, so that modules and filters read the same values.

A module gets its options as JSON, in which dates and the keys of mappings are text. A filter gets them as YAML and
Ansible made them: with dates, numbers as keys, subclasses of text, and templates that fail when they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

#: Deeper than any topology. YAML anchors can make endless data.
_DEEPEST = 12

#: The only key of a mapping that stands for a value that cannot be read; its value is the reason.
PROBLEM = "__dcn_problem__"


def plain(data: object, depth: int = 0) -> object:
    """A copy of ``data`` that consists of mappings, lists, text, numbers, booleans and None.

    A value that cannot be read is replaced by ``{PROBLEM: reason}``, which the parser reports with its path. Values of
    other types are returned as they are, and the parser refuses them.
    """
    if depth > _DEEPEST:
        return data
    if isinstance(data, Mapping):
        return {_key(key): _value(data, key, depth) for key in data}
    if isinstance(data, (list, tuple)):
        return [plain(value, depth + 1) for value in _items(data)]
    return _scalar(data)


def unreadable(value: object) -> str:
    """Why a value could not be read, '' if it could."""
    found = value.get(PROBLEM) if isinstance(value, Mapping) and len(value) == 1 else None
    return found if isinstance(found, str) else ""


def _key(key: object) -> object:
    """A key as JSON has it."""
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    if hasattr(key, "isoformat"):
        return str(key.isoformat())
    return str(key) if isinstance(key, (str, int, float)) else key


def _value(data: Mapping[object, object], key: object, depth: int) -> object:
    if hasattr(key, "isoformat"):
        # Ansible cannot pass such a key to a module, and a date elsewhere does not equal its text.
        return {PROBLEM: "the key is a date, not text; put it in quotes"}
    try:
        return plain(data[key], depth + 1)
    except Exception as error:  # Ansible evaluates a template when its value is read, and has many kinds of errors.
        return _failed(error)


def _items(data: list[object] | tuple[object, ...]) -> Iterator[object]:
    for index in range(len(data)):
        try:
            yield data[index]
        except Exception as error:
            yield _failed(error)


def _failed(error: Exception) -> object:
    # Other errors can contain values, and so secrets.
    text = str(error)
    reason = text if text.endswith("is undefined") and "\n" not in text else f"it has an error ({type(error).__name__})"
    return {PROBLEM: f"cannot be evaluated: {reason}"}


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
