# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a topology, as they are after the collection has configured them."""

from __future__ import annotations

import uuid
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    Admin,
    Conf,
    Config,
    Keyring,
    Place,
    Setting,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import METHODS_OPTION, PLUGINS_OPTION
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, nova, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CEPH_ADMIN,
    CINDER_VOLUME,
    GLANCE_API,
    NOVA_COMPUTE,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology


def fsid(site: Site) -> str:
    """The fsid of a site's cluster: the stated one, else one made of its name."""
    stated = site.ceph.fsid if site.ceph is not None else None
    return stated or str(uuid.uuid5(uuid.NAMESPACE_DNS, site.name))


def places(topology: Topology, stated: bool = False) -> tuple[Place, ...]:
    """One host for each site that does everything. ``stated``: its site is known."""
    return tuple(place(topology, site, stated) for site in topology.sites)


def place(topology: Topology, site: Site, stated: bool = False) -> Place:
    """The host of a site."""
    groups = {
        CEPH_ADMIN: site.ceph is not None,
        GLANCE_API: site.glance.enabled,
        NOVA_COMPUTE: True,
        CINDER_VOLUME: site.ceph is not None,
    }
    has_cluster = site.ceph is not None
    return Place(
        f"{site.name}-host",
        site=site.name if stated else "",
        groups=tuple(group for group, wanted in groups.items() if wanted),
        glance=_glance(topology, site) if site.glance.enabled else None,
        nova=_config("nova.conf", nova.nova_options(topology, site, fsid(site))),
        cinder=_config("cinder.conf", cinder.cinder_options(topology, site, fsid(site))) if has_cluster else None,
        confs=tuple(_conf(topology, site, entry) for entry in clients.consumer_clusters(topology, site, SERVICES)),
        keyrings=tuple(_keyrings(topology, site)),
        admin=Admin(fsid(site), _caps(topology, site)) if has_cluster else None,
    )


def _glance(topology: Topology, site: Site) -> Config:
    settings: dict[str, Any] = glance.glance_import_settings(topology, site)
    stores: list[dict[str, Any]] = glance.site_stores(topology, site)
    options: list[Any] = [
        _option("DEFAULT", "enabled_backends", ", ".join(f"{store['id']}:{store['type']}" for store in stores)),
        _option("glance_store", "default_backend", next(store["id"] for store in stores if store["default"])),
        _option(*METHODS_OPTION, f"[{','.join(settings['methods'])}]"),
        _option(*PLUGINS_OPTION, "[" + ",".join(f"'{name}'" for name in settings["plugins"]) + "]"),
        _option("DEFAULT", "worker_self_reference_url", f"http://{site.name}-host:9292"),
        *settings["options"],
    ]
    for store in stores:
        options.append(_option(store["id"], "store_description", store["description"]))
        options += [
            {"section": store["id"], "option": name, "values" if isinstance(value, list) else "value": value}
            for name, value in store["options"].items()
        ]
    found = _config("glance-api.conf", options)
    return Config(found.file, found.options, policy.glance_policy(topology, site).get("copy_image"))


def _option(section: str, name: str, value: str) -> dict[str, str]:
    return {"section": section, "option": name, "value": value}


def _config(name: str, options: Any) -> Config:
    found: dict[str, dict[str, Setting]] = {}
    for line, option in enumerate(options, 1):
        values = tuple(str(value) for value in option.get("values") or (option.get("value"),))
        if option.get("state") != "absent":
            found.setdefault(option["section"], {})[option["option"]] = Setting(values[-1], name, line, values=values)
    return Config(name, found)


def _conf(topology: Topology, site: Site, entry: dict[str, Any]) -> Conf:
    owner = topology.site(entry["site"])
    assert owner.ceph is not None
    keyrings = {client["name"]: owner.ceph.keyring(client["name"]) for client in entry["clients"]}
    return Conf(owner.ceph.conf, fsid(owner), "192.0.2.1", dict(entry["options"]), keyrings)


def _keyrings(topology: Topology, site: Site) -> list[Keyring]:
    return [
        Keyring(owner.ceph.keyring(str(client["name"])), (str(client["name"]),), "0600")
        for owner in matrix.visible_clusters(topology, site)
        for entry in clients.consumer_clusters(topology, site, SERVICES)
        if owner.ceph is not None and entry["site"] == owner.name
        for client in entry["clients"]  # type: ignore[attr-defined]
    ]


def _caps(topology: Topology, site: Site) -> dict[str, dict[str, str]]:
    return {str(item["name"]): item["caps"] for item in clients.cluster_clients(topology, site)}  # type: ignore[misc]
