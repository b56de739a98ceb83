# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a service runs with the configuration that is on disk.

A handler forgets when a run is cut off between writing a file and restarting the service; the age of the
process does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A systemd unit as ``systemctl show`` tells it; ``started`` in seconds since the epoch, None while it is down."""

    name: str
    exists: bool
    active: bool
    pid: int
    started: float | None


PROPERTIES = ("LoadState", "ActiveState", "MainPID", "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic")


def parse_unit(name: str, text: str, now: float, monotonic: float) -> Unit:
    """The unit out of ``systemctl show -p <PROPERTIES>``.

    ``now`` and ``monotonic`` are readings of both clocks at one moment: systemd tells microseconds of the latter.
    """
    values = dict(line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    active = values.get("ActiveState") in ("active", "activating", "reloading")
    stamp = int(values.get("ExecMainStartTimestampMonotonic") or 0) or int(
        values.get("ActiveEnterTimestampMonotonic") or 0
    )
    return Unit(
        name=name,
        exists=values.get("LoadState") == "loaded",
        active=active,
        pid=int(values.get("MainPID") or 0),
        started=now - monotonic + stamp / 1e6 if active and stamp else None,
    )


def restart_reason(unit: Unit, changed_at: Mapping[str, float], pending: bool) -> str:
    """Why the unit has to be restarted; empty if it need not.

    Args:
        unit: The unit as it is.
        changed_at: Seconds since the epoch at which each file was last written.
        pending: Whether an earlier step of this run, in check mode, would have written one of them.
    """
    if not unit.active:
        return "it does not run"
    started = unit.started or 0.0
    newer = sorted(path for path, moment in changed_at.items() if moment > started)
    if newer:
        return f"its process is older than {', '.join(newer)}"
    return "its configuration would change" if pending else ""


_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+(@)")


def last_words(lines: Iterable[str], count: int = 8) -> str:
    """The last lines of a log that are fit for an error message: no empty ones, no passwords in URLs."""
    kept = [_PASSWORD.sub(r"\1********\2", line.strip()) for line in lines if line.strip()]
    return "\n".join(kept[-count:])
