# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image cache of one worker: what is in it, and what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, looks_like_id

CACHED, QUEUED, ABSENT = STATES = ("cached", "queued", "absent")
NOTHING, CACHE, QUEUE, ALL = CLEAR = ("none", "cache", "queue", "all")


@dataclass(frozen=True)
class CacheEntry:
    """One image in the cache. ``size`` is in bytes; times are texts in UTC, empty where they are not known."""

    id: str
    size: int = 0
    hits: int = 0
    last_accessed: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class CacheState:
    """The images in the cache, by id, and the ids of those in the queue."""

    cached: Mapping[str, CacheEntry] = field(default_factory=dict)
    queued: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> CacheState:
        """Read an answer of the API."""
        entries = (
            CacheEntry(
                str(item.get("image_id", "")),
                int(item.get("size") or 0),
                int(item.get("hits") or 0),
                _time(item.get("last_accessed")),
                _time(item.get("last_modified")),
            )
            for item in data.get("cached_images") or ()
        )
        return cls({entry.id: entry for entry in entries}, tuple(map(str, data.get("queued_images") or ())))

    def of(self, image_id: str) -> str:
        """The state of one image."""
        return CACHED if image_id in self.cached else QUEUED if image_id in self.queued else ABSENT

    @property
    def size(self) -> int:
        """The size of all images in the cache in bytes."""
        return sum(entry.size for entry in self.cached.values())


def _time(value: Any) -> str:
    """A time of the API, which is a number of seconds or a text; 0 means never."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""
    return str(value or "")


@dataclass(frozen=True)
class CachePlan:
    """Ids of images to queue and to remove. ``clear`` is what to remove with one request; empty for nothing."""

    queue: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    clear: str = ""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.queue or self.remove or self.clear)


def resolve(
    wanted: Sequence[str], found: Mapping[str, Sequence[Image]], state: str, cache: CacheState
) -> dict[str, str]:
    """{name or id: id of its image}. Raises InputErrors for each that cannot have the state.

    An image that does not exist any more can be removed from the cache by its id.
    """
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for index, text in enumerate(wanted):
        images = found.get(text, ())
        problem = ""
        if len(images) > 1:
            problem = f"is the name of {len(images)} images ({', '.join(image.id for image in images)}). Use an id"
        elif not images and state != ABSENT:
            problem = "does not exist, or the account does not see it"
        elif images and state != ABSENT:
            problem = _unreadable(images[0])
        if problem:
            problems.append(Problem(f"images[{index}]", f"{text} {problem}"))
        elif images:
            ids[text] = images[0].id
        elif looks_like_id(text) and cache.of(text.lower()) != ABSENT:
            ids[text] = text.lower()
    if problems:
        raise InputErrors(problems)
    return ids


def _unreadable(image: Image) -> str:
    """Why Glance does not cache an image; empty if it does."""
    if image.status != "active":
        return f"has the status {image.status}, and Glance caches active images only. Import its data first"
    if not image.size:
        return "has no data (0 bytes), so there is nothing to cache: it is the snapshot of an instance with volumes"
    return ""


def plan_cache(ids: Sequence[str], state: str, clear: str, cache: CacheState) -> CachePlan:
    """What changes the cache. ``clear`` keeps the images of ``ids``, unless ``state`` is absent."""
    if state == ABSENT:
        queue: tuple[str, ...] = ()
        remove = [each for each in ids if cache.of(each) != ABSENT]
    else:
        # Nothing tells whether a worker still works on its queue, so for cached an image in it is requested again.
        done = (CACHED,) if state == CACHED else (CACHED, QUEUED)
        queue = tuple(each for each in ids if cache.of(each) not in done)
        remove = []
    kept = set() if state == ABSENT else set(ids)
    cleared = [each for each in cache.cached if clear in (CACHE, ALL)]
    cleared += [each for each in cache.queued if clear in (QUEUE, ALL) and each not in cache.cached]
    if cleared and not kept & set(cleared):
        left = tuple(each for each in remove if each not in cleared)
        return CachePlan(queue, left, clear)
    remove += [each for each in cleared if each not in kept and each not in remove]
    return CachePlan(queue, tuple(remove))


def planned(cache: CacheState, plan: CachePlan, state: str, sizes: Mapping[str, int]) -> CacheState:
    """The cache after the plan, as check mode reports it. ``sizes`` are those of the images that come."""
    gone = set(plan.remove)
    gone |= set(cache.cached) if plan.clear in (CACHE, ALL) else set()
    waiting = [each for each in cache.queued if each not in gone and plan.clear not in (QUEUE, ALL)]
    cached = {key: entry for key, entry in cache.cached.items() if key not in gone}
    if state == CACHED:
        waiting = [each for each in waiting if each not in plan.queue]
        cached.update({each: CacheEntry(each, sizes.get(each, 0)) for each in plan.queue})
    else:
        waiting += [each for each in plan.queue if each not in waiting]
    return CacheState(cached, tuple(waiting))


def entry_rows(cache: CacheState, names: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The cached images as they are returned, the most recently used first. A name of None: the image is gone."""
    entries = sorted(cache.cached.values(), key=lambda entry: (entry.last_accessed, entry.id), reverse=True)
    return [
        {**vars(entry), "name": names.get(entry.id) or "", "exists": names.get(entry.id) is not None}
        for entry in entries
    ]


def waiting_message(url: str, labels: Sequence[str], seconds: float) -> str:
    """Why images are not cached in time."""
    return (
        f"Glance at {url} has accepted {', '.join(labels)} for its cache, but has not cached"
        f" {'it' if len(labels) == 1 else 'them'} within {seconds:g} s. Set a longer timeout for a large image or a"
        " slow network. If a read from the store failed, as when its cluster did not answer, this Glance caches nothing"
        " from its queue until it is restarted: search its journal for a traceback of CacheWorker, restart glance-api"
        " on that host, and run again."
    )
