# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: one step of the test of distributed import, requested from one worker.

The source of this file is sent to the pod's Python: it imports the standard library, ``inside/config`` and SQLAlchemy,
which Glance requires. Credentials come with the options by standard input, and no error contains them.
"""

from __future__ import annotations

import glob
import importlib
import json
import os
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config

STAGE_HOST = "SELECT value FROM image_properties WHERE image_id = :image AND name = 'os_glance_stage_host'"


class RequestError(Exception):
    """A request failed; ``status`` 0 means that there was no answer."""

    def __init__(self, what: str, status: int, text: str, request_id: str = "") -> None:
        request = f" (request {request_id})" if request_id else ""
        super().__init__(f"{what}: {f'HTTP {status}: ' if status else ''}{text.rstrip('.')}{request}".rstrip(": "))
        self.status, self.request_id = status, request_id
        self.created = False  # whether an image may exist now


def send(what: str, request: urllib.request.Request, limit: float) -> tuple[Any, Mapping[str, str]]:
    """The JSON and the headers of the answer. ``what`` describes the request, ``limit`` is in seconds."""
    # A proxy from the environment must not receive requests for a pod.
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), context)
    try:
        with opener.open(request, timeout=limit) as answer:
            data = answer.read()
            return (json.loads(data) if data[:1] in (b"{", b"[") else None), answer.headers
    except urllib.error.HTTPError as error:
        text = error_text(error.read().decode("utf-8", "replace")) or str(error.reason)
        raise RequestError(what, error.code, text, error.headers.get("x-openstack-request-id", "")) from None
    except (OSError, ValueError) as error:
        raise RequestError(what, 0, str(getattr(error, "reason", "") or error or type(error).__name__)) from None


def error_text(body: str) -> str:
    """The message in the answer of a service, from JSON or HTML."""
    try:
        found = json.loads(body)
        found = found.get("error", found)
        body = str(found.get("message") or body)
    except (ValueError, AttributeError):
        pass
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:300]


def settings() -> dict[tuple[str, str], str]:
    """The configuration of the worker in this pod."""
    _server, paths = config.running()
    return config.options_of([config.text_of(path) for path in paths])


def service_identity(found: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Keystone's URL and the account that this worker itself uses."""
    names = ["auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name"]
    names += ["user_domain_id", "project_domain_id", "application_credential_id", "application_credential_secret"]
    return {name: found[("keystone_authtoken", name)] for name in names if found.get(("keystone_authtoken", name))}


def _domain(auth: Mapping[str, Any], kind: str) -> dict[str, str]:
    if auth.get(f"{kind}_domain_id"):
        return {"id": str(auth[f"{kind}_domain_id"])}
    return {"name": str(auth.get(f"{kind}_domain_name") or auth.get("domain_name") or "Default")}


def identity_body(auth: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a request for a token."""
    if auth.get("application_credential_id"):
        secret = {"id": auth["application_credential_id"], "secret": auth["application_credential_secret"]}
        identity = {"methods": ["application_credential"], "application_credential": secret}
        return {"auth": {"identity": identity}}
    user: dict[str, Any] = {"password": auth["password"]}
    if auth.get("user_id"):
        user["id"] = auth["user_id"]
    else:
        user.update(name=auth["username"], domain=_domain(auth, "user"))
    if auth.get("project_id"):
        project: dict[str, Any] = {"id": auth["project_id"]}
    else:
        project = {"name": auth["project_name"], "domain": _domain(auth, "project")}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


def token_of(options: Mapping[str, Any], found: Mapping[tuple[str, str], str], limit: float) -> str:
    """The token from the options, or a new one that this pod requests from Keystone."""
    if options.get("token"):
        return str(options["token"])
    auth = {**service_identity(found)} if options.get("service") else dict(options.get("auth") or {})
    keystone = found.get(("keystone_authtoken", "auth_url")) or ""
    url = str(auth.get("auth_url") or keystone).rstrip("/")
    what = f"get a token from Keystone at {url or '(unknown auth_url)'}"
    try:
        body = json.dumps(identity_body(auth)).encode()
    except KeyError as error:
        raise RequestError(what, 0, f"the account has no {error.args[0]}") from None
    url += "/auth/tokens" if url.endswith("/v3") else "/v3/auth/tokens"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    _answer, headers = send(what, request, limit)
    return str(headers["X-Subject-Token"])


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
    return {"image": image, "tasks": tasks, "finished": finished(image)}


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
