# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that a store works: write, read and clean an image in its pool as its own client, and in no other pool."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CONF_MISSING,
    FAILED,
    KEYRING_MISSING,
    NOT_FOUND,
    NOT_PERMITTED,
    POOL_MISSING,
    TOO_MUCH_ACCESS,
    TOOL_MISSING,
    WRONG_CLUSTER,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import ImageRef, RbdClient

SIZE = 4 * 1024 * 1024
SNAPSHOT = "snap"
_PART = 64 * 1024


@dataclass(frozen=True)
class StoreProbe:
    """A store to prove. ``image`` is the unique name of what is written."""

    store: str
    cluster: str
    conf: str
    client: str
    pool: str
    image: str
    keyring: str | None = None
    denied_pools: tuple[str, ...] = ()
    fsid: str | None = None


@dataclass
class ProbeResult:
    """``ok`` is None where nothing could be tried."""

    ok: bool | None = False
    status: str = "ok"
    error: str | None = None
    fsid: str | None = None
    denied: dict[str, str] = field(default_factory=dict)
    leftover: str | None = None

    def values(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "status": self.status,
            "error": self.error,
            "fsid": self.fsid,
            "denied": self.denied,
            "leftover": self.leftover,
        }


# In check mode a file or a package that is missing is one that would have come before.
_NOT_YET = (CONF_MISSING, KEYRING_MISSING, TOOL_MISSING)

Connect = Callable[[StoreProbe], RbdClient]
Note = Callable[[str], None]


def pattern(image: str) -> bytes:
    """Bytes that no other probe writes."""
    return (hashlib.sha512(image.encode("utf-8")).digest() * (_PART // 64))[:_PART]


def probe(wanted: StoreProbe, connect: Connect, note: Note, writes: bool) -> ProbeResult:
    """Try everything on one store; without ``writes`` only the connection."""
    result = ProbeResult()
    missing = [path for path in (wanted.conf, wanted.keyring) if path and not os.path.exists(path)]
    if missing and not writes:
        return ProbeResult(None, "skipped", f"{' and '.join(missing)} will come.")
    try:
        note("connect")
        client = connect(wanted)
        try:
            _try(wanted, client, note, writes, result)
        finally:
            client.close()
    except CephError as error:
        if writes or error.reason not in _NOT_YET:
            result.ok, result.status, result.error = False, error.reason, str(error)
        else:
            result.ok, result.status, result.error = None, "skipped", str(error)
    return result


def _try(wanted: StoreProbe, client: RbdClient, note: Note, writes: bool, result: ProbeResult) -> None:
    note("fsid")
    result.fsid = client.fsid()
    if wanted.fsid and result.fsid != wanted.fsid:
        raise CephError(
            WRONG_CLUSTER,
            f"{wanted.conf} leads to the cluster {result.fsid}, and the store {wanted.store} belongs on {wanted.fsid}.",
        )
    if not writes:
        result.ok, result.status = True, "connected"
        return
    _write_and_read(wanted, client, note, result)
    for pool in wanted.denied_pools:
        note(f"denied {pool}")
        result.denied[pool] = client.access(pool, wanted.image)
    excess = {pool: how for pool, how in result.denied.items() if how in ("readable", "writable")}
    if excess:
        pools = ", ".join(f"{pool} ({how})" for pool, how in excess.items())
        raise CephError(
            TOO_MUCH_ACCESS,
            f"{wanted.client} has too much access on the cluster {wanted.cluster}: "
            f"it must not reach the pools {pools}.",
        )
    result.ok = True


def _write_and_read(wanted: StoreProbe, client: RbdClient, note: Note, result: ProbeResult) -> None:
    image = ImageRef(wanted.pool, wanted.image)
    snapshot = ImageRef(wanted.pool, wanted.image, SNAPSHOT)
    data = pattern(wanted.image)
    # Undone in the opposite order, whatever happens between. A creation that fails may have gone half way.
    undo: list[Callable[[], None]] = []
    note("create")
    try:
        client.create(image, SIZE)
    except CephError as error:
        if not _clean([lambda: client.remove(image)]) and error.reason not in (NOT_PERMITTED, POOL_MISSING):
            result.leftover = str(image)
        raise
    undo.append(lambda: client.remove(image))
    try:
        note("write")
        client.write(image, data)
        note("snapshot")
        client.snapshot(snapshot)
        undo.append(lambda: client.remove_snapshot(snapshot))
        note("protect")
        client.protect(snapshot)
        undo.append(lambda: client.unprotect(snapshot))
        note("read")
        if client.read(snapshot, len(data)) != data:
            raise CephError(FAILED, f"{snapshot} on the cluster {wanted.cluster} does not hold what was written to it.")
    finally:
        note("clean")
        if not _clean(undo):
            result.leftover = str(image)
    if result.leftover:
        raise CephError(FAILED, f"The probe image {image} on the cluster {wanted.cluster} could not be removed.")


def _clean(undo: list[Callable[[], None]]) -> bool:
    """Whether every step worked; all are tried."""
    worked = True
    for step in reversed(undo):
        try:
            step()
        except CephError as error:
            worked = worked and error.reason == NOT_FOUND
    return worked
