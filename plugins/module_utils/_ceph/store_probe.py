# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes RBD stores: writes, reads and removes an image in the pool of each, as the client of the store."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import child_processes
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CONF_MISSING,
    FAILED,
    KEYRING_MISSING,
    NOT_FOUND,
    NOT_PERMITTED,
    POOL_MISSING,
    TIMED_OUT,
    TOO_MUCH_ACCESS,
    TOOL_MISSING,
    WRONG_CLUSTER,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef, RbdConnection, ReportStep
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem

SIZE = 4 * 1024 * 1024
SNAPSHOT = "snap"
_PART = 64 * 1024


@dataclass(frozen=True)
class StoreProbe:
    """A store to probe. ``image`` is the unique name of the image to write."""

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
    """``ok`` is None when the store could not be tried in check mode."""

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


# In check mode a missing file or package is one that an earlier task would have installed.
_NOT_INSTALLED_YET = (CONF_MISSING, KEYRING_MISSING, TOOL_MISSING)

Connect = Callable[[StoreProbe], RbdConnection]


def pattern(image: str) -> bytes:
    """The bytes to write, different for each probe."""
    return (hashlib.sha512(image.encode("utf-8")).digest() * (_PART // 64))[:_PART]


def _is_missing(path: str) -> bool:
    """Whether a file does not exist. A file that this user cannot access is not missing."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def probe(store: StoreProbe, connect: Connect, report: ReportStep, writes: bool) -> ProbeResult:
    """Try all steps on one store, or only the connection unless ``writes``."""
    result = ProbeResult()
    missing = [path for path in (store.conf, store.keyring) if path and _is_missing(path)]
    if missing and not writes:
        return ProbeResult(None, "skipped", f"Not installed yet: {' and '.join(missing)}.")
    try:
        report("connect")
        client = connect(store)
        try:
            _try(store, client, report, writes, result)
        finally:
            client.close()
    except CephError as error:
        if writes or error.reason not in _NOT_INSTALLED_YET:
            result.ok, result.status, result.error = False, error.reason, str(error)
        else:
            result.ok, result.status, result.error = None, "skipped", str(error)
    return result


def _try(store: StoreProbe, client: RbdConnection, report: ReportStep, writes: bool, result: ProbeResult) -> None:
    report("fsid")
    result.fsid = client.fsid()
    if store.fsid and result.fsid != store.fsid:
        raise CephError(
            WRONG_CLUSTER,
            f"{store.conf} leads to the cluster {result.fsid}, but the store {store.store} is on {store.fsid}.",
        )
    if not writes:
        result.ok, result.status = True, "connected"
        return
    _write_and_read(store, client, report, result)
    for pool in store.denied_pools:
        report(f"denied {pool}")
        result.denied[pool] = client.access(pool, store.image)
    excess = {pool: how for pool, how in result.denied.items() if how in ("readable", "writable")}
    if excess:
        pools = ", ".join(f"{pool} ({how})" for pool, how in excess.items())
        raise CephError(
            TOO_MUCH_ACCESS,
            f"{store.client} has too much access on the cluster {store.cluster}: it must not reach the pools {pools}.",
        )
    result.ok = True


def _write_and_read(store: StoreProbe, client: RbdConnection, report: ReportStep, result: ProbeResult) -> None:
    image = ImageRef(store.pool, store.image)
    snapshot = ImageRef(store.pool, store.image, SNAPSHOT)
    data = pattern(store.image)
    # Undone in reverse order, also after an error. A failed creation may have left a part of the image.
    undo: list[Callable[[], None]] = []
    report("create")
    try:
        client.create(image, SIZE)
    except CephError as error:
        if not _clean([lambda: client.remove(image)]) and error.reason not in (NOT_PERMITTED, POOL_MISSING):
            result.leftover = str(image)
        raise
    undo.append(lambda: client.remove(image))
    try:
        report("write")
        client.write(image, data)
        report("snapshot")
        client.snapshot(snapshot)
        undo.append(lambda: client.remove_snapshot(snapshot))
        report("protect")
        client.protect(snapshot)
        undo.append(lambda: client.unprotect(snapshot))
        report("read")
        if client.read(snapshot, len(data)) != data:
            raise CephError(FAILED, f"{snapshot} on the cluster {store.cluster} does not hold what was written to it.")
    finally:
        report("clean")
        if not _clean(undo):
            result.leftover = str(image)
    if result.leftover:
        raise CephError(FAILED, f"The probe image {image} on the cluster {store.cluster} could not be removed.")


def _clean(undo: list[Callable[[], None]]) -> bool:
    """Run all steps. Returns whether every one worked."""
    worked = True
    for step in reversed(undo):
        try:
            step()
        except CephError as error:
            worked = worked and error.reason == NOT_FOUND
    return worked


def unique_name(host: str, kind: str = "probe") -> str:
    """A name that shows which host created the image, in case it is left over."""
    place = re.sub(r"[^A-Za-z0-9-]", "-", host.split(".")[0]) or "host"
    return f"dcn-{kind}-{place}-{secrets.token_hex(6)}"


def requested_probes(items: Sequence[Mapping[str, Any]], host: str) -> list[StoreProbe]:
    """Check the option ``stores`` and generate the names of the probe images."""
    problems = []
    result = []
    for index, item in enumerate(items):
        path = f"stores[{index}]"
        for key, problem in (
            ("client", ceph_names.client_name_problem(item["client"])),
            (
                "denied_pools",
                f"'{item['pool']}' is the pool of the store itself" if item["pool"] in item["denied_pools"] else None,
            ),
        ):
            if problem:
                problems.append(Problem(f"{path}.{key}", problem))
        result.append(
            StoreProbe(
                item["store"],
                item["cluster"],
                item["conf"],
                item["client"],
                item["pool"],
                unique_name(host),
                item["keyring"],
                tuple(item["denied_pools"]),
                item["fsid"],
            )
        )
    if problems:
        raise InputErrors(problems)
    return result


def run(
    probes: Sequence[StoreProbe], connect: Connect, user: str | None, timeout: int, check: bool
) -> list[dict[str, Any]]:
    """Probe all stores in parallel, each in its own process."""
    try:
        account = child_processes.account(user)
    except DcnError as error:
        if not check:
            raise
        return [_entry(item, ProbeResult(None, "skipped", str(error)).values(), [], 0.0) for item in probes]

    def function(item: StoreProbe) -> child_processes.ChildFunction:
        return lambda report: probe(item, connect, report, writes=not check).values()

    # librados stops by itself after the timeout. The limit is for the case that it does not.
    results = child_processes.run_all([function(item) for item in probes], account, timeout * 2 + 5)
    return [_result(item, result) for item, result in zip(probes, results)]


def _result(item: StoreProbe, result: child_processes.ChildResult) -> dict[str, Any]:
    if result.value is not None:
        return _entry(item, result.value, result.steps, result.seconds)
    last = result.steps[-1] if result.steps else "start"
    if result.killed:
        status = TIMED_OUT
        text = f"The cluster {item.cluster} did not answer in time at the step '{last}': the probe was stopped."
    else:
        status, text = FAILED, f"At the step '{last}': {result.error}"
    leftover = f"{item.pool}/{item.image}" if "create" in result.steps else None
    return _entry(item, ProbeResult(False, status, text, leftover=leftover).values(), result.steps, result.seconds)


def _entry(item: StoreProbe, values: Mapping[str, Any], steps: Sequence[str], seconds: float) -> dict[str, Any]:
    place = {"store": item.store, "cluster": item.cluster, "client": item.client, "pool": item.pool}
    return {**place, **values, "steps": list(steps), "seconds": seconds}


def failures(probes: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for each store that failed."""
    lines = []
    for item in probes:
        if item["ok"] is False:
            rest = f" The image {item['leftover']} may be left over." if item["leftover"] else ""
            lines.append(f"store {item['store']} (cluster {item['cluster']}): {item['error']}{rest}")
    return lines
