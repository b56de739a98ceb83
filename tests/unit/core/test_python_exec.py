# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of the collection run in another Python, which has nothing of the collection."""

from __future__ import annotations

import ast
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd_work
from ansible_collections.dcn.glance.plugins.module_utils._core import python_exec, python_program
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.old_python import rewrite
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PythonExecError, call, run_python
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of
from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check

ROOT = Path(__file__).parents[3]
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
    monkeypatch.setattr(python_exec, "_UNCHANGED", (3, 99))
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
    # A process that was killed ends when the system runs it next.
    end = time.monotonic() + 5
    while stat.exists() and stat.read_text().split()[2] != "Z" and time.monotonic() < end:
        time.sleep(0.05)
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


OLD_PYTHONS = [str(path) for path in Path.home().glob(".pyenv/versions/3.[678].*/bin/python")]
#: Bindings of Ceph that do what the probe of a store needs, for a Python that has none.
RADOS = """
class Error(Exception): pass
class ObjectNotFound(Error): pass
class PermissionError(Error): pass
class TimedOut(Error): pass
class Rados:
    def __init__(self, **options): pass
    def conf_get(self, name): return "key"
    def connect(self, timeout): pass
    def get_fsid(self): return "0c5c0a4e"
    def open_ioctx(self, pool): return self
    def shutdown(self): pass
    def close(self): pass
"""
RBD = """
IMAGES = {}
class Error(Exception): pass
class ImageNotFound(Error): pass
class RBD:
    def create(self, pool, name, size): IMAGES[name] = b""
    def remove(self, pool, name): del IMAGES[name]
class Image:
    def __init__(self, pool, name, snapshot, read_only): self.name = name
    def write(self, data, offset): IMAGES[self.name] = data
    def read(self, offset, length): return IMAGES[self.name][:length]
    def flush(self): pass
    close = flush
    def create_snap(self, name): pass
    protect_snap = unprotect_snap = remove_snap = create_snap
    def is_protected_snap(self, name): return True
"""


@pytest.mark.parametrize("python", [sys.executable, *OLD_PYTHONS])
def test_a_store_is_probed_by_each_python(python: str, tmp_path: Path) -> None:
    """The bindings are a fake: there are none for these versions."""
    (tmp_path / "rados.py").write_text(RADOS)
    (tmp_path / "rbd.py").write_text(RBD)
    (tmp_path / "dcn0.conf").touch()
    store = {**STORE, "conf": str(tmp_path / "dcn0.conf")}
    found = probe(["env", f"PYTHONPATH={tmp_path}", python], check=False, stores=[store])["probes"][0]
    assert (found["ok"], found["status"], found["fsid"], found["error"]) == (True, "ok", "0c5c0a4e", None)
    with pytest.raises(DcnError, match="has no module rados") as raised:
        probe(["env", "-i", python, "-S"], check=False)
    assert raised.value.reason == "tool_missing"


def test_the_rewritten_sources_have_the_syntax_of_python_36() -> None:
    # In a process of its own: this one has loaded files that no container needs.
    program = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import importlib as load\n"
        f"load.import_module('{rbd_work.__name__}')\n"
        f"print(json.dumps(load.import_module('{python_exec.__name__}')._old_sources()))"
    )
    root = str(ROOT / ".cache" / "collections")
    listed = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True, check=True).stdout
    sources = json.loads(listed)
    assert rbd_work.__name__ in sources
    for source in sources.values():
        ast.parse(source, feature_version=(3, 6))
    ast.parse(source_of(python_program), feature_version=(3, 6))


@pytest.mark.parametrize("python", OLD_PYTHONS)
def test_the_check_of_glance_runs_in_an_old_python(python: str) -> None:
    done = run_python([python], rewrite(source_of(start_check)), 20, ["/dev/null", "", "10"])
    assert b"Glance cannot be imported (ModuleNotFoundError" in done.stdout


ANNOTATED = """from __future__ import annotations
x: list[str] = []
Result = dict[str, int]
def f(a: int | None, *b: str) -> None:
    c: dict[str, int] = {}
"""
PLAIN = """x: 'list[str]' = []
Result = None

def f(a, *b):
    c: 'dict[str, int]' = {}"""


def test_annotations_and_aliases_of_types() -> None:
    assert rewrite(ANNOTATED) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "plain {{braces}} {x} {x!r:>12} {x!s}",
        "{x:{width}.3}|{x[0]:>{width}}",
        "nested {', '.join(f'{y}!' for y in x)} {x.partition('b')[0]}",
    ],
)
def test_no_f_string_is_left_whose_quotes_an_older_python_cannot_read(text: str) -> None:
    source = f'r = f"""{text}"""'
    wanted, found = {"x": "abc", "width": 7}, {"x": "abc", "width": 7}
    exec(source, wanted)
    rewritten = rewrite(source)
    exec(rewritten, found)
    assert found["r"] == wanted["r"]
    assert not [node for node in ast.walk(ast.parse(rewritten)) if isinstance(node, ast.JoinedStr)]
