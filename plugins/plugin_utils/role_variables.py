# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that a role sets on a host and a filter reads from hostvars.

A filter reads such a variable only through this table. A test checks that a task of the role sets each one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RoleVariable:
    """A variable that a task of a role registers or sets as a fact."""

    role: str
    name: str

    def read(self, variables: Mapping[str, Any]) -> Any:
        """The value among the variables of a host; None if the role did not run there."""
        return variables.get(self.name)


#: {site of the cluster: result of ceph_client}, on the Ceph admin host of the cluster.
CEPH_CLIENTS_RESULTS = RoleVariable("ceph_clients", "ceph_clients_results")

#: The result of a key recipient module: of the host itself, or of the host that writes the Secrets for pods.
RECIPIENTS = (
    RoleVariable("ceph_consumer", "ceph_consumer_recipient"),
    RoleVariable("glance_control_plane", "glance_control_plane_recipient"),
)

#: {step: its result} on the host that accesses the APIs.
VERIFY_CLIENT_STEPS = {
    step: RoleVariable("verify", f"verify_{step}")
    for step in ("stores", "import", "placement", "probed", "copies", "deleted", "boots", "boots_removed")
}
#: The proof of the image cache of a worker, on the host of the worker.
VERIFY_CACHE = RoleVariable("verify", "verify_cache")
#: {step: its result} on one host of each site.
VERIFY_SITE_STEPS = {
    step: RoleVariable("verify", f"verify_{step}")
    for step in ("rbd", "clone", "nova", "gone", "disks", "volumes", "evidence")
}

#: {step: its result} on the host that accesses the APIs.
AUDIT_CLIENT_STEPS = {
    step: RoleVariable("audit", f"audit_{step}") for step in ("before", "after", "apis", "delete", "keep", "copy")
}
#: {step: its result} on a host of a site, on the admin host of a cluster, and on the host that asks Kubernetes.
AUDIT_HOST, AUDIT_FILES = RoleVariable("audit", "audit_host"), RoleVariable("audit", "audit_files")
AUDIT_CLUSTER, AUDIT_OBJECTS = RoleVariable("audit", "audit_cluster"), RoleVariable("audit", "audit_objects")
AUDIT_STRAYS, AUDIT_SECRETS = RoleVariable("audit", "audit_strays"), RoleVariable("audit", "audit_secrets")
AUDIT_PODS = RoleVariable("glance_pods", "glance_pods_workers")

#: What a cluster did, on the admin host that worked for it.
REVOKE_CLUSTER = RoleVariable("revoke", "revoke_cluster")

#: What the role adopt read of a host.
ADOPT_HOST = RoleVariable("adopt", "adopt_host")

#: The steps of a rotation of keys on a host: the key recipient, the staged keys, and the switch, which check
#: mode predicts.
ROTATION_RECIPIENT = RoleVariable("rotate_keys", "rotate_keys_recipient")
ROTATION_STAGED = RoleVariable("rotate_keys", "rotate_keys_staged")
ROTATION_SWITCHED = tuple(RoleVariable("rotate_keys", f"rotate_keys_{step}") for step in ("switched", "predicted"))

#: {what changes: the result with ``changed``} on a host of a site.
CHANGES = {
    "conf or keyring": RoleVariable("ceph_consumer", "ceph_consumer_files"),
    "glance-api.conf": RoleVariable("glance_api", "glance_api_stores"),
    "policy of Glance": RoleVariable("glance_api", "glance_api_policy"),
    "restart of Glance": RoleVariable("glance_api", "glance_api_restart"),
    "secret of libvirt": RoleVariable("nova_compute", "nova_compute_secrets"),
    "conf of Nova or Cinder": RoleVariable("oslo_service", "oslo_service_result"),
}
#: The same on the host that asks Kubernetes.
PLATFORM_CHANGES = {
    "Glance in pods": RoleVariable("glance_control_plane", "glance_control_plane_result"),
    "Cinder in pods": RoleVariable("edge_services", "edge_services_cinder"),
    "Nova on the data plane": RoleVariable("edge_services", "edge_services_nova"),
}

ALL = (
    *(*CHANGES.values(), *PLATFORM_CHANGES.values()),
    *(VERIFY_CACHE, ADOPT_HOST, REVOKE_CLUSTER),
    *(ROTATION_RECIPIENT, ROTATION_STAGED, *ROTATION_SWITCHED),
    *(CEPH_CLIENTS_RESULTS, *RECIPIENTS, *VERIFY_CLIENT_STEPS.values(), *VERIFY_SITE_STEPS.values()),
    *(*AUDIT_CLIENT_STEPS.values(), AUDIT_HOST, AUDIT_FILES, AUDIT_CLUSTER, AUDIT_OBJECTS, AUDIT_STRAYS, AUDIT_PODS),
)
