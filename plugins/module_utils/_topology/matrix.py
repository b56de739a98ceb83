# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which site sees which stores: the hub sees all, a spoke sees its own and the hub's."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Store, Topology


def find_site(topology: Topology, name: object, argument: str = "site") -> Site:
    """The site that a filter argument names. Raises InputErrors if there is none."""
    if isinstance(name, str):
        try:
            return topology.site(str(name))
        except KeyError:
            pass
    known = [site.name for site in topology.sites]
    hint = words.suggest(name, known) if isinstance(name, str) else ""
    raise InputErrors([Problem(argument, f"{words.show(name)} is not one of the sites {words.one_of(known)}{hint}")])


def visible_sites(topology: Topology, site: Site) -> tuple[Site, ...]:
    """The sites whose stores and clusters ``site`` sees, ``site`` first."""
    if site.name == topology.hub_name:
        return (site, *topology.spokes)
    return (site, topology.hub)


def visible_clusters(topology: Topology, site: Site) -> tuple[Site, ...]:
    """The visible sites that have a cluster."""
    return tuple(other for other in visible_sites(topology, site) if other.ceph is not None)


def consumers(topology: Topology, site: Site) -> tuple[Site, ...]:
    """The sites that see the cluster of ``site``: itself, the hub, then the others in the order written."""
    if site.name == topology.hub_name:
        return (site, *topology.spokes)
    return (site, topology.hub)


def visible_stores(topology: Topology, site: Site) -> tuple[tuple[Site, Store], ...]:
    """(its site, store) for every store that ``site`` sees, own ones first."""
    return tuple((owner, store) for owner in visible_sites(topology, site) for store in owner.stores)


def default_store(topology: Topology, site: Site) -> Store | None:
    """The default store of the Glance of ``site``: the site's own, else the hub's."""
    return site.default_store or topology.hub.default_store


def copy_target(site: Site) -> Store | None:
    """The rbd store of the site from which its Nova clones images."""
    default = site.default_store
    if default is not None and default.type == "rbd":
        return default
    return next((store for store in site.stores if store.type == "rbd"), None)


def store_sites(topology: Topology) -> dict[str, str]:
    """{store id: name of its site}."""
    return {store.id: site.name for site in topology.sites for store in site.stores}


def expected_stores(topology: Topology, site: Site) -> list[dict[str, object]]:
    """The stores that the live API of ``site`` must report."""
    default = default_store(topology, site)
    return [
        {
            "id": store.id,
            "type": store.type,
            "default": store is default,
            "pool": store.pool,
            "fsid": owner.ceph.fsid if owner.ceph is not None and store.type == "rbd" else None,
            "site": owner.name,
        }
        for owner, store in visible_stores(topology, site)
    ]
