# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a cluster, plan its clients, carry the plan out, and seal keys for the hosts that need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.dcn.glance.plugins.module_utils._ceph import users_plan as planning
from ansible_collections.dcn.glance.plugins.module_utils._ceph.client import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_problem
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, seal

# Told about each key as soon as it is in memory, so that nothing can print it.
Guard = Callable[[str], object]


@dataclass(frozen=True)
class ClientsResult:
    """What the module returns, and what it warns of."""

    values: dict[str, Any]
    warnings: list[str]
    diff: dict[str, str]


def manage(
    auth: CephAuth,
    cluster: str,
    wanted: Sequence[planning.WantedClient],
    recipients: Sequence[planning.Recipient],
    openssl: Callable[[], Openssl],
    guard: Guard,
    check: bool,
) -> ClientsResult:
    """Make the clients as wanted; with ``check`` say what would be done."""
    state = auth.state([client.name for client in wanted])
    for stored in state.clients.values():
        guard(stored.key)
    changes = planning.plan(wanted, state)
    keys = {name: stored.key for name, stored in state.clients.items()}
    commands = [change.command for change in changes if change.command is not None]
    if commands and not check:
        for name, created in auth.apply(commands).items():
            guard(created.key)
            keys[name] = created.key
    for change in changes:
        if change.action == "remove":
            keys.pop(change.name, None)
    warnings = planning.pool_warnings(wanted, state, cluster)
    warnings += [
        f"The cluster {cluster} holds {name} with a key that clients cannot use: {problem}."
        for name, key in sorted(keys.items())
        for problem in [key_problem(key)]
        if problem
    ]
    values = {
        "changed": bool(commands),
        "clients": [planning.describe(change, keys.get(change.name)) for change in changes],
        "cluster_info": {"fsid": state.fsid, "mon_host": state.mon_host},
        "sealed": _sealed(recipients, keys, cluster, openssl),
    }
    return ClientsResult(values, warnings, planning.diff(changes, cluster))


def _sealed(
    recipients: Sequence[planning.Recipient], keys: dict[str, str], cluster: str, openssl: Callable[[], Openssl]
) -> dict[str, dict[str, str]]:
    result: dict[str, dict[str, str]] = {}
    due = planning.deliveries(recipients, keys)
    if not due:
        return result
    tool = openssl()
    for recipient, name in due:
        blob = seal(tool, str(recipient.public_key), cluster, name, keys[name])
        result.setdefault(recipient.host, {})[name] = blob
    return result
