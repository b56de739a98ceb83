# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, Pace, run_jobs


class Steps:
    """A job that is over after so many polls."""

    def __init__(self, name: str, polls: int, log: list[str]) -> None:
        self.name, self.polls, self.log, self.expired = name, polls, log, 0.0

    def start(self) -> bool:
        self.log.append(f"start {self.name}")
        return self.polls == 0

    def poll(self) -> bool:
        self.polls -= 1
        if self.polls <= 0:
            self.log.append(f"end {self.name}")
        return self.polls <= 0

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
    log_of_jobs: list[str] = []
    jobs = [Steps("a", 2, log_of_jobs), Steps("b", 0, log_of_jobs), Steps("c", 3, log_of_jobs)]
    run_jobs(jobs, concurrency, 100, 5, clock)
    assert log_of_jobs == log


def test_run_jobs_expires_each_by_its_own_start(clock):
    log_of_jobs: list[str] = []
    slow, quick = Steps("slow", 10**6, log_of_jobs), Steps("quick", 2, log_of_jobs)
    run_jobs([slow, quick], 1, 20, 5, clock)
    assert slow.expired == 20
    assert quick.expired == 0
    assert log_of_jobs == ["start slow", "start quick", "end quick"]
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
    clock = Clock()
    begun = clock.now()
    clock.sleep(0.001)
    assert clock.now() > begun
