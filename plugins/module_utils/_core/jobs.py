# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting with a limit for many long jobs together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol


class Clock(Protocol):
    """The time source; tests bring their own."""

    def now(self) -> float:
        """Seconds from an arbitrary start, never going back."""

    def sleep(self, seconds: float) -> None:
        """Pause."""


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause."""
        time.sleep(seconds)


class Pace:
    """Pauses that begin short and grow to an interval, so that what is quick is noticed quickly."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._clock = clock
        self._interval = interval
        self._next = min(0.5, interval)

    def pause(self) -> None:
        """Pause once."""
        self._clock.sleep(self._next)
        self._next = min(self._next * 1.5, self._interval)

    def restart(self) -> None:
        """Begin short again, because something new has started."""
        self._next = min(0.5, self._interval)


class Job(Protocol):
    """A long operation that somebody else carries out. No method raises for an expected failure: the job keeps it."""

    def start(self) -> bool:
        """Ask for the operation; true when there is nothing to wait for."""

    def poll(self) -> bool:
        """Look once; true when it is over."""

    def expire(self, seconds: float) -> None:
        """The time is over; nobody will look again."""


def run_jobs(jobs: Sequence[Job], concurrency: int, timeout: float, interval: float, clock: Clock) -> None:
    """Run the jobs in order, at most ``concurrency`` at once, each within ``timeout`` of its start.

    One loop polls all, so a hundred images cost one process.
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
