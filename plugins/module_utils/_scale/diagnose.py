# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a StatefulSet does not get the desired replicas: the causes, the most specific ones first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import GLANCE_APIS, Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    AVAILABLE,
    REVISION,
    conflicting_pods,
    controller,
    is_ready,
    ordinal_of,
    outdated_pods,
    owned_pods,
    pods_by_name,
    spec_replicas,
    status_counts,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause, Owner
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import value_at
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import (
    event_time,
    terminating_causes,
    unready_causes,
)


@dataclass(frozen=True)
class Evidence:
    """What is known about a StatefulSet at a timeout. ``pods`` is None when the account may not list pods.

    ``now`` is the current time as Kubernetes writes it, such as 2026-01-01T00:00:00Z.
    """

    name: str
    statefulset: Object | None
    replicas: int
    mode: str
    pods: Sequence[Object] | None
    claims: Sequence[Object] = ()
    events: Sequence[Object] = ()
    owners: Sequence[Owner] = ()
    now: str = ""
    last_line: Callable[[str, str], str] = field(default=lambda pod, container: "", repr=False)


def diagnose(evidence: Evidence) -> list[Cause]:
    """All causes; none for a StatefulSet that is as desired."""
    statefulset = evidence.statefulset
    operators = operator_causes(evidence.replicas, statefulset, evidence.owners)
    if statefulset is None:
        text = f"StatefulSet {evidence.name} does not exist; its operator has not recreated it"
        return [Cause("missing", evidence.name, text), *operators]
    found: list[Cause] = []
    if statefulset["metadata"].get("deletionTimestamp"):
        finalizers = ", ".join(statefulset["metadata"].get("finalizers") or []) or "none"
        text = f"the StatefulSet is being deleted (finalizers: {finalizers})"
        found.append(Cause("terminating", evidence.name, text))
    if spec_replicas(statefulset) != evidence.replicas:
        return [*found, *_not_propagated(evidence, statefulset), *operators]
    if status_counts(statefulset)["observedGeneration"] < int(statefulset["metadata"].get("generation") or 0):
        text = "the StatefulSet controller has not observed the change: is kube-controller-manager running?"
        found.append(Cause("controller", evidence.name, text))
    if evidence.pods is not None:
        found += _pod_causes(evidence, statefulset, evidence.pods)
    found += _mode_causes(evidence, statefulset)
    return found or operators


def _pod_causes(evidence: Evidence, statefulset: Object, pods: Sequence[Object]) -> list[Cause]:
    """Why pods are not ready, do not exist, or still exist."""
    owned = {ordinal_of(pod["metadata"]["name"], evidence.name): pod for pod in owned_pods(statefulset, pods)}
    wanted = wanted_ordinals(statefulset, evidence.replicas)
    found, occupied = _conflict_causes(evidence, statefulset, pods)
    for ordinal in wanted:
        pod = owned.get(ordinal)
        if pod is not None and not is_ready(pod):
            found += unready_causes(pod, evidence.claims, evidence.events, evidence.now, evidence.last_line)
    missing = [ordinal for ordinal in wanted if ordinal not in owned and ordinal not in occupied]
    if missing:
        found += _missing_causes(evidence, statefulset, missing, owned)
    for extra in (pod for ordinal, pod in owned.items() if ordinal not in wanted):
        terminating = terminating_causes(extra, evidence.events, evidence.now)
        found += terminating or _remaining_causes(statefulset, extra, owned)
    return found


def _conflict_causes(
    evidence: Evidence, statefulset: Object, pods: Sequence[Object]
) -> tuple[list[Cause], set[int | None]]:
    """Pods of other owners that are in the way, and the ordinals that they occupy."""
    conflicts = conflicting_pods(statefulset, pods, evidence.replicas)
    found: list[Cause] = []
    for pod in pods_by_name(statefulset, pods):
        name = pod["metadata"]["name"]
        if name in conflicts:
            text = f"belongs to {conflicts[name]}, not to the current StatefulSet: check why it is not deleted"
            found += terminating_causes(pod, evidence.events, evidence.now) or [Cause("name_in_use", name, text)]
    return found, {ordinal_of(name, evidence.name) for name in conflicts}


def _missing_causes(
    evidence: Evidence, statefulset: Object, missing: Sequence[int], owned: Mapping[int | None, Object]
) -> list[Cause]:
    """Why pods were not created: they wait for a pod with a lower ordinal, or the API server refused them."""
    names = ", ".join(f"{evidence.name}-{ordinal}" for ordinal in missing)
    unready = [
        pod["metadata"]["name"]
        for ordinal, pod in sorted(owned.items(), key=lambda pair: pair[0] or 0)
        if ordinal is not None and ordinal < missing[0] and not is_ready(pod)
    ]
    if _is_ordered(statefulset) and unready:
        return [Cause("predecessor", names, f"waits for {unready[0]}: pods are created one after the other")]
    existing = {str(pod["metadata"]["name"]) for pod in owned.values()}  # an old event may be about an existing pod
    refusals = [
        event
        for event in evidence.events
        if event.get("reason") == "FailedCreate"
        and (event.get("involvedObject") or {}).get("name") == evidence.name
        and not existing & set(str(event.get("message") or "").replace('"', " ").split())
        and not _is_about_former(event, statefulset)
    ]
    if not refusals:
        return [Cause("not_created", names, "was not created, and no event gives a reason")]
    last = max(refusals, key=event_time)
    text = f"{str(last.get('message') or '').rstrip('.')} (last attempt {event_time(last)})"
    reason = "quota" if "exceeded quota" in text else "not_created"
    advice = " Raise the ResourceQuota of the namespace, or request less." if reason == "quota" else ""
    return [Cause(reason, names, f"the pod cannot be created: {text}.{advice}")]


def _is_ordered(statefulset: Object) -> bool:
    return (statefulset["spec"].get("podManagementPolicy") or "OrderedReady") == "OrderedReady"


def _is_about_former(event: Mapping[str, Any], statefulset: Object) -> bool:
    """Whether an event is about an earlier StatefulSet of the same name."""
    uid = (event.get("involvedObject") or {}).get("uid")
    return bool(uid) and uid != statefulset["metadata"].get("uid")


def _remaining_causes(statefulset: Object, pod: Object, owned: Mapping[int | None, Object]) -> list[Cause]:
    """Why a pod that should be removed is not being deleted."""
    name = pod["metadata"]["name"]
    unready = [other["metadata"]["name"] for other in owned.values() if other is not pod and not is_ready(other)]
    if _is_ordered(statefulset) and unready:
        text = f"was not deleted: pods are deleted one after the other, and {unready[0]} is not ready"
        return [Cause("predecessor", name, text)]
    return [Cause("not_removed", name, "was not deleted, and no event gives a reason")]


def _mode_causes(evidence: Evidence, statefulset: Object) -> list[Cause]:
    """What the modes ``available`` and ``revision`` wait for in addition."""
    spec, status = statefulset["spec"], statefulset.get("status") or {}
    if evidence.mode == AVAILABLE and status_counts(statefulset)["availableReplicas"] != evidence.replicas:
        seconds = spec.get("minReadySeconds") or 0
        return [Cause("available", evidence.name, f"pods become available {seconds} s after they are ready")]
    if evidence.mode != REVISION or evidence.pods is None:
        return []
    newest = status.get("updateRevision", "")
    outdated = outdated_pods(statefulset, evidence.pods, evidence.replicas) if newest else []
    names = [str(pod["metadata"]["name"]) for pod in outdated]
    if names and (spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        text = "have an old revision and keep it until they are deleted, because the update strategy is OnDelete"
        return [Cause("on_delete", ", ".join(names), text)]
    return [Cause("revision", ", ".join(names), f"not yet of the newest revision {newest}")] if names else []


def _not_propagated(evidence: Evidence, statefulset: Object) -> list[Cause]:
    """The StatefulSet does not have the desired replicas."""
    current = spec_replicas(statefulset)
    if not evidence.owners:
        return [Cause("replicas", evidence.name, f"spec.replicas is {current}, not {evidence.replicas}")]
    text = f"spec.replicas is still {current}: its operator has not set {evidence.replicas} yet"
    return [Cause("operator", evidence.name, text)]


def operator_causes(replicas: int | None, statefulset: Object | None, owners: Sequence[Owner]) -> list[Cause]:
    """What the status of the owners reports, the highest owner first. ``owners`` has the nearest first.

    ``replicas`` are the desired ones, if there are any to compare with.
    """
    found = []
    for owner in reversed(owners):
        meta, status = owner.body["metadata"], owner.body.get("status") or {}
        generation, observed = int(meta.get("generation") or 0), status.get("observedGeneration")
        if observed is not None and int(observed) < generation:
            text = f"its operator has observed generation {observed} of {generation}: is it running, or blocked?"
            found.append(Cause("operator", str(owner), text))
        current = value_at(owner.body, ("spec", "replicas"))
        if owner.resource == GLANCE_APIS and isinstance(current, int) and replicas not in (None, current):
            found.append(Cause("operator", str(owner), f"still has spec.replicas {current}"))
        found += [Cause("operator", str(owner), text) for text in _unmet_conditions(status)]
    if not found and owners and statefulset and controller(statefulset):
        text = "reports no error: check whether its operator is running, and its log"
        found.append(Cause("operator", str(owners[0]), text))
    return found


def _unmet_conditions(status: Mapping[str, Any]) -> list[str]:
    """The conditions that report an error or a warning, else the first one that is not True."""
    unmet = [each for each in status.get("conditions") or [] if each.get("status") != "True"]
    unmet.sort(key=lambda each: each.get("type") == "Ready")  # it only summarizes the others
    serious = [each for each in unmet if each.get("status") == "False" and each.get("severity") in ("Error", "Warning")]
    found = []
    for each in serious or unmet[:1]:
        detail = each.get("severity") or each.get("reason") or "no reason"
        message = str(each.get("message") or "").strip() or "no message"
        found.append(f"condition {each.get('type')} is {each.get('status')} ({detail}): {message}")
    return found


def timeout_message(label: str, replicas: int, waiting: str, seconds: float, causes: Sequence[Cause]) -> str:
    """The failure of one target in one message."""
    head = f"{label}: timeout after {seconds:.0f} s while waiting for {replicas} replicas"
    lines = [f"{head}: {waiting}." if waiting else f"{head}."]
    return "\n".join([*lines, *(f"  {cause.object}: {cause.message}" for cause in causes)])
