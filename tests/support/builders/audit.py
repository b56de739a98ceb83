# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit has read at three sites: results of modules, and facts made from them."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Facts
from ansible_collections.dcn.glance.plugins.module_utils._audit.judge import judge
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding, Report
from ansible_collections.dcn.glance.plugins.module_utils._audit.read import Results, read_facts
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

NOW = "2026-11-29T12:00:00Z"
SITES = ("central", "dcn0", "dcn1")
_DATA: dict[str, Any] = {
    "hub": "central",
    "sites": {
        "central": {
            "ceph": {},
            "stores": {"central": {"type": "rbd", "default": True}, "archive": {"type": "file"}},
            "glance": {"endpoint": "http://central:9292"},
        },
        "dcn0": {"ceph": {}, "glance": {"endpoint": "http://dcn0:9292"}},
        "dcn1": {"ceph": {}, "glance": {"endpoint": "http://dcn1:9292"}},
    },
}
TOPOLOGY = parse(_DATA)
HOSTS = {site: (site, ("ceph_admin", "glance_api")) for site in SITES}
ID, OTHER = "2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e", "7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11"
#: The snapshot as Glance makes it.
SNAP = {"name": "snap", "protected": True, "children": []}


def external(site: str) -> Topology:
    """The topology, where the cluster of a site has another owner."""
    ceph = {"external": True, "fsid": "4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60", "mon_host": "192.0.2.31"}
    return parse({**_DATA, "sites": {**_DATA["sites"], site: {**_DATA["sites"][site], "ceph": ceph}}})


def fsid(site: str) -> str:
    """The fsid of the cluster of a site."""
    return f"fsid-{site}"


def image(image_id: str = ID, **changes: Any) -> dict[str, Any]:
    """An item of glance_image_info."""
    stores = changes.get("stores", list(SITES))
    found = {
        **{"id": image_id, "name": "cirros", "owner": "p1", "status": "active", "state": "active", "explanation": ""},
        **{"stores": stores, "failed_stores": [], "importing_stores": [], "lock": "", "size": 1024, "tags": []},
        **{"disk_format": "raw", "container_format": "bare", "updated_at": "2026-11-01T08:00:00Z", "properties": {}},
        "locations": [f"rbd://{fsid(store)}/images/{image_id}/snap" for store in stores if store in SITES],
    }
    return {**found, **changes}


def rbd(name: str = ID, **changes: Any) -> dict[str, Any]:
    """An RBD image of ceph_cluster_info."""
    found = {"name": name, "size": 1024, "created": NOW, "watchers": 0, "format": "", "digest": "", "error": ""}
    return {**found, "snapshots": [SNAP], **changes}


def cluster(site: str, *objects: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The result of ceph_cluster_info."""
    pools = [{"name": "images", "exists": True, "images": list(objects)}]
    return {
        "fsid": fsid(site),
        "pools": pools,
        "clients": [],
        "keys_created": {},
        "sessions": {},
        "changed": False,
        **changes,
    }


def host(**changes: Any) -> dict[str, Any]:
    """The result of consumer_info."""
    libvirt = {"instances": [], "secrets": [], "error": "", **changes.pop("libvirt", {})}
    return {"staging": [], "client_files": [], "services": [], "libvirt": libvirt, "changed": False, **changes}


def files(*names: str) -> dict[str, Any]:
    """A host with these files of Ceph."""
    return host(client_files=[{"name": name, "path": f"/etc/ceph/{name}", "days": 1} for name in names])


def staged(image_id: str, age: int = 90000) -> dict[str, Any]:
    """A host with one file in its staging directory."""
    file = {"path": f"/staging/{image_id}", "image": image_id, "size": 5, "age": age}
    return host(staging=[{"path": "/staging", "exists": True, "error": "", "files": [file]}])


def facts(
    *images: dict[str, Any],
    before: list[dict[str, Any]] | None = None,
    clusters: dict[str, Any] | None = None,
    hosts: dict[str, Any] | None = None,
    apis: dict[str, Any] | None = None,
    silent: bool = False,
    topology: Topology = TOPOLOGY,
    **options: Any,
) -> Facts:
    """Facts of sites that have a good RBD image for every image, changed as given; ``silent``: no list of images."""
    good = {site: cluster(site, *(rbd(item["id"]) for item in images if site in item["stores"])) for site in SITES}
    results = Results(
        {"images": list(images) if before is None else before},
        {"msg": "no answer"} if silent else {"images": list(images)},
        {site: {"problems": []} for site in SITES} | (apis or {}),
        good | (clusters or {}),
        {site: host() for site in SITES} | (hosts or {}),
    )
    return read_facts(topology, HOSTS, results, NOW, **options)


def report(*images: dict[str, Any], **options: Any) -> Report:
    """The report of such facts."""
    return judge(facts(*images, **options))


def findings(*images: dict[str, Any], **options: Any) -> list[Finding]:
    """The findings of such facts."""
    return list(report(*images, **options).findings)
