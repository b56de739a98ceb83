# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane with a split API and an edge API whose rollout is complete, as plain objects."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    PODS,
    STATEFULSETS,
    Object,
    Resource,
)

NAMESPACE = "openstack"
RBD = "[DEFAULT]\nenabled_backends=a:rbd,b:rbd\n"
EXTERNAL, INTERNAL, EDGE = "glance-hub-external", "glance-hub-internal", "glance-far-edge"
MOUNT = {
    "name": "dcn-glance",
    "extraVol": [
        {
            "propagation": ["far"],
            "volumes": [{"name": "ceph", "secret": {"secretName": "ceph-far"}}],
            "mounts": [{"name": "ceph", "mountPath": "/etc/ceph", "readOnly": True}],
        }
    ],
}
OUTER = {"name": "v1", "extraVol": [{"volumes": [{"name": "x", "emptyDir": {}}], "mounts": []}]}
#: The same as the operators write it, with the fields that programs add.
WRITTEN = [
    {"name": "dcn-glance", "region": "", "extraVol": [{**MOUNT["extraVol"][0], "extraVolType": ""}]},  # type: ignore[index]
    {"name": "v1", "extraVol": [{"propagation": [], "volumes": [{"name": "x", "emptyDir": {}}]}]},
]


def _meta(name: str, owner: Object | None = None, **more: Any) -> Object:
    meta: Object = {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "generation": 4, **more}
    if owner is not None:
        reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
        meta["ownerReferences"] = [{**reference, "uid": owner["metadata"]["uid"], "controller": True}]
    return meta


def _body(resource: Resource, meta: Object, spec: Object, **status: Any) -> Object:
    head: Object = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": meta, "spec": spec}
    return {**head, "status": {"observedGeneration": 4, **status}}


def condition(kind: str, status: str = "True", reason: str = "Ready", message: str = "") -> Object:
    severity = {"severity": "Warning"} if reason == "Error" else {}
    return {"type": kind, "status": status, "reason": reason, "message": message, **severity}


class World:
    """The objects. ``sets`` and ``apis`` are by the name of the GlanceAPI, ``pods`` by it and the ordinal."""

    def __init__(self, far: int = 2) -> None:
        apis = {
            "hub": {"type": "split", "replicas": 1, "customServiceConfig": RBD},
            "far": {"type": "edge", "replicas": far, "customServiceConfig": RBD, "storage": {"storageRequest": "20G"}},
        }
        template = {"keystoneEndpoint": "hub", "storage": {"storageRequest": "10G"}, "extraMounts": [MOUNT]}
        spec = {"storageClass": "local", "extraMounts": [OUTER]}
        spec["glance"] = {"template": {**template, "glanceAPIs": apis}}
        self.plane = _body(CONTROL_PLANES, _meta("openstack"), copy.deepcopy(spec))
        part = {**template, "glanceAPIs": apis}
        ready = [condition("Ready")]
        self.glance = _body(GLANCES, _meta("glance", self.plane), copy.deepcopy(part), conditions=ready)
        self.apis: dict[str, Object] = {}
        self.sets: dict[str, Object] = {}
        self.pods: dict[str, Object] = {}
        self.add("hub", EXTERNAL, 1, "10G", {"keystoneEndpoint": "true"})
        self.add("hub", INTERNAL, 1, "10G", {"keystoneEndpoint": "true"})
        self.add("far", EDGE, far, "20G", {})

    def add(self, key: str, name: str, replicas: int, size: str, notes: dict[str, str]) -> None:
        """A GlanceAPI, its StatefulSet and its pods."""
        storage = {"storageClass": "local", "storageRequest": size, "external": False}
        spec = {"replicas": replicas, "customServiceConfig": RBD, "storage": storage, "imageCache": {"size": ""}}
        spec["extraMounts"] = copy.deepcopy(WRITTEN)
        meta = _meta(name, self.glance, labels={"api-name": key}, annotations=notes)
        conditions = [condition("Ready"), condition("KeystoneEndpointReady")]
        api = _body(GLANCE_APIS, meta, spec, hash={"input": "h1"}, conditions=conditions)
        box = {"name": "glance-httpd", "env": [{"name": "CONFIG_HASH", "value": "h1"}]}
        template = {"spec": {"containers": [{"name": "glance-log"}, box]}}
        counts = dict.fromkeys(("replicas", "readyReplicas", "updatedReplicas"), replicas)
        revisions = {"currentRevision": "r1", "updateRevision": "r1"}
        statefulset = _body(
            STATEFULSETS,
            _meta(f"{name}-api", api, labels={"service": "glance"}),
            {"replicas": replicas, "template": template},
            **counts,
            **revisions,
        )
        self.apis[name], self.sets[name] = api, statefulset
        for number in range(replicas):
            self.pods[f"{name}-{number}"] = pod(statefulset, number)

    @property
    def objects(self) -> list[Object]:
        return [self.plane, self.glance, *self.apis.values(), *self.sets.values(), *self.pods.values()]


def pod(statefulset: Object, number: int, revision: str = "r1", ready: bool = True) -> Object:
    labels = {"service": "glance", "controller-revision-hash": revision}
    meta = _meta(f"{statefulset['metadata']['name']}-{number}", statefulset, labels=labels)
    head: Object = {"apiVersion": PODS.api_version, "kind": PODS.kind, "metadata": meta, "spec": {}}
    return {**head, "status": {"phase": "Running", "conditions": [condition("Ready", "True" if ready else "False")]}}
