# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's confs and keyrings: real files in a directory of the test, and the real openssl."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import files_write, sealing
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key

FSID = "11111111-2222-3333-4444-555555555555"
HOST = "[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0]"
NAME = "client.glance.central"
OLD, NEW, OTHER = make_key(1), make_key(2), make_key(3)

NEW_CONF = f"""[global]
fsid = {FSID}
mon_host = {HOST}

[client]
client_mount_timeout = 10

[{NAME}]
keyring = {{directory}}/dcn0.{NAME}.keyring
"""


def openssl() -> sealing.Openssl:
    return sealing.Openssl(shutil.which("openssl"))


def lookup(kind: str, name: str) -> int:
    return pwd.getpwnam(name).pw_uid if kind == "owner" else grp.getgrnam(name).gr_gid


class Consumer:
    """A host's directory of confs and keyrings."""

    def __init__(self, directory: Path, pair: tuple[str, str]) -> None:
        self.directory = directory
        self.conf = directory / "dcn0.conf"
        self.keyring = directory / f"dcn0.{NAME}.keyring"
        self._pair = pair
        self.guarded: set[str] = set()

    def sealed(self, key: str, name: str = NAME, cluster: str = "dcn0") -> str:
        return sealing.seal(openssl(), sealing.check_public_key(openssl(), self._pair[1]), cluster, name, key)

    def desired(self, key: str | None = NEW, sealed: bool = True, **changes: Any) -> dict[str, Any]:
        client = {
            "name": NAME,
            "key_id": key_id(key) if key else None,
            "sealed": self.sealed(key) if key and sealed else None,
            **{name: changes.pop(name) for name in ("owner", "group", "mode", "keep_attributes") if name in changes},
        }
        cluster = {"cluster": "dcn0", "fsid": FSID, "mon_host": HOST, "options": {"client_mount_timeout": 10}}
        return {**cluster, "clients": [client], **changes}

    def run(self, *clusters: dict[str, Any], check: bool = False) -> files_write.FilesResult:
        desired = desired_clusters(clusters, lookup)
        directory = str(self.directory)
        return files_write.manage(desired, directory, self._pair[0], openssl, self.guarded.add, check)

    def write(self, path: Path, text: str, mode: int = 0o600) -> None:
        self.directory.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def settle(self) -> None:
        """Write the files of ``desired()``."""
        self.run(self.desired())


def actions(result: files_write.FilesResult) -> list[tuple[str, str]]:
    return [(os.path.basename(item["path"]), item["action"]) for item in result.values["files"]]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
