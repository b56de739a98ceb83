# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be said about a topology, as plain data without secrets."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Finding, count, lines
from ansible_collections.dcn.glance.plugins.module_utils._topology import views
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory, parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

#: The rule under which problems of the parser are reported.
SYNTAX = "syntax"

#: What a result holds of a finding.
FIELDS = ("severity", "rule", "path", "message")


@dataclass(frozen=True)
class Report:
    """The topology, unless it could not be read, and everything found."""

    topology: Topology | None
    findings: tuple[Finding, ...]


def examine(data: object, inventory: object = None) -> Report:
    """Parse and lint. Secrets are masked before anything looks at the data, so that nothing can repeat one."""
    problems: list[Finding] = []
    topology: Topology | None = None
    hosts: Inventory | None = None
    try:
        topology = parse(mask(data))
    except InputErrors as error:
        problems.extend(Finding(ERROR, SYNTAX, item.path, item.message) for item in error.problems)
    try:
        hosts = parse_inventory(inventory) if inventory is not None else None
    except InputErrors as error:
        problems.extend(Finding(ERROR, SYNTAX, item.path, item.message) for item in error.problems)
    found = lint(topology, hosts) if topology is not None else ()
    return Report(topology, (*problems, *found))


def summary(report: Report) -> str:
    """One sentence: is it good, and what was looked at."""
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


def result(report: Report) -> dict[str, object]:
    """What the module topology_info returns."""
    topology = report.topology
    return {
        "topology": views.normalised(topology) if topology is not None else {},
        "findings": findings(report),
        "sites": views.site_views(topology) if topology is not None else {},
        "matrix": views.store_matrix(topology) if topology is not None else {},
        "summary": summary(report),
        "report": lines(report.findings),
    }


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
