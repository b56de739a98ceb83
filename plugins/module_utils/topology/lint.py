# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports what can be understood and is still wrong, across sites and hosts."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils.topology import (
    rules_ceph,
    rules_drivers,
    rules_endpoints,
    rules_glance,
    rules_inventory,
    rules_operators,
    rules_stores,
)
from ansible_collections.dcn.glance.plugins.module_utils.topology.findings import ERROR, WARNING, Context, Finding, Rule
from ansible_collections.dcn.glance.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils.topology.model import Topology

RULES: tuple[Rule, ...] = (
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
    return tuple(sorted(found, key=lambda finding: (ERROR, WARNING).index(finding.severity)))
