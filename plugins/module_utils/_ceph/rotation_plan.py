# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the rotation of the keys of cephx clients of one cluster.

A cluster accepts the key of a client and its pending key. After the first use of the pending key, a monitor makes it
the only one within seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_created, key_id, key_seconds
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ClusterState, MonCommand, StoredClient
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

PENDING, COMMITTED, CLEARED = "pending", "committed", "cleared"
_DAY = 24 * 3600


@dataclass(frozen=True)
class RotatedClient:
    """A client whose key is to be rotated. ``key_id`` is the id of the key that is to be the only one."""

    name: str
    key_id: str | None = None


@dataclass(frozen=True)
class KeyChange:
    """What happens to one client, and the command that does it."""

    name: str
    action: str
    stored: StoredClient
    command: MonCommand | None = None


def rotated_clients(items: Sequence[Mapping[str, Any]], state: str) -> list[RotatedClient]:
    """Check the option ``clients``. Raises InputErrors with every problem."""
    problems: list[Problem] = []
    names: list[str] = []
    for index, item in enumerate(items):
        name = str(item["name"])
        problem = ceph_names.client_problem(name) or (f"'{name}' is listed twice" if name in names else None)
        if problem:
            problems.append(Problem(f"clients[{index}].name", problem))
        if state == COMMITTED and not item.get("key_id"):
            problems.append(Problem(f"clients[{index}].key_id", f"the id of the new key of {name} is required"))
        names.append(name)
    if problems:
        raise InputErrors(problems)
    return [RotatedClient(str(item["name"]), item.get("key_id") or None) for item in items]


def plan(wanted: Sequence[RotatedClient], found: ClusterState, state: str, days: float, now: float) -> list[KeyChange]:
    """One change for each client. Keys that are younger than ``days`` are kept. Raises InputErrors."""
    problems: list[Problem] = []
    changes = []
    for index, client in enumerate(wanted):
        stored = found.clients.get(client.name)
        if stored is None:
            advice = "the cluster has no such client: run the playbook site first"
            problems.append(Problem(f"clients[{index}].name", f"{client.name}: {advice}"))
            continue
        problem = _problem(client, stored) if state == COMMITTED else None
        if problem:
            problems.append(Problem(f"clients[{index}].key_id", problem))
        action = _action(client, stored, state, days, now)
        prefix = _COMMANDS.get(action)
        command = MonCommand(prefix, client.name) if prefix else None
        changes.append(KeyChange(client.name, action, stored, command))
    if problems:
        raise InputErrors(problems)
    return changes


_COMMANDS = {"create": "auth get-or-create-pending", "commit": "auth commit-pending", "clear": "auth clear-pending"}


def _action(client: RotatedClient, stored: StoredClient, state: str, days: float, now: float) -> str:
    if state == CLEARED:
        return "clear" if stored.pending else "none"
    if state == COMMITTED:
        return "commit" if stored.pending and key_id(stored.pending) == client.key_id else "none"
    if stored.pending:
        return "resume"
    return "none" if days > 0 and now - (key_seconds(stored.key) or 0) < days * _DAY else "create"


def _problem(client: RotatedClient, stored: StoredClient) -> str | None:
    """Why the key with the given id cannot become the only one, or already be it."""
    if client.key_id in {key_id(key) for key in (stored.key, stored.pending) if key}:
        return None
    return f"the cluster does not have the key {client.key_id} of {client.name}: another run has replaced it"


def describe(change: KeyChange, after: StoredClient, error: CephError | None = None) -> dict[str, Any]:
    """A change in the form that the module returns it, without keys."""
    return {
        "name": change.name,
        "action": change.action,
        "changed": change.command is not None and error is None,
        "error": None if error is None else str(error),
        "key_id": key_id(after.key),
        "key_created": key_created(after.key),
        "pending_key_id": key_id(after.pending) if after.pending else None,
        "pending_key_created": key_created(after.pending) if after.pending else None,
    }


def diff(changes: Sequence[KeyChange], after: Mapping[str, StoredClient], cluster: str) -> dict[str, str]:
    """The ids of the keys of the changed clients. In check mode the id of a new key is not known."""
    changed = [change for change in changes if change.command is not None]
    title = f"cephx keys of {cluster}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(_text(change.stored) for change in changed),
        "after": "".join(_expected(change, after[change.name]) for change in changed),
    }


def _text(client: StoredClient) -> str:
    return _lines(client.name, key_id(client.key), key_id(client.pending) if client.pending else "none")


def _expected(change: KeyChange, after: StoredClient) -> str:
    if change.action == "create":
        return _lines(change.name, key_id(change.stored.key), key_id(after.pending) if after.pending else "new")
    kept = change.stored.pending if change.action == "commit" and change.stored.pending else change.stored.key
    return _lines(change.name, key_id(kept), "none")


def _lines(name: str, key: str, pending: str) -> str:
    return f"{name}:\n  key: {key}\n  pending: {pending}\n"
