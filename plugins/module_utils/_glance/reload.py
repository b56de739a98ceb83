# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a running glance-api read its configuration again without losing a request."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import previous_path
from ansible_collections.dcn.glance.plugins.module_utils._core.service import Unit
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import record_reload
from ansible_collections.dcn.glance.plugins.module_utils._glance.reload_plan import only_at_start

#: Seconds until the first new worker has started: Glance asks the cluster of each store before that.
_PATIENCE = 120.0


def reload_workers(unit: Unit, files: Sequence[str], checked: bool) -> str:
    """Let the workers of Glance be replaced by new ones. Return why this is not possible, '' if it was done.

    Args:
        unit: The unit of Glance.
        files: What it reads, glance-api.conf first.
        checked: Whether Glance's own code accepts the configuration. A reload with another one would end the process.
    """
    why = _only_by_restart(unit, files) if checked else "Glance's own code could not check the configuration"
    if why:
        return why
    before, now = workers(unit.pid), time.time()
    try:
        os.kill(unit.pid, signal.SIGHUP)
    except ProcessLookupError:
        return "its main process ended"
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and os.path.isdir(f"/proc/{unit.pid}"):
        if workers(unit.pid) - before:
            record_reload(unit, now)
            return ""
        time.sleep(0.2)
    return "no new worker came after SIGHUP"


def _only_by_restart(unit: Unit, files: Sequence[str]) -> str:
    """Why a reload is not enough, '' if it is."""
    if not unit.active:
        return "it does not run"
    if not reloads(unit.pid):
        return "its main process is no glance-api that reloads its configuration"
    conf, previous, started = files[0], previous_path(files[0]), unit.started or 0.0
    if os.stat(conf).st_mtime <= started:
        return ""
    if not os.path.isfile(previous) or os.stat(previous).st_mtime > started:
        return f"it is not known with which content of {conf} it runs"
    changed = only_at_start(read_file(previous).data or b"", read_file(conf).data or b"")
    return f"it reads {', '.join(changed)} only when it starts" if changed else ""


def reloads(pid: int, proc: str = "/proc") -> bool:
    """Whether a process is Glance's own server and handles SIGHUP. Others would end, or do something else."""
    try:
        with open(f"{proc}/{pid}/cmdline", encoding="utf-8", errors="replace") as stream:
            words = stream.read().split("\0")[:2]
        with open(f"{proc}/{pid}/status", encoding="utf-8") as stream:
            caught = dict(line.split(":", 1) for line in stream.read().splitlines()).get("SigCgt", "0")
    except OSError:
        return False
    named = any(os.path.basename(word) == "glance-api" for word in words)
    return named and bool(int(caught, 16) >> (signal.SIGHUP - 1) & 1)


def workers(pid: int, proc: str = "/proc") -> set[int]:
    """The child processes of a process."""
    found = set()
    for name in os.listdir(proc):
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"{proc}/{name}/stat", encoding="utf-8", errors="replace") as stream:
            # The name of the program, in parentheses, can contain anything.
            if int(stream.read().rpartition(")")[2].split()[1]) == pid:
                found.add(int(name))
    return found
