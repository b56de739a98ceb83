# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions as the operators write them: Ready first, the others by name, times kept while nothing changes."""

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

# Which of several conditions that are not true is told first.
_URGENCY = {"Error": 0, "Warning": 1, "Info": 2}


@dataclass(frozen=True)
class Trouble:
    """A condition that is not true: a Warning needs somebody, an Info only time."""

    kind: str
    message: str
    reason: str = "Requested"
    severity: str = "Info"

    @classmethod
    def error(cls, kind: str, message: str) -> Trouble:
        return cls(kind, message, "Error", "Warning")

    def of(self, kind: str) -> Trouble:
        """The same under another name, as an owner mirrors it."""
        return Trouble(kind, self.message, self.reason, self.severity)


def worst(troubles: Iterable[Trouble]) -> Trouble | None:
    return min(troubles, key=lambda trouble: _URGENCY[trouble.severity], default=None)


def conditions(kinds: Sequence[str], troubles: Sequence[Trouble], before: Sequence[Object], now: str) -> list[Object]:
    """All conditions of an object; those of ``before`` keep their time where nothing else changed."""
    bad: dict[str, Trouble] = {trouble.kind: trouble for trouble in troubles}
    first = worst(troubles)
    if first is not None:
        bad["Ready"] = first.of("Ready")
    old = {condition["type"]: condition for condition in before}
    return [_condition(kind, bad.get(kind), old.get(kind, {}), now) for kind in ("Ready", *sorted(kinds))]


def _condition(kind: str, trouble: Trouble | None, before: Mapping[str, str], now: str) -> Object:
    if trouble is None:
        found = {"type": kind, "status": "True", "reason": "Ready", "message": DONE[kind]}
    else:
        found = {
            "type": kind,
            "status": "False",
            "reason": trouble.reason,
            "severity": trouble.severity,
            "message": trouble.message,
        }
    same = {key: value for key, value in before.items() if key != "lastTransitionTime"} == found
    return {**found, "lastTransitionTime": before["lastTransitionTime"] if same else now}


def find(obj: Object, kind: str) -> Object:
    """A condition in an object's status; empty where it has none."""
    for condition in obj.get("status", {}).get("conditions", []):
        if condition["type"] == kind:
            return dict(condition)
    return {}


def is_true(obj: Object, kind: str) -> bool:
    return bool(find(obj, kind).get("status") == "True")


def trouble_of(obj: Object, kind: str, name: str) -> Trouble | None:
    """What keeps an object's condition from being true, under another name."""
    found = find(obj, kind)
    if not found or found["status"] == "True":
        return None
    return Trouble(name, found.get("message", ""), found.get("reason", ""), found.get("severity", "Info"))
