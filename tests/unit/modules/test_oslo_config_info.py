# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module oslo_config_info on real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg

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
    (tmp_path / "glance-api.conf").write_text(
        "[DEFAULT]\nhost = main\ndebug = false\ntransport_url = rabbit://u:hidden123@h/\n"
    )
    for directory in ("glance.conf.d", "glance-api.conf.d"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "1.conf").write_text(f"[DEFAULT]\nhost = {directory}\n")
    (tmp_path / "glance.conf.d" / "ignored.txt").write_text("[DEFAULT]\nhost = ignored\n")
    return tmp_path / "glance-api.conf"


@pytest.mark.parametrize("found", [False, True])
def test_who_wins_is_as_oslo_config_says(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: bool
) -> None:
    directories = [main.parent / name for name in ("glance.conf.d", "glance-api.conf.d")]
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt("host"))
    arguments = [] if found else ["--config-file", str(main)]
    conf(
        arguments,
        project="glance",
        default_config_files=[str(main)],
        default_config_dirs=[str(path) for path in directories],
    )
    result = run(monkeypatch, capsys, paths=[str(main)], found=found)
    host = result["options"]["DEFAULT"]["host"]
    assert host["value"] == conf.host == ("glance-api.conf.d" if found else "main")
    assert len(host["overridden"]) == 2
    files = [main, *(directory / "1.conf" for directory in directories)]
    assert result["files"] == [str(path) for path in (files if found else [*files[1:], main])]
    assert "hidden123" not in result["_output"]
    assert result["options"]["DEFAULT"]["transport_url"]["line"] == 4


def test_directories_that_are_given_are_read_last(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(monkeypatch, capsys, paths=[str(main)], directories=[str(main.parent / "glance.conf.d")])
    assert result["options"]["DEFAULT"]["host"]["value"] == "glance.conf.d"


def test_only_the_wanted_options_of_only_the_named_files(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [{"section": "DEFAULT", "option": "gone"}, {"section": "DEFAULT", "option": "debug"}]
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
