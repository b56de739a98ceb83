# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From targets to StatefulSets and to the field that decides about them. Each object is read once for all targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    STATEFULSETS,
    KubeClient,
    Object,
    Resource,
    known_resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller
from ansible_collections.dcn.glance.plugins.module_utils._scale import owners as scale_owner
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import GLANCE_MAXIMUM, Target
from ansible_collections.dcn.glance.plugins.module_utils._scale.number import number_now
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import Owner, Place

DEPTH = 6
GLANCE_SETS = "glanceAPI"  # a label that only the sets of a Glance API have
SPLIT = ("-external-api", "-internal-api")


class ScaleError(DcnError):
    """A target that cannot be scaled; nothing was changed."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def refuse(problems: Sequence[DcnError]) -> None:
    """Nothing is changed when there is a problem; all of them are told, and the first gives the reason."""
    if problems:
        raise ScaleError(problems[0].reason, "\n".join(str(problem) for problem in problems))


@dataclass
class Scope:
    """The StatefulSets read in a namespace, and how: a watch goes on from there with the same selectors."""

    namespace: str
    labels: str = ""
    fields: str = ""
    version: str = ""
    sets: dict[str, Object] = field(default_factory=dict)


@dataclass
class Found:
    """A target, its sets by name, those who own them from the nearest to the highest, and where its number is."""

    target: Target
    sets: dict[str, Object]
    owners: list[Owner]
    place: Place


class Finder:
    """Reads what the targets are about."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client
        self.scopes: dict[str, Scope] = {}
        self._owners: dict[tuple[str, str, str], Owner | None] = {}
        self._resources: dict[tuple[str, str], Resource | None] = {}

    def find(self, targets: Sequence[Target], via: str) -> list[Found]:
        """All of them, or an error about each that is wrong."""
        for namespace in dict.fromkeys(target.namespace for target in targets):
            mine = [target for target in targets if target.namespace == namespace]
            scope = self._read(_scope(namespace, mine))
            if scope.labels and len(mine) == 1 and mine[0].name and mine[0].name not in scope.sets:
                self._read(_by_name(namespace, mine[0].name))
        found: list[Found] = []
        problems: list[DcnError] = []
        for target in targets:
            try:
                found.append(self._one(target, via))
            except (ScaleError, scale_owner.OwnerManaged) as problem:
                problems.append(problem)
        seen: dict[tuple[object, ...], Found] = {}
        for each in found:
            key = (*each.place.key, each.place.path)
            if key in seen:
                one, two = seen[key].target.label, each.target.label
                text = f"{one} and {two} are one and the same number: {each.place}. Nothing was changed; name one."
                problems.append(ScaleError("input_invalid", text))
            seen[key] = each
        refuse(problems)
        return found

    def _read(self, scope: Scope) -> Scope:
        items, scope.version = self._client.list(STATEFULSETS, scope.namespace, scope.labels, scope.fields)
        scope.sets = {item["metadata"]["name"]: item for item in items}
        self.scopes[scope.namespace] = scope
        return scope

    def _one(self, target: Target, via: str) -> Found:
        scope = self.scopes[target.namespace]
        sets = self._named(scope, target) if target.name else self._of_api(scope, target)
        first = sets[0]
        owners = [] if via == "scale" else self.owners(first)
        place = self._number(scale_owner.find_place(first, owners, via))
        if scale_owner.glance_key(owners) and place.path:
            sets = self._siblings(scope, target, first, owners)
            if target.replicas > GLANCE_MAXIMUM:
                text = f"{target.label}: {target.replicas} replicas are more than a Glance API can have"
                raise ScaleError("invalid_replicas", f"{text} ({GLANCE_MAXIMUM}). Nothing was changed.")
        elif target.api and len(sets) > 1:
            names = ", ".join(each["metadata"]["name"] for each in sets)
            raise ScaleError(
                "ambiguous",
                f"{target.label} has several sets ({names}) and via=scale changes one at a time: name the set instead.",
            )
        return Found(target, {each["metadata"]["name"]: each for each in sets}, owners, place)

    def _number(self, place: Place) -> Place:
        """What an owner's scale says: the definition of a kind may keep the number in any field."""
        if place.path or place.resource == STATEFULSETS:
            return place
        return replace(place, before=number_now(self._client, place))

    def _named(self, scope: Scope, target: Target) -> list[Object]:
        if target.name not in scope.sets:
            raise ScaleError(
                "not_found",
                f"There is no {target.label}. Nothing was changed. Look at the name and the namespace; the set of a "
                "Glance API is named after the API and its type, such as glance-central-external-api.",
            )
        return [scope.sets[target.name]]

    def _of_api(self, scope: Scope, target: Target) -> list[Object]:
        found = [each for each in scope.sets.values() if scale_owner.of_glance_api(each, target.api)]
        if found:
            return sorted(found, key=lambda each: str(each["metadata"]["name"]))
        keys = ", ".join(scale_owner.glance_keys(scope.sets.values())) or "none"
        raise ScaleError(
            "not_found",
            f"There is no StatefulSet of {target.label}. Nothing was changed. Glance APIs that have one there: {keys}.",
        )

    def _siblings(self, scope: Scope, target: Target, first: Object, owners: Sequence[Owner]) -> list[Object]:
        """The sets of one Glance API: when it is split, its number decides about two."""
        if target.name and not target.name.endswith(SPLIT):
            return [first]
        if scope.fields:
            scope = self._read(Scope(target.namespace, GLANCE_SETS))
        found = scale_owner.siblings(scope.sets.values(), owners)
        if target.api:
            strangers = [each for each in self._of_api(scope, target) if each not in found]
            if strangers:
                others = ", ".join(each["metadata"]["name"] for each in strangers)
                raise ScaleError(
                    "ambiguous",
                    f"Namespace {target.namespace} has several Glances with an API {target.api} ({others} belong to "
                    "another one): name the StatefulSet instead.",
                )
        names = [each["metadata"]["name"] for each in found]
        if first["metadata"]["name"] not in names:
            found.insert(0, scope.sets.get(first["metadata"]["name"], first))
        return sorted(found, key=lambda each: str(each["metadata"]["name"]))

    def owners(self, body: Object) -> list[Owner]:
        """The controllers above an object, the nearest first; without those that are gone."""
        found: list[Owner] = []
        while len(found) < DEPTH:
            reference = controller(body)
            if reference is None:
                return found
            namespace = body["metadata"].get("namespace", "")
            owner = self._owner(reference["apiVersion"], reference["kind"], namespace, reference["name"])
            if owner is None or owner.body["metadata"].get("uid") != reference.get("uid"):
                return found
            found.append(owner)
            body = owner.body
        return found

    def _owner(self, api_version: str, kind: str, namespace: str, name: str) -> Owner | None:
        key = (f"{api_version} {kind}", namespace, name)
        if key not in self._owners:
            resource = self._resource(api_version, kind)
            body = self._client.get(resource, namespace if resource.namespaced else "", name) if resource else None
            self._owners[key] = Owner(resource, body) if resource and body else None
        return self._owners[key]

    def _resource(self, api_version: str, kind: str) -> Resource | None:
        key = (api_version, kind)
        if key not in self._resources:
            known = known_resource(api_version, kind)
            self._resources[key] = known or self._client.resource(api_version, kind)
        return self._resources[key]


def _scope(namespace: str, targets: Sequence[Target]) -> Scope:
    """The narrowest list that has all of them."""
    if all(target.api for target in targets):
        return Scope(namespace, GLANCE_SETS)
    if len(targets) > 1:
        return Scope(namespace)
    # By its name it looks like half of a split API: then the other half is needed, too.
    return Scope(namespace, GLANCE_SETS) if targets[0].name.endswith(SPLIT) else _by_name(namespace, targets[0].name)


def _by_name(namespace: str, name: str) -> Scope:
    return Scope(namespace, fields=f"metadata.name={name}")
