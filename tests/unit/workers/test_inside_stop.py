# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process is the command that did not end, and its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import stop as program

SLEEP = ["sleep", "9"]


def process(start: float, words: list[str], parent: int = 0) -> dict:
    return {"words": words, "parent": parent, "session": 1, "start": start}


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ({50: process(100.5, SLEEP)}, 50),
        ({50: process(100.5, ["another"])}, 50),  # a shell that became its last command
        ({50: process(100.5, ["another"]), 51: process(101, SLEEP)}, 51),
        ({50: process(100.5, SLEEP), 51: process(101, SLEEP)}, 0),  # of whom are they?
        ({50: process(90, SLEEP)}, 0),
        ({50: process(100.5, SLEEP, parent=7)}, 0),
        ({}, 0),
    ],
)
def test_the_command_is_found_or_left_alone(others, found):
    everyone = {1: process(100, SLEEP), 60: process(110, ["python3"]), **others}
    assert program.chosen(everyone, 60, SLEEP, before=10.0) == found


def test_a_command_ends_with_what_it_has_started(monkeypatch):
    shell = "trap : TERM; sleep 60 & sleep 60; sleep 60"
    child = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.setsid(); os.execvp('sh', ['sh', '-c', {shell!r}])"]
    )
    while len(program.members(program.started(), child.pid)) < 3:
        time.sleep(0.05)
    monkeypatch.setattr(program, "chosen", lambda *_: child.pid)
    assert program.main({"words": [], "before": 1.0}) == {"found": True, "ended": True}
    assert child.wait(5) != 0
    assert os.getpid() in program.started()
