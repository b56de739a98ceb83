# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the keys of clients of one cluster, changes them as planned, and encrypts them for the hosts that need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_plan
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import Recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, UNSUPPORTED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret, StoredClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rotation_plan import KeyChange, RotatedClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, PublicKey, check_public_key, seal

Tool = Callable[[], Openssl]


@dataclass(frozen=True)
class RotationRun:
    """What a run asks for, and where. ``days`` is the age from which a key is rotated, ``now`` the time."""

    cluster: str
    state: str
    days: float
    now: float
    check: bool


@dataclass(frozen=True)
class RotationResult:
    """The return values of the module and its diff, and the error when some changes failed."""

    values: dict[str, Any]
    diff: dict[str, str]
    error: CephError | None = None


def rotate(
    auth: CephAuth,
    run: RotationRun,
    wanted: Sequence[RotatedClient],
    recipients: Sequence[Recipient],
    openssl: Tool,
    hide: HideSecret,
) -> RotationResult:
    """Change the pending keys as desired, or with ``check`` only predict the changes."""
    found = auth.state([client.name for client in wanted])
    for stored in found.clients.values():
        _hide(stored, hide)
    changes = rotation_plan.plan(wanted, found, run.state, run.days, run.now)
    public_keys = _public_keys(recipients, openssl) if run.state == rotation_plan.PENDING else {}
    after = dict(found.clients)
    errors: dict[str, CephError] = {}
    for change in [] if run.check else changes:
        if change.command is not None:
            try:
                after[change.name] = auth.change_pending(change.command)
                _hide(after[change.name], hide)
                _verify(change, after[change.name])
            except CephError as error:
                errors[change.name] = error
                if error.reason == UNSUPPORTED:
                    raise
    values = {
        "changed": any(change.command is not None and change.name not in errors for change in changes),
        "clients": [rotation_plan.describe(change, after[change.name], errors.get(change.name)) for change in changes],
        "cluster_info": {"fsid": found.fsid, "mon_host": found.mon_host},
        "sealed": _sealed(recipients, after, run, openssl, public_keys),
    }
    done = [change for change in changes if change.name not in errors]
    return RotationResult(values, rotation_plan.diff(done, after, run.cluster), _error(errors))


def _public_keys(recipients: Sequence[Recipient], openssl: Tool) -> dict[str, PublicKey]:
    """The checked public keys by host. Nothing is changed before."""
    return {who.host: check_public_key(openssl(), who.public_key) for who in recipients if who.public_key}


def _hide(stored: StoredClient, hide: HideSecret) -> None:
    for key in (stored.key, stored.pending):
        if key:
            hide(key)


def _verify(change: KeyChange, after: StoredClient) -> None:
    """Raise CephError when the client, read back, is not in the state that the command sets."""
    before = change.stored
    right = {
        "create": after.key == before.key and bool(after.pending),
        "commit": after.key == before.pending and not after.pending,
        "clear": after.key == before.key and not after.pending,
    }
    if not right[change.action]:
        raise CephError(
            FAILED,
            f"After '{change.command}' the keys of {change.name} are not as expected: another program changed them at "
            "the same time. Run the playbook again.",
        )


def _error(errors: Mapping[str, CephError]) -> CephError | None:
    if not errors:
        return None
    text = "\n".join(dict.fromkeys(str(error) for error in errors.values()))
    return CephError(next(iter(errors.values()), CephError(FAILED, "")).reason, text)


def _sealed(
    recipients: Sequence[Recipient],
    clients: Mapping[str, StoredClient],
    run: RotationRun,
    openssl: Tool,
    public_keys: Mapping[str, PublicKey],
) -> dict[str, dict[str, dict[str, str]]]:
    """{host: {client: {id of the key: encrypted key}}}: the next key, and the present one if the host has neither."""
    result: dict[str, dict[str, dict[str, str]]] = {}
    for who in recipients:
        for name in who.clients if who.host in public_keys else ():
            for key in _missing(clients[name], who.key_ids.get(name)):
                blob = seal(openssl(), public_keys[who.host], run.cluster, name, key)
                result.setdefault(who.host, {}).setdefault(name, {})[key_id(key)] = blob
    return result


def _missing(client: StoredClient, held: str | None) -> list[str]:
    known = {key_id(key): key for key in (client.key, client.pending) if key}
    found = [] if held in known else [client.key]
    if client.pending and held != key_id(client.pending):
        found.append(client.pending)
    return found
