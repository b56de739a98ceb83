# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run many long operations at once and wait for them within a time limit."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol


class Clock:
    """The clock of the machine. Tests use their own."""

    def now(self) -> float:
        """Seconds since an arbitrary start; the value never decreases."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Pace:
    """Pauses between polls that grow from half a second to an interval."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._clock = clock
        self._interval = interval
        self._next = min(0.5, interval)

    def pause(self) -> None:
        """Wait until the next poll."""
        self._clock.sleep(self._next)
        self._next = min(self._next * 1.5, self._interval)

    def restart(self) -> None:
        """Start with a short pause again, because another operation has started."""
        self._next = min(0.5, self._interval)


class Job(Protocol):
    """A long operation of another program. Its methods do not raise for an expected failure: the job records it."""

    def start(self) -> bool:
        """Start the operation. True if there is nothing to wait for."""

    def poll(self) -> bool:
        """Check once. True if the operation has ended."""

    def expire(self, seconds: float) -> None:
        """The time limit of ``seconds`` has passed, and nothing polls the job again."""


def run_jobs(jobs: Sequence[Job], concurrency: int, timeout: float, interval: float, clock: Clock) -> None:
    """Run the jobs in order, at most ``concurrency`` at once, each within ``timeout`` of its start.

    One loop polls all of them. Times are in seconds.
    """
    waiting = deque(jobs)
    running: dict[int, tuple[Job, float]] = {}
    pace = Pace(interval, clock)
    number = 0
    while waiting or running:
        while waiting and len(running) < max(1, concurrency):
            job, begun = waiting.popleft(), clock.now()
            pace.restart()
            if not job.start():
                running[number] = (job, begun)
                number += 1
        if running:
            pace.pause()
        for key, (job, begun) in list(running.items()):
            if job.poll():
                del running[key]
            elif clock.now() - begun >= timeout:
                job.expire(timeout)
                del running[key]
