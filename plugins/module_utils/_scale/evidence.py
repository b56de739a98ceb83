# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what explains a timeout: claims, events, owners, and the last log line of a container."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    EVENTS,
    NO_ANSWER,
    PODS,
    PVCS,
    STATEFULSETS,
    KubeError,
    Object,
    Objects,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnose import Evidence, diagnose, timeout_message
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause, Failure, Owner, ScaleTarget
from ansible_collections.dcn.glance.plugins.module_utils._scale.read import read_field_object, read_owners, replicas_in
from ansible_collections.dcn.glance.plugins.module_utils._scale.wait import owner_reverted_failure

LINE = 300  # characters of a log line
API_UNREACHABLE = "api_unreachable"


class EvidenceReader:
    """Reads once for all StatefulSets of a namespace. ``unreadable`` has a cause for each list that is not allowed."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self._lists: dict[tuple[Resource, str], Objects] = {}
        self.now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.unreadable: list[Cause] = []

    def list(self, resource: Resource, labels: str = "") -> Objects:  # noqa: A003
        """The objects of a kind; none where the account may not list them."""
        key = (resource, labels)
        if key not in self._lists:
            self._lists[key] = self.attempt(lambda: self._client.list(resource, self._namespace, labels)[0], [])
        return self._lists[key]

    def attempt(self, read: Callable[[], Any], otherwise: Any) -> Any:
        """The result of a request. A request that fails is noted, and does not hide the other causes."""
        try:
            return read()
        except KubeError as error:
            self.unreadable.append(Cause("unseen", "diagnosis", str(error)))
            return otherwise

    def evidence(
        self,
        name: str,
        statefulset: Object | None,
        replicas: int,
        mode: str,
        pods: Sequence[Object] | None,
        owners: Sequence[Owner],
    ) -> Evidence:
        """The evidence about one StatefulSet."""
        return Evidence(
            name,
            statefulset,
            replicas,
            mode,
            pods,
            self.list(PVCS),
            self.list(EVENTS),
            owners,
            self.now,
            self.last_line,
        )

    def last_line(self, pod: str, container: str) -> str:
        """The last log line of a container; of the previous container if this one has not logged anything."""
        for previous in (False, True):
            try:
                log = self._client.log(self._namespace, pod, container, lines=5, previous=previous)
            except KubeError:
                continue
            lines = log.strip().splitlines()
            if lines and not lines[-1].startswith("unable to retrieve container logs"):  # comes with HTTP status 200
                return lines[-1].strip()[:LINE]
        return ""


def explain_timeout(client: KubeClient, target: ScaleTarget, cache: Cache, mode: str, waiting: str) -> Failure:
    """The failure of a target that timed out, with every cause that can be found."""
    reader = EvidenceReader(client, target.namespace)
    replicas_field = target.replicas_field
    try:
        body = read_field_object(client, replicas_field)  # shows whether the API responds and the replicas still hold
        replicas = None if body is None else replicas_in(replicas_field, body)
        if not target.direct and replicas != target.replicas:
            return owner_reverted_failure(target, body or {}, replicas)
        causes, reason = _causes(client, target, cache, mode, reader), "timeout"
    except KubeError as error:
        reason = API_UNREACHABLE if error.reason in NO_ANSWER else error.reason
        causes = [Cause(reason, "Kubernetes API", str(error))]
    causes = [*reader.unreadable, *causes]
    message = timeout_message(target.label, target.replicas, waiting, target.elapsed, causes)
    return Failure(reason, message, tuple(causes))


def _causes(client: KubeClient, target: ScaleTarget, cache: Cache, mode: str, reader: EvidenceReader) -> list[Cause]:
    all_pods = cache.all(PODS, target.namespace)
    pods = all_pods if target.pods_before or all_pods else None
    owners = reader.attempt(lambda: read_owners(client, target.owners), [])
    found: list[Cause] = []
    for name, state in target.states.items():
        if state.done:
            continue
        statefulset = cache.get(STATEFULSETS, target.namespace, name)
        evidence = reader.evidence(name, statefulset, target.replicas, mode, pods, owners)
        found += [each for each in diagnose(evidence) if each not in found]
    return found
