# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: reports what only the pod knows about a worker. Changes nothing.

The source of this file is sent to the pod's Python: it imports the standard library and ``inside/config`` only. Keys
never leave the pod: of a keyring, only the client names and the ids of the keys are reported.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config

MOST_FILES = 1000


def allowed(info: os.stat_result, uid: int, gids: Iterable[int], bits: int) -> bool:
    """Whether an account may read (4), write (2) or search (1) a file."""
    if uid == 0:
        return True
    if info.st_uid == uid:
        return bool(info.st_mode >> 6 & bits == bits)
    if info.st_gid in set(gids):
        return bool(info.st_mode >> 3 & bits == bits)
    return bool(info.st_mode & bits == bits)


def staging(path: str, uid: int, gids: Sequence[int]) -> dict[str, Any]:
    """The staging directory: its files and its free space in bytes."""
    try:
        info = os.stat(path)
        names = sorted(os.listdir(path))
    except OSError as error:
        return {"path": path, "exists": False, "error": error.strerror or str(error), "files": []}
    files: list[dict[str, Any]] = []
    for name in names:
        try:
            each = os.lstat(os.path.join(path, name))
        except OSError:
            continue
        if stat.S_ISREG(each.st_mode):
            age = max(0, int(time.time() - each.st_mtime))
            files.append({"name": name, "image": name.partition(".")[0], "size": each.st_size, "age": age})
    space = os.statvfs(path)
    # An access list can differ from the mode; os.access knows it, but only for the account of this program.
    writable = os.access(path, os.W_OK | os.X_OK) if uid == os.geteuid() else allowed(info, uid, gids, 3)
    oldest = sorted(files, key=lambda item: -item["age"])[:MOST_FILES]
    return {
        "path": path,
        "exists": True,
        "writable": writable and not space.f_flag & os.ST_RDONLY,
        "files": sorted(oldest, key=lambda item: item["name"]),
        "count": len(names),
        "used_bytes": sum(item["size"] for item in files),
        # Without a free inode, no file can be created.
        "free_bytes": 0 if space.f_files and not space.f_favail else space.f_bavail * space.f_frsize,
        "size_bytes": space.f_blocks * space.f_frsize,
    }


def key_ids(text: str) -> dict[str, str]:
    """The clients of a keyring, each with the id of its key."""
    found: dict[str, str] = {}
    entity = ""
    for line in text.splitlines():
        header = re.match(r"\[([^\]]+)\]\s*$", line.strip())
        key = re.match(r"\s*key\s*=\s*\"?([^\s\"#;]+)", line)
        if header:
            entity = header.group(1)
            found.setdefault(entity, "")
        elif key and entity:
            found[entity] = hashlib.sha256(b"dcn.glance:" + key.group(1).encode()).hexdigest()[:12]
    return found


def client_file(path: str, uid: int, gids: Sequence[int]) -> dict[str, Any]:
    """A conf or keyring of Ceph: a conf with its text, a keyring without its secrets."""
    found: dict[str, Any] = {"path": path, "exists": False, "readable": False}
    try:
        info = os.stat(path)
    except OSError as error:
        return {**found, "error": error.strerror or str(error)}
    found.update(exists=True, mode=f"{stat.S_IMODE(info.st_mode):04o}", uid=info.st_uid, gid=info.st_gid)
    found.update(size=info.st_size, readable=allowed(info, uid, gids, 4) and stat.S_ISREG(info.st_mode))
    text = config.text_of(path) if info.st_size < 1 << 20 else ""
    ids = key_ids(text)
    if any(ids.values()) or path.endswith(".keyring"):
        found["entities"] = ids
    else:
        found["text"] = text.encode("utf-8", "replace").decode()
    return found


def client_files(directories: Iterable[str], more: Iterable[str], uid: int, gids: Sequence[int]) -> list[Any]:
    """Every conf and keyring in these directories, and the files of ``more``."""
    paths = set(more)
    for directory in directories:
        try:
            names = os.listdir(directory)
        except OSError:
            continue
        paths |= {os.path.join(directory, name) for name in names if name.endswith((".conf", ".keyring"))}
    return [client_file(path, uid, gids) for path in sorted(paths)]


def keyrings_named(files: Sequence[Mapping[str, Any]]) -> set[str]:
    """The keyrings that confs name by absolute path."""
    texts = [str(item.get("text", "")) for item in files]
    found = {match for text in texts for match in re.findall(r"^\s*keyring\s*[=:]\s*(\S+)", text, re.MULTILINE)}
    return {path for value in found for path in value.split(",") if path.startswith("/") and "$" not in path}


def config_file(path: str) -> dict[str, Any]:
    """A configuration file with its text and its modification time in seconds since 1970."""
    try:
        modified = os.stat(path).st_mtime
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        return {"path": path, "modified": 0, "text": "", "error": error.strerror or str(error)}
    return {"path": path, "modified": round(modified, 2), "text": text}


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``directories``: where confs and keyrings are mounted; ``files``: further ones, by absolute path."""
    server, paths = config.running(options.get("proc", "/proc"), options.get("etc", config.ETC))
    uid, gids = (server["uid"], server["gids"]) if server else (os.getuid(), [os.getgid(), *os.getgroups()])
    files = [config_file(path) for path in paths]
    text = config.environment_options(config.environment(options.get("proc", "/proc"), server["pid"])) if server else ""
    if text:
        files.append({"path": "the environment of the process", "modified": 0.0, "text": text})
    settings = config.options_of([item["text"] for item in files])
    confs = {value for (_section, name), value in settings.items() if name == "rbd_store_ceph_conf" and value}
    directories = {*options.get("directories", ()), *(os.path.dirname(path) for path in confs)}
    found = client_files(directories, {*confs, *options.get("files", ())}, uid, gids)
    known = {item["path"] for item in found}
    found += client_files((), keyrings_named(found) - known, uid, gids)
    return {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "now": round(time.time(), 2),
        "process": server,
        "configuration": files,
        "staging": staging(config.staging_directory(settings), uid, gids),
        "client_files": found,
    }
