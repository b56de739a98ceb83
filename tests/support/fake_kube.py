# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API in memory, for faults that a real one cannot be made to have."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils.clients.kube import (
    ADDED,
    CONFLICT,
    DELETED,
    KNOWN,
    MODIFIED,
    NOT_FOUND,
    ExecResult,
    KubeError,
    Object,
    Objects,
    Resource,
    known_resource,
)
from ansible_collections.dcn.glance.tests.support.kube_patches import json_patch, merge, selected

Key = tuple[str, str, str]


@dataclass
class Call:
    """One request, as it was asked."""

    verb: str
    resource: str  # such as statefulsets or statefulsets/scale
    namespace: str = ""
    name: str = ""
    body: Any = None
    dry_run: bool = False


Reactor = Callable[[Call], Any]


@dataclass
class FakeKube:
    """Objects, and what was asked.

    ``on(verb, resource, reactor)``: the reactor sees each such call first; what it raises is raised, and what it
    returns, if anything, is the answer.
    """

    objects: dict[Key, Object] = field(default_factory=dict)
    log_text: dict[tuple[str, str], str] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)  # (verb, resource) for allowed()
    resources: list[Resource] = field(default_factory=lambda: list(KNOWN))
    asked: list[Call] = field(default_factory=list)
    host: str = "https://kube.example.com:6443"

    def __post_init__(self) -> None:
        self._version = 1000
        self._events: list[tuple[int, str, Resource, Object]] = []
        self._changed = threading.Condition()
        self._reactors: list[tuple[str, str, Reactor]] = []

    # What tests do

    def add(self, *bodies: Object) -> FakeKube:
        """Put objects in, or replace them, as somebody else would."""
        for body in bodies:
            resource = self._of(body)
            key = _key(resource, body["metadata"].get("namespace", ""), body["metadata"]["name"])
            self._store(resource, key, copy.deepcopy(body))
        return self

    def change(self, resource: Resource, namespace: str, name: str, body: Any) -> Object:
        """A merge patch by somebody else."""
        key = _key(resource, namespace, name)
        return self._store(resource, key, merge(self.objects[key], body))

    def remove(self, resource: Resource, namespace: str, name: str) -> None:
        """A deletion by somebody else."""
        with self._changed:
            body = self.objects.pop(_key(resource, namespace, name))
            self._note(DELETED, resource, body)

    def on(self, verb: str, resource: str, reactor: Reactor) -> None:
        self._reactors.append((verb, resource, reactor))

    def fail(self, verb: str, resource: str, error: Exception, times: int = 10**9) -> None:
        """Make calls fail, the first ``times`` of them."""
        left = [times]

        def reactor(call: Call) -> None:
            if left[0] > 0:
                left[0] -= 1
                raise error

        self.on(verb, resource, reactor)

    def later(self, seconds: float, work: Callable[[], Any]) -> None:
        """Something that happens while the code under test waits."""
        timer = threading.Timer(seconds, work)
        timer.daemon = True
        timer.start()

    @property
    def calls(self) -> int:
        return len(self.asked)

    @property
    def writes(self) -> list[Call]:
        """What really changed something, or tried to."""
        verbs = ("create", "update", "patch", "delete")
        return [call for call in self.asked if call.verb in verbs and not call.dry_run]

    # The protocol

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        told = self._ask("get", resource, namespace, name)
        return told if told is not None else copy.deepcopy(self.objects.get(_key(resource, namespace, name)))

    def list(self, resource: Resource, namespace: str, labels: str = "", fields: str = "") -> tuple[Objects, str]:
        told = self._ask("list", resource, namespace)
        if told is not None:
            return told, str(self._version)
        with self._changed:
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
        told = self._ask("create", resource, namespace, name, body=body, dry_run=dry_run)
        if told is not None:
            return told
        key = _key(resource, namespace, name)
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
        told = self._ask("update", resource, namespace, name, body=body, dry_run=dry_run)
        if told is not None:
            return told
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
        strict: bool = False,
    ) -> Object:
        told = self._ask("patch", resource, namespace, name, subresource, body, dry_run)
        if told is not None:
            return told
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
        _key, old = self._existing("delete", resource, namespace, name)
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
        told = self._ask("watch", resource, namespace)
        if told is not None:
            yield from told
            return
        seen = int(resource_version or 0)
        end = time.monotonic() + timeout
        while True:
            with self._changed:
                new = [event for event in self._events if event[0] > seen]
                if not new:
                    left = end - time.monotonic()
                    if left <= 0:
                        return
                    self._changed.wait(min(left, 0.2))
                    continue
            for version, kind, of, body in new:
                seen = version
                place = body["metadata"].get("namespace", "")
                if of == resource and namespace in ("", place) and selected(body, labels, fields):
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
        told = self._react(call)
        return told if told is not None else ExecResult(0, b"", b"")

    def log(self, namespace: str, pod: str, container: str, *, lines: int = 20, previous: bool = False) -> str:
        told = self._react(Call("get", "pods/log", namespace, pod))
        return told if told is not None else self.log_text.get((pod, container), "")

    # Inside

    def _ask(
        self,
        verb: str,
        resource: Resource,
        namespace: str,
        name: str = "",
        subresource: str = "",
        body: Any = None,
        dry_run: bool = False,
    ) -> Any:
        target = f"{resource.plural}/{subresource}" if subresource else resource.plural
        return self._react(Call(verb, target, namespace, name, copy.deepcopy(body), dry_run))

    def _react(self, call: Call) -> Any:
        self.asked.append(call)
        for verb, resource, reactor in self._reactors:
            if verb in (call.verb, "*") and resource in (call.resource, "*"):
                told = reactor(call)
                if told is not None:
                    return told
        return None

    def _existing(self, verb: str, resource: Resource, namespace: str, name: str) -> tuple[Key, Object]:
        key = _key(resource, namespace, name)
        if key not in self.objects:
            text = f"{resource} {name} not found"
            raise KubeError(
                NOT_FOUND, text, status=404, verb=verb, resource=str(resource), namespace=namespace, name=name
            )
        return key, self.objects[key]

    def _of(self, body: Object) -> Resource:
        for resource in self.resources:
            if resource.kind == body["kind"] and resource.api_version == body["apiVersion"]:
                return resource
        found = known_resource(body["apiVersion"], body["kind"])
        if found is None:
            raise KeyError(f"{body['apiVersion']} {body['kind']} is not in FakeKube.resources")
        return found

    def _store(self, resource: Resource, key: Key, body: Object) -> Object:
        with self._changed:
            old = self.objects.get(key)
            body.setdefault("apiVersion", resource.api_version)
            body.setdefault("kind", resource.kind)
            meta = body["metadata"]
            meta.setdefault("uid", f"uid-{self._version}")
            if old is None or old.get("spec") != body.get("spec"):
                meta["generation"] = meta.get("generation", 0) + 1 if old is not None else meta.get("generation", 1)
            self.objects[key] = body
            self._note(MODIFIED if old is not None else ADDED, resource, body)
            return copy.deepcopy(body)

    def _note(self, kind: str, resource: Resource, body: Object) -> None:
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        self._events.append((self._version, kind, resource, copy.deepcopy(body)))
        self._changed.notify_all()


def _key(resource: Resource, namespace: str, name: str) -> Key:
    return str(resource), namespace if resource.namespaced else "", name
