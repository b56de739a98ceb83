# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One target on its way: what was found, what was done, what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import Author
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import asked
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import Found
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Target
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import Owner, Place
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import Finding
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import Claims


@dataclass(frozen=True)
class Failure:
    """Why a target is not what was asked."""

    reason: str
    message: str
    findings: tuple[Finding, ...] = ()
    author: Author | None = None


@dataclass
class SetState:
    """A StatefulSet in the wait. ``taken``: it had the number asked, so another number now is somebody's change.

    ``gone_at``: when it was deleted, and nobody is known who makes it again.
    """

    name: str
    uid: str
    taken: bool
    recreated: bool = False
    gone_at: float | None = None
    waiting_for: str = "nothing was seen yet"
    done: bool = False


@dataclass
class Job:
    """A target and everything known about it."""

    found: Found
    claims: dict[str, Claims] = field(default_factory=dict)
    pods_before: dict[str, list[Object]] = field(default_factory=dict)
    patched: bool = False
    skipped: bool = False
    deleted_claims: list[str] = field(default_factory=list)
    states: dict[str, SetState] = field(default_factory=dict)
    failure: Failure | None = None
    done_since: float | None = None
    elapsed: float = 0.0
    timeline: list[dict[str, Any]] = field(default_factory=list)

    @property
    def target(self) -> Target:
        return self.found.target

    @property
    def namespace(self) -> str:
        return self.found.target.namespace

    @property
    def replicas(self) -> int:
        return self.found.target.replicas

    @property
    def place(self) -> Place:
        return self.found.place

    @property
    def owners(self) -> list[Owner]:
        return self.found.owners

    @property
    def needs_patch(self) -> bool:
        return not self.skipped and self.place.before != self.replicas

    @property
    def before(self) -> int:
        """The number before. An owner that states none leaves it to its operator: then it is what the set has."""
        if self.place.before is not None:
            return self.place.before
        return asked(next(iter(self.found.sets.values())))

    @property
    def goes_down(self) -> bool:
        return self.needs_patch and self.replicas < self.before

    @property
    def changed(self) -> bool:
        return self.patched or bool(self.deleted_claims)

    @property
    def direct(self) -> bool:
        """Whether the number is the set's own."""
        return not self.owners or (self.place.uid in {body["metadata"]["uid"] for body in self.found.sets.values()})

    def begin(self) -> None:
        """Before the wait. What had the number before may have another only because somebody changes it."""
        for name, body in self.found.sets.items():
            self.states[name] = SetState(name, body["metadata"]["uid"], asked(body) == self.replicas)
