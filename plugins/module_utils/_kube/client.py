# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes API requests over a ``KubeConnection``. The paths are known, so no discovery is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from ansible_collections.dcn.glance.plugins.module_utils._kube.connection import KubeConnection, content_of, events
from ansible_collections.dcn.glance.plugins.module_utils._kube.errors import Request, status_error
from ansible_collections.dcn.glance.plugins.module_utils._kube.exec import run_command
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FIELD_MANAGER,
    NOT_FOUND,
    PODS,
    ExecResult,
    KubeError,
    Object,
    Objects,
    Resource,
)

BOOKMARKS = 120.0  # seconds; servers send a bookmark every minute, so a watch that is silent longer is broken
_REVIEWS = Resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", False)


class KubeClient:
    """The API of one cluster, used with one account."""

    def __init__(self, connection: KubeConnection) -> None:
        self._http = connection
        self._kinds: dict[str, list[Object]] = {}

    @property
    def calls(self) -> int:
        """The number of requests sent so far; a watch is one."""
        return self._http.calls

    @property
    def host(self) -> str:
        """The root URL of the API server, for messages."""
        return self._http.host

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        """One object; None when it does not exist."""
        request = self._request("get", resource, namespace, name)
        try:
            return self._http.json(request, "GET", _path(resource, namespace, name))
        except KubeError as error:
            if error.reason == NOT_FOUND:
                return None
            raise

    def list(self, resource: Resource, namespace: str, labels: str = "", fields: str = "") -> tuple[Objects, str]:
        """Objects and the resource version of the list; an empty namespace means all namespaces."""
        query = _selectors(labels, fields)
        found = self._http.json(self._request("list", resource, namespace), "GET", _path(resource, namespace), query)
        items = found.get("items") or []
        for item in items:  # a list omits the kind of its items
            item.setdefault("apiVersion", resource.api_version)
            item.setdefault("kind", resource.kind)
        return items, str(found.get("metadata", {}).get("resourceVersion", ""))

    def create(
        self, resource: Resource, namespace: str, body: Object, *, dry_run: bool = False, strict: bool = False
    ) -> Object:
        """Create an object."""
        name = str(body.get("metadata", {}).get("name", ""))
        request = self._request("create", resource, namespace, name)
        return self._http.json(request, "POST", _path(resource, namespace), _write(dry_run, strict), body)

    def replace(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        body: Object,
        *,
        dry_run: bool = False,
        strict: bool = False,
    ) -> Object:
        """Replace an object. A resource version in its metadata must be the current one."""
        request = self._request("update", resource, namespace, name)
        return self._http.json(request, "PUT", _path(resource, namespace, name), _write(dry_run, strict), body)

    def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        body: Any,
        *,
        kind: str = "merge",
        subresource: str = "",
        dry_run: bool = False,
    ) -> Object:
        """Change an object by a patch of the kind ``merge`` or ``json``."""
        request = self._request("patch", resource, namespace, name, subresource)
        path = _path(resource, namespace, name, subresource)
        content = f"application/{kind}-patch+json"
        return self._http.json(request, "PATCH", path, _write(dry_run), body, content)

    def delete(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        *,
        uid: str = "",
        resource_version: str = "",
        dry_run: bool = False,
    ) -> None:
        """Delete an object if it has this uid and resource version. Raises not_found when it does not exist."""
        conditions = {"uid": uid, "resourceVersion": resource_version}
        body: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        body["preconditions"] = {key: value for key, value in conditions.items() if value}
        if dry_run:
            body["dryRun"] = ["All"]  # with a body the API ignores dryRun in the query, and deletes
        self._http.json(
            self._request("delete", resource, namespace, name), "DELETE", _path(resource, namespace, name), {}, body
        )

    def watch(
        self,
        resource: Resource,
        namespace: str,
        *,
        labels: str = "",
        fields: str = "",
        resource_version: str = "",
        timeout: float = 30.0,
    ) -> Iterator[tuple[str, Object]]:
        """Yield (ADDED, MODIFIED, DELETED or BOOKMARK, object) until the timeout in seconds.

        Raises ``gone`` when the version is too old.
        """
        request = self._request("watch", resource, namespace)
        query = {**_selectors(labels, fields), "watch": "true", "allowWatchBookmarks": "true"}
        query["timeoutSeconds"] = str(max(1, int(timeout)))
        if resource_version:
            query["resourceVersion"] = resource_version
        silence = min(timeout, BOOKMARKS) + 10.0
        response = self._http.send(request, "GET", _path(resource, namespace), query, read=silence)
        try:
            for event in events(request, response):
                kind, found = event.get("type"), event.get("object") or {}
                if kind == "ERROR":
                    raise status_error(request, int(found.get("code") or 500), found)
                yield str(kind), found
        finally:
            response.close()

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """Discover a kind; None when the API does not have it."""
        group, _slash, version = api_version.rpartition("/")
        if not self._kinds.get(api_version):  # a missing definition may have been installed since
            self._kinds[api_version] = self._discover(group, version)
        for entry in self._kinds[api_version]:
            name = str(entry["name"])
            if entry.get("kind") == kind and "/" not in name:
                return Resource(group, version, name, kind, bool(entry.get("namespaced")))
        return None

    def _discover(self, group: str, version: str) -> Objects:
        """All kinds of a group version; none when the API server does not have it."""
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        resource_list = Resource(group, version, "resources", "APIResourceList", namespaced=False)
        request = self._request("get", resource_list, "", f"{group}/{version}" if group else version)
        try:
            return list(self._http.json(request, "GET", path).get("resources") or [])
        except KubeError as error:
            if error.reason == NOT_FOUND:
                return []
            raise

    def allowed(self, verb: str, resource: Resource, namespace: str, subresource: str = "") -> bool:
        """Whether this account has that right."""
        attributes = {"verb": verb, "group": resource.group, "resource": resource.plural, "subresource": subresource}
        if namespace and resource.namespaced:
            attributes["namespace"] = namespace
        body = {"apiVersion": _REVIEWS.api_version, "kind": _REVIEWS.kind, "spec": {"resourceAttributes": attributes}}
        found = self._http.json(self._request("create", _REVIEWS, ""), "POST", _path(_REVIEWS, ""), {}, body)
        return bool(found.get("status", {}).get("allowed"))

    def execute(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
    ) -> ExecResult:
        """Run a command in a container, without a shell."""
        self._http.count()
        request = self._request("create", PODS, namespace, pod, "exec")
        url = self.host + _path(PODS, namespace, pod, "exec")
        return run_command(
            request, self._http.configuration, url, self._http.headers(), container, command, stdin, timeout
        )

    def log(self, namespace: str, pod: str, container: str, *, lines: int = 20, previous: bool = False) -> str:
        """The last lines of a container's log."""
        query = {"tailLines": str(lines), **({"container": container} if container else {})}
        if previous:
            query["previous"] = "true"
        request = self._request("get", PODS, namespace, pod, "log")
        response = self._http.send(request, "GET", _path(PODS, namespace, pod, "log"), query)
        return content_of(request, response).decode("utf-8", "replace")

    def _request(self, verb: str, resource: Resource, namespace: str, name: str = "", subresource: str = "") -> Request:
        return Request(self.host, verb, resource, namespace if resource.namespaced else "", name, subresource)


def _path(resource: Resource, namespace: str, name: str = "", subresource: str = "") -> str:
    parts = ["apis", resource.group, resource.version] if resource.group else ["api", resource.version]
    if resource.namespaced and namespace:
        parts += ["namespaces", namespace]
    parts += [resource.plural, *([name] if name else []), *([subresource] if subresource else [])]
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _selectors(labels: str, fields: str) -> dict[str, str]:
    return {key: value for key, value in (("labelSelector", labels), ("fieldSelector", fields)) if value}


def _write(dry_run: bool, strict: bool = False) -> dict[str, str]:
    query = {"fieldManager": FIELD_MANAGER}
    if strict:
        query["fieldValidation"] = "Strict"
    if dry_run:
        query["dryRun"] = "All"
    return query
