# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a change has not reached every pod: errors that operators report, and one message about all that is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import GLANCE_APIS, GLANCES, Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import not_observed
from ansible_collections.dcn.glance.plugins.module_utils._rollout.job_causes import JOB
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    OPERATOR_STAGE,
    PODS_STAGE,
    READY_STAGE,
    STORES_STAGE,
    DesiredInstance,
    ObservedState,
    Pending,
    Progress,
    RolloutTarget,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause, Owner

_OPERATOR_ADVICE = (
    "Check whether the operators are running (openstack-operator and glance-operator, often in namespace "
    "openstack-operators), and their logs."
)
_ERROR_ADVICE = "Correct the error that the operator reports; it retries by itself."
_JOB_ADVICE = "Correct the error of the Job. If its operator does not create it again, delete the Job."
_PODS_ADVICE = "Correct the errors of the pods; Kubernetes retries by itself."
_STORES_ADVICE = (
    "Correct the configuration of these APIs: customServiceConfig, also that at the top, which an API without its own "
    "inherits, and customServiceConfigSecrets."
)
_AGAIN = "This task changed nothing; run it again to continue the wait."


def operator_error(
    instance: DesiredInstance | None, progress: Progress, observed: ObservedState, target: RolloutTarget
) -> str:
    """The error that an operator reports about the current generation; that of the object nearest to the pods."""
    if progress.done:
        return ""
    api = observed.apis.get(instance.owner) if instance is not None else None
    if api is not None and not not_observed(api, required=True):
        found = _error_condition(api, f"GlanceAPI {api['metadata']['name']}", True)
        if found:
            return found
    if progress.stage != OPERATOR_STAGE:
        return ""
    if observed.glance is not None and not not_observed(observed.glance):
        found = _error_condition(observed.glance, f"Glance {observed.glance['metadata']['name']}", True)
        if found:
            return found
    if not_observed(observed.item):
        return ""
    return _error_condition(observed.item, target.label, not target.control_plane)


def _error_condition(body: Mapping[str, Any], title: str, every: bool) -> str:
    """The first condition that is an error; of a control plane only those about Glance."""
    conditions = (body.get("status") or {}).get("conditions") or []
    errors = [
        each
        for each in conditions
        if each.get("status") == "False"
        and each.get("reason") == "Error"
        and (every or "Glance" in each.get("type", ""))
    ]
    for each in sorted(errors, key=lambda condition: condition.get("type") == "Ready"):
        return f"{title}: {each.get('type')}: {each.get('message') or 'no message'}"
    return ""


def owners_of(instance: DesiredInstance | None, observed: ObservedState, target: RolloutTarget) -> list[Owner]:
    """The owners of a StatefulSet, the nearest first; without an instance those of all. For a diagnosis."""
    found = []
    if instance is not None and instance.owner in observed.apis:
        found.append(Owner(GLANCE_APIS, observed.apis[instance.owner]))
    if observed.glance is not None:
        found.append(Owner(GLANCES, observed.glance))
    if target.control_plane:
        found.append(Owner(target.resource, _only_about_glance(observed.item)))
    return found


def _only_about_glance(item: Object) -> Object:
    """A control plane without the conditions of other services."""
    status = dict(item.get("status") or {})
    status["conditions"] = [each for each in status.get("conditions") or [] if "Glance" in each.get("type", "")]
    return {**item, "status": status}


def failure_message(
    target: RolloutTarget, keys: int, pending: Sequence[Pending], seconds: float, operator_failed: bool
) -> str:
    """What is missing where, why, and what to do. ``keys`` is the number of Glance APIs."""
    late = list(dict.fromkeys(each.key for each in pending if each.key))
    where = f" in {len(late)} of {keys} Glance APIs ({', '.join(late)})" if late else ""
    reason = "an operator reports an error" if operator_failed else "timeout"
    if pending and all(each.progress.stage == STORES_STAGE for each in pending):
        reason = "pods do not serve their stores"
    lines = [f"{target.label}: {reason} after {seconds:.0f} s; the change is not complete{where}."]
    known: set[Cause] = set()
    for each in pending:
        lines.append(f"  {_line(each)}")
        lines += [f"    {cause.object}: {cause.message}" for cause in each.causes if cause not in known]
        known.update(each.causes)
    return "\n".join([*lines, _advice(pending)])


def _line(pending: Pending) -> str:
    """What is missing, and the error of the operator, which alone is enough when all pods are ready."""
    title = f"Glance API {pending.key}, {pending.statefulset}: " if pending.key else ""
    if not pending.operator_error:
        return f"{title}{pending.progress.text}."
    error = f"error of {pending.operator_error.rstrip('.')}."
    return title + (error if pending.progress.stage == READY_STAGE else f"{pending.progress.text}; {error}")


def _advice(pending: Sequence[Pending]) -> str:
    found = []
    if any(each.operator_error for each in pending):
        found.append(_ERROR_ADVICE)
    if any(cause.reason == JOB for each in pending for cause in each.causes):
        found.append(_JOB_ADVICE)
    elif any(each.progress.stage in (OPERATOR_STAGE, READY_STAGE) for each in pending):
        found.append(_OPERATOR_ADVICE)
    if any(each.progress.stage == PODS_STAGE for each in pending):
        found.append(_PODS_ADVICE)
    if any(each.progress.stage == STORES_STAGE for each in pending):
        found.append(_STORES_ADVICE)
    return " ".join([*found, _AGAIN])
