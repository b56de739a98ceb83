# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URLs by which workers know each other: each its own, and each can be reached from every other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.dcn.glance.plugins.module_utils.plan.pods import Worker
from ansible_collections.dcn.glance.plugins.module_utils.plan.pods_config import WORKER_URL, Effective
from ansible_collections.dcn.glance.plugins.module_utils.plan.pods_problem import ERROR, WARNING, PodProblem

OWN_FILE = "01-config.conf"
OVERRIDE_HINT = (
    "The operator writes each worker's own URL to 01-config.conf: worker_self_reference_url must not be set in"
    " customServiceConfig, which wins over it for all workers alike."
)


def judge_urls(workers: Sequence[Worker], configs: Mapping[str, Effective]) -> list[PodProblem]:
    """Every looked-into worker has a URL, its own, which nobody shares."""
    found: list[PodProblem] = []
    sharing = shared(configs)
    for worker in workers:
        config = configs.get(worker.name)
        if config is None:
            continue
        url = config.worker_url
        if not url:
            text = "worker_self_reference_url is not set, so images staged here can only be imported here."
            found.append(PodProblem(ERROR, worker.name, "worker_url_missing", text, OVERRIDE_HINT))
            continue
        if url in sharing:
            others = [name for name in sharing[url] if name != worker.name]
            text = f"It advertises {url}, as {', '.join(others)} does: each takes what the other staged for its own."
            found.append(PodProblem(ERROR, worker.name, "worker_url_shared", text, OVERRIDE_HINT))
        else:
            found += _own_name(worker, url)
        origin = config.origin.get(WORKER_URL, "")
        name = origin.rpartition("/")[2]
        if origin.endswith(".conf") and name > OWN_FILE and any(f.endswith(OWN_FILE) for f in config.files):
            text = f"{origin} sets worker_self_reference_url over the worker's own {OWN_FILE}."
            found.append(PodProblem(WARNING, worker.name, "worker_url_overridden", text, OVERRIDE_HINT))
    return found


def shared(configs: Mapping[str, Effective]) -> dict[str, list[str]]:
    """URLs that several workers advertise, each with their names."""
    by_url: dict[str, list[str]] = {}
    for name, config in configs.items():
        if config.worker_url:
            by_url.setdefault(config.worker_url, []).append(name)
    return {url: sorted(names) for url, names in by_url.items() if len(names) > 1}


def _own_name(worker: Worker, url: str) -> list[PodProblem]:
    """The host of the URL is the pod's own name (whatever domain follows), or its address."""
    host = (urlsplit(url).hostname or "").lower()
    own = worker.host[: -len(".svc")].lower()
    if host == worker.address.lower() or host == own or host.startswith(f"{own}.svc"):
        return []
    text = f"Its worker_self_reference_url {url} is not its own name: {worker.host} is expected."
    return [PodProblem(ERROR, worker.name, "worker_url_host", text, OVERRIDE_HINT)]


def peers(worker: Worker, workers: Sequence[Worker], configs: Mapping[str, Effective]) -> list[dict[str, str]]:
    """Whom this worker has to reach: every other one of its API that tells a URL."""
    return [
        {"pod": other.name, "url": configs[other.name].worker_url}
        for other in workers
        if other.api == worker.api and other.name != worker.name and other.name in configs
        if configs[other.name].worker_url
    ]


def judge_reached(
    worker: Worker, reached: Sequence[Mapping[str, Any]], workers: Sequence[Worker], configs: Mapping[str, Effective]
) -> list[PodProblem]:
    """What came of this worker's requests to the others."""
    known = {other.name: other for other in workers}
    sharing = shared(configs)
    found = []
    for item in reached:
        other = known[str(item["pod"])]
        url = configs[other.name].worker_url
        if item["step"] == "resolve":
            text = f"It cannot resolve the name in {url}, which {other.name} advertises: {item['error']}."
            hint = "Check the headless service, and that the pod's subdomain is its name."
            found.append(PodProblem(ERROR, worker.name, "worker_url_unresolvable", text, hint))
        elif item["step"] == "connect":
            text = f"It cannot connect to {url}, which {other.name} advertises: {item['error']}."
            hint = "Check that Glance listens there, and the network policies between the workers."
            found.append(PodProblem(ERROR, worker.name, "worker_url_unreachable", text, hint))
        elif item["step"] == "request":
            status = f"HTTP {item['status']} {item['error']}" if item["status"] else str(item["error"])
            text = f"It connects to {url}, which {other.name} advertises, and gets no good answer: {status.strip()}."
            hint = "Check the scheme, and for https the certificate's names and who signed it."
            found.append(PodProblem(ERROR, worker.name, "worker_url_unreachable", text, hint))
        elif _elsewhere(item, other) and url not in sharing:
            where = ", ".join(item["addresses"])
            text = f"{url}, which {other.name} advertises, leads to {where} from here; {other.name} is {other.address}."
            hint = "A request for it would go elsewhere: the URL must be the pod's own, not a service's or balancer's."
            found.append(PodProblem(ERROR, worker.name, "worker_url_elsewhere", text, hint))
    return found


def _elsewhere(item: Mapping[str, Any], other: Worker) -> bool:
    return bool(item["step"] == "done" and other.address and other.address not in item["addresses"])


def told(item: Mapping[str, Any], workers: Sequence[Worker]) -> str:
    """How the result of one request is returned: ok, or how far it came and why not further."""
    if any(_elsewhere(item, other) for other in workers if other.name == item["pod"]):
        return f"elsewhere: {', '.join(item['addresses'])}"
    if item["step"] == "done":
        return "ok"
    status = f"HTTP {item['status']} " if item["status"] else ""
    return f"{item['step']}: {status}{item['error']}".strip()
