# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a pod is not ready, or still exists. ``now`` is the current time, such as 2026-01-01T00:00:00Z."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause

_VOLUME_WORDS = ("persistentvolume", "persistent volume", "storageclass", "volume binding", "no available volume")
_KILLED = re.compile(r"(Liveness|Startup) probe")
_CLAIM_EVENTS = ("ProvisioningFailed", "FailedBinding", "ExternalProvisioning")
LastLine = Callable[[str, str], str]

_IMAGE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError")
_CONFIG = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def event_time(event: Mapping[str, Any]) -> str:
    """When the event was last observed, as text that sorts by time."""
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return str(next((time for time in times if time), (event.get("metadata") or {}).get("creationTimestamp") or ""))


def unready_causes(
    pod: Object, claims: Sequence[Object], events: Sequence[Object], now: str, last_line: LastLine
) -> list[Cause]:
    """Why a pod is not ready: the first kind of cause that applies."""
    meta, status = pod["metadata"], pod.get("status") or {}
    if meta.get("deletionTimestamp"):
        return terminating_causes(pod, events, now)
    found = _unscheduled(pod, claims, events) or _volumes(pod, claims, events) or _containers(pod, events, last_line)
    if found:
        return found
    if status.get("phase") in ("Failed", "Unknown"):
        text = f"{status.get('phase')}: {status.get('message') or status.get('reason') or 'no message'}"
        return [Cause("failed", meta["name"], text)]
    return _starting(pod, events)


def _volumes(pod: Object, claims: Sequence[Object], events: Sequence[Object]) -> list[Cause]:
    """Claims of the pod that have no volume, or have lost their volume."""
    by_name = {claim["metadata"]["name"]: claim for claim in claims}
    found = []
    for volume in (pod.get("spec") or {}).get("volumes") or []:
        claim = by_name.get((volume.get("persistentVolumeClaim") or {}).get("claimName"))
        phase = ((claim or {}).get("status") or {}).get("phase")
        if claim is not None and phase in ("Pending", "Lost"):
            name, spec = claim["metadata"]["name"], claim.get("spec") or {}
            size = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "?")
            text = f"claim {name} is {phase}: no volume of class {spec.get('storageClassName') or '(none)'}, {size}"
            event = _event_message(events, name, _CLAIM_EVENTS, str(claim["metadata"].get("uid") or ""))
            found.append(Cause("volume", pod["metadata"]["name"], f"{text}{f' ({event})' if event else ''}"))
    return found


def _event_message(events: Sequence[Object], name: str, reasons: Sequence[str], uid: str) -> str:
    """The message of the latest event about an object that has one of the reasons."""
    matching = [
        event
        for event in events
        if (event.get("involvedObject") or {}).get("name") == name
        and (event.get("reason") in reasons)
        and (not uid or (event["involvedObject"].get("uid") or uid) == uid)
    ]
    return str(max(matching, key=event_time).get("message") or "").strip().rstrip(".: ") if matching else ""


def _unscheduled(pod: Object, claims: Sequence[Object], events: Sequence[Object]) -> list[Cause]:
    """Why no node accepts the pod. A claim may have no volume only because the pod is not scheduled."""
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            message = str(condition.get("message") or condition.get("reason") or "").partition(". ")[0]
            text = f"no node accepts the pod: {message.rstrip('.')}"
            if not any(word in message.lower() for word in _VOLUME_WORDS):
                return [Cause("unschedulable", pod["metadata"]["name"], text)]
            return [*_volumes(pod, claims, events), Cause("volume", pod["metadata"]["name"], text)]
    return []


def _containers(pod: Object, events: Sequence[Object], last_line: LastLine) -> list[Cause]:
    status, name = pod.get("status") or {}, pod["metadata"]["name"]
    found = []
    for state in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        container, waiting = str(state.get("name", "")), (state.get("state") or {}).get("waiting") or {}
        ended = (state.get("state") or {}).get("terminated") or (state.get("lastState") or {}).get("terminated") or {}
        reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "").rstrip(".")
        if reason in _IMAGE:
            text = f"container {container}: {reason} of {state.get('image', '?')}: {message}"
            found.append(Cause("image", name, text))
        elif reason in _CONFIG:
            found.append(Cause("config", name, f"container {container}: {reason}: {message}"))
        elif reason == "CrashLoopBackOff" or (ended and ended.get("exitCode") and not state.get("ready")):
            found.append(_crash(pod, container, state, ended, events, last_line(name, container)))
    return found


def _crash(
    pod: Object,
    container: str,
    state: Mapping[str, Any],
    ended: Mapping[str, Any],
    events: Sequence[Object],
    line: str,
) -> Cause:
    name = pod["metadata"]["name"]
    code, why = ended.get("exitCode"), ended.get("reason") or ""
    times = int(state.get("restartCount") or 0) + bool((state.get("state") or {}).get("terminated"))
    text = f"container {container} ended {'once' if times <= 1 else f'{times} times'}"
    if code is not None:
        text += f", last with exit code {code}{f' ({why})' if why not in ('', 'Error', 'Completed') else ''}"
    killed = [event for event in events if _KILLED.match(str(event.get("message") or ""))]
    probe = _event_message(killed, name, ("Unhealthy",), str(pod["metadata"].get("uid") or ""))
    if probe:
        text += f"; the kubelet may have ended it: {probe}"
    return Cause("crash", name, f"{text}{f'; last line of its log: {line}' if line else ''}")


def _starting(pod: Object, events: Sequence[Object]) -> list[Cause]:
    """Containers are being created, or run and fail their readiness probe."""
    meta, status = pod["metadata"], pod.get("status") or {}
    uid = str(meta.get("uid") or "")
    mount = _event_message(events, meta["name"], ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"), uid)
    init, sidecars = _init_containers(pod)
    running = [*sidecars, *(each for each in status.get("containerStatuses") or [] if _is_running(each))]
    if mount and not running:
        return [Cause("mount", meta["name"], mount)]
    if init:
        return [Cause("init", meta["name"], f"init container {', '.join(init)} is still running")]
    probe = _event_message(events, meta["name"], ("Unhealthy",), uid)
    unready = [str(each.get("name")) for each in running if not each.get("ready")]
    if unready:
        text = f"container {', '.join(unready)} {'runs but is' if len(unready) == 1 else 'run but are'} not ready"
        return [Cause("probe", meta["name"], f"{text}{f': {probe}' if probe else ''}")]
    gates = [each.get("conditionType") for each in (pod.get("spec") or {}).get("readinessGates") or []]
    if gates and running:
        return [Cause("gate", meta["name"], f"waits for the readiness gates {', '.join(map(str, gates))}")]
    return [Cause("starting", meta["name"], f"{status.get('phase', 'Unknown')}: its containers are being started")]


def _is_running(state: Mapping[str, Any]) -> bool:
    return "running" in (state.get("state") or {})


def _init_containers(pod: Object) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The names of running init containers that block the pod, and the states of running sidecars."""
    specs = (pod.get("spec") or {}).get("initContainers") or []
    sidecars = {each.get("name") for each in specs if each.get("restartPolicy") == "Always"}
    states = (pod.get("status") or {}).get("initContainerStatuses") or []
    running = [state for state in states if _is_running(state)]
    init = [str(state.get("name")) for state in running if state.get("name") not in sidecars]
    return init, [state for state in running if state.get("name") in sidecars]


def terminating_causes(pod: Object, events: Sequence[Object], now: str) -> list[Cause]:
    """Why a pod that is being deleted still exists; empty for a pod that is not being deleted."""
    meta = pod["metadata"]
    since = meta.get("deletionTimestamp")
    if not since:
        return []
    finalizers = meta.get("finalizers") or []
    if finalizers:
        text = f"is being deleted, but has the finalizers {', '.join(finalizers)}: their controllers must remove them"
        return [Cause("terminating", meta["name"], text)]
    grace, node = meta.get("deletionGracePeriodSeconds"), (pod.get("spec") or {}).get("nodeName")
    if str(since) < now:
        text = f"is being deleted; its grace period of {grace} s ended at {since}: is the kubelet of {node} running?"
    else:
        text = f"is being deleted; its grace period of {grace} s ends at {since}"
    event = _event_message(events, meta["name"], ("FailedKillPod", "NodeNotReady"), str(meta.get("uid") or ""))
    if event:
        text += f" (node {node}: {event})"
    return [Cause("terminating", meta["name"], text)]
