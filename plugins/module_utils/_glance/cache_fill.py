# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the image cache of one worker, waits for it, and reads an image through it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, Pace
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache import (
    ABSENT,
    ALL,
    CACHED,
    CachePlan,
    CacheState,
    waiting_message,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image

#: Glance counts a hit when it has sent the last block, which can be after the client has received it.
_COUNT_SECONDS = 5.0


def apply_plan(client: GlanceClient, plan: CachePlan) -> None:
    """Send the requests of a plan."""
    if plan.clear:
        client.clear_cache("" if plan.clear == ALL else plan.clear)
    for image_id in plan.remove:
        client.uncache(image_id)
    for image_id in plan.queue:
        client.queue_for_cache(image_id)


def wait_until_cached(
    client: GlanceClient, images: Sequence[Image], timeout: float, interval: float, clock: Clock
) -> CacheState:
    """Wait until all images are in the cache. Raises GlanceError after ``timeout`` seconds."""
    begun, pace = clock.now(), Pace(interval, clock)
    while True:
        state = client.cache_state()
        left = [image for image in images if state.of(image.id) != CACHED]
        if not left:
            return state
        if clock.now() - begun >= timeout:
            raise GlanceError(waiting_message(client.url, [image.label for image in left], timeout))
        pace.pause()


def read_through(client: GlanceClient, image: Image, clock: Clock) -> dict[str, Any]:
    """Read an image completely: bytes, seconds, bytes per second, and whether its hash is the one of the image."""
    digest = hashlib.new(image.hash_algo or "md5")
    begun, size = clock.now(), 0
    for block in client.read_blocks(image):
        digest.update(block)
        size += len(block)
    seconds = clock.now() - begun
    expected = image.hash_value or image.checksum
    return {
        "bytes": size,
        "seconds": round(seconds, 3),
        "rate": round(size / max(seconds, 0.001)),
        "intact": size == image.size and expected in ("", digest.hexdigest()),
    }


def hits_after(client: GlanceClient, image: Image, before: int, clock: Clock) -> int:
    """The hits of a cached image, as soon as they are more than ``before``, or after some seconds."""
    begun = clock.now()
    while True:
        entry = client.cache_state().cached.get(image.id)
        hits = entry.hits if entry is not None else 0
        if hits > before or clock.now() - begun >= _COUNT_SECONDS:
            return hits
        clock.sleep(0.2)


def probe_cache(client: GlanceClient, image: Image, fresh: bool, timeout: float, clock: Clock) -> dict[str, Any]:
    """Read an image twice: the first read fills the cache, the second must be counted as a hit."""
    state = client.cache_state()
    if fresh and state.of(image.id) != ABSENT:
        client.uncache(image.id)
        state = client.cache_state()
    filled = state.of(image.id) != CACHED
    first = read_through(client, image, clock)
    state = wait_until_cached(client, [image], timeout, 1.0, clock)
    before = state.cached[image.id].hits if filled else hits_after(client, image, state.cached[image.id].hits, clock)
    second = read_through(client, image, clock)
    after = hits_after(client, image, before, clock)
    return {"filled": filled, "reads": [first, second], "hits_before": before, "hits": after, "hit": after > before}
