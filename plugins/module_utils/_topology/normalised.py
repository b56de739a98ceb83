# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology as plain data, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    Api,
    Cache,
    Ceph,
    CinderVolume,
    DataPlane,
    Sections,
    Site,
    Store,
    Topology,
    Volume,
)


def normalised(topology: Topology) -> dict[str, object]:
    """The topology with every default filled in; parsing it gives the same topology."""
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
    stated = {name: value for name, value in asdict(operators).items() if value is not None and value != {}}
    return {"platform": topology.platform, "operators": stated}


def _site(topology: Topology, site: Site) -> dict[str, object]:
    found: dict[str, object] = {"availability_zone": site.availability_zone}
    if topology.operators is None:
        found["platform"] = site.platform
    if site.client_generations:
        found["client_generations"] = dict(site.client_generations)
    if site.labels:
        found["labels"] = dict(site.labels)
    if site.ceph is not None:
        found["ceph"] = _ceph(site.ceph)
    found["stores"] = {store.id: _store(store) for store in site.stores}
    found["glance"] = (
        {"enabled": False}
        if not site.glance.enabled
        else {
            "enabled": True,
            "endpoint": site.glance.endpoint,
            "import": {
                "methods": list(glance.import_methods(topology, site)),
                "plugins": {name: dict(options) for name, options in glance.import_plugins(topology, site).items()},
            },
            "copy_policy": policy.copy_policy(topology, site),
            "weights": dict(site.glance.weights),
            "options": _sections(site.glance.options),
            **({"cache": _stated(site.glance.cache)} if site.glance.cache is not None else {}),
            **({"api": _api(site.glance.api)} if site.glance.api is not None else {}),
        }
    )
    found["nova"] = {
        "options": _sections(site.nova_options),
        "snapshots": site.nova_snapshots,
        **_objects("data_plane", site.data_plane),
    }
    found["cinder"] = _cinder(site)
    return found


def _store(store: Store) -> dict[str, object]:
    return {
        "type": store.type,
        "default": store.default,
        "description": store.description,
        **({"pool": store.pool} if store.pool is not None else {}),
        "options": {**store.options, **{name: list(values) for name, values in store.repeated.items()}},
    }


def _cinder(site: Site) -> dict[str, object]:
    backend = {"backend": site.backend} if site.backend else {}
    return {**backend, "options": _sections(site.cinder_options), **_objects("volume", site.cinder_volume)}


def _objects(key: str, found: DataPlane | CinderVolume | None) -> dict[str, object]:
    """Where the operators run a service, if the topology says it."""
    return {} if found is None else {key: _stated(found)}


def _stated(found: DataPlane | CinderVolume | Cache) -> dict[str, object]:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(found).items()}
    return {name: value for name, value in values.items() if value is not None and value != []}


def _api(api: Api) -> dict[str, object]:
    stated = {name: value for name, value in asdict(api).items() if value is not None and value not in ({}, ())}
    if api.volumes:
        stated["volumes"] = {volume.name: _volume(volume) for volume in api.volumes}
    return stated


def _volume(volume: Volume) -> dict[str, object]:
    return {name: value for name, value in asdict(volume).items() if name != "name" and value not in (None, "")}


def _ceph(ceph: Ceph) -> dict[str, object]:
    return {
        "cluster": ceph.cluster,
        "fsid": ceph.fsid,
        "mon_host": ceph.mon_host,
        "pools": {"images": ceph.pools.images, "volumes": ceph.pools.volumes, "vms": ceph.pools.vms},
        "options": dict(ceph.options),
        **({"clients": dict(ceph.clients)} if ceph.clients else {}),
        "external": ceph.external,
    }


def _sections(sections: Sections) -> Mapping[str, object]:
    return {
        section: {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        for section, values in sections.items()
    }
