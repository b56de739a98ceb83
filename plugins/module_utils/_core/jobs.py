# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run many long operations at once and wait for them within a time limit."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Callable, Protocol, TypeVar


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


JobT = TypeVar("JobT", bound=Job)


def run_jobs(
    jobs: Sequence[JobT],
    concurrency: int,
    timeout: float,
    interval: float,
    clock: Clock,
    may_start: Callable[[JobT, Sequence[JobT]], bool] = lambda job, running: True,
    observe: Callable[[Sequence[JobT]], None] = lambda jobs: None,
) -> None:
    """Run the jobs in order, at most ``concurrency`` at once, each within ``timeout`` of its start.

    One loop polls all of them. Times are in seconds. A job that ``may_start`` refuses beside those that run lets later
    ones go first. ``observe`` gets all jobs after each start and after every poll.
    """
    waiting = deque(jobs)
    running: dict[int, tuple[JobT, float]] = {}
    pace = Pace(interval, clock)
    number = 0
    observe(jobs)
    while waiting or running:
        while len(running) < max(1, concurrency):
            beside = [job for job, _begun in running.values()]
            job = next((job for job in waiting if not beside or may_start(job, beside)), None)
            if job is None:
                break
            waiting.remove(job)
            begun = clock.now()
            pace.restart()
            if not job.start():
                running[number] = (job, begun)
                number += 1
            observe(jobs)
        if running:
            pace.pause()
        for key, (job, begun) in list(running.items()):
            if _over(job, begun, timeout, clock):
                del running[key]
        observe(jobs)


def _over(job: Job, begun: float, timeout: float, clock: Clock) -> bool:
    """Check a job once: whether it has ended, or its time has."""
    if job.poll():
        return True
    if clock.now() - begun < timeout:
        return False
    job.expire(timeout)
    return True
