# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for what a playbook keeps of its run, with set_stats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._summary import summary
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import SITE_VARIABLE
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import (
    CEPH_CLIENTS_RESULTS,
    CHANGES,
    PLATFORM_CHANGES,
)


@reports_errors
def findings_summary(findings: Sequence[Mapping[str, Any]], lines: Iterable[str] = ()) -> dict[str, Any]:
    """How many findings there are by severity, and the first of them."""
    return summary.findings_summary(findings, lines)


@reports_errors
def proof_summary(sites: Iterable[str], problems: Sequence[str]) -> dict[str, Any]:
    """Whether all sites are proved, and what is wrong."""
    return summary.proof_summary(sites, problems)


@reports_errors
def changes_summary(hosts: Sequence[str], hostvars: Any, hub: str, check: bool = False) -> dict[str, Any]:
    """What the hosts changed, by site."""
    changes: dict[str, dict[str, int]] = {}
    silent = []
    for host in dict.fromkeys(hosts):
        variables = hostvars[host]
        site = str(variables.get(SITE_VARIABLE) or hub)
        found = changes.setdefault(site, {})
        results = {what: variable.read(variables) for what, variable in {**CHANGES, **PLATFORM_CHANGES}.items()}
        clients = CEPH_CLIENTS_RESULTS.read(variables) or {}
        for what, result in results.items():
            found[what] = found.get(what, 0) + int(bool((result or {}).get("changed")))
        for cluster_site, result in clients.items():
            target = changes.setdefault(cluster_site, {})
            count = sum(bool(client["changed"]) for client in result["clients"].values())
            target["Ceph client"] = target.get("Ceph client", 0) + count
        if not clients and not any(isinstance(result, Mapping) for result in results.values()):
            silent.append(host)
    return summary.changes_summary(changes, silent, bool(check))


class FilterModule:
    """Filters for summaries of a run."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "changes_summary": changes_summary,
            "findings_summary": findings_summary,
            "proof_summary": proof_summary,
        }
