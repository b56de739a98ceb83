# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait in one loop until all targets have the desired replicas at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import last_manager, reverting_manager
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    DELETED,
    PODS,
    STATEFULSETS,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    controller,
    is_ready,
    owned_pods,
    spec_replicas,
    statefulset_status,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import (
    FAILED,
    LISTED,
    POLLING,
    Cache,
    Event,
    Watches,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import ScaleOptions
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Failure, ScaleTarget, StatefulSetState
from ansible_collections.dcn.glance.plugins.module_utils._scale.read import read_field_object, replicas_in

TIMELINE = 60  # entries
RECREATE_SECONDS = 3.0  # in which another client may recreate a StatefulSet that has no owner


class ScaleWait:
    """Where the account may not list pods (``see_pods``), the status of the StatefulSets decides."""

    def __init__(
        self,
        client: KubeClient,
        targets: Sequence[ScaleTarget],
        cache: Cache,
        options: ScaleOptions,
        see_pods: bool,
        clock: Clock,
    ) -> None:
        self._client = client
        self._targets = targets
        self._cache = cache
        self._mode = options.wait
        self._stable = options.stable_seconds
        self._see_pods = see_pods
        self._clock = clock
        self._begun = clock.now()
        self.warnings: list[str] = []

    @property
    def seconds(self) -> float:
        """The seconds since the wait began."""
        return self._clock.now() - self._begun

    def run(self, watches: Watches, timeout: float) -> None:
        """Wait until each target has settled or failed, but no longer than the timeout in seconds."""
        self._judge_all()
        while True:
            left = self._seconds_left(timeout)
            self._fail_deleted(RECREATE_SECONDS)
            if self._all_settled():
                return
            if left <= 0:
                self._fail_deleted(0)
                return
            event = watches.next(left)
            while event is not None:
                self._take(event)
                event = watches.next(0)
            self._judge_all()

    def already_settled(self) -> bool:
        """Whether all targets are settled according to what was read before."""
        self._judge_all()
        return self._all_settled()

    def settled(self, target: ScaleTarget) -> bool:
        """Whether the target has been as desired for ``stable_seconds``."""
        return target.done_since is not None and self._clock.now() - target.done_since >= self._stable

    def waiting_for(self, target: ScaleTarget) -> str:
        """What a target that has not settled waits for."""
        if target.done_since is not None:
            after = target.done_since - self._begun
            return f"it became ready after {after:.0f} s but did not stay ready for stable_seconds ({self._stable:g} s)"
        return "; ".join(f"{state.name}: {state.waiting_for}" for state in target.states.values() if not state.done)

    def _all_settled(self) -> bool:
        return all(target.failure is not None or self.settled(target) for target in self._targets)

    def _seconds_left(self, timeout: float) -> float:
        """The seconds until the next decision that may be due without an event."""
        now = self._clock.now()
        left = self._begun + timeout - now
        active = [target for target in self._targets if target.failure is None]
        for state in (state for target in active for state in target.states.values()):
            if state.deleted_at is not None and left > 0:
                left = min(left, max(0.01, state.deleted_at + RECREATE_SECONDS - now))
        ready = [target.done_since + self._stable for target in active if target.done_since is not None]
        if ready and len(ready) == len(active) and max(ready) > now:
            left = min(left, max(ready) - now)
        return left

    def _take(self, event: Event) -> None:
        if event.kind == FAILED:
            return
        if event.kind == POLLING:
            self.warnings.append(f"{event.error} Without this permission the list is read every second.")
            return
        self._cache.apply(event)
        if event.selection.resource != STATEFULSETS:
            return
        bodies = event.items if event.kind == LISTED else [event.body]
        for target in self._targets:
            if target.namespace == event.selection.namespace and target.failure is None:
                self._take_statefulsets(target, event.kind, bodies)

    def _take_statefulsets(self, target: ScaleTarget, kind: str, bodies: Iterable[Object]) -> None:
        """Note what happened to the StatefulSets of a target. Each event counts, even if another follows at once."""
        by_name = {body["metadata"]["name"]: body for body in bodies}
        for name, state in target.states.items():
            body = by_name.get(name)
            deleted = kind == DELETED and body is not None and body["metadata"]["uid"] == state.uid
            if deleted or (kind == LISTED and body is None):
                self._deleted(target, state)
            elif body is not None and kind != DELETED:
                self._observed(target, state, body, kind == LISTED)

    def _deleted(self, target: ScaleTarget, state: StatefulSetState) -> None:
        self._note(target, f"{state.name} was deleted")
        state.reached = False
        if controller(target.statefulsets[state.name]) is None:
            state.deleted_at = self._clock.now()
        elif not target.direct and self._owner_deleted(target):
            advice = f"{target.replicas_field} was deleted, too, so no operator recreates the StatefulSet."
            target.failure = _deleted_failure(target, advice)

    def _fail_deleted(self, seconds: float) -> None:
        """Fail the targets whose StatefulSet has no owner, and was not recreated within that time."""
        now = self._clock.now()
        for target in self._targets:
            for state in target.states.values():
                if target.failure is None and state.deleted_at is not None and now - state.deleted_at >= seconds:
                    advice = "It has no owner that recreates it. Check who deleted it, or its namespace."
                    target.failure = _deleted_failure(target, advice)

    def _owner_deleted(self, target: ScaleTarget) -> bool:
        try:
            body = read_field_object(self._client, target.replicas_field)
        except KubeError:
            return False
        meta = (body or {}).get("metadata") or {}
        return meta.get("uid") != target.replicas_field.uid or bool(meta.get("deletionTimestamp"))

    def _observed(self, target: ScaleTarget, state: StatefulSetState, body: Object, listed: bool) -> None:
        recreated = body["metadata"]["uid"] != state.uid
        if recreated:
            state.uid, state.recreated = body["metadata"]["uid"], True
            state.reached, state.deleted_at = False, None
            self._note(target, f"{state.name} was recreated")
        replicas = spec_replicas(body)
        if replicas == target.replicas:
            state.reached = True
        elif state.reached or (target.direct and (recreated or (listed and target.patched))):
            self._reverted(target, state, body, replicas)

    def _reverted(self, target: ScaleTarget, state: StatefulSetState, body: Object, replicas: int) -> None:
        """Another client changed the replicas. If the owner still has the desired ones, its operator corrects them."""
        state.reached = False
        self._note(target, f"{state.name}: spec.replicas was changed to {replicas}, not {target.replicas}")
        manager = last_manager(body)
        if target.direct:
            target.failure = _reverted_failure(target, body, replicas)
            return
        try:
            owner = read_field_object(self._client, target.replicas_field) or {}
        except KubeError:
            return
        in_owner = replicas_in(target.replicas_field, owner) if owner else None
        if in_owner == target.replicas:
            self.warnings.append(
                f"{state.name}: field manager {manager or 'unknown'} changed spec.replicas to {replicas} meanwhile. "
                f"{target.replicas_field} still has {target.replicas}, so its operator should restore them."
            )
            return
        target.failure = owner_reverted_failure(target, owner, in_owner)

    def _judge_all(self) -> None:
        """Compare each StatefulSet with the desired replicas."""
        for target in self._targets:
            self._judge(target)

    def _judge(self, target: ScaleTarget) -> None:
        pods = self._cache.all(PODS, target.namespace) if self._see_pods else None
        for name, state in target.states.items():
            body = self._cache.get(STATEFULSETS, target.namespace, name)
            status = statefulset_status(body, pods, target.replicas, self._mode)
            if status.waiting_for != state.waiting_for or status.done != state.done:
                ready = sum(is_ready(pod) for pod in owned_pods(body, pods)) if body and pods is not None else 0
                self._note(target, f"{name}: {status.waiting_for or f'done, {ready} pods ready'}")
            state.waiting_for, state.done = status.waiting_for, status.done
        if not all(state.done for state in target.states.values()):
            target.done_since = None
        elif target.done_since is None:
            target.done_since = self._clock.now()
            target.elapsed = self.seconds

    def _note(self, target: ScaleTarget, text: str) -> None:
        if len(target.timeline) < TIMELINE:
            target.timeline.append({"seconds": round(self.seconds, 2), "event": text})


def _deleted_failure(target: ScaleTarget, advice: str) -> Failure:
    return Failure("deleted", f"{target.label} was deleted during the wait. {advice}")


def _reverted_failure(target: ScaleTarget, body: Object, replicas: int) -> Failure:
    """The failure of a StatefulSet if another client changed its own replicas."""
    manager, owner = last_manager(body), controller(body)
    if owner:
        advice = (
            f"The StatefulSet is managed by {owner['kind']} {owner['name']}, whose operator sets the replicas. Use "
            "via=auto, which changes them in the owner."
        )
    else:
        advice = reverting_manager(body) or "Make sure that only one program scales it."
    text = f"{target.label}: replicas were reverted from {target.replicas} to {replicas} by field manager"
    return Failure("reverted", f"{text} {manager or 'unknown'}. {advice}", (), manager)


def owner_reverted_failure(target: ScaleTarget, owner: Object, replicas: int | None) -> Failure:
    """The failure of a target if its owner was deleted, or another client changed the replicas in it."""
    replicas_field = target.replicas_field
    if not owner:
        return Failure("deleted", f"{target.label}: {replicas_field} was deleted during the wait.")
    path = replicas_field.location
    manager = last_manager(owner, path)
    text = f"{target.label}: replicas in {replicas_field} were reverted from {target.replicas} to {replicas}"
    advice = reverting_manager(owner, path) or "Make sure that only one program scales it, and run again."
    return Failure("reverted", f"{text} by field manager {manager or 'unknown'}. {advice}", (), manager)
