# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run programs of the collection inside workers, in many workers at the same time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of
from ansible_collections.dcn.glance.plugins.module_utils._ini import dialects, redact
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, UNAUTHORIZED, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config, identity
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker, containers

# The first argument is the number of bytes to read: servers before Kubernetes 1.30 cannot close standard input.
# Modules and options come by standard input, so neither process lists nor the API's audit log show them.
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


class PodError(DcnError):
    """A program failed in one pod; ``rule`` and ``hint`` are those of the problem to report."""

    def __init__(self, rule: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.rule = rule
        self.hint = hint


def run_parallel(work: Callable[[In], Out], items: Sequence[In], concurrency: int) -> list[Out]:
    """Call ``work`` for every item in up to ``concurrency`` threads; results in the order of the items."""
    with ThreadPoolExecutor(max(1, min(concurrency, len(items) or 1))) as pool:
        return list(pool.map(work, items))


def program(entry: ModuleType, options: Mapping[str, Any]) -> bytes:
    """A program with the modules that it imports and its options, as BOOT reads it."""
    sources = [(module.__name__, source_of(module)) for module in (dialects, config, identity, entry)]
    return json.dumps({"modules": sources, "options": dict(options)}).encode("utf-8")


def run_program(
    client: KubeClient, worker: Worker, entry: ModuleType, options: Mapping[str, Any], timeout: float
) -> dict[str, Any]:
    """Run a program of ``inside`` in a worker for up to ``timeout`` seconds; raises PodError when it fails."""
    if worker.unavailable:
        raise PodError("pod_not_running", f"The pod {worker.unavailable}.")
    data = program(entry, options)
    # The program ends itself after that many seconds.
    command = ["python3", "-c", BOOT, str(len(data)), str(math.ceil(timeout) + 1)]
    try:
        done = client.execute(worker.namespace, worker.name, worker.container, command, stdin=data, timeout=timeout)
    except KubeError as error:
        if error.reason in (FORBIDDEN, UNAUTHORIZED):
            raise  # the same for every pod
        raise PodError("exec_failed", str(error)) from None
    if done.rc in (126, 127):
        text = f"Container {worker.container} of image {_image(worker)} has no executable python3."
        raise PodError("python_missing", text, "Set 'container' to the container that serves Glance, which has Python.")
    try:
        answer = json.loads(done.stdout.decode("utf-8"))
    except ValueError:
        answer = None
    if done.rc or not isinstance(answer, dict):
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no output"]
        reason = redact.mask_urls(lines[-1])[:300]
        text = f"The program in container {worker.container} exited with code {done.rc}: {reason}"
        raise PodError("program_failed", text)
    return answer


def _image(worker: Worker) -> str:
    found = [item["image"] for item in containers(worker.pod) if item["name"] == worker.container]
    return str(found[0]) if found else "?"


def seconds_since(start: float) -> float:
    """The elapsed seconds, rounded as results show them."""
    return round(time.monotonic() - start, 3)
