# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: stops a command that was started from outside and did not end in time.

The source of this file is sent to the pod's Python: it imports the standard library and ``inside/config`` only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config

# How far start times may differ from what the caller measured, in seconds.
SLACK = 3.0


def processes(proc: str = "/proc") -> dict[int, dict[str, Any]]:
    """Every process: its arguments, parent and session, and its start in seconds since the boot of the machine."""
    found = {}
    for name in os.listdir(proc):
        stat = config.text_of(f"{proc}/{name}/stat").rpartition(")")[2].split() if name.isdigit() else []
        if len(stat) > 19 and stat[0] != "Z":
            words = config.text_of(f"{proc}/{name}/cmdline").split("\0")[:-1]
            start = int(stat[19]) / os.sysconf("SC_CLK_TCK")
            found[int(name)] = {"words": words, "parent": int(stat[1]), "session": int(stat[3]), "start": start}
    return found


def find_command(found: Mapping[int, Mapping[str, Any]], own: int, words: Sequence[str], before: float) -> int:
    """The process that was started from outside ``before`` seconds earlier than this one; 0 when it is not certain.

    The parent of such a process is not visible here. A shell may have replaced itself by its last command, so the
    arguments may differ.
    """
    when = found[own]["start"] - before
    near = {
        pid: item["words"] == list(words)
        for pid, item in found.items()
        if pid not in (1, own) and item["parent"] == 0 and abs(item["start"] - when) <= SLACK
    }
    same = [pid for pid, equal in near.items() if equal]
    candidates = same or list(near)
    return candidates[0] if len(candidates) == 1 else 0


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``words``: the command; ``before``: how many seconds earlier than this program it was started."""
    own = os.getpid()
    pid = find_command(processes(), own, options["words"], float(options["before"]))
    if not pid:
        return {"found": False, "stopped": False}
    left: list[int] = []
    for number, pause in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 0.2)):
        for each in members(processes(), pid):
            with contextlib.suppress(OSError):
                os.kill(each, number)
        time.sleep(pause)
        left = members(processes(), pid)
        if not left:
            break
    return {"found": True, "stopped": not left}


def members(found: Mapping[int, Mapping[str, Any]], pid: int) -> list[int]:
    """A command and the processes that it has started: each such command leads its own session."""
    return [each for each, item in found.items() if each == pid or item["session"] == pid]
