# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API and the pod itself tell of a worker's state: containers, volumes, configuration, staging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.config import Effective
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker, containers
from ansible_collections.dcn.glance.plugins.module_utils._workers.problem import ERROR, WARNING, PodProblem

# The container writes it before it becomes the server, and is the same process all the time.
OWN_FILE = "/01-config.conf"
# So little room that the next upload fails.
NO_ROOM = 64 * 1024 * 1024
CLAIM_HINTS = {
    "Pending": "Check that the storage class exists and has a volume left.",
    "Missing": "The StatefulSet makes it when the pod is made anew: delete the pod.",
    "Terminating": "It goes with everything staged on it as soon as the pod ends: import or save that first.",
    "Lost": "Its volume is gone, and with it what was staged: delete the claim and the pod.",
}


@dataclass(frozen=True)
class Limits:
    """What counts as too much or too little."""

    restarts: int = 0
    free_bytes: int = 1024 * 1024 * 1024
    leftover_seconds: int = 86400
    # Files are written at the very moment when a container starts.
    stale_seconds: float = 2.0
    # The worker's own file is written by what becomes the server, after some work of its own.
    own_stale_seconds: float = 120.0


def claims_of(worker: Worker, claims: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The volumes that the serving container mounts from claims."""
    spec = worker.pod.get("spec", {})
    named = {
        str(volume["name"]): str(volume["persistentVolumeClaim"]["claimName"])
        for volume in spec.get("volumes") or []
        if volume.get("persistentVolumeClaim")
    }
    mounts = {}
    for item in spec.get("containers") or []:
        if item["name"] == worker.container or not worker.container:
            mounts.update({str(m["name"]): str(m["mountPath"]) for m in item.get("volumeMounts") or []})
    return [
        _claim(name, mounts.get(volume, ""), claims.get(name), worker.namespace)
        for volume, name in sorted(named.items())
    ]


def _claim(name: str, mount: str, claim: Mapping[str, Any] | None, namespace: str) -> dict[str, Any]:
    if claim is None:
        return {
            "name": name,
            "phase": "Missing",
            "modes": [],
            "size": "",
            "requested": "",
            "class": "",
            "volume": "",
            "mount": mount,
        }
    spec, status = claim.get("spec", {}), claim.get("status", {})
    return {
        "name": name,
        "phase": "Terminating" if claim["metadata"].get("deletionTimestamp") else str(status.get("phase") or "Unknown"),
        "modes": [str(mode) for mode in spec.get("accessModes") or []],
        "size": str((status.get("capacity") or {}).get("storage") or ""),
        "requested": str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or ""),
        "class": str(spec.get("storageClassName") or ""),
        "volume": str(spec.get("volumeName") or ""),
        "mount": mount,
    }


def holding(claims: Sequence[Mapping[str, Any]], path: str) -> Mapping[str, Any] | None:
    """The claim in whose mount a path lies; without a path, the one of /var/lib/glance."""
    wanted = (path or "/var/lib/glance").rstrip("/") + "/"
    inside = [claim for claim in claims if claim["mount"] and wanted.startswith(str(claim["mount"]).rstrip("/") + "/")]
    return max(inside, key=lambda claim: len(str(claim["mount"])), default=None)


def judge_pod(worker: Worker, limits: Limits) -> list[PodProblem]:
    """Running, ready, and not restarting."""
    found: list[PodProblem] = []
    if worker.trouble:
        hint = "The events of the pod say more: kubectl describe pod."
        found.append(PodProblem(ERROR, worker.name, "pod_not_running", f"The pod {worker.trouble}.", hint))
    elif not worker.ready:
        text = "The pod runs and is not ready, so its service sends it nothing."
        found.append(
            PodProblem(WARNING, worker.name, "pod_not_ready", text, "Its readiness probe or its log says why.")
        )
    for item in containers(worker.pod):
        looping = item["reason"] == "CrashLoopBackOff"
        if item["restarts"] > limits.restarts or looping:
            last = (
                f", the last time after {item['last_reason'] or 'its end'}"
                if item["last_exit_code"] is not None
                else ""
            )
            code = f" (exit code {item['last_exit_code']})" if item["last_exit_code"] is not None else ""
            text = f"Container {item['name']} has been restarted {item['restarts']} times{last}{code}."
            hint = f"The log before that: kubectl logs --previous -c {item['name']} {worker.name}"
            severity = ERROR if looping else WARNING
            found.append(PodProblem(severity, worker.name, "container_restarting", text, hint))
    return found


def judge_claims(worker: Worker, claims: Sequence[Mapping[str, Any]], staging: str) -> list[PodProblem]:
    """A worker has a volume of its own for what is staged."""
    found = [
        PodProblem(
            ERROR,
            worker.name,
            "pvc_pending",
            f"The claim {claim['name']} (class {claim['class'] or 'none'}, {claim['requested']}) is {claim['phase']}.",
            CLAIM_HINTS.get(claim["phase"], CLAIM_HINTS["Pending"]),
        )
        for claim in claims
        if claim["phase"] != "Bound"
    ]
    if holding(claims, staging) is None:
        text = "No volume of its own holds the staging directory: what is staged is lost when the pod ends."
        hint = "Set storage.storageRequest, and storage.external false at the top level too, in the Glance template."
        found.append(PodProblem(WARNING, worker.name, "pvc_missing", text, hint))
    return found


def judge_sharing(claims: Mapping[str, Mapping[str, Any] | None]) -> list[PodProblem]:
    """No two workers stage on one volume; ``claims`` by worker."""
    by_claim: dict[str, list[str]] = {}
    for worker, claim in claims.items():
        if claim:
            by_claim.setdefault(str(claim["name"]), []).append(worker)
    text = "Its staging directory is on the claim {claim}, as that of {others} is, and yet each advertises itself."
    hint = "Each worker needs a claim of its own: a template of claims in the StatefulSet, not a volume by name."
    return [
        PodProblem(
            WARNING, name, "pvc_shared", text.format(claim=claim, others=", ".join(sorted({*names} - {name}))), hint
        )
        for claim, names in by_claim.items()
        if len(names) > 1
        for name in names
    ]


def judge_staging(worker: Worker, staging: Mapping[str, Any], limits: Limits) -> list[PodProblem]:
    """The staging directory exists, is writable, has room, and holds nothing old."""
    path = staging["path"]
    if not staging["exists"]:
        text = f"The staging directory {path} cannot be read: {staging.get('error')}."
        hint = "Imports fail until it exists; Glance makes it at its start where it may."
        return [PodProblem(ERROR, worker.name, "staging_missing", text, hint)]
    found = []
    if not staging["writable"]:
        text = f"The staging directory {path} is not writable for the account that Glance runs as."
        hint = "Check the owner of the volume and the pod's fsGroup."
        found.append(PodProblem(ERROR, worker.name, "staging_unwritable", text, hint))
    free = int(staging["free_bytes"])
    if free < max(limits.free_bytes, NO_ROOM):
        text = (
            f"The staging directory {path} has {free // 2**20} MiB left of {int(staging['size_bytes']) // 2**20} MiB."
        )
        hint = "A conversion needs room for the image twice. Remove what is left over, or use a larger volume."
        severity = ERROR if free < NO_ROOM else WARNING
        found.append(PodProblem(severity, worker.name, "staging_full", text, hint))
    old = [item for item in staging["files"] if item["age"] > limits.leftover_seconds]
    if old:
        names = ", ".join(sorted({str(item["image"]) for item in old})[:5])
        size = sum(int(item["size"]) for item in old) // 2**20
        text = f"{len(old)} staged files ({size} MiB) are older than {limits.leftover_seconds} seconds: {names}."
        hint = "Import or delete these images; Glance removes files of images that are gone when it starts."
        found.append(PodProblem(WARNING, worker.name, "staged_leftover", text, hint))
    return found


def judge_config(worker: Worker, config: Effective, look: Mapping[str, Any], limits: Limits) -> list[PodProblem]:
    """The files can be read, and the process has read them as they are now."""
    found = [
        PodProblem(
            ERROR, worker.name, "config_unreadable", f"{text}.".replace("..", "."), "Glance will not start with it."
        )
        for text in config.refused
    ]
    process = look.get("process")
    if not config.files:
        text = "No configuration file of Glance was found in the container."
        found.append(PodProblem(ERROR, worker.name, "config_missing", text, "Is it the right container?"))
    if process is None:
        text = "No process that serves Glance was found in the container."
        found.append(PodProblem(WARNING, worker.name, "process_missing", text, "Is it the right container?"))
        return found
    newer = [
        str(item["path"])
        for item in look["configuration"]
        if float(item["modified"])
        > float(process["started"])
        + (limits.own_stale_seconds if str(item["path"]).endswith(OWN_FILE) else limits.stale_seconds)
    ]
    if newer:
        text = f"Its process is older than its configuration: {', '.join(newer)} changed after it had started."
        hint = "It still works by the old content: restart the pod."
        found.append(PodProblem(WARNING, worker.name, "config_stale", text, hint))
    return found


def judge_alike(configs: Mapping[str, Effective], workers: Sequence[Worker]) -> list[PodProblem]:
    """The workers of one set are configured alike, but for their own URL."""
    found = []
    first: dict[str, Worker] = {}
    for worker in workers:
        config = configs.get(worker.name)
        if config is None:
            continue
        other = first.setdefault(worker.set, worker)
        if config.digest() != configs[other.name].digest():
            keys = _differing(config, configs[other.name])
            text = f"Its configuration differs from that of {other.name}: {', '.join(keys[:5])}."
            hint = "A rollout is on its way, or one of them was not restarted."
            found.append(PodProblem(WARNING, worker.name, "config_differs", text, hint))
    return found


def _differing(one: Effective, other: Effective) -> list[str]:
    keys = {*one.options, *other.options}
    found = {key for key in keys if one.options.get(key) != other.options.get(key)}
    return sorted(f"[{section}] {option}" for section, option in found if option != "worker_self_reference_url")
