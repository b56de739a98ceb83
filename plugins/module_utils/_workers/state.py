# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a worker: pod and containers, volumes, staging directory, configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.config import WorkerConfig
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import (
    ERROR,
    WARNING,
    PodProblem,
    Worker,
    containers,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.urls import OWN_FILE

# With less free space than this, the next upload fails.
MINIMUM_FREE_BYTES = 64 * 1024 * 1024
CLAIM_HINTS = {
    "Pending": "Check that the storage class exists and can provide a volume.",
    "Missing": "The StatefulSet creates it when the pod is recreated: delete the pod.",
    "Terminating": "It is deleted with all staged data when the pod ends: import or copy the data first.",
    "Lost": "Its volume and all staged data are lost: delete the claim and the pod.",
}


@dataclass(frozen=True)
class WorkerLimits:
    """The limits beyond which a state is a problem."""

    restarts: int = 0
    free_bytes: int = 1024 * 1024 * 1024
    leftover_seconds: int = 86400
    # Kubernetes writes files at the moment when a container starts.
    stale_seconds: float = 2.0
    # The process of the server writes the worker's own file, some time after its start.
    own_stale_seconds: float = 120.0


def claims_of(worker: Worker, claims: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The claims (PVCs) of a worker, with the path where the serving container mounts each."""
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
    return [_claim(name, mounts.get(volume, ""), claims.get(name)) for volume, name in sorted(named.items())]


def _claim(name: str, mount: str, claim: Mapping[str, Any] | None) -> dict[str, Any]:
    spec, status = (claim or {}).get("spec", {}), (claim or {}).get("status", {})
    phase = "Missing" if claim is None else str(status.get("phase") or "Unknown")
    return {
        "name": name,
        "phase": "Terminating" if claim and claim["metadata"].get("deletionTimestamp") else phase,
        "modes": [str(mode) for mode in spec.get("accessModes") or []],
        "size": str((status.get("capacity") or {}).get("storage") or ""),
        "requested": str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or ""),
        "class": str(spec.get("storageClassName") or ""),
        "volume": str(spec.get("volumeName") or ""),
        "mount": mount,
    }


def claim_of_path(claims: Sequence[Mapping[str, Any]], path: str) -> Mapping[str, Any] | None:
    """The claim whose mount contains a path; without a path, the claim of /var/lib/glance."""
    wanted = (path or "/var/lib/glance").rstrip("/") + "/"
    inside = [claim for claim in claims if claim["mount"] and wanted.startswith(str(claim["mount"]).rstrip("/") + "/")]
    return max(inside, key=lambda claim: len(str(claim["mount"])), default=None)


def check_pod(worker: Worker, limits: WorkerLimits) -> list[PodProblem]:
    """Whether the pod runs, is ready, and was not restarted too often."""
    found: list[PodProblem] = []
    if worker.unavailable:
        hint = f"See the events of the pod: kubectl describe pod {worker.name}."
        found.append(PodProblem(ERROR, worker.name, "pod_not_running", f"The pod {worker.unavailable}.", hint))
    elif not worker.ready:
        text = "The pod runs but is not ready, so its Service sends it no requests."
        hint = "See the result of its readiness probe and the log of the container."
        found.append(PodProblem(WARNING, worker.name, "pod_not_ready", text, hint))
    for item in containers(worker.pod):
        looping = item["reason"] == "CrashLoopBackOff"
        if item["restarts"] > limits.restarts or looping:
            code = item["last_exit_code"]
            last = "" if code is None else f", last after {item['last_reason'] or 'it exited'} (exit code {code})"
            text = f"Container {item['name']} was restarted {item['restarts']} times{last}."
            hint = f"Log of the previous run: kubectl logs --previous -c {item['name']} {worker.name}"
            severity = ERROR if looping else WARNING
            found.append(PodProblem(severity, worker.name, "container_restarting", text, hint))
    return found


def check_claims(worker: Worker, claims: Sequence[Mapping[str, Any]], staging: str) -> list[PodProblem]:
    """Whether a bound claim contains the worker's staging directory."""
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
    if claim_of_path(claims, staging) is None:
        text = "The staging directory is not on a persistent volume: staged data are lost when the pod ends."
        hint = "In the Glance template, set storage.storageRequest, and storage.external: false at the top level too."
        found.append(PodProblem(WARNING, worker.name, "pvc_missing", text, hint))
    return found


def check_shared_claims(claims: Mapping[str, Mapping[str, Any] | None]) -> list[PodProblem]:
    """Whether two workers have their staging directory on one claim; ``claims`` maps workers to that claim."""
    by_claim: dict[str, list[str]] = {}
    for worker, claim in claims.items():
        if claim:
            by_claim.setdefault(str(claim["name"]), []).append(worker)
    text = (
        "Its staging directory is on the claim {claim}, which {others} also uses, although each advertises its own URL."
    )
    hint = (
        "Each worker needs its own claim: use volumeClaimTemplates of the StatefulSet, not a volume that names a claim."
    )
    return [
        PodProblem(
            WARNING, name, "pvc_shared", text.format(claim=claim, others=", ".join(sorted({*names} - {name}))), hint
        )
        for claim, names in by_claim.items()
        if len(names) > 1
        for name in names
    ]


def check_staging(worker: Worker, staging: Mapping[str, Any], limits: WorkerLimits) -> list[PodProblem]:
    """Whether the staging directory exists, is writable, has free space, and has no old files."""
    path = staging["path"]
    if not staging["exists"]:
        text = f"The staging directory {path} cannot be read: {staging.get('error')}."
        hint = "Imports fail until it exists. Glance creates it at its start if the account that runs Glance may."
        return [PodProblem(ERROR, worker.name, "staging_missing", text, hint)]
    found = []
    if not staging["writable"]:
        text = f"The staging directory {path} is not writable by the account that runs Glance."
        hint = "Check the owner of the volume and the pod's fsGroup."
        found.append(PodProblem(ERROR, worker.name, "staging_unwritable", text, hint))
    free = int(staging["free_bytes"])
    if free < max(limits.free_bytes, MINIMUM_FREE_BYTES):
        size = int(staging["size_bytes"]) // 2**20
        text = f"The staging directory {path} has {free // 2**20} MiB free of {size} MiB."
        hint = (
            "A conversion needs twice the size of the image. Remove files that are not needed, or use a larger volume."
        )
        severity = ERROR if free < MINIMUM_FREE_BYTES else WARNING
        found.append(PodProblem(severity, worker.name, "staging_full", text, hint))
    old = [item for item in staging["files"] if item["age"] > limits.leftover_seconds]
    if old:
        names = ", ".join(sorted({str(item["image"]) for item in old})[:5])
        size = sum(int(item["size"]) for item in old) // 2**20
        text = f"{len(old)} staged files ({size} MiB) are older than {limits.leftover_seconds} seconds: {names}."
        hint = "Import or delete these images. When Glance starts, it removes files of images that no longer exist."
        found.append(PodProblem(WARNING, worker.name, "staged_leftover", text, hint))
    return found


def check_config(
    worker: Worker, config: WorkerConfig, inspection: Mapping[str, Any], limits: WorkerLimits
) -> list[PodProblem]:
    """Whether the configuration files can be loaded, and the process has loaded their present content."""
    hint = "Glance will not start with this file."
    found = [
        PodProblem(ERROR, worker.name, "config_unreadable", f"{text}.".replace("..", "."), hint)
        for text in config.errors
    ]
    process = inspection.get("process")
    hint = "Check whether 'container' names the container that serves Glance."
    if not config.files:
        text = "No configuration file of Glance was found in the container."
        found.append(PodProblem(ERROR, worker.name, "config_missing", text, hint))
    if process is None:
        text = "No process that serves Glance was found in the container."
        found.append(PodProblem(WARNING, worker.name, "process_missing", text, hint))
        return found
    newer = stale_files(inspection, limits)
    if newer:
        text = f"Its process is older than its configuration: {', '.join(newer)} changed after it started."
        hint = "It still uses the previous content: restart the pod."
        found.append(PodProblem(WARNING, worker.name, "config_stale", text, hint))
    return found


def stale_files(inspection: Mapping[str, Any], limits: WorkerLimits) -> list[str]:
    """The paths of the configuration files that changed after the process had started, so that it has not read them."""
    process = inspection.get("process")
    if process is None:
        return []
    return [
        str(item["path"])
        for item in inspection.get("configuration", [])
        if float(item["modified"])
        > float(process["started"])
        + (limits.own_stale_seconds if str(item["path"]).endswith(f"/{OWN_FILE}") else limits.stale_seconds)
    ]


def check_same_config(configs: Mapping[str, WorkerConfig], workers: Sequence[Worker]) -> list[PodProblem]:
    """Whether the workers of one StatefulSet have the same configuration, apart from their own URL."""
    found = []
    first: dict[str, Worker] = {}
    for worker in workers:
        config = configs.get(worker.name)
        if config is None:
            continue
        other = first.setdefault(worker.stateful_set, worker)
        if config.digest() != configs[other.name].digest():
            keys = _differing(config, configs[other.name])
            text = f"Its configuration differs from that of {other.name}: {', '.join(keys[:5])}."
            hint = "A rollout is in progress, or one of them was not restarted."
            found.append(PodProblem(WARNING, worker.name, "config_differs", text, hint))
    return found


def _differing(one: WorkerConfig, other: WorkerConfig) -> list[str]:
    keys = {*one.options, *other.options}
    found = {key for key in keys if one.options.get(key) != other.options.get(key)}
    return sorted(f"[{section}] {option}" for section, option in found if option != "worker_self_reference_url")
