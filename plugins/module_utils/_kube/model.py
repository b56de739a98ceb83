# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds and errors of the Kubernetes API. Objects are plain dicts, as the API sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

Object = dict[str, Any]
Objects = list[Object]  # a class with a method named list cannot write list[Object]

FIELD_MANAGER = "dcn.glance"

# Reasons of a KubeError.
FORBIDDEN = "forbidden"
NOT_FOUND = "not_found"
CONFLICT = "conflict"
INVALID = "invalid"
QUOTA = "quota"
GONE = "gone"
UNREACHABLE = "unreachable"
TIMEOUT = "timeout"
UNAUTHORIZED = "unauthorized"
SERVER = "server"
# With these it is unknown whether the server has carried out the request.
NO_ANSWER = (UNREACHABLE, TIMEOUT, SERVER)

ADDED = "ADDED"
MODIFIED = "MODIFIED"
DELETED = "DELETED"
BOOKMARK = "BOOKMARK"


@dataclass(frozen=True)
class Resource:
    """A kind of object and its path in the API."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` in objects of this kind."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet")
JOBS = Resource("batch", "v1", "jobs", "Job")
PODS = Resource("", "v1", "pods", "Pod")
PVCS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
PVS = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
SECRETS = Resource("", "v1", "secrets", "Secret")
SERVICES = Resource("", "v1", "services", "Service")
EVENTS = Resource("", "v1", "events", "Event")
STORAGE_CLASSES = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False)
CONTROL_PLANES = Resource("core.openstack.org", "v1beta1", "openstackcontrolplanes", "OpenStackControlPlane")
VERSIONS = Resource("core.openstack.org", "v1beta1", "openstackversions", "OpenStackVersion")
GLANCES = Resource("glance.openstack.org", "v1beta1", "glances", "Glance")
GLANCE_APIS = Resource("glance.openstack.org", "v1beta1", "glanceapis", "GlanceAPI")
NODE_SETS = Resource("dataplane.openstack.org", "v1beta1", "openstackdataplanenodesets", "OpenStackDataPlaneNodeSet")


class KubeError(DcnError):
    """A failed request; ``reason`` is one of the words above."""

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        status: int = 0,
        verb: str = "",
        resource: str = "",
        namespace: str = "",
        name: str = "",
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.verb = verb
        self.resource = resource
        self.namespace = namespace
        self.name = name


@dataclass(frozen=True)
class ExecResult:
    """The exit code and the output of a command in a container."""

    rc: int
    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
