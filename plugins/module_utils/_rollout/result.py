# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module glance_rollout returns, and why a rollout did not end."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import EVENTS, PVCS, UNREACHABLE, KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    REVISION,
    counts,
    owned_pods,
    pod_ready,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout import errors as rollout_errors
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import Pending
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, Instance, absent
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import PODS
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import ERROR, Outcome
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnose import last_line_reader, read_list
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnosis import Evidence, diagnose, operator_findings
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import Finding


def rows(outcome: Outcome) -> list[dict[str, Any]]:
    """The APIs in the order of the object."""
    found: dict[str, dict[str, Any]] = {}
    for instance in outcome.instances:
        row = found.setdefault(instance.key, {"api": instance.key, "statefulsets": [], "seconds": 0.0})
        row["statefulsets"].append(_set(outcome, instance))
        track = outcome.tracks[instance.statefulset]
        seconds = outcome.seconds if track.done_since is None else track.seconds
        row["seconds"] = max(row["seconds"], round(seconds, 2))
    return list(found.values())


def _set(outcome: Outcome, instance: Instance) -> dict[str, Any]:
    body = outcome.view.sets.get(instance.statefulset)
    ready = 0
    if body is not None and outcome.view.pods is not None:
        ready = sum(1 for pod in owned_pods(body, outcome.view.pods) if pod_ready(pod))
    elif body is not None:
        ready = counts(body)["readyReplicas"]
    return {
        "name": instance.statefulset,
        "uid": body["metadata"]["uid"] if body is not None else "",
        "replicas": instance.replicas,
        "ready": ready,
        "revision": str(((body or {}).get("status") or {}).get("updateRevision") or ""),
        "action": outcome.tracks[instance.statefulset].action,
    }


def warnings(outcome: Outcome, goal: Goal) -> list[str]:
    """What is worth knowing though it is not wrong."""
    missing = absent(outcome.view.item, goal)
    if not missing:
        return outcome.warnings
    one = len(missing) == 1
    text = f"{goal.label} does not have the Glance API{'' if one else 's'} {', '.join(missing)} of the topology"
    return [*outcome.warnings, f"{text}, so nobody waited for {'it' if one else 'them'}."]


def failure(client: KubeClient, goal: Goal, outcome: Outcome) -> str:
    """The message for a rollout that did not end, with every cause that can be seen."""
    unseen: list[Finding] = []
    keys = len({instance.key for instance in outcome.instances})
    if outcome.trouble is not None:
        unseen.append(Finding("api_unreachable", "Kubernetes API", str(outcome.trouble)))
    pending = outcome.pending
    if outcome.trouble is None or outcome.trouble.reason != UNREACHABLE:
        pending = _explained(client, goal, outcome, unseen)
    if not pending:
        head = f"{goal.label}: all was there after {outcome.seconds:.0f} s, and not for as long as stable_seconds asks."
        return "\n".join([head, *(f"  {found.object}: {found.message}" for found in unseen)])
    if unseen:
        pending = [pending[0].with_findings([*unseen, *pending[0].findings]), *pending[1:]]
    return rollout_errors.message(goal, keys, pending, outcome.seconds, outcome.ended == ERROR)


def _explained(client: KubeClient, goal: Goal, outcome: Outcome, unseen: list[Finding]) -> list[Pending]:
    """The same with what the pods, their claims and the owners tell."""
    by_name = {instance.statefulset: instance for instance in outcome.instances}
    about_pods = any(each.verdict.stage == PODS for each in outcome.pending)
    claims = read_list(client, PVCS, goal.namespace, unseen) if about_pods else []
    events = read_list(client, EVENTS, goal.namespace, unseen) if about_pods else []
    found = []
    for each in outcome.pending:
        instance = by_name.get(each.statefulset)
        if instance is None or (each.complaint and each.verdict.stage != PODS):
            found.append(each)
            continue
        evidence = Evidence(
            instance.statefulset,
            outcome.view.sets.get(instance.statefulset),
            instance.replicas,
            REVISION,
            outcome.view.pods,
            claims,
            events,
            rollout_errors.owners(instance, outcome.view, goal),
            None,
            last_line_reader(client, goal.namespace),
        )
        explain = diagnose if each.verdict.stage == PODS else operator_findings
        found.append(each.with_findings(explain(evidence)))
    return found
