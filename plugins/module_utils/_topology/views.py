# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views of a parsed topology by the name of a site, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    SERVICES,
    Api,
    Ceph,
    Sections,
    Site,
    Topology,
)


def consumer_clusters(topology: Topology, site: str, services: Iterable[str]) -> list[dict[str, object]]:
    """The confs and keyrings that a host of ``site`` must hold to run ``services``."""
    return clients.consumer_clusters(topology, matrix.find_site(topology, site), services)


def store_matrix(topology: Topology) -> dict[str, list[str]]:
    """{site: ids of the stores that its Glance has}, own ones first."""
    return {site.name: [store.id for _owner, store in matrix.visible_stores(topology, site)] for site in topology.sites}


def site_view(topology: Topology, site: Site) -> dict[str, object]:
    """Everything that follows from the topology for one site."""
    default = matrix.default_store(topology, site)
    target = matrix.copy_target(site)
    return {
        "role": "hub" if site.name == topology.hub_name else "spoke",
        "availability_zone": site.availability_zone,
        "endpoint": site.glance.endpoint,
        "cluster": site.ceph.cluster if site.ceph is not None else None,
        "default_store": default.id if default is not None else None,
        "copy_target": target.id if target is not None else None,
        "stores": glance.site_stores(topology, site),
        "import": glance.glance_import_settings(topology, site),
        "clients": clients.cluster_clients(topology, site),
        "consumer_clusters": clients.consumer_clusters(topology, site, SERVICES),
        "probe_plan": clients.probe_plan(topology, site),
    }


def site_views(topology: Topology) -> dict[str, dict[str, object]]:
    """{site: its view}, the hub first."""
    return {site.name: site_view(topology, site) for site in topology.sites}


def normalised(topology: Topology) -> dict[str, object]:
    """The topology as it could have been written, with every default filled in."""
    return {
        "hub": topology.hub_name,
        **_platform(topology),
        "client_names": dict(topology.client_names),
        "sites": {site.name: _site(topology, site) for site in topology.sites},
    }


def _platform(topology: Topology) -> dict[str, object]:
    operators = topology.operators
    if operators is None:
        return {"platform": topology.platform}
    stated = {name: value for name, value in asdict(operators).items() if value is not None}
    return {"platform": topology.platform, "operators": stated}


def _site(topology: Topology, site: Site) -> dict[str, object]:
    found: dict[str, object] = {"availability_zone": site.availability_zone}
    if site.ceph is not None:
        found["ceph"] = _ceph(site.ceph)
    found["stores"] = {
        store.id: {
            "type": store.type,
            "default": store.default,
            "description": store.description,
            **({"pool": store.pool} if store.pool is not None else {}),
            "options": dict(store.options),
        }
        for store in site.stores
    }
    found["glance"] = {
        "endpoint": site.glance.endpoint,
        "import": {
            "methods": list(glance.import_methods(topology, site)),
            "plugins": {name: dict(options) for name, options in glance.import_plugins(topology, site).items()},
        },
        "weights": dict(site.glance.weights),
        "options": _sections(site.glance.options),
        **({"api": _api(site.glance.api)} if site.glance.api is not None else {}),
    }
    found["nova"] = {"options": _sections(site.nova_options)}
    found["cinder"] = {"options": _sections(site.cinder_options)}
    return found


def _api(api: Api) -> dict[str, object]:
    return {name: value for name, value in asdict(api).items() if value is not None}


def _ceph(ceph: Ceph) -> dict[str, object]:
    return {
        "cluster": ceph.cluster,
        "fsid": ceph.fsid,
        "mon_host": ceph.mon_host,
        "pools": {"images": ceph.pools.images, "volumes": ceph.pools.volumes, "vms": ceph.pools.vms},
        "options": dict(ceph.options),
    }


def _sections(sections: Sections) -> dict[str, object]:
    return {
        section: {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        for section, values in sections.items()
    }
