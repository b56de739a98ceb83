# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options hold secrets, and how to show a configuration without them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ansible_collections.dcn.glance.plugins.module_utils.ini.dialects import CONTINUATION, HEADER, JUNK, OPTION, Line

MASK = "********"
_SECRET = re.compile(r"password|passwd|secret|key$|token|connection|transport_url", re.IGNORECASE)
# Names that contain one of the words and hold no secret: masking their values would hide plain facts elsewhere.
_PLAIN = re.compile(
    r"(_uuid|_time|_timeout|_interval|_ttl|_size|_retries|_limit|_roles|_required|_debug|_trace|_file|_type)$",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^\s]+@")
_OPTION = re.compile(r"(?P<head>(?P<name>[^=:]*)[=:][ \t]*)(?P<value>.*)", re.DOTALL)
# Also comments and lines that cannot be loaded: "#name = value", "  name: value", "name value".
_ASSIGNMENT = re.compile(r"(?P<head>[#;\s]*(?P<name>[^\s=:#;\[][^\s=:]*)[ \t]*[=: \t][ \t]*)(?P<value>.*)", re.DOTALL)


def is_secret(option: str, extra: Collection[str] = ()) -> bool:
    """Tell whether the value of an option of this name must never be shown."""
    if option.lower() in {name.lower() for name in extra}:
        return True
    return bool(_SECRET.search(option)) and not _PLAIN.search(option)


def mask_value(option: str, value: str, extra: Collection[str] = ()) -> str:
    """The value as it may be shown: hidden, or with the password of a URL hidden."""
    if is_secret(option, extra):
        return MASK if value else value
    return mask_urls(value)


def mask_urls(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\g<1>{MASK}@", text)


def mask_lines(
    lines: Sequence[Line], extra: Collection[str] = (), marks: Mapping[tuple[str, str], str] | None = None
) -> list[str]:
    """The text of each line without secrets, commented-out ones included.

    ``marks`` adds a word to hidden values by (section, option) in lower case, so that a diff shows that one changed.
    """
    shown: list[str] = []
    section, option, secret = "", "", False
    for line in lines:
        if line.kind == HEADER:
            section, secret = line.name.lower(), False
        if line.kind == CONTINUATION or (line.kind == JUNK and secret and line.text[:1] in (" ", "\t")):
            shown.append(_indent(line.text) + MASK if secret else mask_urls(line.text))
            continue
        match = (_OPTION if line.kind == OPTION else _ASSIGNMENT).match(line.text) if line.kind != HEADER else None
        name = match.group("name").strip() if match else ""
        if line.kind == OPTION:
            option, secret = name, is_secret(name, extra)
        if match and is_secret(name, extra) and match.group("value").strip() not in ("", "<None>"):
            mark = (marks or {}).get((section, option.lower()), "") if line.kind == OPTION else ""
            shown.append(f"{match.group('head')}{MASK}{' ' + mark if mark else ''}")
        else:
            shown.append(mask_urls(line.text))
    return shown


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
