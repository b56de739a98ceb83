# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of every lint rule for topologies."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology


@dataclass(frozen=True)
class Context:
    """The topology, and the inventory if there is one; rules about hosts report nothing without it."""

    topology: Topology
    inventory: Inventory | None = None

    @functools.cached_property
    def _hosts(self) -> Mapping[tuple[str, str], Sequence[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for group, hosts in (self.inventory or {}).items():
            for host, site in hosts.items():
                if site is not None:
                    found.setdefault((group, site), []).append(host)
        return found

    def hosts(self, site: str, *groups: str) -> list[str]:
        """The hosts of a site that are in one of the groups, each once."""
        found = [host for group in groups for host in self._hosts.get((group, site), ())]
        return list(dict.fromkeys(found))
