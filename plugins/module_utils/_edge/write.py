# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out a plan: try it on the server, write Secrets and objects in order, and remove what is not needed last.

An object is replaced only in the version that was read; if another client changed it, everything is read and planned
again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_write import (
    KeyOpener,
    SecretWriter,
    dry_run_contents,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.target import compare_answer
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    CREATE,
    NONE,
    REMOVE,
    EdgePlan,
    ObjectChange,
    RunOptions,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.progress import is_conflict, with_progress

_T = TypeVar("_T")

ATTEMPTS = 6
_PAUSE = 0.2


@dataclass(frozen=True)
class Outcome:
    """The plan that was carried out, with the objects as the server stored them, or in check mode would store them."""

    plan: EdgePlan
    objects: tuple[ObjectChange, ...]
    secrets: tuple[SecretPlan, ...]
    changed: bool
    conflicts: int
    warnings: tuple[str, ...]


class Writer:
    """One run. ``make_plan`` reads everything and plans."""

    def __init__(
        self,
        client: KubeClient,
        namespace: str,
        make_plan: Callable[[], EdgePlan],
        options: RunOptions,
        opener: KeyOpener,
        clock: Clock,
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._make_plan = make_plan
        self._options = options
        self._opener = opener
        self._clock = clock
        self._writer = SecretWriter(client, namespace)
        self._written: dict[str, ObjectChange] = {}
        self._secrets: dict[str, SecretPlan] = {}
        self._done: list[str] = []
        self._unanswered = ""
        self._conflicts = 0
        self._warnings: list[str] = []

    def run(self) -> Outcome:
        plan = self._retry(self._attempt)
        if not self._options.check and (plan.removed or any(each.stale_keys for each in plan.secrets)):
            self._retry(lambda: self._clean_up(plan))
        objects = [self._written.get(each.title, each) for each in plan.objects]
        secrets = tuple(self._secrets.get(each.name, each) for each in plan.secrets)
        changed = plan.changed or bool(self._written or self._secrets)
        if self._conflicts:
            self._warnings.append(
                f"Another client changed an object at the same time ({self._conflicts} times): everything was read and "
                "planned again, and its changes were kept."
            )
        return Outcome(plan, tuple(objects), secrets, changed, self._conflicts, tuple(self._warnings))

    def _retry(self, step: Callable[[], _T]) -> _T:
        """Repeat a step, including its reads, while other clients change the objects that it was planned for."""
        for attempt in range(ATTEMPTS):
            try:
                return step()
            except KubeError as error:
                if not is_conflict(error) or attempt + 1 == ATTEMPTS:
                    raise self._with_progress(error) from error
            self._unanswered = ""
            self._conflicts += 1
            self._clock.sleep(_PAUSE * (attempt + 1))
        raise DcnError("No attempt was made.")

    def _attempt(self) -> EdgePlan:
        plan = self._make_plan()
        changes = [each for each in plan.objects if each.action != NONE]
        secrets = [each for each in plan.secrets if each.action != NONE]
        for change in changes:
            answer = self._send(change, dry_run=True)
            self._check_answer(change, answer)
            if self._options.check:
                self._written[change.title] = replace(change, after=answer)
        contents = {} if self._options.check else {each.name: self._opener.contents(each) for each in secrets}
        for each in secrets:
            self._writer.write(each, dry_run_contents(each), dry_run=True)
        if plan.removed:
            self._writer.require_delete_permission()
        if self._options.check:
            return plan
        for each in secrets:
            self._unanswered = f"Secret {each.name}"
            self._writer.write(each, contents[each.name])
            self._record(f"Secret {each.name}")
            self._secrets[each.name] = each
        for change in changes:
            self._store(change)
        return plan

    def _store(self, change: ObjectChange) -> None:
        self._unanswered = change.title
        answer = self._send(change)
        self._record(change.title)
        first = self._written.get(change.title)
        before = first.before if first is not None else change.before
        self._written[change.title] = replace(change, before=before, after=answer)

    def _record(self, title: str) -> None:
        self._unanswered = ""
        self._done.append(title)

    def _send(self, change: ObjectChange, dry_run: bool = False) -> Object | None:
        if change.action == REMOVE:
            metadata = (change.before or {}).get("metadata") or {}
            uid, version = str(metadata.get("uid", "")), str(metadata.get("resourceVersion", ""))
            arguments = (change.resource, self._namespace, change.name)
            self._client.delete(*arguments, uid=uid, resource_version=version, dry_run=dry_run)
            return None
        body: Object = change.after or {}
        if change.action == CREATE:
            return self._client.create(change.resource, self._namespace, body, dry_run=dry_run, strict=True)
        return self._client.replace(change.resource, self._namespace, change.name, body, dry_run=dry_run, strict=True)

    def _check_answer(self, change: ObjectChange, answer: Object | None) -> None:
        """An old server drops unknown fields without an error, and webhooks change fields."""
        if answer is None:
            return
        for field in ("spec", "data"):
            dropped, changed = compare_answer((change.after or {}).get(field), answer.get(field), field)
            if dropped:
                raise InputErrors([replace(each, path=f"{change.title}: {each.path}") for each in dropped])
            self._warnings += [text for each in changed if (text := f"{change.title}: {each}") not in self._warnings]

    def _clean_up(self, plan: EdgePlan) -> None:
        """Remove unused keys and Secrets, and then their record in the objects."""
        if self._options.purge:
            for each in plan.secrets:
                self._writer.remove_keys(each, each.stale_keys)
        for name in plan.removed:
            self._writer.remove(name)
            self._record(f"Secret {name} (removed)")
        for change in self._make_plan().objects if plan.removed else ():
            if change.action != NONE:
                self._store(change)

    def _with_progress(self, error: KubeError) -> DcnError:
        """The error with what was written before it."""
        return with_progress(error, self._conflicts, self._done, self._unanswered)
