# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``start_check`` with the Python of Glance, on this host or in its container, within a time limit."""

from __future__ import annotations

import json
import os.path
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.old_python import rewrite
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import (
    PythonExecError,
    quoted,
    run_python,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of
from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check

#: The check did not end, or printed no result: nothing is known.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class DryRun:
    """The answer of Glance's code.

    ``state`` is PASSED, REFUSED or SKIPPED of ``start_check``, or UNKNOWN. ``unreadable`` are options that
    Glance cannot read when it needs them, ``unwritable`` why it cannot write to a store.
    """

    state: str
    reason: str = ""
    unreadable: tuple[str, ...] = ()
    unwritable: tuple[str, ...] = ()


def dry_run(python: Sequence[str], conf: str, user: str, timeout: float) -> DryRun:
    """Ask Glance about a configuration file.

    Args:
        python: The command of the Python of Glance, from ``glance_python`` or from the option ``python_exec``.
        conf: The configuration file, as that Python sees it.
        user: The user of the service, '' to stay the user of that process.
        timeout: Seconds.
    """
    if not python:
        return DryRun(start_check.SKIPPED, "there is no Python program glance-api on this host")
    program = rewrite(source_of(start_check))
    try:
        done = run_python(python, program, timeout + 5, [conf, user, f"{timeout:g}"])
    except PythonExecError as error:
        return DryRun(UNKNOWN if error.started else start_check.SKIPPED, str(error))
    if done.returncode == start_check.TOO_LONG:
        return DryRun(UNKNOWN, f"the check did not end within {timeout:g} seconds")
    return _answer(done)


def _answer(done: subprocess.CompletedProcess[bytes]) -> DryRun:
    try:
        found = json.loads(done.stdout.decode("utf-8").strip().splitlines()[-1])
        lists = [tuple(str(each) for each in found.get(name, ())) for name in ("unreadable", "unwritable")]
        return DryRun(str(found["state"]), str(found.get("reason", "")), *lists)
    except (ValueError, IndexError, KeyError, TypeError):
        return DryRun(UNKNOWN, f"the check ended with exit code {done.returncode} and no result{quoted(done.stderr)}")


def glance_python(program: str | None) -> list[str]:
    """The command of the Python that runs the program ``glance-api``, from its first line; empty if there is none."""
    if not program:
        return []
    try:
        with open(program, "rb") as stream:
            line = stream.readline(256)
        words = shlex.split(line[2:].decode("utf-8")) if line.startswith(b"#!") else []
    except (OSError, ValueError):
        return []
    return words if any(os.path.basename(word).startswith("python") for word in words) else []
