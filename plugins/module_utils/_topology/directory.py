# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds a topology from a part for all sites and one file for each site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import PROBLEM

#: What the name of a file ends in if it describes a site.
EXTENSIONS = (".yml", ".yaml", ".json")


@dataclass(frozen=True)
class SiteFile:
    """The file of a site. ``error`` tells why it could not be read; its content is None then."""

    site: str
    path: str
    content: object = None
    error: str = ""


def site_of(name: str) -> str:
    """The site that a file describes, from the name of the file; '' for other files."""
    stem, dot, extension = name.rpartition(".")
    return stem if f"{dot}{extension}" in EXTENSIONS and stem and not stem.startswith(".") else ""


def in_order(names: Iterable[str]) -> list[str]:
    """Names in alphabetical order, with numbers in the order of their values: dcn2 comes before dcn10."""
    return sorted(
        names, key=lambda name: [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in _parts(name)]
    )


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"([0-9]+)", name) if part]


def merged(common: object, files: Iterable[SiteFile]) -> object:
    """The topology. What is wrong with a file takes the place of its site, and so ``lint`` reports it with its path."""
    if not isinstance(common, Mapping):
        return {PROBLEM: f"`topology` must be a mapping with `hub`, not {words.kind(common)}"}
    stated = common.get("sites") or {}
    if not isinstance(stated, Mapping):
        return dict(common)
    sites = dict(stated)
    paths: dict[str, str] = {}
    for file in files:
        if file.site in paths:
            sites[file.site] = {PROBLEM: f"is described by {paths[file.site]} and by {file.path}; remove one"}
        elif file.site in stated:
            sites[file.site] = {PROBLEM: f"is described by {file.path} and in `topology`; remove one"}
        elif file.error:
            sites[file.site] = {PROBLEM: f"{file.path} cannot be read: {file.error}"}
        else:
            sites[file.site] = file.content
        paths[file.site] = file.path
    return {**common, "sites": sites}
