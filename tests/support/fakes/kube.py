# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API in memory, for faults that a real one cannot be made to have."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    ExecResult,
    KubeError,
    Object,
    Objects,
    Resource,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube_patches import json_patch, merge, selected
from ansible_collections.dcn.glance.tests.support.fakes.kube_store import Call, FakeStore, key_of

__all__ = ["Call", "FakeKube"]


class FakeKube(FakeStore):
    """A ``KubeClient`` over objects in memory."""

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        answer = self._ask("get", resource, namespace, name)
        return answer if answer is not None else copy.deepcopy(self.objects.get(key_of(resource, namespace, name)))

    def list(self, resource: Resource, namespace: str, labels: str = "", fields: str = "") -> tuple[Objects, str]:
        answer = self._ask("list", resource, namespace)
        if answer is not None:
            return answer, str(self._version)
        found = [
            copy.deepcopy(body)
            for (plural, place, _name), body in sorted(self.objects.items())
            if plural == str(resource) and namespace in ("", place) and selected(body, labels, fields)
        ]
        return found, str(self._version)

    def create(
        self, resource: Resource, namespace: str, body: Object, *, dry_run: bool = False, strict: bool = False
    ) -> Object:
        name = body["metadata"]["name"]
        answer = self._ask("create", resource, namespace, name, body=body, dry_run=dry_run)
        if answer is not None:
            return answer
        key = key_of(resource, namespace, name)
        if key in self.objects:
            raise KubeError(CONFLICT, f"{resource} {name} exists", status=409, verb="create", resource=str(resource))
        new = copy.deepcopy(body)
        new["metadata"].setdefault("namespace", namespace)
        return new if dry_run else self._store(resource, key, new)

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
        answer = self._ask("update", resource, namespace, name, body=body, dry_run=dry_run)
        if answer is not None:
            return answer
        key, old = self._existing("update", resource, namespace, name)
        wanted = body["metadata"].get("resourceVersion")
        if wanted and wanted != old["metadata"]["resourceVersion"]:
            raise KubeError(CONFLICT, "the object has been modified", status=409, verb="update", resource=str(resource))
        new = copy.deepcopy(body)
        new["metadata"]["uid"] = old["metadata"]["uid"]
        return new if dry_run else self._store(resource, key, new)

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
        answer = self._ask("patch", resource, namespace, name, subresource, body, dry_run)
        if answer is not None:
            return answer
        key, old = self._existing("patch", resource, namespace, name)
        new = json_patch(old, body) if kind == "json" else merge(old, body)
        return new if dry_run else self._store(resource, key, new)

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
        body = {"uid": uid, "resourceVersion": resource_version}
        if self._ask("delete", resource, namespace, name, body=body, dry_run=dry_run) is not None:
            return
        _found, old = self._existing("delete", resource, namespace, name)
        if (uid or old["metadata"]["uid"]) != old["metadata"]["uid"]:
            raise KubeError(CONFLICT, "the uid is another", status=409, verb="delete", resource=str(resource))
        if not dry_run:
            self.remove(resource, namespace, name)

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
        """What has happened since the version; then the watch ends, as if the server had closed it."""
        answer = self._ask("watch", resource, namespace)
        if answer is not None:
            yield from answer
            return
        for version, kind, of, body in list(self._events):
            place = body["metadata"].get("namespace", "")
            wanted = of == resource and namespace in ("", place) and selected(body, labels, fields)
            if wanted and version > int(resource_version or 0):
                yield kind, copy.deepcopy(body)

    def resource(self, api_version: str, kind: str) -> Resource | None:
        self.asked.append(Call("get", f"discovery of {api_version}"))
        for resource in self.resources:
            if resource.api_version == api_version and resource.kind == kind:
                return resource
        return None

    def allowed(self, verb: str, resource: Resource, namespace: str, subresource: str = "") -> bool:
        self.asked.append(Call("review", resource.plural))
        return (verb, f"{resource.plural}/{subresource}" if subresource else resource.plural) not in self.denied

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
        """A reactor for ("exec", "pods") answers; else nothing is printed and all is well."""
        call = Call("exec", "pods", namespace, pod, {"container": container, "command": list(command), "stdin": stdin})
        answer = self._react(call)
        return answer if answer is not None else ExecResult(0, b"", b"")

    def log(self, namespace: str, pod: str, container: str, *, lines: int = 20, previous: bool = False) -> str:
        answer = self._react(Call("get", "pods/log", namespace, pod))
        return answer if answer is not None else self.log_text.get((pod, container), "")
