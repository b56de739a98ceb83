# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scale does to the claims of a StatefulSet, and whether there are volumes for the new ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import is_ordinal, wanted_ordinals

NO_PROVISIONER = "kubernetes.io/no-provisioner"
_PROVISIONER = ("volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner")
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_QUANTITY = re.compile(r"([0-9.]+)(m|[kMGTPE]i?|Ki)?")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_UNITS.update({f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)})


@dataclass(frozen=True)
class NewClaim:
    """A claim that the scale will make."""

    name: str
    storage_class: str | None  # None: the cluster's default
    size: str
    modes: tuple[str, ...]
    provisioned: bool | None  # whether volumes of its class are made on demand; None: not known yet
    note: str = ""  # what is wrong with the class

    @property
    def bytes(self) -> Decimal:
        return quantity(self.size)


@dataclass(frozen=True)
class Claims:
    """The claims of one set, by what becomes of them. ``removed`` go by the set's own retention policy."""

    created: tuple[NewClaim, ...] = ()
    reused: tuple[Object, ...] = ()
    kept: tuple[Object, ...] = ()
    left_over: tuple[Object, ...] = ()
    removed: tuple[Object, ...] = ()


def quantity(text: str) -> Decimal:
    """A Kubernetes quantity in units of one; 0 when it is none."""
    match = _QUANTITY.fullmatch(text)
    if not match:
        return Decimal(0)
    unit = match.group(2) or ""
    try:
        number = Decimal(match.group(1))
    except InvalidOperation:
        return Decimal(0)
    return number / 1000 if unit == "m" else number * _UNITS[unit]


def claim_ordinal(claim: str, statefulset: str, templates: Iterable[str]) -> int | None:
    """The ordinal in a name <template>-<set>-<ordinal>; None when the claim is not the set's."""
    for template in templates:
        head = f"{template}-{statefulset}-"
        if claim.startswith(head) and is_ordinal(claim[len(head) :]):
            return int(claim[len(head) :])
    return None


def of_another(claim: Mapping[str, Any], statefulset: Mapping[str, Any]) -> bool:
    """Whether the labels tell that a claim, whatever its name, was made for another set."""
    labels = claim["metadata"].get("labels") or {}
    wanted = ((statefulset.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    return any(labels.get(key, value) != value for key, value in wanted.items())


def templates_of(statefulset: Mapping[str, Any]) -> dict[str, Object]:
    """The claim templates by name."""
    templates = (statefulset.get("spec") or {}).get("volumeClaimTemplates") or []
    return {str(template["metadata"]["name"]): template for template in templates}


def forecast(statefulset: Object, claims: Iterable[Object], replicas: int, pods: Iterable[int]) -> Claims:
    """What becomes of each claim when the set gets that size; ``pods`` are the ordinals that run now."""
    name = statefulset["metadata"]["name"]
    templates = templates_of(statefulset)
    wanted = wanted_ordinals(statefulset, replicas)
    running = set(pods)
    mine: dict[str, tuple[int, Object]] = {}
    for claim in claims:
        ordinal = claim_ordinal(claim["metadata"]["name"], name, templates)
        if ordinal is not None:
            mine[claim["metadata"]["name"]] = (ordinal, claim)
    created = [
        _new(f"{template}-{name}-{ordinal}", body, template, name, mine)
        for ordinal in wanted
        for template, body in templates.items()
        if f"{template}-{name}-{ordinal}" not in mine
    ]
    ordered = sorted(mine.values(), key=lambda pair: (pair[0], pair[1]["metadata"]["name"]))
    outside = [claim for ordinal, claim in ordered if ordinal not in wanted and not of_another(claim, statefulset)]
    policy = (statefulset["spec"].get("persistentVolumeClaimRetentionPolicy") or {}).get("whenScaled", "Retain")
    goes = {claim["metadata"]["name"] for ordinal, claim in ordered if ordinal in running and policy == "Delete"}
    return Claims(
        tuple(created),
        tuple(claim for ordinal, claim in ordered if ordinal in wanted and ordinal not in running),
        tuple(claim for ordinal, claim in ordered if ordinal in wanted and ordinal in running),
        tuple(claim for claim in outside if claim["metadata"]["name"] not in goes),
        tuple(claim for claim in outside if claim["metadata"]["name"] in goes),
    )


def _new(name: str, body: Object, template: str, statefulset: str, mine: Mapping[str, tuple[int, Object]]) -> NewClaim:
    """What is known of a claim before it is made; its sisters tell the class and where volumes come from."""
    spec = body.get("spec") or {}
    storage_class = spec.get("storageClassName")
    provisioned = None
    for ordinal, sister in mine.values():
        if sister["metadata"]["name"] != f"{template}-{statefulset}-{ordinal}":
            continue
        annotations = sister["metadata"].get("annotations") or {}
        its_class = (sister.get("spec") or {}).get("storageClassName")
        if storage_class in (None, its_class):
            storage_class = its_class
            found = next((annotations[key] for key in _PROVISIONER if key in annotations), None)
            provisioned = None if found is None else found != NO_PROVISIONER
    size = str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or "0")
    if storage_class == "":
        provisioned = False
    return NewClaim(name, storage_class, size, tuple(spec.get("accessModes") or ()), provisioned)


def uncertain(claims: Iterable[NewClaim]) -> list[NewClaim]:
    """Those that may need a volume that somebody made by hand."""
    return [claim for claim in claims if not claim.provisioned]


def unmatched(claims: Iterable[NewClaim], volumes: Iterable[Mapping[str, Any]]) -> list[NewClaim]:
    """Claims for which no volume is free: the largest choose first, and take the smallest that is enough."""
    free = [volume for volume in volumes if (volume.get("status") or {}).get("phase") == "Available"]
    free.sort(key=lambda volume: quantity(_capacity(volume)))
    left = []
    for claim in sorted(claims, key=lambda claim: (-claim.bytes, claim.name)):
        for index, volume in enumerate(free):
            if _fits(claim, volume):
                del free[index]
                break
        else:
            left.append(claim)
    return sorted(left, key=lambda claim: claim.name)


def _capacity(volume: Mapping[str, Any]) -> str:
    return str(((volume.get("spec") or {}).get("capacity") or {}).get("storage") or "0")


def _fits(claim: NewClaim, volume: Mapping[str, Any]) -> bool:
    spec = volume.get("spec") or {}
    reserved = (spec.get("claimRef") or {}).get("name", claim.name)
    return (
        reserved == claim.name
        and (spec.get("storageClassName") or "") == (claim.storage_class or "")
        and quantity(_capacity(volume)) >= claim.bytes
        and set(claim.modes) <= set(spec.get("accessModes") or ())
    )


def with_classes(claims: Sequence[NewClaim], classes: Iterable[Mapping[str, Any]]) -> list[NewClaim]:
    """The claims with their class settled: the default one by name, and whether it makes volumes itself."""
    by_name = {str(each["metadata"]["name"]): each for each in classes}
    default = next((name for name, each in by_name.items() if _is_default(each)), "")
    result = []
    for claim in claims:
        name = default if claim.storage_class is None else claim.storage_class
        found = by_name.get(name)
        provisioned = found is not None and found.get("provisioner") != NO_PROVISIONER
        note = "" if found is not None or not name else "there is no StorageClass of that name"
        if not name and claim.storage_class is None:
            note = "its template names none, and the cluster has no default one"
        result.append(NewClaim(claim.name, name, claim.size, claim.modes, provisioned, note))
    return result


def _is_default(storage_class: Mapping[str, Any]) -> bool:
    return (storage_class["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true"


def shortage(claims: Sequence[NewClaim], new: int) -> str:
    """A sentence about claims that will stay without a volume."""
    by_class: dict[tuple[str, str], list[NewClaim]] = {}
    for claim in claims:
        by_class.setdefault((claim.storage_class or "", claim.note), []).append(claim)
    parts = []
    for (name, note), some in sorted(by_class.items()):
        where = (f"of the class {name}" if name else "without a class") + (f" ({note})" if note else "")
        sizes = sorted({f"{claim.size} ({'/'.join(claim.modes)})" for claim in some})
        parts.append(f"{len(some)} more {where}, {' and '.join(sizes)}, for {', '.join(claim.name for claim in some)}")
    made = "1 new claim" if new == 1 else f"{new} new claims"
    lead = f"The scale makes {made}, and there are not enough free volumes, nor does anything make them on demand"
    return f"{lead}. Needed are: {'; '.join(parts)}"
