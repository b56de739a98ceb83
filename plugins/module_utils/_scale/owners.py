# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which object owns the replicas of a StatefulSet: the field that no operator overwrites.

Known owners are GlanceAPI, Glance and OpenStackControlPlane. Replicas that any other kind owns are not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    STATEFULSETS,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller, spec_replicas
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    API_LABEL,
    parse_api_label,
    parse_glance_api_name,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Owner, ReplicasField, ScaleError


def owner_managed(message: str) -> ScaleError:
    """The error for replicas that an owner manages in a way that is not known here."""
    return ScaleError("owner_managed", f"{message} Nothing was changed.")


def statefulset_field(statefulset: Object) -> ReplicasField:
    """The scale subresource of the StatefulSet itself."""
    meta = statefulset["metadata"]
    before = spec_replicas(statefulset)
    return ReplicasField(STATEFULSETS, meta["namespace"], meta["name"], meta["uid"], before, (), statefulset)


def find_replicas_field(statefulset: Object, owners: Sequence[Owner], via: str) -> ReplicasField:
    """The field to change. ``owners`` are the known owners, the nearest first. Raises ``ScaleError``."""
    name = f"{statefulset['metadata']['namespace']}/{statefulset['metadata']['name']}"
    reference = controller(statefulset)
    if via == "scale" or (reference is None and via == "auto"):
        return statefulset_field(statefulset)
    if reference is None:
        raise owner_managed(f"StatefulSet {name} has no owner, which via=owner requires. Use via=auto or via=scale.")
    hint = "via=scale changes the StatefulSet itself."
    if not owners and reference["kind"] in (GLANCE_APIS.kind, GLANCES.kind, CONTROL_PLANES.kind):
        raise owner_managed(
            f"StatefulSet {name} is managed by {reference['kind']} {reference['name']}, which does not exist, so "
            f"the StatefulSet may be deleted soon. {hint}"
        )
    found = _glance_field(owners)
    if found is None:
        chain = " <- ".join(str(owner) for owner in owners) or f"{reference['kind']} {reference['name']}"
        raise owner_managed(
            f"StatefulSet {name} is managed by {chain}. This module can change the replicas only in a Glance or an "
            "OpenStackControlPlane, and the operator of another owner reverts a direct change: change the replicas in "
            f"the owner. {hint}"
        )
    return found


def _glance_field(owners: Sequence[Owner]) -> ReplicasField | None:
    """The field in the template of the control plane if there is one, else in the Glance."""
    key = glance_key(owners)
    for resource, head in ((CONTROL_PLANES, ("spec", "glance", "template")), (GLANCES, ("spec",))):
        for owner in owners:
            if key and owner.resource == resource:
                return _field_of(owner, (*head, "glanceAPIs", key, "replicas"))
    return None


def _field_of(owner: Owner, path: tuple[str, ...]) -> ReplicasField:
    meta = owner.body["metadata"]
    apis = value_at(owner.body, path[:-2])
    if not isinstance(apis, Mapping) or path[-2] not in apis:
        raise owner_managed(
            f"{owner.resource.kind} {meta['namespace']}/{meta['name']} owns the StatefulSet but has no "
            f"{'.'.join(path[:-1])}: the API was removed from it, so the StatefulSet will be deleted."
        )
    value = value_at(owner.body, path)
    before = None if value is None else int(value)
    return ReplicasField(owner.resource, meta["namespace"], meta["name"], meta["uid"], before, path, owner.body)


def glance_key(owners: Sequence[Owner]) -> str:
    """The key of ``glanceAPIs`` that a StatefulSet belongs to; empty when it belongs to none."""
    for owner in owners:
        if owner.resource == GLANCE_APIS:
            labels = owner.body["metadata"].get("labels") or {}
            return str(labels.get("api-name") or "") or _key_from_name(owner, owners)
    return ""


def _key_from_name(api: Owner, owners: Sequence[Owner]) -> str:
    """The key from the name of a GlanceAPI that has no label."""
    for owner in owners:
        if owner.resource == GLANCES:
            parsed = parse_glance_api_name(owner.name, api.name)
            return parsed[0] if parsed else ""
    return ""


def value_at(body: Any, path: Iterable[str]) -> Any:
    """The value at a path; None when there is none."""
    for part in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(part)
    return body


def operations(replicas_field: ReplicasField, replicas: int) -> list[Object]:
    """A JSON patch that fails unless the object and its replicas are still those that were read."""
    before = replicas_field.before
    uid = {"op": "test", "path": "/metadata/uid", "value": replicas_field.uid}
    if replicas_field.path:
        path = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in replicas_field.path)
        if before is None:
            return [uid, {"op": "add", "path": path, "value": replicas}]
        test = {"op": "test", "path": path, "value": before}
        return [uid, test, {"op": "replace", "path": path, "value": replicas}]
    test = {"op": "test", "path": "/spec/replicas", "value": before}
    if not before:  # a scale subresource omits replicas that are 0
        test = {"op": "test", "path": "/spec", "value": {}}
    return [uid, test, {"op": "add", "path": "/spec/replicas", "value": replicas}]


def serves_api(statefulset: Mapping[str, Any], key: str) -> bool:
    """Whether a StatefulSet serves that key of ``glanceAPIs``, according to its label."""
    return _key_from_label(statefulset) == key


def _key_from_label(statefulset: Mapping[str, Any]) -> str | None:
    parsed = parse_api_label((statefulset["metadata"].get("labels") or {}).get(API_LABEL, ""))
    return parsed[0] if parsed else None


def glance_keys(statefulsets: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys of ``glanceAPIs`` that have StatefulSets, for messages."""
    found = {_key_from_label(statefulset) for statefulset in statefulsets}
    return sorted(key for key in found if key is not None)


def siblings(statefulsets: Iterable[Object], owners: Sequence[Owner]) -> list[Object]:
    """The StatefulSets that share the replicas of one Glance API: two when its type is split."""
    key = glance_key(owners)
    glance = [owner.name for owner in owners if owner.resource == GLANCES]
    found = []
    for statefulset in statefulsets:
        reference = controller(statefulset) or {}
        same_glance = not glance or str(reference.get("name", "")).startswith(f"{glance[0]}-")
        if same_glance and reference.get("kind") == GLANCE_APIS.kind and serves_api(statefulset, key):
            found.append(statefulset)
    return found
