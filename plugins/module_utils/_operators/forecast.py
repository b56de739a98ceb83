# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of the Glance part does to each StatefulSet and its volumes, before it is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.backends import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import mounts_on
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    CACHE_CLAIM,
    INSTANCES,
    STAGING_CLAIM,
    claim_name,
    glance_api_name,
    statefulset_name,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object

NONE, SCALED, ROLLING, RECREATED, CREATED, REMOVED = "none", "scaled", "rolling", "recreated", "created", "removed"
#: What matters to those who use an API, the least first.
SEVERITY = (NONE, SCALED, ROLLING, RECREATED)

Part = Mapping[str, Any]


@dataclass(frozen=True)
class Live:
    """What there is in the namespace. ``glance`` is the name of the Glance, which all others begin with."""

    glance: str
    apis: Mapping[str, Object] = field(default_factory=dict)
    sets: Mapping[str, Object] = field(default_factory=dict)
    claims: Mapping[str, Object] = field(default_factory=dict)

    def ready(self, key: str, kind: str) -> int:
        """Ready pods of an API; of a split one those of the external instance."""
        return ready_pods(self.sets.get(statefulset_name(self.glance, key, INSTANCES[kind][0])))


@dataclass(frozen=True)
class Claim:
    """A PersistentVolumeClaim: created, kept or left over."""

    name: str
    action: str
    note: str = ""


@dataclass(frozen=True)
class Forecast:
    """One StatefulSet. ``ours`` tells whether this change is the cause, and not one the operator has yet to take up."""

    statefulset: str
    api: str
    action: str
    reasons: tuple[str, ...] = ()
    ready: int = 0
    claims: tuple[Claim, ...] = ()
    ours: bool = True


@dataclass(frozen=True)
class Change:
    """The Glance part before and after; the outer ones are the specs of the control plane, which mounts things too."""

    before: Part
    after: Part
    outer: Part
    path: str


def ready_pods(found: Mapping[str, Any] | None) -> int:
    """Ready pods of a StatefulSet."""
    return int(((found or {}).get("status") or {}).get("readyReplicas") or 0)


def forecast(change: Change, live: Live) -> list[Forecast]:
    """Every StatefulSet of every API that is there before or after, in the order of the object."""
    before, after = change.before.get("glanceAPIs") or {}, change.after.get("glanceAPIs") or {}
    found = []
    for key in dict.fromkeys([*before, *after]):
        api = after.get(key, before.get(key)) or {}
        for instance in INSTANCES.get(objects.api_type(api), ()):
            owner = glance_api_name(live.glance, key, instance)
            found.append(_one(change, live, key, owner, statefulset_name(live.glance, key, instance)))
    return found


def _one(change: Change, live: Live, key: str, owner: str, name: str) -> Forecast:
    old = (change.before.get("glanceAPIs") or {}).get(key)
    new = (change.after.get("glanceAPIs") or {}).get(key)
    current = live.sets.get(name)
    ready = ready_pods(current)
    claims = _claims(change.after, new, live, name)
    if new is None:
        return Forecast(name, key, REMOVED, ("the API is removed",), ready, claims)
    if old is None:
        return Forecast(name, key, CREATED, ("the API is new",), ready, claims)
    if current is None:
        return Forecast(name, key, CREATED, ("the operator has not made it yet",), 0, claims, ours=False)
    wanted = api_state(change, change.after, new, key)
    action, reasons = effect(api_state(change, change.before, old, key), wanted)
    taken_up = live.apis.get(owner)
    late, late_reasons = _pending(taken_up, change, old, key) if taken_up is not None else (NONE, ())
    ours = SEVERITY.index(action) >= SEVERITY.index(late) and action != NONE
    action, reasons = (action, (*reasons, *late_reasons)) if ours else (late, (*late_reasons, *reasons))
    if action == ROLLING and ready == 1:
        reasons = (*reasons, "its only ready pod is away while it restarts")
    return Forecast(name, key, action, reasons, ready, claims, ours)


def api_state(change: Change, part: Part, api: Part, key: str) -> dict[str, Any]:
    """Everything of an API that its pods depend on, as the operator works it out."""
    config = objects.effective_config(part, api)
    return {
        "backends": operator_backends(config),
        "storage": objects.effective_storage(part, api, str(change.outer.get("storageClass") or "")),
        "cache": objects.effective_cache(part, api),
        "config": config,
        "mounts": [mounted.content for mounted in mounts_on(part, change.outer, key, change.path)],
        "registered": part.get("keystoneEndpoint") == key,
        "replicas": objects.api_replicas(api),
    }


def effect(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The most severe thing that happens, and every reason for that."""
    reasons = []
    if old["backends"] != new["backends"]:
        reasons.append(f"enabled_backends {_listed(old['backends'])} becomes {_listed(new['backends'])}")
    if old["storage"] != new["storage"]:
        names = [name for name in new["storage"] if old["storage"][name] != new["storage"][name]]
        reasons.append("storage: " + ", ".join(f"{name} becomes {_shown(new['storage'][name])}" for name in names))
    if old["cache"] != new["cache"]:
        reasons.append(f"the size of the image cache becomes {_shown(new['cache'])}")
    if reasons:
        return RECREATED, tuple(reasons)
    if old["config"] != new["config"]:
        reasons.append("customServiceConfig changes")
    if old["mounts"] != new["mounts"]:
        reasons.append("extraMounts change")
    if old["registered"] != new["registered"]:
        reasons.append("Keystone's catalog " + ("names it" if new["registered"] else "no longer names it"))
    if reasons:
        return ROLLING, tuple(reasons)
    if old["replicas"] != new["replicas"]:
        return SCALED, (f"replicas {old['replicas']} becomes {new['replicas']}",)
    return NONE, ()


def _pending(taken_up: Part, change: Change, old: Part, key: str) -> tuple[str, tuple[str, ...]]:
    """What the operator has yet to do for what the object said before this change."""
    new = api_state(change, change.before, old, key)
    spec = taken_up.get("spec") or {}
    config = str(spec.get("customServiceConfig") or "")
    found = {**new, "config": config, "backends": operator_backends(config)}
    found["storage"] = objects.stated_storage(spec)
    found["cache"] = objects.effective_cache({}, spec)
    action, reasons = effect(found, new)
    return action, tuple(f"{reason} (not taken up by the operator yet)" for reason in reasons)


def _listed(backends: Collection[str]) -> str:
    return ",".join(backends) or "(none)"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or "(none)"


def _claims(part: Part, api: Part | None, live: Live, name: str) -> tuple[Claim, ...]:
    wanted: dict[str, str] = {}
    if api is not None:
        storage, cache = objects.effective_storage(part, api), objects.effective_cache(part, api)
        sizes = {} if storage["external"] else {STAGING_CLAIM: storage["storageRequest"]}
        sizes.update({CACHE_CLAIM: cache} if cache else {})
        for template, size in sizes.items():
            if size:
                wanted |= {claim_name(template, name, index): size for index in range(objects.api_replicas(api))}
    pattern = re.compile(rf"({STAGING_CLAIM}|{CACHE_CLAIM})-{re.escape(name)}-[0-9]+")
    standing = {each: claim for each, claim in live.claims.items() if pattern.fullmatch(each)}
    found = [Claim(each, "kept", _size_note(standing[each], wanted[each])) for each in wanted if each in standing]
    found += [Claim(each, "created", wanted[each]) for each in wanted if each not in standing]
    return (*found, *(Claim(each, "left") for each in sorted(standing) if each not in wanted))


def _size_note(claim: Part, size: str) -> str:
    asked = (((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}).get("storage") or size
    return "" if asked == size else f"keeps its size of {asked}; only new ones get {size}"


def refusals(forecasts: Collection[Forecast], allowed: bool | Collection[str], path: str) -> list[str]:
    """Why the change must not be made: one text per API that would be away; ``path`` is that of the Glance part."""
    found: dict[str, list[Forecast]] = {}
    for each in forecasts:
        accepted = allowed if isinstance(allowed, bool) else each.api in allowed
        if each.action == RECREATED and each.ours and each.ready and not accepted:
            found.setdefault(each.api, []).append(each)
    return [_refusal(key, each, path) for key, each in found.items()]


def _refusal(key: str, forecasts: Collection[Forecast], path: str) -> str:
    reasons = dict.fromkeys(reason for each in forecasts for reason in each.reasons)
    sets = " and ".join(f"{each.statefulset} ({each.ready} ready)" for each in forecasts)
    several = len(forecasts) > 1
    return (
        f"{path}.glanceAPIs.{key}: {'; '.join(reasons)}. For that the operator deletes the StatefulSet"
        f"{'s' if several else ''} {sets} with all pods at once and makes {'them' if several else 'it'} anew: nobody "
        f"can use this API until the new pods are ready. To accept that, give allow_recreate: [{key}]. To do without "
        f"that outage, give the API another name in the topology (glance.api.name of its site, such as {key}-2) and "
        f"two workers: the new one comes up beside {key}, a run after that moves keystoneEndpoint if it names {key}, "
        f"and a run with purge: managed removes {key}. Nova and Cinder of the site then ask glance-{key}-2-internal."
    )
