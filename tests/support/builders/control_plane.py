# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology on operators, a deployed control plane, and cephx keys as another host seals them."""

from __future__ import annotations

import base64
import copy
import shutil
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, check_public_key, seal
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_write import KeyOpener
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

NAMESPACE = "openstack"
MON_HOST = "192.0.2.11"
EXISTING_CONFIG = """\
# The team for storage wrote this
[DEFAULT]
debug = true\x20\x20
[oslo_limit]
auth_url={{ .KeystoneInternalURL }}
password = {{ .ServicePassword }}
"""


def topology(*spokes: str, **operators: Any) -> dict[str, Any]:
    """A hub called central, and spokes."""
    sites: dict[str, Any] = {name: {"ceph": {}} for name in ("central", *spokes)}
    data: dict[str, Any] = {"hub": "central", "platform": "operators", "sites": sites}
    if operators:
        data["operators"] = operators
    return data


class Clock:
    """A clock that stands still; ``slept`` are the sleeps, in seconds."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)


def desired(data: Mapping[str, Any]) -> DesiredGlance:
    return desired_glance(parse(copy.deepcopy(dict(data))))


def control_plane(**part: Any) -> dict[str, Any]:
    """A deployed control plane with an unmanaged API, unmanaged mounts, and no pods yet."""
    template = {
        "databaseInstance": "openstack",
        "secret": "osp-secret",
        "memcachedInstance": "memcached",
        "imageCache": {"size": ""},
        "storage": {"storageRequest": "5G"},
        "keystoneEndpoint": "default",
        "glanceAPIs": {"default": {"replicas": 0, "type": "split", "customServiceConfig": EXISTING_CONFIG}},
        **part,
    }
    return {
        "apiVersion": "core.openstack.org/v1beta1",
        "kind": "OpenStackControlPlane",
        "metadata": {"name": "openstack", "namespace": NAMESPACE, "uid": "uid-cp", "labels": {"theirs": "yes"}},
        "spec": {
            "secret": "osp-secret",
            "storageClass": "local",
            "extraMounts": [
                {
                    "name": "v1",
                    "extraVol": [
                        {
                            "propagation": ["CinderVolume"],
                            "volumes": [{"name": "ceph", "secret": {"secretName": "cinder"}}],
                            "mounts": [{"name": "ceph", "mountPath": "/etc/ceph", "readOnly": True}],
                        }
                    ],
                }
            ],
            "glance": {"enabled": True, "template": template},
            "nova": {"template": {"secret": "osp-secret"}},
        },
    }


def glance(owner: str = "uid-cp", **annotations: str) -> dict[str, Any]:
    """The Glance that the operator creates for a control plane."""
    metadata: dict[str, Any] = {"name": "glance", "namespace": NAMESPACE, "annotations": annotations}
    metadata["ownerReferences"] = [{"kind": "OpenStackControlPlane", "name": "openstack", "uid": owner}]
    return {"apiVersion": "glance.openstack.org/v1beta1", "kind": "Glance", "metadata": metadata, "spec": {}}


def stateful_set(name: str, ready: int = 1) -> dict[str, Any]:
    """A StatefulSet of the operator with ``ready`` ready pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"service": "glance"}},
        "spec": {"replicas": ready},
        "status": {"readyReplicas": ready},
    }


def claim(name: str, size: str = "10G") -> dict[str, Any]:
    """A PVC of a pod."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"service": "glance"}},
        "spec": {"resources": {"requests": {"storage": size}}},
    }


def template_of(item: Mapping[str, Any]) -> Any:
    return item["spec"]["glance"]["template"]


def cephx(number: int) -> str:
    """A cephx key; the same for the same number."""
    return base64.b64encode(struct.pack("<HIIH", 1, 0, 0, 16) + bytes([number]) * 16).decode()


def fsid(cluster: str) -> str:
    digits = "".join(f"{ord(letter):02x}" for letter in cluster)[:12].rjust(12, "0")
    return f"aaaaaaaa-0000-4000-8000-{digits}"


@dataclass
class Keys:
    """The other host, which seals keys for this one. ``used`` are its keys, for tests that search for leaks."""

    directory: Path
    used: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    sealed: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.openssl = Openssl(shutil.which("openssl"))
        self.public = recipient.public_key(lambda: self.openssl, str(self.directory), create=True)

    @property
    def opener(self) -> KeyOpener:
        return KeyOpener(str(self.directory), lambda: self.openssl, self.seen.append)

    def files(
        self, want: DesiredGlance, *, clusters: Iterable[str] = (), generation: int = 1, sealed: bool = True
    ) -> Any:
        """The option ``files`` for all APIs; of ``clusters`` only, where given."""
        only = set(clusters)
        return {
            api.site: [
                self._entry(cluster, api.client, generation + 16 * number, sealed)
                for number, cluster in enumerate(api.clusters)
                if not only or cluster in only
            ]
            for api in want.apis
        }

    def _entry(self, cluster: str, client: str, number: int, sealed: bool) -> dict[str, Any]:
        key = cephx(number)
        self.used.append(key)
        found: dict[str, Any] = {"name": client, "key_id": key_id(key), "owner": "glance", "group": "glance"}
        if sealed:
            if (cluster, client, number) not in self.sealed:
                self.sealed[cluster, client, number] = seal(
                    self.openssl, check_public_key(self.openssl, str(self.public)), cluster, client, key
                )
            found["sealed"] = self.sealed[cluster, client, number]
        return {
            "cluster": cluster,
            "fsid": fsid(cluster),
            "mon_host": MON_HOST,
            "options": {"client_mount_timeout": 10},
            "clients": [found],
        }
