# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Glance in every pod for its stores: a pod can be ready while Glance cannot list them, or lacks some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import read_backends
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeError
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import owned_pods
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    STORES_STAGE,
    DesiredInstance,
    ObservedState,
    Pending,
    Progress,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import ask_stores
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker, workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodError, run_parallel, run_program

#: Seconds for each request in a pod, and for the program as a whole.
_REQUEST, _PROGRAM = 10.0, 30.0
_CONCURRENCY = 8


class StoreCheck:
    """Asks through exec in the pods, with the account in the configuration of Glance."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client
        self._not_asked: dict[str, dict[str, str]] = {}

    @property
    def warnings(self) -> list[str]:
        """Which pods could not be asked at the last attempt, and why."""
        found: dict[tuple[str, str], list[str]] = {}
        for key, pods in self._not_asked.items():
            for pod, reason in pods.items():
                found.setdefault((key, reason), []).append(pod)
        return [
            f"The stores of Glance API {key} were not checked in {', '.join(pods)}: {reason.rstrip('.')}."
            for (key, reason), pods in found.items()
        ]

    def failing(self, instances: Sequence[DesiredInstance], observed: ObservedState) -> list[Pending]:
        """The StatefulSets with pods whose Glance does not serve the stores of its configuration."""
        self._not_asked = {}
        pairs = [(instance, worker) for instance in instances for worker in self._workers(instance, observed)]
        answers = run_parallel(lambda pair: self._ask(pair[1]), pairs, _CONCURRENCY)
        found: dict[str, list[str]] = {}
        for (instance, worker), answer in zip(pairs, answers):
            if not answer["asked"]:
                self._not_asked.setdefault(instance.key, {})[worker.name] = str(answer["error"])
                continue
            fault = store_fault(str(instance.state["config"]), answer)
            if fault:
                found.setdefault(instance.statefulset, []).append(f"{worker.name} {fault}")
        return [
            Pending(each.key, each.statefulset, Progress(STORES_STAGE, "; ".join(found[each.statefulset])))
            for each in instances
            if each.statefulset in found
        ]

    def _workers(self, instance: DesiredInstance, observed: ObservedState) -> list[Worker]:
        statefulset = observed.statefulsets.get(instance.statefulset)
        if statefulset is None or not instance.replicas:
            return []
        if observed.pods is None:
            self._not_asked[instance.key] = {instance.statefulset: "this account may not list pods"}
            return []
        return workers(owned_pods(statefulset, observed.pods))

    def _ask(self, worker: Worker) -> dict[str, Any]:
        try:
            options = {"url": worker.url, "limit": _REQUEST}
            return run_program(self._client, worker, ask_stores, options, _PROGRAM)
        except (KubeError, PodError) as error:
            return {"asked": False, "error": str(error)}


def store_fault(config: str, answer: Mapping[str, Any]) -> str:
    """What is wrong with the answer of a Glance whose customServiceConfig is ``config``; empty if nothing is."""
    if answer["error"]:
        log = str(answer["log"])
        last = f"; the last error in its log: {redact.mask_urls(log)}" if log else ""
        return f"is ready, but Glance does not list its stores: {answer['error']}{last}"
    wanted = stores_of(config)[0] or tuple(read_backends(str(answer["configured"]))[0])
    missing = [store for store in wanted if store not in answer["stores"]]
    if not missing:
        return ""
    stores = f"store{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
    return f"is ready, but its Glance lacks the {stores}; it has {', '.join(answer['stores']) or 'none'}"
