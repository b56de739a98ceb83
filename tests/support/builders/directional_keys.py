# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of the layout with one key for each direction: three stacks, a hub whose cluster has another name.

Glance of a site uses the deployer's client ``openstack`` on its own cluster, and ``CLUSTER.glance`` on another one,
with the keyring /etc/ceph/client.CLUSTER.glance.keyring.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CLUSTERS = {"control-plane": "central", "dcn0": "dcn0", "dcn1": "dcn1"}
FSIDS = {name: f"{digit * 8}-1111-4111-8111-{digit * 12}" for name, digit in zip(CLUSTERS, "123")}
PUPPET = "/var/lib/config-data/puppet-generated"


def hosts() -> Iterator[dict[str, Any]]:
    """The input of the module adopt_topology: two controllers at the hub, one host at each spoke."""
    for name, site in (("controller-0", "control-plane"), ("controller-1", "control-plane")):
        yield host(name, site)
    for site in ("dcn0", "dcn1"):
        yield host(f"{site}-distributedcomputehci-0", site)


def host(name: str, site: str) -> dict[str, Any]:
    """One host, with the result of adopt_host_info."""
    seen = list(CLUSTERS) if site == "control-plane" else ["control-plane", site]
    services: dict[str, Any] = {"glance": glance(site, seen), "nova": None, "cinder": cinder(site)}
    if site != "control-plane":
        services["nova"] = nova(site)
    found = {
        "platform": "tripleo",
        "services": services,
        "confs": [conf(site, owner) for owner in seen],
        "keyrings": [keyring(site, owner) for owner in seen],
        "cluster": None,
        "problems": [],
    }
    return {"name": name, "site": site, "groups": [], "found": found}


def options(path: str, values: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The options of a service, each on a line of its own."""
    line = 0
    found: dict[str, dict[str, Any]] = {}
    for section, inner in values.items():
        line += 1
        for option, value in inner.items():
            line += 1
            found.setdefault(section, {})[option] = {"value": value, "values": [value], "path": path, "line": line}
    return {"path": path, "options": found, "copy_policy": None}


def glance(site: str, seen: list[str]) -> dict[str, Any]:
    """glance-api.conf as the playbook of that layout wrote it."""
    ids = {owner: CLUSTERS[owner] for owner in seen}
    stores = {
        ids[owner]: {
            "store_description": f"{ids[owner]} RBD backend",
            "rbd_store_pool": "images",
            "rbd_store_user": "openstack" if owner == site else f"{ids[owner]}.glance",
            "rbd_store_ceph_conf": f"/etc/ceph/{ids[owner]}.conf",
        }
        for owner in seen
    }
    default = {
        "enabled_backends": ", ".join(f"{name}:rbd" for name in ids.values()),
        "enabled_import_methods": "['glance-direct', 'web-download', 'copy-image']",
        "debug": "True",
    }
    store = {"stores": "http,rbd", "os_region_name": "regionOne", "default_backend": CLUSTERS[site]}
    path = f"{PUPPET}/glance_api/etc/glance/glance-api.conf"
    return options(path, {"DEFAULT": default, "glance_store": store, **stores})


def nova(site: str) -> dict[str, Any]:
    """nova.conf: the list of URLs was made from what listens on port 9292."""
    libvirt = {
        "images_type": "rbd",
        "images_rbd_pool": "vms",
        "images_rbd_ceph_conf": f"/etc/ceph/{CLUSTERS[site]}.conf",
        "rbd_user": "openstack",
        "rbd_secret_uuid": FSIDS[site],
    }
    api = {"api_servers": f"http://172.16.13.{10 + int(site[-1])}:9292"}
    return options(f"{PUPPET}/nova_libvirt/etc/nova/nova.conf", {"libvirt": libvirt, "glance": api})


def cinder(site: str) -> dict[str, Any]:
    """cinder.conf as puppet wrote it."""
    backend = {
        "volume_backend_name": "tripleo_ceph",
        "volume_driver": "cinder.volume.drivers.rbd.RBDDriver",
        "rbd_pool": "volumes",
        "rbd_user": "openstack",
        "rbd_ceph_conf": f"/etc/ceph/{CLUSTERS[site]}.conf",
        "rbd_secret_uuid": FSIDS[site],
        **({"backend_availability_zone": site} if site != "control-plane" else {}),
    }
    values = {"DEFAULT": {"enabled_backends": "tripleo_ceph"}, "tripleo_ceph": backend}
    return options(f"{PUPPET}/cinder/etc/cinder/cinder.conf", values)


def conf(site: str, owner: str) -> dict[str, Any]:
    """The conf of a cluster. A foreign one names the keyring that Ceph does not find by itself."""
    cluster = CLUSTERS[owner]
    named = {} if owner == site else {"client": f"/etc/ceph/client.{cluster}.glance.keyring"}
    path = f"/etc/ceph/{cluster}.conf"
    return {"path": path, "fsid": FSIDS[owner], "mon_host": "192.0.2.1", "options": {}, "keyrings": named}


def keyring(site: str, owner: str) -> dict[str, Any]:
    """A keyring. The deployer's can be read by all users."""
    cluster = CLUSTERS[owner]
    if owner == site:
        path = f"/etc/ceph/{cluster}.client.openstack.keyring"
        return {"path": path, "mode": "0644", "clients": ["client.openstack"], "fault": ""}
    client = f"client.{cluster}.glance"
    return {"path": f"/etc/ceph/{client}.keyring", "mode": "0600", "clients": [client], "fault": ""}
