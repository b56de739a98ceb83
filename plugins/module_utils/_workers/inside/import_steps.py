# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: one step of the test of distributed import, requested from one worker.

The source of this file is sent to the pod's Python: it imports the standard library, other files of ``inside`` and
SQLAlchemy, which Glance requires. Credentials come with the options by standard input, and no error contains them.
"""

from __future__ import annotations

import glob
import hashlib
import importlib
import json
import os
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside.identity import (
    RequestError,
    receive,
    send,
    settings,
    token_of,
)

STAGE_HOST = "SELECT value FROM image_properties WHERE image_id = :image AND name = 'os_glance_stage_host'"


class WorkerApi:
    """The Glance API of one worker."""

    def __init__(self, url: str, token: str, limit: float) -> None:
        self._url, self._token, self._limit = url.rstrip("/"), token, limit

    def call(self, what: str, method: str, path: str, body: Any = None, data: bytes | None = None) -> Any:
        headers = {"X-Auth-Token": self._token, "Content-Type": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/octet-stream"
        sent = data if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, sent, headers, method=method)
        return send(what, request, self._limit)[0]

    def read_image(self, path: str) -> str:
        """The SHA-512 of the data of an image."""
        request = urllib.request.Request(f"{self._url}{path}/file", headers={"X-Auth-Token": self._token})
        return hashlib.sha512(receive("read the image", request, self._limit)[0]).hexdigest()


def stage_host(image: str, found: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """The host that staged an image. Only the database has it, and only until the import is over."""
    try:
        os.environ.setdefault("LOGNAME", "glance")  # drivers want a name for the account, which may have none
        library: Any = importlib.import_module("sqlalchemy")
        engine = library.create_engine(found[("database", "connection")])
        with engine.connect() as link:
            row = link.execute(library.text(STAGE_HOST), {"image": image}).fetchone()
        engine.dispose()
    except Exception as error:  # of the library or its driver; the test does not depend on the answer
        return {"stage_host": "", "note": f"The database could not be read: {type(error).__name__}"}
    return {"stage_host": str(row[0]) if row else "", "note": ""}


def stage(worker: WorkerApi, options: Mapping[str, Any], found: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Create the image and send its data to this worker."""
    body = {"id": options["image"], "name": options["name"], "disk_format": "raw", "container_format": "bare"}
    body["tags"] = list(options.get("tags") or ())
    size = int(options["size"])
    data = (bytes(512) + os.urandom(max(0, size - 512)))[:size]  # must not look like a partition table
    created = False
    try:
        worker.call("create the image", "POST", "/v2/images", {**body, "visibility": "private"})
        created = True
        worker.call("stage its data", "PUT", f"/v2/images/{options['image']}/stage", data=data)
    except RequestError as error:
        error.created = created or error.status == 0 or error.status >= 500
        raise
    return stage_host(str(options["image"]), found)


def finished(image: Mapping[str, Any]) -> bool:
    """Whether the import is over: the image is active or its import failed, and no task holds the lock."""
    if image.get("os_glance_import_task"):
        return False
    return image.get("status") in ("active", "killed", "deleted") or bool(image.get("os_glance_failed_import"))


def import_through(worker: WorkerApi, options: Mapping[str, Any], found: Any) -> dict[str, Any]:
    """Request the import from this worker and wait for its end."""
    path = f"/v2/images/{options['image']}"
    body: dict[str, Any] = {"method": {"name": "glance-direct"}}
    if options.get("stores"):
        body.update(stores=list(options["stores"]), all_stores_must_succeed=True)
    worker.call("request the import", "POST", f"{path}/import", body)
    end = time.monotonic() + float(options["wait"])
    pause = 0.2
    while True:
        image = worker.call("show the image", "GET", path)
        if finished(image) or time.monotonic() >= end:
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 2.0)
    try:
        tasks = worker.call("list the tasks of the image", "GET", f"{path}/tasks").get("tasks", [])
    except RequestError:
        tasks = []
    if image.get("status") == "active":
        read_back(worker, path, image)
    return {"image": image, "tasks": tasks, "finished": finished(image)}


def read_back(worker: WorkerApi, path: str, image: Mapping[str, Any]) -> None:
    """Read the image through the worker that imported it, and compare it with its hash."""
    found, expected = worker.read_image(path), str(image.get("os_hash_value"))
    if image.get("os_hash_algo") == "sha512" and found != expected:
        text = f"its data has the SHA-512 {found[:16]}... and not {expected[:16]}..., as its os_hash_value"
        raise RequestError("read the image", 0, text)


def clean(worker: WorkerApi, options: Mapping[str, Any], found: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Remove the image and its staged data in this pod."""
    result: dict[str, Any] = {"deleted": True, "error": "", "files": []}
    try:
        worker.call("delete the image", "DELETE", f"/v2/images/{options['image']}")
    except RequestError as error:
        result.update(deleted=error.status == 404, error="" if error.status == 404 else str(error))
    if result["deleted"]:  # else the worker may still need the data
        directory = config.staging_directory(found)
        name = os.path.join(glob.escape(directory), str(options["image"]))
        for path in (*glob.glob(name), *glob.glob(name + ".*")):
            try:
                os.unlink(path)
                result["files"].append(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                result["error"] = f"{path} cannot be removed: {error.strerror}"
    return result


def find(worker: WorkerApi, options: Mapping[str, Any], found: Any) -> dict[str, Any]:
    """The existing images that have the tag."""
    answer = worker.call("list images", "GET", f"/v2/images?limit=500&tag={options['tag']}")
    known = (answer or {}).get("images", [])
    return {"images": [{key: item.get(key) for key in ("id", "name", "tags", "status")} for item in known]}


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``step``: stage, import, clean or find; the other options belong to the step."""
    started = time.monotonic()
    step = {"stage": stage, "import": import_through, "clean": clean, "find": find}[options["step"]]
    try:
        found = settings()
        limit = float(options["limit"])
        worker = WorkerApi(options["url"], token_of(options, found, limit), limit)
        result = {"ok": True, **step(worker, options, found)}
    except RequestError as error:
        result = {"ok": False, "error": str(error), "status": error.status, "request_id": error.request_id}
        result["created"] = error.created
    return {**result, "seconds": round(time.monotonic() - started, 3)}
