# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options are secret, and configuration files and module arguments without secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import (
    COMMENT,
    CONTINUATION,
    HEADER,
    JUNK,
    OPTION,
    Line,
)

MASK = "********"
#: The keys of an option in the arguments of a module that hold its values.
_VALUE_KEYS = ("value", "values", "items")
# Values that are never registered as secret, because Ansible would hide them in every message.
_NO_SECRET = re.compile(r"|\d{1,4}|true|false|yes|no|none|<none>", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*:)([^\s/]+)(?=@)")
_OPTION = re.compile(r"(?P<head>(?P<name>[^=:]*)[=:][ \t]*)(?P<value>.*)", re.DOTALL)
# "#name = value" in comments, and lines that cannot be loaded: "  name: value", "name value".
_COMMENTED = re.compile(r"(?P<head>[#;\s]*(?P<name>[^\s=:#;]+)[ \t]*(?:=|:(?=[ \t]))[ \t]*)(?P<value>.*)", re.DOTALL)
_UNLOADABLE = re.compile(r"(?P<head>\s*(?P<name>[^\s=:#;\[]+)(?:[ \t]*[=:]|[ \t])[ \t]*)(?P<value>.*)", re.DOTALL)
_PATTERNS = {OPTION: _OPTION, COMMENT: _COMMENTED, JUNK: _UNLOADABLE}


def is_secret(option: str, extra: Collection[str] = ()) -> bool:
    """Whether the value of an option with this name must never be shown. ``extra`` are further names."""
    if option.lower() in {name.lower() for name in extra}:
        return True
    return is_secret_option(option)


def mask_value(option: str, value: str, extra: Collection[str] = ()) -> str:
    """The value for output: a mask if the option is secret, otherwise the value with passwords of URLs masked."""
    if is_secret(option, extra):
        return MASK if value else value
    return mask_urls(value)


def mask_params(params: Any, extra: Collection[str] = ()) -> Any:
    """Module arguments for output: ``{option: NAME, value: ...}`` and ``{NAME: value}``, at any depth, are masked."""
    if isinstance(params, Mapping):
        named = isinstance(params.get("option"), str) and is_secret(params["option"], extra)
        return {
            key: _mask_all(value)
            if (named and key in _VALUE_KEYS) or _secret_entry(key, value, extra)
            else mask_params(value, extra)
            for key, value in params.items()
        }
    if isinstance(params, (list, tuple)):
        return [mask_params(value, extra) for value in params]
    return mask_urls(params) if isinstance(params, str) else params


def secret_params(params: Any, extra: Collection[str] = ()) -> set[str]:
    """The values that ``mask_params`` masks, as text."""
    if isinstance(params, Mapping):
        named = isinstance(params.get("option"), str) and is_secret(params["option"], extra)
        found: set[str] = set()
        for key, value in params.items():
            hidden = (named and key in _VALUE_KEYS) or _secret_entry(key, value, extra)
            found |= _texts(value) if hidden else secret_params(value, extra)
        return found
    if isinstance(params, (list, tuple)):
        return {text for value in params for text in secret_params(value, extra)}
    return {found[1] for found in _URL_PASSWORD.findall(params)} if isinstance(params, str) else set()


def secret_values(lines: Sequence[Line], extra: Collection[str] = ()) -> set[str]:
    """The values of secret options in a file, each line of a value on its own, with and without quotes."""
    found: set[str] = set()
    secret = False
    for line in lines:
        text = ""
        match = _OPTION.match(line.text) if line.kind == OPTION else None
        if match:
            secret = is_secret(match.group("name").strip(), extra)
            text = match.group("value")
        elif line.kind == CONTINUATION:
            text = line.text
        if secret and text.strip():
            found |= {text.strip(), text.strip().strip("\"'")}
    return {text for text in found if not _NO_SECRET.fullmatch(text)}


def _secret_entry(key: Any, value: Any, extra: Collection[str]) -> bool:
    return isinstance(key, str) and key != "secret_options" and value is not None and is_secret(key, extra)


def _mask_all(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_mask_all(each) for each in value]
    return value if value in (None, "") else MASK


def _texts(value: Any) -> set[str]:
    if isinstance(value, (list, tuple)):
        return {text for each in value for text in _texts(each)}
    text = "" if value is None else str(value)
    return set() if _NO_SECRET.fullmatch(text) else {text}


def mask_urls(text: str) -> str:
    """Mask the passwords in URLs: the text between the first colon and the last @ before the host."""
    return _URL_PASSWORD.sub(rf"\g<1>{MASK}", text)


def mask_lines(
    lines: Sequence[Line], extra: Collection[str] = (), marks: Mapping[tuple[str, str], str] | None = None
) -> list[str]:
    """The text of each line without secrets, including those in comments.

    ``marks`` are words after masked values, by (section, option) in lower case, so that a diff shows a change.
    """
    shown: list[str] = []
    section, option, secret = "", "", False
    for line in lines:
        if line.kind == HEADER:
            section, secret = line.name.lower(), False
        if line.kind == CONTINUATION or (line.kind == JUNK and secret and line.text[:1] in (" ", "\t")):
            shown.append(_indent(line.text) + MASK if secret else mask_urls(line.text))
            continue
        pattern = _PATTERNS.get(line.kind)
        match = pattern.match(line.text) if pattern else None
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
