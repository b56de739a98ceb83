# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a service has to be restarted."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.service import (
    Unit,
    failures,
    last_log_lines,
    parse_unit,
    restart_reason,
)

RUNNING = "LoadState=loaded\nActiveState=active\nMainPID=7\nExecMainStartTimestampMonotonic=5000000\n"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (RUNNING, Unit("u", True, True, 7, 1005.0, process="7 5000000")),
        (RUNNING.replace("=active", "=activating"), Unit("u", True, True, 7, 1005.0, process="7 5000000")),
        (RUNNING.replace("=active", "=failed"), Unit("u", True, False, 7, None, process="7 5000000")),
        ("LoadState=not-found\nActiveState=inactive\nMainPID=0\n", Unit("u", False, False, 0, None, process="0 0")),
        ("LoadState=masked\nActiveState=inactive\n", Unit("u", False, False, 0, None, process="0 0")),
        (
            "LoadState=loaded\nActiveState=active\nMainPID=0\nActiveEnterTimestampMonotonic=2000000",
            Unit("u", True, True, 0, 1002.0, process="0 2000000"),
        ),
    ],
)
def test_parse_unit(text: str, unit: Unit) -> None:
    assert parse_unit("u", text, now=1100.0, monotonic=100.0) == unit


@pytest.mark.parametrize(
    ("active", "changed_at", "pending", "reason"),
    [
        (True, {"/c": 99.0}, False, ""),
        (True, {"/c": 100.0}, False, ""),
        (True, {"/c": 100.1, "/b": 101.0, "/a": 1.0}, False, "its process is older than /b, /c"),
        (True, {}, True, "its configuration would change"),
        (True, {"/c": 101.0}, True, "its process is older than /c"),
        (False, {}, False, "it does not run"),
    ],
)
def test_restart_reason(active: bool, changed_at: dict[str, float], pending: bool, reason: str) -> None:
    unit = Unit("u", True, active, 1, 100.0 if active else None)
    assert restart_reason(unit, changed_at, pending) == reason


def test_last_log_lines_hide_passwords() -> None:
    lines = [
        "",
        "old",
        "connect mysql+pymysql://glance:s3cret@db/glance",
        "  ERROR: Store x not found  ",
    ]
    assert last_log_lines(lines, 2) == ("connect mysql+pymysql://glance:********@db/glance\nERROR: Store x not found")


def test_failures_are_the_lines_of_the_levels_error_and_critical() -> None:
    lines = [
        "2026-11-29 03:50:01.014 629 INFO eventlet.wsgi.server [-] ERRORS are not meant",
        "2026-11-29 03:50:02.014 629 ERROR glance.common.wsgi [-] Address already in use",
        "2026-11-29 03:50:03.014 629 CRITICAL glance [-] Unhandled error",
    ]
    assert failures(lines) == lines[1:]
