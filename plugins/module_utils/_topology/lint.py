# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports what can be understood and is still wrong, across sites and hosts."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES, Finding, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import ceph as rules_ceph
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import drivers as rules_drivers
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import endpoints as rules_endpoints
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import glance as rules_glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import inventory as rules_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import operators as rules_operators
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import stores as rules_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

RULES: tuple[Rule[Context], ...] = (
    *rules_ceph.RULES,
    *rules_stores.RULES,
    *rules_drivers.RULES,
    *rules_glance.RULES,
    *rules_endpoints.RULES,
    *rules_inventory.RULES,
    *rules_operators.RULES,
)


def lint(topology: Topology, inventory: Inventory | None = None) -> tuple[Finding, ...]:
    """All findings, errors first; within a severity in the order of the rules and then of the sites."""
    context = Context(topology, inventory)
    found = [finding for rule in RULES for finding in rule.findings(context)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
