# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a run: what the operators must run of Nova and Cinder, what was read, and what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object, Resource

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
_GROUP, _VERSION = "dataplane.openstack.org", "v1beta1"
NODE_SETS = Resource(_GROUP, _VERSION, "openstackdataplanenodesets", "OpenStackDataPlaneNodeSet")
DATA_PLANE_SERVICES = Resource(_GROUP, _VERSION, "openstackdataplaneservices", "OpenStackDataPlaneService")
DEPLOYMENTS = Resource(_GROUP, _VERSION, "openstackdataplanedeployments", "OpenStackDataPlaneDeployment")

NONE, CREATE, UPDATE, REMOVE = "none", "create", "update", "remove"


@dataclass(frozen=True)
class SecretHolder:
    """The pod of a cinder-volume, or the hosts of a NodeSet: the name of that object, and the Secret with its keys."""

    key: str
    site: str
    secret: str
    client: str
    clusters: tuple[str, ...]
    service: str
    label: str


@dataclass(frozen=True)
class DesiredVolume:
    """One key of ``cinderVolumes``. ``waiting`` is why it cannot be configured in this run."""

    holder: SecretHolder
    backend: str
    network_attachments: tuple[str, ...]
    edits: tuple[OptionEdit, ...]
    waiting: str = ""


@dataclass(frozen=True)
class DesiredCinder:
    """The Cinder part of a control plane. ``mount`` is the name of the managed entry of extraMounts."""

    namespace: str
    control_plane: str
    mount: str
    volumes: tuple[DesiredVolume, ...]

    @property
    def holders(self) -> list[SecretHolder]:
        return [volume.holder for volume in self.volumes]


@dataclass(frozen=True)
class DesiredCompute:
    """Nova of one site: its options, the service that applies them, and its NodeSets."""

    site: str
    service: str
    config_map: str
    node_sets: tuple[SecretHolder, ...]
    edits: tuple[OptionEdit, ...]
    waiting: str = ""


@dataclass(frozen=True)
class DesiredDataPlane:
    """Nova of all sites. ``volume`` is the name of the managed volume of each NodeSet."""

    namespace: str
    volume: str
    sites: tuple[DesiredCompute, ...]

    @property
    def holders(self) -> list[SecretHolder]:
        return [holder for site in self.sites for holder in site.node_sets]


@dataclass(frozen=True)
class RunOptions:
    """The options of the modules that are no data."""

    purge: bool = False
    check: bool = False


@dataclass(frozen=True)
class ObjectChange:
    """One object before and after; None where it does not exist. ``parts`` are the fields that a diff shows.

    ``site`` is the site that it is for, ``fields`` the fields that change, ``reason`` why it is left as it is.
    """

    resource: Resource
    name: str
    before: Object | None = field(repr=False)
    after: Object | None = field(repr=False)
    site: str = ""
    fields: tuple[str, ...] = ()
    reason: str = ""
    parts: tuple[tuple[str, ...], ...] = (("spec",),)

    @property
    def title(self) -> str:
        return f"{self.resource.kind} {self.name}"

    @property
    def action(self) -> str:
        if self.before == self.after:
            return NONE
        return CREATE if self.before is None else REMOVE if self.after is None else UPDATE


@dataclass(frozen=True)
class Forecast:
    """What happens to pods or hosts: of the object ``name``, at ``site``."""

    kind: str
    name: str
    site: str
    action: str
    reason: str = ""
    ready: int = 0
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class EdgePlan:
    """One run. ``removed`` and ``emptied`` are Secrets to remove, or to remove the managed keys from, at the end."""

    objects: tuple[ObjectChange, ...]
    secrets: tuple[SecretPlan, ...] = ()
    removed: tuple[str, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    deferred: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    deployment: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        actions = [each.action for each in self.objects] + [each.action for each in self.secrets]
        return bool(self.removed) or any(action != NONE for action in actions)


Secrets = Mapping[str, "Mapping[str, Any] | None"]
Files = Mapping[str, Sequence[Mapping[str, Any]]]
