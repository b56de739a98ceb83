# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the state of workers: from the Kubernetes API, from each pod, and from the pods' requests to each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, PVCS
from ansible_collections.dcn.glance.plugins.module_utils._workers import model
from ansible_collections.dcn.glance.plugins.module_utils._workers.client_files import store_file_errors
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import WorkerConfig, parse_config, rbd_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import connect, inspect, reach
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import ERROR, PodProblem, Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.result import (
    InspectionOptions,
    ObservedWorker,
    configs_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodError, run_parallel, run_program
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import check_pod, claims_of
from ansible_collections.dcn.glance.plugins.module_utils._workers.urls import peers

# To how many other workers a worker sends requests at the same time.
PARALLEL_REQUESTS = 32


def find_workers(client: KubeClient, params: Mapping[str, Any]) -> list[Worker]:
    """The workers that the options of ``worker_argument_spec`` select; none at all is an error."""
    found = _all_workers(client, params)
    model.require_workers(found, params["namespace"], params["label_selectors"])
    return model.select(found, params["apis"], params["pods"])


def find_existing_workers(client: KubeClient, params: Mapping[str, Any]) -> tuple[list[Worker], list[str]]:
    """The same without an error for an API that has no worker, such as one with 0 replicas; these APIs come second."""
    found = _all_workers(client, params)
    known = {worker.api for worker in found}
    empty = [api for api in params["apis"] if api not in known]
    apis = [api for api in params["apis"] if api in known]
    if params["apis"] and not apis:
        return model.select([], [], params["pods"]), empty
    return model.select(found, apis, params["pods"]), empty


def _all_workers(client: KubeClient, params: Mapping[str, Any]) -> list[Worker]:
    items, _version = client.list(PODS, params["namespace"], labels=",".join(params["label_selectors"]))
    return model.workers(items, params.get("container") or "")


def inspect_workers(client: KubeClient, workers: Sequence[Worker], options: InspectionOptions) -> list[ObservedWorker]:
    """Inspect every worker; with ``reach`` and ``connect``, each also tests the other workers and its clusters."""
    observed = run_parallel(lambda worker: _inspect(client, worker, options), workers, options.concurrency)
    if options.reach:
        configs = configs_of(observed)
        run_parallel(lambda item: _reach(client, item, workers, configs, options), observed, options.concurrency)
    if options.connect:
        run_parallel(lambda item: _connect(client, item, options), observed, options.concurrency)
    return observed


def _inspect(client: KubeClient, worker: Worker, options: InspectionOptions) -> ObservedWorker:
    item = ObservedWorker(worker)
    item.problems += check_pod(worker, options.limits)
    if worker.unavailable:
        return item
    expected = options.expected.get(worker.api)
    sent: dict[str, Any] = {"directories": [CONF_DIRECTORY]}
    if expected:
        sent = {"directories": [expected.directory], "files": list(expected.files)}
    item.inspection = _run(client, item, inspect, sent, options.timeout)
    if item.inspection is not None:
        item.config = parse_config(item.inspection["configuration"])
    return item


def _run(
    client: KubeClient, item: ObservedWorker, program: Any, sent: Mapping[str, Any], timeout: float
) -> dict[str, Any] | None:
    """The answer of a program in the worker; None when it fails, which becomes a problem of the worker."""
    try:
        return run_program(client, item.worker, program, sent, timeout)
    except PodError as error:
        item.problems.append(PodProblem(ERROR, item.worker.name, error.rule, str(error), error.hint))
        return None


def _reach(
    client: KubeClient,
    item: ObservedWorker,
    workers: Sequence[Worker],
    configs: Mapping[str, WorkerConfig],
    options: InspectionOptions,
) -> None:
    others = peers(item.worker, workers, configs)
    if item.config is None or not others:
        return
    sent = {"peers": others, "timeout": options.reach_timeout, "parallel": PARALLEL_REQUESTS}
    rounds = math.ceil(len(others) / PARALLEL_REQUESTS)
    # Each peer: name resolution, a connection, and at most two requests.
    limit = options.timeout + 4 * options.reach_timeout * rounds
    answer = _run(client, item, reach, sent, limit)
    item.reached = list(answer["reached"]) if answer else []


def _connect(client: KubeClient, item: ObservedWorker, options: InspectionOptions) -> None:
    """Test the stores that have their client files. Missing files are reported separately."""
    if item.config is None:
        return
    stores = [
        {"store": store.id, "conf": store.conf, "user": store.user or "admin", "pool": store.pool}
        for store in rbd_stores(item.config)
        if not store_file_errors(item.worker, store, item.files)
    ]
    if stores:
        sent = {"stores": stores, "timeout": options.reach_timeout}
        answer = _run(client, item, connect, sent, options.timeout + 2 * options.reach_timeout)
        item.connections = list(answer["stores"]) if answer else []


def add_claims(client: KubeClient, namespace: str, observed: Sequence[ObservedWorker]) -> None:
    """Add the claims (PVCs) of every worker, with one request."""
    items, _version = client.list(PVCS, namespace)
    claims = {str(item["metadata"]["name"]): item for item in items}
    for item in observed:
        item.claims = claims_of(item.worker, claims)
