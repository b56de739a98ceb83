# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret is generated on one host and encrypted for others, with the real openssl."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.modules import key_recipient, secret_file
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

Run = Callable[..., dict[str, Any]]
ME = {"owner": "root", "group": "root"}
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root")


@pytest.fixture(name="run")
def run_fixture(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a module; give its result and, under ``_output``, everything that it printed."""

    def run(module: ModuleType, check: bool = False, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, arguments, check=check, diff=True)
        with pytest.raises(SystemExit):
            module.main()
        output = capfd.readouterr().out
        return {**json.loads(output), "_output": output}

    return run


def test_the_secret_goes_to_another_host_unseen(run: Run, tmp_path: Path) -> None:
    there = str(tmp_path / "run")
    key = run(key_recipient, directory=there)["public_key"]
    here, copy = tmp_path / "here", tmp_path / "copy"
    wanted = {"path": str(here), "name": "swift", "recipients": [{"host": "h", "public_key": key}], **ME}
    predicted = run(secret_file, check=True, **wanted)
    assert (predicted["changed"], predicted["sealed"], here.exists()) == (True, {}, False)
    made = run(secret_file, **wanted)
    secret = here.read_text()
    assert (made["action"], len(secret), here.stat().st_mode & 0o777) == ("create", 32, 0o600)
    received = {"path": str(copy), "name": "swift", "recipient_directory": there, **ME}
    first = run(secret_file, sealed=made["sealed"]["h"], **received)
    again = run(secret_file, sealed=run(secret_file, **wanted)["sealed"]["h"], **received)
    assert (first["action"], again["changed"], copy.read_text()) == ("create", False, secret)
    for result in (made, first, again):
        assert secret not in result["_output"]


def test_a_secret_that_was_changed_on_the_other_host_is_repaired(run: Run, tmp_path: Path) -> None:
    there = str(tmp_path / "run")
    key = run(key_recipient, directory=there)["public_key"]
    here = tmp_path / "here"
    recipients = [{"host": "h", "public_key": key}]
    sealed = run(secret_file, path=str(here), name="s", value="given", recipients=recipients, **ME)["sealed"]["h"]
    copy = tmp_path / "copy"
    copy.write_text("other")
    copy.chmod(0o644)
    wanted = {"path": str(copy), "name": "s", "sealed": sealed, "recipient_directory": there, **ME}
    assert run(secret_file, check=True, **wanted)["action"] == "update"
    assert (run(secret_file, **wanted)["action"], copy.read_text()) == ("update", "given")
    copy.chmod(0o640)
    assert run(secret_file, **wanted)["action"] == "attributes"
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_secret_for_another_purpose_is_refused(run: Run, tmp_path: Path) -> None:
    there = str(tmp_path / "run")
    key = run(key_recipient, directory=there)["public_key"]
    recipients = [{"host": "h", "public_key": key}]
    sealed = run(secret_file, path=str(tmp_path / "a"), name="swift", recipients=recipients, **ME)["sealed"]["h"]
    result = run(secret_file, path=str(tmp_path / "b"), name="glance", sealed=sealed, recipient_directory=there, **ME)
    assert (result["reason"], "holds another secret" in result["msg"]) == ("sealing_failed", True)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "0644"}, "mode: '0644' must be octal and end with 0"),
        ({"owner": "nobody-here"}, "owner: 'nobody-here' does not exist on this host"),
    ],
)
def test_what_is_refused(run: Run, tmp_path: Path, arguments: dict[str, str], message: str) -> None:
    result = run(secret_file, path=str(tmp_path / "x"), name="s", **{**ME, **arguments})
    assert message in result["msg"] and not (tmp_path / "x").exists()


def test_an_empty_file_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert "is empty" in run(secret_file, path=str(tmp_path / "x"), name="s", **ME)["msg"]
