# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URLs that workers advertise: each worker has its own, and every other worker can reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._workers.config import (
    ENVIRONMENT,
    PUBLIC_URL,
    WORKER_URL,
    WorkerConfig,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import ERROR, WARNING, PodProblem, Worker

# The worker's own file: the container writes it before it starts the server.
OWN_FILE = "01-config.conf"
SECRET_FILE = "03-config.conf"
OVERRIDE_HINT = (
    "The operator writes each worker's own URL to 01-config.conf. Remove worker_self_reference_url from"
    " customServiceConfig, which overrides it with one value for all workers."
)


def check_urls(workers: Sequence[Worker], configs: Mapping[str, WorkerConfig]) -> list[PodProblem]:
    """Whether every inspected worker advertises a URL of its own."""
    found: list[PodProblem] = []
    sharing = shared_urls(configs)
    for worker in workers:
        config = configs.get(worker.name)
        if config is None:
            continue
        url, hint = config.worker_url, _override_hint(config)
        if not url:
            text = "worker_self_reference_url is not set, so only this worker can import images that are staged on it."
            found.append(PodProblem(ERROR, worker.name, "worker_url_missing", text, hint))
        elif url in sharing:
            others = [name for name in sharing[url] if name != worker.name]
            does = "does" if len(others) == 1 else "do"
            text = (
                f"It advertises {url}, as {', '.join(others)} {does}: each treats data staged on the other as its own."
            )
            found.append(PodProblem(ERROR, worker.name, "worker_url_shared", text, hint))
        else:
            found += _own_name(worker, url, hint)
        found += _overridden(worker, config, hint)
    return found


def _overridden(worker: Worker, config: WorkerConfig, hint: str) -> list[PodProblem]:
    """Whether anything but the worker's own file sets its URL."""
    if config.worker_url and config.worker_url_option == PUBLIC_URL:
        text = "worker_self_reference_url is not set, so Glance uses public_endpoint, which all workers share."
        return [PodProblem(WARNING, worker.name, "worker_url_overridden", text, hint)]
    origin = config.origin.get(WORKER_URL, "")
    name = origin.rpartition("/")[2]
    own = any(file.endswith(OWN_FILE) for file in config.files)
    if not own or not (origin == ENVIRONMENT or (origin.endswith(".conf") and name > OWN_FILE)):
        return []
    text = f"{origin} overrides worker_self_reference_url of the worker's own {OWN_FILE}."
    return [PodProblem(WARNING, worker.name, "worker_url_overridden", text, hint)]


def _override_hint(config: WorkerConfig) -> str:
    """The hint, with the source of the wrong value where the file name shows it."""
    if config.origin.get(WORKER_URL, "").rpartition("/")[2] == SECRET_FILE:
        return OVERRIDE_HINT.replace("customServiceConfig,", "a Secret of customServiceConfigSecrets,")
    return OVERRIDE_HINT


def shared_urls(configs: Mapping[str, WorkerConfig]) -> dict[str, list[str]]:
    """The URLs that several workers advertise, each with the names of these workers."""
    by_url: dict[str, list[str]] = {}
    for name, config in configs.items():
        if config.worker_url:
            by_url.setdefault(config.worker_url, []).append(name)
    return {url: sorted(names) for url, names in by_url.items() if len(names) > 1}


def host_of(url: str) -> str:
    """The host of a URL; empty where the text is not a URL."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def _own_name(worker: Worker, url: str, hint: str) -> list[PodProblem]:
    """Whether the host of the URL is the pod's own name (with any domain) or its address."""
    host = host_of(url)
    own = worker.host[: -len(".svc")].lower()
    if not url.lower().startswith(("http://", "https://")) or not host:
        text = f"Its worker_self_reference_url {url} is not an http or https URL with a host."
        return [PodProblem(ERROR, worker.name, "worker_url_host", text, hint)]
    if host in (own, f"{own}.svc") or host.startswith(f"{own}.svc."):
        return []
    if host == worker.address.lower():
        text = f"Its worker_self_reference_url {url} is its address, which changes when the pod is recreated."
        text += " Images staged before that cannot be imported or deleted afterwards."
        return [PodProblem(WARNING, worker.name, "worker_url_address", text, hint)]
    text = f"Its worker_self_reference_url {url} is not its own name: {worker.host} is expected."
    return [PodProblem(ERROR, worker.name, "worker_url_host", text, hint)]


def peers(worker: Worker, workers: Sequence[Worker], configs: Mapping[str, WorkerConfig]) -> list[dict[str, str]]:
    """The workers that this one must reach: all others, because all APIs share their images; itself if alone."""
    advertising = [other for other in workers if other.name in configs and configs[other.name].worker_url]
    others = [other for other in advertising if other.name != worker.name] or advertising
    return [{"pod": other.name, "url": configs[other.name].worker_url} for other in others]


def check_reachability(
    worker: Worker, results: Sequence[Mapping[str, Any]], workers: Sequence[Worker], configs: Mapping[str, WorkerConfig]
) -> list[PodProblem]:
    """Whether this worker's requests to the others succeeded; ``results`` comes from ``inside/reach``.

    A failed request to a worker that is not ready is a consequence: ``check_pod`` reports that worker.
    """
    known = {other.name: other for other in workers}
    sharing = shared_urls(configs)
    found = []
    for item in results:
        other = known[str(item["pod"])]
        url = configs[other.name].worker_url
        # Between APIs, only users who stage through one and import through another are affected.
        severity = ERROR if other.api == worker.api else WARNING
        if item["step"] != "done" and not other.ready:
            continue  # a headless Service publishes only the names of ready pods
        if item["step"] == "resolve":
            text = f"It cannot resolve the name in {url}, which {other.name} advertises: {item['error']}."
            hint = "Check the headless Service, and that the pod's subdomain is the name of that Service."
            found.append(PodProblem(severity, worker.name, "worker_url_unresolvable", text, hint))
        elif item["step"] == "connect":
            text = f"It cannot connect to {url}, which {other.name} advertises: {item['error']}."
            hint = "Check that Glance listens on that port, and the network policies between the workers."
            found.append(PodProblem(severity, worker.name, "worker_url_unreachable", text, hint))
        elif item["step"] == "request":
            status = f"HTTP {item['status']} {item['error']}" if item["status"] else str(item["error"])
            text = f"It connects to {url}, which {other.name} advertises, but the request fails: {status.strip()}."
            hint = "Check the scheme, and for https the names and the issuer of the certificate."
            found.append(PodProblem(severity, worker.name, "worker_url_unreachable", text, hint))
        elif _wrong_host(item, other) and url not in sharing:
            where = ", ".join(item["addresses"])
            text = f"{url}, which {other.name} advertises, resolves to {where}, but {other.name} has {other.address}."
            hint = "Requests go to the wrong host: the URL must name the pod itself, not a Service or a load balancer."
            found.append(PodProblem(severity, worker.name, "worker_url_wrong_host", text, hint))
    return found


def _wrong_host(item: Mapping[str, Any], other: Worker) -> bool:
    return bool(item["step"] == "done" and other.address and other.address not in item["addresses"])


def reach_result(item: Mapping[str, Any], workers: Sequence[Worker]) -> str:
    """The result of one request as the module returns it: ok, or the step that failed and why."""
    if any(_wrong_host(item, other) for other in workers if other.name == item["pod"]):
        return f"wrong host: {', '.join(item['addresses'])}"
    if item["step"] == "done":
        return "ok"
    status = f"HTTP {item['status']} " if item["status"] else ""
    return f"{item['step']}: {status}{item['error']}".strip()
