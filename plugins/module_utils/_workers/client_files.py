# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ceph client files (confs and keyrings) in a worker: expected, foreign, and needed by its stores.

``Files`` maps a path to what the program ``inside/inspect`` reports about the file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_files import keyring_paths
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import RbdStore, WorkerConfig, rbd_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import ExpectedFiles
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import ERROR, WARNING, PodProblem, Worker

POOL = "pool"
_MOUNT_HINT = "Check the extraMounts entry with this API's name in its propagation, and the Secret that it mounts."
_FOREIGN_HINT = "Mount a separate Secret for each site, with the files of that site only."
_OLD_HINT = (
    "When nothing uses the old client, -e glance_control_plane_purge=managed removes the keyring from the Secret."
)
#: CLUSTER.client.SERVICE.SITE.keyring, with the generation of the client from the second one on.
_GENERATION = re.compile(r"(.+\.client\.[^.]+\.[^.]+?)(?:\.(\d+))?\.keyring")
Files = Mapping[str, Mapping[str, Any]]


def mounted_files(expected: ExpectedFiles | None, files: Files) -> dict[str, list[str]]:
    """The paths that are ``missing``, ``unreadable``, of ``earlier`` clients, or ``extra``: not of this site."""
    if expected is None:
        return {"missing": [], "unreadable": [], "extra": [], "earlier": []}
    inside = [path for path in files if posixpath.dirname(path) == expected.directory and files[path]["exists"]]
    more = sorted(path for path in inside if path not in expected.files)
    earlier = [path for path in more if _is_earlier(path, expected.files)]
    return {
        "missing": [path for path in expected.files if not files.get(path, {}).get("exists")],
        "unreadable": [p for p in expected.files if files.get(p, {}).get("exists") and not files[p]["readable"]],
        "extra": [path for path in more if path not in earlier],
        "earlier": earlier,
    }


def _is_earlier(path: str, expected: Sequence[str]) -> bool:
    """Whether a keyring is that of an earlier generation of a client whose keyring is expected."""
    found = _GENERATION.fullmatch(path)
    known = [match for match in map(_GENERATION.fullmatch, expected) if match and found and match[1] == found[1]]
    return any(int(match[2] or 1) > int(found[2] or 1) for match in known) if found else False


def check_mounts(worker: Worker, found: Mapping[str, Sequence[str]], files: Files) -> list[PodProblem]:
    """Whether the worker has the client files of its own site and no others."""
    problems = [
        PodProblem(ERROR, worker.name, "mount_missing", f"{path} does not exist.", _MOUNT_HINT)
        for path in found["missing"]
    ]
    problems += [
        PodProblem(ERROR, worker.name, "mount_unreadable", _unreadable(files[path]), _MOUNT_HINT)
        for path in found["unreadable"]
    ]
    for path in found["earlier"]:
        text = f"The pod still has the keyring {path} of an earlier client of its site."
        problems.append(PodProblem(WARNING, worker.name, "mount_earlier_client", text, _OLD_HINT))
    for path in found["extra"]:
        entities = files[path].get("entities")
        what = f"the keyring {path} (of {', '.join(entities) or 'no client'})" if entities is not None else path
        severity = ERROR if entities is not None else WARNING
        text = f"The pod has {what}, which is not a file of its site."
        problems.append(PodProblem(severity, worker.name, "mount_foreign", text, _FOREIGN_HINT))
    return problems


def _unreadable(item: Mapping[str, Any]) -> str:
    return (
        f"{item['path']} (owner {item['uid']}:{item['gid']}, mode {item['mode']}) is not readable by the account"
        " that runs Glance."
    )


def check_store_files(worker: Worker, config: WorkerConfig, files: Files) -> list[PodProblem]:
    """Whether each rbd store has a conf and a key, and no two stores use the same pool."""
    found: list[PodProblem] = []
    pools: dict[tuple[str, str], str] = {}
    for store in rbd_stores(config):
        fsid, problems = _conf(worker, store, files)
        found += problems
        if not fsid:
            continue
        other = pools.setdefault((fsid, store.pool), store.id)
        if other != store.id:
            text = f"Stores {other} and {store.id} both use pool {store.pool} of the cluster {fsid}."
            hint = f"One of them uses the conf of the other: check rbd_store_ceph_conf of {store.id} ({store.conf})."
            found.append(PodProblem(ERROR, worker.name, "stores_same_pool", text, hint))
        found += _keyring(worker, store, files)
    return found


def store_file_errors(worker: Worker, store: RbdStore, files: Files) -> list[PodProblem]:
    """The errors of the client files of one store."""
    fsid, problems = _conf(worker, store, files)
    found = problems + (_keyring(worker, store, files) if fsid else [])
    return [problem for problem in found if problem.severity == ERROR]


def connection_result(item: Mapping[str, Any]) -> str:
    """The connection test of one store as the module returns it."""
    return "ok" if item["step"] == "done" else f"{item['step']}: {item['error']}"


def check_connections(worker: Worker, tested: Sequence[Mapping[str, Any]], config: WorkerConfig) -> list[PodProblem]:
    """Whether the worker could connect to each cluster and open the pool."""
    stores = {store.id: store for store in rbd_stores(config)}
    found = []
    for item in tested:
        store, why = stores[str(item["store"])], str(item["error"]).rstrip(".")
        rule, hint = "store_unreachable", "Check that the monitors run and that the pods can reach them."
        if item["step"] == "done":
            continue
        if "ermission" in why:
            rule = "store_key_refused"
            hint = f"The cluster does not accept the key of {store.client}, or its capabilities are insufficient: write"
            hint += " the Secret of the site again, and restart the pod if it mounts single files (subPath)."
        elif item["step"] == POOL:
            rule, hint = "store_pool_missing", "Create the pool, or correct rbd_store_pool."
        text = f"Store {store.id} ({store.client}, {store.conf}, pool {store.pool}) cannot be used: {why}."
        found.append(PodProblem(ERROR, worker.name, rule, text, hint))
    return found


def _conf(worker: Worker, store: RbdStore, files: Files) -> tuple[str, list[PodProblem]]:
    """The fsid that the conf of a store names (empty: none), and the problems of the conf."""
    item = files.get(store.conf, {})
    if not item.get("exists"):
        text = f"Store {store.id} needs {store.conf}, which does not exist."
        return "", [PodProblem(ERROR, worker.name, "store_conf_missing", text, _MOUNT_HINT)]
    if not item["readable"]:
        text = f"Store {store.id}: {_unreadable(item)}"
        return "", [PodProblem(ERROR, worker.name, "store_conf_unreadable", text, _MOUNT_HINT)]
    try:
        conf = Document.parse(str(item.get("text", "")).encode("utf-8"), "ceph", store.conf)
    except InputErrors as error:
        text = f"Store {store.id}: {error.problems[0]}"
        return "", [PodProblem(ERROR, worker.name, "store_conf_invalid", text, "Ceph refuses the whole file.")]
    fsid = (conf.get("global", "fsid") or "").lower()
    hosts = conf.get("global", "mon_host")
    if not fsid or not hosts:
        missing = " and ".join(name for name, value in (("fsid", fsid), ("mon_host", hosts)) if not value)
        text = f"Store {store.id}: {store.conf} has no {missing} in [global]."
        return fsid, [PodProblem(WARNING, worker.name, "store_conf_incomplete", text, _MOUNT_HINT)]
    return fsid, []


def _keyring(worker: Worker, store: RbdStore, files: Files) -> list[PodProblem]:
    paths = keyring_paths(store.conf, str(files[store.conf].get("text", "")).encode("utf-8"), store.client) or []
    existing = [files[path] for path in paths if files.get(path, {}).get("exists")]
    if not existing:
        text = f"Store {store.id}: the keyring of {store.client} does not exist ({', '.join(paths[:2])})."
        return [PodProblem(ERROR, worker.name, "store_keyring_missing", text, _MOUNT_HINT)]
    readable = [item for item in existing if item["readable"]]
    if not readable:
        text = f"Store {store.id}: {_unreadable(existing[0])}"
        return [PodProblem(ERROR, worker.name, "store_keyring_unreadable", text, _MOUNT_HINT)]
    entities = readable[0].get("entities") or {}
    if not entities.get(store.client):
        has = ", ".join(sorted(entities)) or "no client"
        text = f"Store {store.id}: {readable[0]['path']} has no key of {store.client}; it has keys of {has}."
        hint = "rbd_store_user and the keyring must name the same client."
        return [PodProblem(ERROR, worker.name, "store_keyring_client", text, hint)]
    return []
