# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the lint rules over a parsed topology, or over the parts of one that could be parsed."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES, Finding, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import Parsed
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import (
    cache,
    ceph,
    derivation,
    endpoints,
    glance,
    hosts,
    operators,
    platforms,
    pods,
    store_options,
    stores,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

RULES: tuple[Rule[Context], ...] = (
    *ceph.RULES,
    *stores.RULES,
    *store_options.RULES,
    *glance.RULES,
    *endpoints.RULES,
    *cache.RULES,
    *hosts.RULES,
    *operators.RULES,
    *platforms.RULES,
    *pods.RULES,
    *derivation.RULES,
)

#: Rules that depend on which site is the hub.
NEEDS_HUB = frozenset(
    """
    cache-directory cache-missing
    cinder-option-decided conversion-missing conversion-not-raw copy-policy derivation dollar-sign endpoint-missing
    field-refused file-store-not-shared file-store-remote glance-option-decided hub-copy-image locations-hidden
    nova-option-decided placeholder region-placeholder volume-path
    section-spelling single-needs-locations split-file-only spoke-copy-image weight-remote weight-unknown-store
    """.split()
)
#: Rules about something that is missing, and that could be in a part that was not parsed.
NEEDS_EVERY_SITE = frozenset(
    """
    cache-missing ceph-admin-without-cluster compute-without-cluster derivation host-unknown-site single-needs-locations
    site-without-host split-file-only volume-without-cluster weight-remote weight-unknown-store
    """.split()
)
NEEDS_EVERY_HOST = frozenset(
    """
    ceph-admin-missing client-host-missing glance-host-missing groups-missing kubernetes-host-missing
    site-without-host
    """.split()
)
#: Rules about something that is missing below the path of the finding.
NEEDS_EVERYTHING_BELOW = frozenset(
    """
    cinder-partial cluster-without-store conversion-missing hub-copy-image site-without-host spoke-copy-image
    store-shared-pool swift-no-account
    """.split()
)


def lint(topology: Topology, inventory: Inventory | None = None) -> tuple[Finding, ...]:
    """All findings: errors first, then in the order of the rules and of the sites."""
    return _lint(Context(topology, inventory), frozenset())


def lint_partially(
    parsed: Parsed, inventory: Inventory | None, inventory_problems: Sequence[Problem]
) -> tuple[Finding, ...]:
    """The findings about the parts that were parsed, without those that the problems of other parts could explain."""
    if parsed.topology is None:
        return ()
    # After a problem, names can occur twice, which would be derived into contradictions.
    skipped = {"derivation"} if parsed.problems else set()
    skipped |= set() if parsed.topology.hub_name else NEEDS_HUB
    skipped |= set() if parsed.complete else NEEDS_EVERY_SITE
    skipped |= NEEDS_EVERY_HOST if inventory_problems else set()
    found = _lint(Context(parsed.topology, inventory), frozenset(skipped))
    return tuple(finding for finding in found if not any(_explains(problem, finding) for problem in parsed.problems))


def _lint(context: Context, skipped: frozenset[str]) -> tuple[Finding, ...]:
    found = [finding for rule in RULES if rule.id not in skipped for finding in rule.findings(context)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _explains(problem: Problem, finding: Finding) -> bool:
    """Whether a finding can be a consequence of the problem: a value that was not parsed counts as absent."""
    if finding.path == problem.path or finding.path.startswith((f"{problem.path}.", f"{problem.path}[")):
        return True
    return finding.rule in NEEDS_EVERYTHING_BELOW and problem.path.startswith((f"{finding.path}.", f"{finding.path}["))
