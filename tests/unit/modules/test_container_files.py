# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""container_files. A program in the place of podman describes the container; the lab has real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.modules import container_files
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

BASE = "/var/lib/kolla/config_files"
CEPH = {"source": f"{BASE}/ceph", "dest": "/etc/ceph", "owner": "glance", "perm": "0600"}
CONTAINER = {
    "Id": "9d2f",
    "Image": "sha256:3f0c",
    "ImageName": "registry/glance:1",
    "State": {"Running": True},
    "Mounts": [{"Type": "bind", "Source": "/etc/kolla/glance-api", "Destination": BASE}],
}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with a container and its list."""
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps([CONTAINER]))
    program = tmp_path / "podman"
    program.write_text(
        f'#!/bin/sh\n[ "$3" = glance_api ] && exec cat {answer}\necho "Error: no such container $3" >&2\nexit 125\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "config.json").write_text(json.dumps({"command": "glance-api", "config_files": []}))
    return tmp_path


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: Path, **options: Any
) -> dict[str, Any]:
    given = {
        "engine": "podman",
        "name": "glance_api",
        "config_json": str(host / "config.json"),
        "config_files": [CEPH],
        "mounts": [{"inside": BASE, "host": "/etc/kolla/glance-api"}],
        **options,
    }
    set_arguments(monkeypatch, given)
    with pytest.raises(SystemExit):
        container_files.main()
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_list_is_extended_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: Path
) -> None:
    before = (host / "config.json").read_bytes()
    checked = run(monkeypatch, capsys, host, extend=True, _ansible_check_mode=True, _ansible_diff=True)
    assert (checked["changed"], checked["added"]) == (True, [CEPH])
    assert (host / "config.json").read_bytes() == before
    done = run(monkeypatch, capsys, host, extend=True, _ansible_diff=True)
    assert {**done, "invocation": 0} == {**checked, "invocation": 0}
    assert (host / "config.json").read_text() == done["diff"]["after"]
    assert (done["image"], done["image_name"], done["running"]) == ("sha256:3f0c", "registry/glance:1", True)
    assert run(monkeypatch, capsys, host, extend=True)["changed"] is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "lacks /var/lib/kolla/config_files/ceph to /etc/ceph"),
        ({"name": "other"}, "There is no container other on this host"),
        ({"engine": "docker"}, "There is no program docker on this host"),
        (
            {"mounts": [{"inside": BASE, "host": "/etc/other"}]},
            "is /etc/kolla/glance-api of the host, and not /etc/other",
        ),
        ({"config_json": "/nowhere/config.json"}, "/nowhere/config.json does not exist"),
    ],
)
def test_failures(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: Path,
    options: dict[str, Any],
    message: str,
) -> None:
    if options.get("engine") == "docker" and Path("/usr/bin/docker").exists():
        pytest.skip("this machine has docker")
    found = run(monkeypatch, capsys, host, **options)
    assert found["failed"] and message in found["msg"]


def test_a_container_that_need_not_exist(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: Path
) -> None:
    found = run(monkeypatch, capsys, host, name="other", required=False)
    assert (found["changed"], found["exists"], found["image"]) == (False, False, "")
