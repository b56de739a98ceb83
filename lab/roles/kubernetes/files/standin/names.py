# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, labels and owners of all objects of a Glance, as the operators set them."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

# The field manager of this program.
MANAGER = "glance-operator-standin"
PORT = 9292
# User ID and group ID of the operators' containers.
GLANCE_ID = 42415

CORE = "core.openstack.org/v1beta1"
GLANCE = "glance.openstack.org/v1beta1"

# The GlanceAPIs of a key. The count of the first one is the count of the key.
API_TYPES = {"split": ("external", "internal"), "single": ("single",), "edge": ("edge",)}
# The client Services of an API, by its type.
ENDPOINTS = {
    "external": ("public",),
    "internal": ("internal",),
    "single": ("internal", "public"),
    "edge": ("internal",),
}

# Each operator marks its objects so that they stay until it has tidied up.
FINALIZERS = {"Glance": "openstack.org/glance", "GlanceAPI": "openstack.org/glanceapi"}
NETWORKS = "k8s.v1.cni.cncf.io/networks"

KEYSTONE_ENDPOINT = "keystoneEndpoint"
WSGI = "glance.openstack.org/wsgi"
LOCATION_API = "glance.openstack.org/location-api"
API_NAME = "api-name"


def api_type(template: Object) -> str:
    """The type of a key, by default that of the definition."""
    return str(template.get("type") or "split")


def api_names(glance: str, key: str, template: Object) -> tuple[tuple[str, str], ...]:
    """Name and type of each GlanceAPI of a key."""
    return tuple((f"{glance}-{key}-{kind}", kind) for kind in API_TYPES[api_type(template)])


def set_name(api: Object) -> str:
    """The StatefulSet of a GlanceAPI, which is also the name of its headless Service."""
    name = str(api["metadata"]["name"])
    return name if api["spec"]["apiType"] == "single" else f"{name}-api"


def api_key(api: Object) -> str:
    """The key of ``glanceAPIs`` that a GlanceAPI comes from."""
    return str(api["metadata"].get("labels", {}).get(API_NAME, ""))


def domain(api: Object) -> str:
    """The domain of the pods, from their headless Service."""
    return f"{set_name(api)}.{api['metadata']['namespace']}.svc"


def labels(api: Object) -> dict[str, str]:
    """The labels on the StatefulSet, pods, volumes and Services. They contain ``glance`` for a Glance of any name."""
    return {
        "service": "glance",
        "component": "glance-api",
        "glanceAPI": f"glance-{api_key(api)}-{api['spec']['apiType']}",
        "owner": str(api["metadata"]["name"]),
    }


def group_labels(owner: Object) -> dict[str, str]:
    """The labels of a Secret that an operator writes for one of its objects."""
    metadata = owner["metadata"]
    return {f"glance.openstack.org/{field}": str(metadata[field]) for field in ("name", "namespace", "uid")}


def finalizer(obj: Object) -> str:
    """The finalizer of the operator of an object; empty where it sets none."""
    return FINALIZERS.get(str(obj.get("kind", "")), "")


def service_account(glance: Object) -> str:
    return f"glance-{glance['metadata']['name']}"


def glance_name(plane: Object) -> str:
    """The Glance of a control plane: ``glance``, or with five characters of its UID."""
    section = plane["spec"].get("glance", {})
    if not section.get("uniquePodNames"):
        return "glance"
    return str(section.get("serviceName") or f"glance-{plane['metadata']['uid'][:5]}")


def owned_by(owner: Object) -> Object:
    """The reference that makes ``owner`` the controller, so that Kubernetes deletes the object with its owner."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller(obj: Object) -> Object:
    """The controller of an object; empty if there is none."""
    for reference in obj["metadata"].get("ownerReferences", []):
        if reference.get("controller"):
            return dict(reference)
    return {}


def is_owned(obj: Object, owner: Object) -> bool:
    return bool(controller(obj).get("uid") == owner["metadata"]["uid"])


def made(owner: Object, api_version: str, kind: str, name: str, **content: Any) -> Object:
    about = {"name": name, "namespace": owner["metadata"]["namespace"]}
    metadata: Object = {**about, "ownerReferences": [owned_by(owner)]}
    if kind in FINALIZERS:
        metadata["finalizers"] = [FINALIZERS[kind]]
    for field in ("labels", "annotations"):
        if content.get(field):
            metadata[field] = content[field]
        content.pop(field, None)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
