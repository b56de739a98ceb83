# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which site each store belongs to, and what its sites call it.

Two rbd stores are one if they are the same pool of the same cluster; other stores if they have the same id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import UNSAID, WRONG, Note
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite, Sites
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import SeenStore, seen_stores

Identity = tuple[str, str]


@dataclass
class OwnedStore:
    """A store, its site, and how each place sees it."""

    id: str
    type: str
    owner: FoundSite
    views: list[tuple[FoundSite, SeenStore]] = field(default_factory=list)

    @property
    def best(self) -> SeenStore:
        """The view whose options count: that of its own site, else the first, which is that of the hub."""
        own = [view for site, view in self.views if site is self.owner]
        named = [view for view in own if view.id == self.id]
        return (named or own or [self.views[0][1]])[0]


def identity(store: SeenStore) -> Identity:
    """What makes two views of a store the same store."""
    return (store.cluster, store.pool) if store.type == "rbd" else ("", store.id)


def owned_stores(sites: Sites) -> tuple[list[OwnedStore], list[Note]]:
    """All stores, those of the hub first, and what is wrong with them."""
    views: dict[Identity, list[tuple[FoundSite, SeenStore]]] = {}
    for site in sites.sites:
        for place in site.places:
            for view in seen_stores(place):
                views.setdefault(identity(view), []).append((site, view))
    notes: list[Note] = []
    found = []
    taken: set[str] = set()
    for seen in views.values():
        name = _name(seen, taken)
        taken.add(name.lower())
        found.append(OwnedStore(name, seen[0][1].type, _owner(sites, seen), seen))
    for store in found:
        notes += [*_names(store), *_beyond_the_matrix(sites, store)]
    order = {site.name: index for index, site in enumerate(sites.sites)}
    return sorted(found, key=lambda store: order[store.owner.name]), notes


def _name(seen: list[tuple[FoundSite, SeenStore]], taken: set[str]) -> str:
    """The id at the hub, which comes first; another one where that is already the id of another store."""
    names = [store.id for _site, store in seen]
    return next((name for name in names if name.lower() not in taken), f"{names[0]}-{len(taken)}")


def _owner(sites: Sites, seen: list[tuple[FoundSite, SeenStore]]) -> FoundSite:
    first = seen[0][1]
    by_cluster = sites.by_cluster(first.cluster)
    if by_cluster is not None:
        return by_cluster
    own = {site.name: site for site, store in seen if store.default}
    at = {site.name: site for site, _store in seen}
    if len(own) == 1:
        return next(iter(own.values()))
    spokes = [site for site in at.values() if site is not sites.hub]
    if len(spokes) == 1 and (sites.hub.name not in at or len(sites.sites) > 2):
        return spokes[0]
    return sites.hub


def _names(store: OwnedStore) -> Iterator[Note]:
    """Places that call the store by another id, or a wrong cluster by its id."""
    for site, view in store.views:
        if view.id == store.id:
            continue
        twice = any(other.id == store.id for _site, other in store.views if other.place is view.place)
        if twice:
            text = (
                f"store {view.id} of {view.place.name} is in the same cluster and pool as store {store.id}: "
                f"rbd_store_ceph_conf {view.conf} is the conf of another site"
            )
        else:
            text = (
                f"{view.place.name} (site {site.name}) calls the store {store.id} {view.id}. Locations of images name "
                f"the store, so that each site finds only what it wrote itself. The topology calls it {store.id} "
                f"everywhere; the store {view.id} stays enabled until you remove it"
            )
        yield Note(WRONG, view.where, text)


def _beyond_the_matrix(sites: Sites, store: OwnedStore) -> Iterator[Note]:
    """Spokes that have the store of another spoke."""
    for site, view in store.views:
        if site is not sites.hub and store.owner is not sites.hub and site is not store.owner:
            text = (
                f"site {site.name} has the store {view.id} of site {store.owner.name}. In a topology a spoke has its "
                "own stores and those of the hub; the store stays in the file, and nothing manages it"
            )
            yield Note(UNSAID, view.where, text)
