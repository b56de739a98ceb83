# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a change of the Glance part arrived? Judged along the whole way from the object down to each pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube import statefulset as scale_state
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import REVISION, controller
from ansible_collections.dcn.glance.plugins.module_utils._operators import forecast
from ansible_collections.dcn.glance.plugins.module_utils._operators import glance_spec as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import volumes_reaching
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Instance, comparable

#: How far a change has come: the operators have to act, the pods have to become ready, the operator has to say so.
OPERATOR, PODS, READY = "operator", "pods", "ready"

_HASH = "CONFIG_HASH"
_REGISTERED = "keystoneEndpoint"


@dataclass(frozen=True)
class View:
    """What there is now. ``glance`` is the item itself where no control plane owns it; ``pods`` None: not allowed."""

    item: Object
    glance: Object | None = None
    apis: Mapping[str, Object] = field(default_factory=dict)
    sets: Mapping[str, Object] = field(default_factory=dict)
    pods: Sequence[Object] | None = None


@dataclass(frozen=True)
class Verdict:
    """Where a change stands, and what is missing; arrived when nothing is."""

    stage: str = ""
    text: str = ""

    @property
    def done(self) -> bool:
        return not self.stage


def judge(instance: Instance, view: View) -> Verdict:
    """The first thing on the way down that is not as it should be."""
    missing = _above(view) or _api(instance, view) or _statefulset(instance, view)
    if missing:
        return Verdict(OPERATOR, missing)
    statefulset = view.sets[instance.statefulset]
    found = scale_state.judge(statefulset, view.pods, instance.replicas, REVISION)
    if not found.done:
        return Verdict(PODS, found.waiting_for)
    strangers = _strangers(statefulset, view.pods or ())
    if strangers:
        return Verdict(PODS, f"{', '.join(strangers)} of an earlier StatefulSet {instance.statefulset} still there")
    unready = _undeclared(view.apis[instance.owner]) if instance.replicas else ""
    return Verdict(READY, unready) if unready else Verdict()


def overall(view: View, complete: bool) -> str:
    """What is missing for the object as a whole; ``complete`` demands that APIs which it no longer has are gone."""
    missing = _above(view)
    if missing or view.glance is None or not complete:
        return missing
    uid = view.glance["metadata"]["uid"]
    known = (view.glance.get("spec") or {}).get("glanceAPIs") or {}
    left = [
        name
        for name, api in view.apis.items()
        if (controller(api) or {}).get("uid") == uid
        and (api["metadata"].get("labels") or {}).get("api-name") not in known
    ]
    return f"GlanceAPI {', '.join(left)} is to be removed and still there" if left else ""


def behind(body: Mapping[str, Any], must: bool = False) -> str:
    """What the operator has not looked at yet. Not every version of every kind tells; ``must`` demands that it does."""
    generation = int(body["metadata"].get("generation") or 0)
    observed = (body.get("status") or {}).get("observedGeneration")
    if observed is None and not must or int(observed or 0) >= generation:
        return ""
    title = f"{body.get('kind', '')} {body['metadata']['name']}".strip()
    return f"{title}: its operator has looked at generation {int(observed or 0)} of {generation}"


def _above(view: View) -> str:
    missing = behind(view.item)
    if missing:
        return missing
    if view.glance is None:
        return "its operator has not made the Glance yet"
    return behind(view.glance)


def _api(instance: Instance, view: View) -> str:
    """The GlanceAPI: there, this Glance's, with all that the object says, and looked at."""
    name, api = instance.owner, view.apis.get(instance.owner)
    if api is None:
        return f"GlanceAPI {name} does not exist yet"
    if api["metadata"].get("deletionTimestamp"):
        return f"GlanceAPI {name} is being deleted"
    if view.glance is not None and (controller(api) or {}).get("uid") != view.glance["metadata"]["uid"]:
        return f"GlanceAPI {name} belongs to an earlier Glance"
    have = _state(api, instance.key)
    if instance.state.get("registered") is None:
        have["registered"] = None
    reasons = forecast.effect(have, instance.state)[1]
    if reasons:
        return f"not yet in GlanceAPI {name}: {'; '.join(reasons)}"
    return behind(api, must=True)


def _state(api: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What a GlanceAPI has of all that its pods depend on, in the words of a forecast."""
    spec = api.get("spec") or {}
    config = str(spec.get("customServiceConfig") or "")
    return comparable(
        {
            "backends": operator_backends(config),
            "storage": objects.stated_storage(spec),
            "cache": objects.effective_cache({}, spec),
            "config": config,
            "mounts": [volumes.content for volumes in volumes_reaching(spec, {}, key, "spec")],
            "registered": (api["metadata"].get("annotations") or {}).get(_REGISTERED) == "true",
            "replicas": objects.api_replicas(spec),
        }
    )


def _statefulset(instance: Instance, view: View) -> str:
    """The StatefulSet: there, this GlanceAPI's, with the current configuration and number."""
    name, statefulset, api = instance.statefulset, view.sets.get(instance.statefulset), view.apis[instance.owner]
    if statefulset is None:
        return f"StatefulSet {name} does not exist yet"
    if statefulset["metadata"].get("deletionTimestamp"):
        return f"StatefulSet {name} is being deleted"
    if (controller(statefulset) or {}).get("uid") != api["metadata"]["uid"]:
        return f"StatefulSet {name} belongs to an earlier GlanceAPI"
    asked = str(((api.get("status") or {}).get("hash") or {}).get("input") or "")
    hashes = _hashes(statefulset)
    if asked and hashes and hashes != {asked}:
        return f"StatefulSet {name} does not have the current configuration yet"
    have = scale_state.asked(statefulset)
    return (
        f"StatefulSet {name} has spec.replicas {have}, not yet {instance.replicas}" if have != instance.replicas else ""
    )


def _hashes(statefulset: Mapping[str, Any]) -> set[str]:
    """The configurations that the containers of the template are made for; empty where they do not tell."""
    containers = inside(statefulset, "spec", "template", "spec").get("containers") or []
    return {
        str(variable.get("value") or "")
        for container in containers
        for variable in container.get("env") or []
        if variable.get("name") == _HASH
    }


def inside(body: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The mapping at a path; an empty one where there is none."""
    for part in path:
        body = body.get(part) or {}
    return body


def _strangers(statefulset: Object, pods: Sequence[Object]) -> list[str]:
    """Pods that a StatefulSet of the same name has left, which the new one does not count."""
    uid = statefulset["metadata"]["uid"]
    return [
        str(pod["metadata"]["name"])
        for pod in scale_state.owned_pods(statefulset, pods)
        if (controller(pod) or {"uid": uid}).get("uid") != uid
    ]


def _undeclared(api: Mapping[str, Any]) -> str:
    """What the GlanceAPI still waits for. It is told only after all else: alone it would prove nothing."""
    conditions = (api.get("status") or {}).get("conditions") or []
    states = {each.get("type"): each for each in conditions}
    if not conditions or (states.get("Ready") or {}).get("status") == "True":
        return ""
    open_ones = [each for each in conditions if each.get("status") != "True"]
    told = sorted(open_ones, key=lambda each: each.get("type") == "Ready")[:1]
    text = "".join(f": {each.get('type')}: {each.get('message') or 'no message'}" for each in told)
    return f"GlanceAPI {api['metadata']['name']} is not Ready{text}"
