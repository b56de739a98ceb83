# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert the options of the module control_plane_glance to the desired state and the options of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_secret import split_secrets
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredApi, DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired, DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cache, glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Site, Topology

#: The operator sets them for each type of API. In the managed text they would open the public API of a split one.
_SET_BY_OPERATOR = ("show_multiple_locations", "show_image_direct_url")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")


def parse_allow_recreate(value: Any) -> bool | tuple[str, ...]:
    """``allow_recreate``: a boolean, or the names of APIs, as a list or separated by commas."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value)
    text = str(value if value is not None else "").strip()
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    return tuple(item.strip() for item in text.split(",") if item.strip())


def parse_files(value: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """``files``: for each site a list of clusters, each with a name and clients that have names."""
    problems: list[Problem] = []
    found: dict[str, list[dict[str, Any]]] = {}
    for site, entries in value.items():
        path = f"files.{site}"
        if not isinstance(entries, (list, tuple)):
            problems.append(Problem(path, "is not a list of clusters"))
            continue
        found[str(site)] = [_cluster(entry, f"{path}[{index}]", problems) for index, entry in enumerate(entries)]
    if problems:
        raise InputErrors(problems)
    return found


def _cluster(entry: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("cluster"), str):
        problems.append(Problem(path, "is not a mapping with the name of a cluster"))
        return {"cluster": "", "clients": []}
    clients = entry.get("clients") or []
    if not isinstance(clients, (list, tuple)) or not all(
        isinstance(client, Mapping) and isinstance(client.get("name"), str) for client in clients
    ):
        problems.append(Problem(f"{path}.clients", "is not a list of clients with names"))
        clients = []
    if entry.get("state", "present") != "present":
        problems.append(Problem(f"{path}.state", "is for hosts; purge: managed removes keys from a Secret"))
    return {**entry, "clients": [dict(client) for client in clients]}


def desired_glance(topology: Topology, hub_key: str = "") -> DesiredGlance:
    """The Glance spec that a topology of the platform ``operators`` describes.

    ``hub_key`` is the name of the API of the hub where it is not the one of the topology.
    """
    operators = topology.operators
    if operators is None or topology.hub.glance.api is None:
        message = f"is {topology.platform}, but this module needs `platform: operators`"
        raise InputErrors([Problem("platform", message)])
    hub_key = hub_key or topology.hub.glance.api.name
    for site in topology.spokes:
        if site.glance.api is not None and site.glance.api.name == hub_key:
            why = f"is {hub_key!r}, which is the name of the API of the hub while its stores change"
            advice = f"Set another sites.{topology.hub_name}.glance.api.name: the API of the hub then gets that name"
            raise InputErrors([Problem(f"sites.{site.name}.glance.api.name", f"{why}. {advice}")])
    return DesiredGlance(
        operators.control_plane is not None,
        operators.control_plane or operators.glance or "",
        operators.namespace,
        operators.mount,
        hub_key,
        tuple(
            _api(topology, site, replace(site.glance.api, name=hub_key) if site is topology.hub else site.glance.api)
            for site in topology.sites
            if site.glance.api is not None
        ),
        fields=operators.spec,
    )


def _api(topology: Topology, site: Site, api: Api) -> DesiredApi:
    operators = topology.operators
    clusters = tuple(owner.ceph.cluster for owner in matrix.visible_clusters(topology, site) if owner.ceph is not None)
    config, credentials = split_secrets(_config(topology, site))
    return DesiredApi(
        api.name,
        site.name,
        api.type,
        api.replicas,
        api.storage_request,
        api.storage_class or (operators.storage_class if operators is not None else None),
        config,
        operators.site_secret(api.name) if operators is not None and clusters else "",
        _client(topology, site),
        clusters,
        operators.config_secret(api.name) if operators is not None else "",
        credentials,
        api.volumes,
        cache.api_fields(site, api),
    )


def _client(topology: Topology, site: Site) -> str:
    """The client of an API: the pods have one name for all clusters."""
    names = {topology.client("glance", site, owner): owner for owner in matrix.visible_clusters(topology, site)}
    if len(names) > 1:
        first, second = list(names)[:2]
        message = (
            f"Glance of site {site.name} would be {first} there and {second} on the cluster of {names[second].name}, "
            "and its pods use one name for all clusters. Give both the same name"
        )
        raise InputErrors([Problem(f"sites.{names[first].name}.ceph.clients", message)])
    return next(iter(names), topology.client("glance", site))


def _config(topology: Topology, site: Site) -> Desired:
    """The configuration of the API, without what the operator sets itself."""
    settings: Mapping[str, Any] = glance.glance_import_settings(topology, site)
    stated = site.glance.options.get("DEFAULT", {})
    options = [
        item
        for item in settings["options"]
        if item["section"] != "DEFAULT" or item["option"] not in _SET_BY_OPERATOR or item["option"] in stated
    ]
    problems: list[Problem] = []
    edits = option_edits(options, f"sites.{site.name}.glance.options", problems)
    if problems:
        raise InputErrors(problems)
    return Desired(
        stores=tuple(_store(item) for item in glance.site_stores(topology, site)),
        import_methods=tuple(settings["methods"]),
        import_plugins=tuple(settings["plugins"]) or None,
        options=tuple(edits),
        purge=False,
    )


def _store(item: Mapping[str, Any]) -> DesiredStore:
    options = tuple(
        (name, tuple(value) if isinstance(value, list) else (str(value),)) for name, value in item["options"].items()
    )
    return DesiredStore(item["id"], item["type"], item["default"], item["description"], options)
