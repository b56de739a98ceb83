# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as an import in progress, with real processes that have files open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.running_imports import open_files, wait_for_imports

#: A process whose child has a file open for some seconds.
PARENT = """
import os, sys, time
path, seconds = sys.argv[1], float(sys.argv[2])
if os.fork() == 0:
    with open(path, "ab"):
        print("ready", flush=True)
        time.sleep(seconds)
time.sleep(60)
"""


@pytest.fixture(name="worker")
def worker_fixture(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen]:
    path, seconds = tmp_path / "staging" / "an-image", str(request.param)
    path.parent.mkdir()
    command = [sys.executable, "-c", PARENT, str(path), seconds]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield process
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("worker", [60], indirect=True)
def test_an_import_that_takes_too_long_is_named(worker: subprocess.Popen, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    (staging / "waits-for-its-import").touch()
    assert open_files(f"{staging}/") == ["an-image"]
    assert open_files(str(tmp_path)) == [], "not in this directory itself"
    assert wait_for_imports(str(staging), 0.5) == ["an-image"]


@pytest.mark.parametrize("worker", [2], indirect=True)
def test_an_import_that_ends_in_time_is_waited_for(worker: subprocess.Popen, tmp_path: Path) -> None:
    start = time.monotonic()
    assert wait_for_imports(str(tmp_path / "staging"), 60) == []
    assert time.monotonic() - start > 2


def test_nobody_works_on_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    assert wait_for_imports(str(tmp_path / "none"), 5) == []
