# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single items of an option whose value is a list: ``a,b``, ``[a,b]``, or ``name:value`` pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import glance_option
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import BRACKETED_LIST, DICT
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import Dialect
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit


def item_problems(edit: OptionEdit) -> list[Problem]:
    """Items that oslo.config would split, or not read as they are."""
    return [
        Problem(
            edit.path,
            f"[{edit.section}] {edit.option}: an item of a list must not be empty, and must not contain a comma, "
            "a line end, or blanks at its ends",
        )
        for item in edit.items
        if not item or item != item.strip() or "," in item or "\n" in item
    ]


def with_values(document: Document, edits: Sequence[OptionEdit]) -> list[OptionEdit]:
    """The edits with the values that the options have after their items were added or removed.

    All edits of items of one option count together.
    """
    rules = document.dialect
    texts: dict[tuple[str, str], str | None] = {}
    for edit in edits:
        if edit.items:
            key = _key(rules, edit)
            if key not in texts:
                before = document.get_all(edit.section, edit.option)
                texts[key] = before[-1] if before else None
            texts[key] = edited(texts[key], edit)
    return [_resolved(document, edit, texts[_key(rules, edit)]) if edit.items else edit for edit in edits]


def edited(text: str | None, edit: OptionEdit) -> str | None:
    """The list after one edit; ``text`` is None for an option that is not set. Other items keep their bytes."""
    option = glance_option(edit.section, edit.option)
    kind = option.type if option else ""
    if text is None:
        joined = ",".join(dict.fromkeys(edit.items))
        return None if edit.remove_items else f"[{joined}]" if kind == BRACKETED_LIST else joined
    inner, left, right = _without_brackets(text)
    entries = inner.split(",") if inner.strip() else []
    names = [_name(entry, kind) for entry in entries]
    wanted = [_name(item, kind) for item in edit.items]
    if edit.remove_items:
        # Of pairs, the name is enough.
        gone = {*wanted, *(item for item in edit.items if kind == DICT)}
        kept = [entry for entry, name in zip(entries, names) if name not in gone and _plain(entry) not in gone]
        return text if len(kept) == len(entries) else left + ",".join(kept).strip() + right
    return left + _added(entries, names, edit.items, wanted, inner) + right


def _added(entries: list[str], names: list[str], items: Sequence[str], wanted: Sequence[str], inner: str) -> str:
    separator = ",\n" if ",\n" in inner else ", " if ", " in inner else ","
    changed = [*entries]
    for item, name in zip(items, wanted):
        if name not in names:
            changed.append(separator[1:] + item if changed else item)
            names.append(name)
        elif _plain(changed[names.index(name)]) != _plain(item):
            # A pair of this name with another value.
            old = changed[names.index(name)]
            changed[names.index(name)] = old[: len(old) - len(old.lstrip())] + item
    return ",".join(changed)


def _without_brackets(text: str) -> tuple[str, str, str]:
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1], "[", "]"
    return text, "", ""


def _name(item: str, kind: str) -> str:
    """What makes two items the same one: of a pair its name, else the item without blanks and quotes."""
    return item.partition(":")[0].strip() if kind == DICT else _plain(item)


def _plain(item: str) -> str:
    return ":".join(part.strip() for part in item.strip().strip("'\"").split(":"))


def _key(rules: Dialect, edit: OptionEdit) -> tuple[str, str]:
    return rules.section_key(edit.section), rules.option_key(edit.option)


def _resolved(document: Document, edit: OptionEdit, text: str | None) -> OptionEdit:
    before = document.get_all(edit.section, edit.option)
    if text is None:
        return replace(edit, values=None, items=())
    # An unchanged list keeps all its lines.
    values = tuple(before) if before and before[-1] == text else (text,)
    return replace(edit, values=values, items=())
