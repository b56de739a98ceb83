# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads all images of pools, protects snapshots, and removes images; through one connection to the cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, POOL_MISSING, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    ImageRef,
    PoolImage,
    RbdConnection,
    ReportStep,
)

#: The snapshot that Glance makes of every image.
SNAPSHOT = "snap"
PROTECTED, ABSENT = STATES = ("protected", "absent")


@dataclass(frozen=True)
class WhatToRead:
    """The pools, and what to read beside their lists: ``head`` bytes of each image, its hash, the cephx clients."""

    pools: tuple[str, ...]
    head: int = 0
    algorithm: str = ""
    clients: bool = False


@dataclass(frozen=True)
class DesiredObject:
    """What an RBD image must be. ``partial``: it is removed only if it has no snapshot."""

    pool: str
    name: str
    state: str
    snapshot: str = SNAPSHOT
    partial: bool = False


def read_cluster(
    client: RbdConnection, wanted: WhatToRead, report: ReportStep, detect: Callable[[bytes], str]
) -> dict[str, Any]:
    """What the module ceph_cluster_info returns. ``detect`` names the disk format of the first bytes of an image."""
    found = {"fsid": client.fsid(), "pools": [_pool(client, pool, wanted, report, detect) for pool in wanted.pools]}
    if not wanted.clients:
        return {**found, "clients": None, "keys_created": {}, "sessions": {}}
    report("list the clients")
    clients = client.clients()
    return {**found, "clients": list(clients), "keys_created": clients, "sessions": _sessions(client)}


def _sessions(client: RbdConnection) -> dict[str, list[str]] | None:
    try:
        return client.sessions()
    except CephError:
        return None


def _pool(
    client: RbdConnection, pool: str, wanted: WhatToRead, report: ReportStep, detect: Callable[[bytes], str]
) -> dict[str, Any]:
    report(f"list the pool {pool}")
    try:
        names = client.names(pool)
    except CephError as error:
        if error.reason != POOL_MISSING:
            raise
        return {"name": pool, "exists": False, "images": []}
    found = []
    for name in names:
        try:
            image = client.examine(ImageRef(pool, name, SNAPSHOT), wanted.head, wanted.algorithm)
        except CephError as error:
            if error.reason not in (FAILED,):
                raise
            found.append({**_entry(name, None, detect), "error": str(error)})
            continue
        if image is not None:  # else it was removed since
            found.append(_entry(name, image, detect))
    return {"name": pool, "exists": True, "images": found}


def _entry(name: str, image: PoolImage | None, detect: Callable[[bytes], str]) -> dict[str, Any]:
    if image is None:
        return {"name": name, "size": None, "created": "", "watchers": 0, "format": "", "digest": "", "snapshots": []}
    snapshots = [
        {"name": item.name, "protected": item.protected, "children": [str(child) for child in item.children]}
        for item in image.info.snapshots
    ]
    return {
        "name": name,
        "size": image.info.size,
        "created": image.created,
        "watchers": image.watchers,
        "format": detect(image.head),
        "digest": image.digest,
        "snapshots": snapshots,
        "error": "",
    }


def change_images(
    client: RbdConnection, desired: Sequence[DesiredObject], report: ReportStep, check: bool
) -> dict[str, Any]:
    """Bring images to their desired states; with ``check`` only predict. A failed image does not stop the others."""
    return {"fsid": client.fsid(), "images": [_change(client, item, report, check) for item in desired]}


def _change(client: RbdConnection, item: DesiredObject, report: ReportStep, check: bool) -> dict[str, Any]:
    ref = ImageRef(item.pool, item.name, item.snapshot)
    report(f"{'remove' if item.state == ABSENT else 'protect'} {item.pool}/{item.name}")
    actions: list[str] = []
    error = ""
    try:
        steps = _removal(client, item, ref) if item.state == ABSENT else _protection(client, ref)
        for text, step in steps:
            if not check:
                step()
            actions.append(text)
    except CephError as failure:
        error = str(failure)
    return {
        "pool": item.pool,
        "name": item.name,
        "state": item.state,
        "actions": actions,
        "changed": bool(actions),
        "error": error,
    }


Steps = list[tuple[str, Callable[[], None]]]


def _protection(client: RbdConnection, ref: ImageRef) -> Steps:
    image = client.examine(ImageRef(ref.pool, ref.image), 0, "")
    if image is None:
        raise CephError(FAILED, f"The image {ref.pool}/{ref.image} does not exist, so it has no snapshot to protect.")
    snapshot = next((item for item in image.info.snapshots if item.name == ref.snapshot), None)
    steps: Steps = []
    if snapshot is None:
        if image.watchers:
            raise CephError(FAILED, f"The image {ref.pool}/{ref.image} is open: it may still be written.")
        steps.append((f"created the snapshot {ref}", lambda: client.snapshot(ref)))
    if snapshot is None or not snapshot.protected:
        steps.append((f"protected the snapshot {ref}", lambda: client.protect(ref)))
    return steps


def _removal(client: RbdConnection, item: DesiredObject, ref: ImageRef) -> Steps:
    image = client.examine(ImageRef(ref.pool, ref.image), 0, "")
    if image is None:
        return []
    name = f"{ref.pool}/{ref.image}"
    children = [str(child) for snapshot in image.info.snapshots for child in snapshot.children]
    if children:
        raise CephError(FAILED, f"The image {name} has clones ({', '.join(children)}), so it is not removed.")
    if image.watchers:
        raise CephError(FAILED, f"The image {name} is open by {image.watchers} clients, so it is not removed.")
    if item.partial and image.info.snapshots:
        raise CephError(FAILED, f"The image {name} has a snapshot since the audit, so it is not removed.")
    steps: Steps = []
    for snapshot in image.info.snapshots:
        at = ImageRef(ref.pool, ref.image, snapshot.name)
        if snapshot.protected:
            steps.append((f"unprotected the snapshot {at}", lambda at=at: client.unprotect(at)))  # type: ignore[misc]
        steps.append((f"removed the snapshot {at}", lambda at=at: client.remove_snapshot(at)))  # type: ignore[misc]
    steps.append((f"removed the image {name}", lambda: client.remove(ImageRef(ref.pool, ref.image))))
    return steps
