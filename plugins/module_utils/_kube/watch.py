# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches on a Kubernetes API, and a cache of what they report: one watch for each kind and namespace.

When the server closes a watch, the watch resumes. When its resource version is too old, the list is read again.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    ADDED,
    BOOKMARK,
    DELETED,
    FORBIDDEN,
    GONE,
    MODIFIED,
    UNAUTHORIZED,
    KubeError,
    Object,
    Objects,
    Resource,
)

LISTED = "LISTED"  # a new list replaces what was known
FAILED = "FAILED"  # a request failed; the watch retries
POLLING = "POLLING"  # watching is forbidden: the list is read every second instead

SERVER_SECONDS = 240.0
FIRST_PAUSE, LONGEST_PAUSE, POLL_SECONDS = 0.2, 2.0, 1.0


@dataclass(frozen=True)
class Selection:
    """The objects of a list or a watch. A watch starts from ``version``."""

    resource: Resource
    namespace: str
    labels: str = ""
    fields: str = ""
    version: str = ""


@dataclass(frozen=True)
class Event:
    """One report of a watch. ``kind`` is ADDED, MODIFIED, DELETED, LISTED, FAILED or POLLING."""

    selection: Selection
    kind: str
    body: Object = field(default_factory=dict)
    items: Objects = field(default_factory=list)
    error: KubeError | None = None


class Follower:
    """Follows one selection, one request at a time."""

    def __init__(self, client: KubeClient, selection: Selection, clock: Clock, report: Callable[[Event], None]) -> None:
        self._client = client
        self._selection = selection
        self._clock = clock
        self._report = report
        self._version = selection.version
        self._watching = True
        self._pause = FIRST_PAUSE
        self.stopped = False

    def step(self) -> float:
        """List or watch once. Returns the seconds to pause before the next step."""
        begun = self._clock.now()
        try:
            if not self._version or not self._watching:
                self._list()
            if self._watching:
                self._watch()
        except KubeError as error:
            return self._failed(error, self._clock.now() - begun)
        self._pause = FIRST_PAUSE
        if not self._watching:
            return POLL_SECONDS
        return FIRST_PAUSE if self._clock.now() - begun < FIRST_PAUSE else 0.0

    def _failed(self, error: KubeError, seconds: float) -> float:
        if error.reason == GONE:
            self._version = ""
            return 0.0
        if error.reason in (FORBIDDEN, UNAUTHORIZED) and self._watching and error.verb == "watch":
            self._watching = False
            self._report(Event(self._selection, POLLING, error=error))
            return 0.0
        self._report(Event(self._selection, FAILED, error=error))
        pause = FIRST_PAUSE if seconds > LONGEST_PAUSE else self._pause
        self._pause = min(pause * 2, LONGEST_PAUSE)
        return pause

    def _list(self) -> None:
        selection = self._selection
        items, self._version = self._client.list(
            selection.resource, selection.namespace, selection.labels, selection.fields
        )
        self._report(Event(selection, LISTED, items=items))

    def _watch(self) -> None:
        """Report events until the server closes the watch."""
        selection = self._selection
        events = self._client.watch(
            selection.resource,
            selection.namespace,
            labels=selection.labels,
            fields=selection.fields,
            resource_version=self._version,
            timeout=SERVER_SECONDS,
        )
        for kind, body in events:
            self._version = str(body.get("metadata", {}).get("resourceVersion") or self._version)
            if kind != BOOKMARK:
                self._report(Event(selection, kind, body))
            if self.stopped:
                return


class Watches:
    """The watches of one wait, each in a thread. The threads end with the process, or soon after ``stop``."""

    def __init__(self, client: KubeClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._events: queue.Queue[Event] = queue.Queue()
        self._followers: list[Follower] = []
        self._stopped = threading.Event()

    def start(self, selection: Selection) -> None:
        """Watch this selection, too."""
        follower = Follower(self._client, selection, self._clock, self._events.put)
        self._followers.append(follower)
        threading.Thread(target=self._follow, args=(follower,), daemon=True).start()

    def stop(self) -> None:
        """End all watches."""
        self._stopped.set()
        for follower in self._followers:
            follower.stopped = True

    def next(self, seconds: float) -> Event | None:
        """The next event; None when there is none within that time."""
        try:
            return self._events.get(timeout=max(0.0, seconds)) if seconds > 0 else self._events.get_nowait()
        except queue.Empty:
            return None

    def _follow(self, follower: Follower) -> None:
        while not self._stopped.is_set():
            self._stopped.wait(follower.step())


class Cache:
    """The newest known state of each object that was read or watched."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str, str], Object] = {}

    def put(self, resource: Resource, items: Objects) -> None:
        """Add objects, or replace them."""
        for item in items:
            meta = item["metadata"]
            self._objects[str(resource), meta.get("namespace", ""), meta["name"]] = item

    def replace(self, selection: Selection, items: Objects) -> None:
        """Replace all objects of this kind and namespace by a new list."""
        self._objects = {
            key: body
            for key, body in self._objects.items()
            if key[0] != str(selection.resource) or key[1] != selection.namespace
        }
        self.put(selection.resource, items)

    def apply(self, event: Event) -> None:
        """Update the cache by an event."""
        if event.kind == LISTED:
            self.replace(event.selection, event.items)
        elif event.kind in (ADDED, MODIFIED):
            self.put(event.selection.resource, [event.body])
        elif event.kind == DELETED:
            meta = event.body["metadata"]
            self._objects.pop((str(event.selection.resource), meta.get("namespace", ""), meta["name"]), None)

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        """One object, if it is known."""
        return self._objects.get((str(resource), namespace, name))

    def all(self, resource: Resource, namespace: str) -> Objects:
        """All known objects of a kind in a namespace."""
        return [body for key, body in self._objects.items() if key[:2] == (str(resource), namespace)]
