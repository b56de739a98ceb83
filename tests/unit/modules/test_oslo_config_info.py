# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module oslo_config_info on real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.modules import oslo_config_info
from ansible_collections.dcn.glance.tests.support.modules import set_arguments


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    set_arguments(monkeypatch, options)
    with pytest.raises(SystemExit):
        oslo_config_info.main()
    output = capsys.readouterr().out
    return {**json.loads(output), "_output": output}


@pytest.fixture(name="main")
def main_fixture(tmp_path: Path) -> Path:
    (tmp_path / "glance-api.conf").write_text("[DEFAULT]\ndebug = false\ntransport_url = rabbit://u:hidden123@h/\n")
    for directory in ("glance.conf.d", "glance-api.conf.d"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "1.conf").write_text(f"[DEFAULT]\nhost = {directory}\n")
    (tmp_path / "glance.conf.d" / "ignored.txt").write_text("[DEFAULT]\nhost = ignored\n")
    return tmp_path / "glance-api.conf"


def test_drop_in_files_override_the_main_file(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(monkeypatch, capsys, paths=[str(main)])
    assert [Path(path).parent.name for path in result["files"][1:]] == ["glance.conf.d", "glance-api.conf.d"]
    host = result["options"]["DEFAULT"]["host"]
    assert host["value"] == "glance-api.conf.d" and host["path"] == result["files"][2]
    assert [each["path"] for each in host["overridden"]] == [result["files"][1]]
    assert "hidden123" not in result["_output"]
    assert result["options"]["DEFAULT"]["transport_url"]["line"] == 3


def test_only_the_wanted_options_of_only_the_named_files(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [{"section": "DEFAULT", "option": "host"}, {"section": "DEFAULT", "option": "debug"}]
    result = run(monkeypatch, capsys, paths=[str(main)], directories=[], options=wanted)
    assert {name: each["value"] for name, each in result["options"]["DEFAULT"].items()} == {"debug": "false"}
    assert result["files"] == [str(main)]


def test_what_is_missing_or_broken_is_said(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(monkeypatch, capsys, paths=[str(main), "/no/such.conf"])
    assert result["msg"] == "/no/such.conf does not exist. Correct paths, or install the service first."
    assert run(monkeypatch, capsys, paths=[])["failed"]
    main.write_bytes(b"[DEFAULT]\nx = \xff\n")
    assert "is not UTF-8 text (byte 14)" in run(monkeypatch, capsys, paths=[str(main)])["msg"]
    main.write_text("[DEFAULT]\nflag\n")
    assert len(run(monkeypatch, capsys, paths=[str(main)])["problems"]) == 1
