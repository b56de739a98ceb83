# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a reload of Glance is enough, with real processes that stand in for it; tests/lab has the real Glance."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import systemd
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import keep_previous
from ansible_collections.dcn.glance.plugins.module_utils._core.service import Unit
from ansible_collections.dcn.glance.plugins.module_utils._glance import reload
from ansible_collections.dcn.glance.plugins.module_utils._glance.reload_plan import only_at_start

CONF = """\
[DEFAULT]
enabled_backends = central:rbd
debug = false
[glance_store]
default_backend = central
[central]
rbd_store_user = glance.central
[os_glance_staging_store]
filesystem_store_datadir = /var/lib/glance/staging
"""
SECOND = CONF.replace("user = glance.central", "user = glance.central.2")
#: A new worker on SIGHUP, as Glance has.
RELOADS = """
import os, signal, sys, time
def fork(*ignored):
    if os.fork() == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        time.sleep(60)
        os._exit(0)
signal.signal(signal.SIGHUP, fork)
fork()
print("ready", flush=True)
while True:
    time.sleep(60)
"""
ENDS = RELOADS.replace(
    "signal.signal(signal.SIGHUP, fork)\n", "signal.signal(signal.SIGHUP, lambda *ignored: os._exit(1))\n"
)
IGNORANT = RELOADS.replace("signal.signal(signal.SIGHUP, fork)\n", "")

Start = Callable[..., Unit]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("glance.central\n", "glance.central.2\n", []),
        ("central:rbd", "central:rbd, DCN0:rbd", []),
        ("default_backend = central", "default_backend = dcn0", []),
        ("debug = false", "debug = true", ["[DEFAULT] debug"]),
        ("debug = false", "", ["[DEFAULT] debug"]),
        ("[glance_store]", "[database]\nconnection = x\n[glance_store]", ["[database] connection"]),
        ("/staging", "/other", ["[os_glance_staging_store] filesystem_store_datadir"]),
        ("enabled_backends = central:rbd", "", ["[DEFAULT] enabled_backends"]),
        ("# a comment", "# another", []),
    ],
)
def test_what_glance_reads_only_when_it_starts(old: str, new: str, found: list[str]) -> None:
    text = CONF + "# a comment\n"
    changed = text.replace(old, new)
    assert changed != text
    assert only_at_start(text.encode(), changed.encode()) == found
    assert only_at_start(changed.encode(), text.encode()) == found


def test_the_section_of_a_new_store_and_of_a_removed_one() -> None:
    more = CONF.replace("central:rbd", "central:rbd,DCN0:rbd") + "[DCN0]\nrbd_store_user = glance\n"
    assert only_at_start(CONF.encode(), more.encode()) == only_at_start(more.encode(), CONF.encode()) == []
    # A section of a store that is not enabled can belong to anything.
    assert only_at_start(CONF.encode(), f"{CONF}[dcn0]\nrbd_store_user = a\n".encode()) == ["[dcn0] rbd_store_user"]


@pytest.fixture(name="conf")
def conf_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A glance-api.conf that was written an hour ago."""
    monkeypatch.setattr(systemd, "_RECORDS", str(tmp_path / "reloads"))
    monkeypatch.setattr(reload, "_PATIENCE", 3.0)
    conf = tmp_path / "glance-api.conf"
    conf.write_text(CONF)
    os.utime(conf, (time.time() - 3600,) * 2)
    return conf


@pytest.fixture(name="start")
def start_fixture(tmp_path: Path) -> Iterator[Start]:
    """Starts a process with a name, and returns its unit, as if it had started ten minutes ago."""
    running = []

    def start(program: str = RELOADS, name: str = "glance-api") -> Unit:
        path = tmp_path / name
        path.write_text(program)
        process = subprocess.Popen(
            [sys.executable, str(path)], stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        running.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return Unit("glance-api", True, True, process.pid, time.time() - 600, process=f"{process.pid} 1")

    yield start
    for process in running:
        for child in {process.pid, *reload.workers(process.pid)}:
            os.kill(child, 9)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def write(conf: Path, text: str) -> None:
    """As the modules of this collection write it."""
    keep_previous(read_file(str(conf)))
    conf.write_text(text)


def test_new_workers_come_and_the_reload_is_remembered(conf: Path, start: Start) -> None:
    unit = start()
    old = reload.workers(unit.pid)
    write(conf, SECOND)
    assert reload.reload_workers(unit, [str(conf)], checked=True) == ""
    assert old < reload.workers(unit.pid)
    assert systemd._reloaded_at(unit) > conf.stat().st_mtime
    other = Unit("glance-api", True, True, unit.pid, unit.started, process=f"{unit.pid} 2")
    assert systemd._reloaded_at(other) == 0.0, "another process with the same number"


def test_a_policy_that_changed_needs_no_more(conf: Path, start: Start) -> None:
    unit = start()
    policy = conf.with_name("policy.yaml")
    policy.write_text("{}")
    assert reload.reload_workers(unit, [str(conf), str(policy)], checked=True) == ""


@pytest.mark.parametrize(
    ("program", "name", "why"),
    [
        (RELOADS, "uwsgi", "its main process is no glance-api that reloads its configuration"),
        (IGNORANT, "glance-api", "its main process is no glance-api that reloads its configuration"),
        (ENDS, "glance-api", "no new worker came after SIGHUP"),
    ],
)
def test_processes_that_do_not_reload(conf: Path, start: Start, program: str, name: str, why: str) -> None:
    unit = start(program, name)
    write(conf, SECOND)
    assert reload.reload_workers(unit, [str(conf)], checked=True) == why
    assert systemd._reloaded_at(unit) == 0.0


def test_configurations_that_need_a_restart(conf: Path, start: Start) -> None:
    unit, files = start(), [str(conf)]
    before = reload.workers(unit.pid)
    write(conf, SECOND)
    assert "could not check" in reload.reload_workers(unit, files, checked=False)
    write(conf, SECOND.replace("debug = false", "debug = true"))
    assert reload.reload_workers(unit, files, checked=True) == "it reads [DEFAULT] debug only when it starts"
    assert reload.workers(unit.pid) == before


def test_a_change_by_somebody_else_needs_a_restart(conf: Path, start: Start) -> None:
    unit = start()
    unknown = f"it is not known with which content of {conf} it runs"
    conf.write_text(CONF.replace("debug = false", "debug = true"))
    assert reload.reload_workers(unit, [str(conf)], checked=True) == unknown
    # Then this collection writes, too: what it keeps is not what Glance runs with.
    write(conf, SECOND)
    assert reload.reload_workers(unit, [str(conf)], checked=True) == unknown
