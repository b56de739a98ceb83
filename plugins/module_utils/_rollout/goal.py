# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live object asks of each Glance API. Only the object is believed, whatever a topology says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, GLANCES, Object, Resource
from ansible_collections.dcn.glance.plugins.module_utils._operators import forecast
from ansible_collections.dcn.glance.plugins.module_utils._operators import glance_spec as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    INSTANCES,
    glance_api_name,
    statefulset_name,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse


class RolloutError(DcnError):
    """Nothing can be waited for; ``reason`` says why in a word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Goal:
    """The object to look at. Without ``keys`` all of its APIs count; ``strict`` demands that it has each key."""

    control_plane: bool
    namespace: str
    name: str
    keys: tuple[str, ...] | None = None
    strict: bool = False

    @property
    def resource(self) -> Resource:
        return CONTROL_PLANES if self.control_plane else GLANCES

    @property
    def label(self) -> str:
        return f"{self.resource.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True)
class Instance:
    """One GlanceAPI and its StatefulSet as they should become. A key of type split has two of them."""

    key: str
    owner: str
    statefulset: str
    replicas: int
    state: Mapping[str, Any] = field(default_factory=dict, compare=False)


def read_goal(params: Mapping[str, Any]) -> Goal:
    """The options of the module. Raises ``InputErrors`` for a topology that is wrong."""
    keys = tuple(dict.fromkeys(params["apis"])) if params.get("apis") is not None else None
    if params.get("topology") is not None:
        asked = desired_glance(parse(params["topology"]))
        own = tuple(api.key for api in asked.apis)
        return Goal(asked.control_plane, asked.namespace, asked.name, own if keys is None else keys, keys is not None)
    name = params.get("control_plane") or params.get("glance") or ""
    return Goal(bool(params.get("control_plane")), params["namespace"], name, keys, keys is not None)


def check(item: Mapping[str, Any] | None, goal: Goal) -> None:
    """Whether there is anything to wait for. Raises ``RolloutError`` if not."""
    if item is None:
        text = f"There is no {goal.label}. Look at the name and the namespace."
        raise RolloutError("not_found", text)
    part = objects.glance_spec(item, goal.control_plane)
    outer = (item.get("spec") or {}).get("glance") or {}
    if goal.control_plane and outer.get("enabled") is False:
        raise RolloutError("disabled", f"Glance is disabled in {goal.label}: spec.glance.enabled is false.")
    missing = [key for key in goal.keys or () if key not in (part.get("glanceAPIs") or {})]
    if missing and goal.strict:
        known = ", ".join(part.get("glanceAPIs") or {}) or "none"
        plural = len(missing) > 1
        raise RolloutError(
            "not_found",
            f"{goal.label} has no Glance API{'s' if plural else ''} {', '.join(missing)}. It has {known}.",
        )


def absent(item: Mapping[str, Any], goal: Goal) -> list[str]:
    """Keys of a topology that the object does not have, or not yet."""
    known = objects.glance_spec(item, goal.control_plane).get("glanceAPIs") or {}
    return [key for key in goal.keys or () if key not in known]


def instances(item: Object, goal: Goal, glance: str) -> list[Instance]:
    """Everything that must be there, in the order of the object. ``glance`` is the name of the Glance."""
    part = objects.glance_spec(item, goal.control_plane)
    outer = item.get("spec") or {} if goal.control_plane else {}
    change = forecast.SpecChange(part, part, outer, objects.glance_spec_path(goal.control_plane))
    found = []
    for key, api in (part.get("glanceAPIs") or {}).items():
        if goal.keys is not None and key not in goal.keys:
            continue
        state = comparable(forecast.api_state(change, part, api or {}, key))
        if not part.get("keystoneEndpoint"):
            state["registered"] = None  # the webhook or the operator chooses
        for instance in INSTANCES.get(objects.api_type(api or {}), ()):
            owner = glance_api_name(glance, key, instance)
            name = statefulset_name(glance, key, instance)
            found.append(Instance(key, owner, name, objects.api_replicas(api or {}), state))
    return found


def comparable(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state in which what only programs add or leave out, such as an empty list in a mount, makes no difference."""
    mounts = [
        {name: _meaning(mounted.get(name) or []) for name in ("volumes", "mounts")} for mounted in state["mounts"]
    ]
    return {**state, "mounts": mounts}


def _meaning(value: Any) -> Any:
    """Without everything that is as if it were not there."""
    if isinstance(value, Mapping):
        inner = {key: _meaning(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in (None, "", False, 0, [])}
    return [_meaning(each) for each in value] if isinstance(value, list) else value
