# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets of sleeping pods for a real cluster."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

IMAGE = "localhost/dcn-glance-pod:lab"
STORAGE_CLASS = "local-storage"


def statefulset(
    name: str,
    replicas: int,
    *,
    volumes: tuple[str, ...] = (),
    container: Object | None = None,
    pod: Object | None = None,
    owner: Object | None = None,
    labels: dict[str, str] | None = None,
    **spec: Any,
) -> Object:
    """A StatefulSet with a sleeping container, claims of these templates, and everything else as given."""
    selector = {"app": name, **(labels or {})}
    inside = {"terminationGracePeriodSeconds": 0, "containers": [_container(volumes, container or {})], **(pod or {})}
    body: Object = {
        "replicas": replicas,
        "serviceName": name,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": selector}, "spec": inside},
        **spec,
    }
    if volumes:
        body["volumeClaimTemplates"] = [claim_template(each) for each in volumes]
    metadata: Object = {"name": name, "labels": selector}
    if owner:
        metadata["ownerReferences"] = [controller_reference(owner)]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": body}


def _container(volumes: tuple[str, ...], more: Object) -> Object:
    return {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "100000"],
        "volumeMounts": [{"name": volume, "mountPath": f"/var/lib/{volume}"} for volume in volumes],
        **more,
    }


def claim_template(name: str, size: str = "1Gi", storage_class: str | None = STORAGE_CLASS) -> Object:
    """A claim of a set; without a class it is the cluster's default one."""
    spec: Object = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return {"metadata": {"name": name}, "spec": spec}


def controller_reference(owner: Object) -> Object:
    """What makes an object the manager of another."""
    meta = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
    }
