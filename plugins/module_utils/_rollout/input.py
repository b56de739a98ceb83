# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to wait for: the options of glance_rollout, and what the live object specifies for each Glance API.

The live object decides what is desired. The topology only names it and its APIs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.hub_api import current_key
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import SpecChange, api_state
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_replicas,
    api_type,
    glance_spec,
    glance_spec_path,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    INSTANCES,
    glance_api_name,
    statefulset_name,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    DesiredInstance,
    RolloutError,
    RolloutTarget,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse


def read_target(params: Mapping[str, Any]) -> RolloutTarget:
    """Read the options of the module. Raises ``InputErrors`` for an invalid topology."""
    keys = tuple(dict.fromkeys(params["apis"])) if params.get("apis") is not None else None
    if params.get("topology") is not None:
        desired = desired_glance(parse(params["topology"]))
        if keys is None:
            own = tuple(api.key for api in desired.apis)
            return RolloutTarget(desired.control_plane, desired.namespace, desired.name, own, False, desired.endpoint)
        return RolloutTarget(desired.control_plane, desired.namespace, desired.name, keys, True)
    name = params.get("control_plane") or params.get("glance") or ""
    return RolloutTarget(bool(params.get("control_plane")), params["namespace"], name, keys, keys is not None)


def check_target(item: Mapping[str, Any] | None, target: RolloutTarget) -> None:
    """Raise ``RolloutError`` if there is nothing to wait for."""
    if item is None:
        raise RolloutError("not_found", f"{target.label} does not exist. Check the name and the namespace.")
    outer = (item.get("spec") or {}).get("glance") or {}
    if target.control_plane and outer.get("enabled") is False:
        raise RolloutError("disabled", f"Glance is disabled in {target.label}: spec.glance.enabled is false.")
    missing = missing_keys(item, target)
    if missing and target.strict:
        known = ", ".join(glance_spec(item, target.control_plane).get("glanceAPIs") or {}) or "none"
        title = "Glance APIs" if len(missing) > 1 else "Glance API"
        text = f"{target.label} has no {title} {', '.join(missing)}. Its Glance APIs are: {known}."
        raise RolloutError("not_found", text)


def missing_keys(item: Mapping[str, Any], target: RolloutTarget) -> list[str]:
    """The requested keys that the object does not have."""
    known = glance_spec(item, target.control_plane).get("glanceAPIs") or {}
    return [key for key in target_keys(item, target) or () if key not in known]


def target_keys(item: Mapping[str, Any], target: RolloutTarget) -> tuple[str, ...] | None:
    """The keys of the APIs to wait for, with the name that the API of the hub has in the object; None: all."""
    if target.keys is None or not target.hub:
        return target.keys
    current = current_key(target.hub, item, target.control_plane)
    return tuple(current if key == target.hub else key for key in target.keys)


def desired_instances(item: Object, target: RolloutTarget, glance: str) -> list[DesiredInstance]:
    """The desired instances, in the order of the object. ``glance`` is the name of the Glance."""
    part = glance_spec(item, target.control_plane)
    outer = item.get("spec") or {} if target.control_plane else {}
    change = SpecChange(part, part, outer, glance_spec_path(target.control_plane))
    found = []
    keys = target_keys(item, target)
    for key, api in (part.get("glanceAPIs") or {}).items():
        if keys is not None and key not in keys:
            continue
        state = api_state(change, part, api or {}, key)
        for instance in INSTANCES.get(api_type(api or {}), ()):
            owner = glance_api_name(glance, key, instance)
            name = statefulset_name(glance, key, instance)
            found.append(DesiredInstance(key, owner, name, api_replicas(api or {}), state))
    return found
