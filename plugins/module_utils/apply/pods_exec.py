# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command in workers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils.apply.pods import everywhere, seconds_since
from ansible_collections.dcn.glance.plugins.module_utils.clients.kube import (
    FORBIDDEN,
    UNAUTHORIZED,
    KubeClient,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils.plan.pods import Worker


@dataclass(frozen=True)
class Command:
    """What to run in each pod."""

    words: tuple[str, ...]
    stdin: bytes = field(default=b"", repr=False)
    timeout: float = 60.0


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
        return {**result, "error": str(error), "seconds": seconds_since(start)}
    return {
        **result,
        "rc": done.rc,
        "stdout": done.stdout.decode("utf-8", "backslashreplace"),
        "stderr": done.stderr.decode("utf-8", "backslashreplace"),
        "seconds": seconds_since(start),
    }


def planned(worker: Worker) -> dict[str, Any]:
    """A worker's result before anything ran."""
    return {
        "pod": worker.name,
        "api": worker.api,
        "container": worker.container,
        "rc": None,
        "stdout": "",
        "stderr": "",
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
