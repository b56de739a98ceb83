# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a user's command in workers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, TIMEOUT, UNAUTHORIZED, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import stop
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import (
    PodError,
    run_parallel,
    run_program,
    seconds_since,
)


@dataclass(frozen=True)
class Command:
    """The command to run in each pod; ``timeout`` is in seconds."""

    words: tuple[str, ...]
    stdin: bytes = field(default=b"", repr=False)
    timeout: float = 60.0
    # Returned bytes of standard output and of standard error.
    limit: int = 4 * 1024 * 1024


def run_command(
    client: KubeClient, workers: Sequence[Worker], command: Command, concurrency: int
) -> list[dict[str, Any]]:
    """One result per worker, in order; ``error`` says why a command did not run."""
    return run_parallel(lambda worker: _one(client, worker, command), workers, concurrency)


def _one(client: KubeClient, worker: Worker, command: Command) -> dict[str, Any]:
    result = planned(worker)
    if worker.unavailable:
        return {**result, "error": f"The pod {worker.unavailable}."}
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
        seconds = seconds_since(start)
        text = _stop(client, worker, command, start) if error.reason == TIMEOUT else str(error)
        return {**result, "error": text, "seconds": seconds}
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


def _stop(client: KubeClient, worker: Worker, command: Command, start: float) -> str:
    """Stop a command, which Kubernetes leaves running when the connection closes; returns the error text."""
    late = f"The command did not end within {command.timeout:g} seconds"
    where = f"in container {worker.container}"
    try:
        options = {"words": list(command.words), "before": time.monotonic() - start}
        answer = run_program(client, worker, stop, options, 20.0)
    except (KubeError, PodError) as error:
        return f"{late} and may still run {where}, because it could not be stopped: {error}"
    if answer["stopped"]:
        return f"{late} and was stopped."
    if answer["found"]:
        return f"{late} and still runs {where}: it could not be stopped."
    return f"{late}. It was not found {where} afterwards: check whether a part of it is still running."


def planned(worker: Worker) -> dict[str, Any]:
    """The result of a worker where the command has not run."""
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


def failures(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each pod where the command did not run or failed."""
    lines = []
    for item in results:
        if item["error"]:
            lines.append(f"{item['pod']}: {item['error']}")
        elif item["rc"]:
            output = (item["stderr"].strip() or item["stdout"].strip()).splitlines()
            last = f": {output[-1][:300]}" if output else ""
            lines.append(f"{item['pod']}: the command exited with code {item['rc']}{last}")
    return lines
