# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of the page of an audit: escaped, without credentials."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_CREDENTIALS = re.compile(r"(\w+://)[^/\s@]+@")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def text(value: object) -> str:
    """A value as text of HTML. Credentials in URLs are masked, and braces cannot become a template."""
    shown = _CREDENTIALS.sub(r"\1***@", "" if value is None else str(value))
    return html.escape(shown).replace("{", "&#123;").replace("}", "&#125;")


def size(number: object) -> str:
    """A number of bytes for people; '' if it is not known."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return ""
    value, unit = float(number), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 100 else f"{value:.1f} {_UNITS[unit]}"


def number(count: int, one: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def words(kind: object) -> str:
    """The name of a kind, such as ``stuck_import``, as a heading."""
    shown = str(kind).replace("_", " ")
    return text(shown[:1].upper() + shown[1:])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table; the cells are HTML, the first one of each row is its heading."""
    head = "".join(f'<th scope="col">{text(item)}</th>' for item in heads)
    body = "".join(
        f'<tr><th scope="row">{cells[0]}</th>{"".join(f"<td>{cell}</td>" for cell in cells[1:])}</tr>\n'
        for cells in rows
    )
    hidden = f'<caption class="hidden-text">{text(caption)}</caption>'
    return f"<table>{hidden}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
