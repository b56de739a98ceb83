# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale StatefulSets: read, refuse what must not be, change the number where it is owned, wait for the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube import field_managers as scale_authors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, STATEFULSETS, KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import NONE, REVISION, controller
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Feeds, Mirror, Source
from ansible_collections.dcn.glance.plugins.module_utils._scale import guard as scale_guard
from ansible_collections.dcn.glance.plugins.module_utils._scale import owners as scale_owner
from ansible_collections.dcn.glance.plugins.module_utils._scale import write as scale_write
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnose import explain
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import Finder, ScaleError, Scope, refuse
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Wishes, default_timeout
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Job
from ansible_collections.dcn.glance.plugins.module_utils._scale.read import Reader
from ansible_collections.dcn.glance.plugins.module_utils._scale.wait import Wait


@dataclass
class Outcome:
    """What happened; ``error`` is what stopped everything after the change."""

    jobs: list[Job]
    mirror: Mirror
    warnings: list[str] = field(default_factory=list)
    error: DcnError | None = None


class Scale:
    """One call of the module."""

    def __init__(self, client: KubeClient, wishes: Wishes, clock: Clock) -> None:
        self._client = client
        self._wishes = wishes
        self._clock = clock
        self._finder = Finder(client)
        self._mirror = Mirror()

    def run(self) -> Outcome:
        wishes = self._wishes
        jobs = [Job(found) for found in self._finder.find(wishes.targets, wishes.via)]
        outcome = Outcome(jobs, self._mirror)
        outcome.warnings += scale_write.check_expected(jobs, wishes.on_mismatch)
        active = [job for job in jobs if not job.skipped]
        if not active:
            return outcome
        reader = Reader(self._client, active, self._mirror, wishes)
        self._prepare(reader, active)
        outcome.warnings += reader.warnings
        try:
            scale_write.write(self._client, active, wishes.check)
        except DcnError as error:
            if not any(job.patched for job in active):
                raise
            outcome.error = error
            return outcome
        outcome.warnings += self._advice(active)
        try:
            self._finish(reader, active, outcome)
        except DcnError as error:
            outcome.error = error
        return outcome

    def _prepare(self, reader: Reader, jobs: Sequence[Job]) -> None:
        """Everything that may refuse; nothing is changed in here."""
        for scope in self._finder.scopes.values():
            self._mirror.put(STATEFULSETS, list(scope.sets.values()))
        reader.pods()
        reader.claims()
        reader.reuse()
        reader.volumes()
        if self._wishes.pvc == "delete_removed":
            scale_guard.refuse_forbidden(self._client, jobs)
        if self._wishes.guard_staged:
            problems: list[DcnError] = []
            for job in jobs:
                try:
                    scale_guard.refuse_staged(self._client, job, self._wishes, reader.see_pods)
                except ScaleError as problem:
                    problems.append(problem)
            refuse(problems)

    def _advice(self, jobs: Sequence[Job]) -> list[str]:
        """What is not wrong, and yet worth knowing."""
        found = []
        for job in jobs:
            for body in job.found.sets.values():
                owner = controller(body)
                if self._wishes.via == "scale" and owner:
                    found.append(
                        f"{job.target.label} is managed by {owner['kind']} {owner['name']}, whose operator may set the "
                        "number back."
                    )
                strategy = (body["spec"].get("updateStrategy") or {}).get("type")
                if self._wishes.wait == REVISION and strategy == "OnDelete":
                    found.append(
                        f"{job.target.label}: with OnDelete pods get a new revision only when they are deleted."
                    )
            above = scale_owner.above(job.owners, job.place)
            if above and job.needs_patch:
                found.append(f"{job.target.label}: {job.place} is itself managed by {above}, which may set it back.")
            keeper = scale_authors.keeper(job.place.body, job.place.location)
            if keeper and job.needs_patch:
                found.append(f"{job.target.label}: {keeper}")
        return found

    def _finish(self, reader: Reader, jobs: Sequence[Job], outcome: Outcome) -> None:
        wishes = self._wishes
        if not wishes.check and wishes.wait != NONE:
            self._wait(reader, jobs, outcome)
            for job in jobs:
                if job.failure is None:
                    scale_guard.wait_removed(self._client, job)
        if wishes.pvc == "delete_removed":
            for job in jobs:
                if job.failure is None:
                    scale_guard.delete_claims(self._client, job, wishes.check)

    def _wait(self, reader: Reader, jobs: Sequence[Job], outcome: Outcome) -> None:
        for job in jobs:
            job.begin()
        wishes = self._wishes
        wait = Wait(self._client, jobs, self._mirror, wishes.wait, reader.see_pods, self._clock)
        if not any(job.patched for job in jobs) and not wishes.stable_seconds and wait.finished_already():
            return
        feeds = Feeds(self._client)
        for source in self._sources(reader):
            feeds.start(source)
        try:
            ended = wait.run(feeds, self._timeout(jobs), wishes.progress_timeout, wishes.stable_seconds)
        finally:
            feeds.stop()
        outcome.warnings += wait.warnings
        for job in jobs:
            if job.failure is None and job.done_since is None or ended != "done" and job.failure is None:
                self._late(job, wait, ended)

    def _late(self, job: Job, wait: Wait, ended: str) -> None:
        waiting = "; ".join(f"{state.name}: {state.waiting_for}" for state in job.states.values() if not state.done)
        if job.done_since is not None and self._clock.now() - job.done_since >= self._wishes.stable_seconds:
            return
        if job.done_since is not None:
            waiting = f"it was not ready for {self._wishes.stable_seconds:g} s without a break"
        if ended == "progress":
            waiting += f" (nothing moved for {self._wishes.progress_timeout:g} s)"
        job.elapsed = wait.seconds
        job.failure = explain(self._client, job, self._mirror, self._wishes.wait, waiting)

    def _timeout(self, jobs: Sequence[Job]) -> float:
        if self._wishes.timeout is not None:
            return self._wishes.timeout
        return max(default_timeout(list(job.found.sets.values()), job.replicas) for job in jobs)

    def _sources(self, reader: Reader) -> list[Source]:
        """One watch for the sets of a namespace, one for their pods."""
        sources = []
        for scope in self._finder.scopes.values():
            sources.append(self._narrow(scope))
            if reader.see_pods:
                labels, version = reader.pod_labels(scope.namespace), reader.pod_versions[scope.namespace]
                sources.append(Source(PODS, scope.namespace, labels, "", version))
        return sources

    def _narrow(self, scope: Scope) -> Source:
        return Source(STATEFULSETS, scope.namespace, scope.labels, scope.fields, scope.version)
