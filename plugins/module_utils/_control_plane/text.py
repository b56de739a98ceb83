# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Glance part of an object as text for a diff, without secrets."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.reader import read_lines

_CONFIG = "customServiceConfig"
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ :@%+,=-]*")
_NOT_TEXT = re.compile(r"(?i)true|false|null|yes|no|on|off|[0-9.+-][0-9_.eE+-]*")

Key = tuple[str, str]


def lines(content: Any, indent: str = "", marks: Mapping[Key, str] | None = None) -> Iterator[str]:
    """Plain data as lines of YAML. The texts of configuration in it are shown without secrets."""
    if not isinstance(content, Mapping):
        for item in content:
            yield from _item(item, indent, marks)
        return
    for name, value in content.items():
        head = f"{indent}{name}:"
        if isinstance(value, str) and (name == _CONFIG or "\n" in value):
            text = config_lines(value, marks or {}) if name == _CONFIG else value.splitlines()
            yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
            yield from (f"{indent}  {line}" if line else "" for line in text)
        elif isinstance(value, (Mapping, list)) and value:
            yield head
            yield from lines(value, f"{indent}  ", marks)
        else:
            yield f"{head} {_scalar(value)}"


def _item(item: Any, indent: str, marks: Mapping[Key, str] | None) -> Iterator[str]:
    if not isinstance(item, Mapping) or not item:
        yield f"{indent}- {_scalar(item)}"
        return
    first, *more = lines(item, f"{indent}  ", marks)
    yield f"{indent}- {first.lstrip()}"
    yield from more


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value) and ": " not in value:
        return value
    return json.dumps(value)


def config_lines(text: str, marks: Mapping[Key, str]) -> list[str]:
    """A configuration as it may be shown; nothing of one that cannot be read."""
    try:
        return redact.mask_lines(read_lines(text.encode("utf-8"), DIALECTS["oslo"], _CONFIG), (), marks)
    except InputErrors:
        return ["(a text that oslo.config refuses)"]


def config_secrets(text: str) -> set[str]:
    """The values of secret options in a configuration."""
    try:
        return redact.secret_values(read_lines(text.encode("utf-8"), DIALECTS["oslo"], _CONFIG))
    except InputErrors:
        return set()


def texts(part: Any) -> Iterator[str]:
    """Every configuration text in plain data."""
    items = part.items() if isinstance(part, Mapping) else ((None, item) for item in part)
    for name, value in items:
        if name == _CONFIG and isinstance(value, str):
            yield value
        elif isinstance(value, (Mapping, list)):
            yield from texts(value)


def difference(header: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """The change as Ansible shows it: only the changed places, secrets hidden, one that changes marked."""
    changed = _changed_secrets(before, after)
    old = list(lines(before, marks=dict.fromkeys(changed, "(old)")))
    new = list(lines(after, marks=dict.fromkeys(changed, "(new)")))
    found = difflib.unified_diff(old, new, f"before: {header}", f"after: {header}", lineterm="")
    return {"prepared": "".join(f"{line}\n" for line in found)}


def _changed_secrets(before: Mapping[str, Any], after: Mapping[str, Any]) -> Collection[Key]:
    old, new = (_readings(part) for part in (before, after))
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def _readings(part: Mapping[str, Any]) -> dict[Key, list[tuple[str, ...]]]:
    found: dict[Key, list[tuple[str, ...]]] = {}
    for text in texts(part):
        try:
            reading = Document.parse(text.encode("utf-8"), "oslo").reading()
        except InputErrors:
            continue
        for (section, option), values in reading.items():
            found.setdefault((section.lower(), option.lower()), []).append(values)
    return found
