# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Kubernetes API in memory keeps, and what tests do with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._kube import model
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    ADDED,
    DELETED,
    MODIFIED,
    NOT_FOUND,
    KubeError,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube_clock import FakeClock
from ansible_collections.dcn.glance.tests.support.fakes.kube_patches import merge

KNOWN = [value for value in vars(model).values() if isinstance(value, Resource)]

Store = TypeVar("Store", bound="FakeStore")
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
class FakeStore:
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
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self._version = 1000
        self._events: list[tuple[int, str, Resource, Object]] = []
        self._reactors: list[tuple[str, str, Reactor]] = []

    # What tests do

    def add(self: Store, *bodies: Object) -> Store:
        """Put objects in, or replace them, as another client would."""
        for body in bodies:
            resource = self._of(body)
            key = key_of(resource, body["metadata"].get("namespace", ""), body["metadata"]["name"])
            self._store(resource, key, copy.deepcopy(body))
        return self

    def change(self, resource: Resource, namespace: str, name: str, body: Any) -> Object:
        """A merge patch by another client."""
        key = key_of(resource, namespace, name)
        return self._store(resource, key, merge(self.objects[key], body))

    def remove(self, resource: Resource, namespace: str, name: str) -> None:
        """A deletion by another client."""
        self._note(DELETED, resource, self.objects.pop(key_of(resource, namespace, name)))

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
        self.clock.later(seconds, work)

    @property
    def calls(self) -> int:
        return len(self.asked)

    @property
    def writes(self) -> list[Call]:
        """What really changed something, or tried to."""
        verbs = ("create", "update", "patch", "delete")
        return [call for call in self.asked if call.verb in verbs and not call.dry_run]

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
                answer = reactor(call)
                if answer is not None:
                    return answer
        return None

    def _existing(self, verb: str, resource: Resource, namespace: str, name: str) -> tuple[Key, Object]:
        key = key_of(resource, namespace, name)
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
        raise KeyError(f"{body['apiVersion']} {body['kind']} is not in FakeKube.resources")

    def _store(self, resource: Resource, key: Key, body: Object) -> Object:
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


def key_of(resource: Resource, namespace: str, name: str) -> Key:
    return str(resource), namespace if resource.namespaced else "", name
