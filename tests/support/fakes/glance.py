# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Glance in memory, for the faults that cannot be provoked on a real one.

What works is tested against the real Glance of the lab; this one leaks locks, loses workers, stops importing and
answers 500. Nothing happens in the background: every request for an image moves its import one step forward.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NOW = "2026-01-20T10:00:00Z"


class Refusal(Exception):
    """What the API answers in place of success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def store(name: str, **changes: Any) -> dict[str, Any]:
    """A store as the detailed list shows it; ``fsid=None`` makes it unreachable."""
    fsid = changes.pop("fsid", str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
    properties = {"pool": changes.pop("pool", "images"), "chunk_size": 8, "thin_provisioning": False, "fsid": fsid}
    return {"id": name, "type": "rbd", "description": f"store {name}", "weight": 0, "properties": properties, **changes}


@dataclass
class FakeGlance:
    """The state of one API and its ways to fail."""

    stores: list[dict[str, Any]] = field(
        default_factory=lambda: [store("central", default="true"), store("dcn0"), store("dcn1")]
    )
    methods: list[str] = field(default_factory=lambda: ["glance-direct", "web-download", "copy-image"])
    project: str = "p1"
    admin: bool = True
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)  # stores that take no data
    passing: dict[str, int] = field(default_factory=dict)  # stores that fail so many times
    dying: set[str] = field(default_factory=set)  # stores at which the worker dies
    clones: set[tuple[str, str]] = field(default_factory=set)  # (store, image id) with children
    linger: int = 0  # polls for which a lock outlives its task; -1: forever
    reverts: bool = True  # a failed import goes back to queued; without conversion plugin it does not
    stage_limit: int = 10**9
    download: bytes = bytes(1000)  # the data that Glance gets from a URL
    preempts: bool = False  # a new request takes over the lock of another task
    recorded: dict[str, str] = field(default_factory=dict)  # the digests that it records for what it stores
    now: str = NOW  # the last update of new tasks
    cached: dict[str, int] | None = None  # {image id: hits}; None: no image cache
    queued: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    _steps: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, name: str, stores: str = "central", **changes: Any) -> dict[str, Any]:
        """An image that is there already."""
        image = {
            **{"id": str(uuid.UUID(int=next(self._ids))), "name": name, "status": "active", "owner": self.project},
            **{"stores": stores, "size": 1000, "disk_format": "raw", "container_format": "bare", "protected": False},
            **{"visibility": "shared", "os_hidden": False, "min_disk": 0, "min_ram": 0, "updated_at": NOW},
            **changes,
        }
        self.images[image["id"]] = image
        return image

    def store_ids(self) -> list[str]:
        """The ids of the stores."""
        return [item["id"] for item in self.stores]

    def lock(self, image: dict[str, Any], status: str = "processing", message: str = "") -> dict[str, Any]:
        """Let a task lock the image."""
        task = {"id": f"t{next(self._ids)}", "status": status, "message": message, "updated_at": self.now}
        self.tasks.setdefault(image["id"], []).append(task)
        image["os_glance_import_task"] = task["id"]
        return task

    def get(self, image_id: str) -> dict[str, Any]:
        """One image, after one more step of its import."""
        image = self._known(image_id)
        steps = self._steps.get(image_id)
        if steps:
            steps.pop(0)()
        return image

    def _known(self, image_id: str) -> dict[str, Any]:
        if image_id not in self.images:
            raise Refusal(404, f"No image found with ID {image_id}")
        return self.images[image_id]

    def find(self, names: list[str], hidden: bool) -> list[dict[str, Any]]:
        """The images of these names, or all."""
        return [
            image
            for image in self.images.values()
            if (not names or image["name"] in names) and image["os_hidden"] is hidden
        ]

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """An image without data."""
        return self.add(**{**body, "name": body["name"], "stores": "", "status": "queued", "size": None})

    def patch(self, image_id: str, operations: list[dict[str, Any]]) -> dict[str, Any]:
        """Change attributes."""
        image = self._known(image_id)
        for operation in operations:
            key = operation["path"][1:]
            if operation["op"] == "remove":
                del image[key]
            else:
                image[key] = operation["value"]
        return image

    def delete(self, image_id: str) -> None:
        """Remove an image with all copies."""
        image = self._known(image_id)
        if image["protected"]:
            raise Refusal(403, f"Image {image_id} is protected and cannot be deleted.")
        for name in split(image["stores"]):  # one after the other, as the real one
            if (name, image_id) in self.clones:
                raise Refusal(409, "Image is in use: it has dependent child images.")
            image["stores"] = ",".join(split(image["stores"])[1:])
        del self.images[image_id]

    def stage(self, image_id: str, size: int) -> None:
        """Take the data."""
        image = self._known(image_id)
        if size > self.stage_limit:
            raise Refusal(413, "Image exceeds the storage quota")
        image.update(status="uploading", staged=size)

    def remove(self, store_id: str, image_id: str) -> None:
        """Remove one copy."""
        image = self._known(image_id)
        stores = split(image["stores"])
        if store_id not in stores:
            raise Refusal(404, f"Image is not stored on {store_id}")
        if stores == [store_id]:
            raise Refusal(403, "Cannot delete the last location")
        if (store_id, image_id) in self.clones:
            raise Refusal(409, "The image cannot be deleted because it is in use")
        image["stores"] = ",".join(item for item in stores if item != store_id)

    def start_import(self, image_id: str, body: dict[str, Any]) -> None:
        """Check as Glance does, lock the image and line up the steps."""
        self.bodies.append(body)
        image = self._known(image_id)
        copying = body["method"]["name"] == "copy-image"
        stores = body.get("stores", [next(item["id"] for item in self.stores if item.get("default"))])
        if image.get("os_glance_import_task") and not self.preempts:
            raise Refusal(409, "Image has active task")
        for name in stores:
            if name not in self.store_ids():
                raise Refusal(409, f"Store for identifier {name} not found")
            if copying and name in split(image["stores"]):
                raise Refusal(400, f"Image is already present at store '{name}'")
        if copying and image["status"] != "active":
            raise Refusal(409, "Only images with status active can be targeted for copying")
        task = self.lock(image)
        image["os_glance_importing_to_stores"] = ",".join(stores)
        image["os_glance_failed_import"] = ""
        if not copying:
            image["status"] = "importing"
        if not stores or len(set(stores)) < len(stores):  # the real one breaks its flow and keeps the lock
            task.update(status="failure", message="Atoms with duplicate names found")
            return
        self._line_up(image, task, stores, copying)

    def _line_up(self, image: dict[str, Any], task: dict[str, Any], stores: list[str], copying: bool) -> None:
        steps: list[Callable[[], None]] = []
        for name in stores:
            if name in self.dying:
                self._steps[image["id"]] = steps
                return
            steps.append(lambda name=name: self._write(image, name, copying))  # type: ignore[misc]
        steps.append(lambda: self._finish(image, task, copying))
        steps += [lambda: None] * max(0, self.linger)
        if self.linger >= 0:
            steps.append(lambda: image.pop("os_glance_import_task", None) and None)
        self._steps[image["id"]] = steps

    def _write(self, image: dict[str, Any], name: str, copying: bool) -> None:
        left = self.passing.get(name, 0)
        self.passing[name] = left - 1
        if name in self.failing or left > 0:
            image["os_glance_failed_import"] = joined(image["os_glance_failed_import"], name)
        else:
            image["stores"] = joined(image["stores"], name)
            image.update(status="active", **self.recorded)
            image["size"] = image["size"] or image.get("staged") or 1000
        importing = split(image["os_glance_importing_to_stores"])
        image["os_glance_importing_to_stores"] = ",".join(item for item in importing if item != name)

    def _finish(self, image: dict[str, Any], task: dict[str, Any], copying: bool) -> None:
        if copying or image["stores"]:
            task["status"] = "success"
            return
        task.update(status="failure", message="None of the uploads finished!")
        image["status"] = "queued" if self.reverts else "importing"

    def cache(self, method: str, image_id: str, target: str) -> dict[str, Any]:
        """The API of the image cache. Each look at it moves the queue one step forward."""
        if self.cached is None:
            raise Refusal(404, "The resource could not be found.")
        if method == "PUT":
            self._known(image_id)
            self.queued.append(image_id)
        elif method == "DELETE" and image_id:
            self.cached.pop(image_id, None)
        elif method == "DELETE":
            self.cached = {} if target in ("", "cache") else self.cached
            self.queued = [] if target in ("", "queue") else self.queued
        found = [{"image_id": key, "size": 1000, "hits": hits} for key, hits in self.cached.items()]
        state = {"cached_images": found, "queued_images": list(self.queued)}
        if method == "GET" and self.queued:
            self.cached[self.queued.pop(0)] = 0
        return state

    def read(self, image_id: str) -> None:
        """Read the data: the cache gets them, or counts a hit."""
        if self.cached is not None:
            self.cached[image_id] = self.cached.get(image_id, -1) + 1


def split(text: str) -> list[str]:
    """The parts of a comma list."""
    return [part for part in text.split(",") if part]


def joined(text: str, name: str) -> str:
    """A comma list with one more part."""
    return ",".join([*split(text), name])
