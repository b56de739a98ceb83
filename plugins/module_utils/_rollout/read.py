# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the objects from the control plane down to the pods, in this order.

So a StatefulSet is never older than the GlanceAPI above it.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    GLANCE_APIS,
    GLANCES,
    NOT_FOUND,
    PODS,
    STATEFULSETS,
    KubeError,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache, Selection
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import SERVICE_SELECTOR
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    ObservedState,
    RolloutError,
    RolloutTarget,
)


class RolloutReader:
    """The objects of one namespace in their last known state."""

    def __init__(self, client: KubeClient, target: RolloutTarget) -> None:
        self._client = client
        self._target = target
        self.cache = Cache()
        self.see_pods = True
        self.warnings: list[str] = []
        self.selections: list[Selection] = []

    def read(self) -> None:
        """Read everything again. Watches can continue from ``selections``."""
        found = []
        for selection in self._wanted():
            try:
                items, version = self._client.list(
                    selection.resource, selection.namespace, selection.labels, selection.fields
                )
            except KubeError as error:
                if selection.resource == PODS and error.reason == FORBIDDEN:
                    self.see_pods = False
                    self.warnings.append(
                        f"{error} Without this permission the wait uses only the status of the StatefulSets."
                    )
                    continue
                raise self._explained(selection, error) from error
            self.cache.replace(selection, items)
            found.append(replace(selection, version=version))
        self.selections = found

    def _wanted(self) -> list[Selection]:
        target, namespace = self._target, self._target.namespace
        found = [Selection(target.resource, namespace, fields=f"metadata.name={target.name}")]
        if target.control_plane:
            found.append(Selection(GLANCES, namespace))
        found += [Selection(GLANCE_APIS, namespace), Selection(STATEFULSETS, namespace, SERVICE_SELECTOR)]
        return [*found, Selection(PODS, namespace, SERVICE_SELECTOR)] if self.see_pods else found

    def _explained(self, selection: Selection, error: KubeError) -> Exception:
        if error.reason != NOT_FOUND:
            return error
        name = f"{selection.resource.kind}.{selection.resource.group}"
        return RolloutError(
            "not_found",
            f"The cluster {self._client.host} has no {name}. Are the OpenStack operators installed, and is this the "
            "right cluster?",
        )

    @property
    def item(self) -> Object | None:
        """The object to wait for."""
        return self.cache.get(self._target.resource, self._target.namespace, self._target.name)

    def observed(self, item: Object) -> ObservedState:
        """Everything that belongs to the object."""
        return ObservedState(
            item,
            self._glance(item),
            self._by_name(GLANCE_APIS),
            self._by_name(STATEFULSETS),
            self.cache.all(PODS, self._target.namespace) if self.see_pods else None,
        )

    def _by_name(self, resource: Resource) -> dict[str, Object]:
        return {str(body["metadata"]["name"]): body for body in self.cache.all(resource, self._target.namespace)}

    def _glance(self, item: Object) -> Object | None:
        """The object itself, or the Glance that the control plane owns."""
        if not self._target.control_plane:
            return item
        for body in self.cache.all(GLANCES, self._target.namespace):
            if (controller(body) or {}).get("uid") == item["metadata"]["uid"]:
                return body
        return None
