# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of what a test boot creates: a later run finds by them what a killed run has left."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PREFIX = "dcn-verify-boot-"
_STAMP = "%Y%m%d%H%M%S"
_NAME = re.compile(re.escape(PREFIX) + r"(\d{14})(-.*)?")


@dataclass(frozen=True)
class BootSite:
    """A site to boot an instance at: its name, the zone of its Nova and Cinder, and its Glance store."""

    name: str
    zone: str
    store: str


@dataclass(frozen=True)
class BootOptions:
    """What the boots of all sites have in common; times in seconds. ``network`` is '' for none."""

    run: str
    hub_store: str
    flavor: str
    network: str
    volumes: bool
    timeout: float
    interval: float


def run_name(now: datetime.datetime) -> str:
    """The name of a run that starts now, the beginning of the names of everything that it creates."""
    return PREFIX + now.strftime(_STAMP)


def resource_name(run: str, site: str) -> str:
    """The name of the image, instances and volumes of one site."""
    return f"{run}-{site}"


def is_ours(name: str, run: str, now: datetime.datetime, age: float) -> bool:
    """Whether a resource belongs to this run, or to one that began more than ``age`` seconds ago."""
    if run and (name == run or name.startswith(f"{run}-")):
        return True
    match = _NAME.fullmatch(name)
    if not match:
        return False
    try:
        begun = datetime.datetime.strptime(match[1], _STAMP).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return False
    return (now - begun).total_seconds() > age


def wanted_sites(sites: Iterable[BootSite], zones: Iterable[str] | None, always: bool) -> dict[str, str]:
    """Why each site is skipped, '' where an instance boots. ``zones`` is None where the catalog has no Nova."""
    known = None if zones is None else set(zones)
    reasons = {}
    for site in sites:
        if always or (known is not None and site.zone in known):
            reasons[site.name] = ""
        else:
            where = "the catalog has no Nova" if known is None else f"Nova has no availability zone {site.zone}"
            reasons[site.name] = where
    return reasons


def parse_sites(items: Iterable[dict[str, Any]]) -> list[BootSite]:
    """The sites from the options of the module."""
    return [BootSite(str(item["site"]), str(item["zone"]), str(item["store"])) for item in items]
