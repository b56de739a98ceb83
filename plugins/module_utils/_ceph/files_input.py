# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the option ``clusters`` of the module ceph_client_files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import DesiredCluster, DesiredKeyring
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

_MODE = re.compile(r"0?[0-7]{3}")
_FSID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: ("owner" or "group", name) -> numeric id. Raises KeyError for a name that does not exist on the host.
IdLookup = Callable[[str, str], int]


def desired_clusters(items: Sequence[Mapping[str, Any]], lookup: IdLookup) -> list[DesiredCluster]:
    """Check the option ``clusters``. Raises InputErrors with every problem of all clusters."""
    return _ClustersInput(lookup).clusters(items)


class _ClustersInput:
    """Collects the problems of the input."""

    def __init__(self, lookup: IdLookup) -> None:
        self._lookup = lookup
        self._problems: list[Problem] = []

    def clusters(self, items: Sequence[Mapping[str, Any]]) -> list[DesiredCluster]:
        result = [self._cluster(f"clusters[{index}]", item) for index, item in enumerate(items)]
        self._repeats("clusters", [cluster.cluster for cluster in result])
        if self._problems:
            raise InputErrors(self._problems)
        return result

    def _cluster(self, path: str, item: Mapping[str, Any]) -> DesiredCluster:
        name = str(item["cluster"])
        self._note(f"{path}.cluster", ceph_names.cluster_problem(name))
        fsid = (item.get("fsid") or "").lower() or None
        if fsid and not _FSID.fullmatch(fsid):
            self._note(f"{path}.fsid", f"'{fsid}' is not an fsid: it must be a UUID")
        clients = [
            self._keyring(f"{path}.clients[{index}]", client) for index, client in enumerate(item.get("clients") or [])
        ]
        self._repeats(f"{path}.clients", [client.client for client in clients])
        options = {str(option): _option_text(value) for option, value in (item.get("options") or {}).items()}
        return DesiredCluster(
            name,
            item.get("state", "present") == "present",
            fsid,
            item.get("mon_host") or None,
            options,
            tuple(clients),
        )

    def _keyring(self, path: str, item: Mapping[str, Any]) -> DesiredKeyring:
        name = str(item["name"])
        self._note(f"{path}.name", ceph_names.client_problem(name))
        return DesiredKeyring(
            name,
            item.get("state", "present") == "present",
            item.get("key_id") or None,
            item.get("sealed") or None,
            self._id(f"{path}.owner", "owner", item.get("owner")),
            self._id(f"{path}.group", "group", item.get("group")),
            self._mode(f"{path}.mode", str(item.get("mode") or "0600")),
            bool(item.get("keep_attributes")),
        )

    def _mode(self, path: str, text: str) -> int:
        if not _MODE.fullmatch(text):
            self._note(path, f"'{text}' is not an octal mode in quotation marks, such as '0600' or '0640'")
            return 0o600
        mode = int(text, 8)
        if mode & 0o137 or not mode & 0o400:
            self._note(
                path, f"'{text}' permits more than the owner and readers of the group: use '0600', '0640' or '0400'"
            )
        return mode

    def _id(self, path: str, kind: str, value: Any) -> int | None:
        if value is None or value == "":
            return None
        if str(value).isdigit():
            return int(value)
        try:
            return self._lookup(kind, str(value))
        except KeyError:
            self._note(path, f"'{value}' does not exist on this host. A numeric id does not need to exist.")
            return None

    def _note(self, path: str, message: str | None) -> None:
        if message:
            self._problems.append(Problem(path, message))

    def _repeats(self, path: str, values: Sequence[str]) -> None:
        for index, value in enumerate(values):
            if value in values[:index]:
                self._note(f"{path}[{index}]", f"'{value}' is listed twice")


def _option_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
