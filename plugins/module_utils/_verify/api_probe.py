# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask each API and worker for the test image, and import small images through each worker."""

from __future__ import annotations

import contextlib
import datetime
import glob
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, Pace
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import State
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import ImageWatch
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._verify import apis, qcow2
from ansible_collections.dcn.glance.plugins.module_utils._verify.apis import Api, Pair

_AT_ONCE = 16
#: What the role verify writes where it imports no image of the user.
SOURCES = "/var/tmp/dcn-verify-" + "[0-9]" * 14


@dataclass(frozen=True)
class ProbeOptions:
    """The test image that every API must serve, and times in seconds."""

    image: str
    leftover_age: float
    timeout: float
    interval: float


def probe(client: GlanceClient, found: Sequence[Api], run: str, options: ProbeOptions) -> dict[str, Any]:
    """All requests side by side; ``client`` is for the API of the hub."""
    asked = found if options.image else ()
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        imports = [pool.submit(_import, client, pair, options) for pair in apis.pairs(found, run)]
        reads = [pool.submit(_read, at(client, api.url), api, options.image) for api in asked]
        swept = pool.submit(_sweep, client, [api.url for api in found if api.url], options)
        removed, left = swept.result()
        return {
            "apis": [item.result() for item in reads],
            "imports": [item.result() for item in imports],
            "removed": removed,
            "left": left,
        }


def at(client: GlanceClient, url: str) -> GlanceClient:
    """The API at a URL, with the same session; '' is the API of the client."""
    return client.at(url) if url else client


def _read(client: GlanceClient, api: Api, image_id: str) -> dict[str, Any]:
    """The test image as one API shows, lists and returns it."""
    begun, image, error = time.monotonic(), None, ""
    try:
        image = client.image(image_id)
        listed = [item.id for item in client.tagged(apis.TAG)] if image else []
        error = apis.read_problem(api, image, image_id, listed)
        if image and not error:
            error = _wrong_data(client, image)
    except DcnError as failure:
        error = str(failure)
    return {
        **{"site": api.site, "name": api.name, "url": api.url},
        "ok": not error,
        "status": image.status if image else "",
        "stores": list(image.stores) if image else [],
        "locations": list(image.locations) if image else [],
        "error": error,
        "seconds": round(time.monotonic() - begun, 3),
    }


def _wrong_data(client: GlanceClient, image: Image) -> str:
    if (image.size or 0) > apis.READ_LIMIT:
        return "" if client.read_head(image, 2**16) else f"The image {image.id} has no data."
    digest = hashlib.sha512()
    for block in client.read(image):
        digest.update(block)
    return apis.data_problem(image, digest.hexdigest())


def _import(client: GlanceClient, pair: Pair, options: ProbeOptions) -> dict[str, Any]:
    """Stage through one worker, import through the other, compare, and delete the image again."""
    begun, image, error = time.monotonic(), None, ""
    staging, importing = at(client, pair.staging.url), at(client, pair.importing.url)
    try:
        image = staging.create(
            {
                **{"name": pair.name, "container_format": "bare", "tags": [apis.TAG]},
                "disk_format": "qcow2" if pair.staging.converts else "raw",
            }
        )
        send(staging, image, qcow2.qcow2(apis.TEXT) if pair.staging.converts else qcow2.content(apis.TEXT))
        request = {"method": {"name": "glance-direct"}, "all_stores_must_succeed": False}
        importing.start_import(image, {**request, "stores": list(pair.importing.stores)})
        image, state = settled(importing, image, options)
        error = apis.import_problem(pair, image, state) or _wrong_data(importing, image)
    except DcnError as failure:
        error = str(failure)
    undeleted = delete_through((staging, importing, client), image) if image else ""
    return {
        **{"site": pair.staging.site, "staged_by": pair.staging.name, "imported_by": pair.importing.name},
        "image": image.id if image else "",
        "stores": list(image.stores) if image else [],
        "disk_format": image.disk_format if image else "",
        "size": image.size if image else None,
        "converted": pair.staging.converts,
        "ok": not error and not undeleted,
        "error": error,
        "undeleted": undeleted,
        "seconds": round(time.monotonic() - begun, 3),
    }


def send(client: GlanceClient, image: Image, data: bytes) -> None:
    """Stage data through an API."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        client.stage(image, file.name)


def settled(client: GlanceClient, image: Image, options: ProbeOptions) -> tuple[Image, State]:
    """The image when its import is over: the same final state at two polls, as Glance may be between two writes."""
    watch, clock = ImageWatch(client, image, Clock()), Clock()
    pace, end, before = Pace(options.interval, clock), clock.now() + options.timeout, ""
    while True:
        pace.pause()
        observed = watch.refresh()
        if observed:
            now, state = observed
            if state.usable and not now.lock:
                return now, state
            if state.final and not now.lock and state.name == before:
                return now, state
            before = state.name
        if clock.now() > end:
            return watch.image, State("running", True, False, f"it was not complete after {options.timeout:.0f} s")


def delete_through(clients: Sequence[GlanceClient], image: Image) -> str:
    """Delete an image through the first API that can; returns why none could."""
    error = ""
    for client in clients:
        try:
            if client.image(image.id) is not None:
                client.delete(image)
            return ""
        except DcnError as failure:
            error = error or str(failure)
    return error


def _sweep(client: GlanceClient, urls: Sequence[str], options: ProbeOptions) -> tuple[list[str], list[str]]:
    """Delete what killed runs have left. Returns what was deleted, and what is left and why."""
    now = datetime.datetime.now(datetime.timezone.utc)
    removed: list[str] = []
    left: list[str] = []
    try:
        found = apis.leftovers(client.tagged(apis.TAG), options.image, options.leftover_age, now)
    except DcnError as error:
        return [], [str(error)]
    removed += _sweep_files(options.leftover_age)
    for image in found:
        # Data that a worker has staged are deleted by that worker.
        why = delete_through((client, *map(client.at, urls)), image)
        (left if why else removed).append(f"{image.label}: {why}" if why else image.label)
    return removed, left


def _sweep_files(age: float) -> list[str]:
    """Delete the source files that killed runs have left on this host."""
    removed = []
    for path in glob.glob(SOURCES):
        with contextlib.suppress(OSError):  # of another user, or already deleted
            if time.time() - os.stat(path).st_mtime > age:
                os.unlink(path)
                removed.append(path)
    return removed


def side_by_side(call: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """The results of a call for each item."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(call, items))
