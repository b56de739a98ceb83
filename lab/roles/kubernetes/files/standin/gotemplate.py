# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of Go templates that configuration uses: ``{{ .Name }}``. A missing name is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Union

Value = Union[str, bool, int]

_ACTION = re.compile(r"(\s*\{\{-\s|\{\{)(.*?)(\s-\}\}\s*|\}\})", re.DOTALL)
_FIELD = re.compile(r"\s*\.([A-Za-z_]\w*)\s*\Z")
_COMMENT = re.compile(r"\s*/\*.*\*/\s*\Z", re.DOTALL)


class TemplateError(ValueError):
    """The text cannot be rendered."""


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def render(text: str, values: Mapping[str, Value]) -> str:
    """The text with each field replaced. TemplateError for anything else between braces."""

    def replaced(match: re.Match[str]) -> str:
        inner = match.group(2)
        if _COMMENT.match(inner):
            return ""
        field = _FIELD.match(inner)
        if field is None:
            raise TemplateError(f"cannot evaluate {inner.strip()!r}")
        if field.group(1) not in values:
            raise TemplateError(f'map has no entry for key "{field.group(1)}"')
        return _text(values[field.group(1)])

    if "{{" in _ACTION.sub("", text):
        raise TemplateError("unclosed action")
    return _ACTION.sub(replaced, text)


def expand(text: str, values: Mapping[str, Value]) -> str:
    """The rendered text, or the original if a placeholder fails: the operator only logs that."""
    try:
        return render(text, values)
    except TemplateError:
        return text
