# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a StatefulSet what was asked for? Compared is always with the number asked, never with the set's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

#: What a wait is for.
NONE, READY, AVAILABLE, REVISION = "none", "ready", "available", "revision"


@dataclass(frozen=True)
class Verdict:
    """Done, or what is still missing."""

    done: bool
    waiting_for: str = ""


def owned_pods(statefulset: Mapping[str, Any], pods: Iterable[Object]) -> list[Object]:
    """The pods of a set by name and owner. Those of a deleted set of the same name count: they hold the same claims."""
    name = statefulset["metadata"]["name"]
    found = []
    for pod in pods:
        ordinal = ordinal_of(pod["metadata"]["name"], name)
        owners = pod["metadata"].get("ownerReferences") or []
        mine = any(owner.get("kind") == "StatefulSet" and owner.get("name") == name for owner in owners)
        if ordinal is not None and mine and pod["metadata"].get("namespace") == statefulset["metadata"]["namespace"]:
            found.append((ordinal, pod))
    return [pod for _ordinal, pod in sorted(found, key=lambda pair: pair[0])]


def pod_ready(pod: Mapping[str, Any]) -> bool:
    """Ready, and not about to go."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def counts(statefulset: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a set's status; the API leaves out those that are 0."""
    status = statefulset.get("status") or {}
    names = ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "observedGeneration")
    return {name: int(status.get(name) or 0) for name in names}


def asked(statefulset: Mapping[str, Any]) -> int:
    """The number that the set itself has now."""
    return int((statefulset.get("spec") or {}).get("replicas", 1))


def judge(statefulset: Object | None, pods: Iterable[Object] | None, replicas: int, mode: str) -> Verdict:
    """``pods`` is None when the account may not see pods: then the set's own counts have to do."""
    if statefulset is None:
        return Verdict(False, "the StatefulSet does not exist")
    if statefulset["metadata"].get("deletionTimestamp"):
        return Verdict(False, "the StatefulSet is being deleted")
    if asked(statefulset) != replicas:
        return Verdict(False, f"spec.replicas is {asked(statefulset)}, not yet {replicas}")
    have = counts(statefulset)
    if have["observedGeneration"] < int(statefulset["metadata"].get("generation") or 0):
        return Verdict(False, "the StatefulSet controller has not taken the change up")
    if pods is not None:
        missing = _pods(statefulset, pods, replicas)
        if missing:
            return Verdict(False, missing)
    for name, word in (("replicas", "exist"), ("readyReplicas", "are ready")):
        if have[name] != replicas:
            return Verdict(False, f"{have[name]} of {replicas} pods {word} by the set's own count")
    if mode == AVAILABLE and have["availableReplicas"] != replicas:
        return Verdict(False, f"{have['availableReplicas']} of {replicas} pods are available (minReadySeconds)")
    return _revision(statefulset, pods, replicas) if mode == REVISION else Verdict(True)


def _pods(statefulset: Object, pods: Iterable[Object], replicas: int) -> str:
    """Ready pods must be exactly those of the ordinals wanted, and no other may be left."""
    name = statefulset["metadata"]["name"]
    wanted = set(wanted_ordinals(statefulset, replicas))
    mine = {ordinal_of(pod["metadata"]["name"], name): pod for pod in owned_pods(statefulset, pods)}
    extra = [pod["metadata"]["name"] for ordinal, pod in mine.items() if ordinal not in wanted]
    if extra:
        return f"{', '.join(extra)} still {'exists' if len(extra) == 1 else 'exist'}"
    unready = [f"{name}-{ordinal}" for ordinal in sorted(wanted) if ordinal not in mine or not pod_ready(mine[ordinal])]
    if unready:
        return f"{', '.join(unready)} {'is' if len(unready) == 1 else 'are'} not ready"
    return ""


def _revision(statefulset: Object, pods: Iterable[Object] | None, replicas: int) -> Verdict:
    """Each pod that the update strategy lets go must have the newest template."""
    strategy = (statefulset.get("spec") or {}).get("updateStrategy") or {}
    partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
    newest = (statefulset.get("status") or {}).get("updateRevision", "")
    demanded = max(0, replicas - partition)
    if pods is None:
        have = counts(statefulset)["updatedReplicas"]
        text = f"{have} of {demanded} pods have the newest revision"
        return Verdict(have >= demanded, text if have < demanded else "")
    name = statefulset["metadata"]["name"]
    late = set(list(wanted_ordinals(statefulset, replicas))[partition:])
    old = [
        pod["metadata"]["name"]
        for pod in owned_pods(statefulset, pods)
        if ordinal_of(pod["metadata"]["name"], name) in late and revision(pod) != newest
    ]
    return Verdict(False, f"{', '.join(old)} not of revision {newest}") if old else Verdict(True)


def revision(pod: Mapping[str, Any]) -> str:
    """The template that a pod was made from."""
    return str((pod["metadata"].get("labels") or {}).get("controller-revision-hash") or "")


def pod_row(pod: Object, statefulset: str) -> dict[str, Any]:
    """A pod as the module returns it."""
    status = pod.get("status") or {}
    states = status.get("containerStatuses") or []
    return {
        "name": pod["metadata"]["name"],
        "ordinal": ordinal_of(pod["metadata"]["name"], statefulset),
        "phase": "Terminating" if pod["metadata"].get("deletionTimestamp") else status.get("phase", "Unknown"),
        "ready": pod_ready(pod),
        "revision": revision(pod),
        "node": (pod.get("spec") or {}).get("nodeName", ""),
        "restarts": sum(int(state.get("restartCount") or 0) for state in states),
        "reason": waiting_reason(pod),
    }


def waiting_reason(pod: Mapping[str, Any]) -> str:
    """Why a container does not run, in the kubelet's word; empty when all do."""
    status = pod.get("status") or {}
    for state in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (state.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return str(waiting["reason"])
    return str(status.get("reason") or "")


def wanted_ordinals(statefulset: Mapping[str, Any], replicas: int) -> range:
    """The ordinals of a set of that size."""
    start = int(((statefulset.get("spec") or {}).get("ordinals") or {}).get("start") or 0)
    return range(start, start + replicas)


def ordinal_of(pod: str, statefulset: str) -> int | None:
    """The ordinal of a pod (or of what is named like it); None when it is no pod of that set."""
    rest = pod[len(statefulset) + 1 :]
    return int(rest) if pod.startswith(f"{statefulset}-") and is_ordinal(rest) else None


def is_ordinal(text: str) -> bool:
    """Whether a controller would write a number so: 01 is somebody else's name."""
    return text.isascii() and text.isdigit() and str(int(text)) == text


def controller(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The owner reference that manages the object."""
    for reference in body["metadata"].get("ownerReferences") or []:
        if reference.get("controller"):
            return dict(reference)
    return None
