# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a rule that may be written in several ways."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader


def text(reader: MappingReader, key: str) -> str:
    """Text on one line; '' if the key is absent."""
    value = reader.raw(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        shown = f"{words.kind(value)} ({words.show(value)})"
        reader.problem(reader.at(key), f"must be text, not {shown}; put it in quotes")
        return ""
    if not value.strip() or words.CONTROL.search(value):
        reader.problem(reader.at(key), "must be text on one line, and must not be empty")
        return ""
    return str(value).strip()


def number(reader: MappingReader, key: str, least: int = 0) -> int | None:
    """A whole number; None if the key is absent."""
    value = reader.raw(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        reader.problem(reader.at(key), f"must be a whole number from {least} on, not {words.show(value)}")
        return None
    return int(value)


def names(reader: MappingReader, key: str, word: str = "") -> tuple[str, ...] | None:
    """A list of names, or ``word`` alone, which gives ``(word,)``; None if the key is absent."""
    value = reader.raw(key)
    if value is None:
        return None
    if word and value in (word, [word]):
        return (word,)
    if not isinstance(value, (list, tuple)):
        shown = f"{words.kind(value)} ({words.show(value)})"
        also = f" or the word {word}" if word else ""
        reader.problem(reader.at(key), f"must be a list of names{also}, not {shown}")
        return ()
    found = []
    for index, item in enumerate(value):
        where = f"{reader.at(key)}[{index}]"
        if unreadable(item) or not isinstance(item, str):
            reader.problem(where, unreadable(item) or f"must be text, not {words.kind(item)}")
        elif word and item == word:
            reader.problem(where, f"{word} cannot be combined with names")
        else:
            found.append(str(item))
    if not value and word:
        reader.problem(reader.at(key), f"is empty; name at least one, or write {word}")
    return tuple(dict.fromkeys(found))
