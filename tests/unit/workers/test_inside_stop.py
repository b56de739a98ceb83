# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and stopping a command that did not end in time."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import stop

SLEEP = ["sleep", "9"]


def process(start: float, words: list[str], parent: int = 0) -> dict:
    return {"words": words, "parent": parent, "session": 1, "start": start}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({50: process(100.5, SLEEP)}, 50),
        ({50: process(100.5, ["another"])}, 50),  # a shell that replaced itself by its last command
        ({50: process(100.5, ["another"]), 51: process(101, SLEEP)}, 51),
        ({50: process(100.5, SLEEP), 51: process(101, SLEEP)}, 0),  # it is not certain which one
        ({50: process(90, SLEEP)}, 0),
        ({50: process(100.5, SLEEP, parent=7)}, 0),
        ({}, 0),
    ],
)
def test_the_command_is_found_or_not_touched(others, expected):
    processes = {1: process(100, SLEEP), 60: process(110, ["python3"]), **others}
    assert stop.find_command(processes, 60, SLEEP, before=10.0) == expected


def test_a_command_and_its_children_are_stopped(monkeypatch):
    shell = "trap : TERM; sleep 60 & sleep 60; sleep 60"
    child = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.setsid(); os.execvp('sh', ['sh', '-c', {shell!r}])"]
    )
    while len(stop.members(stop.processes(), child.pid)) < 3:
        time.sleep(0.05)
    monkeypatch.setattr(stop, "find_command", lambda *_: child.pid)
    assert stop.main({"words": [], "before": 1.0}) == {"found": True, "stopped": True}
    assert child.wait(5) != 0
    assert os.getpid() in stop.processes()
