# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of every lint rule for topologies."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology


@dataclass(frozen=True)
class Context:
    """The topology, and the inventory if there is one; rules about hosts report nothing without it."""

    topology: Topology
    inventory: Inventory | None = None
