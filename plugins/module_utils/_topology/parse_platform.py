# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the platform of a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import OPERATORS, SITE_PLATFORMS
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader


def parse_site_platform(reader: MappingReader) -> str:
    """The platform as the site states it, empty if it does not."""
    if reader.raw("platform") == OPERATORS:
        reader.problem(
            reader.at("platform"),
            "is operators, which is for all sites together: Glance of all sites runs in pods at the hub. Set "
            "`platform: operators` beside `hub`, or use another platform here",
        )
        return ""
    return reader.choice("platform", SITE_PLATFORMS) or ""


def fill_platforms(sites: Mapping[str, Site], platform: str, problems: list[Problem]) -> dict[str, Site]:
    """The sites with their platforms: that of the topology where a site states none."""
    found = {}
    for name, site in sites.items():
        if site.platform and platform == OPERATORS:
            path = f"sites.{words.key(name)}.platform"
            problems.append(Problem(path, "has no effect, because the platform of all sites is operators; remove it"))
        found[name] = replace(site, platform=platform if platform == OPERATORS else site.platform or platform)
    return found
