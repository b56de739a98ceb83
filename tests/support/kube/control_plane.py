# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""control_plane_glance run as a process on a real cluster, and what it left there."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    PODS,
    PVCS,
    PVS,
    SECRETS,
    STATEFULSETS,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys, desired
from ansible_collections.dcn.glance.tests.support.kube.resources import NAMESPACES
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running, connect
from ansible_collections.dcn.glance.tests.support.wait import until

_MODULES = "ansible_collections.dcn.glance.plugins.modules"
_ALL = (CONTROL_PLANES, GLANCES, GLANCE_APIS, STATEFULSETS, PODS, SECRETS)


def site_topology(namespace: str, *spokes: str, **hub: Any) -> dict[str, Any]:
    """Sites whose pods hold Ceph keys and whose stores need no Ceph, so that they get ready without a cluster."""
    sites = {}
    for name in ("central", *spokes):
        stores = {
            name: {"type": "file", "default": True, "options": {"filesystem_store_datadir": f"/var/lib/glance/{name}"}},
            f"{name}-web": {"type": "http"},
        }
        sites[name] = {"ceph": {}, "stores": stores, "glance": {"api": {"storage_request": "1G"}}}
    sites["central"]["glance"]["api"].update(hub)
    return {"hub": "central", "platform": "operators", "operators": {"namespace": namespace}, "sites": sites}


class Place:
    """A namespace with a control plane, keys for it, and the module."""

    def __init__(self, kubeconfig: str, namespace: str, keys: Keys) -> None:
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self.keys = keys
        self.api = connect(kubeconfig)

    def open(self) -> Place:
        if self.api.get(NAMESPACES, "", self.namespace) is None:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
            self.api.create(NAMESPACES, "", body)
        return self

    def close(self) -> None:
        self.api.delete(NAMESPACES, "", self.namespace)
        until("the namespace is gone", lambda: self.api.get(NAMESPACES, "", self.namespace) is None, 120)

    # The modules

    def start(self, data: Mapping[str, Any], **arguments: Any) -> Running:
        """The module at work; ``files`` are complete where none are given."""
        common = {
            "kubeconfig": self.kubeconfig,
            "topology": data,
            "files": self.keys.files(desired(data)),
            "recipient_directory": str(self.keys.directory),
            "_ansible_diff": True,
        }
        return Running({**common, **arguments}, f"{_MODULES}.control_plane_glance")

    def run(self, data: Mapping[str, Any], **arguments: Any) -> Run:
        run = self.start(data, **arguments).end()
        text = json.dumps(run.result)
        assert not [key for key in (*self.keys.used, *self.keys.seen) if key in text], "a key is in the result"
        return run

    def check(self, data: Mapping[str, Any], **arguments: Any) -> Run:
        return self.run(data, _ansible_check_mode=True, **arguments)

    def recipient(self, data: Mapping[str, Any]) -> Run:
        arguments = {"kubeconfig": self.kubeconfig, "topology": data, "directory": str(self.keys.directory)}
        return Running(arguments, f"{_MODULES}.pod_key_recipient").end()

    # What is there

    def get(self, resource: Resource, name: str) -> Object:
        found = self.api.get(resource, self.namespace, name)
        assert found is not None, f"{resource} {name} is not there"
        return found

    def template(self) -> Any:
        return self.get(CONTROL_PLANES, "openstack")["spec"]["glance"]["template"]

    def versions(self, *resources: Resource) -> dict[str, str]:
        """The resource version of everything."""
        return {
            f"{resource.plural}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
            for resource in resources or _ALL
            for item in self.api.list(resource, self.namespace)[0]
            if not str(item["metadata"]["name"]).startswith("kube-root")
        }

    def uids(self, resource: Resource) -> dict[str, str]:
        return {
            str(item["metadata"]["name"]): str(item["metadata"]["uid"])
            for item in self.api.list(resource, self.namespace)[0]
        }

    def sets(self) -> dict[str, Object]:
        return {str(item["metadata"]["name"]): item for item in self.api.list(STATEFULSETS, self.namespace)[0]}

    def settled(self, seconds: float = 240.0) -> dict[str, Object]:
        """The StatefulSets as they are once everything is ready, up to date, and nobody is busy any more."""
        calm = 0
        end = time.monotonic() + seconds
        before: dict[str, str] = {}
        while calm < 8:
            assert time.monotonic() < end, f"{self.namespace} does not settle: {json.dumps(self._states())}"
            now = self.versions(STATEFULSETS, PODS, GLANCE_APIS)
            calm = calm + 1 if now == before and all(map(_at_rest, self.sets().values())) else 0
            before = now
            time.sleep(0.25)
        return self.sets()

    def _states(self) -> dict[str, Any]:
        return {name: item.get("status") for name, item in self.sets().items()}

    def claims(self) -> dict[str, str]:
        return self.uids(PVCS)

    def free_volumes(self, *pods: str) -> None:
        """Remove the claims of pods that are gone, so that others can have the volumes."""
        for pod in pods:
            self.api.delete(PVCS, self.namespace, f"glance-{pod}")
        until("the claims are gone", lambda: not {f"glance-{pod}" for pod in pods} & set(self.claims()))
        for volume in self.api.list(PVS, "")[0]:
            claim = volume["spec"].get("claimRef") or {}
            if claim.get("namespace") == self.namespace and volume["status"]["phase"] == "Released":
                self.api.patch(PVS, "", volume["metadata"]["name"], {"spec": {"claimRef": None}})


def _at_rest(item: Object) -> bool:
    status, wanted = item.get("status") or {}, item["spec"]["replicas"]
    return (
        status.get("observedGeneration") == item["metadata"]["generation"]
        and status.get("replicas", 0) == wanted
        and status.get("readyReplicas", 0) == wanted
        and status.get("updateRevision") == status.get("currentRevision")
    )
