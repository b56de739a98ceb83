# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: ends a command that was started there from outside and did not end in time.

The text of this file is sent to the pod's own Python, so it knows the standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config

# How far two starts may be off from what the caller measured, in seconds.
SLACK = 3.0


def started(proc: str = "/proc") -> dict[int, dict[str, Any]]:
    """Every process: its words, its parent and its session, and when it started, in seconds of the machine's clock."""
    found = {}
    for name in os.listdir(proc):
        stat = config.text_of(f"{proc}/{name}/stat").rpartition(")")[2].split() if name.isdigit() else []
        if len(stat) > 19 and stat[0] != "Z":
            words = config.text_of(f"{proc}/{name}/cmdline").split("\0")[:-1]
            start = int(stat[19]) / os.sysconf("SC_CLK_TCK")
            found[int(name)] = {"words": words, "parent": int(stat[1]), "session": int(stat[3]), "start": start}
    return found


def chosen(everyone: Mapping[int, Mapping[str, Any]], own: int, words: Sequence[str], before: float) -> int:
    """The command that came from outside so long before this program; 0 when it is gone or cannot be told for sure.

    Such processes have no parent that can be seen here. A shell may have become its last command, so words may differ.
    """
    when = everyone[own]["start"] - before
    near = {
        pid: item["words"] == list(words)
        for pid, item in everyone.items()
        if pid not in (1, own) and item["parent"] == 0 and abs(item["start"] - when) <= SLACK
    }
    same = [pid for pid, alike in near.items() if alike]
    found = same or list(near)
    return found[0] if len(found) == 1 else 0


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``words``: the command; ``before``: how many seconds earlier than this program it was started."""
    own = os.getpid()
    pid = chosen(started(), own, options["words"], float(options["before"]))
    if not pid:
        return {"found": False, "ended": False}
    left: list[int] = []
    for number, pause in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 0.2)):
        for each in members(started(), pid):
            with contextlib.suppress(OSError):
                os.kill(each, number)
        time.sleep(pause)
        left = members(started(), pid)
        if not left:
            break
    return {"found": True, "ended": not left}


def members(everyone: Mapping[int, Mapping[str, Any]], pid: int) -> list[int]:
    """A command and what it has started: each such command leads a session of its own."""
    return [each for each, item in everyone.items() if each == pid or item["session"] == pid]
