# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command in workers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    TIMEOUT,
    UNAUTHORIZED,
    KubeClient,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import stop as pods_inside_stop
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodFault, everywhere, run, seconds_since


@dataclass(frozen=True)
class Command:
    """What to run in each pod."""

    words: tuple[str, ...]
    stdin: bytes = field(default=b"", repr=False)
    timeout: float = 60.0
    # Bytes of each of the two outputs that are returned.
    limit: int = 4 * 1024 * 1024


def run_command(
    client: KubeClient, workers: Sequence[Worker], command: Command, concurrency: int
) -> list[dict[str, Any]]:
    """One result per worker, in order; what keeps a command from running is told in ``error``."""
    return everywhere(lambda worker: _one(client, worker, command), workers, concurrency)


def _one(client: KubeClient, worker: Worker, command: Command) -> dict[str, Any]:
    result = planned(worker)
    if worker.trouble:
        return {**result, "error": f"The pod {worker.trouble}."}
    start = time.monotonic()
    try:
        done = client.execute(
            worker.namespace,
            worker.name,
            worker.container,
            list(command.words),
            stdin=command.stdin,
            timeout=command.timeout,
        )
    except KubeError as error:
        if error.reason in (FORBIDDEN, UNAUTHORIZED):
            raise  # the same for every pod
        spent = seconds_since(start)
        text = _stopped(client, worker, command, start) if error.reason == TIMEOUT else str(error)
        return {**result, "error": text, "seconds": spent}
    return {
        **result,
        "rc": done.rc,
        "stdout": _text(done.stdout[: command.limit]),
        "stderr": _text(done.stderr[: command.limit]),
        "truncated": max(len(done.stdout), len(done.stderr)) > command.limit,
        "seconds": seconds_since(start),
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _stopped(client: KubeClient, worker: Worker, command: Command, start: float) -> str:
    """Kubernetes leaves a command running when nobody listens any more, so it is ended by another one."""
    late = f"The command did not end within {command.timeout:g} seconds"
    try:
        options = {"words": list(command.words), "before": time.monotonic() - start}
        answer = run(client, worker, pods_inside_stop, options, 20.0)
    except (KubeError, PodFault) as error:
        return f"{late} and may still run in container {worker.container}, where it could not be ended: {error}"
    if answer["ended"]:
        return f"{late} and was ended."
    if answer["found"]:
        return f"{late} and still runs in container {worker.container}: it could not be ended."
    return f"{late}. It was not found in container {worker.container} afterwards: look whether something of it runs."


def planned(worker: Worker) -> dict[str, Any]:
    """A worker's result before anything ran."""
    return {
        "pod": worker.name,
        "api": worker.api,
        "container": worker.container,
        "rc": None,
        "stdout": "",
        "stderr": "",
        "truncated": False,
        "seconds": 0.0,
        "error": "",
    }


def failed(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each pod where the command did not run, or did not succeed."""
    lines = []
    for item in results:
        if item["error"]:
            lines.append(f"{item['pod']}: {item['error']}")
        elif item["rc"]:
            said = (item["stderr"].strip() or item["stdout"].strip()).splitlines()
            last = f": {said[-1][:300]}" if said else ""
            lines.append(f"{item['pod']}: the command ended with {item['rc']}{last}")
    return lines
