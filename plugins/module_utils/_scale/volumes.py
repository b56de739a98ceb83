# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecast of the claims (PersistentVolumeClaims) of a StatefulSet, and whether there are volumes for new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import is_ordinal, wanted_ordinals
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import claim_name
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import parse_quantity

NO_PROVISIONER = "kubernetes.io/no-provisioner"
_PROVISIONER = ("volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner")
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


@dataclass(frozen=True)
class NewClaim:
    """A claim that the scale creates. ``size`` is a Kubernetes quantity such as 10Gi."""

    name: str
    storage_class: str | None  # None: the default class of the cluster
    size: str
    modes: tuple[str, ...]
    provisioned: bool | None  # whether volumes of the class are provisioned dynamically; None: unknown
    note: str = ""  # what is wrong with the class

    @property
    def bytes(self) -> Decimal:
        return _bytes(self.size)


@dataclass(frozen=True)
class Claims:
    """The claims of one StatefulSet. Its own retention policy deletes those in ``removed``."""

    created: tuple[NewClaim, ...] = ()
    reused: tuple[Object, ...] = ()
    kept: tuple[Object, ...] = ()
    left_over: tuple[Object, ...] = ()
    removed: tuple[Object, ...] = ()

    def with_left_over(self, names: Collection[str]) -> Claims:
        """With these claims left over instead of removed."""
        kept = tuple(claim for claim in self.removed if claim["metadata"]["name"] in names)
        removed = tuple(claim for claim in self.removed if claim not in kept)
        return replace(self, left_over=(*self.left_over, *kept), removed=removed)


def _bytes(size: str) -> Decimal:
    """A Kubernetes quantity in bytes; 0 when it is invalid."""
    return parse_quantity(size) or Decimal(0)


def claim_ordinal(claim: str, statefulset: str, templates: Iterable[str]) -> int | None:
    """The ordinal in a name <template>-<StatefulSet>-<ordinal>; None when the claim is not of this StatefulSet."""
    for template in templates:
        head = f"{template}-{statefulset}-"
        if claim.startswith(head) and is_ordinal(claim[len(head) :]):
            return int(claim[len(head) :])
    return None


def _belongs_to_another(claim: Mapping[str, Any], statefulset: Mapping[str, Any]) -> bool:
    """Whether the labels of a claim show that it belongs to another StatefulSet although its name matches."""
    labels = claim["metadata"].get("labels") or {}
    wanted = ((statefulset.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    return any(labels.get(key, value) != value for key, value in wanted.items())


def templates_of(statefulset: Mapping[str, Any]) -> dict[str, Object]:
    """The claim templates by name."""
    templates = (statefulset.get("spec") or {}).get("volumeClaimTemplates") or []
    return {str(template["metadata"]["name"]): template for template in templates}


def forecast(statefulset: Object, claims: Iterable[Object], replicas: int, pods: Iterable[int]) -> Claims:
    """What a scale to that many replicas does to each claim; ``pods`` are the ordinals that exist now."""
    name = statefulset["metadata"]["name"]
    templates = templates_of(statefulset)
    wanted = wanted_ordinals(statefulset, replicas)
    running = set(pods)
    existing: dict[str, tuple[int, Object]] = {}
    for claim in claims:
        ordinal = claim_ordinal(claim["metadata"]["name"], name, templates)
        if ordinal is not None:
            existing[claim["metadata"]["name"]] = (ordinal, claim)
    created = [
        _new_claim(claim_name(template, name, ordinal), body, template, name, existing)
        for ordinal in wanted
        for template, body in templates.items()
        if claim_name(template, name, ordinal) not in existing
    ]
    ordered = sorted(existing.values(), key=lambda pair: (pair[0], pair[1]["metadata"]["name"]))
    outside = [
        claim for ordinal, claim in ordered if ordinal not in wanted and not _belongs_to_another(claim, statefulset)
    ]
    policy = (statefulset["spec"].get("persistentVolumeClaimRetentionPolicy") or {}).get("whenScaled", "Retain")
    deleted = {claim["metadata"]["name"] for ordinal, claim in ordered if ordinal in running and policy == "Delete"}
    return Claims(
        tuple(created),
        tuple(claim for ordinal, claim in ordered if ordinal in wanted and ordinal not in running),
        tuple(claim for ordinal, claim in ordered if ordinal in wanted and ordinal in running),
        tuple(claim for claim in outside if claim["metadata"]["name"] not in deleted),
        tuple(claim for claim in outside if claim["metadata"]["name"] in deleted),
    )


def _new_claim(
    name: str, body: Object, template: str, statefulset: str, existing: Mapping[str, tuple[int, Object]]
) -> NewClaim:
    """A claim before it is created. Existing claims of its template show the class and whether it provisions."""
    spec = body.get("spec") or {}
    storage_class = spec.get("storageClassName")
    provisioned = None
    for ordinal, other in existing.values():
        if other["metadata"]["name"] != claim_name(template, statefulset, ordinal):
            continue
        annotations = other["metadata"].get("annotations") or {}
        other_class = (other.get("spec") or {}).get("storageClassName")
        if storage_class in (None, other_class):
            storage_class = other_class
            found = next((annotations[key] for key in _PROVISIONER if key in annotations), None)
            provisioned = None if found is None else found != NO_PROVISIONER
    size = str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or "0")
    if storage_class == "":
        provisioned = False
    return NewClaim(name, storage_class, size, tuple(spec.get("accessModes") or ()), provisioned)


def unmatched(claims: Iterable[NewClaim], volumes: Iterable[Mapping[str, Any]]) -> list[NewClaim]:
    """Claims for which no volume is free. The largest claim gets the smallest sufficient volume first."""
    free = [volume for volume in volumes if (volume.get("status") or {}).get("phase") == "Available"]
    free.sort(key=_capacity)
    left = []
    for claim in sorted(claims, key=lambda claim: (-claim.bytes, claim.name)):
        for index, volume in enumerate(free):
            if _fits(claim, volume):
                del free[index]
                break
        else:
            left.append(claim)
    return sorted(left, key=lambda claim: claim.name)


def _capacity(volume: Mapping[str, Any]) -> Decimal:
    """The size of a volume in bytes."""
    return _bytes(str(((volume.get("spec") or {}).get("capacity") or {}).get("storage") or "0"))


def _fits(claim: NewClaim, volume: Mapping[str, Any]) -> bool:
    spec = volume.get("spec") or {}
    reserved = (spec.get("claimRef") or {}).get("name", claim.name)
    return (
        reserved == claim.name
        and (spec.get("storageClassName") or "") == (claim.storage_class or "")
        and _capacity(volume) >= claim.bytes
        and set(claim.modes) <= set(spec.get("accessModes") or ())
    )


def with_classes(claims: Sequence[NewClaim], classes: Iterable[Mapping[str, Any]]) -> list[NewClaim]:
    """The claims with the name of the default class filled in, and whether their class provisions volumes."""
    by_name = {str(each["metadata"]["name"]): each for each in classes}
    default = next(
        (name for name, each in by_name.items() if _is_default(each)),
        "",
    )
    result = []
    for claim in claims:
        name = default if claim.storage_class is None else claim.storage_class
        found = by_name.get(name)
        provisioned = found is not None and found.get("provisioner") != NO_PROVISIONER
        note = "" if found is not None or not name else "this StorageClass does not exist"
        if not name and claim.storage_class is None:
            note = "the template sets no class, and the cluster has no default class"
        result.append(NewClaim(claim.name, name, claim.size, claim.modes, provisioned, note))
    return result


def _is_default(storage_class: Mapping[str, Any]) -> bool:
    return (storage_class["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true"


def shortage(claims: Sequence[NewClaim], new: int) -> str:
    """A sentence about claims that get no volume; ``new`` is the number of all new claims."""
    by_class: dict[tuple[str, str], list[NewClaim]] = {}
    for claim in claims:
        by_class.setdefault((claim.storage_class or "", claim.note), []).append(claim)
    parts = []
    for (name, note), some in sorted(by_class.items()):
        where = (f"of class {name}" if name else "without a class") + (f" ({note})" if note else "")
        sizes = sorted({f"{claim.size} ({'/'.join(claim.modes)})" for claim in some})
        names = ", ".join(claim.name for claim in some)
        parts.append(f"{len(some)} more {where}, {' and '.join(sizes)}, for {names}")
    created = "1 new claim" if new == 1 else f"{new} new claims"
    lead = f"The scale creates {created}, but there are not enough free volumes, and none are provisioned dynamically"
    return f"{lead}. Missing: {'; '.join(parts)}"
