# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One namespace of a cluster: watches maintain a cache for reading; writing goes to the server."""

from __future__ import annotations

import builtins
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from urllib3.exceptions import HTTPError

from .names import CORE, GLANCE, MANAGER, Object, finalizer

LOG = logging.getLogger("standin")
# Watches are renewed after so many seconds, in case a connection is silently lost.
WATCH_SECONDS = 240


@dataclass(frozen=True)
class Kind:
    api_version: str
    kind: str
    plural: str

    def path(self, namespace: str) -> str:
        root = "/api" if "/" not in self.api_version else "/apis"
        return f"{root}/{self.api_version}/namespaces/{namespace}/{self.plural}"


CONTROL_PLANES = Kind(CORE, "OpenStackControlPlane", "openstackcontrolplanes")
VERSIONS = Kind(CORE, "OpenStackVersion", "openstackversions")
GLANCES = Kind(GLANCE, "Glance", "glances")
GLANCE_APIS = Kind(GLANCE, "GlanceAPI", "glanceapis")
STATEFUL_SETS = Kind("apps/v1", "StatefulSet", "statefulsets")
SERVICES = Kind("v1", "Service", "services")
SECRETS = Kind("v1", "Secret", "secrets")
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps")
SERVICE_ACCOUNTS = Kind("v1", "ServiceAccount", "serviceaccounts")
JOBS = Kind("batch/v1", "Job", "jobs")
CRON_JOBS = Kind("batch/v1", "CronJob", "cronjobs")
WATCHED = (
    CONTROL_PLANES,
    VERSIONS,
    GLANCES,
    GLANCE_APIS,
    STATEFUL_SETS,
    SERVICES,
    SECRETS,
    CONFIG_MAPS,
    SERVICE_ACCOUNTS,
    JOBS,
    CRON_JOBS,
)
# Objects that the operators mark with a finalizer.
FINALIZED = (GLANCES, GLANCE_APIS)


class ApiError(Exception):
    """The API server rejected a request: status, reason and message."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Unreachable(Exception):
    """The API server did not respond."""


class Connection:
    """Requests to the API server with the client's credentials. Works with every release of the client library."""

    def __init__(self, client: Any) -> None:
        self._pool = client.rest_client.pool_manager
        self._host = client.configuration.host
        self._client = client

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        for setting in self._client.configuration.auth_settings().values():
            if setting.get("in") == "header" and setting.get("value"):
                headers[setting["key"]] = setting["value"]
        return headers

    def send(self, method: str, path: str, body: Object | None = None, **query: str) -> Object:
        url = f"{self._host}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body)
        try:
            answer = self._pool.request(method, url, body=data, headers=self._headers(), timeout=30.0, retries=1)
        except HTTPError as error:
            raise Unreachable(str(error)) from error
        found = json.loads(answer.data) if answer.data else {}
        if answer.status >= 400:
            raise ApiError(answer.status, found.get("reason", ""), found.get("message", str(answer.status)))
        return dict(found)

    def lines(self, path: str, **query: str) -> Iterator[Object]:
        """The events of a watch as they arrive."""
        url = f"{self._host}{path}?{urlencode({'watch': 'true', 'timeoutSeconds': str(WATCH_SECONDS), **query})}"
        answer = self._pool.request(
            "GET", url, headers=self._headers(), preload_content=False, timeout=WATCH_SECONDS + 30.0, retries=0
        )
        if answer.status >= 400:
            raise ApiError(answer.status, "", answer.data.decode(errors="replace"))
        rest = b""
        try:
            for chunk in answer.stream(65536):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    if line.strip():
                        yield json.loads(line)
        finally:
            answer.close()


class Store:
    """The cache: the latest known state of each object, and a flag that something changed."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], Object] = {}
        self._lock = threading.Lock()
        self.changed = threading.Event()

    def get(self, kind: Kind, name: str) -> Object | None:
        with self._lock:
            return self._objects.get((kind.plural, name))

    def list(self, kind: Kind) -> builtins.list[Object]:
        with self._lock:
            return [self._objects[key] for key in sorted(self._objects) if key[0] == kind.plural]

    def put(self, kind: Kind, obj: Object) -> None:
        """Store an object unless a newer state is known: an event can arrive after the response to a write."""
        key = (kind.plural, obj["metadata"]["name"])
        with self._lock:
            known = self._objects.get(key)
            if known is not None and _revision(known) >= _revision(obj):
                return
            self._objects[key] = {"apiVersion": kind.api_version, "kind": kind.kind, **obj}
        self.changed.set()

    def drop(self, kind: Kind, name: str, uid: str) -> None:
        """Remove an object, unless another object has its name now."""
        with self._lock:
            known = self._objects.get((kind.plural, name))
            if known is not None and known["metadata"]["uid"] == uid:
                del self._objects[(kind.plural, name)]
        self.changed.set()

    def replace(self, kind: Kind, objects: builtins.list[Object]) -> None:
        """Replace the content after a list."""
        names = {obj["metadata"]["name"] for obj in objects}
        for known in self.list(kind):
            if known["metadata"]["name"] not in names:
                self.drop(kind, known["metadata"]["name"], known["metadata"]["uid"])
        for obj in objects:
            before = self.get(kind, obj["metadata"]["name"])
            if before is not None and before["metadata"]["uid"] != obj["metadata"]["uid"]:
                # Another object, perhaps in a recreated cluster whose resource versions start again.
                self.drop(kind, before["metadata"]["name"], before["metadata"]["uid"])
            self.put(kind, obj)


def without_finalizer(obj: Object) -> Object:
    """An object without the finalizer of its operator; those of others stay."""
    kept = [name for name in obj["metadata"].get("finalizers", []) if name != finalizer(obj)]
    return {**obj, "metadata": {**obj["metadata"], "finalizers": kept}}


def _revision(obj: Object) -> int:
    return int(obj["metadata"].get("resourceVersion", "0"))


class Cluster:
    """The namespace: ``store`` for reading, methods for writing. The store contains what a method has written."""

    def __init__(self, client: Any, namespace: str) -> None:
        self.namespace = namespace
        self.store = Store()
        self._connection = Connection(client)

    def start(self) -> None:
        """Start the watches. Returns when everything has been listed once."""
        ready = []
        for kind in WATCHED:
            read = threading.Event()
            ready.append(read)
            threading.Thread(target=self._watch, args=(kind, read), name=kind.plural, daemon=True).start()
        for read in ready:
            read.wait()

    def _watch(self, kind: Kind, read: threading.Event) -> None:
        logged = ""
        while True:
            try:
                revision = self._list(kind)
                read.set()
                logged = ""
                while revision:
                    revision = self._follow(kind, revision)
            except Exception as error:  # of any kind: the next list may succeed
                if str(error) != logged:
                    logged = str(error)
                    LOG.warning("cannot watch %s, retrying: %s", kind.plural, logged)
                time.sleep(1)

    def _list(self, kind: Kind) -> str:
        found = self._connection.send("GET", kind.path(self.namespace))
        self.store.replace(kind, found["items"])
        return str(found["metadata"]["resourceVersion"])

    def _follow(self, kind: Kind, revision: str) -> str:
        """Store events until the watch ends. Returns the version for the next watch; empty if a list is needed."""
        for event in self._connection.lines(kind.path(self.namespace), resourceVersion=revision):
            if event["type"] == "ERROR":
                return ""
            obj = event["object"]
            revision = obj["metadata"]["resourceVersion"]
            if event["type"] == "DELETED":
                self.store.drop(kind, obj["metadata"]["name"], obj["metadata"]["uid"])
            elif event["type"] != "BOOKMARK":
                self.store.put(kind, obj)
        return revision

    def get(self, kind: Kind, name: str) -> Object | None:
        """Read from the server, not from the cache."""
        try:
            found = self._connection.send("GET", f"{kind.path(self.namespace)}/{name}")
        except ApiError as error:
            if error.status != 404:
                raise
            known = self.store.get(kind, name)
            if known is not None:
                self.store.drop(kind, name, known["metadata"]["uid"])
            return None
        return self._taken(kind, found)

    def create(self, kind: Kind, obj: Object) -> Object:
        LOG.info("create %s %s", kind.kind, obj["metadata"]["name"])
        found = self._connection.send("POST", kind.path(self.namespace), obj, fieldManager=MANAGER)
        return self._taken(kind, found)

    def replace(self, kind: Kind, obj: Object, subresource: str = "", manager: str = MANAGER) -> Object:
        path = f"{kind.path(self.namespace)}/{obj['metadata']['name']}{subresource}"
        return self._taken(kind, self._connection.send("PUT", path, obj, fieldManager=manager))

    def delete(self, kind: Kind, obj: Object) -> None:
        name, uid = obj["metadata"]["name"], obj["metadata"]["uid"]
        LOG.info("delete %s %s", kind.kind, name)
        options = {"propagationPolicy": "Background", "preconditions": {"uid": uid}}
        found: Object = {}
        try:
            found = self._connection.send("DELETE", f"{kind.path(self.namespace)}/{name}", options)
        except ApiError as error:
            if error.status not in (404, 409):
                raise
        if found.get("metadata", {}).get("deletionTimestamp"):
            # It has a finalizer, and the event of this may have come before.
            self._taken(kind, found)
        else:
            self.store.drop(kind, name, uid)

    def release(self, kind: Kind, obj: Object) -> None:
        """Remove the operator's finalizer, so that Kubernetes can delete the object."""
        name, kept = obj["metadata"]["name"], without_finalizer(obj)
        LOG.info("release %s %s", kind.kind, name)
        try:
            self._connection.send("PUT", f"{kind.path(self.namespace)}/{name}", kept, fieldManager=MANAGER)
        except ApiError as error:
            if error.status not in (404, 409):
                raise
        self.store.drop(kind, name, obj["metadata"]["uid"])

    def _taken(self, kind: Kind, found: Object) -> Object:
        self.store.put(kind, found)
        return {**found, "apiVersion": kind.api_version, "kind": kind.kind}
