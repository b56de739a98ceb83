# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Pace, SystemClock, run_jobs


class Steps:
    """A job that is over after so many looks."""

    def __init__(self, name: str, looks: int, log: list[str]) -> None:
        self.name, self.looks, self.log, self.expired = name, looks, log, 0.0

    def start(self) -> bool:
        self.log.append(f"start {self.name}")
        return self.looks == 0

    def poll(self) -> bool:
        self.looks -= 1
        if self.looks <= 0:
            self.log.append(f"end {self.name}")
        return self.looks <= 0

    def expire(self, seconds: float) -> None:
        self.expired = seconds


@pytest.mark.parametrize(
    ("concurrency", "log"),
    [
        (1, ["start a", "end a", "start b", "start c", "end c"]),
        (2, ["start a", "start b", "start c", "end a", "end c"]),
        (0, ["start a", "end a", "start b", "start c", "end c"]),
    ],
)
def test_run_jobs_keeps_order_and_limit(concurrency, log, clock):
    seen: list[str] = []
    jobs = [Steps("a", 2, seen), Steps("b", 0, seen), Steps("c", 3, seen)]
    run_jobs(jobs, concurrency, 100, 5, clock)
    assert seen == log


def test_run_jobs_expires_each_by_its_own_start(clock):
    seen: list[str] = []
    slow, quick = Steps("slow", 10**6, seen), Steps("quick", 2, seen)
    run_jobs([slow, quick], 1, 20, 5, clock)
    assert slow.expired == 20
    assert quick.expired == 0
    assert seen == ["start slow", "start quick", "end quick"]
    assert 20 <= clock.time <= 26


def test_run_jobs_without_jobs_does_not_wait(clock):
    run_jobs([], 4, 10, 5, clock)
    assert clock.naps == []


def test_pace_begins_short_and_grows_to_the_interval(clock):
    pace = Pace(2.0, clock)
    for _number in range(6):
        pace.pause()
    assert clock.naps == pytest.approx([0.5, 0.75, 1.125, 1.6875, 2.0, 2.0])
    pace.restart()
    pace.pause()
    assert clock.naps[-1] == 0.5


def test_system_clock_moves_on():
    clock = SystemClock()
    begun = clock.now()
    clock.sleep(0.001)
    assert clock.now() > begun
