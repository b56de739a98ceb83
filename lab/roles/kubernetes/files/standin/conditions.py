# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions as the operators write them: Ready first, the others by name; times change only with the condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .names import Object

# What each condition says before it was examined, and when it is true. Without a first text it is absent until then.
TEXTS = {
    "CinderReady": ("Waiting for Cinder resources", "Cinder resources exist"),
    "CreateServiceReady": ("Create service not started", "Create service completed"),
    "CronJobReady": ("CronJob not started", "CronJob completed"),
    "DBReady": ("DB create not started", "DB create completed"),
    "DBSyncReady": ("DB sync not started", "DBsync completed"),
    "DeploymentReady": ("Deployment not started", "Deployment completed"),
    "GlanceAPIReady": ("GlanceAPI not started", "Setup complete"),
    "InputReady": ("Input data not checked", "Input data complete"),
    "KeystoneEndpointReady": ("", "Setup complete"),
    "KeystoneServiceReady": ("", "Setup complete"),
    "MariaDBAccountReady": (None, "MariaDBAccount creation complete"),
    # The operators' text begins with a blank.
    "MemcachedReady": ("Memcached create not started", " Memcached instance has been provisioned"),
    "NetworkAttachmentsReady": ("NetworkAttachments not checked", "NetworkAttachments completed"),
    "NotificationBusInstanceReady": (None, "NotificationBusInstance completed"),
    "OpenStackControlPlaneExposeGlanceReady": (
        "OpenStackControlPlane Glance exposing not started",
        "OpenStackControlPlane Glance exposed",
    ),
    "OpenStackControlPlaneGlanceReady": (
        "OpenStackControlPlane Glance not started",
        "OpenStackControlPlane Glance completed",
    ),
    "Ready": ("Setup started", "Setup complete"),
    "RoleBindingReady": ("RoleBinding not created", "RoleBinding created"),
    "RoleReady": ("Role not created", "Role created"),
    "ServiceAccountReady": ("ServiceAccount not created", "ServiceAccount created"),
    "ServiceConfigReady": ("Service config create not started", "Service config create completed"),
    "TLSInputReady": ("Input data not checked", "Input data complete"),
}

# In the order in which the operators examine them: what stops one leaves those after it unknown.
OF_API = tuple(
    "InputReady MemcachedReady CinderReady TLSInputReady NetworkAttachmentsReady CreateServiceReady "
    "KeystoneEndpointReady ServiceConfigReady DeploymentReady CronJobReady".split()
)
OF_GLANCE = tuple(
    "ServiceAccountReady RoleReady RoleBindingReady NotificationBusInstanceReady MemcachedReady InputReady "
    "MariaDBAccountReady DBReady ServiceConfigReady KeystoneServiceReady DBSyncReady NetworkAttachmentsReady "
    "GlanceAPIReady CronJobReady".split()
)
OF_PLANE = ("OpenStackControlPlaneGlanceReady", "OpenStackControlPlaneExposeGlanceReady")

# The order in which Ready reports several conditions that are not true.
_URGENCY = {"Error": 0, "Warning": 1, "Info": 2, "": 3}
INIT = "Init"


@dataclass(frozen=True)
class Problem:
    """A condition that is not true: a Warning needs a change by the user, an Info only time."""

    kind: str
    message: str
    reason: str = "Requested"
    severity: str = "Info"
    stops: bool = False

    @classmethod
    def error(cls, kind: str, message: str) -> Problem:
        return cls(kind, message, "Error", "Warning")

    def of(self, kind: str) -> Problem:
        """The same with another type, as the owner reports it."""
        return replace(self, kind=kind)

    @classmethod
    def unknown(cls, kind: str) -> Problem:
        """Not examined yet."""
        return cls(kind, TEXTS[kind][0] or "", INIT, "")


def worst(problems: Iterable[Problem]) -> Problem | None:
    return min(problems, key=lambda problem: _URGENCY[problem.severity], default=None)


def conditions(kinds: Sequence[str], problems: Sequence[Problem], before: Sequence[Object], now: str) -> list[Object]:
    """All conditions of an object; the times of ``before`` stay if nothing else changed."""
    bad = {kind: Problem.unknown(kind) for kind in _not_reached(kinds, problems)}
    bad.update({problem.kind: problem for problem in problems})
    first = worst(bad[kind] for kind in kinds if kind in bad)
    if first is not None:
        bad["Ready"] = first.of("Ready") if first.severity else Problem.unknown("Ready")
    old = {condition["type"]: condition for condition in before}
    shown = [
        kind for kind in sorted(kinds) if kind not in bad or bad[kind].reason != INIT or TEXTS[kind][0] is not None
    ]
    return [_condition(kind, bad.get(kind), old.get(kind, {}), now) for kind in ("Ready", *shown)]


def _not_reached(kinds: Sequence[str], problems: Sequence[Problem]) -> Sequence[str]:
    """The conditions after the first problem that stops the reconciliation."""
    stopped = [kinds.index(problem.kind) for problem in problems if problem.stops and problem.kind in kinds]
    return kinds[min(stopped) + 1 :] if stopped else ()


def first_conditions(kinds: Sequence[str], now: str) -> list[Object]:
    """All conditions of an object that the operator sees for the first time."""
    return conditions(kinds, [Problem.unknown(kind) for kind in kinds], (), now)


def _condition(kind: str, problem: Problem | None, before: Mapping[str, str], now: str) -> Object:
    found = {"type": kind, "status": "True", "reason": "Ready", "message": TEXTS[kind][1]}
    if problem is not None:
        found.update(status="False" if problem.severity else "Unknown", reason=problem.reason, message=problem.message)
        if problem.severity:
            found["severity"] = problem.severity
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
    return Problem(name, found.get("message", ""), found.get("reason", ""), found.get("severity", ""))
