# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes in a cluster, as it happens: one watch for each kind and namespace, whoever many targets there are.

A watch ends when the server closes it, its version is too old, or the server is away: it goes on, or lists again.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    ADDED,
    BOOKMARK,
    DELETED,
    FORBIDDEN,
    GONE,
    MODIFIED,
    UNAUTHORIZED,
    KubeClient,
    KubeError,
    Object,
    Objects,
    Resource,
)

RESET = "RESET"  # a new list, in place of what was known
TROUBLE = "TROUBLE"  # the API did not answer as it should; the watch goes on
DEGRADED = "DEGRADED"  # watching is not allowed: from now on the list is read each second

SERVER_SECONDS = 240.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0


@dataclass(frozen=True)
class Source:
    """What is watched, and from which version on."""

    resource: Resource
    namespace: str
    labels: str = ""
    fields: str = ""
    version: str = ""


@dataclass(frozen=True)
class News:
    """Something that was seen."""

    source: Source
    kind: str
    body: Object = field(default_factory=dict)
    items: Objects = field(default_factory=list)
    error: KubeError | None = None


class Feeds:
    """The watches of one wait. The threads end with the process, or soon after ``stop``."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client
        self._queue: queue.Queue[News] = queue.Queue()
        self._stopped = threading.Event()

    def start(self, source: Source) -> None:
        threading.Thread(target=self._follow, args=(source,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def next(self, seconds: float) -> News | None:
        """The next thing that happens, if it does within that time."""
        try:
            return self._queue.get(timeout=max(0.0, seconds)) if seconds > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def _follow(self, source: Source) -> None:
        place, pause, watch = _Position(source.version), FIRST_PAUSE, True
        while not self._stopped.is_set():
            begun = time.monotonic()
            try:
                if not place.version or not watch:
                    self._list(source, place)
                if watch:
                    self._watch(source, place)
                ended_early = time.monotonic() - begun < FIRST_PAUSE
                self._stopped.wait(1.0 if not watch else FIRST_PAUSE if ended_early else 0.0)
                pause = FIRST_PAUSE
            except KubeError as error:
                if error.reason == GONE:
                    place.version = ""
                elif error.reason in (FORBIDDEN, UNAUTHORIZED) and watch and error.verb == "watch":
                    watch = False
                    self._queue.put(News(source, DEGRADED, error=error))
                else:
                    self._queue.put(News(source, TROUBLE, error=error))
                    pause = FIRST_PAUSE if time.monotonic() - begun > LONGEST_PAUSE else pause
                    self._stopped.wait(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    def _list(self, source: Source, place: _Position) -> None:
        items, version = self._client.list(source.resource, source.namespace, source.labels, source.fields)
        place.version = version
        self._queue.put(News(source, RESET, items=items))

    def _watch(self, source: Source, place: _Position) -> None:
        """Until the server ends it."""
        events = self._client.watch(
            source.resource,
            source.namespace,
            labels=source.labels,
            fields=source.fields,
            resource_version=place.version,
            timeout=SERVER_SECONDS,
        )
        for kind, body in events:
            place.version = str(body.get("metadata", {}).get("resourceVersion") or place.version)
            if kind != BOOKMARK:
                self._queue.put(News(source, kind, body))
            if self._stopped.is_set():
                return


@dataclass
class _Position:
    """The version up to which everything was seen."""

    version: str


class Mirror:
    """What is known of the cluster: the newest state of each object that was read or watched."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str, str], Object] = {}

    def put(self, resource: Resource, items: Objects) -> None:
        for item in items:
            meta = item["metadata"]
            self._objects[str(resource), meta.get("namespace", ""), meta["name"]] = item

    def replace(self, source: Source, items: Objects) -> None:
        """A new list: what is not in it is gone."""
        self._objects = {
            key: body
            for key, body in self._objects.items()
            if key[0] != str(source.resource) or key[1] != source.namespace
        }
        self.put(source.resource, items)

    def take(self, news: News) -> None:
        """Note what was seen."""
        if news.kind == RESET:
            self.replace(news.source, news.items)
        elif news.kind in (ADDED, MODIFIED):
            self.put(news.source.resource, [news.body])
        elif news.kind == DELETED:
            meta = news.body["metadata"]
            self._objects.pop((str(news.source.resource), meta.get("namespace", ""), meta["name"]), None)

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        return self._objects.get((str(resource), namespace, name))

    def all(self, resource: Resource, namespace: str) -> Objects:
        return [body for key, body in self._objects.items() if key[:2] == (str(resource), namespace)]
