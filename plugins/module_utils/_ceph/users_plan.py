# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to the clients of one cluster: wanted and stored in, changes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps as capabilities
from ansible_collections.dcn.glance.plugins.module_utils._ceph.client import ClusterState, MonCommand, StoredClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id, key_type
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import public_key_bits
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem


@dataclass(frozen=True)
class WantedClient:
    """A client as the user wants it; without capabilities when it must not exist."""

    name: str
    present: bool
    caps: Mapping[str, capabilities.Caps] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipient:
    """A host that needs keys, and the ids of those it holds."""

    host: str
    public_key: str | None
    clients: tuple[str, ...]
    key_ids: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One client: what it is, what it becomes, and the command between."""

    name: str
    action: str
    before: StoredClient | None
    after: Mapping[str, str] | None
    command: MonCommand | None


def _wanted_client(path: str, item: Mapping[str, Any], admin: str, problems: list[Problem]) -> WantedClient:
    name, present = str(item["name"]), item.get("state", "present") == "present"
    problem = ceph_names.client_problem(name)
    if problem is None and name == admin:
        problem = f"'{name}' is the administrator that this very task uses"
    if problem:
        problems.append(Problem(f"{path}.name", problem))
    if not present:
        return WantedClient(name, False)
    stated = {kind: text for kind, text in (item.get("caps") or {}).items() if text is not None}
    if not stated:
        problems.append(Problem(f"{path}.caps", f"{name} needs capabilities for at least one kind of daemon"))
        return WantedClient(name, True)
    try:
        return WantedClient(name, True, capabilities.parse_all(stated))
    except CephError as error:
        problems.append(Problem(f"{path}.caps", str(error)))
        return WantedClient(name, True)


def wanted_clients(items: Sequence[Mapping[str, Any]], admin: str) -> list[WantedClient]:
    """Read the module's ``clients``; every problem of all of them is raised at once."""
    problems: list[Problem] = []
    result = [_wanted_client(f"clients[{index}]", item, admin, problems) for index, item in enumerate(items)]
    _refuse_repeats("clients", [client.name for client in result], problems)
    if problems:
        raise InputErrors(problems)
    return result


def recipients(items: Sequence[Mapping[str, Any]], clients: Sequence[WantedClient]) -> list[Recipient]:
    """Read the module's ``recipients`` and check them against the clients."""
    problems: list[Problem] = []
    known = {client.name for client in clients if client.present}
    result = []
    for index, item in enumerate(items):
        path = f"recipients[{index}]"
        for name in item.get("clients") or []:
            if name not in known:
                problems.append(Problem(f"{path}.clients", f"'{name}' is not a client that 'clients' makes present"))
        public_key = item.get("public_key") or None
        if public_key:
            try:
                public_key_bits(public_key)
            except CephError as error:
                problems.append(Problem(f"{path}.public_key", str(error)))
        held = {str(name): str(value) for name, value in (item.get("key_ids") or {}).items() if value}
        result.append(Recipient(str(item["host"]), public_key, tuple(item.get("clients") or []), held))
    _refuse_repeats("recipients", [recipient.host for recipient in result], problems)
    if problems:
        raise InputErrors(problems)
    return result


def _refuse_repeats(path: str, values: Iterable[str], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            problems.append(Problem(f"{path}[{index}]", f"'{value}' is listed twice"))
        seen.add(value)


def _caps_words(caps: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for kind, text in caps.items() for word in (kind, text))


def plan(wanted: Sequence[WantedClient], state: ClusterState) -> list[Change]:
    """One change per client, in the order wanted."""
    result = []
    for client in wanted:
        stored = state.clients.get(client.name)
        texts = capabilities.texts(client.caps)
        if not client.present:
            action = "remove" if stored else "none"
            command = MonCommand("auth rm", client.name) if stored else None
            result.append(Change(client.name, action, stored, None, command))
        elif stored is None:
            command = MonCommand("auth get-or-create", client.name, _caps_words(texts))
            result.append(Change(client.name, "create", None, texts, command))
        elif capabilities.same(client.caps, stored.caps):
            result.append(Change(client.name, "none", stored, stored.caps, None))
        else:
            command = MonCommand("auth caps", client.name, _caps_words(texts))
            result.append(Change(client.name, "caps", stored, texts, command))
    return result


def pool_warnings(wanted: Sequence[WantedClient], state: ClusterState, cluster: str) -> list[str]:
    """Pools that capabilities name and the cluster lacks: the client would be made, and be of no use."""
    if state.pools is None:
        return []
    users: dict[str, list[str]] = {}
    for client in wanted:
        for pool in sorted({pool for caps in client.caps.values() for pool in caps.pools}):
            if pool not in state.pools:
                users.setdefault(pool, []).append(client.name)
    return [
        f"The cluster {cluster} has no pool '{pool}', which the capabilities of {', '.join(sorted(found))} name."
        for pool, found in sorted(users.items())
    ]


def deliveries(who: Sequence[Recipient], keys: Mapping[str, str]) -> list[tuple[Recipient, str]]:
    """(recipient, client) for each key that a recipient lacks, or holds in another version."""
    return [
        (recipient, name)
        for recipient in who
        if recipient.public_key
        for name in recipient.clients
        if name in keys and recipient.key_ids.get(name) != key_id(keys[name])
    ]


def describe(change: Change, key: str | None) -> dict[str, Any]:
    """A change as the module returns it; ``key`` only shows as its type and id."""
    return {
        "name": change.name,
        "action": change.action,
        "changed": change.command is not None,
        "caps_before": None if change.before is None else dict(change.before.caps),
        "caps_after": None if change.after is None else dict(change.after),
        "key_type": key_type(key) if key else None,
        "key_id": key_id(key) if key else None,
    }


def _text(name: str, caps: Mapping[str, str]) -> str:
    return "".join([f"{name}:\n", *(f"  {kind}: {text}\n" for kind, text in sorted(caps.items()))])


def diff(changes: Sequence[Change], cluster: str) -> dict[str, str]:
    """Capabilities before and after of what changes."""
    moved = [change for change in changes if change.command is not None]
    title = f"cephx clients of {cluster}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(_text(change.name, change.before.caps) for change in moved if change.before),
        "after": "".join(_text(change.name, change.after) for change in moved if change.after is not None),
    }
