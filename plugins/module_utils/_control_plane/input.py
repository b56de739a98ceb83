# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module control_plane_glance that an argument specification cannot judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")


def read_allowed(value: Any) -> bool | tuple[str, ...]:
    """``allow_recreate``: a truth value, or the names of APIs."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value)
    text = str(value if value is not None else "").strip()
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    return tuple(item.strip() for item in text.split(",") if item.strip())


def read_files(value: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """``files``: for each site a list of clusters, each with a name and clients that have names."""
    problems: list[Problem] = []
    found: dict[str, list[dict[str, Any]]] = {}
    for site, entries in value.items():
        path = f"files.{site}"
        if not isinstance(entries, (list, tuple)):
            problems.append(Problem(path, "is not a list of clusters"))
            continue
        found[str(site)] = [_entry(entry, f"{path}[{index}]", problems) for index, entry in enumerate(entries)]
    if problems:
        raise InputErrors(problems)
    return found


def _entry(entry: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("cluster"), str):
        problems.append(Problem(path, "is not a mapping with the name of a cluster"))
        return {"cluster": "", "clients": []}
    clients = entry.get("clients") or []
    if not isinstance(clients, (list, tuple)) or not all(
        isinstance(client, Mapping) and isinstance(client.get("name"), str) for client in clients
    ):
        problems.append(Problem(f"{path}.clients", "is not a list of clients with names"))
        clients = []
    if entry.get("state", "present") != "present":
        problems.append(Problem(f"{path}.state", "is for hosts; purge: managed takes keys out of a Secret"))
    return {**entry, "clients": [dict(client) for client in clients]}
