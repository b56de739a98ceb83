# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which state of its import an image is, whether that is final, and what to do then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task

# Glance lets a new request take over a lock whose task has been silent this long.
TAKEOVER_MINUTES = 60
_LEAK = "task {task} is over ({status}) and has left its lock"
_TAKEOVER = (
    "run again 60 minutes after that task's last sign of life, when Glance lets a new request take the lock over"
)


@dataclass(frozen=True)
class State:
    """``name`` is one word; ``final`` says that waiting changes nothing; ``usable`` that the image can be copied."""

    name: str
    final: bool
    usable: bool
    explanation: str = ""
    advice: str = ""

    @property
    def sentence(self) -> str:
        """The explanation with what to do, as one text."""
        return f"{self.explanation}; {self.advice}" if self.advice else self.explanation


_RECREATE = "delete it and import it again"
_SIMPLE: dict[str, State] = {
    "killed": State("killed", True, False, "its upload failed and Glance gave it up", _RECREATE),
    "deleted": State("deleted", True, False, "it has been deleted"),
    "pending_delete": State("deleted", True, False, "it is being deleted"),
    "deactivated": State("deactivated", True, False, "it is deactivated", "reactivate it first"),
    "saving": State("uploading", False, False, "somebody uploads its data"),
}


def classify(image: Image, tasks: Sequence[Task] | None = None, now: datetime | None = None) -> State:
    """The state of an image; ``tasks`` is None when nothing is known of them.

    A lock whose task has just ended is dropped a moment later, so ``lock_leaked`` counts only when seen repeatedly.
    """
    if image.status in ("killed", "deleted", "pending_delete"):
        return _SIMPLE[image.status]
    if image.lock:
        return _locked(image, tasks, now)
    if image.status == "active":
        return _active(image)
    if image.status in _SIMPLE:
        return _SIMPLE[image.status]
    return _stopped(image, tasks)


def _active(image: Image) -> State:
    lacking = [store for store in image.failed if store not in image.stores]
    if lacking:
        return State("partial", True, True, f"its last import or copy failed for {', '.join(lacking)}", "copy it there")
    return State("active", True, True)


def _locked(image: Image, tasks: Sequence[Task] | None, now: datetime | None) -> State:
    usable = image.status == "active"
    if tasks is None:
        return State("running", False, usable, f"task {image.lock} works on it")
    task = next((item for item in tasks if item.id == image.lock), None)
    if task is None:
        text = f"its lock names task {image.lock}, which does not exist"
        return State("lock_leaked", True, usable, text, "run again" if usable else _RECREATE)
    if task.status in ("success", "failure"):
        said = f"{task.status}: {task.message}" if task.message else task.status
        text = _LEAK.format(task=task.id, status=said)
        if usable:
            return State("lock_leaked", True, True, text, _TAKEOVER)
        return State("lock_leaked", True, False, f"its import failed{_for_stores(image)}: {text}", _RECREATE)
    silent = silence(task, now)
    if silent is not None and silent >= TAKEOVER_MINUTES:
        text = f"task {task.id} works on it and has given no sign for {silent} minutes: its worker may have died"
        return State("stalled", False, usable, text, "look at that Glance host")
    return State("running", False, usable, f"task {task.id} works on it ({task.message or task.status})")


def _stopped(image: Image, tasks: Sequence[Task] | None) -> State:
    """Not active and not locked: nobody works on it."""
    stores = _for_stores(image)
    last = max(tasks or (), key=lambda task: task.updated_at, default=None)
    said = f" ({last.message})" if last and last.status == "failure" and last.message else ""
    if image.status == "importing":
        return State("import_failed", True, False, f"its import failed{stores}{said} and left it importing", _RECREATE)
    if image.failed or said:
        return State("reverted", True, False, f"its import failed{stores}{said} and was undone", _RECREATE)
    if image.status == "uploading":
        return State("staged", True, False, "its data are staged, and nobody has asked for the import", _RECREATE)
    if image.status == "queued":
        return State("empty", True, False, "it has no data", _RECREATE)
    return State("unknown", True, False, f"its status is {image.status}", "look at it with openstack image show")


def _for_stores(image: Image) -> str:
    return f" for {', '.join(image.failed)}" if image.failed else ""


def silence(task: Task, now: datetime | None) -> int | None:
    """Whole minutes since the task's last sign of life; None when unknown."""
    if now is None:
        return None
    try:
        seen = datetime.strptime(task.updated_at[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return max(0, int((now - seen).total_seconds() // 60))
