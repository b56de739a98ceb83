# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a scale: targets, the owners of a StatefulSet, the field with the replicas, and causes of a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import FieldManager
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object, Resource
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import spec_replicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import DesiredReplicas
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import Claims

REPLICAS = ("spec", "replicas")


class ScaleError(DcnError):
    """A target cannot be scaled; ``reason`` is a word for playbooks."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def raise_all(problems: Sequence[DcnError]) -> None:
    """Raise one error with the messages of all problems, if there are any. The first one gives the reason."""
    if problems:
        raise ScaleError(problems[0].reason, "\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class ReplicasField:
    """The field to change. An empty ``path`` means the scale subresource of the StatefulSet."""

    resource: Resource
    namespace: str
    name: str
    uid: str
    before: int | None  # None: the field is not set
    path: tuple[str, ...] = ()
    body: Object = field(default_factory=dict, repr=False, compare=False)

    @property
    def location(self) -> tuple[str, ...]:
        """The path of the field in the object."""
        return self.path or REPLICAS

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for fields of the same object."""
        return str(self.resource), self.namespace, self.name

    @property
    def path_text(self) -> str:
        """The path in messages and results."""
        return ".".join(self.path) if self.path else "scale"

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.namespace}/{self.name} ({self.path_text})"


@dataclass(frozen=True)
class Owner:
    """An object that controls a StatefulSet, directly or through other owners."""

    resource: Resource
    body: Object

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.name}"


@dataclass(frozen=True)
class Cause:
    """One cause of a failure: a word for playbooks, the object, and a sentence."""

    reason: str
    object: str
    message: str


@dataclass(frozen=True)
class Failure:
    """Why a target does not have the desired replicas."""

    reason: str
    message: str
    causes: tuple[Cause, ...] = ()
    manager: FieldManager | None = None


@dataclass
class StatefulSetState:
    """A StatefulSet in the wait.

    ``reached``: it had the desired replicas, so any other number is a later change by another client.
    ``deleted_at``: when it was deleted, if it has no owner that recreates it.
    """

    name: str
    uid: str
    reached: bool
    recreated: bool = False
    deleted_at: float | None = None
    waiting_for: str = "nothing was observed yet"
    done: bool = False


@dataclass
class ScaleTarget:
    """A target and everything known about it.

    StatefulSets as they were before the scale, claims, pods and states are by the name of the StatefulSet; the nearest
    owner is the first.
    """

    desired: DesiredReplicas
    statefulsets: Mapping[str, Object]
    owners: list[Owner]
    replicas_field: ReplicasField
    claims: dict[str, Claims] = field(default_factory=dict)
    pods_before: dict[str, list[Object]] = field(default_factory=dict)
    patched: bool = False
    deleted_claims: list[str] = field(default_factory=list)
    states: dict[str, StatefulSetState] = field(default_factory=dict)
    failure: Failure | None = None
    done_since: float | None = None
    elapsed: float = 0.0
    timeline: list[dict[str, Any]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.desired.label

    @property
    def namespace(self) -> str:
        return self.desired.namespace

    @property
    def replicas(self) -> int:
        """The desired replicas."""
        return self.desired.replicas

    @property
    def needs_patch(self) -> bool:
        return self.replicas_field.before != self.replicas

    @property
    def before(self) -> int:
        """The replicas before. If the owner does not set them, the operator chose what the StatefulSet has."""
        if self.replicas_field.before is not None:
            return self.replicas_field.before
        return spec_replicas(next(iter(self.statefulsets.values())))

    @property
    def scales_down(self) -> bool:
        return self.needs_patch and self.replicas < self.before

    @property
    def changed(self) -> bool:
        return self.patched or bool(self.deleted_claims)

    @property
    def direct(self) -> bool:
        """Whether the field to change is that of the StatefulSet itself."""
        return not self.replicas_field.path

    def begin_wait(self) -> None:
        """Prepare the wait. If the replicas already are as desired, any change is by another client."""
        for name, body in self.statefulsets.items():
            self.states[name] = StatefulSetState(name, body["metadata"]["uid"], spec_replicas(body) == self.replicas)
