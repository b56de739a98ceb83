# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale StatefulSets: read everything, check it, change the replicas in the owner, wait for the pods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import reverting_manager
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import STATEFULSETS
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import NONE, REVISION, controller
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache, Watches
from ansible_collections.dcn.glance.plugins.module_utils._scale.claims import (
    check_delete_permission,
    delete_claims,
    wait_removed,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.evidence import explain_timeout
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import TargetFinder
from ansible_collections.dcn.glance.plugins.module_utils._scale.guard import refuse_staged
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import ScaleOptions, default_timeout
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import ScaleError, ScaleTarget, raise_all
from ansible_collections.dcn.glance.plugins.module_utils._scale.read import ScaleReader
from ansible_collections.dcn.glance.plugins.module_utils._scale.wait import ScaleWait
from ansible_collections.dcn.glance.plugins.module_utils._scale.write import write_replicas


@dataclass
class ScaleResult:
    """The state of all targets. ``error`` ended the scale after something was changed."""

    targets: list[ScaleTarget]
    cache: Cache
    warnings: list[str] = field(default_factory=list)
    error: DcnError | None = None


class Scale:
    """One call of the module."""

    def __init__(
        self,
        client: KubeClient,
        options: ScaleOptions,
        clock: Clock,
        watches: Callable[[KubeClient, Clock], Watches] = Watches,
    ) -> None:
        self._client = client
        self._options = options
        self._clock = clock
        self._new_watches = watches
        self._finder = TargetFinder(client)
        self._cache = Cache()

    def run(self) -> ScaleResult:
        """Scale all targets. Raises ``DcnError`` as long as nothing was changed."""
        options = self._options
        targets = self._finder.find(options.targets, options.via)
        result = ScaleResult(targets, self._cache)
        reader = ScaleReader(self._client, targets, self._cache, options)
        self._prepare(reader, targets)
        result.warnings += reader.warnings
        try:
            write_replicas(self._client, targets, options.check, self._clock)
        except DcnError as error:
            if not any(target.patched for target in targets):
                raise
            result.error = error
            return result
        for target in targets:
            result.warnings += self._notes(target)
        try:
            self._finish(reader, targets, result)
        except DcnError as error:
            result.error = error
        return result

    def _prepare(self, reader: ScaleReader, targets: Sequence[ScaleTarget]) -> None:
        """Read and check everything. Changes nothing."""
        for statefulsets in self._finder.statefulsets.values():
            self._cache.put(STATEFULSETS, list(statefulsets.values()))
        reader.read_pods()
        reader.read_claims()
        reader.check_reuse()
        reader.check_volumes()
        if self._options.pvc == "delete_removed":
            check_delete_permission(self._client, targets)
        if self._options.guard_staged:
            problems: list[DcnError] = []
            for target in targets:
                try:
                    refuse_staged(self._client, target, self._options, reader.see_pods)
                except ScaleError as problem:
                    problems.append(problem)
            raise_all(problems)

    def _notes(self, target: ScaleTarget) -> list[str]:
        """Warnings that do not stop the scale."""
        found = []
        for body in target.statefulsets.values():
            owner = controller(body)
            if self._options.via == "scale" and owner:
                found.append(
                    f"{target.label} is managed by {owner['kind']} {owner['name']}, whose operator may revert the "
                    "replicas."
                )
            strategy = (body["spec"].get("updateStrategy") or {}).get("type")
            if self._options.wait == REVISION and strategy == "OnDelete":
                text = "with the update strategy OnDelete, pods get a new revision only when they are deleted."
                found.append(f"{target.label}: {text}")
        if not target.needs_patch:
            return found
        replicas_field = target.replicas_field
        above = controller(replicas_field.body) if replicas_field.path else None
        if above:
            found.append(
                f"{target.label}: {replicas_field} is managed by {above['kind']} {above['name']}, which may revert the "
                "replicas."
            )
        reverting = reverting_manager(replicas_field.body, replicas_field.location)
        return [*found, f"{target.label}: {reverting}"] if reverting else found

    def _finish(self, reader: ScaleReader, targets: Sequence[ScaleTarget], result: ScaleResult) -> None:
        options = self._options
        if not options.check and options.wait != NONE:
            self._wait(reader, targets, result)
            for target in targets:
                if target.failure is None:
                    result.warnings += wait_removed(self._client, target, self._clock)
        if options.pvc == "delete_removed":
            for target in targets:
                if target.failure is None:
                    delete_claims(self._client, target, options.check, self._clock)

    def _wait(self, reader: ScaleReader, targets: Sequence[ScaleTarget], result: ScaleResult) -> None:
        for target in targets:
            target.begin_wait()
        options = self._options
        wait = ScaleWait(self._client, targets, self._cache, options, reader.see_pods, self._clock)
        if not any(target.patched for target in targets) and not options.stable_seconds and wait.already_settled():
            return
        watches = self._new_watches(self._client, self._clock)
        for selection in [*self._finder.selections.values(), *reader.pod_selections]:
            watches.start(selection)
        try:
            wait.run(watches, self._timeout(targets))
        finally:
            watches.stop()
        result.warnings += wait.warnings
        for target in targets:
            if target.failure is None and not wait.settled(target):
                target.elapsed = wait.seconds
                target.failure = explain_timeout(
                    self._client, target, self._cache, options.wait, wait.waiting_for(target)
                )

    def _timeout(self, targets: Sequence[ScaleTarget]) -> float:
        if self._options.timeout is not None:
            return self._options.timeout
        return max(default_timeout(list(target.statefulsets.values()), target.replicas) for target in targets)
