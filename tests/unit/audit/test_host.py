# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host holds, read from real directories and from the answers of systemd."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

from ansible_collections.dcn.glance.plugins.module_utils._audit.host import (
    client_files,
    instances,
    named_clients,
    services,
    staged_files,
)
from ansible_collections.dcn.glance.tests.support.builders.audit import ID


def test_staged_files_have_image_and_age(tmp_path: Path) -> None:
    for name in (ID, f"{ID}.raw", "other"):
        (tmp_path / name).write_bytes(b"12345")
    (tmp_path / "directory").mkdir()
    os.utime(tmp_path / ID, (1000, 1000))
    found = staged_files(str(tmp_path), 4600)
    assert [(item["image"], item["size"]) for item in found["files"]] == [(ID, 5), (ID, 5), ("", 5)]
    assert found["files"][0]["age"] == 3600
    assert staged_files(str(tmp_path / "missing"), 0)["exists"] is False


def test_client_files_are_listed_and_not_read(tmp_path: Path) -> None:
    for name in ("dcn0.conf", "dcn0.client.glance.dcn0.keyring", "rbdmap"):
        (tmp_path / name).touch(0o600)
        os.utime(tmp_path / name, (0, 0))
    found = client_files(str(tmp_path), 86400 * 2.5)
    assert [(item["name"], item["days"], item["mode"]) for item in found] == [
        ("dcn0.client.glance.dcn0.keyring", 2, "0600"),
        ("dcn0.conf", 2, "0600"),
    ]
    assert client_files(str(tmp_path / "missing"), 0) == []


def test_files_newer_than_the_process(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    new, old = tmp_path / "conf.d" / "new.conf", tmp_path / "old.conf"
    for path, moment in ((new, 2**33), (old, 0)):
        path.touch()
        os.utime(path, (moment, moment))
    answer = "LoadState=loaded\nActiveState=active\nMainPID=7\nExecMainStartTimestampMonotonic=1000000\n"
    module = SimpleNamespace(get_bin_path=lambda name: name, run_command=lambda words: (0, answer, ""))
    wanted = [{"name": "glance-api", "files": [str(tmp_path / "conf.d"), str(old), str(tmp_path / "none")]}]
    (found,) = services(module, wanted)
    assert found == {"name": "glance-api", "exists": True, "active": True, "newer_files": [str(new)], "clients": []}


def test_the_clients_that_files_name(tmp_path: Path) -> None:
    conf = tmp_path / "glance-api.conf"
    conf.write_text("[a]\nrbd_store_user = glance.dcn0.2\n#rbd_user = no\n[b]\n  rbd_user=nova.dcn0\nother = x\n")
    assert named_clients([str(conf), str(tmp_path / "none")]) == [
        {"client": "client.glance.dcn0.2", "path": str(conf)},
        {"client": "client.nova.dcn0", "path": str(conf)},
    ]


def test_instances_are_read_with_virsh(tmp_path: Path) -> None:
    domain = f"<domain><name>a</name><uuid>{ID}</uuid></domain>"
    program = tmp_path / "virsh"
    program.write_text(
        "#!/bin/sh\nfor word; do case $word in\n"
        f"secret-list) echo ' {ID} ceph client.nova.dcn0 {ID}'; echo ' {ID[:-1]}0 iscsi x'; exit;;\n"
        f"list) echo {ID}; exit;;\ndumpxml) echo '{domain}'; exit;;\nesac; done\n"
    )
    program.chmod(0o755)
    found = instances({"exec": ["env", f"PATH={tmp_path}:/bin:/usr/bin"], "uri": "test:///", "timeout": 5})
    assert found == {
        "instances": [{"uuid": ID, "name": "a", "running": True, "clients": []}],
        "secrets": [{"uuid": ID, "usage": f"client.nova.dcn0 {ID}"}],
        "error": "",
    }
    assert instances(None)["error"] == ""
    missing = instances({"exec": ["env", "PATH=/none"], "uri": "test:///", "timeout": 5})
    assert "virsh" in missing["error"] and missing["instances"] == []
