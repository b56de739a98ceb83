# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of a topology without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import substituted_names
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable

MASK = "********"

#: Deeper than any topology. Everything below it is masked, because YAML anchors can make endless data.
_DEEPEST = 14

#: Fields of Kubernetes objects: they refer to Secrets by their names, which are not secret.
_OBJECTS = (("api", "spec"), ("api", "volumes"), ("operators", "spec"))

#: Options with name:value pairs, of which only the values are secret.
_PAIRS = ("http_proxy_information",)
_URL_PASSWORD = re.compile(r"(?P<head>[a-z][a-z0-9+.-]{0,20}://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"CHANGE[-_]?ME\w*|TODO|FIXME|REPLACE[-_]?ME|X{4,}", re.IGNORECASE)


def mask(data: object) -> object:
    """A copy of ``data`` with masked secrets. Obvious placeholders stay readable, and masking again changes nothing."""
    return _mask(data, "", False, 0)


def _masked(text: str, name: str) -> str:
    """Stars that keep what a check needs: control characters, a dollar sign with a name, the names of pairs."""
    if _PLACEHOLDER.fullmatch(text):
        return str(text)
    if words.CONTROL.search(text):
        return re.sub(rf"(?:(?!{words.CONTROL.pattern}).)+", MASK, text)
    if name in _PAIRS and ":" in text:
        return re.sub(r":[^,]*", f":{MASK}", text)
    return f"{MASK}$name" if substituted_names(text) else MASK


def _mask(data: object, name: str, in_options: bool, depth: int, in_object: bool = False) -> object:
    # Outside of options, the keys of mappings are names of sites and stores, not of secrets.
    hidden = is_secret_option(name) and not in_object
    if depth > _DEEPEST:
        return MASK
    if unreadable(data):
        return data
    if isinstance(data, Mapping):
        keep = name if hidden and in_options else ""
        inside = in_options or name in ("options", "plugins")
        return {
            key: _mask(
                value,
                keep or (key if isinstance(key, str) else ""),
                inside,
                depth + 1,
                in_object or (not in_options and (name, key) in _OBJECTS),
            )
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [_mask(value, name, in_options, depth + 1, in_object) for value in data]
    if data is None or data == "" or isinstance(data, bool):
        return data
    if hidden:
        return _masked(data, name) if isinstance(data, str) else MASK
    return _URL_PASSWORD.sub(rf"\g<head>{MASK}", data) if isinstance(data, str) else data
