# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One loop that waits for all targets, until each is what was asked, at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube import field_managers as scale_authors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    DELETED,
    PODS,
    STATEFULSETS,
    KubeClient,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    asked,
    controller,
    judge,
    owned_pods,
    pod_ready,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import (
    DEGRADED,
    RESET,
    TROUBLE,
    Feeds,
    Mirror,
    News,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Failure, Job, SetState
from ansible_collections.dcn.glance.plugins.module_utils._scale.number import look, number_in

TIMELINE = 60
GONE_SECONDS = 3.0  # in which somebody may replace a set by deleting it and making it anew


class Wait:
    """``see_pods`` is false where the account may not list pods: then the sets' own counts decide."""

    def __init__(
        self, client: KubeClient, jobs: Sequence[Job], mirror: Mirror, mode: str, see_pods: bool, clock: Clock
    ) -> None:
        self._client = client
        self._jobs = jobs
        self._mirror = mirror
        self._mode = mode
        self._see_pods = see_pods
        self._clock = clock
        self._begun = clock.now()
        self._progress = self._begun
        self.trouble: KubeError | None = None
        self.warnings: list[str] = []

    @property
    def seconds(self) -> float:
        return self._clock.now() - self._begun

    def run(self, feeds: Feeds, timeout: float, progress_timeout: float | None, stable: float) -> str:
        """Wait; what is returned says why it ended: done, timeout or progress."""
        for job in self._jobs:
            self._judge(job)
        while True:
            left = self._left(timeout, progress_timeout, stable)
            self._give_up(GONE_SECONDS)
            if self._settled(stable):
                return "done"
            if left <= 0:
                self._give_up(0)
                return "timeout" if self.seconds >= timeout else "progress"
            news = feeds.next(left)
            while news is not None:
                self._take(news)
                news = feeds.next(0)
            for job in self._jobs:
                self._judge(job)

    def finished_already(self) -> bool:
        """Whether what was read before says that there is nothing to wait for."""
        for job in self._jobs:
            self._judge(job)
        return self._settled(0)

    def _left(self, timeout: float, progress_timeout: float | None, stable: float) -> float:
        now = self._clock.now()
        ends = [self._begun + timeout]
        if progress_timeout is not None:
            ends.append(self._progress + progress_timeout)
        left = min(ends) - now
        for state in (state for job in self._jobs if job.failure is None for state in job.states.values()):
            if state.gone_at is not None and left > 0:
                left = min(left, max(0.01, state.gone_at + GONE_SECONDS - now))
        ready = [job.done_since + stable for job in self._jobs if job.done_since is not None]
        if ready and all(job.done_since is not None or job.failure for job in self._jobs):
            left = min(left, max(ready) - now) if max(ready) > now else left
        return left

    def _settled(self, stable: float) -> bool:
        now = self._clock.now()
        return all(
            job.failure is not None or (job.done_since is not None and now - job.done_since >= stable)
            for job in self._jobs
        )

    def _take(self, news: News) -> None:
        if news.kind == TROUBLE:
            self.trouble = news.error
            return
        if news.kind == DEGRADED:
            self.warnings.append(f"{news.error} Without it the list is read each second.")
            return
        self.trouble = None
        self._mirror.take(news)
        if news.source.resource != STATEFULSETS:
            return
        bodies = news.items if news.kind == RESET else [news.body]
        for job in self._jobs:
            if job.namespace == news.source.namespace and job.failure is None:
                self._sets(job, news.kind, bodies)

    def _sets(self, job: Job, kind: str, bodies: Iterable[Object]) -> None:
        """What happened to the sets of a target: each event counts, also when the next one follows at once."""
        by_name = {body["metadata"]["name"]: body for body in bodies}
        for name, state in job.states.items():
            body = by_name.get(name)
            gone = kind == DELETED and body is not None and body["metadata"]["uid"] == state.uid
            if gone or (kind == RESET and body is None):
                self._deleted(job, state)
            elif body is not None and kind != DELETED:
                self._seen(job, state, body, kind == RESET)

    def _deleted(self, job: Job, state: SetState) -> None:
        self._note(job, f"{state.name} was deleted")
        state.taken = False
        if controller(job.found.sets[state.name]) is None:
            state.gone_at = self._clock.now()
        elif not job.direct and self._owner_gone(job):
            job.failure = _deleted(job, f"{job.place} is deleted, too, so nobody makes it again.")

    def _give_up(self, seconds: float) -> None:
        """Sets without an owner that are gone for so long; somebody may be about to make them anew by hand."""
        for job in self._jobs:
            for state in job.states.values():
                if job.failure is None and state.gone_at is not None and self._clock.now() - state.gone_at >= seconds:
                    advice = "It has no owner that would make it again: look who deleted it, or its whole namespace."
                    job.failure = _deleted(job, advice)

    def _owner_gone(self, job: Job) -> bool:
        try:
            body = look(self._client, job.place)
        except KubeError as error:
            self.trouble = error
            return False
        meta = (body or {}).get("metadata") or {}
        return meta.get("uid") != job.place.uid or bool(meta.get("deletionTimestamp"))

    def _seen(self, job: Job, state: SetState, body: Object, listed: bool) -> None:
        anew = body["metadata"]["uid"] != state.uid
        if anew:
            state.uid, state.recreated, state.taken, state.gone_at = body["metadata"]["uid"], True, False, None
            self._note(job, f"{state.name} was recreated")
        number = asked(body)
        if number == job.replicas:
            state.taken = True
        elif state.taken or (job.direct and (anew or (listed and job.patched))):
            self._moved(job, state, body, number)

    def _moved(self, job: Job, state: SetState, body: Object, number: int) -> None:
        """The number was there and is another now. Where an owner still has it, its operator will put it back."""
        state.taken = False
        self._note(job, f"{state.name}: spec.replicas is {number} again, not {job.replicas}")
        if not job.direct:
            try:
                place = look(self._client, job.place) or {}
            except KubeError as error:
                self.trouble = error
                return
            now = number_in(job.place, place) if place else None
            if now == job.replicas:
                who = scale_authors.author(body)
                self.warnings.append(
                    f"{state.name}: field manager {who or 'unknown'} set spec.replicas to {number} meanwhile; "
                    f"{job.place} still has {job.replicas}, so its operator should set it right."
                )
                return
            job.failure = moved_in_owner(job, place, now)
            return
        who = scale_authors.author(body)
        text = f"{job.target.label}: the scale to {job.replicas} was undone, spec.replicas is {number}"
        job.failure = Failure("reverted", f"{text}, by field manager {who or 'unknown'}.{_advice(body, job)}", (), who)

    def _judge(self, job: Job) -> None:
        """Compare each set with what was asked."""
        pods = self._mirror.all(PODS, job.namespace) if self._see_pods else None
        for name, state in job.states.items():
            body = self._mirror.get(STATEFULSETS, job.namespace, name)
            mine = owned_pods(body, pods) if pods is not None and body is not None else pods
            verdict = judge(body, mine, job.replicas, self._mode)
            if verdict.waiting_for != state.waiting_for or verdict.done != state.done:
                self._progress = self._clock.now()
                ready = sum(1 for pod in mine or [] if pod_ready(pod))
                self._note(job, f"{name}: {verdict.waiting_for or f'done, {ready} pods ready'}")
            state.waiting_for, state.done = verdict.waiting_for, verdict.done
        done = all(state.done for state in job.states.values())
        if not done:
            job.done_since = None
        elif job.done_since is None:
            job.done_since = self._clock.now()
            job.elapsed = self.seconds

    def _note(self, job: Job, text: str) -> None:
        if len(job.timeline) < TIMELINE:
            job.timeline.append({"seconds": round(self.seconds, 2), "event": text})


def _deleted(job: Job, why: str) -> Failure:
    text = f"{job.target.label} was deleted while its scale to {job.replicas} was waited for."
    return Failure("deleted", f"{text} {why}")


def moved_in_owner(job: Job, body: Object, number: int | None) -> Failure:
    """Somebody gave the owner another number; ``body`` is what ``look`` read of it."""
    if not body:
        return Failure("deleted", f"{job.target.label}: {job.place} was deleted while {job.replicas} was waited for.")
    path = job.place.location
    who = scale_authors.author(body, path)
    text = f"{job.target.label}: {job.place} was set to {number} while {job.replicas} was waited for"
    advice = scale_authors.keeper(body, path) or "Somebody else scales it too: agree on who does, and run again."
    return Failure("reverted", f"{text}{f', by field manager {who}' if who else ''}. {advice}", (), who)


def _advice(body: Object, job: Job) -> str:
    """What to do about a revert."""
    reference = controller(body)
    if reference and job.direct:
        return (
            f" The set is managed by {reference['kind']} {reference['name']}, whose operator sets the number: "
            "use via=auto, which changes it there."
        )
    keeper = scale_authors.keeper(body)
    return f" {keeper}" if keeper else " Somebody else scales it too: agree on who does."
