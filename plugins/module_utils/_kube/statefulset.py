# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a StatefulSet and its pods, compared with the desired replicas.

The comparison never uses ``spec.replicas`` of the StatefulSet alone, which another client may have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

#: What a wait requires.
NONE, READY, AVAILABLE, REVISION = "none", "ready", "available", "revision"


@dataclass(frozen=True)
class StatefulSetStatus:
    """Whether a StatefulSet has the desired replicas; if not, ``waiting_for`` is what is missing."""

    done: bool
    waiting_for: str = ""


def pods_by_name(statefulset: Mapping[str, Any], pods: Iterable[Object]) -> list[Object]:
    """The pods with a name that this StatefulSet uses, in the order of their ordinals. Others may own some of them."""
    name, namespace = statefulset["metadata"]["name"], statefulset["metadata"]["namespace"]
    found = [(ordinal_of(pod["metadata"]["name"], name), pod) for pod in pods]
    own = [(ordinal, pod) for ordinal, pod in found if ordinal is not None]
    return [pod for _ordinal, pod in sorted(own, key=lambda pair: pair[0]) if pod["metadata"]["namespace"] == namespace]


def owned_pods(statefulset: Mapping[str, Any], pods: Iterable[Object]) -> list[Object]:
    """The pods that this StatefulSet controls, in the order of their ordinals."""
    uid = statefulset["metadata"]["uid"]
    return [pod for pod in pods_by_name(statefulset, pods) if (controller(pod) or {}).get("uid") == uid]


def conflicting_pods(statefulset: Mapping[str, Any], pods: Iterable[Object], replicas: int) -> dict[str, str]:
    """Pods by name, with their owner, that this StatefulSet does not control and that a wait must not ignore.

    They occupy the name of a pod that it must create, or belong to an earlier StatefulSet of the same name.
    """
    name, uid = statefulset["metadata"]["name"], statefulset["metadata"]["uid"]
    wanted = wanted_ordinals(statefulset, replicas)
    found = {}
    for pod in pods_by_name(statefulset, pods):
        owner = controller(pod) or {}
        earlier = owner.get("kind") == "StatefulSet" and owner.get("name") == name
        if owner.get("uid") != uid and (earlier or ordinal_of(pod["metadata"]["name"], name) in wanted):
            title = f"{owner['kind']} {owner['name']}" if owner else "no owner"
            found[str(pod["metadata"]["name"])] = f"an earlier {title}" if earlier else title
    return found


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is ready and not being deleted."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def status_counts(statefulset: Mapping[str, Any]) -> dict[str, int]:
    """The numbers in ``status``; the API omits those that are 0."""
    status = statefulset.get("status") or {}
    names = ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "observedGeneration")
    return {name: int(status.get(name) or 0) for name in names}


def spec_replicas(statefulset: Mapping[str, Any]) -> int:
    """``spec.replicas``; 1 where it is not set."""
    return int((statefulset.get("spec") or {}).get("replicas", 1))


def statefulset_status(
    statefulset: Object | None, pods: Sequence[Object] | None, replicas: int, mode: str
) -> StatefulSetStatus:
    """Compare with the desired replicas. ``pods`` is None when the account may not list pods: then status decides."""
    if statefulset is None:
        return StatefulSetStatus(False, "the StatefulSet does not exist")
    if statefulset["metadata"].get("deletionTimestamp"):
        return StatefulSetStatus(False, "the StatefulSet is being deleted")
    if spec_replicas(statefulset) != replicas:
        return StatefulSetStatus(False, f"spec.replicas is {spec_replicas(statefulset)}, not yet {replicas}")
    counts = status_counts(statefulset)
    if counts["observedGeneration"] < int(statefulset["metadata"].get("generation") or 0):
        return StatefulSetStatus(False, "the StatefulSet controller has not observed the change yet")
    if pods is not None:
        missing = _missing_pods(statefulset, pods, replicas)
        if missing:
            return StatefulSetStatus(False, missing)
    for name, word in (("replicas", "exist"), ("readyReplicas", "are ready")):
        if counts[name] != replicas:
            return StatefulSetStatus(False, f"{counts[name]} of {replicas} pods {word} according to status.{name}")
    if mode == AVAILABLE and counts["availableReplicas"] != replicas:
        text = f"{counts['availableReplicas']} of {replicas} pods are available (minReadySeconds)"
        return StatefulSetStatus(False, text)
    return _revision_status(statefulset, pods, replicas) if mode == REVISION else StatefulSetStatus(True)


def _missing_pods(statefulset: Object, pods: Sequence[Object], replicas: int) -> str:
    """The pods that are not ready, or should no longer exist. Empty when the ready pods are exactly those desired."""
    name = statefulset["metadata"]["name"]
    conflicts = conflicting_pods(statefulset, pods, replicas)
    if conflicts:
        return "; ".join(f"{pod} belongs to {owner}" for pod, owner in conflicts.items())
    wanted = set(wanted_ordinals(statefulset, replicas))
    owned = {ordinal_of(pod["metadata"]["name"], name): pod for pod in owned_pods(statefulset, pods)}
    extra = [pod["metadata"]["name"] for ordinal, pod in owned.items() if ordinal not in wanted]
    if extra:
        return f"{', '.join(extra)} still {'exists' if len(extra) == 1 else 'exist'}"
    unready = [
        f"{name}-{ordinal}" for ordinal in sorted(wanted) if ordinal not in owned or not is_ready(owned[ordinal])
    ]
    if unready:
        return f"{', '.join(unready)} {'is' if len(unready) == 1 else 'are'} not ready"
    return ""


def _revision_status(statefulset: Object, pods: Sequence[Object] | None, replicas: int) -> StatefulSetStatus:
    """Whether each pod that the update strategy updates has the newest template."""
    newest = (statefulset.get("status") or {}).get("updateRevision", "")
    if pods is None:
        updated, required = status_counts(statefulset)["updatedReplicas"], max(0, replicas - _partition(statefulset))
        text = f"{updated} of {required} pods have the newest revision"
        return StatefulSetStatus(updated >= required, text if updated < required else "")
    outdated = [pod["metadata"]["name"] for pod in outdated_pods(statefulset, pods, replicas)]
    if not outdated:
        return StatefulSetStatus(True)
    return StatefulSetStatus(False, f"{', '.join(outdated)} not of revision {newest}")


def outdated_pods(statefulset: Object, pods: Iterable[Object], replicas: int) -> list[Object]:
    """The pods that must have the newest revision and do not. Pods below a ``partition`` keep their revision."""
    name, newest = statefulset["metadata"]["name"], (statefulset.get("status") or {}).get("updateRevision", "")
    required = set(list(wanted_ordinals(statefulset, replicas))[_partition(statefulset) :])
    return [
        pod
        for pod in owned_pods(statefulset, pods)
        if ordinal_of(pod["metadata"]["name"], name) in required and revision(pod) != newest
    ]


def _partition(statefulset: Mapping[str, Any]) -> int:
    strategy = (statefulset.get("spec") or {}).get("updateStrategy") or {}
    return int((strategy.get("rollingUpdate") or {}).get("partition") or 0)


def revision(pod: Mapping[str, Any]) -> str:
    """The revision of the template that a pod was created from."""
    return str((pod["metadata"].get("labels") or {}).get("controller-revision-hash") or "")


def pod_row(pod: Object, statefulset: str) -> dict[str, Any]:
    """A pod as the module returns it."""
    status = pod.get("status") or {}
    states = status.get("containerStatuses") or []
    return {
        "name": pod["metadata"]["name"],
        "ordinal": ordinal_of(pod["metadata"]["name"], statefulset),
        "phase": "Terminating" if pod["metadata"].get("deletionTimestamp") else status.get("phase", "Unknown"),
        "ready": is_ready(pod),
        "revision": revision(pod),
        "node": (pod.get("spec") or {}).get("nodeName", ""),
        "restarts": sum(int(state.get("restartCount") or 0) for state in states),
        "reason": waiting_reason(pod),
    }


def waiting_reason(pod: Mapping[str, Any]) -> str:
    """The kubelet's reason why a container does not run; empty when all run."""
    status = pod.get("status") or {}
    for state in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (state.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return str(waiting["reason"])
    return str(status.get("reason") or "")


def wanted_ordinals(statefulset: Mapping[str, Any], replicas: int) -> range:
    """The ordinals of a StatefulSet with that many replicas."""
    start = int(((statefulset.get("spec") or {}).get("ordinals") or {}).get("start") or 0)
    return range(start, start + replicas)


def ordinal_of(pod: str, statefulset: str) -> int | None:
    """The ordinal in the name of a pod; None when a StatefulSet of that name creates no such pod."""
    rest = pod[len(statefulset) + 1 :]
    return int(rest) if pod.startswith(f"{statefulset}-") and is_ordinal(rest) else None


def is_ordinal(text: str) -> bool:
    """Whether a controller writes a number like this: it never writes 01."""
    return text.isascii() and text.isdigit() and str(int(text)) == text


def controller(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The owner reference that manages the object."""
    for reference in body["metadata"].get("ownerReferences") or []:
        if reference.get("controller"):
            return dict(reference)
    return None
