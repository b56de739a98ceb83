# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a cluster, changes its cephx clients as planned, and encrypts keys for the hosts that need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_plan
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import (
    ClientChange,
    DesiredClient,
    Recipient,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    MON_UNREACHABLE,
    TIMED_OUT,
    TOOL_MISSING,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_problem
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, PublicKey, check_public_key, seal
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem


@dataclass(frozen=True)
class ClientsResult:
    """The return values of the module, its warnings and its diff, and the error when some changes failed."""

    values: dict[str, Any]
    warnings: list[str]
    diff: dict[str, str]
    error: CephError | None = None


def manage(
    auth: CephAuth,
    cluster: str,
    desired: Sequence[DesiredClient],
    recipients: Sequence[Recipient],
    openssl: Callable[[], Openssl],
    hide: HideSecret,
    check: bool,
) -> ClientsResult:
    """Change the clients as desired, or with ``check`` only predict the changes."""
    state = auth.state([client.name for client in desired])
    for stored in state.clients.values():
        hide(stored.key)
    changes = clients_plan.plan(desired, state)
    keys = {name: stored.key for name, stored in state.clients.items()}
    created = set() if check else {change.name for change in changes if change.action == "create"}
    public_keys = checked_public_keys(recipients, created, keys, openssl)
    commands = [change.command for change in changes if change.command is not None]
    errors: Mapping[str, CephError] = {}
    if commands and not check:
        applied = auth.apply(commands)
        errors = applied.errors
        for name, client in applied.created.items():
            hide(client.key)
            keys[name] = client.key
    for change in changes:
        if change.action == "remove" and change.name not in errors:
            keys.pop(change.name, None)
    done = [change for change in changes if change.command is not None and change.name not in errors]
    warnings = [*clients_plan.pool_warnings(desired, state, cluster), *_key_warnings(keys, cluster)]
    values = {
        "changed": bool(done),
        "clients": [
            clients_plan.describe(change, keys.get(change.name), errors.get(change.name)) for change in changes
        ],
        "cluster_info": {"fsid": state.fsid, "mon_host": state.mon_host},
        "sealed": sealed_keys(recipients, keys, cluster, openssl, public_keys),
    }
    return ClientsResult(values, warnings, clients_plan.diff(done, cluster), _error(errors, done))


def _key_warnings(keys: Mapping[str, str], cluster: str) -> list[str]:
    return [
        f"The cluster {cluster} holds {name} with a key that clients cannot use: {problem}."
        for name, key in sorted(keys.items())
        for problem in [key_problem(key)]
        if problem
    ]


def _error(errors: Mapping[str, CephError], done: Sequence[ClientChange]) -> CephError | None:
    """One error for all failed changes. It lists the changes that were made."""
    if not errors:
        return None
    reasons = [error.reason for error in errors.values()]
    text = "\n".join(dict.fromkeys(str(error) for error in errors.values()))
    if done:
        text += f"\nAlready done on this cluster: {'; '.join(str(change.command) for change in done)}."
    elif not {MON_UNREACHABLE, TIMED_OUT} & set(reasons):
        text += " Nothing was changed."
    return CephError(reasons[0], text)


def checked_public_keys(
    recipients: Sequence[Recipient], created: Set[str], keys: Mapping[str, str], openssl: Callable[[], Openssl]
) -> dict[str, PublicKey]:
    """The checked public keys by host, of those hosts that get a key in this run. Nothing is changed before.

    ``created`` are the clients that get a key in this run.
    """
    due = {recipient.host for recipient, _name in clients_plan.deliveries(recipients, keys)}
    problems = []
    result = {}
    for recipient in recipients:
        if not recipient.public_key or not (recipient.host in due or created & set(recipient.clients)):
            continue
        try:
            result[recipient.host] = check_public_key(openssl(), recipient.public_key)
        except CephError as error:
            if error.reason == TOOL_MISSING:
                raise
            problems.append(Problem(f"{recipient.path}.public_key", f"host {recipient.host}: {error}"))
    if problems:
        raise InputErrors(problems)
    return result


def sealed_keys(
    recipients: Sequence[Recipient],
    keys: Mapping[str, str],
    cluster: str,
    openssl: Callable[[], Openssl],
    public_keys: Mapping[str, PublicKey],
) -> dict[str, dict[str, str]]:
    """{host: {client: its encrypted key}} of those keys that the host does not hold."""
    result: dict[str, dict[str, str]] = {}
    for recipient, name in clients_plan.deliveries(recipients, keys):
        blob = seal(openssl(), public_keys[recipient.host], cluster, name, keys[name])
        result.setdefault(recipient.host, {})[name] = blob
    return result
