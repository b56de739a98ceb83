# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every lint rule over a parsed topology."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES, Finding, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import (
    ceph,
    derivation,
    endpoints,
    glance,
    hosts,
    operators,
    store_options,
    stores,
    substitution,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

RULES: tuple[Rule[Context], ...] = (
    *ceph.RULES,
    *stores.RULES,
    *store_options.RULES,
    *glance.RULES,
    *endpoints.RULES,
    *hosts.RULES,
    *operators.RULES,
    *derivation.RULES,
    *substitution.RULES,
)


def lint(topology: Topology, inventory: Inventory | None = None) -> tuple[Finding, ...]:
    """All findings: errors first, then in the order of the rules and of the sites."""
    context = Context(topology, inventory)
    found = [finding for rule in RULES for finding in rule.findings(context)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
