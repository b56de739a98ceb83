# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts that adopt writes: the topology, the inventory and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt import yaml_text
from ansible_collections.dcn.glance.plugins.module_utils._adopt.build import Adopted, adopt
from ansible_collections.dcn.glance.plugins.module_utils._adopt.forecast import Change, forecast
from ansible_collections.dcn.glance.plugins.module_utils._adopt.inventory import inventory
from ansible_collections.dcn.glance.plugins.module_utils._adopt.keyrings import file_notes
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DECIDE, UNSAID, WRONG, Evidence, Note
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import lines
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine

_TITLES = {DECIDE: "To decide", WRONG: "Wrong now", UNSAID: "Not in the topology"}
_HEAD = (
    "SPDX-License-Identifier: GPL-3.0-or-later",
    "Written by dcn.glance.adopt from what is there. Read the report, and change what is not as you want it.",
)


def result(evidence: Evidence, hub: str = "") -> dict[str, Any]:
    """Everything that the module returns."""
    adopted = adopt(evidence, hub)
    hosts, more = inventory(adopted)
    notes = list(dict.fromkeys([*adopted.notes, *file_notes(adopted.sites), *more]))
    groups = _sites_of_hosts(adopted, hosts)
    examined = examine(adopted.topology, groups) if adopted.topology else None
    findings = list(examined.findings) if examined is not None else []
    model = parse_partially(adopted.topology).topology if adopted.topology else None
    changes = forecast(model, adopted.sites) if model is not None and model.hub_name else []
    found = {
        "topology": adopted.topology,
        "topology_text": topology_text(adopted.topology, notes) if adopted.topology else "",
        "inventory_text": yaml_text.document(_HEAD, hosts, {}) if adopted.topology else "",
        "notes": [{"kind": note.kind, "where": note.where, "text": note.text} for note in notes],
        "findings": [finding.as_dict("severity", "rule", "path", "message") for finding in findings],
        "changes": [vars(change) for change in changes],
    }
    return {**found, "report": report(adopted, notes, lines(findings), changes)}


def topology_text(topology: Mapping[str, Any], notes: Iterable[Note]) -> str:
    """The file with dcn_topology. What the user has to decide stands above the site that it is about."""
    comments: dict[str, list[str]] = {}
    for note in notes:
        if note.kind != DECIDE or note.where == "inventory":
            continue
        name = note.where[len("site ") :] if note.where.startswith("site ") else ""
        path = f"dcn_topology.sites.{name}" if name in topology.get("sites", {}) else "dcn_topology"
        text = note.text if name else str(note)
        comments.setdefault(path, []).append(f"To decide: {text}.")
    return yaml_text.document(_HEAD, {"dcn_topology": topology}, comments)


def _sites_of_hosts(adopted: Adopted, hosts: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """{group: {host: site}}, as the rules about hosts read it."""
    sites = {place.name: site.name for site in adopted.sites.sites for place in site.places}
    groups = {name: content.get("hosts", {}) for name, content in hosts.items() if name.startswith("dcn_")}
    return {name: {host: sites[host] for host in members if host in sites} for name, members in groups.items()}


def report(adopted: Adopted, notes: Iterable[Note], findings: list[str], changes: Iterable[Change]) -> list[str]:
    """The report, line by line."""
    found = [_summary(adopted)]
    for kind, title in _TITLES.items():
        texts = [str(note) for note in notes if note.kind == kind]
        found += [f"{title}:", *(f"  {text}" for text in texts)] if texts else []
    found += ["Lint of the topology:", *(f"  {text}" for text in findings)] if findings else []
    texts = [str(change) for change in changes]
    hosts = any(place.kind == "host" for site in adopted.sites.sites for place in site.places)
    none = "site changes no file." if hosts else "No host was read, so that it is not known what site changes."
    found += ["What site changes:", *(f"  {text}" for text in texts)] if texts else [none]
    return found


def _summary(adopted: Adopted) -> str:
    sites = adopted.sites.sites
    if not sites:
        return "Nothing was found."
    spokes = ", ".join(site.name for site in sites[1:]) or "none"
    stores = ", ".join(store.id for store in adopted.stores) or "none"
    return f"Hub {sites[0].name}; spokes: {spokes}; stores: {stores}."
