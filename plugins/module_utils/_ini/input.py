# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the arguments of a module to edits. Everything that is wrong becomes a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini.items import item_problems
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit


def _text(value: Any) -> str | None:
    """The text of a scalar in an INI file, None for other values."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return str(value)
    return None


def option_texts(value: Any) -> tuple[str, ...] | None:
    """The values of an option: one for a scalar, one for each item of a list of scalars, None for other values."""
    items = value if isinstance(value, (list, tuple)) else [value]
    texts = [_text(item) for item in items]
    return tuple(text for text in texts if text is not None) if None not in texts else None


def option_edits(items: Sequence[Mapping[str, Any]], path: str, problems: list[Problem]) -> list[OptionEdit]:
    """Edits from ``[{section, option, value|values|items, state}]``."""
    edits: list[OptionEdit] = []
    for index, item in enumerate(items):
        where = f"{path}[{index}]"
        value = item.get("value")
        if len(item) == 3 and isinstance(value, str):
            # By far the most: a section, an option and its text.
            edits.append(OptionEdit(item["section"], item["option"], (value,), path=where))
            continue
        name = f"[{item['section']}] {item['option']}"
        given = [key for key in ("value", "values", "items") if item.get(key) is not None]
        texts = option_texts(item[given[0]]) if given else ()
        if len(given) > 1:
            problems.append(Problem(where, f"{name}: give only one of {', '.join(given)}"))
        elif texts is None:
            problems.append(Problem(f"{where}.{given[0]}", f"{name}: must be text, a number or a boolean"))
        elif given == ["items"]:
            edits.append(_items(item, where, texts, problems))
        elif item.get("state", "present") == "absent":
            edits.append(_absent(item, where, given, texts, problems))
        elif not given:
            problems.append(Problem(where, f"{name}: value or values is missing (to remove it, use state: absent)"))
        else:
            edits.append(OptionEdit(item["section"], item["option"], texts, path=where))
    return edits


def _absent(
    item: Mapping[str, Any], where: str, given: Sequence[str], texts: Sequence[str], problems: list[Problem]
) -> OptionEdit:
    if given == ["values"]:
        text = f"[{item['section']}] {item['option']}: with state: absent, select lines with value, not values"
        problems.append(Problem(f"{where}.values", text))
    return OptionEdit(item["section"], item["option"], None, only=texts[0] if texts else None, path=where)


def _items(item: Mapping[str, Any], where: str, texts: Sequence[str], problems: list[Problem]) -> OptionEdit:
    remove = item.get("state", "present") == "absent"
    edit = OptionEdit(item["section"], item["option"], None, path=where, items=tuple(texts), remove_items=remove)
    if not texts:
        problems.append(Problem(f"{where}.items", f"[{edit.section}] {edit.option}: the list of items is empty"))
    problems += item_problems(edit)
    return edit


def section_edits(items: Sequence[Mapping[str, Any]], path: str) -> list[SectionEdit]:
    """Edits from ``[{section, state, comments}]``."""
    return [
        SectionEdit(item["section"], item["state"], item["comments"], f"{path}[{index}]")
        for index, item in enumerate(items)
    ]
