# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a host of a site holds: staged data, confs and keyrings of Ceph, services older than their files."""

from __future__ import annotations

import os
import pwd
import re
import stat
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import read_unit, written_at
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.virsh import LibvirtError, Virsh

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SUFFIXES = (".conf", ".keyring")
#: The options of Glance, Nova and Cinder that name a client.
_USER = re.compile(r"^[ \t]*(?:rbd_store_user|rbd_user)[ \t]*[=:][ \t]*([A-Za-z0-9_.-]+)[ \t]*$", re.MULTILINE)


def staged_files(directory: str, now: float) -> dict[str, Any]:
    """The files of a staging directory. ``image`` is the id in the name of a file, '' where it has none."""
    files = []
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except FileNotFoundError:
        return {"path": directory, "exists": False, "error": "", "files": []}
    except OSError as failure:
        return {"path": directory, "exists": True, "error": str(failure.strerror), "files": []}
    for entry in entries:
        found = _stat(entry)
        if found is not None and stat.S_ISREG(found.st_mode):
            match = _ID.match(entry.name)
            age = max(0, int(now - found.st_mtime))
            image = match.group() if match else ""
            files.append({"path": entry.path, "image": image, "size": found.st_size, "age": age})
    return {"path": directory, "exists": True, "error": "", "files": files}


def client_files(directory: str, now: float) -> list[dict[str, Any]]:
    """The confs and keyrings of a directory; their content is not read."""
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return []
    found = []
    for entry in entries:
        state = _stat(entry) if entry.name.endswith(_SUFFIXES) else None
        if state is not None:
            found.append(
                {
                    "name": entry.name,
                    "path": entry.path,
                    "days": max(0, int((now - state.st_mtime) // 86400)),
                    "mode": f"{stat.S_IMODE(state.st_mode):04o}",
                    "owner": _owner(state.st_uid),
                }
            )
    return found


def services(module: Any, wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each unit, whether it runs, and which of its files are newer than its process."""
    systemctl = module.get_bin_path("systemctl")
    found = []
    for item in wanted if systemctl else ():
        unit = read_unit(_Named(module, item["name"]), systemctl)
        written = written_at(_expanded(item["files"]))
        newer = sorted(path for path, moment in written.items() if unit.started is not None and moment > unit.started)
        state = {"exists": unit.exists, "active": unit.active, "newer_files": newer}
        found.append({"name": item["name"], **state, "clients": named_clients(written)})
    return found


def named_clients(paths: Iterable[str]) -> list[dict[str, str]]:
    """The cephx clients that configuration files name, with the file. Nothing else of the files is returned."""
    found: dict[tuple[str, str], None] = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                found.update({(name, path): None for name in _USER.findall(stream.read())})
        except OSError:
            continue
    return [{"client": f"client.{name}", "path": path} for name, path in sorted(found)]


def instances(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The instances of libvirt with their clients, and its secrets for Ceph; ``error`` says why they are not known."""
    if options is None:
        return {"instances": [], "secrets": [], "error": ""}
    virsh = Virsh(options["exec"], options["uri"], options["timeout"])
    try:
        secrets, domains = virsh.usages(), virsh.domains()
    except (LibvirtError, ValueError) as error:
        return {"instances": [], "secrets": [], "error": str(error)}
    return {
        "instances": [
            {
                "uuid": domain.uuid,
                "name": domain.title,
                "running": domain.running,
                "clients": [{"client": client, "secret": secret} for client, secret in domain.clients],
            }
            for domain in domains
        ],
        "secrets": [
            {"uuid": uuid, "usage": usage.removeprefix("ceph ")}
            for uuid, usage in sorted(secrets.items())
            if usage.startswith("ceph ")
        ],
        "error": "",
    }


def read_host(module: Any) -> dict[str, Any]:
    """What the module consumer_info returns."""
    now = time.time()
    params = module.params
    return {
        "staging": [staged_files(path, now) for path in params["staging"]],
        "client_files": [file for path in params["directory"] for file in client_files(path, now)],
        "services": services(module, params["services"]),
        "libvirt": instances(params["libvirt"]),
    }


class _Named:
    """A module whose option ``name`` is a unit, as ``read_unit`` wants it."""

    def __init__(self, module: Any, name: str) -> None:
        self.params = {"name": name}
        self.run_command = module.run_command


def _expanded(paths: Sequence[str]) -> list[str]:
    """The paths, with the files of directories."""
    found = []
    for path in paths:
        if os.path.isdir(path):
            found += sorted(entry.path for entry in os.scandir(path) if entry.is_file())
        else:
            found.append(path)
    return found


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # removed since it was listed
        return None


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
