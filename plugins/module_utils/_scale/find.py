# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the StatefulSets of each target, their owners, and the field to change. Each object is read once."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    STATEFULSETS,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Selection
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    API_LABEL,
    MAX_REPLICAS,
    SPLIT_SUFFIXES,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import (
    Owner,
    ScaleError,
    ScaleTarget,
    raise_all,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import (
    find_replicas_field,
    glance_keys,
    serves_api,
    siblings,
)

#: The kinds of owners that are followed.
OWNERS = (GLANCE_APIS, GLANCES, CONTROL_PLANES)


class TargetFinder:
    """``selections`` and ``statefulsets`` hold by namespace what was read; watches continue from there."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client
        self.selections: dict[str, Selection] = {}
        self.statefulsets: dict[str, dict[str, Object]] = {}
        self._owners: dict[tuple[str, str, str, str], Owner | None] = {}

    def find(self, targets: Sequence[DesiredReplicas], via: str) -> list[ScaleTarget]:
        """All targets. Raises one ``ScaleError`` about all that are wrong."""
        for namespace in dict.fromkeys(target.namespace for target in targets):
            only_apis = all(target.api for target in targets if target.namespace == namespace)
            self._read(namespace, API_LABEL if only_apis else "")
        found: list[ScaleTarget] = []
        problems: list[DcnError] = []
        for target in targets:
            try:
                found.append(self._one(target, via))
            except ScaleError as problem:
                problems.append(problem)
        known: dict[tuple[object, ...], ScaleTarget] = {}
        for each in found:
            key = (*each.replicas_field.key, each.replicas_field.path)
            if key in known:
                one, two = known[key].desired.label, each.desired.label
                text = f"{one} and {two} share the same replicas: {each.replicas_field}. Nothing was changed."
                problems.append(ScaleError("input_invalid", f"{text} Specify only one of them."))
            known[key] = each
        raise_all(problems)
        return found

    def _read(self, namespace: str, labels: str) -> None:
        items, version = self._client.list(STATEFULSETS, namespace, labels)
        self.statefulsets[namespace] = {item["metadata"]["name"]: item for item in items}
        self.selections[namespace] = Selection(STATEFULSETS, namespace, labels, "", version)

    def _one(self, target: DesiredReplicas, via: str) -> ScaleTarget:
        statefulsets = [self._named(target)] if target.name else self._of_api(target)
        first = statefulsets[0]
        owners = [] if via == "scale" else self.owners(first)
        replicas_field = find_replicas_field(first, owners, via)
        if replicas_field.path:
            statefulsets = self._siblings(target, first, owners)
            if target.replicas > MAX_REPLICAS:
                text = f"{target.label}: {target.replicas} replicas are more than a Glance API can have"
                raise ScaleError("invalid_replicas", f"{text} ({MAX_REPLICAS}). Nothing was changed.")
        elif target.api and len(statefulsets) > 1:
            names = ", ".join(each["metadata"]["name"] for each in statefulsets)
            raise ScaleError(
                "ambiguous",
                f"{target.label} has several StatefulSets ({names}), and via=scale changes one at a time. Nothing was "
                "changed. Specify the name of the StatefulSet instead.",
            )
        return ScaleTarget(target, {each["metadata"]["name"]: each for each in statefulsets}, owners, replicas_field)

    def _named(self, target: DesiredReplicas) -> Object:
        found = self.statefulsets[target.namespace].get(target.name)
        if found is None:
            raise ScaleError(
                "not_found",
                f"{target.label} does not exist. Nothing was changed. Check the name and the namespace. The "
                "StatefulSet of a Glance API is named after the API and its type, such as glance-central-external-api.",
            )
        return found

    def _of_api(self, target: DesiredReplicas) -> list[Object]:
        known = self.statefulsets[target.namespace].values()
        found = [each for each in known if serves_api(each, target.api)]
        if found:
            return sorted(found, key=lambda each: str(each["metadata"]["name"]))
        keys = ", ".join(glance_keys(known)) or "none"
        raise ScaleError(
            "not_found",
            f"{target.label} has no StatefulSet. Nothing was changed. The Glance APIs in the namespace are: {keys}.",
        )

    def _siblings(self, target: DesiredReplicas, first: Object, owners: Sequence[Owner]) -> list[Object]:
        """The StatefulSets that share the replicas of one Glance API."""
        if target.name and not target.name.endswith(SPLIT_SUFFIXES):
            return [first]
        known = self.statefulsets[target.namespace]
        found = siblings(known.values(), owners)
        if target.api:
            others = [each for each in self._of_api(target) if each not in found]
            if others:
                names = ", ".join(each["metadata"]["name"] for each in others)
                raise ScaleError(
                    "ambiguous",
                    f"Namespace {target.namespace} has several Glances with an API {target.api} ({names} belong to "
                    "another Glance). Nothing was changed. Specify the name of the StatefulSet instead.",
                )
        if first["metadata"]["name"] not in [each["metadata"]["name"] for each in found]:
            found.insert(0, known.get(first["metadata"]["name"], first))
        return sorted(found, key=lambda each: str(each["metadata"]["name"]))

    def owners(self, body: Object) -> list[Owner]:
        """The controllers of an object, the nearest first, as long as they exist and are of a known kind."""
        found: list[Owner] = []
        while len(found) < len(OWNERS):
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
        key = (api_version, kind, namespace, name)
        if key not in self._owners:
            resource = next((each for each in OWNERS if (each.api_version, each.kind) == (api_version, kind)), None)
            body = self._client.get(resource, namespace, name) if resource else None
            self._owners[key] = Owner(resource, body) if resource and body else None
        return self._owners[key]
