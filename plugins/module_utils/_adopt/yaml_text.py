# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes plain data as YAML, with comments: the same data give the same text."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./()-]+)*")
_WORDS = re.compile(r"y|yes|n|no|on|off|true|false|null|none", re.IGNORECASE)
_WIDTH = 118

#: {path of a key: comments above it}
Comments = Mapping[str, Sequence[str]]


def scalar(value: Any) -> str:
    """A scalar. Text that YAML could read as something else is in quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def lines(data: Mapping[str, Any], comments: Comments, path: str = "", depth: int = 0) -> Iterator[str]:
    """The lines of a mapping."""
    margin = "  " * depth
    for key, value in data.items():
        where = f"{path}.{key}" if path else str(key)
        for text in comments.get(where, ()):
            yield from textwrap.wrap(
                text, _WIDTH - len(margin), initial_indent=f"{margin}# ", subsequent_indent=f"{margin}# "
            )
        name = f"{margin}{scalar(key)}:"
        if isinstance(value, Mapping) and value:
            yield name
            yield from lines(value, comments, where, depth + 1)
        elif isinstance(value, Mapping):
            yield f"{name} {{}}"
        elif isinstance(value, (list, tuple)):
            yield from _list(name, margin, value)
        else:
            yield f"{name} {scalar(value)}"


def _list(name: str, margin: str, values: Sequence[Any]) -> Iterator[str]:
    short = f"{name} [{', '.join(map(scalar, values))}]"
    if len(short) <= _WIDTH:
        yield short
        return
    yield name
    for value in values:
        yield f"{margin}  - {scalar(value)}"


def document(head: Sequence[str], data: Mapping[str, Any], comments: Comments) -> str:
    """A file: the comment at its top, and the data."""
    top = [line for text in head for line in (textwrap.wrap(text, _WIDTH - 2) or [""])]
    return "\n".join([*(f"# {line}".rstrip() for line in top), "---", *lines(data, comments), ""])
