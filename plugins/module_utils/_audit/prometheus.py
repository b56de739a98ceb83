# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit for the textfile collector of Prometheus' node exporter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import KINDS
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import STORE_STATES, count

_PREFIX = "dcn_glance_audit"
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def textfile(report: Mapping[str, Any]) -> str:
    """The metrics of a report in the text format of Prometheus."""
    return "".join(_metric(*metric) for metric in _metrics(report))


def _metrics(report: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Sample]]]:
    summary, sites = report["summary"], report["topology"]["sites"]
    made_at = datetime.strptime(report["made_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()
    yield "timestamp_seconds", "When the audit was made.", [({}, made_at)]
    yield "sites", "Sites of the topology.", [({}, summary["sites"])]
    yield "stores", "Stores of a site.", [({"site": site["name"]}, len(site["stores"])) for site in sites]
    yield "images", "Images that Glance lists.", [({}, summary["images"])]
    yield "copies", "Images by what a store has of them.", list(_copies(report))
    yield "findings", "Findings by kind and severity.", list(_findings(report))
    yield "unreachable", "What did not answer, by site.", list(_unreachable(report))
    keys: list[Sample] = [
        ({label: str(key[label]) for label in ("site", "host", "cluster", "client")}, key["days"] * 86400.0)
        for key in report["keys"]
    ]
    yield "key_age_seconds", "Time since the keyring of a client was written on a host.", keys
    clients: list[Sample] = [
        ({label: str(key[label]) for label in ("site", "cluster", "client")}, key["days"] * 86400.0)
        for key in report["client_keys"]
        if key["days"] is not None
    ]
    yield "client_key_age_seconds", "Time since the key of a client was made, by the site of the cluster.", clients


def _copies(report: Mapping[str, Any]) -> Iterator[Sample]:
    pairs = [(name, store["state"]) for image in report["images"] for name, store in image["stores"].items()]
    stores = dict.fromkeys(store["id"] for site in report["topology"]["sites"] for store in site["stores"])
    for store in dict.fromkeys((*stores, *(name for name, _state in pairs))):
        found = count((state for name, state in pairs if name == store), STORE_STATES)
        yield from (({"store": store, "state": state}, number) for state, number in found.items())


def _findings(report: Mapping[str, Any]) -> Iterator[Sample]:
    """Every kind, those without a finding as 0: otherwise a finding that is gone would leave a gap, and no 0."""
    found = count(
        ((item["kind"], item["severity"]) for item in report["findings"]),
        ((kind.name, kind.severity) for kind in KINDS.values()),
    )
    for (kind, severity), number in found.items():
        yield {"kind": kind, "severity": severity}, number


def _unreachable(report: Mapping[str, Any]) -> Iterator[Sample]:
    for site in report["topology"]["sites"]:
        whats = [item["what"] for item in report["unreachable"] if item["site"] == site["name"]]
        for what, number in count(whats, ("cluster", "api", "host")).items():
            yield {"site": site["name"], "what": what}, number


def _metric(name: str, text: str, samples: list[Sample]) -> str:
    lines = [f"# HELP {_PREFIX}_{name} {text}", f"# TYPE {_PREFIX}_{name} gauge"]
    for labels, value in samples:
        inner = ",".join(f'{label}="{_escaped(item)}"' for label, item in labels.items())
        lines.append(f"{_PREFIX}_{name}{{{inner}}} {_number(value)}" if inner else f"{_PREFIX}_{name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
