# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One image's copies: one request for all the stores it lacks, followed until each has it or has failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import State
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import GRACE_SECONDS, ImageWatch
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image


@dataclass(frozen=True)
class CopyLimits:
    """How much at once, how long, and how often."""

    concurrency: int = 4
    timeout: float = 3600.0
    interval: float = 5.0
    retries: int = 1
    retry_delay: float = 5.0
    lock_timeout: float = 60.0


@dataclass
class StoreOutcome:
    """What became of one store of one image; ``action`` is present, copied, removed, absent, refused or failed."""

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


class CopyJob:
    """Copies one image to the stores that lack it. Glance writes to them one after the other."""

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
        """The image as it was seen last."""
        return self._watch.image

    @property
    def seconds(self) -> float:
        """How long it took, from its turn to its end."""
        return (self._ended if self._ended is not None else self._clock.now()) - self._begun

    def start(self) -> bool:
        """Begin with a fresh look: the plan may be old when the image's turn comes."""
        self._mark = self._begun = self._clock.now()
        return self.poll()

    def poll(self) -> bool:
        """Look once; true when it is over."""
        try:
            seen = self._watch.look()
            done = self._proceed(*seen) if seen else False
        except DcnError as error:
            done = self._give_up(str(error))
        if done:
            self._ended = self._clock.now()
        return done

    def expire(self, seconds: float) -> None:
        """The time is over; Glance may still go on."""
        state = self._watch.state
        text = f"it was not over after {seconds:.0f} s"
        if state.explanation:
            text += f": {state.explanation}"
        self._give_up(text + ". Glance may still finish it; run again, or give it a longer timeout")
        self._ended = self._clock.now()

    def _missing(self) -> tuple[str, ...]:
        return tuple(store for store in self._wanted if store not in self.image.stores)

    def _proceed(self, image: Image, state: State) -> bool:
        self._note_arrivals(image)
        missing = self._missing()
        if image.lock and state.name != "lock_leaked":
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
        """Glance adds a store to the image when its copy is complete, in sequence: the time since the last arrival.

        Stores that are first seen by the same look share it, because nothing tells their times apart.
        """
        arrived = [store for store in self._requested if store in image.stores and store not in self.stores]
        now = self._clock.now()
        for store in arrived:
            self.stores[store] = StoreOutcome(store, "copied", now - self._mark, image.size)
        if arrived:
            self._mark = now

    def _settle(self) -> None:
        """The request is over, and some stores still lack the image."""
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
        """Right after an import the lock lives on for a moment; a restarting API comes back; the rest is final."""
        now = self._clock.now()
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
        """Record every store that still lacks the image; without ``why`` Glance itself has tried and failed."""
        text = why or self._no_reason()
        missing = self._missing()
        for store in missing:
            self.stores[store] = StoreOutcome(store, "failed", message=text)
        self.error = f"not copied to {', '.join(missing)}: {why}" if why and missing else ""
        return True

    def _no_reason(self) -> str:
        request = f" for request {self._request_id}" if self._request_id else ""
        said = f"Glance tried {self._attempts} time(s)"
        said += f" and says: {self._task_message};" if self._task_message else " and does not say why it failed;"
        return (
            f"{said} see the glance-api log of {self._client.url}{request}. If it says 'already exists',"
            " an interrupted copy left a partial object in that store's cluster"
        )
