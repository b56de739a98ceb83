# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster says of images, and proof that they can be cloned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import forked
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CONF_MISSING,
    FAILED,
    KEYRING_MISSING,
    NOT_FOUND,
    TIMED_OUT,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import ImageInfo, ImageRef, RbdClient

_PART = 64 * 1024
Connect = Callable[[], RbdClient]
Note = Callable[[str], None]


@dataclass(frozen=True)
class CloneProbe:
    """An image to clone, and the unique name of the clone."""

    parent: ImageRef
    child: ImageRef


def _ref(ref: ImageRef | None) -> dict[str, Any] | None:
    return None if ref is None else {"pool": ref.pool, "image": ref.image, "snapshot": ref.snapshot}


def describe(name: str, info: ImageInfo | None) -> dict[str, Any]:
    """An image as the module returns it."""
    if info is None:
        return {"name": name, "exists": False, "size": None, "snapshots": [], "parent": None}
    snapshots = [
        {
            "name": snapshot.name,
            "protected": snapshot.protected,
            "children": [{"pool": child.pool, "image": child.image} for child in snapshot.children],
        }
        for snapshot in info.snapshots
    ]
    return {"name": name, "exists": True, "size": info.size, "snapshots": snapshots, "parent": _ref(info.parent)}


def read_images(connect: Connect, pool: str, images: Sequence[str], note: Note) -> dict[str, Any]:
    """All images of one pool by name."""
    note("connect")
    client = connect()
    try:
        found = []
        for name in images:
            note(f"read {pool}/{name}")
            found.append(describe(name, client.info(ImageRef(pool, name))))
        return {"fsid": client.fsid(), "images": found}
    finally:
        client.close()


def probe_clones(connect: Connect, probes: Sequence[CloneProbe], note: Note, writes: bool) -> dict[str, Any]:
    """Clone each image, read the clone, and remove it; without ``writes`` only look whether that could be done."""
    note("connect")
    try:
        client = connect()
    except CephError as error:
        if writes or error.reason not in (CONF_MISSING, KEYRING_MISSING):
            raise
        skipped = [_clone_result(item, None, "skipped", str(error), None, 0.0) for item in probes]
        return {"fsid": None, "clones": skipped}
    try:
        fsid = client.fsid()
        return {"fsid": fsid, "clones": [_probe_clone(client, item, note, writes) for item in probes]}
    finally:
        client.close()


def _probe_clone(client: RbdClient, item: CloneProbe, note: Note, writes: bool) -> dict[str, Any]:
    began = time.monotonic()
    parent: ImageRef | None = None
    leftover = False
    try:
        note(f"parent {item.parent}")
        data = client.read(item.parent, _PART)
        if writes:
            note(f"clone {item.child}")
            _clone(client, item)
            try:
                parent = _check_clone(client, item, data)
            finally:
                note(f"remove {item.child}")
                leftover = not _removed(client, item.child)
        if leftover:
            raise CephError(FAILED, f"The clone {item.child} could not be removed.")
        ok, status, error = True, "ok" if writes else "readable", None
    except CephError as failure:
        ok, status, error = False, failure.reason, str(failure)
    result = _clone_result(item, ok, status, error, parent, time.monotonic() - began)
    return {**result, "leftover": str(item.child) if leftover else None}


def _clone(client: RbdClient, item: CloneProbe) -> None:
    try:
        client.clone(item.parent, item.child)
    except CephError:
        # It may have gone half way.
        _removed(client, item.child)
        raise


def _check_clone(client: RbdClient, item: CloneProbe, data: bytes) -> ImageRef:
    info = client.info(item.child)
    if info is None or info.parent is None:
        raise CephError(NOT_FOUND, f"The clone {item.child} of {item.parent} has no parent, so it is a full copy.")
    if client.read(item.child, _PART) != data:
        raise CephError(FAILED, f"The clone {item.child} does not read like its parent {item.parent}.")
    return info.parent


def _removed(client: RbdClient, ref: ImageRef) -> bool:
    try:
        client.remove(ref)
    except CephError:
        return False
    return True


def _clone_result(
    item: CloneProbe, ok: bool | None, status: str, error: str | None, parent: ImageRef | None, seconds: float
) -> dict[str, Any]:
    return {
        "image": item.parent.image,
        "ok": ok,
        "status": status,
        "error": error,
        "parent": _ref(parent),
        "leftover": None,
        "seconds": round(seconds, 3),
    }


def in_child(job: forked.Job, user: str | None, limit: float, where: str) -> dict[str, Any]:
    """Run one job as ``user``; CephError when it fails or hangs."""
    outcome = forked.run_all([job], forked.account(user), limit)[0]
    if outcome.value is not None:
        return outcome.value
    last = outcome.steps[-1] if outcome.steps else "start"
    if outcome.killed:
        rest = f" {last.split()[1]} may have stayed behind." if last.startswith(("clone ", "remove ")) else ""
        raise CephError(TIMED_OUT, f"{where} did not answer within {limit:g} seconds at the step '{last}'.{rest}")
    raise CephError(outcome.reason or FAILED, outcome.error or f"The step '{last}' failed.")
