# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observed workers: their problems, and how the module ``glance_pod_info`` returns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers import client_files, state, urls
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import WorkerConfig
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import ExpectedFiles
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import (
    PodProblem,
    Worker,
    containers,
    sorted_problems,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import WorkerLimits


@dataclass(frozen=True)
class InspectionOptions:
    """What to inspect. Times are in seconds."""

    expected: Mapping[str, ExpectedFiles] = field(default_factory=dict)
    limits: WorkerLimits = WorkerLimits()
    timeout: float = 30.0
    reach_timeout: float = 10.0
    concurrency: int = 8
    config: bool = False
    reach: bool = True
    connect: bool = False


@dataclass
class ObservedWorker:
    """What is known of one worker; ``inspection`` is None where the pod could not be inspected."""

    worker: Worker
    claims: list[dict[str, Any]] = field(default_factory=list)
    inspection: dict[str, Any] | None = field(default=None, repr=False)
    config: WorkerConfig | None = None
    reached: list[dict[str, Any]] = field(default_factory=list)
    connections: list[dict[str, Any]] = field(default_factory=list)
    problems: list[PodProblem] = field(default_factory=list)

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Confs and keyrings by path."""
        return {str(item["path"]): item for item in (self.inspection or {}).get("client_files", [])}

    @property
    def staging_path(self) -> str:
        """The staging directory; empty when unknown."""
        return str((self.inspection or {}).get("staging", {}).get("path", ""))


def configs_of(observed: Sequence[ObservedWorker]) -> dict[str, WorkerConfig]:
    """The configuration of each worker that could be inspected."""
    return {item.worker.name: item.config for item in observed if item.config is not None}


def problems_of(observed: Sequence[ObservedWorker], options: InspectionOptions) -> list[PodProblem]:
    """The problems of all workers."""
    workers, configs = [item.worker for item in observed], configs_of(observed)
    found = [problem for item in observed for problem in item.problems]
    for item in observed:
        worker = item.worker
        found += state.check_claims(worker, item.claims, item.staging_path)
        if item.inspection is None or item.config is None:
            continue
        found += state.check_staging(worker, item.inspection["staging"], options.limits)
        found += state.check_config(worker, item.config, item.inspection, options.limits)
        mounted = client_files.mounted_files(options.expected.get(worker.api), item.files)
        found += client_files.check_mounts(worker, mounted, item.files)
        found += client_files.check_store_files(worker, item.config, item.files)
        found += client_files.check_connections(worker, item.connections, item.config)
        found += urls.check_reachability(worker, item.reached, workers, configs)
    found += state.check_shared_claims(
        {item.worker.name: state.claim_of_path(item.claims, item.staging_path) for item in observed}
    )
    found += urls.check_urls(workers, configs)
    found += state.check_same_config(configs, workers)
    return sorted_problems(found)


def worker_result(
    item: ObservedWorker, observed: Sequence[ObservedWorker], options: InspectionOptions
) -> dict[str, Any]:
    """One worker as the module returns it."""
    worker, inspection = item.worker, item.inspection or {}
    own, config = containers(worker.pod), item.config
    shared = urls.shared_urls(configs_of(observed))
    url = config.worker_url if config else ""
    result: dict[str, Any] = {
        "name": worker.name,
        "api": worker.api,
        "type": worker.kind,
        "statefulset": worker.stateful_set,
        "ordinal": worker.ordinal,
        "phase": worker.phase,
        "ready": worker.ready,
        "node": worker.node,
        "address": worker.address,
        "host": worker.host,
        "container": worker.container,
        "containers": own,
        "restarts": sum(each["restarts"] for each in own),
        "image": next((each["image"] for each in own if each["name"] == worker.container), ""),
        "pvc": state.claim_of_path(item.claims, item.staging_path),
        "pvcs": item.claims,
        "staging": inspection.get("staging"),
        "worker_url": url,
        "url_unique": bool(url) and url not in shared,
        "reaches": {
            str(each["pod"]): urls.reach_result(each, [one.worker for one in observed]) for each in item.reached
        },
        "stores": {str(each["store"]): client_files.connection_result(each) for each in item.connections},
        "mounts": client_files.mounted_files(options.expected.get(worker.api), item.files),
        "client_files": [_file(each) for each in item.files.values()],
        **_config_files(inspection, options),
    }
    return {**result, "config": config.masked()} if options.config and config else result


def _config_files(inspection: Mapping[str, Any], options: InspectionOptions) -> dict[str, Any]:
    """The configuration files, and whether the process has read them."""
    files = inspection.get("configuration", [])
    return {
        "config_files": [{"path": each["path"], "modified": each["modified"]} for each in files],
        "stale_files": state.stale_files(inspection, options.limits),
        "process_started": (inspection.get("process") or {}).get("started"),
    }


def _file(item: Mapping[str, Any]) -> dict[str, Any]:
    """A conf or keyring without its content."""
    keys = ("path", "exists", "readable", "mode", "uid", "gid", "size")
    return {**{key: item[key] for key in keys if key in item}, "clients": dict(item.get("entities") or {})}
