# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of the collection run in another Python, which has nothing of the collection."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd_work
from ansible_collections.dcn.glance.plugins.module_utils._core import python_exec, python_program
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PythonExecError, call, run_python
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import plain_annotations, source_of
from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check

#: A Python without this test's environment, with -S also without its packages.
OTHER = ["env", "-i", sys.executable, "-S"]
STORE = {
    "store": "dcn0",
    "cluster": "dcn0",
    "conf": "/no/such/dcn0.conf",
    "client": "client.glance",
    "pool": "images",
    "keyring": None,
    "denied_pools": [],
    "fsid": None,
}


def probe(command: list[str], limit: float = 30, **more: Any) -> dict[str, Any]:
    arguments = {"stores": [STORE], "host": "h", "user": None, "timeout": 3, "check": True, **more}
    return call(rbd_work.probe_stores, arguments, command, limit)


def test_the_result_is_the_same_there_and_here() -> None:
    here, there = probe([])["probes"][0], probe(OTHER)["probes"][0]
    assert there["error"] == "Not installed yet: /no/such/dcn0.conf."
    assert {**there, "seconds": 0} == {**here, "seconds": 0}


def test_an_error_keeps_its_reason() -> None:
    with pytest.raises(DcnError, match="has no module rados") as raised:
        probe(OTHER, check=False)
    assert raised.value.reason == "tool_missing"
    with pytest.raises(DcnError, match=r"stores\[0\]\.client") as raised:
        probe(OTHER, stores=[{**STORE, "client": "glance"}])
    assert raised.value.reason == "input_invalid"


def test_what_the_command_prints_does_not_mix_with_the_answer(tmp_path: Path) -> None:
    noisy = tmp_path / "noisy"
    noisy.write_text(f'#!/bin/sh\necho starting\necho warning >&2\n{shlex.join(OTHER)} "$@"\necho done\n')
    noisy.chmod(0o755)
    assert probe([str(noisy)])["probes"][0]["status"] == "skipped"


def test_no_argument_is_on_the_command_line(tmp_path: Path) -> None:
    listing = tmp_path / "listing"
    listing.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/seen\nexec {shlex.join(OTHER)} "$@"\n')
    listing.chmod(0o755)
    probe([str(listing)], stores=[{**STORE, "store": "topsecret"}])
    assert (tmp_path / "seen").read_text() == "-\n"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["/no/such/podman", "run"], "/no/such/podman cannot be run .No such file.*: install it on this host"),
        (["/"], "/ cannot be run .Permission denied"),
        (
            ["sh", "-c", "echo no such image >&2; exit 125"],
            r"exit code 125 .*: no such image.*check that the image and the container exist",
        ),
        (["sh", "-c", "exit 127"], "check the path of Python"),
        (["sh", "-c", f"exec {sys.executable} - < /dev/null"], "did not pass on its standard input"),
    ],
)
def test_why_nothing_ran(command: list[str], message: str) -> None:
    with pytest.raises(PythonExecError, match=message):
        probe(command)


def test_a_command_with_a_terminal_is_refused() -> None:
    with pytest.raises(InputErrors, match=r"python_exec: '-it' gives Python a terminal.*write \[podman, run, -i, x\]"):
        run_python(["podman", "run", "-it", "x"], "", 1)


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_exec, "OLDEST_PYTHON", (3, 99))
    with pytest.raises(PythonExecError, match=rf"runs Python 3\.{sys.version_info[1]}\.\d+: this needs Python 3.99"):
        probe(OTHER)


def test_the_program_stops_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the command only starts a container, nobody else would stop it."""
    slow = f"import time\ntime.sleep(60)\n{source_of(python_program)}"
    monkeypatch.setattr(python_exec, "source_of", lambda module: slow if module is python_program else "")
    monkeypatch.setattr(python_exec, "_START", 0.5)
    begin = time.monotonic()
    with pytest.raises(PythonExecError, match="did not end within 1 seconds and was stopped"):
        probe(OTHER, limit=0.5)
    assert time.monotonic() - begin < 8
    # The function itself takes too long: a name server that does not answer, for example.
    monkeypatch.undo()
    sources = {**python_exec._sources(), rbd_work.__name__: "import time\ndef probe_stores(a):\n    time.sleep(60)\n"}
    monkeypatch.setattr(python_exec, "_sources", lambda: sources)
    with pytest.raises(PythonExecError, match=r"was stopped after 0\.5 seconds"):
        probe(OTHER, limit=0.5)


def test_what_is_killed_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(PythonExecError, match="stopped: begun"):
        run_python(["sh", "-c", f"echo begun >&2; sleep 60 & echo $! > {tmp_path}/pid; wait"], "", 0.5)
    stat = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


OLD_PYTHON = str(Path.home() / ".pyenv/versions/3.6.15/bin/python")


@pytest.mark.skipif(not os.access(OLD_PYTHON, os.X_OK), reason="no Python 3.6 on this machine")
def test_python_36_says_its_version_and_runs_the_check_of_glance() -> None:
    with pytest.raises(PythonExecError, match=r"runs Python 3\.6\.\d+: this needs Python 3\.9"):
        probe([OLD_PYTHON])
    done = run_python([OLD_PYTHON], plain_annotations(source_of(start_check)), 20, ["/dev/null", "", "10"])
    assert b"Glance cannot be imported (ModuleNotFoundError" in done.stdout


ANNOTATED = """from __future__ import annotations
x: list[str] = []
def f(a: int | None, *b: str) -> None:
    c: dict[str, int] = {}
"""
PLAIN = """x: 'list[str]' = []

def f(a, *b):
    c: 'dict[str, int]' = {}"""


def test_plain_annotations() -> None:
    assert plain_annotations(ANNOTATED) == PLAIN
