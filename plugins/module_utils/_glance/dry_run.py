# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``start_check`` with the Python of Glance on this host, within a time limit."""

from __future__ import annotations

import json
import os.path
import shlex
import subprocess
from dataclasses import dataclass

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


def dry_run(program: str | None, conf: str, user: str, timeout: float) -> DryRun:
    """Ask the Glance that ``program`` belongs to about a configuration file.

    Args:
        program: The path of ``glance-api``, None if it is not on this host.
        conf: The configuration file.
        user: The user of the service, '' to stay the user of this process.
        timeout: Seconds.
    """
    python = _python_of(program) if program else None
    if not python:
        return DryRun(start_check.SKIPPED, "there is no Python program glance-api on this host")
    try:
        done = subprocess.run(
            [*python, "-", conf, user],
            input=source_of(start_check).encode("utf-8"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return DryRun(UNKNOWN, f"the check did not end within {timeout:g} seconds")
    except OSError as error:
        return DryRun(start_check.SKIPPED, f"{python[0]} cannot be run ({error.strerror})")
    return _answer(done.stdout, done.returncode)


def _answer(output: bytes, code: int) -> DryRun:
    try:
        found = json.loads(output.decode("utf-8").strip().splitlines()[-1])
        lists = [tuple(str(each) for each in found.get(name, ())) for name in ("unreadable", "unwritable")]
        return DryRun(str(found["state"]), str(found.get("reason", "")), *lists)
    except (ValueError, IndexError, KeyError, TypeError):
        return DryRun(UNKNOWN, f"the check ended with exit code {code} and no result")


def _python_of(program: str) -> list[str] | None:
    """The command of the Python that runs a program, from its first line."""
    try:
        with open(program, "rb") as stream:
            line = stream.readline(256)
        words = shlex.split(line[2:].decode("utf-8")) if line.startswith(b"#!") else []
    except (OSError, ValueError):
        return None
    return words if any(os.path.basename(word).startswith("python") for word in words) else None
