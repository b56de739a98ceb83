# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy one image: one request for all missing stores, followed until each has the image or has failed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.failures import WAITING, copy_failure
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import State
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import (
    GRACE_SECONDS,
    ImageWatch,
    unreachable,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task


@dataclass(frozen=True)
class CopyLimits:
    """The limits of all copies. Times are in seconds."""

    concurrency: int = 4
    timeout: float = 3600.0
    interval: float = 5.0
    retries: int = 1
    retry_delay: float = 5.0
    lock_timeout: float = 60.0
    #: How many images are copied to the stores of one site at the same time (0: no limit), and {store: its site}.
    per_site: int = 0
    sites: Mapping[str, str] = field(default_factory=dict)

    def allows(self, job: CopyJob, running: Sequence[CopyJob]) -> bool:
        """Whether a job may start beside those that run."""
        busy = Counter(site for other in running for site in self._sites_of(other))
        return not self.per_site or all(busy[site] < self.per_site for site in self._sites_of(job))

    def _sites_of(self, job: CopyJob) -> set[str]:
        return {self.sites[store] for store in job.missing if store in self.sites}


@dataclass
class StoreOutcome:
    """The outcome for one store of one image; ``action`` is present, copied, removed, absent, refused or failed."""

    store: str
    action: str
    seconds: float = 0.0
    bytes: int | None = None
    message: str = ""
    copying: bool = True

    def result(self) -> dict[str, Any]:
        """The outcome as a module returns it."""
        return {
            "store": self.store,
            "action": self.action,
            "seconds": round(self.seconds, 3),
            "bytes": self.bytes,
            "message": self.message,
        }


@dataclass(frozen=True)
class StoreProgress:
    """How far the copy to one store is; ``state`` is waiting, copying, copied or failed."""

    store: str
    state: str
    bytes: int = 0
    seconds: float = 0.0


class CopyJob:
    """Copies one image to the stores that do not have it. Glance writes to one store after the other."""

    def __init__(
        self, client: GlanceClient, image: Image, wanted: Sequence[str], limits: CopyLimits, clock: Clock
    ) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self._watch = ImageWatch(client, image, clock)
        self._wanted = tuple(wanted)
        self._requested: tuple[str, ...] = ()
        self._request_id = ""
        self._task_message = ""
        self._attempts = 0
        self._not_before = 0.0
        self._refused_since: float | None = None
        self._mark = self._begun = clock.now()
        self._ended: float | None = None
        self.stores: dict[str, StoreOutcome] = {}
        self.error = ""

    @property
    def image(self) -> Image:
        """The image as it was read last."""
        return self._watch.image

    def progress(self) -> list[StoreProgress]:
        """How far each copy is. Glance writes about every minute how much of the current one it has copied."""
        found, writing = [], bool(self._requested)
        for store in self._wanted:
            done = self.stores.get(store)
            if done and done.copying:
                state = done.action if done.action in ("copied", "failed") else "waiting"
                found.append(StoreProgress(store, state, done.bytes or 0, done.seconds))
            elif store not in self.image.stores:
                copied = _copied(self._watch.tasks, self.image.lock) if writing else 0
                seconds = self._clock.now() - self._mark if writing else 0.0
                found.append(StoreProgress(store, "copying" if writing else "waiting", copied, seconds))
                writing = False
        return found

    @property
    def seconds(self) -> float:
        """The seconds from the start of the job to its end."""
        return (self._ended if self._ended is not None else self._clock.now()) - self._begun

    def start(self) -> bool:
        """Start by reading the image again: the plan may be outdated."""
        self._mark = self._begun = self._clock.now()
        return self.poll()

    def poll(self) -> bool:
        """Read the image once; true when the job is over."""
        try:
            observed = self._watch.refresh()
            done = self._proceed(*observed) if observed else False
        except DcnError as error:
            done = self._give_up(str(error))
        if done:
            self._ended = self._clock.now()
        return done

    def expire(self, seconds: float) -> None:
        """End at the time limit. Glance may still complete the copy."""
        state = self._watch.state
        text = f"the copy was not complete after {seconds:.0f} s"
        if state.explanation:
            text += f": {state.explanation}"
        text += f".{unreachable(self._client, self.missing)} {WAITING}"
        self._give_up(text + " Glance may still complete it; run again, or use a longer timeout")
        self._ended = self._clock.now()

    @property
    def missing(self) -> tuple[str, ...]:
        """The stores that do not have the image yet."""
        return tuple(store for store in self._wanted if store not in self.image.stores)

    def _proceed(self, image: Image, state: State) -> bool:
        self._note_arrivals(image)
        missing = self.missing
        if image.lock and state.name not in ("lock_leaked", "stalled"):  # Glance decides whether a lock is taken over
            return False
        if not image.lock:
            if not missing:
                return True
            if not state.usable:
                return self._give_up(f"it cannot be copied: {state.sentence}")
            self._settle()
        if self._attempts > self._limits.retries:
            return self._give_up("")
        if self._clock.now() < self._not_before:
            return False
        return self._request(image, missing, state)

    def _note_arrivals(self, image: Image) -> None:
        """Record the stores that now have the image, with the seconds since the previous store was complete.

        Stores that become complete between two polls get the same time.
        """
        arrived = [store for store in self._requested if store in image.stores and store not in self.stores]
        now = self._clock.now()
        for store in arrived:
            self.stores[store] = StoreOutcome(store, "copied", now - self._mark, image.size)
        if arrived:
            self._mark = now

    def _settle(self) -> None:
        """Record the end of a request that left some stores without the image."""
        if self._requested:
            self._task_message = self._last_failure()
            self._requested = ()
            self._attempts += 1
            self._not_before = self._clock.now() + self._limits.retry_delay

    def _last_failure(self) -> str:
        tasks = self._client.tasks(self.image.id) or ()
        last = max(tasks, key=lambda task: task.updated_at, default=None)
        return last.message if last and last.status == "failure" else ""

    def _request(self, image: Image, missing: tuple[str, ...], state: State) -> bool:
        body = {"method": {"name": "copy-image"}, "stores": list(missing), "all_stores_must_succeed": False}
        try:
            self._request_id = self._client.start_import(image, body)
        except GlanceError as error:
            return self._refused(error, state)
        self._requested, self._refused_since, self._mark = missing, None, self._clock.now()
        return False

    def _refused(self, error: GlanceError, state: State) -> bool:
        """Decide whether to try again: after an import the lock persists for a moment, and an API may be restarting."""
        now = self._clock.now()
        if state.name == "stalled" and error.locked:
            return False
        if state.name == "lock_leaked":
            return self._give_up(f"it cannot be copied: {state.sentence}")
        if error.locked or error.already_there:
            self._refused_since = now if self._refused_since is None else self._refused_since
            if now - self._refused_since < max(self._limits.lock_timeout, GRACE_SECONDS):
                return False
        elif error.status == 0 or error.status >= 500:
            self._attempts += 1
            self._not_before = now + self._limits.retry_delay
            if self._attempts <= self._limits.retries:
                return False
        return self._give_up(str(error))

    def _give_up(self, why: str) -> bool:
        """Record every store without the image as failed; an empty ``why`` means that Glance tried and failed."""
        text = why or self._failure_text()
        missing = self.missing
        for store in missing:
            self.stores[store] = StoreOutcome(store, "failed", message=text)
        self.error = f"not copied to {', '.join(missing)}: {why}" if why and missing else ""
        return True

    def _failure_text(self) -> str:
        request = f" for request {self._request_id}" if self._request_id else ""
        text = f"Glance tried {self._attempts} time(s)"
        text += f" and reports: {self._task_message};" if self._task_message else " and does not report the reason;"
        reason = copy_failure([task.message for task in self._client.tasks(self.image.id) or ()])
        dead = unreachable(self._client, self.missing)
        return f"{text} see the glance-api log of {self._client.url}{request}; {reason}.{dead}"


def _copied(tasks: Sequence[Task], lock: str) -> int:
    """The bytes that the running task has copied to the store that it writes to, as far as Glance reports them."""
    message = next((task.message for task in tasks if task.id == lock), "")
    found = re.search(r"Copied (\d+) MiB", message)
    return int(found.group(1)) * 1024 * 1024 if found else 0
