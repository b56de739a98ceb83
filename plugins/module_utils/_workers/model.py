# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance workers among the pods of a namespace, and the problems that are found with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller, is_ready, ordinal_of
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import API_LABEL, parse_api_label

# The serving container: glance-api behind a proxy, else the web server. glance-log only shows a log file.
CONTAINERS = ("glance-api", "glance-httpd")
PORT = 9292
ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class PodProblem:
    """One problem of a worker: ``rule`` is a stable identifier, ``hint`` says what to do."""

    severity: str
    pod: str
    rule: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{f'{self.pod}: ' if self.pod else ''}{self.message}{f' {self.hint}' if self.hint else ''}"


def missing_workers(namespace: str, apis: Sequence[str], others: int) -> list[PodProblem]:
    """Warnings about APIs without workers; an API with 0 replicas has none on purpose."""
    hint = "Scale it up, or check namespace, apis and label_selectors."
    found = [
        PodProblem(WARNING, "", "no_workers", f"API {api} has no worker in namespace {namespace}.", hint)
        for api in apis
    ]
    if not found and not others:
        found = [PodProblem(WARNING, "", "no_workers", f"There is no Glance worker in namespace {namespace}.", hint)]
    return found


def sorted_problems(found: Iterable[PodProblem]) -> list[PodProblem]:
    """The problems without duplicates: errors first, then by pod, then in the order of detection."""
    order = {problem: number for number, problem in reversed(list(enumerate(found)))}
    return sorted(order, key=lambda problem: (problem.severity != ERROR, problem.pod, order[problem]))


@dataclass(frozen=True)
class Worker:
    """One replica of an API instance.

    ``container`` is the serving container, ``unavailable`` the reason why no command can run in it (empty: it can).
    """

    name: str
    namespace: str
    api: str
    kind: str
    stateful_set: str
    ordinal: int
    host: str
    address: str
    node: str
    phase: str
    ready: bool
    scheme: str
    port: int
    container: str
    unavailable: str
    pod: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def url(self) -> str:
        """The URL of this worker itself, whatever URL it advertises: its name for https, else its address."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{self.host if self.scheme == 'https' else address}:{self.port}"


def workers(pods: Iterable[Mapping[str, Any]], container: str = "") -> list[Worker]:
    """The workers among pods, by API and ordinal. Pods of Jobs have the same label and are no workers."""
    found = [_worker(pod, container) for pod in pods if (controller(pod) or {}).get("kind") == "StatefulSet"]
    return sorted(found, key=lambda worker: (worker.api, worker.kind, worker.stateful_set, worker.ordinal))


def _worker(pod: Mapping[str, Any], container: str) -> Worker:
    meta, spec, status = pod["metadata"], pod.get("spec", {}), pod.get("status", {})
    name, namespace, owner = str(meta["name"]), str(meta.get("namespace", "")), str((controller(pod) or {})["name"])
    label = str((meta.get("labels") or {}).get(API_LABEL, ""))
    key, kind = parse_api_label(label) or (label or owner, "")
    ordinal = ordinal_of(name, owner)
    chosen = _container(pod, container)
    scheme, port = _listener(spec)
    return Worker(
        name=name,
        namespace=namespace,
        api=key,
        kind=kind,
        stateful_set=owner,
        ordinal=-1 if ordinal is None else ordinal,
        host=f"{spec.get('hostname') or name}.{spec.get('subdomain') or owner}.{namespace}.svc",
        address=str(status.get("podIP") or ""),
        node=str(spec.get("nodeName") or ""),
        phase="Terminating" if meta.get("deletionTimestamp") else str(status.get("phase") or "Unknown"),
        ready=is_ready(pod),
        scheme=scheme,
        port=port,
        container=chosen,
        unavailable=unavailable_reason(pod, chosen),
        pod=pod,
    )


def _container(pod: Mapping[str, Any], wanted: str) -> str:
    """The serving container, or the requested one; empty when the pod does not have it."""
    names = [str(item["name"]) for item in pod.get("spec", {}).get("containers") or []]
    if wanted:
        return wanted if wanted in names else ""
    known = [name for name in CONTAINERS if name in names]
    others = [name for name in names if not name.endswith("-log")]
    return (known or others or [""])[0]


def _listener(spec: Mapping[str, Any]) -> tuple[str, int]:
    """Scheme and port, as the pod's probes state them."""
    for item in spec.get("containers") or []:
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            request = (item.get(probe) or {}).get("httpGet")
            if request and str(request.get("port", "")).isdigit():
                return str(request.get("scheme") or "HTTP").lower(), int(request["port"])
    return "http", PORT


def container_status(pod: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The status of one of the pod's containers."""
    return next((c for c in pod.get("status", {}).get("containerStatuses") or [] if c.get("name") == name), {})


def unavailable_reason(pod: Mapping[str, Any], container: str) -> str:
    """Why no command can run in the container; empty when one can."""
    names = [str(item["name"]) for item in pod.get("spec", {}).get("containers") or []]
    if not container:
        return f"does not have this container; it has {', '.join(names) or 'none'}"
    if pod["metadata"].get("deletionTimestamp"):
        return "is being deleted"
    state = container_status(pod, container).get("state") or {}
    if "running" in state:
        return ""
    for kind in ("waiting", "terminated"):
        if kind in state:
            return f"has container {container} in state {kind}{_reason(state[kind])}"
    for condition in pod.get("status", {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return f"is not scheduled to a node{_reason(condition)}"
    return f"is in phase {pod.get('status', {}).get('phase') or 'Unknown'}{_reason(pod.get('status', {}))}"


def _reason(item: Mapping[str, Any]) -> str:
    words = [str(item[key]) for key in ("reason", "message") if item.get(key)]
    return f" ({': '.join(words)})" if words else ""


def select(found: Sequence[Worker], apis: Sequence[str], names: Sequence[str]) -> list[Worker]:
    """The workers of these APIs and of these names; an empty list means all. Unknown names are an error."""
    keys = sorted({worker.api for worker in found})
    known = {worker.name for worker in found}
    missing = [Problem(f"apis[{i}]", _unknown("API", name, keys)) for i, name in enumerate(apis) if name not in keys]
    for index, name in enumerate(names):
        if name not in known:
            missing.append(Problem(f"pods[{index}]", _unknown("pod", name, sorted(known))))
    if missing:
        raise InputErrors(missing)
    return [worker for worker in found if (not apis or worker.api in apis) and (not names or worker.name in set(names))]


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    existing = f"existing: {', '.join(known)}" if known else "the namespace has no Glance worker"
    return f"no Glance worker belongs to the {what} '{name}'; {existing}"


def require_workers(found: Sequence[Worker], namespace: str, labels: Sequence[str]) -> None:
    """Raise DcnError when there is no worker."""
    if not found:
        raise DcnError(
            f"There is no Glance worker in namespace {namespace} (pods of a StatefulSet with {' '.join(labels)})."
            " Check namespace and label_selectors, and whether the API is scaled to 0 replicas."
        )


def containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The containers of a pod as a module returns them."""
    result = []
    for item in pod.get("spec", {}).get("containers") or []:
        status = container_status(pod, str(item["name"]))
        state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated") or {}
        word = next(iter(state), "absent")
        result.append(
            {
                "name": str(item["name"]),
                "state": word,
                "reason": str((state.get(word) or {}).get("reason") or ""),
                "started": str((state.get("running") or {}).get("startedAt") or ""),
                "ready": bool(status.get("ready")),
                "restarts": int(status.get("restartCount") or 0),
                "last_reason": str(last.get("reason") or ""),
                "last_exit_code": last.get("exitCode"),
                "last_finished": str(last.get("finishedAt") or ""),
                "image": str(status.get("image") or item.get("image") or ""),
            }
        )
    return result
