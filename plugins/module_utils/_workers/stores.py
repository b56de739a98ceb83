# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Glance in workers for its stores, with the account that Glance itself uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeError
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import ask_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodError, run_parallel, run_program
from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import StoreAnswer

#: Seconds for each request in a pod, and for the program as a whole.
_REQUEST, _PROGRAM = 10.0, 30.0
_CONCURRENCY = 8


def ask_workers(client: KubeClient, workers: Sequence[Worker]) -> list[StoreAnswer]:
    """The answer of each worker, in order."""
    return run_parallel(lambda worker: _ask(client, worker), workers, _CONCURRENCY)


def _ask(client: KubeClient, worker: Worker) -> StoreAnswer:
    try:
        options = {"url": worker.url, "limit": _REQUEST}
        found: dict[str, Any] = run_program(client, worker, ask_stores, options, _PROGRAM)
    except (KubeError, PodError) as error:
        return StoreAnswer(worker.name, False, str(error))
    return StoreAnswer(
        worker.name,
        bool(found["asked"]),
        str(found["error"]),
        tuple(found["stores"]),
        str(found["log"]),
        str(found["configured"]),
    )
