# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit a control plane's Glance part and its Secrets: plan on what is read, try it on the server, write, in order.

Secrets come first, so that no pod starts without its files, then the object, then what nobody needs any more. The
object is written as the version that was read; where somebody else was faster, all is read and planned anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.base import new_item
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.check import altered, missing_part
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import (
    Options,
    Plan,
    RecreationRefused,
    View,
    plan,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.read import read_item, read_view, target
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets import Entries, SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets_write import (
    Opener,
    SecretWriter,
    sample,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    NO_ANSWER,
    NOT_FOUND,
    KubeClient,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects

_T = TypeVar("_T")

ATTEMPTS = 6
_PAUSE = 0.2


@dataclass(frozen=True)
class Outcome:
    """The plan that was carried out, and how that went. ``conflicts``: how often somebody else was faster.

    ``after`` is the object as the server took it, or in check mode would take it: it fills in what has a default.
    """

    plan: Plan
    secrets: tuple[SecretPlan, ...]
    changed: bool
    conflicts: int
    version_before: str
    version_after: str
    warnings: tuple[str, ...]
    after: Object = field(default_factory=dict, repr=False)


class Editor:
    """One run on one object. ``base`` is what it is made of where it does not exist; None: it must exist.

    ``seen`` is shown the object as it was read, before anything else can be said about it.
    """

    def __init__(
        self,
        client: KubeClient,
        wanted: Wanted,
        files: Mapping[str, Entries],
        options: Options,
        opener: Opener,
        clock: Clock,
        base: Object | None = None,
        seen: Callable[[Object], object] = lambda _item: None,
    ) -> None:
        self._client = client
        self._wanted = wanted
        self._files = files
        self._options = options
        self._opener = opener
        self._clock = clock
        self._base = base
        self._seen = seen
        self._writer = SecretWriter(client, wanted.namespace)
        self._done: list[str] = []
        self._warnings: list[str] = []
        self._written: dict[str, SecretPlan] = {}
        self._conflicts = self._replans = 0
        self._answer: Object = {}
        #: What has been sent to be written and not been answered.
        self._open = ""

    def run(self) -> Outcome:
        try:
            view, found, is_new, version = self._retry(self._attempt)
        except RecreationRefused as error:
            raise RecreationRefused(error.texts, error.plan, tuple(dict.fromkeys(self._done))) from None
        if not self._options.check:
            version = self._clean(found) or version
        before = str((view.item.get("metadata") or {}).get("resourceVersion") or "")
        secrets = tuple(self._written.get(each.name, each) for each in found.secrets)
        changed = found.changed or is_new or bool(self._written)
        if self._replans:
            self._warnings.append(
                f"Somebody else changed {self._wanted.kind} {self._wanted.name} or a Secret of it at the same time "
                f"({self._replans} times): everything was read and planned again, and nothing of theirs is lost."
            )
        warnings = tuple(self._warnings)
        return Outcome(found, secrets, changed, self._conflicts, before, version, warnings, self._answer)

    def _retry(self, step: Callable[[], _T]) -> _T:
        """Do a step again, from its reading on, as long as somebody else is faster."""
        for attempt in range(ATTEMPTS):
            try:
                return step()
            except KubeError as error:
                if not _is_overtaken(error) or attempt + 1 == ATTEMPTS:
                    raise self._told(error, attempt) from error
            self._open = ""
            self._conflicts += 1
            self._replans += 1
            self._clock.sleep(_PAUSE * (attempt + 1))
        raise DcnError("No attempt was made.")

    def _read(self) -> tuple[View, bool]:
        item = read_item(self._client, self._wanted)
        is_new = item is None
        if item is None:
            if self._base is None:
                kind, where = self._wanted.kind, f"{self._wanted.namespace}/{self._wanted.name}"
                raise DcnError(
                    f"There is no {kind} {where}: create it first, or set create to true and give in base what the "
                    "topology does not say, such as its secret and databaseInstance."
                )
            item = new_item(self._base, self._wanted)
        self._seen(item)
        missing = missing_part(item, self._wanted)
        if missing is not None:
            raise InputErrors([missing])
        return read_view(self._client, self._wanted, item), is_new

    def _attempt(self) -> tuple[View, Plan, bool, str]:
        """Read, plan, try on the server, write; the resource version of the object afterwards."""
        view, is_new = self._read()
        found = plan(self._wanted, view, self._files, self._options)
        version = str((view.item.get("metadata") or {}).get("resourceVersion") or "")
        if found.merge.changed or is_new:
            self._answer = self._send(found.merge.after, is_new, dry_run=True)
            self._judge(found, self._answer)
        changes = [each for each in found.secrets if each.action != "none"]
        contents = {} if self._options.check else {each.name: self._opener.contents(each) for each in changes}
        for each in changes:
            self._writer.write(each, sample(each), dry_run=True)
        if found.removed:
            self._writer.refuse_removal()
        if self._options.check:
            return view, found, is_new, version
        for each in changes:
            self._note(f"Secret {each.name}", functools.partial(self._writer.write, each, contents[each.name]))
            self._written[each.name] = each
        if found.merge.changed or is_new:
            store = functools.partial(self._store, view, found, is_new)
            self._answer = self._note(f"{self._wanted.kind} {self._wanted.name}", store)
            version = str(self._answer["metadata"]["resourceVersion"])
        return view, found, is_new, version

    def _note(self, name: str, write: Callable[[], _T]) -> _T:
        """Write something, so that an error can say whether it was."""
        self._open = name
        answer = write()
        self._open = ""
        self._done.append(name)
        return answer

    def _store(self, view: View, found: Plan, is_new: bool) -> Object:
        """Write the object. Where only its status or others' metadata moved, the plan holds, and is written on that."""
        body = found.merge.after
        for attempt in range(ATTEMPTS):
            try:
                return self._send(body, is_new)
            except KubeError as error:
                fresh = None
                if error.reason == CONFLICT and not is_new and attempt + 1 < ATTEMPTS:
                    fresh = self._client.get(target(self._wanted), self._wanted.namespace, self._wanted.name)
                if fresh is None or not same_ground(fresh, view.item):
                    raise
                self._conflicts += 1
                body = objects.with_marks({**fresh, "spec": found.merge.after["spec"]}, found.merge.marks)
        raise DcnError("No attempt was made.")

    def _send(self, body: Object, is_new: bool, dry_run: bool = False) -> Object:
        resource, namespace, name = target(self._wanted), self._wanted.namespace, self._wanted.name
        if is_new:
            return self._client.create(resource, namespace, body, dry_run=dry_run, strict=True)
        return self._client.replace(resource, namespace, name, body, dry_run=dry_run, strict=True)

    def _judge(self, found: Plan, answer: Object) -> None:
        """An old server prunes what it does not know without a word, and webhooks change what they like."""
        control_plane = self._wanted.control_plane
        sent = objects.template(found.merge.after, control_plane)
        lost, other = altered(sent, objects.template(answer, control_plane), objects.prefix(control_plane))
        if lost:
            raise InputErrors(lost)
        self._warnings += [text for text in other if text not in self._warnings]

    def _clean(self, found: Plan) -> str:
        """What nobody needs any more: keys, Secrets, and then the marks of these in the object."""
        for each in found.secrets:
            if each.stale and self._options.purge:
                drop = functools.partial(self._writer.drop, each, each.stale)
                self._retry(functools.partial(self._note, f"Secret {each.name}", drop))
        for name in (*found.removed, *found.emptied):
            discard = functools.partial(self._writer.discard, name)
            self._retry(functools.partial(self._note, f"Secret {name} (removed)", discard))
        return self._retry(self._mark) if found.removed or found.emptied else ""

    def _mark(self) -> str:
        again, _is_new = self._read()
        found = plan(self._wanted, again, self._files, self._options)
        return str(self._store(again, found, False)["metadata"]["resourceVersion"]) if found.merge.changed else ""

    def _told(self, error: KubeError, conflicts: int) -> DcnError:
        """The error with what was done before it, so that nobody has to guess."""
        text = str(error)
        if error.reason == CONFLICT:
            text += f" {conflicts + 1} attempts met a change by somebody else: find out who writes all the time."
        written = ", ".join(dict.fromkeys(self._done))
        done = f" Written before: {written}. Another run goes on from there." if written else " Nothing was changed."
        if self._open and error.reason in NO_ANSWER:
            done = f" Whether {self._open} was written nobody knows; another run finds out and goes on from there."
            done = f" Written before: {written}.{done}" if written else done
        return KubeError(
            error.reason,
            f"{text}{done}",
            status=error.status,
            verb=error.verb,
            resource=error.resource,
            namespace=error.namespace,
            name=error.name,
        )


def _is_overtaken(error: KubeError) -> bool:
    """Whether somebody else has changed, made or deleted what a plan was made on."""
    return error.reason == CONFLICT or (error.reason, error.verb) == (NOT_FOUND, "update")


def same_ground(fresh: Object, planned: Object) -> bool:
    """Whether a plan made on ``planned`` holds for ``fresh`` as well."""
    return bool(fresh.get("spec") == planned.get("spec")) and objects.read_marks(fresh) == objects.read_marks(planned)


def changed_parts(found: Plan, after: Object, control_plane: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of what a diff shows: the Glance part and our marks."""

    def shown(item: Object) -> dict[str, Any]:
        annotations = (item.get("metadata") or {}).get("annotations") or {}
        marks = {objects.MARKS: annotations[objects.MARKS]} if objects.MARKS in annotations else {}
        return {"annotations": marks, objects.prefix(control_plane): objects.template(item, control_plane)}

    last = after or found.merge.after
    gone = {*found.removed, *found.emptied}
    if gone:
        marks = found.merge.marks
        secrets = {name: key for name, key in marks.secrets.items() if name not in gone}
        last = objects.with_marks(last, replace(marks, secrets=secrets))
    return shown(found.merge.before), shown(last)
