# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time and watches for tests with FakeKube: nothing waits in real time, and the order of events is always the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Event, Follower, Selection, Watches


class FakeClock:
    """A clock that only ``sleep`` moves. Work that is planned for a time happens when the clock gets there."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._planned: list[tuple[float, int, Callable[[], Any]]] = []

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move to a later time; on the way do what is planned, in order."""
        end = self._now + seconds
        while self._planned and min(self._planned)[0] <= end:
            work = min(self._planned)
            self._planned.remove(work)
            self._now = max(self._now, work[0])
            work[2]()
        self._now = end

    def later(self, seconds: float, work: Callable[[], Any]) -> None:
        """Plan work; works for the same time happen in the order in which they were planned."""
        self._planned.append((self._now + seconds, len(self._planned), work))


class FakeWatches(Watches):
    """The followers of real watches, one step after the other in a single thread, by a fake clock."""

    def __init__(self, client: KubeClient, clock: Clock) -> None:
        super().__init__(client, clock)
        self._waiting: deque[Event] = deque()
        self._due: dict[Follower, float] = {}

    def start(self, selection: Selection) -> None:
        follower = Follower(self._client, selection, self._clock, self._waiting.append)
        self._due[follower] = self._clock.now()

    def next(self, seconds: float) -> Event | None:
        end = self._clock.now() + seconds
        while True:
            for follower, due in self._due.items():
                if due <= self._clock.now():
                    self._due[follower] = self._clock.now() + follower.step()
            if self._waiting:
                return self._waiting.popleft()
            now = self._clock.now()
            if now >= end:
                return None
            self._clock.sleep(max(0.001, min([end, *self._due.values()]) - now))
