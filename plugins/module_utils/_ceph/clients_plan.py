# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the changes of the cephx clients of one cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_created, key_id, key_type
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ClusterState, MonCommand, StoredClient


@dataclass(frozen=True)
class DesiredClient:
    """A client as the user wants it. A client that must not exist has no capabilities.

    With ``keep_caps``, an existing client keeps its capabilities.
    """

    name: str
    present: bool
    caps: Mapping[str, caps.Caps] = field(default_factory=dict)
    keep_caps: bool = False


@dataclass(frozen=True)
class Recipient:
    """A host that needs keys, and the ids of the keys that it holds. ``path`` is its place in the input."""

    path: str
    host: str
    public_key: str | None
    clients: tuple[str, ...]
    key_ids: Mapping[str, str]


@dataclass(frozen=True)
class ClientChange:
    """One client before and after, and the command that changes it."""

    name: str
    action: str
    before: StoredClient | None
    after: Mapping[str, str] | None
    command: MonCommand | None


def plan(desired: Sequence[DesiredClient], state: ClusterState) -> list[ClientChange]:
    """One change for each client, in the order of the input."""
    result = []
    for client in desired:
        stored = state.clients.get(client.name)
        texts = caps.texts(client.caps)
        if not client.present:
            action = "remove" if stored else "none"
            command = MonCommand("auth rm", client.name) if stored else None
            result.append(ClientChange(client.name, action, stored, None, command))
        elif stored is None:
            command = MonCommand("auth get-or-create", client.name, _caps_words(texts))
            result.append(ClientChange(client.name, "create", None, texts, command))
        elif client.keep_caps or caps.same(client.caps, stored.caps):
            result.append(ClientChange(client.name, "none", stored, stored.caps, None))
        else:
            command = MonCommand("auth caps", client.name, _caps_words(texts))
            result.append(ClientChange(client.name, "caps", stored, texts, command))
    return result


def _caps_words(texts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for kind, text in texts.items() for word in (kind, text))


def pool_warnings(desired: Sequence[DesiredClient], state: ClusterState, cluster: str) -> list[str]:
    """A warning for each pool that capabilities name and the cluster does not have."""
    if state.pools is None:
        return []
    users: dict[str, list[str]] = {}
    for client in desired:
        for pool in sorted({pool for parsed in client.caps.values() for pool in parsed.pools}):
            if pool not in state.pools:
                users.setdefault(pool, []).append(client.name)
    return [
        f"The cluster {cluster} has no pool '{pool}', which the capabilities of {', '.join(sorted(found))} name."
        for pool, found in sorted(users.items())
    ]


def deliveries(recipients: Sequence[Recipient], keys: Mapping[str, str]) -> list[tuple[Recipient, str]]:
    """(recipient, client) for each key that a recipient does not hold, or holds in another version."""
    return [
        (recipient, name)
        for recipient in recipients
        if recipient.public_key
        for name in recipient.clients
        if name in keys and recipient.key_ids.get(name) != key_id(keys[name])
    ]


def describe(change: ClientChange, key: str | None, error: CephError | None = None) -> dict[str, Any]:
    """A change in the form that the module returns it, with the type and the id of the key and not the key."""
    before = None if change.before is None else dict(change.before.caps)
    after = None if change.after is None else dict(change.after)
    return {
        "name": change.name,
        "action": change.action,
        "changed": change.command is not None and error is None,
        "error": None if error is None else str(error),
        "caps_before": before,
        "caps_after": after if error is None else before,
        "key_type": key_type(key) if key else None,
        "key_id": key_id(key) if key else None,
        "key_created": key_created(key) if key else None,
    }


def diff(changes: Sequence[ClientChange], cluster: str) -> dict[str, str]:
    """The capabilities of the changed clients, before and after."""
    changed = [change for change in changes if change.command is not None]
    title = f"cephx clients of {cluster}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(_text(change.name, change.before.caps) for change in changed if change.before),
        "after": "".join(_text(change.name, change.after) for change in changed if change.after is not None),
    }


def _text(name: str, texts: Mapping[str, str]) -> str:
    return "".join([f"{name}:\n", *(f"  {kind}: {text}\n" for kind, text in sorted(texts.items()))])
