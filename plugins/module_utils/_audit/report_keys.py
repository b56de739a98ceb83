# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the page of an audit about the age of keys and keyrings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.report_text import number, table, text


def keys(report: Mapping[str, Any]) -> str:
    """The age of each key in its cluster, and of each keyring on its host; the oldest first."""
    # An audit of an earlier version has no ages of keys.
    clients = sorted(report.get("client_keys") or (), key=lambda key: (-(key["days"] or 0), key["site"], key["client"]))
    keyrings = sorted(report["keys"], key=lambda key: (-key["days"], key["path"]))
    if not clients and not keyrings:
        return '<h2 id="keys">Keys</h2><p>The age of no key is known.</p>'
    created = [
        [text(key["client"]), text(key["cluster"]), text(key["site"]), text(key["created"] or "unknown"), _days(key)]
        for key in clients
    ]
    written = [
        [text(key["client"]), text(key["cluster"]), text(key["site"]), text(key["host"]), _days(key)]
        for key in keyrings
    ]
    return (
        '<h2 id="keys">Keys</h2>'
        + _part("key", clients, ("Client", "Cluster", "Site of the cluster", "Made at", "Age of its key"), created)
        + _part("keyring", keyrings, ("Client", "Cluster", "Site", "Host", "Age of its keyring"), written)
    )


def _days(key: Mapping[str, Any]) -> str:
    return "unknown" if key["days"] is None else number(key["days"], "day")


def _part(noun: str, items: Sequence[Mapping[str, Any]], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not items:
        return ""
    summary = f"{number(len(items), noun)}, the oldest {_days(items[0])}"
    return f"<details><summary>{summary}</summary><div>{table(heads, rows, f'{noun}s'.capitalize())}</div></details>"
