# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the rules look at: deployments of Glance, Secrets by name, definitions, and the topology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Config, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, Place
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.notes import Note
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret, of
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology

CORE = "core.openstack.org"
GLANCE = "glance.openstack.org"
KINDS = {"OpenStackControlPlane": CORE, "Glance": GLANCE, "GlanceAPI": GLANCE}


@dataclass(frozen=True)
class Document:
    """One object. ``partial``: a patch whose base is not at hand, so nothing may be missed in it.

    ``scope`` is the directory of the kustomization that it is built by.
    """

    node: Node
    partial: bool = False
    scope: str = ""

    @property
    def kind(self) -> str:
        """Its kind, or ''."""
        return self.node.string("kind")

    @property
    def group(self) -> str:
        """The API group of its apiVersion, or ''."""
        return self.node.string("apiVersion").rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name, or ''."""
        return self.node.string("metadata", "name")

    @property
    def label(self) -> str:
        """Kind and name, as kubectl writes them."""
        return f"{self.kind}/{self.name}" if self.name else self.kind

    @property
    def judged(self) -> bool:
        """Whether it is one of the kinds that hold Glance's configuration."""
        return bool(self.kind) and KINDS.get(self.kind) == self.group


@dataclass(frozen=True)
class Made:
    """A Secret or ConfigMap that a kustomization builds: the names on its way, and the one that it has in the end."""

    kind: str
    names: tuple[str, ...]
    name: str
    place: Place
    why: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Workspace:
    """What the rules look at."""

    documents: tuple[Document, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    secrets: tuple[Secret, ...] = ()
    notes: tuple[Note, ...] = ()
    made: tuple[Made, ...] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    topology: Topology | None = None
    #: What rules ask for again and again, by the identity of what it is made of.
    made_once: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    def secrets_of(self, deployment: Deployment) -> Mapping[str, Secret]:
        """The Secrets that the pods of a deployment would find, by name."""
        return of(self.secrets, deployment.root.string("metadata", "namespace"), deployment.scope)

    def configs(self) -> Iterator[tuple[Deployment, Config]]:
        """Every customServiceConfig that an API uses."""
        for deployment in self.deployments:
            for config in deployment.configs:
                if config.used:
                    yield deployment, config
