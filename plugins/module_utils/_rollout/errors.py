# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a change: errors that the operators tell, and one message for everything that is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import GLANCE_APIS, GLANCES, Object
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, Instance
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import (
    OPERATOR,
    PODS,
    READY,
    Verdict,
    View,
    behind,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import Owner
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import Finding

_OPERATOR_ADVICE = (
    "Look whether the operators run (openstack-operator and glance-operator, often in namespace openstack-operators), "
    "and at their logs."
)
_ERROR_ADVICE = "Correct what the operator complains about; it tries again by itself."
_PODS_ADVICE = "Correct what is said about the pods; Kubernetes tries again by itself."
_AGAIN = "Nothing was changed here, and another run waits again."


@dataclass(frozen=True)
class Pending:
    """One StatefulSet that is not there yet; without a name it is about the object as a whole."""

    key: str
    statefulset: str
    verdict: Verdict
    complaint: str = ""
    findings: tuple[Finding, ...] = ()

    def row(self) -> dict[str, str]:
        """As the module returns it."""
        found = {"api": self.key, "statefulset": self.statefulset, "stage": self.verdict.stage}
        return {**found, "reason": self.verdict.text, "error": self.complaint}

    def with_findings(self, findings: Sequence[Finding]) -> Pending:
        return replace(self, findings=tuple(findings))


def complaint(instance: Instance | None, verdict: Verdict, view: View, goal: Goal) -> str:
    """The error that an operator tells about what it has looked at last; that of the object nearest to the pods."""
    if verdict.done:
        return ""
    api = view.apis.get(instance.owner) if instance is not None else None
    if api is not None and not behind(api, must=True):
        found = _error(api, f"GlanceAPI {api['metadata']['name']}", True)
        if found:
            return found
    if verdict.stage != OPERATOR:
        return ""
    if view.glance is not None and not behind(view.glance):
        found = _error(view.glance, f"Glance {view.glance['metadata']['name']}", True)
        if found:
            return found
    return _error(view.item, goal.label, not goal.control_plane) if not behind(view.item) else ""


def _error(body: Mapping[str, Any], title: str, every: bool) -> str:
    """The first condition that is an error; of a control plane only those about Glance."""
    conditions = (body.get("status") or {}).get("conditions") or []
    wrong = [
        each
        for each in conditions
        if each.get("status") == "False"
        and each.get("reason") == "Error"
        and (every or "Glance" in each.get("type", ""))
    ]
    for each in sorted(wrong, key=lambda condition: condition.get("type") == "Ready"):
        return f"{title}: {each.get('type')}: {each.get('message') or 'no message'}"
    return ""


def owners(instance: Instance, view: View, goal: Goal) -> list[Owner]:
    """Who stands above a StatefulSet, the nearest first, for a diagnosis."""
    found = []
    if instance.owner in view.apis:
        found.append(Owner(GLANCE_APIS, view.apis[instance.owner]))
    if view.glance is not None:
        found.append(Owner(GLANCES, view.glance))
    if goal.control_plane:
        found.append(Owner(goal.resource, _about_glance(view.item)))
    return found


def _about_glance(item: Object) -> Object:
    """A control plane without what it tells of other services."""
    status = dict(item.get("status") or {})
    status["conditions"] = [each for each in status.get("conditions") or [] if "Glance" in each.get("type", "")]
    return {**item, "status": status}


def message(goal: Goal, keys: int, pending: Sequence[Pending], seconds: float, gave_up: bool) -> str:
    """The whole story: what is missing where, why, and what to do."""
    late = list(dict.fromkeys(each.key for each in pending if each.key))
    where = f" at {len(late)} of {keys} Glance APIs ({', '.join(late)})" if late else ""
    cause = "an operator reports an error, and " if gave_up else ""
    lines = [f"{goal.label}: {cause}after {seconds:.0f} s the change has not arrived{where}."]
    told: set[Finding] = set()
    for each in pending:
        lines.append(f"  {_line(each)}")
        lines += [f"    {found.object}: {found.message}" for found in each.findings if found not in told]
        told.update(each.findings)
    return "\n".join([*lines, _advice(pending)])


def _line(pending: Pending) -> str:
    """What is missing, and the operator's own words, which say it better where all else is there."""
    title = f"Glance API {pending.key}, {pending.statefulset}: " if pending.key else ""
    if not pending.complaint:
        return f"{title}{pending.verdict.text}."
    error = f"error of {pending.complaint.rstrip('.')}."
    return title + (error if pending.verdict.stage == READY else f"{pending.verdict.text}; {error}")


def _advice(pending: Sequence[Pending]) -> str:
    found = []
    if any(each.complaint for each in pending):
        found.append(_ERROR_ADVICE)
    if any(each.verdict.stage in (OPERATOR, READY) for each in pending):
        found.append(_OPERATOR_ADVICE)
    if any(each.verdict.stage == PODS for each in pending):
        found.append(_PODS_ADVICE)
    return " ".join([*found, _AGAIN])
