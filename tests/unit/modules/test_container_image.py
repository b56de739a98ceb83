# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module container_image: its options. Swaps run on real engines in tests/lab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.modules import container_image
from ansible_collections.dcn.glance.tests.support.modules import set_arguments


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    set_arguments(monkeypatch, {"name": "glance_api", "image": "glance:1", **options})
    with pytest.raises(SystemExit):
        container_image.main()
    return dict(json.loads(capsys.readouterr().out))


def test_all_mistakes_are_reported_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(
        monkeypatch, capsys, image="docker://a", engine="docker", auth_file="/root/auth.json", validate_certs=False
    )
    assert [line.partition(":")[0] for line in result["msg"].splitlines()] == ["image", "auth_file", "validate_certs"]


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ("LoadState=not-found", "does not exist"),
        ("LoadState=loaded\nExecStart={ argv[]=/usr/bin/podman run --rm glance }", "at each start"),
    ],
)
def test_a_unit_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shown: str, message: str
) -> None:
    """A systemctl that says what units of real hosts say, and a podman that must not be asked."""
    for name, text in (("systemctl", f"cat <<'END'\n{shown}\nEND"), ("podman", f"touch {tmp_path}/asked")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert message in run(monkeypatch, capsys, unit="tripleo_glance_api")["msg"]
    assert not (tmp_path / "asked").exists()
