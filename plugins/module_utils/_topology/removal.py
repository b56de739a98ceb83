# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a spoke alone: the stores, clients and files that go when the site is removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, external, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse


def spoke_problems(topology: Topology, name: object, variable: str, verb: str) -> list[Problem]:
    """Why a site cannot be added to, or removed from, the Glance of the hub."""
    known = [site.name for site in topology.spokes]
    if name == topology.hub_name:
        return [Problem(variable, f"{name} is the hub, which cannot be {verb}; the spokes are {words.one_of(known)}")]
    if not isinstance(name, str) or name not in known:
        hint = words.suggest(name, known) if isinstance(name, str) else ""
        text = f"{words.show(name)} is not one of the spokes {words.one_of(known)}{hint}. dcn_topology must describe it"
        return [Problem(variable, text)]
    return []


def spoke_to_add(topology: Topology, name: object) -> str:
    """The name of a spoke. Raises InputErrors if it cannot be added."""
    if topology.platform == "operators":
        text = "is for Glance on hosts. With platform: operators, use dcn.glance.add_store"
        raise InputErrors([Problem("add_site_name", text)])
    problems = spoke_problems(topology, name, "add_site_name", "added")
    if problems:
        raise InputErrors(problems)
    return str(name)


def site_removal(topology: Topology, name: object, copy_to: Sequence[str] = (), gone: bool = False) -> dict[str, Any]:
    """The stores, cephx clients, files and the API in pods that the topology has for a spoke only."""
    problems = spoke_problems(topology, name, "remove_site_name", "removed")
    if not problems:
        problems = _copy_problems(topology, str(name), copy_to, gone)
    if problems:
        raise InputErrors(problems)
    site, hub = topology.site(str(name)), topology.hub
    own = [store.id for store in site.stores]
    return {
        "hub": hub.name,
        "sites": _sites(topology, site, gone),
        "api": site.glance.api.name if site.glance.api is not None else "",
        "stores": own,
        "clients": {
            # The clients that a topology states exist without the collection, so they stay.
            hub.name: _removed(topology, hub, site),
            **({} if gone else {site.name: _removed(topology, site, hub)}),
        },
        "requests": [*_requests(topology, hub, site), *([] if gone else _requests(topology, site, hub))],
        "files": {
            hub.name: _files(clients.consumer_clusters(topology, hub, SERVICES), site),
            site.name: _files(clients.consumer_clusters(topology, site, SERVICES), hub),
        },
        "conf_sections": [{"section": store.id} for _owner, store in matrix.visible_stores(topology, site)],
    }


def _sites(topology: Topology, site: Site, gone: bool) -> list[str]:
    """The sites whose hosts take part. A new API of the hub in pods needs the keys of all clusters that stay."""
    whole = topology.platform == "operators"
    return [
        other.name
        for other in topology.sites
        if (whole or other in (topology.hub, site)) and not (gone and other is site)
    ]


def _copy_problems(topology: Topology, name: str, copy_to: Sequence[str], gone: bool) -> list[Problem]:
    sites = matrix.store_sites(topology)
    others = [store for store, site in sites.items() if site != name]
    found = [
        Problem("remove_site_copy_to", f"{words.show(store)} is not one of the stores {words.one_of(others)}")
        for store in copy_to
        if store not in others
    ]
    if copy_to and gone:
        text = "nothing can be copied from a site that is gone (remove_site_dark); set only one of the two"
        found.append(Problem("remove_site_copy_to", text))
    return found


def _removed(topology: Topology, owner: Site, consumer: Site) -> list[dict[str, str]]:
    """The clients that the admin host of ``owner`` removes. An external cluster has none."""
    return [] if owner.ceph is not None and owner.ceph.external else _only_for(topology, owner, consumer)


def _requests(topology: Topology, owner: Site, consumer: Site) -> list[str]:
    """What the owner of an external cluster is asked to do."""
    names = [client["name"] for client in _only_for(topology, owner, consumer)]
    if owner.ceph is None or not owner.ceph.external or not names:
        return []
    return [
        f"The cluster {owner.ceph.cluster} has another owner. Ask it to run: {'; '.join(external.removals(names))}. "
        "Then delete the keyrings of these clients that it has handed over."
    ]


def _only_for(topology: Topology, owner: Site, consumer: Site) -> list[dict[str, str]]:
    """The option ``clients`` of ceph_client: removes those on the cluster of ``owner`` that only ``consumer`` uses."""
    others = {site.name for site in matrix.consumers(topology, owner)} - {consumer.name}
    used = {client["name"] for client in clients.cluster_clients(topology, owner, others)}
    own = [
        str(client["name"])
        for client in clients.cluster_clients(topology, owner, {consumer.name})
        if client["name"] not in used and not client.get("keep_caps")
    ]
    return [{"name": name, "state": "absent"} for name in (*own, *clients.earlier_clients(topology, consumer, owner))]


def _files(entries: Iterable[Mapping[str, Any]], owner: Site) -> list[dict[str, Any]]:
    """The option ``clusters`` of ceph_client_files that removes the files for the cluster of ``owner``."""
    found = list(entries)
    kept = {entry["cluster"] for entry in found if entry["site"] != owner.name}
    return [
        {
            "cluster": entry["cluster"],
            "state": "absent",
            "clients": [{"name": client["name"], "state": "absent"} for client in entry["clients"]],
        }
        for entry in found
        if entry["site"] == owner.name and entry["cluster"] not in kept
    ]


def without_site(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The data of a topology without a spoke, and without the weights that other sites give to its stores."""
    topology = parse(data)
    gone = {store.id for store in matrix.find_site(topology, name).stores}
    sites = {site: _without_weights(part, gone) for site, part in data["sites"].items() if site != name}
    return {**data, "sites": sites}


def _without_weights(part: Any, gone: set[str]) -> Any:
    glance = (part or {}).get("glance") or {}
    weights = glance.get("weights") or {}
    if not gone & set(weights):
        return part
    kept = {store: weight for store, weight in weights.items() if store not in gone}
    return {**part, "glance": {**glance, "weights": kept}}
