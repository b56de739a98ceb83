# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Glance in every pod for its stores: a pod can be ready while Glance cannot list them, or lacks some."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import owned_pods
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    STORES_STAGE,
    DesiredInstance,
    ObservedState,
    Pending,
    Progress,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker, workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import not_asked_text, store_fault
from ansible_collections.dcn.glance.plugins.module_utils._workers.stores import ask_workers


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
        return [not_asked_text(key, pods, reason) for (key, reason), pods in found.items()]

    def failing(self, instances: Sequence[DesiredInstance], observed: ObservedState) -> list[Pending]:
        """The StatefulSets with pods whose Glance does not serve the stores of its configuration."""
        self._not_asked = {}
        pairs = [(instance, worker) for instance in instances for worker in self._workers(instance, observed)]
        found: dict[str, list[str]] = {}
        answers = ask_workers(self._client, [worker for _instance, worker in pairs])
        for (instance, _worker), answer in zip(pairs, answers):
            if not answer.asked:
                self._not_asked.setdefault(instance.key, {})[answer.pod] = answer.error
                continue
            fault = store_fault(answer, stores_of(str(instance.state["config"]))[0])
            if fault:
                found.setdefault(instance.statefulset, []).append(fault)
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
