# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds a topology of equal sites from one template for the hub and one for the spokes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

MARK = "{site}"
#: The mark in any spelling.
ANY_MARK = re.compile(r"\{\s*(?i:site)(?:_(?i:name))?\s*\}")

#: Deeper than any topology. YAML anchors can make endless data.
_DEEPEST = 10


def uniform(template: object, hub: object, spokes: object) -> dict[str, object]:
    """A topology as a user writes it. ``{site}`` in texts and keys of a template is replaced by the site's name."""
    problems: list[Problem] = []
    parts = _parts(template, problems)
    members = _members(hub, spokes, problems)
    _check_marks(template, "template", problems)
    if problems:
        raise InputErrors(problems)
    sites = {name: fill(parts["hub" if index == 0 else "spoke"], name) for index, name in enumerate(members)}
    rest = {key: value for key, value in parts.items() if key not in ("hub", "spoke")}
    return {"hub": members[0], "sites": sites, **rest}


def fill(data: object, site: str, depth: int = 0) -> object:
    """``data`` with the name of the site in place of ``{site}``."""
    if depth > _DEEPEST:
        return data
    if isinstance(data, str):
        return str(data).replace(MARK, site)
    if isinstance(data, Mapping):
        return {fill(key, site, depth + 1): fill(value, site, depth + 1) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [fill(value, site, depth + 1) for value in data]
    return data


def _parts(template: object, problems: list[Problem]) -> dict[str, object]:
    if not isinstance(template, Mapping):
        problems.append(Problem("template", f"must be a mapping with `hub` and `spoke`, not {words.kind(template)}"))
        return {}
    known = ("hub", "spoke", "client_names", "client_generations", "platform", "operators")
    for key in template:
        if key not in known:
            problems.append(
                Problem(f"template.{words.key(key)}", f"is not a known key. Known here: {words.one_of(known)}")
            )
    for key in ("hub", "spoke"):
        if not isinstance(template.get(key), Mapping):
            problems.append(
                Problem(f"template.{key}", f"must be the description of a site, not {words.kind(template.get(key))}")
            )
    return {str(key): value for key, value in template.items()}


def _check_marks(data: object, path: str, problems: list[Problem], depth: int = 0) -> None:
    """Report each other spelling of ``{site}``, which would remain as it is."""
    if depth > _DEEPEST:
        return
    if isinstance(data, Mapping):
        for key, value in data.items():
            _check_marks(key, f"{path}.{words.key(key)}", problems, depth + 1)
            _check_marks(value, f"{path}.{words.key(key)}", problems, depth + 1)
    elif isinstance(data, (list, tuple)):
        for index, value in enumerate(data):
            _check_marks(value, f"{path}[{index}]", problems, depth + 1)
    elif isinstance(data, str):
        other = next((mark for mark in ANY_MARK.findall(data) if mark != MARK), "")
        if other:
            problems.append(Problem(path, f"contains {other}; only {MARK} is replaced by the name of the site"))


def _members(hub: object, spokes: object, problems: list[Problem]) -> list[str]:
    if not isinstance(spokes, (list, tuple)):
        problems.append(Problem("spokes", f"must be a list of names, not {words.kind(spokes)}"))
        spokes = []
    found: list[str] = []
    for path, name in [("hub", hub), *((f"spokes[{index}]", name) for index, name in enumerate(spokes))]:
        if not isinstance(name, str) or not re.fullmatch(words.SITE, name):
            problems.append(Problem(path, f"{words.show(name)} cannot be used: {words.SITE_RULE}"))
        elif name in found:
            problems.append(Problem(path, f"{words.show(name)} is in the list twice"))
        else:
            found.append(str(name))
    return found
