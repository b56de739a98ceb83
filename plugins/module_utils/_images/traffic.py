# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes that copies need: per site, and between sites (WAN)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import StoreListing


@dataclass
class SiteTraffic:
    """What one site gets and loses: ``bytes`` are written there, ``freed`` are removed."""

    copies: int = 0
    bytes: int = 0
    freed: int = 0


@dataclass
class Traffic:
    """The bytes of a run. ``unknown`` is the number of copies whose size nobody knows before the import."""

    sites: dict[str, SiteTraffic] = field(default_factory=dict)
    total: int = 0
    wan: int = 0
    unknown: int = 0

    def result(self) -> dict[str, Any]:
        """The bytes as a module returns them."""
        sites = {name: vars(site).copy() for name, site in self.sites.items()}
        return {"total": self.total, "wan": self.wan, "unknown_copies": self.unknown, "sites": sites}


def traffic(rows: Sequence[Mapping[str, Any]], sites: Mapping[str, str], hub: str, listing: StoreListing) -> Traffic:
    """The bytes of all rows: each has size, before, imported, copied and removed.

    The API of the hub reads and writes everything. It reads a copy from its default store if that has the image, else
    from another one, so an image that is only at a spoke crosses the WAN once to the hub and again to each spoke.
    """
    found = Traffic({site: SiteTraffic() for site in dict.fromkeys(sites.values())})
    for row in rows:
        size = row["size"] or 0
        written = [*row["imported"], *row["copied"]]
        found.unknown += len(written) if row["size"] is None else 0
        if row["copied"] and _source(row, sites, hub, listing) != hub:
            found.wan += size
        for store in written:
            site = found.sites.setdefault(sites.get(store, ""), SiteTraffic())
            site.copies += 1
            site.bytes += size
            found.total += size
            found.wan += size if sites.get(store, hub) != hub else 0
        for store in row["removed"]:
            found.sites.setdefault(sites.get(store, ""), SiteTraffic()).freed += size
    return found


def _source(row: Mapping[str, Any], sites: Mapping[str, str], hub: str, listing: StoreListing) -> str:
    """The site from which the hub's API reads an image to copy it."""
    has = [*row["before"], *row["imported"]]
    if listing.default in has:
        return sites.get(listing.default, hub)
    weights = {store.id: store.weight or 0 for store in listing.stores}
    best = max(has, key=lambda store: weights.get(store, 0), default="")
    return sites.get(best, hub)
