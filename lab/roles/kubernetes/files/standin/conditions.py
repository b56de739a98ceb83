# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions as the operators write them: Ready first, the others by name; times change only with the condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .names import Object

DONE = {
    "CinderReady": "Cinder resources exist",
    "CreateServiceReady": "Create service completed",
    "CronJobReady": "CronJob completed",
    "DBReady": "DB create completed",
    "DBSyncReady": "DBsync completed",
    "DeploymentReady": "Deployment completed",
    "GlanceAPIReady": "Setup complete",
    "InputReady": "Input data complete",
    "KeystoneEndpointReady": "Setup complete",
    "KeystoneServiceReady": "Setup complete",
    "MariaDBAccountReady": "MariaDBAccount creation complete",
    "MemcachedReady": "Memcached instance has been provisioned",
    "NetworkAttachmentsReady": "NetworkAttachments completed",
    "OpenStackControlPlaneExposeGlanceReady": "OpenStackControlPlane Glance exposed",
    "OpenStackControlPlaneGlanceReady": "OpenStackControlPlane Glance completed",
    "Ready": "Setup complete",
    "RoleBindingReady": "RoleBinding created",
    "RoleReady": "Role created",
    "ServiceAccountReady": "ServiceAccount created",
    "ServiceConfigReady": "Service config create completed",
    "TLSInputReady": "Input data complete",
}

OF_API = tuple(
    "CinderReady CreateServiceReady CronJobReady DeploymentReady InputReady KeystoneEndpointReady MemcachedReady "
    "NetworkAttachmentsReady ServiceConfigReady TLSInputReady".split()
)
OF_GLANCE = tuple(
    "CronJobReady DBReady DBSyncReady GlanceAPIReady InputReady KeystoneServiceReady MariaDBAccountReady "
    "MemcachedReady RoleBindingReady RoleReady ServiceAccountReady ServiceConfigReady".split()
)
OF_PLANE = ("OpenStackControlPlaneExposeGlanceReady", "OpenStackControlPlaneGlanceReady")

# The order in which Ready reports several conditions that are not true.
_URGENCY = {"Error": 0, "Warning": 1, "Info": 2}


@dataclass(frozen=True)
class Problem:
    """A condition that is not true: a Warning needs a change by the user, an Info only time."""

    kind: str
    message: str
    reason: str = "Requested"
    severity: str = "Info"

    @classmethod
    def error(cls, kind: str, message: str) -> Problem:
        return cls(kind, message, "Error", "Warning")

    def of(self, kind: str) -> Problem:
        """The same with another type, as the owner reports it."""
        return Problem(kind, self.message, self.reason, self.severity)


def worst(problems: Iterable[Problem]) -> Problem | None:
    return min(problems, key=lambda problem: _URGENCY[problem.severity], default=None)


def conditions(kinds: Sequence[str], problems: Sequence[Problem], before: Sequence[Object], now: str) -> list[Object]:
    """All conditions of an object; the times of ``before`` stay if nothing else changed."""
    bad: dict[str, Problem] = {problem.kind: problem for problem in problems}
    first = worst(problems)
    if first is not None:
        bad["Ready"] = first.of("Ready")
    old = {condition["type"]: condition for condition in before}
    return [_condition(kind, bad.get(kind), old.get(kind, {}), now) for kind in ("Ready", *sorted(kinds))]


def _condition(kind: str, problem: Problem | None, before: Mapping[str, str], now: str) -> Object:
    if problem is None:
        found = {"type": kind, "status": "True", "reason": "Ready", "message": DONE[kind]}
    else:
        found = {
            "type": kind,
            "status": "False",
            "reason": problem.reason,
            "severity": problem.severity,
            "message": problem.message,
        }
    same = {key: value for key, value in before.items() if key != "lastTransitionTime"} == found
    return {**found, "lastTransitionTime": before["lastTransitionTime"] if same else now}


def find(obj: Object, kind: str) -> Object:
    """A condition in the status of an object; empty if it does not exist."""
    for condition in obj.get("status", {}).get("conditions", []):
        if condition["type"] == kind:
            return dict(condition)
    return {}


def is_true(obj: Object, kind: str) -> bool:
    return bool(find(obj, kind).get("status") == "True")


def problem_of(obj: Object, kind: str, name: str) -> Problem | None:
    """Why a condition of an object is not true, as a condition of another type."""
    found = find(obj, kind)
    if not found or found["status"] == "True":
        return None
    return Problem(name, found.get("message", ""), found.get("reason", ""), found.get("severity", "Info"))
