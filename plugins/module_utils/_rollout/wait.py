# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a change of the Glance part has arrived in every pod. Nothing is ever written."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import DEGRADED, TROUBLE, Feeds, News
from ansible_collections.dcn.glance.plugins.module_utils._rollout import goal as rollout_goal
from ansible_collections.dcn.glance.plugins.module_utils._rollout import judge as rollout
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import Pending, complaint
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, Instance, RolloutError
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import OPERATOR, Verdict, View
from ansible_collections.dcn.glance.plugins.module_utils._rollout.read import Reader
from ansible_collections.dcn.glance.plugins.module_utils._rollout.track import Track

DONE, LATE, ERROR = "done", "timeout", "operator_error"

#: An operator's error may be over at its next attempt; one that stays so long is not.
PATIENCE = 20.0

#: What was read so many seconds ago may be over, and a watch that tells nothing may be dead.
FRESH = 1.0


@dataclass
class Complaint:
    """An error of the operator and since when it is there."""

    text: str
    since: float


@dataclass
class Outcome:
    """How it ended, and all that is known then. ``instances`` and ``pending`` are those of the last look."""

    ended: str
    seconds: float
    view: View
    instances: list[Instance]
    tracks: dict[str, Track]
    pending: list[Pending]
    warnings: list[str] = field(default_factory=list)
    trouble: KubeError | None = None


class Rollout:
    """One call of the module."""

    def __init__(self, client: KubeClient, goal: Goal, clock: Clock, patience: float = PATIENCE) -> None:
        self._client = client
        self._goal = goal
        self._clock = clock
        self._patience = patience
        self._reader = Reader(client, goal)
        self._begun = clock.now()
        self._tracks: dict[str, Track] = {}
        self._instances: list[Instance] = []
        self._pending: list[Pending] = []
        self._complaints: dict[str, Complaint] = {}
        self._view: View | None = None
        self._read_last, self._read_at = False, self._begun
        self._trouble: KubeError | None = None
        self._warnings: list[str] = []

    @property
    def _seconds(self) -> float:
        return self._clock.now() - self._begun

    def look(self) -> Outcome:
        """How things are, without waiting."""
        self._reread()
        return self._outcome(LATE if self._pending else DONE)

    def run(self, timeout: float, stable: float) -> Outcome:
        """Wait until all is there and stays there for ``stable`` seconds."""
        self._reread()
        if self._settled(stable):
            return self._outcome(DONE)
        feeds = Feeds(self._client)
        for source in self._reader.sources:
            feeds.start(source)
        try:
            return self._outcome(self._follow(feeds, timeout, stable))
        finally:
            feeds.stop()

    def _follow(self, feeds: Feeds, timeout: float, stable: float) -> str:
        while True:
            if self._settled(stable) and self._confirmed(stable):
                return DONE
            if self._stuck():
                return ERROR
            if self._seconds >= timeout:
                return LATE
            news = feeds.next(self._pause(timeout, stable))
            while news is not None:
                self._take(news)
                news = feeds.next(0)
            self._judge()

    def _reread(self) -> None:
        self._read_at = self._clock.now()
        self._reader.read()
        rollout_goal.check(self._reader.item, self._goal)
        self._judge()
        self._read_last = True

    def _confirmed(self, stable: float) -> bool:
        """Watches of different kinds do not wait for each other; what is read from the top down now is the truth."""
        if self._read_last and self._clock.now() - self._read_at < FRESH:
            return True
        try:
            self._reread()
        except KubeError as error:
            self._trouble = error
            self._clock.sleep(1.0)
            return False
        return self._settled(stable)

    def _take(self, news: News) -> None:
        if news.kind == TROUBLE:
            self._trouble, self._read_last = news.error, False
        elif news.kind == DEGRADED:
            self._warnings.append(f"{news.error} Without it the list is read each second.")
        else:
            self._trouble, self._read_last = None, False
            self._reader.mirror.take(news)

    def _judge(self) -> None:
        """Compare everything with what the object says now."""
        item = self._reader.item
        if item is None:
            text = f"{self._goal.label} was deleted while its rollout was waited for."
            raise RolloutError("deleted", text)
        rollout_goal.check(item, self._goal)
        view = self._view = self._reader.view(item)
        name = str(view.glance["metadata"]["name"]) if view.glance is not None else "glance"
        self._instances = rollout_goal.instances(item, self._goal, name)
        self._pending = []
        whole = rollout.overall(view, not self._goal.strict)
        if whole:
            self._miss(None, Verdict(OPERATOR, whole), view)
        for instance in self._instances:
            verdict = rollout.judge(instance, view)
            track = self._tracks.setdefault(instance.statefulset, Track())
            track.see(view.sets.get(instance.statefulset), verdict.done, self._clock.now(), self._seconds)
            if not verdict.done and verdict.text != whole:
                self._miss(instance, verdict, view)
        standing = {_name(each) for each in self._pending}
        self._complaints = {name: each for name, each in self._complaints.items() if name in standing}

    def _miss(self, instance: Instance | None, verdict: Verdict, view: View) -> None:
        text = complaint(instance, verdict, view, self._goal)
        pending = Pending(
            instance.key if instance else "", instance.statefulset if instance else "", verdict, complaint=text
        )
        self._pending.append(pending)
        known = self._complaints.get(_name(pending))
        if not text:
            self._complaints.pop(_name(pending), None)
        elif known is None or known.text != text:
            self._complaints[_name(pending)] = Complaint(text, self._clock.now())

    def _settled(self, stable: float) -> bool:
        """Whether everything is there for long enough. Where no pod is asked for, nothing can happen to one."""
        return not self._pending and max(self._ends(stable), default=0.0) <= self._clock.now()

    def _ends(self, stable: float) -> list[float]:
        """When each StatefulSet will have been there for long enough."""
        found = []
        for instance in self._instances:
            since = self._tracks[instance.statefulset].done_since
            if since is not None:
                found.append(since + (stable if instance.replicas else 0.0))
        return found

    def _stuck(self) -> bool:
        now = self._clock.now()
        return any(now - each.since >= self._patience for each in self._complaints.values())

    def _pause(self, timeout: float, stable: float) -> float:
        """Until something may have to be decided though nothing happens."""
        ends = [self._begun + timeout, *(each.since + self._patience for each in self._complaints.values())]
        if not self._pending:
            ends.append(max(self._ends(stable), default=0.0))
        return max(0.05, min(ends) - self._clock.now())

    def _outcome(self, ended: str) -> Outcome:
        if self._view is None:
            raise RolloutError("failed", "Nothing was read.")
        warnings = [*self._reader.warnings, *self._warnings]
        return Outcome(
            ended,
            self._seconds,
            self._view,
            self._instances,
            self._tracks,
            self._pending,
            list(dict.fromkeys(warnings)),
            self._trouble,
        )


def _name(pending: Pending) -> str:
    return f"{pending.key}/{pending.statefulset}"
