# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses and lints a topology, and returns everything that follows from it as plain data without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Finding, count, lines
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import parse_inventory_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

#: The rule of problems that the parser finds.
SYNTAX = "syntax"

#: What a result contains of a finding.
FIELDS = ("severity", "rule", "path", "message")


@dataclass(frozen=True)
class Report:
    """All findings, and the topology unless it could not be parsed."""

    topology: Topology | None
    findings: tuple[Finding, ...]


def examine(data: object, inventory: object = None) -> Report:
    """Parse and lint. Secrets are masked first, so that no message can contain one."""
    parsed = parse_partially(mask(plain(data)))
    hosts, host_problems = parse_inventory_partially(inventory) if inventory is not None else (None, [])
    syntax = [Finding(ERROR, SYNTAX, item.path, item.message) for item in (*parsed.problems, *host_problems)]
    found = lint_partially(parsed, hosts, host_problems)
    topology = None if parsed.problems else parsed.topology
    return Report(topology, (*syntax, *found))


def summary(report: Report) -> str:
    """One sentence: the size of the topology and the number of errors and warnings."""
    errors, warnings = count(report.findings, ERROR), count(report.findings, WARNING)
    counted = " and ".join(
        _count(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number
    )
    if report.topology is None:
        return f"The topology cannot be used: {counted}."
    sites = report.topology.sites
    stores = sum(len(site.stores) for site in sites)
    what = f"hub {report.topology.hub_name}, {_count(len(sites) - 1, 'spoke')}, {_count(stores, 'store')}"
    return f"The topology ({what}) has {counted or 'no error and no warning'}."


def findings(report: Report) -> list[dict[str, object]]:
    """The findings as plain data."""
    return [finding.as_dict(*FIELDS) for finding in report.findings]


def store_matrix(topology: Topology) -> dict[str, list[str]]:
    """{site: ids of the stores that its Glance has}, own ones first."""
    return {
        site.name: [store.id for _owner, store in matrix.visible_stores(topology, site)] if site.glance.enabled else []
        for site in topology.sites
    }


def site_result(topology: Topology, site: Site) -> dict[str, object]:
    """Everything that follows from the topology for one site."""
    default = matrix.default_store(topology, site)
    target = matrix.copy_target(site)
    return {
        "role": "hub" if site.name == topology.hub_name else "spoke",
        "platform": site.platform,
        "availability_zone": site.availability_zone,
        "endpoint": site.glance.endpoint,
        "cluster": site.ceph.cluster if site.ceph is not None else None,
        "default_store": default.id if default is not None else None,
        "copy_target": target.id if target is not None else None,
        "stores": glance.site_stores(topology, site),
        "import": glance.glance_import_settings(topology, site),
        "clients": clients.cluster_clients(topology, site),
        "consumer_clusters": clients.consumer_clusters(topology, site, SERVICES),
        "probe_plan": clients.probe_plan(topology, site),
    }


def all_sites(topology: Topology) -> dict[str, dict[str, object]]:
    """{site: everything that follows from the topology for it}."""
    return {site.name: site_result(topology, site) for site in topology.sites}


#: The large parts of a result, each made of the topology.
SUBSETS: dict[str, Callable[[Topology], Mapping[str, object]]] = {
    "matrix": store_matrix,
    "topology": normalised,
    "sites": all_sites,
}


def result(report: Report, subsets: Iterable[str] = tuple(SUBSETS)) -> dict[str, object]:
    """The result of the module topology_info, with these of SUBSETS."""
    topology = report.topology
    return {
        "findings": findings(report),
        "platform": topology.platform if topology is not None else "",
        "summary": summary(report),
        "report": lines(report.findings),
        **{name: SUBSETS[name](topology) if topology is not None else {} for name in subsets},
    }


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
