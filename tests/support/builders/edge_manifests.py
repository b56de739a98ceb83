# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid manifests of Nova and Cinder beside the valid control plane, and what each rule reports after an edit."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.dcn.glance.tests.support.builders.manifests import CONF, SECRET, good

FSID = "5f0d8a52-1111-4222-8333-444455556666"
CINDER_CONFIG = f"""\
[DEFAULT]
enabled_backends = ceph
glance_api_servers = https://glance-dcn0-internal.openstack.svc:9292
[ceph]
volume_driver = cinder.volume.drivers.rbd.RBDDriver
rbd_ceph_conf = /etc/ceph/dcn0.conf
rbd_pool = volumes
rbd_user = nova-dcn0
rbd_secret_uuid = {FSID}
"""
NOVA_CONFIG = f"""\
[libvirt]
images_type = rbd
images_rbd_pool = vms
images_rbd_ceph_conf = /etc/ceph/dcn0.conf
images_rbd_glance_store_name = dcn0
rbd_user = nova-dcn0
rbd_secret_uuid = {FSID}
[glance]
endpoint_override = https://glance-dcn0-internal.openstack.svc:9292
"""
_PLANE = "dataplane.openstack.org/v1beta1"


def _object(kind: str, name: str, version: str = _PLANE, **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "openstack"}, **content}


def edge_objects() -> dict[str, dict[str, Any]]:
    """A control plane with a cinder-volume, a NodeSet and what it needs, by a short name."""
    plane = good()
    extra = {
        "propagation": ["edge0"],
        "volumes": [{"name": "edge0", "secret": {"secretName": "edge0"}}],
        "mounts": [{"name": "edge0", "mountPath": "/etc/ceph", "readOnly": True}],
    }
    volume = {"networkAttachments": ["storage"], "customServiceConfig": CINDER_CONFIG}
    template = {"cinderVolumes": {"edge0": volume}, "extraMounts": [{"name": "edge", "extraVol": [extra]}]}
    plane["spec"]["cinder"] = {"template": template}
    keyring = f"[client.nova-dcn0]\nkey = {SECRET}\n"
    files = {"dcn0.conf": CONF, "dcn0.client.nova-dcn0.keyring": keyring}
    mount = {key: value for key, value in copy.deepcopy(extra).items() if key != "propagation"}
    spec = {
        "nodes": {},
        "nodeTemplate": {"ansibleSSHPrivateKeySecret": "ssh", "extraMounts": [{"extraVolType": "Ceph", **mount}]},
        "services": ["bootstrap", "ceph-client", "libvirt", "nova-custom"],
    }
    sources = [{"secretRef": {"name": "nova-cell1-compute-config"}}, {"configMapRef": {"name": "ceph-nova"}}]
    return {
        "plane": plane,
        "secret": _object("Secret", "edge0", "v1", stringData=files),
        "map": _object("ConfigMap", "ceph-nova", "v1", data={"03-ceph-nova.conf": NOVA_CONFIG}),
        "service": _object(
            "OpenStackDataPlaneService", "nova-custom", spec={"edpmServiceType": "nova", "dataSources": sources}
        ),
        "nodes": _object("OpenStackDataPlaneNodeSet", "edpm", spec=spec),
    }


VOLUMES = "spec/cinder/template"
CINDER = f"{VOLUMES}/cinderVolumes/edge0/customServiceConfig"
NOVA = "data/03-ceph-nova.conf"
FILES = "stringData"
#: (rule, object, path, old text or the value to set, new text or None, end of the field path)
REPORTED_AT_THE_EDGE: list[tuple[str, str, str, Any, Any, str]] = [
    ("volume-section-missing", "plane", CINDER, "enabled_backends = ceph", "enabled_backends = ceph,x", "_backends"),
    ("volume-section-missing", "plane", CINDER, "[ceph]", "[cephs]", "[DEFAULT] enabled_backends"),
    ("volume-section-unused", "plane", CINDER, "enabled_backends = ceph\n", "", "customServiceConfig [ceph]"),
    ("volume-section-unused", "plane", CINDER, "[ceph]", "[x]\nvolume_driver = y\n[ceph]", "customServiceConfig [x]"),
    ("volume-option-misplaced", "plane", CINDER, "[ceph]", "[ceph]\nglance_api_servers = x", "glance_api_servers"),
    ("volume-option-misplaced", "plane", CINDER, "[ceph]", "rbd_pool = v\n[ceph]", "[DEFAULT] rbd_pool"),
    ("volume-conf-not-mounted", "plane", f"{VOLUMES}/extraMounts", [], None, "[ceph] rbd_ceph_conf"),
    ("volume-conf-not-mounted", "plane", f"{VOLUMES}/extraMounts/0/extraVol/0/propagation", ["dcn0"], None, "_conf"),
    ("volume-conf-not-mounted", "plane", CINDER, "ceph/dcn0.conf", "ceph/dcn9.conf", "[ceph] rbd_ceph_conf"),
    ("volume-keyring-not-mounted", "plane", CINDER, "rbd_user = nova-dcn0", "rbd_user = openstack", "[ceph] rbd_user"),
    ("volume-glance-foreign", "plane", CINDER, "glance-dcn0", "glance-central", "[DEFAULT] glance_api_servers"),
    ("volume-glance-foreign", "plane", CINDER, "glance-dcn0", "glance-dcn9", "[DEFAULT] glance_api_servers"),
    ("volume-libvirt-secret", "plane", CINDER, FSID, FSID.replace("5", "6"), "[ceph] rbd_secret_uuid"),
    ("volume-libvirt-secret", "map", NOVA, "rbd_user = nova-dcn0", "rbd_user = openstack", "[ceph] rbd_user"),
    ("service-source-broken", "service", "spec/dataSources/1", {"configMapRef": None, "name": "a"}, None, "MapRef"),
    ("nova-file-ignored", "map", "data", {"03-ceph.conf": NOVA_CONFIG}, None, 'data["03-ceph.conf"]'),
    ("nova-store-unknown", "map", NOVA, "store_name = dcn0", "store_name = dcn9", "images_rbd_glance_store_name"),
    ("nova-glance-foreign", "map", NOVA, "glance-dcn0", "glance-central", "[glance] endpoint_override"),
    ("nova-glance-foreign", "map", NOVA, "glance-dcn0", "glance-dcn9", "[glance] endpoint_override"),
    ("nova-uuid-differs", "map", NOVA, FSID, FSID.replace("5", "6"), "[libvirt] rbd_secret_uuid"),
    ("nova-option-misplaced", "map", NOVA, "[glance]", "[glance]\nimages_rbd_pool = vms", "[glance] images_rbd_pool"),
    ("nova-option-misplaced", "map", NOVA, "[libvirt]", "[DEFAULT]\nendpoint_override = x\n[libvirt]", "_override"),
    ("node-set-ceph-missing", "nodes", "spec/nodeTemplate/extraMounts", [], None, "nodeTemplate.extraMounts"),
    ("node-set-ceph-missing", "map", NOVA, "ceph/dcn0.conf", "ceph/dcn9.conf", "nodeTemplate.extraMounts"),
    ("node-set-ceph-client", "nodes", "spec/services", ["libvirt", "nova-custom"], None, "spec.services"),
    ("node-set-ceph-client", "nodes", "spec/services", ["libvirt", "ceph-client", "nova-custom"], None, "services"),
    ("node-set-nova-twice", "nodes", "spec/services", ["ceph-client", "nova", "nova-custom"], None, "spec.services"),
    ("node-set-keyrings", "secret", f"{FILES}/dcn0.client.x.keyring", "k", None, "nodeTemplate.extraMounts"),
    ("node-set-keyrings", "secret", FILES, {"dcn0.conf": CONF}, None, "nodeTemplate.extraMounts"),
    ("node-set-keyrings", "secret", FILES, {"dcn0.conf": CONF, "dcn0.client.a.b.keyring": "k"}, None, "extraMounts"),
]  # fmt: skip


def edited(name: str, path: str, old: Any, new: Any) -> list[dict[str, Any]]:
    """The objects with one edit: a value set, or a text replaced."""
    objects = edge_objects()
    node: Any = objects[name]
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("/"))
    for key in parents:
        node = node[key]
    if new is None:
        node[last] = old
    else:
        assert old in node[last], (path, old)
        node[last] = node[last].replace(old, new)
    return list(objects.values())
