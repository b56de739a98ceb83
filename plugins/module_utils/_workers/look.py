# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking into workers: what the API tells, what each pod tells, and what the pods tell of each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PVCS, KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._workers import files as pods_files
from ansible_collections.dcn.glance.plugins.module_utils._workers import state as pods_state
from ansible_collections.dcn.glance.plugins.module_utils._workers import urls as pods_urls
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import Effective, effective, rbd_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.files import Expected
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import look as pods_inside_look
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import reach as pods_inside_reach
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import store as pods_inside_store
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker, containers
from ansible_collections.dcn.glance.plugins.module_utils._workers.problem import ERROR, PodProblem, sorted_problems
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodFault, everywhere, run
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import Limits

# How many others a worker asks at the same time.
AT_ONCE = 32


@dataclass(frozen=True)
class Wish:
    """What to look at and how."""

    expected: Mapping[str, Expected] = field(default_factory=dict)
    limits: Limits = Limits()
    timeout: float = 30.0
    reach_timeout: float = 10.0
    concurrency: int = 8
    config: bool = False
    reach: bool = True
    connect: bool = False


@dataclass
class Seen:
    """What is known of one worker."""

    worker: Worker
    claims: list[dict[str, Any]] = field(default_factory=list)
    look: dict[str, Any] | None = field(default=None, repr=False)
    config: Effective | None = None
    reached: list[dict[str, Any]] = field(default_factory=list)
    entered: list[dict[str, Any]] = field(default_factory=list)
    problems: list[PodProblem] = field(default_factory=list)

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Confs and keyrings by path."""
        return {str(item["path"]): item for item in (self.look or {}).get("client_files", [])}


def look_into(client: KubeClient, workers: Sequence[Worker], wish: Wish) -> list[Seen]:
    """Look into every worker, then let each ask the others."""
    seen = everywhere(lambda worker: _look(client, worker, wish), workers, wish.concurrency)
    if wish.reach:
        configs = configs_of(seen)
        everywhere(lambda item: _reach(client, item, workers, configs, wish), seen, wish.concurrency)
    if wish.connect:
        everywhere(lambda item: _enter(client, item, wish), seen, wish.concurrency)
    return seen


def configs_of(seen: Sequence[Seen]) -> dict[str, Effective]:
    """The configuration of each worker that could be looked into."""
    return {item.worker.name: item.config for item in seen if item.config is not None}


def _look(client: KubeClient, worker: Worker, wish: Wish) -> Seen:
    item = Seen(worker)
    item.problems += pods_state.judge_pod(worker, wish.limits)
    if worker.trouble:
        return item
    expected = wish.expected.get(worker.api)
    options: dict[str, Any] = {"directories": [pods_files.DIRECTORY]}
    if expected:
        options = {"directories": [expected.directory], "files": list(expected.files)}
    try:
        item.look = run(client, worker, pods_inside_look, options, wish.timeout)
    except PodFault as fault:
        item.problems.append(PodProblem(ERROR, worker.name, fault.reason, str(fault), fault.hint))
        return item
    item.config = effective(item.look["configuration"])
    return item


def _reach(
    client: KubeClient, item: Seen, workers: Sequence[Worker], configs: Mapping[str, Effective], wish: Wish
) -> None:
    peers = pods_urls.peers(item.worker, workers, configs)
    if item.config is None or not peers:
        return
    options = {"peers": peers, "timeout": wish.reach_timeout, "at_once": AT_ONCE}
    rounds = math.ceil(len(peers) / AT_ONCE)
    # Each: its name, a connection, and two requests at most.
    limit = wish.timeout + 4 * wish.reach_timeout * rounds
    try:
        answer = run(client, item.worker, pods_inside_reach, options, limit)
    except PodFault as fault:
        item.problems.append(PodProblem(ERROR, item.worker.name, fault.reason, str(fault), fault.hint))
        return
    item.reached = list(answer["reached"])


def _enter(client: KubeClient, item: Seen, wish: Wish) -> None:
    """Try the stores whose files are there; of the others something else is said."""
    if item.config is None:
        return
    config, files = item.config, item.files
    stores = [
        {"store": store.id, "conf": store.conf, "user": store.user or "admin", "pool": store.pool}
        for store in rbd_stores(config)
        if not pods_files.judge_store(item.worker, store, files)
    ]
    if not stores:
        return
    options = {"stores": stores, "timeout": wish.reach_timeout}
    try:
        answer = run(client, item.worker, pods_inside_store, options, wish.timeout + 2 * wish.reach_timeout)
    except PodFault as fault:
        item.problems.append(PodProblem(ERROR, item.worker.name, fault.reason, str(fault), fault.hint))
        return
    item.entered = list(answer["stores"])


def judge(seen: Sequence[Seen], wish: Wish) -> list[PodProblem]:
    """Every problem of all workers."""
    workers, configs = [item.worker for item in seen], configs_of(seen)
    found = [problem for item in seen for problem in item.problems]
    for item in seen:
        worker = item.worker
        staging = (item.look or {}).get("staging", {})
        found += pods_state.judge_claims(worker, item.claims, str(staging.get("path", "")))
        if item.look is None or item.config is None:
            continue
        found += pods_state.judge_staging(worker, staging, wish.limits)
        found += pods_state.judge_config(worker, item.config, item.look, wish.limits)
        mounts = pods_files.mounts(wish.expected.get(worker.api), item.files)
        found += pods_files.judge_mounts(worker, mounts, item.files)
        found += pods_files.judge_stores(worker, item.config, item.files)
        found += pods_files.judge_entered(worker, item.entered, item.config)
        found += pods_urls.judge_reached(worker, item.reached, workers, configs)
    places = {item.worker.name: str((item.look or {}).get("staging", {}).get("path", "")) for item in seen}
    found += pods_state.judge_sharing(
        {item.worker.name: pods_state.holding(item.claims, places[item.worker.name]) for item in seen}
    )
    found += pods_urls.judge_urls(workers, configs)
    found += pods_state.judge_alike(configs, workers)
    return sorted_problems(found)


def add_claims(client: KubeClient, namespace: str, seen: Sequence[Seen]) -> None:
    """One list for all."""
    items, _version = client.list(PVCS, namespace)
    claims = {str(item["metadata"]["name"]): item for item in items}
    for item in seen:
        item.claims = pods_state.claims_of(item.worker, claims)


def describe(item: Seen, seen: Sequence[Seen], wish: Wish) -> dict[str, Any]:
    """One worker as the module returns it."""
    worker, look = item.worker, item.look or {}
    own, config = containers(worker.pod), item.config
    sharing = pods_urls.shared(configs_of(seen))
    url = config.worker_url if config else ""
    staging = look.get("staging")
    result: dict[str, Any] = {
        "name": worker.name,
        "api": worker.api,
        "type": worker.kind,
        "statefulset": worker.set,
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
        "pvc": pods_state.holding(item.claims, str((staging or {}).get("path", ""))),
        "pvcs": item.claims,
        "staging": staging,
        "worker_url": url,
        "url_unique": bool(url) and url not in sharing,
        "reaches": {str(each["pod"]): pods_urls.told(each, [one.worker for one in seen]) for each in item.reached},
        "stores": {str(each["store"]): pods_files.entered(each) for each in item.entered},
        "mounts": pods_files.mounts(wish.expected.get(worker.api), item.files),
        "client_files": [_file(each) for each in item.files.values()],
        "config_files": [
            {"path": each["path"], "modified": each["modified"]} for each in look.get("configuration", [])
        ],
        "process_started": (look.get("process") or {}).get("started"),
    }
    return {**result, "config": config.shown()} if wish.config and config else result


def _file(item: Mapping[str, Any]) -> dict[str, Any]:
    """A conf or keyring without its content."""
    keys = ("path", "exists", "readable", "mode", "uid", "gid", "size")
    return {**{key: item[key] for key in keys if key in item}, "clients": dict(item.get("entities") or {})}
