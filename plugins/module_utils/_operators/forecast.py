# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecast of the effect of a change of the Glance spec on each StatefulSet and its PVCs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import (
    NONE,
    RECREATED,
    ROLLING,
    SCALED,
    SEVERITY,
    SpecChange,
    api_state,
    effect,
    glance_api_state,
    glance_state,
    not_rolled_out,
    version_state,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    Object,
    api_replicas,
    api_type,
    effective_cache,
    effective_storage,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    CACHE_CLAIM,
    INSTANCES,
    STAGING_CLAIM,
    claim_name,
    glance_api_name,
    statefulset_name,
)

CREATED, REMOVED = "created", "removed"
KEPT, LEFT = "kept", "left"

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class OperatorObjects:
    """The objects that the operators have created in the namespace, by name. ``glance`` is the name of the Glance.

    ``glance_object`` is the Glance itself, ``version`` the OpenStackVersion of the control plane; empty where they do
    not exist yet.
    """

    glance: str
    apis: Mapping[str, Object] = field(default_factory=dict)
    statefulsets: Mapping[str, Object] = field(default_factory=dict)
    claims: Mapping[str, Object] = field(default_factory=dict)
    glance_object: Mapping[str, Any] = field(default_factory=dict, repr=False)
    version: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def ready(self, key: str, kind: str) -> int:
        """Ready pods of an API; of a split one those of the external instance."""
        return ready_pods(self.statefulsets.get(statefulset_name(self.glance, key, INSTANCES[kind][0])))

    def complete(self, key: str, kind: str) -> int:
        """Ready pods of the instance of an API that has the fewest."""
        names = [statefulset_name(self.glance, key, instance) for instance in INSTANCES[kind]]
        return min(ready_pods(self.statefulsets.get(name)) for name in names)


@dataclass(frozen=True)
class ClaimForecast:
    """A PVC: created, kept, or left over without a pod."""

    name: str
    action: str
    note: str = ""


@dataclass(frozen=True)
class Forecast:
    """One StatefulSet. ``own``: the cause is this change, not an earlier one that the operator has not applied yet."""

    statefulset: str
    api: str
    action: str
    reasons: tuple[str, ...] = ()
    ready: int = 0
    claims: tuple[ClaimForecast, ...] = ()
    own: bool = True


def ready_pods(statefulset: Mapping[str, Any] | None) -> int:
    """Ready pods of a StatefulSet."""
    return int(((statefulset or {}).get("status") or {}).get("readyReplicas") or 0)


def forecast(change: SpecChange, objects: OperatorObjects) -> list[Forecast]:
    """Every StatefulSet of every API before or after, in the order of the object."""
    before, after = change.before.get("glanceAPIs") or {}, change.after.get("glanceAPIs") or {}
    found = []
    for key in dict.fromkeys([*before, *after]):
        api = after.get(key, before.get(key)) or {}
        for instance in INSTANCES.get(api_type(api), ()):
            owner = glance_api_name(objects.glance, key, instance)
            found.append(_one(change, objects, key, owner, statefulset_name(objects.glance, key, instance)))
    return found


def _one(change: SpecChange, objects: OperatorObjects, key: str, owner: str, name: str) -> Forecast:
    old = (change.before.get("glanceAPIs") or {}).get(key)
    new = (change.after.get("glanceAPIs") or {}).get(key)
    current = objects.statefulsets.get(name)
    ready = ready_pods(current)
    claims = _claims(change.after, new, objects, name)
    if new is None:
        return Forecast(name, key, REMOVED, ("the API is removed",), ready, claims)
    if old is None:
        return Forecast(name, key, CREATED, ("the API is new",), ready, claims)
    if current is None:
        return Forecast(name, key, CREATED, ("the operator has not created it yet",), 0, claims, own=False)
    action, reasons = effect(api_state(change, change.before, old, key), api_state(change, change.after, new, key))
    late, late_reasons = _pending(objects, change, old, key, owner, current)
    own = SEVERITY.index(action) >= SEVERITY.index(late) and action != NONE
    action, reasons = (action, (*reasons, *late_reasons)) if own else (late, (*late_reasons, *reasons))
    if action == ROLLING and ready == 1:
        reasons = (*reasons, "its only ready pod restarts, and the API is unavailable during the restart")
    return Forecast(name, key, action, reasons, ready, claims, own)


def _pending(
    objects: OperatorObjects, change: SpecChange, api: Spec, key: str, owner: str, statefulset: Spec
) -> tuple[str, tuple[str, ...]]:
    """What the operators have not applied yet of changes before this one."""
    glance_api = objects.apis.get(owner)
    if glance_api is None:
        return NONE, ()
    stated = api_state(change, change.before, api, key)
    above = [glance_state(objects.glance_object, key), version_state(objects.version, objects.glance_object, key)]
    known = {name: value for state in above for name, value in state.items() if value is not None}
    action, reasons = effect(glance_api_state(glance_api, key), {**stated, **known})
    late = not_rolled_out(glance_api, statefulset)
    if late and action in (NONE, SCALED):
        action = ROLLING
    return action, tuple(f"{reason} (not yet applied by the operator)" for reason in (*reasons, *late))


def _claims(glance: Spec, api: Spec | None, objects: OperatorObjects, statefulset: str) -> tuple[ClaimForecast, ...]:
    wanted: dict[str, str] = {}
    if api is not None:
        storage, cache = effective_storage(glance, api), effective_cache(glance, api)
        sizes = {} if storage["external"] else {STAGING_CLAIM: storage["storageRequest"]}
        sizes.update({CACHE_CLAIM: cache} if cache else {})
        for template, size in sizes.items():
            if size:
                wanted |= {claim_name(template, statefulset, index): size for index in range(api_replicas(api))}
    pattern = re.compile(rf"({STAGING_CLAIM}|{CACHE_CLAIM})-{re.escape(statefulset)}-[0-9]+")
    existing = {name: claim for name, claim in objects.claims.items() if pattern.fullmatch(name)}
    found = [ClaimForecast(name, KEPT, _size_note(existing[name], wanted[name])) for name in wanted if name in existing]
    found += [ClaimForecast(name, CREATED, wanted[name]) for name in wanted if name not in existing]
    return (*found, *(ClaimForecast(name, LEFT) for name in sorted(existing) if name not in wanted))


def _size_note(claim: Spec, size: str) -> str:
    asked = (((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}).get("storage") or size
    return "" if asked == size else f"keeps its size of {asked}; only new PVCs get {size}"


def recreation_problems(forecasts: Collection[Forecast], allowed: bool | Collection[str], path: str) -> dict[str, str]:
    """Why the change is refused, by API that would be unavailable. ``path`` is that of the Glance spec."""
    found: dict[str, list[Forecast]] = {}
    for each in forecasts:
        accepted = allowed if isinstance(allowed, bool) else each.api in allowed
        if each.action == RECREATED and each.own and each.ready and not accepted:
            found.setdefault(each.api, []).append(each)
    return {key: _recreation_problem(key, each, path) for key, each in found.items()}


def _recreation_problem(key: str, forecasts: Collection[Forecast], path: str) -> str:
    reasons = dict.fromkeys(reason for each in forecasts for reason in each.reasons)
    names = " and ".join(f"{each.statefulset} ({each.ready} ready)" for each in forecasts)
    several = len(forecasts) > 1
    return (
        f"{path}.glanceAPIs.{key}: {'; '.join(reasons)}. For this change the operator deletes the StatefulSet"
        f"{'s' if several else ''} {names} with all pods at once and recreates {'them' if several else 'it'}: this API "
        f"is unavailable until the new pods are ready. To accept that, set allow_recreate: [{key}]. To avoid the "
        f"outage of an API that keystoneEndpoint names, run the playbook dcn.glance.add_store. For another API, set "
        f"another name in the topology (glance.api.name of its site, such as {key}-2) and two workers: the new API "
        f"starts in parallel with {key}, and a run with purge: managed removes {key}. Nova and Cinder of the site then "
        f"use glance-{key}-2-internal."
    )
