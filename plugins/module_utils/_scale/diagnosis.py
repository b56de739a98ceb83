# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a StatefulSet does not get where it should: one line for each cause, the most telling ones first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    AVAILABLE,
    REVISION,
    asked,
    controller,
    counts,
    ordinal_of,
    owned_pods,
    pod_ready,
    revision,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale import pod_causes as scale_pods
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import Owner, Place, inside
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import Finding


@dataclass(frozen=True)
class Evidence:
    """What could be read when the time was over. What is None could not be read."""

    name: str
    statefulset: Object | None
    replicas: int
    mode: str
    pods: Sequence[Object] | None
    claims: Sequence[Object] = ()
    events: Sequence[Object] = ()
    owners: Sequence[Owner] = ()
    place: Place | None = None
    last_line: Callable[[str, str], str] = field(default=lambda pod, container: "", repr=False)


def diagnose(evidence: Evidence) -> list[Finding]:
    """Everything that was found; a set that is all right gives nothing."""
    statefulset = evidence.statefulset
    if statefulset is None:
        text = f"StatefulSet {evidence.name} does not exist"
        return [
            Finding("missing", evidence.name, f"{text}; its operator has not made it again"),
            *operator_findings(evidence),
        ]
    found: list[Finding] = []
    if statefulset["metadata"].get("deletionTimestamp"):
        holders = statefulset["metadata"].get("finalizers") or []
        found.append(Finding("terminating", evidence.name, f"the StatefulSet is being deleted, held by {holders}"))
    if asked(statefulset) != evidence.replicas:
        return [*found, *_not_passed_on(evidence)]
    have = counts(statefulset)
    if have["observedGeneration"] < int(statefulset["metadata"].get("generation") or 0):
        text = "the StatefulSet controller has not looked at the change: does kube-controller-manager run?"
        found.append(Finding("controller", evidence.name, text))
    if evidence.pods is not None:
        found += _pods(evidence, statefulset, evidence.pods)
    found += _template(evidence, statefulset)
    if not found:
        found += operator_findings(evidence)
    return found


def _pods(evidence: Evidence, statefulset: Object, pods: Sequence[Object]) -> list[Finding]:
    """What stops pods that should be ready, and what keeps pods that should be gone."""
    mine = {ordinal_of(pod["metadata"]["name"], evidence.name): pod for pod in owned_pods(statefulset, pods)}
    wanted = wanted_ordinals(statefulset, evidence.replicas)
    found: list[Finding] = []
    missing = [ordinal for ordinal in wanted if ordinal not in mine]
    for ordinal in wanted:
        pod = mine.get(ordinal)
        if pod is not None and not pod_ready(pod):
            found += scale_pods.explain(pod, evidence.claims, evidence.events, evidence.last_line)
    if missing:
        found += _missing(evidence, statefulset, missing, mine)
    for place, extra in sorted(mine.items(), key=lambda pair: pair[0] or 0):
        if place not in wanted:
            found += scale_pods.lingering(extra, evidence.events) or _blocked(evidence, statefulset, extra, mine)
    return found


def _missing(
    evidence: Evidence, statefulset: Object, missing: Sequence[int], mine: Mapping[int | None, Object]
) -> list[Finding]:
    """Pods that were never made: waiting for the one before them, or refused."""
    names = ", ".join(f"{evidence.name}-{ordinal}" for ordinal in missing)
    policy = statefulset["spec"].get("podManagementPolicy") or "OrderedReady"
    unready = [
        pod["metadata"]["name"]
        for ordinal, pod in sorted(mine.items(), key=lambda pair: pair[0] or 0)
        if ordinal is not None and ordinal < missing[0] and not pod_ready(pod)
    ]
    if policy == "OrderedReady" and unready:
        return [Finding("predecessor", names, f"waits for {unready[0]}: pods are made one after the other")]
    others = {str(pod["metadata"]["name"]) for pod in mine.values()}  # an old event may be about one that is there now
    refused = [
        event
        for event in evidence.events
        if event.get("reason") == "FailedCreate"
        and (event.get("involvedObject") or {}).get("name") == evidence.name
        and not others & set(str(event.get("message") or "").replace('"', " ").split())
        and not _stale(event, statefulset)
    ]
    if refused:
        last = max(refused, key=scale_pods.event_time)
        text = f"{str(last.get('message') or '').rstrip('.')} (last tried {scale_pods.event_time(last)})"
        reason = "quota" if "exceeded quota" in text else "not_created"
        advice = " Raise the ResourceQuota of the namespace, or ask for less." if reason == "quota" else ""
        return [Finding(reason, names, f"the pod cannot be made: {text}.{advice}")]
    return [Finding("not_created", names, "was not made, and no event says why")]


def _stale(event: Mapping[str, Any], statefulset: Object) -> bool:
    uid = (event.get("involvedObject") or {}).get("uid")
    return bool(uid) and uid != statefulset["metadata"].get("uid")


def _blocked(evidence: Evidence, statefulset: Object, pod: Object, mine: Mapping[int | None, Object]) -> list[Finding]:
    name = pod["metadata"]["name"]
    unready = [other["metadata"]["name"] for other in mine.values() if other is not pod and not pod_ready(other)]
    if (statefulset["spec"].get("podManagementPolicy") or "OrderedReady") == "OrderedReady" and unready:
        text = f"was not removed: pods go one after the other, and {unready[0]} is not ready"
        return [Finding("predecessor", name, text)]
    return [Finding("not_removed", name, "was not removed, and nothing says why")]


def _template(evidence: Evidence, statefulset: Object) -> list[Finding]:
    """What only the stricter waits ask for."""
    spec, status = statefulset["spec"], statefulset.get("status") or {}
    if evidence.mode == AVAILABLE and counts(statefulset)["availableReplicas"] != evidence.replicas:
        seconds = spec.get("minReadySeconds") or 0
        return [Finding("available", evidence.name, f"pods count as available {seconds} s after they are ready")]
    if evidence.mode != REVISION or evidence.pods is None:
        return []
    newest = status.get("updateRevision", "")
    names = [
        str(pod["metadata"]["name"])
        for pod in owned_pods(statefulset, evidence.pods)
        if newest and revision(pod) != newest
    ]
    if names and (spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        text = "have an old revision, and the update strategy is OnDelete: they stay until somebody deletes them"
        return [Finding("on_delete", ", ".join(names), text)]
    return [Finding("revision", ", ".join(names), f"not yet of the newest revision {newest}")] if names else []


def _not_passed_on(evidence: Evidence) -> list[Finding]:
    """The number never came down from its owner to the set: at which step did it stop?"""
    statefulset = evidence.statefulset or {}
    have = asked(statefulset)
    if not evidence.owners:
        return [Finding("replicas", evidence.name, f"spec.replicas is {have}, asked were {evidence.replicas}")]
    text = f"spec.replicas is still {have}: its operator has not passed {evidence.replicas} on"
    return [Finding("operator", evidence.name, text), *operator_findings(evidence)]


def operator_findings(evidence: Evidence) -> list[Finding]:
    """What the owners say about themselves, the highest first."""
    found = []
    for owner in reversed(evidence.owners):
        meta, status = owner.body["metadata"], owner.body.get("status") or {}
        title = f"{owner.resource.kind} {meta['name']}"
        generation, observed = int(meta.get("generation") or 0), status.get("observedGeneration")
        if observed is not None and int(observed) < generation:
            text = f"its operator has looked at generation {observed} of {generation}: does it run, and is it stuck?"
            found.append(Finding("operator", title, text))
        number = inside(owner.body, ("spec", "replicas"))
        if isinstance(number, int) and number != evidence.replicas and owner.resource.kind == "GlanceAPI":
            found.append(Finding("operator", title, f"still has spec.replicas {number}"))
        for condition in status.get("conditions") or []:
            if condition.get("status") == "False" and condition.get("severity") in ("Error", "Warning"):
                text = f"condition {condition.get('type')} is False ({condition.get('severity')}): "
                found.append(Finding("operator", title, text + str(condition.get("message") or "no message")))
    reference = controller(evidence.statefulset) if evidence.statefulset else None
    if not found and reference and evidence.owners:
        text = "shows no error: look whether its operator runs, and at its log"
        found.append(Finding("operator", f"{evidence.owners[0].resource.kind} {evidence.owners[0].name}", text))
    return found


def summary(label: str, replicas: int, waiting: str, seconds: float, findings: Sequence[Finding]) -> str:
    """The whole story of one target in one message."""
    head = f"{label}: asked for {replicas}, and after {seconds:.0f} s {waiting or 'it is not settled'}."
    return "\n".join([head, *(f"  {finding.object}: {finding.message}" for finding in findings)])
