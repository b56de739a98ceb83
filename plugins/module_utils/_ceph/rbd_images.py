# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describes RBD images, and checks that they can be cloned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import child_processes
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CONF_MISSING,
    FAILED,
    KEYRING_MISSING,
    NOT_FOUND,
    TIMED_OUT,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    ImageInfo,
    ImageRef,
    RbdConnection,
    ReportStep,
)

_PART = 64 * 1024
Connect = Callable[[], RbdConnection]


@dataclass(frozen=True)
class CloneProbe:
    """An image to clone, and the unique name of the clone."""

    parent: ImageRef
    child: ImageRef


def _ref(ref: ImageRef | None) -> dict[str, Any] | None:
    return None if ref is None else {"pool": ref.pool, "image": ref.image, "snapshot": ref.snapshot}


def describe(name: str, info: ImageInfo | None, used: int | None = None) -> dict[str, Any]:
    """An image in the form that the module returns."""
    if info is None:
        return {"name": name, "exists": False, "size": None, "used": None, "snapshots": [], "parent": None}
    snapshots = [
        {
            "name": snapshot.name,
            "protected": snapshot.protected,
            "children": [{"pool": child.pool, "image": child.image} for child in snapshot.children],
        }
        for snapshot in info.snapshots
    ]
    parent = _ref(info.parent)
    return {"name": name, "exists": True, "size": info.size, "used": used, "snapshots": snapshots, "parent": parent}


def read_images(
    connect: Connect, pool: str, images: Sequence[str], report: ReportStep, usage: bool = False
) -> dict[str, Any]:
    """Describe images of one pool; with ``usage`` also how much each one holds."""
    report("connect")
    client = connect()
    try:
        found = []
        for name in images:
            report(f"read {pool}/{name}")
            ref = ImageRef(pool, name)
            info = client.info(ref)
            found.append(describe(name, info, client.used(ref) if info and usage else None))
        return {"fsid": client.fsid(), "images": found}
    finally:
        client.close()


def probe_clones(connect: Connect, probes: Sequence[CloneProbe], report: ReportStep, writes: bool) -> dict[str, Any]:
    """Clone each image, compare the clone, and remove it. Unless ``writes``, only read the images."""
    report("connect")
    try:
        client = connect()
    except CephError as error:
        if writes or error.reason not in (CONF_MISSING, KEYRING_MISSING):
            raise
        skipped = [_clone_result(item, None, "skipped", str(error), None, 0.0) for item in probes]
        return {"fsid": None, "clones": skipped}
    try:
        fsid = client.fsid()
        return {"fsid": fsid, "clones": [_probe_clone(client, item, report, writes) for item in probes]}
    finally:
        client.close()


def _probe_clone(client: RbdConnection, item: CloneProbe, report: ReportStep, writes: bool) -> dict[str, Any]:
    started = time.monotonic()
    parent: ImageRef | None = None
    leftover = False
    try:
        report(f"parent {item.parent}")
        data = client.read(item.parent, _PART)
        if writes:
            report(f"clone {item.child}")
            _clone(client, item)
            try:
                parent = _check_clone(client, item, data)
            finally:
                report(f"remove {item.child}")
                leftover = not _removed(client, item.child)
        if leftover:
            raise CephError(FAILED, f"The clone {item.child} could not be removed.")
        ok, status, error = True, "ok" if writes else "readable", None
    except CephError as failure:
        ok, status, error = False, failure.reason, str(failure)
    result = _clone_result(item, ok, status, error, parent, time.monotonic() - started)
    return {**result, "leftover": str(item.child) if leftover else None}


def _clone(client: RbdConnection, item: CloneProbe) -> None:
    try:
        client.clone(item.parent, item.child)
    except CephError:
        # A part of the clone may exist.
        _removed(client, item.child)
        raise


def _check_clone(client: RbdConnection, item: CloneProbe, data: bytes) -> ImageRef:
    info = client.info(item.child)
    if info is None or info.parent is None:
        raise CephError(NOT_FOUND, f"The clone {item.child} of {item.parent} has no parent, so it is a full copy.")
    if client.read(item.child, _PART) != data:
        raise CephError(FAILED, f"The clone {item.child} has other data than its parent {item.parent}.")
    return info.parent


def _removed(client: RbdConnection, ref: ImageRef) -> bool:
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


def run_in_child(function: child_processes.ChildFunction, user: str | None, limit: float, where: str) -> dict[str, Any]:
    """Run a function as ``user``. Raises CephError when it fails or takes longer than ``limit`` seconds."""
    result = child_processes.run_all([function], child_processes.account(user), limit)[0]
    if result.value is not None:
        return result.value
    last = result.steps[-1] if result.steps else "start"
    if result.killed:
        rest = f" {last.split()[1]} may be left over." if last.startswith(("clone ", "remove ")) else ""
        raise CephError(TIMED_OUT, f"{where} did not answer within {limit:g} seconds at the step '{last}'.{rest}")
    raise CephError(result.reason or FAILED, result.error or f"The step '{last}' failed.")
