# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology of what was found. It has only what differs from the defaults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt import owners, users
from ansible_collections.dcn.glance.plugins.module_utils._adopt.glance_part import glance_part
from ansible_collections.dcn.glance.plugins.module_utils._adopt.kept import with_kept_options
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    DECIDE,
    DEFAULT,
    UNSAID,
    WRONG,
    Evidence,
    Note,
)
from ansible_collections.dcn.glance.plugins.module_utils._adopt.owners import OwnedStore
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite, Sites, find_sites
from ansible_collections.dcn.glance.plugins.module_utils._adopt.store_part import store_part, weights
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import cinder_backends
from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import OPERATORS
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_site import CEPH_OPTIONS


@dataclass
class Adopted:
    """The topology, the sites it was made of, and the notes."""

    topology: dict[str, Any]
    sites: Sites
    stores: list[OwnedStore]
    notes: list[Note] = field(default_factory=list)


def adopt(evidence: Evidence, hub: str = "") -> Adopted:
    """Describe a cloud. ``hub`` is the name of the hub, '' to find it."""
    sites = find_sites(evidence.places, hub or evidence.hub)
    notes = [*evidence.notes, *sites.notes]
    if not sites.sites:
        notes.append(Note(WRONG, "", "nothing was found: no Glance, no Nova or Cinder with rbd, and no cluster"))
        return Adopted({}, sites, [], notes)
    stores, more = owners.owned_stores(sites)
    notes += [*more, *users.missing_users(stores)]
    uses = users.users(sites, stores)
    bases = users.base_names(uses)
    names = users.client_names(bases)
    platform = _platform(sites)
    topology: dict[str, Any] = {"hub": sites.hub.name}
    if platform != "packages":
        topology["platform"] = platform
    if platform == OPERATORS and evidence.operators:
        topology["operators"] = dict(evidence.operators)
    if names:
        topology["client_names"] = names
    clusters = _cluster_names(sites, notes)
    topology["sites"] = {}
    for site in sites.sites:
        given, unsaid = users.given_clients(site, uses, bases)
        notes += unsaid
        own = [store for store in stores if store.owner is site]
        topology["sites"][site.name] = _site(site, own, given, clusters.get(site.name, ""), platform, notes)
    for name, api in evidence.apis.items():
        if name in topology["sites"]:
            topology["sites"][name].setdefault("glance", {})["api"] = dict(api)
    _weights(topology, sites, stores)
    _endpoints(topology, sites, notes)
    _imports(topology, sites)
    return Adopted(with_kept_options(topology, sites, notes), sites, stores, notes)


def _platform(sites: Sites) -> str:
    """The platform of most sites."""
    seen = Counter(place.platform for site in sites.sites for place in site.places if place.glance is not None)
    return min(seen, key=lambda name: (-seen[name], name)) if seen else "packages"


def _cluster_names(sites: Sites, notes: list[Note]) -> dict[str, str]:
    """{site: name of its cluster}, each name once."""
    found: dict[str, str] = {}
    names = {site.name: sites.names.get(site.cluster, site.cluster) for site in sites.sites if site.cluster}
    for site in sites.sites:
        if not site.cluster:
            continue
        wanted = names[site.name]
        name = wanted
        if not words.CLUSTER.fullmatch(name) or list(names.values()).count(name) > 1:
            name = "".join(char for char in site.name if char.isalnum()) or f"ceph{len(found)}"
            text = f"the name {wanted} of its cluster cannot be used here, so the topology calls it {name}"
            notes.append(Note(DECIDE, f"site {site.name}", f"{text}: hosts get new confs and keyrings of that name"))
        found[site.name] = name
    return found


def _site(
    site: FoundSite, stores: Sequence[OwnedStore], given: dict[str, str], cluster: str, platform: str, notes: list[Note]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    own = next((place.platform for place in site.places if place.glance is not None), platform)
    if own != platform:
        found["platform"] = own
    zone = _zone(site)
    if zone and zone != site.name:
        found["availability_zone"] = zone
    if cluster:
        found["ceph"] = _ceph(site, stores, given, cluster, notes)
    described = {store.id: store_part(store, found.get("ceph", {}), notes) for store in stores}
    plain = {site.name: {"type": "rbd", "default": True}} if cluster else {}
    if described != plain and (described or site.has_glance):
        found["stores"] = described
        _one_default(site, described, notes if site.has_glance else [])
    part = glance_part(site, notes)
    if site.has_glance or not site.places:
        found.update({"glance": part} if part else {})
    elif stores:
        notes.append(
            Note(DECIDE, f"site {site.name}", "no Glance was found there: the one of the hub serves its stores")
        )
        found["glance"] = {"enabled": False}
    backend = next(
        (each.name for place in site.places for each in cinder_backends(place) if each.cluster == site.cluster), ""
    )
    if backend and backend != site.name:
        found["cinder"] = {"backend": backend}
    return found


def _one_default(site: FoundSite, described: dict[str, dict[str, Any]], notes: list[Note]) -> None:
    """A site with stores has exactly one default."""
    defaults = [name for name, store in described.items() if store.get("default")]
    if described and not defaults:
        name = next((name for name, store in described.items() if store["type"] == "rbd"), next(iter(described)))
        described[name]["default"] = True
        text = f"the default store of its Glance is none of its own, so the topology makes {name} the default"
        notes.append(Note(DECIDE, f"site {site.name}", text))


def _zone(site: FoundSite) -> str:
    for place in site.places:
        for backend in cinder_backends(place):
            if backend.cluster == site.cluster and backend.text("backend_availability_zone"):
                return backend.text("backend_availability_zone")
    for place in site.places:
        zone = place.cinder.text(DEFAULT, "storage_availability_zone") if place.cinder is not None else ""
        if zone or place.zone:
            return zone or place.zone
    # Cinder's default. Another zone would be a new one for the volumes that exist.
    hosts = (place for place in site.places if place.kind == "host" and cinder_backends(place))
    return "nova" if any(hosts) else ""


def _ceph(
    site: FoundSite, stores: Sequence[OwnedStore], given: dict[str, str], cluster: str, notes: list[Note]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if cluster != site.name:
        found["cluster"] = cluster
    if words.FSID.fullmatch(site.cluster):
        found["fsid"] = site.cluster
    pools = _pools(site, stores)
    if pools:
        found["pools"] = pools
    found.update(users.clients_key(given))
    options = _conf_options(site, notes)
    if options:
        found["options"] = options
    return found


def _pools(site: FoundSite, stores: Sequence[OwnedStore]) -> dict[str, str]:
    """The pools whose names are not the defaults."""
    rbd = [store.best for store in stores if store.type == "rbd"]
    images = next((store.pool for store in rbd if store.default), rbd[0].pool if rbd else "")
    found = {"images": images}
    for place in site.places:
        for backend in cinder_backends(place):
            if backend.cluster == site.cluster:
                found.setdefault("volumes", backend.text("rbd_pool") or "rbd")
        if place.nova is not None and place.nova.text("libvirt", "images_type") == "rbd":
            found.setdefault("vms", place.nova.text("libvirt", "images_rbd_pool") or "rbd")
    return {use: name for use, name in found.items() if name and name != use}


def _conf_options(site: FoundSite, notes: list[Note]) -> dict[str, str]:
    """The options of [client] in the confs of the cluster that all places of the site have."""
    confs = [(place, conf) for place in site.places for conf in place.confs if conf.fsid == site.cluster]
    found: dict[str, str] = {}
    for place, conf in confs:
        for name, value in conf.options.items():
            if found.setdefault(name, value) != value:
                text = f"{name} is {value} here and {found[name]} on another host. The topology has {found[name]}"
                notes.append(Note(UNSAID, f"{place.name} {conf.path}", text))
    return {name: value for name, value in found.items() if CEPH_OPTIONS.get(name) != value}


def _weights(topology: dict[str, Any], sites: Sites, stores: Sequence[OwnedStore]) -> None:
    for site in sites.sites:
        found = weights(site, stores)
        if found:
            topology["sites"][site.name].setdefault("glance", {})["weights"] = found


def _endpoints(topology: dict[str, Any], sites: Sites, notes: list[Note]) -> None:
    """A spoke whose Nova asks the Glance of the hub has no endpoint of its own."""
    parts = topology["sites"]
    hub = (parts[sites.hub.name].get("glance") or {}).get("endpoint")
    for site in sites.sites[1:]:
        part = parts[site.name].get("glance") or {}
        if hub and part.get("endpoint") == hub:
            del part["endpoint"]
            if part == {}:
                parts[site.name].pop("glance", None)
            text = f"Nova and Cinder ask {hub}, the Glance of the hub, instead of their own"
            notes.append(Note(WRONG, f"site {site.name}", text))


def _imports(topology: dict[str, Any], sites: Sites) -> None:
    """Import methods and plugins are said once where all sites have those of the hub."""
    parts = topology["sites"]
    hub = (parts[sites.hub.name].get("glance") or {}).get("import", {})
    for site in sites.sites[1:]:
        own = (parts[site.name].get("glance") or {}).get("import", {})
        for key in [key for key in own if own[key] == hub.get(key)]:
            del own[key]
        if own == {} and "import" in (parts[site.name].get("glance") or {}):
            del parts[site.name]["glance"]["import"]
            if not parts[site.name]["glance"]:
                del parts[site.name]["glance"]
