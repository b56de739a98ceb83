# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings in a worker: those that must be there, none of another site, and what its stores need."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import Effective, RbdStore, rbd_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.problem import ERROR, WARNING, PodProblem

DIRECTORY = "/etc/ceph"
POOL = "pool"
_MOUNT_HINT = "Check the extraMounts entry with this API's name in its propagation, and the Secret that it mounts."
_FOREIGN_HINT = "Give each site's pods a Secret of their own, with that site's files only."
Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Expected:
    """The files that the pods of an API must have, by whole path."""

    directory: str
    files: tuple[str, ...]


def parse_expected(raw: Mapping[str, Any]) -> dict[str, Expected]:
    """Read ``{api: {files: [...], directory: ...}}``; every problem at once."""
    problems: list[Problem] = []
    result = {}
    for api, item in raw.items():
        path = f"expected.{api}"
        if not isinstance(item, Mapping):
            problems.append(Problem(path, "must be a mapping with files"))
            continue
        problems += [
            Problem(f"{path}.{key}", "is not known here; known are files, directory")
            for key in item
            if key not in ("files", "directory")
        ]
        files, directory = item.get("files"), item.get("directory", DIRECTORY)
        if not isinstance(files, list) or not all(isinstance(name, str) and name for name in files):
            problems.append(Problem(f"{path}.files", "must be a list of file names"))
            continue
        if not isinstance(directory, str) or not directory.startswith("/"):
            problems.append(Problem(f"{path}.directory", "must be the whole path of a directory"))
            continue
        result[str(api)] = Expected(directory, tuple(posixpath.join(directory, name) for name in files))
    if problems:
        raise InputErrors(problems)
    return result


def mounts(expected: Expected | None, files: Files) -> dict[str, list[str]]:
    """What is missing, unreadable, or there in excess."""
    if expected is None:
        return {"missing": [], "unreadable": [], "extra": []}
    inside = [path for path in files if posixpath.dirname(path) == expected.directory and files[path]["exists"]]
    return {
        "missing": [path for path in expected.files if not files.get(path, {}).get("exists")],
        "unreadable": [p for p in expected.files if files.get(p, {}).get("exists") and not files[p]["readable"]],
        "extra": sorted(path for path in inside if path not in expected.files),
    }


def judge_mounts(worker: Worker, found: Mapping[str, Sequence[str]], files: Files) -> list[PodProblem]:
    """The files of this API's site, and no others."""
    problems = [
        PodProblem(ERROR, worker.name, "mount_missing", f"{path} is not there.", _MOUNT_HINT)
        for path in found["missing"]
    ]
    problems += [
        PodProblem(ERROR, worker.name, "mount_unreadable", _unreadable(files[path]), _MOUNT_HINT)
        for path in found["unreadable"]
    ]
    for path in found["extra"]:
        entities = files[path].get("entities")
        what = f"the keyring {path} (of {', '.join(entities) or 'nobody'})" if entities is not None else path
        severity = ERROR if entities is not None else WARNING
        text = f"It holds {what}, which its site must not have."
        problems.append(PodProblem(severity, worker.name, "mount_foreign", text, _FOREIGN_HINT))
    return problems


def _unreadable(item: Mapping[str, Any]) -> str:
    return (
        f"{item['path']} (owner {item['uid']}:{item['gid']}, mode {item['mode']}) is not readable for the account"
        " that Glance runs as."
    )


def judge_stores(worker: Worker, config: Effective, files: Files) -> list[PodProblem]:
    """Each rbd store finds its cluster and its key."""
    found: list[PodProblem] = []
    places: dict[tuple[str, str], str] = {}
    for store in rbd_stores(config):
        fsid, problems = _conf(worker, store, files)
        found += problems
        if not fsid:
            continue
        other = places.setdefault((fsid, store.pool), store.id)
        if other != store.id:
            text = f"Stores {other} and {store.id} are one: both are pool {store.pool} of the cluster {fsid}."
            hint = f"One of them has the other's conf: check rbd_store_ceph_conf of {store.id} ({store.conf})."
            found.append(PodProblem(ERROR, worker.name, "stores_same_place", text, hint))
        found += _keyring(worker, store, files)
    return found


def judge_store(worker: Worker, store: RbdStore, files: Files) -> list[PodProblem]:
    """The errors of one store that its files alone show."""
    fsid, problems = _conf(worker, store, files)
    found = problems + (_keyring(worker, store, files) if fsid else [])
    return [problem for problem in found if problem.severity == ERROR]


def entered(item: Mapping[str, Any]) -> str:
    """How the try of one store is returned."""
    return "ok" if item["step"] == "done" else f"{item['step']}: {item['error']}"


def judge_entered(worker: Worker, tried: Sequence[Mapping[str, Any]], config: Effective) -> list[PodProblem]:
    """Whether each cluster let the worker in."""
    stores = {store.id: store for store in rbd_stores(config)}
    found = []
    for item in tried:
        store, why = stores[str(item["store"])], str(item["error"]).rstrip(".")
        rule, hint = "store_unreachable", "Check that its monitors run and that the pods reach them."
        if item["step"] == "done":
            continue
        if "ermission" in why:
            rule = "store_key_refused"
            hint = f"The key of {store.client} is not (or no longer) the cluster's, or its caps are too few: write"
            hint += " the site's Secret again, and restart the pod where it mounts single files."
        elif item["step"] == POOL:
            rule, hint = "store_pool_missing", "Make the pool, or correct rbd_store_pool."
        text = f"Store {store.id} ({store.client}, {store.conf}, pool {store.pool}) cannot be used from here: {why}."
        found.append(PodProblem(ERROR, worker.name, rule, text, hint))
    return found


def _conf(worker: Worker, store: RbdStore, files: Files) -> tuple[str, list[PodProblem]]:
    item = files.get(store.conf, {})
    if not item.get("exists"):
        text = f"Store {store.id} needs {store.conf}, which is not there."
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
        lacks = " and ".join(name for name, value in (("fsid", fsid), ("mon_host", hosts)) if not value)
        text = f"Store {store.id}: {store.conf} has no {lacks} in [global]."
        return fsid, [PodProblem(WARNING, worker.name, "store_conf_incomplete", text, _MOUNT_HINT)]
    return fsid, []


def keyring_paths(store: RbdStore, files: Files) -> list[str]:
    """Where librados looks for the key, in its order."""
    conf = Document.parse(str(files[store.conf].get("text", "")).encode("utf-8"), "ceph", store.conf)
    cluster = posixpath.basename(store.conf)[: -len(".conf")] if store.conf.endswith(".conf") else "ceph"
    stated = next((v for v in (conf.get(s, "keyring") for s in (store.client, "client", "global")) if v), "")
    default = "/etc/ceph/$cluster.$name.keyring,/etc/ceph/$cluster.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin"
    metas = {"cluster": cluster, "name": store.client, "type": "client", "id": store.client.partition(".")[2]}
    paths = stated or default
    for name, value in metas.items():
        paths = paths.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return [path.strip() for path in paths.replace(";", ",").split(",") if path.strip()]


def _keyring(worker: Worker, store: RbdStore, files: Files) -> list[PodProblem]:
    paths = keyring_paths(store, files)
    there = [files[path] for path in paths if files.get(path, {}).get("exists")]
    if not there:
        text = f"Store {store.id}: the keyring of {store.client} is not there ({', '.join(paths[:2])})."
        return [PodProblem(ERROR, worker.name, "store_keyring_missing", text, _MOUNT_HINT)]
    readable = [item for item in there if item["readable"]]
    if not readable:
        text = f"Store {store.id}: {_unreadable(there[0])}"
        return [PodProblem(ERROR, worker.name, "store_keyring_unreadable", text, _MOUNT_HINT)]
    entities = readable[0].get("entities") or {}
    if not entities.get(store.client):
        has = ", ".join(sorted(entities)) or "nobody"
        text = f"Store {store.id}: {readable[0]['path']} has no key of {store.client}; it has keys of {has}."
        hint = "rbd_store_user and the keyring must name the same client."
        return [PodProblem(ERROR, worker.name, "store_keyring_client", text, hint)]
    return []
