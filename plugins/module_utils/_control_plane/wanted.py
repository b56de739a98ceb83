# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology means for the Glance part of a control plane: API instances, their stores, Secrets and mounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired, Store
from ansible_collections.dcn.glance.plugins.module_utils._ini import wishes
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Site, Topology

#: The operator sets them as each kind of API needs them. In our text they would open the public API of a split one.
_OPERATORS_OWN = ("show_multiple_locations", "show_image_direct_url")


@dataclass(frozen=True)
class WantedApi:
    """One key of ``glanceAPIs``. ``secret`` is empty where the API sees no Ceph cluster."""

    key: str
    site: str
    type: str
    replicas: int
    storage_request: str
    storage_class: str | None
    config: Desired
    secret: str
    client: str
    clusters: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """The Glance part as a whole. ``control_plane`` tells an OpenStackControlPlane from a lone Glance."""

    control_plane: bool
    name: str
    namespace: str
    mount: str
    endpoint: str
    apis: tuple[WantedApi, ...]

    def api(self, key: str) -> WantedApi | None:
        return next((api for api in self.apis if api.key == key), None)

    @property
    def kind(self) -> str:
        return "OpenStackControlPlane" if self.control_plane else "Glance"


def wanted(topology: Topology) -> Wanted:
    """Everything that a topology of the platform ``operators`` asks for."""
    operators = topology.operators
    if operators is None or topology.hub.glance.api is None:
        message = f"is {topology.platform}; this is for topologies with `platform: operators`"
        raise InputErrors([Problem("platform", message)])
    return Wanted(
        operators.control_plane is not None,
        operators.control_plane or operators.glance or "",
        operators.namespace,
        operators.mount,
        topology.hub.glance.api.name,
        tuple(_api(topology, site, site.glance.api) for site in topology.sites if site.glance.api is not None),
    )


def _api(topology: Topology, site: Site, api: Api) -> WantedApi:
    operators = topology.operators
    clusters = tuple(owner.ceph.cluster for owner in matrix.visible_clusters(topology, site) if owner.ceph is not None)
    return WantedApi(
        api.name,
        site.name,
        api.type,
        api.replicas,
        api.storage_request,
        api.storage_class or (operators.storage_class if operators is not None else None),
        _config(topology, site),
        operators.site_secret(api.name) if operators is not None and clusters else "",
        topology.client("glance", site),
        clusters,
    )


def _config(topology: Topology, site: Site) -> Desired:
    """The configuration of the API, without what the operator sets itself."""
    settings: Mapping[str, Any] = glance.glance_import_settings(topology, site)
    stated = site.glance.options.get("DEFAULT", {})
    options = [
        item
        for item in settings["options"]
        if item["section"] != "DEFAULT" or item["option"] not in _OPERATORS_OWN or item["option"] in stated
    ]
    problems: list[Problem] = []
    edits = wishes.option_edits(options, f"sites.{site.name}.glance.options", problems)
    if problems:
        raise InputErrors(problems)
    return Desired(
        stores=tuple(_store(item) for item in glance.site_stores(topology, site)),
        import_methods=tuple(settings["methods"]),
        import_plugins=tuple(settings["plugins"]) or None,
        options=tuple(edits),
        purge=False,
    )


def _store(item: Mapping[str, Any]) -> Store:
    options = tuple((name, (str(value),)) for name, value in item["options"].items())
    return Store(item["id"], item["type"], item["default"], item["description"], options)


def volume_name(mount: str, key: str) -> str:
    """The volume with the Secret in the pods of an API."""
    return f"{mount}-{key}"


def extra_volume(mount: str, api: WantedApi) -> dict[str, Any]:
    """The part of our entry in ``extraMounts`` that gives the pods of one API their confs and keyrings."""
    name = volume_name(mount, api.key)
    return {
        "extraVolType": "Ceph",
        "propagation": [api.key],
        "volumes": [{"name": name, "secret": {"secretName": api.secret}}],
        "mounts": [{"name": name, "mountPath": CONF_DIRECTORY, "readOnly": True}],
    }
