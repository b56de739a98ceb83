# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a change of the Glance part has reached every pod. Nothing is ever written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeError
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import FAILED, POLLING, Event, Watches
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import operator_error
from ansible_collections.dcn.glance.plugins.module_utils._rollout.input import check_target, desired_instances
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import judge, judge_item
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    OPERATOR_STAGE,
    DesiredInstance,
    History,
    ObservedState,
    Pending,
    Progress,
    RolloutError,
    RolloutTarget,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.read import RolloutReader
from ansible_collections.dcn.glance.plugins.module_utils._rollout.stores import StoreCheck

DONE, TIMEOUT, ERROR, STORES = "done", "timeout", "operator_error", "stores"

#: Seconds for which an error of an operator, or of Glance about its stores, must persist to end the wait: the next
#: attempt may succeed.
PATIENCE = 20.0

#: Seconds between two requests for the stores.
PAUSE = 3.0

#: Seconds for which a read counts as current; after that a watch may have missed something.
FRESH = 1.0


@dataclass
class PersistentError:
    """An error of an operator, and since when it exists."""

    text: str
    since: float


@dataclass
class RolloutResult:
    """How the wait ended, and the last known state. ``request_error`` is the last request that failed, if any."""

    ended: str
    seconds: float
    observed: ObservedState
    instances: list[DesiredInstance]
    histories: dict[str, History]
    pending: list[Pending]
    warnings: list[str] = field(default_factory=list)
    request_error: KubeError | None = None


class Rollout:
    """One call of the module."""

    def __init__(
        self,
        client: KubeClient,
        target: RolloutTarget,
        clock: Clock,
        patience: float = PATIENCE,
        watches: Callable[[KubeClient, Clock], Watches] = Watches,
        stores: StoreCheck | None = None,
    ) -> None:
        self._client = client
        self._target = target
        self._clock = clock
        self._patience = patience
        self._new_watches = watches
        self._reader = RolloutReader(client, target)
        self._begun = clock.now()
        self._histories: dict[str, History] = {}
        self._instances: list[DesiredInstance] = []
        self._pending: list[Pending] = []
        self._errors: dict[str, PersistentError] = {}
        self._observed: ObservedState | None = None
        self._read_last, self._read_at = False, self._begun
        self._request_error: KubeError | None = None
        self._warnings: list[str] = []
        self._stores = stores
        #: The StatefulSets whose pods do not serve their stores, since when there are any, and when to ask again.
        self._unserved: list[Pending] = []
        self._unserved_since, self._ask_at = 0.0, 0.0

    @property
    def _seconds(self) -> float:
        return self._clock.now() - self._begun

    def check_once(self) -> RolloutResult:
        """The current state, without waiting."""
        self._read()
        return self._result(DONE if not self._pending and self._serves() else TIMEOUT)

    def run(self, timeout: float, stable: float) -> RolloutResult:
        """Wait until everything is as desired, and has been for ``stable`` seconds."""
        self._read()
        if self._settled(stable) and self._serves():
            return self._result(DONE)
        watches = self._new_watches(self._client, self._clock)
        for selection in self._reader.selections:
            watches.start(selection)
        try:
            return self._result(self._follow(watches, timeout, stable))
        finally:
            watches.stop()

    def _follow(self, watches: Watches, timeout: float, stable: float) -> str:
        while True:
            if self._settled(stable) and self._confirmed(stable) and self._serves():
                return DONE
            if self._error_persists():
                return ERROR
            if self._seconds >= timeout or self._stores_fail():
                return STORES if self._unserved and not self._pending else TIMEOUT
            event = watches.next(self._seconds_to_decision(timeout, stable))
            while event is not None:
                self._take(event)
                event = watches.next(0)
            self._judge()

    def _read(self) -> None:
        self._read_at = self._clock.now()
        self._reader.read()
        check_target(self._reader.item, self._target)
        self._judge()
        self._read_last = True

    def _confirmed(self, stable: float) -> bool:
        """Read everything again, from the top down: watches of different kinds are not synchronized."""
        if self._read_last and self._clock.now() - self._read_at < FRESH:
            return True
        try:
            self._read()
        except KubeError as error:
            self._request_error = error
            self._clock.sleep(1.0)
            return False
        return self._settled(stable)

    def _serves(self) -> bool:
        """Whether the Glance in every pod serves its stores, as far as it can be asked."""
        if self._stores is None or self._observed is None:
            return True
        found = self._stores.failing(self._instances, self._observed)
        now = self._clock.now()
        if not self._unserved:
            self._unserved_since = now
        self._unserved, self._ask_at = found, now + PAUSE
        return not found

    def _stores_fail(self) -> bool:
        """Whether pods that are ready have not served their stores for too long."""
        waited = self._clock.now() - self._unserved_since
        return bool(self._unserved) and not self._pending and waited >= self._patience

    def _take(self, event: Event) -> None:
        if event.kind == FAILED:
            self._request_error, self._read_last = event.error, False
        elif event.kind == POLLING:
            self._warnings.append(f"{event.error} Without this permission the list is read every second.")
        else:
            self._request_error, self._read_last = None, False
            self._reader.cache.apply(event)

    def _judge(self) -> None:
        """Compare everything with what the object specifies now."""
        item = self._reader.item
        if item is None:
            raise RolloutError("deleted", f"{self._target.label} was deleted during the wait.")
        check_target(item, self._target)
        observed = self._observed = self._reader.observed(item)
        name = str(observed.glance["metadata"]["name"]) if observed.glance is not None else "glance"
        self._instances = desired_instances(item, self._target, name)
        self._pending = []
        missing = judge_item(observed, not self._target.strict)
        if missing:
            self._add_pending(None, Progress(OPERATOR_STAGE, missing), observed)
        for instance in self._instances:
            progress = judge(instance, observed)
            history = self._histories.setdefault(instance.statefulset, History())
            statefulset = observed.statefulsets.get(instance.statefulset)
            history.update(statefulset, progress.done, self._clock.now(), self._seconds)
            if not progress.done and progress.text != missing:
                self._add_pending(instance, progress, observed)
        current = {each.id for each in self._pending}
        self._errors = {key: each for key, each in self._errors.items() if key in current}

    def _add_pending(self, instance: DesiredInstance | None, progress: Progress, observed: ObservedState) -> None:
        text = operator_error(instance, progress, observed, self._target)
        key, statefulset = (instance.key, instance.statefulset) if instance else ("", "")
        pending = Pending(key, statefulset, progress, operator_error=text)
        self._pending.append(pending)
        known = self._errors.get(pending.id)
        if not text:
            self._errors.pop(pending.id, None)
        elif known is None or known.text != text:
            self._errors[pending.id] = PersistentError(text, self._clock.now())

    def _settled(self, stable: float) -> bool:
        """Whether everything has been as desired for long enough. APIs without replicas need no time."""
        return not self._pending and self._settles_at(stable) <= self._clock.now()

    def _settles_at(self, stable: float) -> float:
        """When everything will have been as desired for long enough, and the stores can be asked for again."""
        return max([*self._settle_times(stable), self._ask_at if self._unserved else 0.0])

    def _settle_times(self, stable: float) -> list[float]:
        """When each StatefulSet will have been as desired for long enough."""
        found = []
        for instance in self._instances:
            since = self._histories[instance.statefulset].done_since
            if since is not None:
                found.append(since + (stable if instance.replicas else 0.0))
        return found

    def _error_persists(self) -> bool:
        now = self._clock.now()
        return any(now - each.since >= self._patience for each in self._errors.values())

    def _seconds_to_decision(self, timeout: float, stable: float) -> float:
        """The seconds until a decision may be due without an event."""
        ends = [self._begun + timeout, *(each.since + self._patience for each in self._errors.values())]
        if not self._pending:
            ends.append(self._settles_at(stable))
        return max(0.05, min(ends) - self._clock.now())

    def _result(self, ended: str) -> RolloutResult:
        if self._observed is None:
            raise RolloutError("failed", "Nothing was read.")
        warnings = [*self._reader.warnings, *self._warnings, *(self._stores.warnings if self._stores else ())]
        return RolloutResult(
            ended,
            self._seconds,
            self._observed,
            self._instances,
            self._histories,
            self._pending or self._unserved,
            list(dict.fromkeys(warnings)),
            self._request_error,
        )
