# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a service runs with the configuration on disk: whether its process is younger than its files.

Unlike a notified handler, this is still known after an earlier run was interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A systemd unit as ``systemctl show`` reports it.

    ``started`` is in seconds since 1970, None while the unit is not active. ``user`` is '' for root. ``disabled``: the
    unit does not start at boot, but can. ``process`` is the same only for the same process since the same boot.
    """

    name: str
    exists: bool
    active: bool
    pid: int
    started: float | None
    user: str = ""
    disabled: bool = False
    process: str = ""


PROPERTIES = (
    "LoadState",
    "ActiveState",
    "MainPID",
    "ExecMainStartTimestampMonotonic",
    "ActiveEnterTimestampMonotonic",
    "User",
    "UnitFileState",
)


def parse_unit(name: str, text: str, now: float, monotonic: float) -> Unit:
    """The unit from the output of ``systemctl show -p PROPERTIES``.

    ``now`` and ``monotonic`` are the two clocks at the same moment, in seconds. systemd reports the monotonic clock.
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
        user=values.get("User", ""),
        disabled=values.get("UnitFileState") == "disabled",
        process=f"{values.get('MainPID') or 0} {stamp}",
    )


def restart_reason(unit: Unit, changed_at: Mapping[str, float], pending: bool) -> str:
    """Why the unit has to be restarted, '' if it does not have to be.

    Args:
        unit: The unit as it is.
        changed_at: When each file was last written, in seconds since 1970.
        pending: In check mode, whether an earlier step of this run would write one of the files.
    """
    if not unit.active:
        return "it does not run"
    started = unit.started or 0.0
    newer = sorted(path for path, moment in changed_at.items() if moment > started)
    if newer:
        return f"its process is older than {', '.join(newer)}"
    return "its configuration would change" if pending else ""


_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+(@)")


#: The levels at which OpenStack services log why they stop, as in "2026-11-29 03:50:01.014 629 ERROR glance ...".
_FAILURE = re.compile(r"\s(ERROR|CRITICAL)\s")


def failures(lines: Iterable[str]) -> list[str]:
    """The lines of the log of an OpenStack service that report a failure."""
    return [line for line in lines if _FAILURE.search(line)]


def last_log_lines(lines: Iterable[str], count: int = 8) -> str:
    """The last lines of a log for an error message, without empty lines and without passwords in URLs."""
    kept = [_PASSWORD.sub(r"\1********\2", line.strip()) for line in lines if line.strip()]
    return "\n".join(kept[-count:])
