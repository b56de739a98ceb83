# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of an image's import, whether it is final, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.dcn.glance.plugins.module_utils._glance.failures import RECREATE, repair
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task

# From this age of its last update on, the message about a task names it.
_NOTEWORTHY = 120.0
_STALLED_COPY = "check glance-api on that worker; from 60 minutes on, a new copy takes over the lock"
_STALLED_IMPORT = "check glance-api on that worker, then delete it and import it again"
# A new request can take over a lock whose task was not updated for this time.
TAKEOVER_SECONDS = 3600.0
_LEAK = "task {task} is over ({status}) but still holds the lock"
_TAKEOVER = (
    "run again 60 minutes after the last update of that task: from then on, a new request can take over the lock"
)


@dataclass(frozen=True)
class State:
    """``name`` is one word, ``final``: waiting changes nothing, ``usable``: the image can be copied."""

    name: str
    final: bool
    usable: bool
    explanation: str = ""
    advice: str = ""

    @property
    def sentence(self) -> str:
        """The explanation and the advice as one text."""
        return f"{self.explanation}; {self.advice}" if self.advice else self.explanation


_SIMPLE: dict[str, State] = {
    "killed": State("killed", True, False, "its upload failed", RECREATE),
    "deleted": State("deleted", True, False, "it has been deleted"),
    "pending_delete": State("deleted", True, False, "it is being deleted"),
    "deactivated": State("deactivated", True, False, "it is deactivated", "reactivate it first"),
    "saving": State("uploading", False, False, "its data are being uploaded"),
}


def classify(
    image: Image,
    tasks: Sequence[Task] | None = None,
    now: datetime | None = None,
    stalled_after: float = TAKEOVER_SECONDS,
) -> State:
    """The state of an image; ``tasks`` is None when they are unknown.

    A task that was not updated for ``stalled_after`` seconds counts as stalled.

    Glance releases a lock a moment after its task has ended, so ``lock_leaked`` is certain only after several polls.
    """
    if image.status in ("killed", "deleted", "pending_delete"):
        return _SIMPLE[image.status]
    if image.lock:
        return _locked(image, tasks, now, stalled_after)
    if image.status == "active":
        return _active(image)
    if image.status in _SIMPLE:
        return _SIMPLE[image.status]
    return _stopped(image, tasks)


def _active(image: Image) -> State:
    missing = [store for store in image.failed if store not in image.stores]
    if missing:
        text = f"its last import or copy failed for {', '.join(missing)}"
        return State("partial", True, True, text, "copy it to these stores")
    return State("active", True, True)


def _locked(image: Image, tasks: Sequence[Task] | None, now: datetime | None, stalled_after: float) -> State:
    usable = image.status == "active"
    if tasks is None:
        return State("running", False, usable, f"task {image.lock} works on it")
    task = next((item for item in tasks if item.id == image.lock), None)
    if task is None:
        text = f"its lock names task {image.lock}, which does not exist"
        return State("lock_leaked", True, usable, text, "run again" if usable else RECREATE)
    if task.status in ("success", "failure"):
        status = f"{task.status}: {task.message}" if task.message else task.status
        text = _LEAK.format(task=task.id, status=status)
        if usable:
            return State("lock_leaked", True, True, text, _TAKEOVER)
        return State("lock_leaked", True, False, f"its import failed{_for_stores(image)}: {text}", RECREATE)
    age = seconds_since_update(task, now)
    doing = f"task {task.id} works on it ({task.message or task.status})"
    if age is None or age < min(stalled_after, _NOTEWORTHY):
        return State("running", False, usable, doing)
    old = f"{age / 60:.0f} minutes" if age >= 120 else f"{age:.0f} s"
    text = f"{doing}, but was not updated for {old}: its worker may have died"
    if age < stalled_after:
        return State("running", False, usable, text)
    return State("stalled", False, usable, text, _STALLED_COPY if usable else _STALLED_IMPORT)


def _stopped(image: Image, tasks: Sequence[Task] | None) -> State:
    """The state of an image that is not active and not locked: no task works on it."""
    stores = _for_stores(image)
    last = max(tasks or (), key=lambda task: task.updated_at, default=None)
    reason = f" ({last.message})" if last and last.status == "failure" and last.message else ""
    if image.status == "importing":
        text = f"its import failed{stores}{reason}, and its status remains importing"
        return State("import_failed", True, False, text, repair(reason))
    if image.failed or reason:
        return State("reverted", True, False, f"its import failed{stores}{reason} and was reverted", repair(reason))
    if image.status == "uploading":
        return State("staged", True, False, "its data are staged, but no import was requested", RECREATE)
    if image.status == "queued":
        return State("empty", True, False, "it has no data", RECREATE)
    return State("unknown", True, False, f"its status is {image.status}", "see openstack image show")


def _for_stores(image: Image) -> str:
    return f" for {', '.join(image.failed)}" if image.failed else ""


def seconds_since_update(task: Task, now: datetime | None) -> float | None:
    """Seconds since the last update of a task; None when unknown."""
    if now is None:
        return None
    try:
        updated = datetime.strptime(task.updated_at[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return max(0.0, (now - updated).total_seconds())
