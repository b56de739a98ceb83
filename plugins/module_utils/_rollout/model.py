# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a rollout: what to wait for, what exists now, and what happened to each StatefulSet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, GLANCES, Object, Resource
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import spec_replicas, status_counts
from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import NONE, RECREATED, ROLLING, SCALED
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import CREATED
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause

#: The stages of a rollout: the operators must act, the pods must become ready, the GlanceAPI must report Ready, and
#: Glance must list its stores.
OPERATOR_STAGE, PODS_STAGE, READY_STAGE, STORES_STAGE = "operator", "pods", "ready", "stores"

#: Pods were not ready because of a change before the wait.
STARTING = "starting"
_SEVERITY = (NONE, STARTING, SCALED, ROLLING, CREATED, RECREATED)


class RolloutError(DcnError):
    """There is nothing to wait for; ``reason`` is a word for playbooks."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class RolloutTarget:
    """The object to wait for, and the keys of its APIs (None: all). ``strict``: the object must have each key.

    ``hub`` is the name of the hub's API in the topology, which may have its second name in the object.
    """

    control_plane: bool
    namespace: str
    name: str
    keys: tuple[str, ...] | None = None
    strict: bool = False
    hub: str = ""

    @property
    def resource(self) -> Resource:
        return CONTROL_PLANES if self.control_plane else GLANCES

    @property
    def label(self) -> str:
        return f"{self.resource.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True)
class DesiredInstance:
    """The desired state of one GlanceAPI and its StatefulSet. An API of type split has two instances."""

    key: str
    owner: str  # the name of the GlanceAPI
    statefulset: str
    replicas: int
    state: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ObservedState:
    """What exists now, by name. ``glance`` is the item itself if no control plane owns it.

    ``pods`` is None when the account may not list pods.
    """

    item: Object
    glance: Object | None = None
    apis: Mapping[str, Object] = field(default_factory=dict)
    statefulsets: Mapping[str, Object] = field(default_factory=dict)
    pods: Sequence[Object] | None = None


@dataclass(frozen=True)
class Progress:
    """The stage of a rollout and what is missing. Without a stage nothing is missing."""

    stage: str = ""
    text: str = ""

    @property
    def done(self) -> bool:
        return not self.stage


@dataclass(frozen=True)
class Pending:
    """A StatefulSet that is not as desired. Without a name it is about the object as a whole."""

    key: str
    statefulset: str
    progress: Progress
    operator_error: str = ""
    causes: tuple[Cause, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.key}/{self.statefulset}"

    def row(self) -> dict[str, str]:
        """The entry as the module returns it."""
        found = {"api": self.key, "statefulset": self.statefulset, "stage": self.progress.stage}
        return {**found, "reason": self.progress.text, "error": self.operator_error}

    def with_causes(self, causes: Sequence[Cause]) -> Pending:
        return replace(self, causes=tuple(causes))


@dataclass
class History:
    """What happened to one StatefulSet. ``action`` is the most severe action that was observed."""

    action: str = NONE
    done_since: float | None = None
    seconds: float = 0.0
    observed: bool = False
    uid: str = ""
    revision: str = ""
    replicas: int = -1

    def update(self, statefulset: Object | None, done: bool, now: float, seconds: float) -> None:
        """Add an observation; ``seconds`` is the time since the wait began."""
        uid = str(statefulset["metadata"]["uid"]) if statefulset is not None else ""
        if not done or uid != self.uid:
            self.done_since = None
        if done and self.done_since is None:
            self.done_since, self.seconds = now, seconds
        if statefulset is not None:
            self._compare(statefulset, uid)
        self.observed = True

    def _compare(self, statefulset: Object, uid: str) -> None:
        """Find out what changed since the last observation."""
        status: dict[str, Any] = statefulset.get("status") or {}
        newest, replicas = str(status.get("updateRevision") or ""), spec_replicas(statefulset)
        updating = bool(newest and replicas) and status.get("currentRevision") not in ("", None, newest)
        if self.observed and uid != self.uid:
            self._note(RECREATED if self.uid else CREATED)
        elif updating or (self.revision and newest and newest != self.revision):
            self._note(ROLLING)
        elif self.replicas not in (-1, replicas) or status_counts(statefulset)["replicas"] > replicas:
            self._note(SCALED)
        elif status_counts(statefulset)["readyReplicas"] < replicas:
            self._note(STARTING)  # also a StatefulSet that was created just before the wait
        self.uid, self.revision, self.replicas = uid, newest or self.revision, replicas

    def _note(self, action: str) -> None:
        self.action = max(self.action, action, key=_SEVERITY.index)
