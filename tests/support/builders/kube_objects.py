# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets and what belongs to them as the API shows them, for tests with FakeKube."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, STATEFULSETS, Object
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

NS = "ns"


def meta(name: str, owner: Object | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "namespace": NS, "uid": f"uid-{name}", **more}
    if owner:
        reference = {key: owner[key] for key in ("apiVersion", "kind")}
        body = owner["metadata"]
        found["ownerReferences"] = [{**reference, "name": body["name"], "uid": body["uid"], "controller": True}]
    return found


def a_statefulset(name: str = "web", replicas: int = 1, *, ready: int | None = None, **more: Any) -> Object:
    """A StatefulSet whose pods are all ready, or ``ready`` of them."""
    owner, labels = more.pop("owner", None), more.pop("labels", {})
    claims, status = more.pop("claims", ()), more.pop("status", {})
    have = replicas if ready is None else ready
    counts = {"replicas": have, "readyReplicas": have, "availableReplicas": have, "updatedReplicas": have}
    template = {"spec": {"containers": [{"name": "main"}]}}
    spec = {
        "replicas": replicas,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": {"app": name}},
        "template": template,
        **more,
    }
    if claims:
        spec["volumeClaimTemplates"] = [template_of(claim) for claim in claims]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta(name, owner, generation=1, labels=labels),
        "spec": spec,
        "status": {
            "observedGeneration": 1,
            "updateRevision": "new",
            **{key: value for key, value in counts.items() if value},  # the API omits numbers that are 0
            **status,
        },
    }


def template_of(name: str, storage_class: str | None = "local", size: str = "1Gi") -> Object:
    spec: Object = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return {"metadata": {"name": name}, "spec": spec}


def a_pod(statefulset: str, ordinal: int, *, ready: bool = True, **more: Any) -> Object:
    """A pod of the StatefulSet that ``a_statefulset`` builds, or of one with another uid (``owner_uid``)."""
    uid = more.pop("owner_uid", "") or f"uid-{statefulset}"
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {**meta(statefulset), "uid": uid}}
    name = f"{statefulset}-{ordinal}"
    labels = {"app": statefulset, "controller-revision-hash": more.pop("revision", "new")}
    status: Object = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}
    status.update(more.pop("status", {}))
    volumes = [
        {"name": claim, "persistentVolumeClaim": {"claimName": f"{claim}-{name}"}} for claim in more.pop("claims", ())
    ]
    spec = {"nodeName": "node1", "volumes": volumes, **more.pop("spec", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta(name, owner, labels=labels, **more),
        "spec": spec,
        "status": status,
    }


def a_claim(name: str, phase: str = "Bound", storage_class: str = "local", **more: Any) -> Object:
    spec = {"storageClassName": storage_class, "resources": {"requests": {"storage": "1Gi"}}}
    body = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta(name, **more)}
    return {**body, "spec": spec, "status": {"phase": phase}}


def a_volume(name: str, size: str = "10Gi", storage_class: str = "local", phase: str = "Available") -> Object:
    spec = {"capacity": {"storage": size}, "storageClassName": storage_class, "accessModes": ["ReadWriteOnce"]}
    body = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "uid": f"uid-{name}"}}
    return {**body, "spec": spec, "status": {"phase": phase}}


def an_event(name: str, reason: str, message: str, time: str = "2026-01-01T00:00:00Z") -> Object:
    about = {"name": name, "namespace": NS}
    body = {"apiVersion": "v1", "kind": "Event", "metadata": meta(f"{name}.{reason}")}
    return {**body, "involvedObject": about, "reason": reason, "message": message, "lastTimestamp": time}


def glance_chain(key: str = "far", kind: str = "edge", replicas: int = 1, control_plane: bool = True) -> list[Object]:
    """The highest first: OpenStackControlPlane, Glance, GlanceAPI, and the StatefulSets of one key."""
    apis = {key: {"replicas": replicas, "type": kind}}
    plane = {
        "apiVersion": "core.openstack.org/v1beta1",
        "kind": "OpenStackControlPlane",
        "metadata": meta("openstack"),
        "spec": {"glance": {"template": {"glanceAPIs": apis}}},
    }
    glance = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "Glance",
        "metadata": meta("glance", plane if control_plane else None),
        "spec": {"glanceAPIs": apis},
    }
    found: list[Object] = [plane, glance] if control_plane else [glance]
    for each in ("external", "internal") if kind == "split" else (kind,):
        name = f"glance-{key}-{each}"
        api = {
            "apiVersion": "glance.openstack.org/v1beta1",
            "kind": "GlanceAPI",
            "metadata": meta(name, glance, labels={"api-name": key}),
            "spec": {"replicas": replicas},
        }
        labels = {"glanceAPI": name, "owner": name}
        found += [api, a_statefulset(f"{name}-api", replicas, owner=api, labels=labels)]
    return found


def settle(kube: FakeKube, name: str, replicas: int, namespace: str = NS) -> None:
    """What the StatefulSet controller and the kubelet do: create and delete pods, then update the status."""
    body = kube.objects[str(STATEFULSETS), namespace, name]
    wanted = {f"{name}-{ordinal}" for ordinal in range(replicas)}
    for kind, place, pod in list(kube.objects):
        if kind == str(PODS) and pod.startswith(f"{name}-") and pod not in wanted:
            kube.remove(PODS, place, pod)
    for ordinal in range(replicas):
        kube.add(a_pod(name, ordinal, owner_uid=body["metadata"]["uid"]))
    counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), replicas)
    status = {**counts, "observedGeneration": body["metadata"]["generation"]}
    kube.change(STATEFULSETS, namespace, name, {"status": status})
