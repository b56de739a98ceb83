# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching workers: finding them, and running programs of the collection inside them, many at once."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    PODS,
    UNAUTHORIZED,
    KubeClient,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers import model as plan
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config as pods_inside_config
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker

# Python reads exactly as many bytes as it is told: servers before Kubernetes 1.30 cannot end a command's input.
# Everything else comes by that input, so neither process lists nor the API's audit log show any of it.
BOOT = (
    "import json,signal,sys,types\n"
    "signal.alarm(int(sys.argv[2]))\n"
    "d=json.loads(sys.stdin.buffer.read(int(sys.argv[1])))\n"
    "for n,t in d['modules']:\n"
    " m=types.ModuleType(n);sys.modules[n]=m;exec(compile(t,n,'exec'),m.__dict__)\n"
    " p,_,c=n.rpartition('.');setattr(sys.modules.setdefault(p,types.ModuleType(p)),c,m)\n"
    "sys.stdout.write(json.dumps(m.main(d['options'])))\n"
)
In = TypeVar("In")
Out = TypeVar("Out")


class PodFault(DcnError):
    """A program did not come to its end in one pod; ``reason`` is the rule of the problem."""

    def __init__(self, rule: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.reason = rule
        self.hint = hint


def find(client: KubeClient, namespace: str, labels: Sequence[str], container: str = "") -> list[Worker]:
    """All Glance workers of a namespace."""
    items, _version = client.list(PODS, namespace, labels=",".join(labels))
    return plan.workers(items, container)


def everywhere(work: Callable[[In], Out], items: Sequence[In], concurrency: int) -> list[Out]:
    """Do the work for all, so many at once; results in the order of the items."""
    with ThreadPoolExecutor(max(1, min(concurrency, len(items) or 1))) as pool:
        return list(pool.map(work, items))


def _source(module: ModuleType) -> str:
    """The text of a module, also out of the archive in which Ansible sends it. inspect is not safe among threads."""
    get_source = getattr(getattr(module.__spec__, "loader", None), "get_source", None)
    text = get_source(module.__name__) if get_source else None
    if text is None:
        raise DcnError(f"The source of {module.__name__}, which is to run in pods, cannot be read.")
    return str(text)


def program(entry: ModuleType, options: Mapping[str, Any]) -> bytes:
    """A program with its options, as the pod's Python reads it."""
    modules = [pods_inside_config, *([] if entry is pods_inside_config else [entry])]
    sources = [(module.__name__, _source(module)) for module in modules]
    return json.dumps({"modules": sources, "options": dict(options)}).encode("utf-8")


def run(
    client: KubeClient, worker: Worker, entry: ModuleType, options: Mapping[str, Any], timeout: float
) -> dict[str, Any]:
    """Run one of the ``pods_inside`` programs in a worker; PodFault when it does not answer."""
    if worker.trouble:
        raise PodFault("pod_not_running", f"The pod {worker.trouble}.")
    data = program(entry, options)
    # It ends itself when nobody waits for it any more.
    command = ["python3", "-c", BOOT, str(len(data)), str(math.ceil(timeout) + 1)]
    try:
        done = client.execute(worker.namespace, worker.name, worker.container, command, stdin=data, timeout=timeout)
    except KubeError as error:
        if error.reason in (FORBIDDEN, UNAUTHORIZED):
            raise  # the same for every pod
        raise PodFault("exec_failed", str(error)) from None
    if done.rc in (126, 127):
        text = f"Container {worker.container} of image {_image(worker)} has no python3 that can be run."
        raise PodFault("python_missing", text, "Glance itself needs it: name the container that serves by 'container'.")
    try:
        answer = json.loads(done.stdout.decode("utf-8"))
    except ValueError:
        answer = None
    if done.rc or not isinstance(answer, dict):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        text = f"The program in container {worker.container} ended with {done.rc}: {redact.mask_urls(said[-1])[:300]}"
        raise PodFault("look_failed", text)
    return answer


def _image(worker: Worker) -> str:
    found = [item["image"] for item in plan.containers(worker.pod) if item["name"] == worker.container]
    return str(found[0]) if found else "?"


def seconds_since(start: float) -> float:
    """Elapsed time, as results show it."""
    return round(time.monotonic() - start, 3)
