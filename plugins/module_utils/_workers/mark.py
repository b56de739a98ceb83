# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mark by which a later process on the same host can tell whether this one still lives."""

from __future__ import annotations

import hashlib
import os


def _here() -> str:
    """This boot of this host, and the numbering of processes in it; containers have their own."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        return hashlib.sha256(f"{boot} {os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:16]
    except OSError:
        return ""


def _start(pid: int) -> str:
    """When a process was started, which tells it from a later one of the same number; empty when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            words = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if len(words) < 20 or words[0] in ("Z", "X") else words[19]


def own() -> str:
    """The mark of this process; empty where there is no /proc."""
    here, start = _here(), _start(os.getpid())
    return f"{here}-{os.getpid()}-{start}" if here and start else ""


def gone(mark: str) -> bool:
    """Whether a mark is of a process of this host that has ended. Of other hosts nothing is known."""
    here, pid, start = (*mark.split("-"), "", "")[:3]
    if not here or here != _here() or not pid.isdigit():
        return False
    return _start(int(pid)) != start
