# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads everything on the way from the object down to the pods, from the top: what causes, before what it causes.

So what is read of a StatefulSet is never older than what is read of the GlanceAPI above it.
"""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    GLANCE_APIS,
    GLANCES,
    NOT_FOUND,
    PODS,
    STATEFULSETS,
    KubeClient,
    KubeError,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror, Source
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, RolloutError
from ansible_collections.dcn.glance.plugins.module_utils._rollout.judge import View

_LABELS = "service=glance"


class Reader:
    """The objects of one namespace, as they were read or watched last."""

    def __init__(self, client: KubeClient, goal: Goal) -> None:
        self._client = client
        self._goal = goal
        self.mirror = Mirror()
        self.see_pods = True
        self.warnings: list[str] = []
        self.sources: list[Source] = []

    def read(self) -> None:
        """Everything anew; ``sources`` are the watches that go on from there."""
        found = []
        for source in self._wanted():
            try:
                items, version = self._client.list(source.resource, source.namespace, source.labels, source.fields)
            except KubeError as error:
                if source.resource == PODS and error.reason == FORBIDDEN:
                    self.see_pods = False
                    self.warnings.append(f"{error} Without it only the counts of the sets can be waited for.")
                    continue
                raise self._told(source, error) from error
            self.mirror.replace(source, items)
            found.append(Source(source.resource, source.namespace, source.labels, source.fields, version))
        self.sources = found

    def _wanted(self) -> list[Source]:
        goal, namespace = self._goal, self._goal.namespace
        found = [Source(goal.resource, namespace, fields=f"metadata.name={goal.name}")]
        if goal.control_plane:
            found.append(Source(GLANCES, namespace))
        found += [Source(GLANCE_APIS, namespace), Source(STATEFULSETS, namespace, _LABELS)]
        return [*found, Source(PODS, namespace, _LABELS)] if self.see_pods else found

    def _told(self, source: Source, error: KubeError) -> Exception:
        if error.reason != NOT_FOUND:
            return error
        kind = source.resource.kind
        text = (
            f"This cluster ({self._client.host}) knows no {kind}.{source.resource.group}: are the OpenStack operators"
        )
        return RolloutError("not_found", f"{text} installed, and is this the right cluster?")

    @property
    def item(self) -> Object | None:
        return self.mirror.get(self._goal.resource, self._goal.namespace, self._goal.name)

    def view(self, item: Object) -> View:
        """All of it around the object."""
        return View(
            item,
            self._glance(item),
            self._named(GLANCE_APIS),
            self._named(STATEFULSETS),
            self.mirror.all(PODS, self._goal.namespace) if self.see_pods else None,
        )

    def _named(self, resource: Resource) -> dict[str, Object]:
        return {str(body["metadata"]["name"]): body for body in self.mirror.all(resource, self._goal.namespace)}

    def _glance(self, item: Object) -> Object | None:
        """The object itself, or the Glance that the control plane owns."""
        if not self._goal.control_plane:
            return item
        for body in self.mirror.all(GLANCES, self._goal.namespace):
            if (controller(body) or {}).get("uid") == item["metadata"]["uid"]:
                return body
        return None
