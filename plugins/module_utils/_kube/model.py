# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds, errors and the client protocol of the Kubernetes API. Objects are plain dicts, as the API sends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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


STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet")
JOBS = Resource("batch", "v1", "jobs", "Job")
PODS = Resource("", "v1", "pods", "Pod")
PVCS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
PVS = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
SECRETS = Resource("", "v1", "secrets", "Secret")
SERVICES = Resource("", "v1", "services", "Service")
EVENTS = Resource("", "v1", "events", "Event")
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
STORAGE_CLASSES = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False)
CRDS = Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced=False)
CONTROL_PLANES = Resource("core.openstack.org", "v1beta1", "openstackcontrolplanes", "OpenStackControlPlane")
OPENSTACK_VERSIONS = Resource("core.openstack.org", "v1beta1", "openstackversions", "OpenStackVersion")
GLANCES = Resource("glance.openstack.org", "v1beta1", "glances", "Glance")
GLANCE_APIS = Resource("glance.openstack.org", "v1beta1", "glanceapis", "GlanceAPI")


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


class KubeClient(Protocol):
    """The API of one cluster, used with one account."""

    @property
    def calls(self) -> int:
        """The number of requests sent so far; a watch is one."""

    @property
    def host(self) -> str:
        """The root URL of the API server, for messages."""

    def get(self, resource: Resource, namespace: str, name: str, *, subresource: str = "") -> Object | None:
        """One object, or a subresource of it; None when it does not exist."""

    def list(self, resource: Resource, namespace: str, labels: str = "", fields: str = "") -> tuple[list[Object], str]:  # noqa: A003
        """Objects and the resource version of the list; an empty namespace means all namespaces."""

    def create(
        self, resource: Resource, namespace: str, body: Object, *, dry_run: bool = False, strict: bool = False
    ) -> Object:
        """Create an object."""

    def replace(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        body: Object,
        *,
        dry_run: bool = False,
        strict: bool = False,
    ) -> Object:
        """Replace an object. A resource version in its metadata must be the current one."""

    def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        body: Any,
        *,
        kind: str = "merge",
        subresource: str = "",
        dry_run: bool = False,
        strict: bool = False,
    ) -> Object:
        """Change an object by a merge patch, a JSON patch, or a server-side apply."""

    def delete(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        *,
        uid: str = "",
        resource_version: str = "",
        dry_run: bool = False,
    ) -> None:
        """Delete an object if it has this uid and resource version. Raises not_found when it does not exist."""

    def watch(
        self,
        resource: Resource,
        namespace: str,
        *,
        labels: str = "",
        fields: str = "",
        resource_version: str = "",
        timeout: float = 30.0,
    ) -> Iterator[tuple[str, Object]]:
        """Yield (ADDED, MODIFIED, DELETED or BOOKMARK, object) until the timeout in seconds.

        Raises ``gone`` when the version is too old.
        """

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """Discover a kind; None when the API does not have it."""

    def allowed(self, verb: str, resource: Resource, namespace: str, subresource: str = "") -> bool:
        """Whether this account has that right."""

    def execute(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
    ) -> ExecResult:
        """Run a command in a container, without a shell."""

    def log(self, namespace: str, pod: str, container: str, *, lines: int = 20, previous: bool = False) -> str:
        """The last lines of a container's log."""
