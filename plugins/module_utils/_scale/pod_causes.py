# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why one pod is not ready, or not gone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

_VOLUME_WORDS = ("persistentvolume", "persistent volume", "storageclass", "volume binding", "no available volume")
_KILLED = re.compile(r"(Liveness|Startup) probe")
_CLAIM_EVENTS = ("ProvisioningFailed", "FailedBinding", "ExternalProvisioning")
LastLine = Callable[[str, str], str]

_IMAGE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError")
_CONFIG = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


@dataclass(frozen=True)
class Finding:
    """A cause: a word for playbooks, the object, and a sentence."""

    reason: str
    object: str
    message: str

    def row(self) -> dict[str, str]:
        """As the module returns it."""
        return {"reason": self.reason, "object": self.object, "message": self.message}


def event_time(event: Mapping[str, Any]) -> str:
    """When it was last seen, as text that sorts."""
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return str(next((time for time in times if time), (event.get("metadata") or {}).get("creationTimestamp") or ""))


def explain(pod: Object, claims: Sequence[Object], events: Sequence[Object], last_line: LastLine) -> list[Finding]:
    """The causes for a pod that should be ready, the first that is known."""
    meta, status = pod["metadata"], pod.get("status") or {}
    if meta.get("deletionTimestamp"):
        return lingering(pod, events)
    found = _unscheduled(pod, claims, events) or _volumes(pod, claims, events) or _containers(pod, events, last_line)
    if found:
        return found
    if status.get("phase") in ("Failed", "Unknown"):
        text = f"{status.get('phase')}: {status.get('message') or status.get('reason') or 'no message'}"
        return [Finding("failed", meta["name"], text)]
    return _starting(pod, events)


def _volumes(pod: Object, claims: Sequence[Object], events: Sequence[Object]) -> list[Finding]:
    """Claims of the pod that have no volume, or have lost it."""
    by_name = {claim["metadata"]["name"]: claim for claim in claims}
    found = []
    for volume in (pod.get("spec") or {}).get("volumes") or []:
        claim = by_name.get((volume.get("persistentVolumeClaim") or {}).get("claimName"))
        phase = ((claim or {}).get("status") or {}).get("phase")
        if claim is not None and phase in ("Pending", "Lost"):
            name, spec = claim["metadata"]["name"], claim.get("spec") or {}
            size = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "?")
            text = f"claim {name} is {phase}: no volume of class {spec.get('storageClassName') or '(none)'}, {size}"
            told = _told(events, name, _CLAIM_EVENTS, str(claim["metadata"].get("uid") or ""))
            found.append(Finding("volume", pod["metadata"]["name"], f"{text}{f' ({told})' if told else ''}"))
    return found


def _told(events: Sequence[Object], name: str, reasons: Sequence[str], uid: str) -> str:
    """The newest message of such events about an object."""
    about = [
        event
        for event in events
        if (event.get("involvedObject") or {}).get("name") == name
        and (event.get("reason") in reasons)
        and (not uid or (event["involvedObject"].get("uid") or uid) == uid)
    ]
    return str(max(about, key=event_time).get("message") or "").strip().rstrip(".: ") if about else ""


def _unscheduled(pod: Object, claims: Sequence[Object], events: Sequence[Object]) -> list[Finding]:
    """What the scheduler says. A claim may have no volume only because no node takes the pod for another reason."""
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            told = str(condition.get("message") or condition.get("reason") or "").partition(". ")[0]
            about = f"no node takes it: {told.rstrip('.')}"
            if not any(word in told.lower() for word in _VOLUME_WORDS):
                return [Finding("unschedulable", pod["metadata"]["name"], about)]
            return [*_volumes(pod, claims, events), Finding("volume", pod["metadata"]["name"], about)]
    return []


def _containers(pod: Object, events: Sequence[Object], last_line: LastLine) -> list[Finding]:
    status, name = pod.get("status") or {}, pod["metadata"]["name"]
    found = []
    for state in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        container, waiting = str(state.get("name", "")), (state.get("state") or {}).get("waiting") or {}
        ended = (state.get("state") or {}).get("terminated") or (state.get("lastState") or {}).get("terminated") or {}
        word, told = str(waiting.get("reason") or ""), str(waiting.get("message") or "").rstrip(".")
        if word in _IMAGE:
            found.append(Finding("image", name, f"container {container}: {word} of {state.get('image', '?')}: {told}"))
        elif word in _CONFIG:
            found.append(Finding("config", name, f"container {container}: {word}: {told}"))
        elif word == "CrashLoopBackOff" or (ended and ended.get("exitCode") and not state.get("ready")):
            found.append(_crash(pod, container, state, ended, (events, last_line)))
    return found


def _crash(
    pod: Object,
    container: str,
    state: Mapping[str, Any],
    ended: Mapping[str, Any],
    told: tuple[Sequence[Object], LastLine],
) -> Finding:
    name, (events, last_line) = pod["metadata"]["name"], told
    code, why = ended.get("exitCode"), ended.get("reason") or ""
    times = int(state.get("restartCount") or 0) + bool((state.get("state") or {}).get("terminated"))
    text = f"container {container} ended {'once' if times <= 1 else f'{times} times'}"
    if code is not None:
        text += f", last with exit code {code}{f' ({why})' if why not in ('', 'Error', 'Completed') else ''}"
    killed = [event for event in events if _KILLED.match(str(event.get("message") or ""))]
    probe = _told(killed, name, ("Unhealthy",), str(pod["metadata"].get("uid") or ""))
    if probe:
        text += f"; the kubelet may have ended it: {probe}"
    line = last_line(name, container)
    return Finding("crash", name, f"{text}{f'; last line of its log: {line}' if line else ''}")


def _starting(pod: Object, events: Sequence[Object]) -> list[Finding]:
    """Its containers are made, or run and do not answer their probe."""
    meta, status = pod["metadata"], pod.get("status") or {}
    uid = str(meta.get("uid") or "")
    mount = _told(events, meta["name"], ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"), uid)
    first, beside = _init_containers(pod)
    running = [*beside, *(each for each in status.get("containerStatuses") or [] if _is_running(each))]
    if mount and not running:
        return [Finding("mount", meta["name"], mount)]
    if first:
        return [Finding("init", meta["name"], f"init container {', '.join(first)} is still at work")]
    probe = _told(events, meta["name"], ("Unhealthy",), uid)
    unready = [str(each.get("name")) for each in running if not each.get("ready")]
    if unready:
        text = f"container {', '.join(unready)} {'runs and is' if len(unready) == 1 else 'run and are'} not ready"
        return [Finding("probe", meta["name"], f"{text}{f': {probe}' if probe else ''}")]
    gates = [each.get("conditionType") for each in (pod.get("spec") or {}).get("readinessGates") or []]
    if gates and running:
        return [Finding("gate", meta["name"], f"waits for its readiness gates {', '.join(map(str, gates))}")]
    return [Finding("starting", meta["name"], f"{status.get('phase', 'Unknown')}: its containers are being started")]


def _is_running(state: Mapping[str, Any]) -> bool:
    return "running" in (state.get("state") or {})


def _init_containers(pod: Object) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The names of those that others wait for, and the states of those that run beside the others (sidecars)."""
    specs = (pod.get("spec") or {}).get("initContainers") or []
    sidecars = {each.get("name") for each in specs if each.get("restartPolicy") == "Always"}
    states = (pod.get("status") or {}).get("initContainerStatuses") or []
    running = [state for state in states if _is_running(state)]
    first = [str(state.get("name")) for state in running if state.get("name") not in sidecars]
    return first, [state for state in running if state.get("name") in sidecars]


def lingering(pod: Object, events: Sequence[Object], now: str = "") -> list[Finding]:
    """Why a pod that is being deleted is still there; nothing for one that is not."""
    meta = pod["metadata"]
    since = meta.get("deletionTimestamp")
    if not since:
        return []
    held = meta.get("finalizers") or []
    if held:
        text = f"is being deleted, and the finalizers {', '.join(held)} hold it: who set them must let it go"
        return [Finding("terminating", meta["name"], text)]
    grace, node = meta.get("deletionGracePeriodSeconds"), (pod.get("spec") or {}).get("nodeName")
    if str(since) < (now or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())):
        text = f"is being deleted; its grace period of {grace} s is over since {since}: does the kubelet of {node} run?"
    else:
        text = f"is being deleted; it may use its grace period of {grace} s, until {since}"
    told = _told(events, meta["name"], ("FailedKillPod", "NodeNotReady"), str(meta.get("uid") or ""))
    if told:
        text += f" (node {node}: {told})"
    return [Finding("terminating", meta["name"], text)]
