# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of the rules: objects, Glance deployments, Secrets, schemas and the topology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import (
    EffectiveConfig,
    effective_configs,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import InputFault, Node
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret, visible_secrets
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology

CORE = "core.openstack.org"
GLANCE = "glance.openstack.org"
#: {kind: API group} of the objects that configure Glance.
KINDS = {"OpenStackControlPlane": CORE, "Glance": GLANCE, "GlanceAPI": GLANCE}


@dataclass(frozen=True)
class Document:
    """One object.

    ``partial``: it is a patch whose base is unknown, so rules must not report missing fields. ``scope`` is the
    directory of the kustomization that builds it, or empty.
    """

    node: Node
    partial: bool = False
    scope: str = ""

    @property
    def kind(self) -> str:
        """The kind, or an empty string."""
        return self.node.string("kind")

    @property
    def group(self) -> str:
        """The API group of its apiVersion, or an empty string."""
        return self.node.string("apiVersion").rpartition("/")[0]

    @property
    def name(self) -> str:
        """The name, or an empty string."""
        return self.node.string("metadata", "name")

    @property
    def label(self) -> str:
        """Kind and name, as kubectl writes them."""
        return f"{self.kind}/{self.name}" if self.name else self.kind

    @property
    def is_live(self) -> bool:
        """Whether it comes from the API server, directly or in a file."""
        return bool(self.node.string("metadata", "uid") or self.node.string("metadata", "resourceVersion"))

    @property
    def configures_glance(self) -> bool:
        """Whether it is of a kind that configures Glance."""
        return bool(self.kind) and KINDS.get(self.kind) == self.group


@dataclass(frozen=True)
class GeneratedObject:
    """A Secret or ConfigMap that a kustomization builds.

    ``name`` is its final name, ``earlier_names`` are those before each change, and ``reason`` is why the name changes.
    """

    kind: str
    earlier_names: tuple[str, ...]
    name: str
    location: SourceLocation
    reason: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Workspace:
    """The input of the rules. ``schemas`` maps kinds to openAPI schemas."""

    documents: tuple[Document, ...] = ()
    deployments: tuple[GlanceDeployment, ...] = ()
    secrets: tuple[Secret, ...] = ()
    faults: tuple[InputFault, ...] = ()
    generated: tuple[GeneratedObject, ...] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    topology: Topology | None = None
    #: All objects, also those of kinds that only some rules read.
    objects: tuple[Document, ...] = ()

    def secrets_of(self, deployment: GlanceDeployment) -> Mapping[str, Secret]:
        """The Secrets that the pods of a deployment can use, by name."""
        namespace = deployment.root.string("metadata", "namespace")
        return visible_secrets(self.secrets, namespace, deployment.scope)

    @cached_property
    def configs(self) -> tuple[EffectiveConfig, ...]:
        """The effective configuration of every customServiceConfig that an API uses."""
        return tuple(config for each in self.deployments for config in effective_configs(each, self.secrets_of(each)))

    def configs_of(self, deployment: GlanceDeployment) -> list[EffectiveConfig]:
        """The effective configurations of one deployment."""
        return [config for config in self.configs if config.deployment is deployment]

    def config_of(self, deployment: GlanceDeployment, api: Api) -> EffectiveConfig | None:
        """The effective configuration of one API, or None if it is unknown."""
        return next((config for config in self.configs_of(deployment) if api in config.text.apis), None)
