# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns the number of replicas: where it has to be changed so that it stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    STATEFULSETS,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller

GLANCE_TYPES = ("external", "internal", "single", "edge")
REPLICAS = ("spec", "replicas")


class OwnerManaged(DcnError):
    """Nobody knows where the owner keeps the number."""

    reason = "owner_managed"


@dataclass(frozen=True)
class Place:
    """The field that decides. With an empty ``path`` it is behind the scale subresource, which must be asked for it."""

    resource: Resource
    namespace: str
    name: str
    uid: str
    before: int | None
    path: tuple[str, ...] = ()
    body: Object = field(default_factory=dict, repr=False, compare=False)

    @property
    def location(self) -> tuple[str, ...]:
        """The field to look at: that of a scale is where all kinds have it."""
        return self.path or REPLICAS

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for places in one object."""
        return str(self.resource), self.namespace, self.name

    def __str__(self) -> str:
        where = ".".join(self.path) if self.path else "scale"
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.resource.kind} {name} ({where})"


@dataclass(frozen=True)
class Owner:
    """One step upwards from a StatefulSet: an object, and how its kind is kept."""

    resource: Resource
    body: Object

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])


def owner_words(statefulset: Mapping[str, Any], owners: Sequence[Owner]) -> str:
    """The chain as text, such as ``GlanceAPI a-external <- Glance a``."""
    words = [f"{owner.resource.kind} {owner.name}" for owner in owners]
    if not words:
        reference = controller(statefulset) or {}
        words = [f"{reference.get('kind', 'nobody')} {reference.get('name', '')}".strip()]
    return " <- ".join(words)


def own_place(statefulset: Object) -> Place:
    """The set's own scale subresource."""
    meta = statefulset["metadata"]
    before = int((statefulset.get("spec") or {}).get("replicas", 1))
    return Place(STATEFULSETS, meta["namespace"], meta["name"], meta["uid"], before, (), statefulset)


def glance_key(owners: Sequence[Owner]) -> str:
    """The key of ``glanceAPIs`` that a set belongs to; empty when it belongs to none."""
    for owner in owners:
        if owner.resource == GLANCE_APIS:
            labels = owner.body["metadata"].get("labels") or {}
            return str(labels.get("api-name") or "") or _key_by_name(owner, owners)
    return ""


def _key_by_name(api: Owner, owners: Sequence[Owner]) -> str:
    """Without its label: the name is <Glance>-<key>-<type>."""
    for owner in owners:
        if owner.resource == GLANCES and api.name.startswith(f"{owner.name}-"):
            middle, _dash, kind = api.name[len(owner.name) + 1 :].rpartition("-")
            return middle if kind in GLANCE_TYPES else ""
    return ""


def find_place(statefulset: Object, owners: Sequence[Owner], via: str) -> Place:
    """Where to write. ``owners`` goes from the set upwards, as far as it could be followed."""
    name = f"{statefulset['metadata']['namespace']}/{statefulset['metadata']['name']}"
    if via == "scale":
        return own_place(statefulset)
    if not owners:
        reference = controller(statefulset)
        if reference:
            raise OwnerManaged(
                f"StatefulSet {name} is managed by {reference['kind']} {reference['name']} ({reference['apiVersion']}),"
                " which this cluster does not have: its definition or the object itself is gone, and the set may "
                "follow. Nothing was changed; via=scale scales the set all the same."
            )
        if via == "owner":
            raise OwnerManaged(f"StatefulSet {name} has no owner, so via=owner cannot be. Use via=auto or via=scale.")
        return own_place(statefulset)
    place = _glance_place(owners) or _scale_place(owners)
    if place is None:
        raise OwnerManaged(
            f"StatefulSet {name} is managed by {owner_words(statefulset, owners)}, which has no scale subresource and "
            "is of no kind whose number of replicas this module knows. Its operator would set a direct scale back: "
            "change the number in that object. Nothing was changed; via=scale scales the set all the same."
        )
    return place


def _glance_place(owners: Sequence[Owner]) -> Place | None:
    """The control plane's template where there is one, else the Glance's own."""
    key = glance_key(owners)
    for resource, head in ((CONTROL_PLANES, ("spec", "glance", "template")), (GLANCES, ("spec",))):
        for owner in owners:
            if key and owner.resource == resource:
                path = (*head, "glanceAPIs", key, "replicas")
                return _at(owner, path)
    return None


def _at(owner: Owner, path: tuple[str, ...]) -> Place:
    meta = owner.body["metadata"]
    apis = inside(owner.body, path[:-2])
    if not isinstance(apis, Mapping) or path[-2] not in apis:
        raise OwnerManaged(
            f"{owner.resource.kind} {meta['namespace']}/{meta['name']} owns the StatefulSet but has no "
            f"{'.'.join(path[:-1])}: the API was taken out of it, and its set is about to go. Nothing was changed."
        )
    found = inside(owner.body, path)
    return Place(
        owner.resource,
        meta["namespace"],
        meta["name"],
        meta["uid"],
        None if found is None else int(found),
        path,
        owner.body,
    )


def _scale_place(owners: Sequence[Owner]) -> Place | None:
    """The highest owner that can be scaled."""
    for owner in reversed(owners):
        if owner.resource.scale:
            meta = owner.body["metadata"]
            return Place(owner.resource, meta.get("namespace", ""), meta["name"], meta["uid"], None, (), owner.body)
    return None


def above(owners: Sequence[Owner], place: Place) -> str:
    """The owner of the object that has the number; empty when that is the highest, or belongs to Glance."""
    uids = [owner.body["metadata"].get("uid") for owner in owners]
    if place.path or place.uid not in uids:
        return ""
    higher = owners[uids.index(place.uid) + 1 :]
    return f"{higher[0].resource.kind} {higher[0].name}" if higher else ""


def inside(body: Any, path: Iterable[str]) -> Any:
    """What is at a path; None when there is nothing."""
    for part in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(part)
    return body


def operations(place: Place, replicas: int) -> list[Object]:
    """A JSON patch that holds only while the number is the one that was read, and the object the same."""
    uid = {"op": "test", "path": "/metadata/uid", "value": place.uid}
    if place.path:
        path = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in place.path)
        if place.before is None:
            return [uid, {"op": "add", "path": path, "value": replicas}]
        return [
            uid,
            {"op": "test", "path": path, "value": place.before},
            {"op": "replace", "path": path, "value": replicas},
        ]
    # A scale leaves out a number that is 0.
    test = {"op": "test", "path": "/spec/replicas", "value": place.before} if place.before else None
    if place.before == 0:
        test = {"op": "test", "path": "/spec", "value": {}}
    return [uid, *([test] if test else []), {"op": "add", "path": "/spec/replicas", "value": replicas}]


def of_glance_api(statefulset: Mapping[str, Any], key: str) -> bool:
    """Whether a set serves that key of ``glanceAPIs``: the operator's label starts with the word glance, always."""
    label = (statefulset["metadata"].get("labels") or {}).get("glanceAPI", "")
    return label in {f"glance-{key}-{kind}" for kind in GLANCE_TYPES}


def glance_keys(statefulsets: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys that have sets, for messages."""
    found = set()
    for statefulset in statefulsets:
        label = (statefulset["metadata"].get("labels") or {}).get("glanceAPI", "")
        middle, _dash, kind = label[len("glance-") :].rpartition("-")
        if label.startswith("glance-") and kind in GLANCE_TYPES:
            found.add(middle)
    return sorted(found)


def siblings(statefulsets: Iterable[Object], owners: Sequence[Owner]) -> list[Object]:
    """The sets that the number of a Glance API decides about: two when it is split."""
    key = glance_key(owners)
    glance = [owner.name for owner in owners if owner.resource == GLANCES]
    found = []
    for statefulset in statefulsets:
        reference = controller(statefulset) or {}
        mine = not glance or str(reference.get("name", "")).startswith(f"{glance[0]}-")
        if mine and reference.get("kind") == GLANCE_APIS.kind and of_glance_api(statefulset, key):
            found.append(statefulset)
    return found
