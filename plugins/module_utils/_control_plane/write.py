# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit a control plane's Glance spec and its Secrets: plan, try it on the server, write in order.

The Secrets are written first, so that no pod starts without its files, then the object. Unused keys and Secrets are
removed last. The object is replaced only in the version that was read; if another client changed it, everything is read
and planned again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import with_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance, Observed, RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import (
    ControlPlanePlan,
    RecreationRefused,
    plan_run,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.read import read_item, read_observed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import Entries, SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_write import (
    KeyOpener,
    SecretWriter,
    dry_run_contents,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.target import (
    compare_answer,
    is_same_ground,
    new_item,
    not_editable,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.progress import is_conflict, with_progress
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import glance_spec, glance_spec_path

_T = TypeVar("_T")

ATTEMPTS = 6
_PAUSE = 0.2


@dataclass(frozen=True)
class ControlPlaneResult:
    """The plan that was carried out, and how. ``conflicts``: how often another client changed something during the run.

    ``after`` is the object as the server stored it, or in check mode would store it, with the defaults filled in.
    """

    plan: ControlPlanePlan
    secrets: tuple[SecretPlan, ...]
    changed: bool
    conflicts: int
    version_before: str
    version_after: str
    warnings: tuple[str, ...]
    after: Object = field(default_factory=dict, repr=False)


class Editor:
    """One run on one object. ``base`` is the start of an object that does not exist; None: it must exist.

    ``on_read`` is called with the object before anything about it is reported.
    """

    def __init__(
        self,
        client: KubeClient,
        desired: DesiredGlance,
        files: Mapping[str, Entries],
        options: RunOptions,
        opener: KeyOpener,
        clock: Clock,
        base: Object | None = None,
        on_read: Callable[[Object], object] = lambda _item: None,
    ) -> None:
        self._client = client
        self._desired = desired
        self._files = files
        self._options = options
        self._opener = opener
        self._clock = clock
        self._base = base
        self._on_read = on_read
        self._writer = SecretWriter(client, desired.namespace)
        self._done: list[str] = []
        self._warnings: list[str] = []
        self._written: dict[str, SecretPlan] = {}
        self._conflicts = self._replans = 0
        self._answer: Object = {}
        #: What was sent to be written and has not been answered.
        self._unanswered = ""

    def run(self) -> ControlPlaneResult:
        try:
            observed, plan, is_new, version = self._retry(self._attempt)
        except RecreationRefused as error:
            raise RecreationRefused(error.texts, error.plan, tuple(dict.fromkeys(self._done))) from None
        if not self._options.check:
            version = self._clean_up(plan) or version
        before = str((observed.item.get("metadata") or {}).get("resourceVersion") or "")
        secrets = tuple(self._written.get(each.name, each) for each in plan.secrets)
        changed = plan.changed or is_new or bool(self._written)
        if self._replans:
            self._warnings.append(
                f"Another client changed {self._desired.kind} {self._desired.name} or one of its Secrets at the same "
                f"time ({self._replans} times): everything was read and planned again, and its changes were kept."
            )
        warnings = tuple(self._warnings)
        return ControlPlaneResult(plan, secrets, changed, self._conflicts, before, version, warnings, self._answer)

    def _retry(self, step: Callable[[], _T]) -> _T:
        """Repeat a step, including its reads, while other clients change the objects that it was planned for."""
        for attempt in range(ATTEMPTS):
            try:
                return step()
            except KubeError as error:
                if not is_conflict(error) or attempt + 1 == ATTEMPTS:
                    raise self._with_progress(error, attempt) from error
            self._unanswered = ""
            self._conflicts += 1
            self._replans += 1
            self._clock.sleep(_PAUSE * (attempt + 1))
        raise DcnError("No attempt was made.")

    def _read(self) -> tuple[Observed, bool]:
        item = read_item(self._client, self._desired)
        is_new = item is None
        if item is None:
            if self._base is None:
                kind, where = self._desired.kind, f"{self._desired.namespace}/{self._desired.name}"
                raise DcnError(
                    f"There is no {kind} {where}: create it first, or set create to true and give in base what the "
                    "topology does not define, such as its secret and databaseInstance."
                )
            item = new_item(self._base, self._desired)
        self._on_read(item)
        problem = not_editable(item, self._desired)
        if problem is not None:
            raise InputErrors([problem])
        return read_observed(self._client, self._desired, item, self._options), is_new

    def _attempt(self) -> tuple[Observed, ControlPlanePlan, bool, str]:
        """Read, plan, try on the server, write; the resource version of the object afterwards."""
        observed, is_new = self._read()
        plan = plan_run(self._desired, observed, self._files, self._options)
        version = str((observed.item.get("metadata") or {}).get("resourceVersion") or "")
        if plan.merge.changed or is_new:
            self._answer = self._send(plan.merge.after, is_new, dry_run=True)
            self._check_answer(plan, self._answer)
        changes = [each for each in plan.secrets if each.action != "none"]
        contents = {} if self._options.check else {each.name: self._opener.contents(each) for each in changes}
        for each in changes:
            self._writer.write(each, dry_run_contents(each), dry_run=True)
        if plan.removed:
            self._writer.require_delete_permission()
        if self._options.check:
            return observed, plan, is_new, version
        for each in changes:
            self._record(f"Secret {each.name}", functools.partial(self._writer.write, each, contents[each.name]))
            self._written[each.name] = each
        if plan.merge.changed or is_new:
            store = functools.partial(self._store, observed, plan, is_new)
            self._answer = self._record(f"{self._desired.kind} {self._desired.name}", store)
            version = str(self._answer["metadata"]["resourceVersion"])
        return observed, plan, is_new, version

    def _record(self, name: str, write: Callable[[], _T]) -> _T:
        """Write something, and record it, so that an error can report what was written before it."""
        self._unanswered = name
        answer = write()
        self._unanswered = ""
        self._done.append(name)
        return answer

    def _store(self, observed: Observed, plan: ControlPlanePlan, is_new: bool) -> Object:
        """Write the object. Where only its status or other metadata changed, the plan holds for the new version."""
        body = plan.merge.after
        for attempt in range(ATTEMPTS):
            try:
                return self._send(body, is_new)
            except KubeError as error:
                current = None
                if error.reason == CONFLICT and not is_new and attempt + 1 < ATTEMPTS:
                    current = self._client.get(self._desired.resource, self._desired.namespace, self._desired.name)
                if current is None or not is_same_ground(current, observed.item):
                    raise
                self._conflicts += 1
                body = with_managed({**current, "spec": plan.merge.after["spec"]}, plan.merge.managed)
        raise DcnError("No attempt was made.")

    def _send(self, body: Object, is_new: bool, dry_run: bool = False) -> Object:
        resource, namespace, name = self._desired.resource, self._desired.namespace, self._desired.name
        if is_new:
            return self._client.create(resource, namespace, body, dry_run=dry_run, strict=True)
        return self._client.replace(resource, namespace, name, body, dry_run=dry_run, strict=True)

    def _check_answer(self, plan: ControlPlanePlan, answer: Object) -> None:
        """An old server drops unknown fields without an error, and webhooks change fields."""
        control_plane = self._desired.control_plane
        sent, stored = glance_spec(plan.merge.after, control_plane), glance_spec(answer, control_plane)
        dropped, changed = compare_answer(sent, stored, glance_spec_path(control_plane))
        if dropped:
            raise InputErrors(dropped)
        self._warnings += [text for text in changed if text not in self._warnings]

    def _clean_up(self, plan: ControlPlanePlan) -> str:
        """Remove unused keys and Secrets, and then their record in the object."""
        for each in plan.secrets:
            if each.stale_keys and self._options.purge:
                remove_keys = functools.partial(self._writer.remove_keys, each, each.stale_keys)
                self._retry(functools.partial(self._record, f"Secret {each.name}", remove_keys))
        for name in (*plan.removed, *plan.emptied):
            remove = functools.partial(self._writer.remove, name)
            self._retry(functools.partial(self._record, f"Secret {name} (removed)", remove))
        return self._retry(self._forget_removed) if plan.removed or plan.emptied else ""

    def _forget_removed(self) -> str:
        observed, _is_new = self._read()
        plan = plan_run(self._desired, observed, self._files, self._options)
        return str(self._store(observed, plan, False)["metadata"]["resourceVersion"]) if plan.merge.changed else ""

    def _with_progress(self, error: KubeError, conflicts: int) -> DcnError:
        """The error with what was written before it."""
        return with_progress(error, conflicts, self._done, self._unanswered)


def stored_object(result: ControlPlaneResult) -> Object:
    """The object as it is after the run, without the record of what was removed from it."""
    after = result.after or result.plan.merge.after
    gone = {*result.plan.removed, *result.plan.emptied}
    if not gone:
        return after
    managed = result.plan.merge.managed
    secrets = {name: key for name, key in managed.secrets.items() if name not in gone}
    return with_managed(after, replace(managed, secrets=secrets))
