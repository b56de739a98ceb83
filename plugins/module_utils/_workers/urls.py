# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URLs by which workers know each other: each its own, and each can be reached from every other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._workers.config import (
    ENVIRONMENT,
    PUBLIC_URL,
    WORKER_URL,
    Effective,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.problem import ERROR, WARNING, PodProblem

OWN_FILE = "01-config.conf"
SECRET_FILE = "03-config.conf"
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
        url, hint = config.worker_url, _override_hint(config)
        if not url:
            text = "worker_self_reference_url is not set, so images staged here can only be imported here."
            found.append(PodProblem(ERROR, worker.name, "worker_url_missing", text, hint))
        elif url in sharing:
            others = [name for name in sharing[url] if name != worker.name]
            does = "does" if len(others) == 1 else "do"
            text = f"It advertises {url}, as {', '.join(others)} {does}: each takes what the other staged for its own."
            found.append(PodProblem(ERROR, worker.name, "worker_url_shared", text, hint))
        else:
            found += _own_name(worker, url, hint)
        found += _overridden(worker, config, hint)
    return found


def _overridden(worker: Worker, config: Effective, hint: str) -> list[PodProblem]:
    """Whether something else than the worker's own file says which URL it has."""
    if config.worker_url and config.worker_url_option == PUBLIC_URL:
        text = "worker_self_reference_url is not set, so Glance takes public_endpoint, which is no worker's own."
        return [PodProblem(WARNING, worker.name, "worker_url_overridden", text, hint)]
    origin = config.origin.get(WORKER_URL, "")
    name = origin.rpartition("/")[2]
    own = any(file.endswith(OWN_FILE) for file in config.files)
    if not own or not (origin == ENVIRONMENT or (origin.endswith(".conf") and name > OWN_FILE)):
        return []
    text = f"{origin} sets worker_self_reference_url over the worker's own {OWN_FILE}."
    return [PodProblem(WARNING, worker.name, "worker_url_overridden", text, hint)]


def _override_hint(config: Effective) -> str:
    """Where the wrong value comes from, as far as the file tells."""
    if config.origin.get(WORKER_URL, "").rpartition("/")[2] == SECRET_FILE:
        return OVERRIDE_HINT.replace("customServiceConfig,", "a Secret of customServiceConfigSecrets,")
    return OVERRIDE_HINT


def shared(configs: Mapping[str, Effective]) -> dict[str, list[str]]:
    """URLs that several workers advertise, each with their names."""
    by_url: dict[str, list[str]] = {}
    for name, config in configs.items():
        if config.worker_url:
            by_url.setdefault(config.worker_url, []).append(name)
    return {url: sorted(names) for url, names in by_url.items() if len(names) > 1}


def host_of(url: str) -> str:
    """The host that a URL names; empty where it is no URL."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def _own_name(worker: Worker, url: str, hint: str) -> list[PodProblem]:
    """The host of the URL is the pod's own name (whatever domain follows), or its address."""
    host = host_of(url)
    own = worker.host[: -len(".svc")].lower()
    if not url.lower().startswith(("http://", "https://")) or not host:
        text = f"Its worker_self_reference_url {url} is not a URL with http or https and a host."
        return [PodProblem(ERROR, worker.name, "worker_url_host", text, hint)]
    if host in (own, f"{own}.svc") or host.startswith(f"{own}.svc."):
        return []
    if host == worker.address.lower():
        text = f"Its worker_self_reference_url {url} is its address, which changes when the pod is made anew."
        text += " Images staged before that could not be imported or deleted."
        return [PodProblem(WARNING, worker.name, "worker_url_address", text, hint)]
    text = f"Its worker_self_reference_url {url} is not its own name: {worker.host} is expected."
    return [PodProblem(ERROR, worker.name, "worker_url_host", text, hint)]


def peers(worker: Worker, workers: Sequence[Worker], configs: Mapping[str, Effective]) -> list[dict[str, str]]:
    """Whom this worker has to reach: every other one, because all APIs have the same images; itself when alone."""
    telling = [other for other in workers if other.name in configs and configs[other.name].worker_url]
    others = [other for other in telling if other.name != worker.name] or telling
    return [{"pod": other.name, "url": configs[other.name].worker_url} for other in others]


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
        # Between APIs it matters only to users who stage through one and import through another.
        grade = ERROR if other.api == worker.api else WARNING
        if item["step"] == "resolve":
            text = f"It cannot resolve the name in {url}, which {other.name} advertises: {item['error']}."
            hint = "Check the headless service, and that the pod's subdomain is its name."
            found.append(PodProblem(grade, worker.name, "worker_url_unresolvable", text, hint))
        elif item["step"] == "connect":
            text = f"It cannot connect to {url}, which {other.name} advertises: {item['error']}."
            hint = "Check that Glance listens there, and the network policies between the workers."
            found.append(PodProblem(grade, worker.name, "worker_url_unreachable", text, hint))
        elif item["step"] == "request":
            status = f"HTTP {item['status']} {item['error']}" if item["status"] else str(item["error"])
            text = f"It connects to {url}, which {other.name} advertises, and gets no good answer: {status.strip()}."
            hint = "Check the scheme, and for https the certificate's names and who signed it."
            found.append(PodProblem(grade, worker.name, "worker_url_unreachable", text, hint))
        elif _elsewhere(item, other) and url not in sharing:
            where = ", ".join(item["addresses"])
            text = f"{url}, which {other.name} advertises, leads to {where} from here; {other.name} is {other.address}."
            hint = "A request for it would go elsewhere: the URL must be the pod's own, not a service's or balancer's."
            found.append(PodProblem(grade, worker.name, "worker_url_elsewhere", text, hint))
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
