# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a change of the Glance part has progressed, from the object down to each pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    REVISION,
    controller,
    spec_replicas,
    statefulset_status,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import (
    effect,
    glance_api_state,
    has_old_config,
    not_observed,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    OPERATOR_STAGE,
    PODS_STAGE,
    READY_STAGE,
    DesiredInstance,
    ObservedState,
    Progress,
)


def judge(instance: DesiredInstance, observed: ObservedState) -> Progress:
    """The first step from the object down to the pods that is not complete."""
    missing = _item_and_glance(observed) or _glance_api(instance, observed) or _statefulset(instance, observed)
    if missing:
        return Progress(OPERATOR_STAGE, missing)
    statefulset = observed.statefulsets[instance.statefulset]
    status = statefulset_status(statefulset, observed.pods, instance.replicas, REVISION)
    if not status.done:
        return Progress(PODS_STAGE, status.waiting_for)
    not_ready = _not_ready(observed.apis[instance.owner]) if instance.replicas else ""
    return Progress(READY_STAGE, not_ready) if not_ready else Progress()


def judge_item(observed: ObservedState, complete: bool) -> str:
    """What is missing for the whole object. ``complete``: APIs that were removed from the object must be gone."""
    missing = _item_and_glance(observed)
    if missing or observed.glance is None or not complete:
        return missing
    uid = observed.glance["metadata"]["uid"]
    known = (observed.glance.get("spec") or {}).get("glanceAPIs") or {}
    left = [
        name
        for name, api in observed.apis.items()
        if (controller(api) or {}).get("uid") == uid
        and (api["metadata"].get("labels") or {}).get("api-name") not in known
    ]
    return f"GlanceAPI {', '.join(left)} should be removed but still exists" if left else ""


def _item_and_glance(observed: ObservedState) -> str:
    missing = not_observed(observed.item)
    if missing:
        return missing
    if observed.glance is None:
        return "its operator has not created the Glance yet"
    return not_observed(observed.glance)


def _glance_api(instance: DesiredInstance, observed: ObservedState) -> str:
    """The GlanceAPI must exist, belong to this Glance, have the desired state, and be observed."""
    name, api = instance.owner, observed.apis.get(instance.owner)
    if api is None:
        return f"GlanceAPI {name} does not exist yet"
    if api["metadata"].get("deletionTimestamp"):
        return f"GlanceAPI {name} is being deleted"
    if observed.glance is not None and (controller(api) or {}).get("uid") != observed.glance["metadata"]["uid"]:
        return f"GlanceAPI {name} belongs to an earlier Glance"
    differences = effect(glance_api_state(api, instance.key), instance.state)[1]
    if differences:
        return f"not yet in GlanceAPI {name}: {'; '.join(differences)}"
    return not_observed(api, required=True)


def _statefulset(instance: DesiredInstance, observed: ObservedState) -> str:
    """The StatefulSet must exist, belong to this GlanceAPI, and have the current configuration and replicas."""
    name, api = instance.statefulset, observed.apis[instance.owner]
    statefulset = observed.statefulsets.get(name)
    if statefulset is None:
        return f"StatefulSet {name} does not exist yet"
    if statefulset["metadata"].get("deletionTimestamp"):
        return f"StatefulSet {name} is being deleted"
    if (controller(statefulset) or {}).get("uid") != api["metadata"]["uid"]:
        return f"StatefulSet {name} belongs to an earlier GlanceAPI"
    if has_old_config(api, statefulset):
        return f"StatefulSet {name} does not have the current configuration yet"
    replicas = spec_replicas(statefulset)
    if replicas != instance.replicas:
        return f"StatefulSet {name} has spec.replicas {replicas}, not yet {instance.replicas}"
    return ""


def _not_ready(api: Mapping[str, Any]) -> str:
    """Why the GlanceAPI does not report Ready. This is checked last, because alone it would prove nothing."""
    conditions = (api.get("status") or {}).get("conditions") or []
    by_type = {each.get("type"): each for each in conditions}
    if not conditions or (by_type.get("Ready") or {}).get("status") == "True":
        return ""
    unmet = [each for each in conditions if each.get("status") != "True"]
    first = sorted(unmet, key=lambda each: each.get("type") == "Ready")[:1]
    text = "".join(f": {each.get('type')}: {each.get('message') or 'no message'}" for each in first)
    return f"GlanceAPI {api['metadata']['name']} is not Ready{text}"
