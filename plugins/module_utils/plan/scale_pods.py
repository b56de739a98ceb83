# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why one pod is not ready, or not gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils.clients.kube import Object

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
    for find in (_volumes, _unscheduled):
        found = find(pod, claims, events)
        if found:
            return found
    found = _containers(pod, last_line)
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
            told = _told(events, name, ("ProvisioningFailed", "FailedBinding", "ExternalProvisioning"), "")
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
    return str(max(about, key=event_time).get("message") or "").strip().rstrip(".") if about else ""


def _unscheduled(pod: Object, claims: Sequence[Object], events: Sequence[Object]) -> list[Finding]:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            text = f"no node takes it: {str(condition.get('message') or condition.get('reason') or '').rstrip('.')}"
            reason = "volume" if "PersistentVolumeClaims" in text else "unschedulable"
            return [Finding(reason, pod["metadata"]["name"], text)]
    return []


def _containers(pod: Object, last_line: LastLine) -> list[Finding]:
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
            found.append(_crash(name, container, state, ended, last_line))
    return found


def _crash(
    name: str, container: str, state: Mapping[str, Any], ended: Mapping[str, Any], last_line: LastLine
) -> Finding:
    code, why = ended.get("exitCode"), ended.get("reason") or ""
    times = int(state.get("restartCount") or 0) + bool((state.get("state") or {}).get("terminated"))
    text = f"container {container} ended {'once' if times <= 1 else f'{times} times'}"
    if code is not None:
        text += f", last with exit code {code}{f' ({why})' if why not in ('', 'Error', 'Completed') else ''}"
    line = last_line(name, container)
    return Finding("crash", name, f"{text}{f'; last line of its log: {line}' if line else ''}")


def _starting(pod: Object, events: Sequence[Object]) -> list[Finding]:
    """Its containers are made, or run and do not answer their probe."""
    meta, status = pod["metadata"], pod.get("status") or {}
    uid = str(meta.get("uid") or "")
    mount = _told(events, meta["name"], ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"), uid)
    running = [each for each in status.get("containerStatuses") or [] if (each.get("state") or {}).get("running")]
    if mount and not running:
        return [Finding("mount", meta["name"], mount)]
    probe = _told(events, meta["name"], ("Unhealthy",), uid)
    unready = [str(each.get("name")) for each in running if not each.get("ready")]
    if unready:
        text = f"container {', '.join(unready)} runs and is not ready"
        return [Finding("probe", meta["name"], f"{text}{f': {probe}' if probe else ''}")]
    gates = [each.get("conditionType") for each in (pod.get("spec") or {}).get("readinessGates") or []]
    if gates and running:
        return [Finding("gate", meta["name"], f"waits for its readiness gates {', '.join(map(str, gates))}")]
    return [Finding("starting", meta["name"], f"{status.get('phase', 'Unknown')}: its containers are being started")]


def lingering(pod: Object, events: Sequence[Object]) -> list[Finding]:
    """Why a pod that is being deleted is still there; nothing for one that is not."""
    meta = pod["metadata"]
    since = meta.get("deletionTimestamp")
    if not since:
        return []
    held = meta.get("finalizers") or []
    if held:
        text = f"is being deleted, and the finalizers {', '.join(held)} hold it: who set them must let it go"
        return [Finding("terminating", meta["name"], text)]
    grace = meta.get("deletionGracePeriodSeconds")
    text = f"is being deleted; it may use its grace period of {grace} s, until {since}"
    node = (pod.get("spec") or {}).get("nodeName")
    told = _told(events, meta["name"], ("FailedKillPod", "NodeNotReady"), str(meta.get("uid") or ""))
    if told:
        text += f" (node {node}: {told})"
    return [Finding("terminating", meta["name"], text)]
