# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups the places into sites, and finds the hub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DECIDE, UNSAID, WRONG, Note, Place, unique
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import (
    SeenStore,
    data_cluster,
    image_cluster,
    seen_stores,
    users_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._core import words


@dataclass
class FoundSite:
    """A site: its name, its places, and what identifies its cluster ('' without one)."""

    name: str
    places: list[Place] = field(default_factory=list)
    cluster: str = ""

    @property
    def stores(self) -> list[SeenStore]:
        """The stores of its first place with Glance; those of the others are compared elsewhere."""
        return next((stores for stores in map(seen_stores, self.places) if stores), [])

    @property
    def has_glance(self) -> bool:
        """Whether one of its places runs Glance."""
        return any(place.glance is not None for place in self.places)


@dataclass
class Sites:
    """The sites, the hub first, and the notes."""

    sites: list[FoundSite]
    notes: list[Note]
    names: dict[str, str]

    @property
    def hub(self) -> FoundSite:
        """The hub."""
        return self.sites[0]

    def by_cluster(self, cluster: str) -> FoundSite | None:
        """The site of a cluster."""
        return next((site for site in self.sites if cluster and site.cluster == cluster), None)


def find_sites(places: Sequence[Place], hub: str = "") -> Sites:
    """The sites of the places. ``hub`` is the name that the user gives, '' to find it."""
    notes: list[Note] = []
    names = cluster_names(places, notes)
    sites = _stated(places, notes)
    # Places whose cluster is sure come first, then those with most stores.
    for place in sorted(places, key=lambda place: (not data_cluster(place), -len(seen_stores(place)))):
        if not place.site:
            _place(place, sites, names, notes)
    _without_places(sites, names, notes)
    ordered = _hub_first(sites, hub, notes)
    return Sites(ordered, notes, names)


def cluster_names(places: Iterable[Place], notes: list[Note]) -> dict[str, str]:
    """{cluster: the name that most places have for it}. ``ceph`` only where no place has another."""
    seen: dict[str, Counter[str]] = {}
    for place in places:
        for conf in place.confs:
            if conf.fsid:
                seen.setdefault(conf.fsid, Counter())[conf.cluster] += 1
    found: dict[str, str] = {}
    for cluster, counter in seen.items():
        ranked = sorted(counter, key=lambda name: (name == "ceph", not words.CLUSTER.fullmatch(name), -counter[name]))
        taken = [name for name in ranked if name not in found.values()]
        found[cluster] = (taken or ranked)[0]
        # An admin host has its own cluster as ceph.conf beside the names that consumers use.
        if len(set(ranked) - {"ceph"}) > 1:
            text = f"hosts have several names for the cluster {cluster}: {', '.join(sorted(ranked))}"
            notes.append(Note(UNSAID, "/etc/ceph", f"{text}. The topology calls it {found[cluster]} everywhere"))
    return found


def _stated(places: Sequence[Place], notes: list[Note]) -> list[FoundSite]:
    found: dict[str, FoundSite] = {}
    for place in places:
        if place.site:
            found.setdefault(place.site, FoundSite(place.site)).places.append(place)
    for site in found.values():
        clusters = unique(filter(None, map(data_cluster, site.places)))
        site.cluster = clusters[0] if clusters else ""
        if len(clusters) > 1:
            text = f"its hosts keep data in {len(clusters)} clusters ({', '.join(clusters)}), and a site has one"
            notes.append(Note(UNSAID, f"site {site.name}", text))
    taken = {site.cluster for site in found.values()}
    # The site with most stores first: the default store of a site without a cluster is that of the hub.
    for site in sorted(found.values(), key=lambda site: -len(site.stores)):
        image = next(filter(None, map(image_cluster, site.places)), "")
        if not site.cluster and image not in taken:
            site.cluster = image
            taken.add(image)
    return list(found.values())


def _place(place: Place, sites: list[FoundSite], names: dict[str, str], notes: list[Note]) -> None:
    """Add a place without a site to that of its cluster, or to a new one."""
    cluster = data_cluster(place)
    if cluster:
        site = next((site for site in sites if site.cluster == cluster), None)
    else:
        site = next((site for site in sites if _is_worker(place, site)), None)
        image = image_cluster(place)
        cluster = image if all(each.cluster != image for each in sites) else ""
    if site is None and not cluster and place.glance is None:
        text = "nothing on it says to which site it belongs. Set dcn_site for it in the inventory that adopt reads"
        notes.append(Note(DECIDE, place.name, text))
        return
    if site is None:
        name = _name(place, names.get(cluster, cluster) or place.name, sites)
        site = FoundSite(_free_name(name, sites), cluster=cluster)
        sites.append(site)
        if not cluster:
            text = "it has a Glance with other stores than the other hosts and no cluster, so it became a site"
            notes.append(
                Note(DECIDE, f"site {site.name}", f"{text}. Set dcn_site for {place.name} if it belongs to another")
            )
    site.places.append(place)


def _is_worker(place: Place, site: FoundSite) -> bool:
    """Whether Glance of a place is one more worker of a site: it has the same stores with the same clients."""
    if place.glance is None:
        return False
    wanted = {(store.id, store.user) for store in seen_stores(place)}
    return any(
        other.glance is not None and {(store.id, store.user) for store in seen_stores(other)} == wanted
        for other in site.places
    )


def _name(place: Place, otherwise: str, sites: Iterable[FoundSite]) -> str:
    """The name of the site of a place: what its clients SERVICE.SITE have in common."""
    if place.kind == "stack" and place.zone:
        return place.zone
    own = unique(users_of(place))
    ends = unique(user.partition(".")[2] for user in own)
    if len(ends) != 1 or not ends[0]:
        return otherwise
    # One client is enough where other sites have clients named like it.
    like = {f"{own[0].partition('.')[0]}.{site.name}" for site in sites}
    known = any(user in like for site in sites for other in site.places for user in users_of(other))
    return ends[0] if len(own) > 1 or known else otherwise


def _free_name(name: str, sites: Iterable[FoundSite]) -> str:
    taken = {site.name.lower() for site in sites}
    base = name if words.SITE.fullmatch(name) else "site"
    number = 2
    while name.lower() in taken or not words.SITE.fullmatch(name):
        name, number = f"{base}{number}", number + 1
    return name


def _without_places(sites: list[FoundSite], names: dict[str, str], notes: list[Note]) -> None:
    """Clusters of stores at which no place is: sites whose hosts the user has not given."""
    known = {site.cluster for site in sites if site.cluster}
    for site in list(sites):
        for store in site.stores:
            if store.cluster and store.cluster not in known and store.conf:
                known.add(store.cluster)
                name = _free_name(names.get(store.cluster, store.cluster), sites)
                sites.append(FoundSite(name, cluster=store.cluster))
                text = f"store {store.id} is in a cluster of which no host was read, so site {name} has no hosts"
                notes.append(Note(DECIDE, store.where, f"{text}. Add them to the inventory"))


def _hub_first(sites: list[FoundSite], wanted: str, notes: list[Note]) -> list[FoundSite]:
    """The hub has the stores of all sites."""
    if wanted:
        chosen = next((site for site in sites if site.name == wanted), None)
        if chosen is None:
            text = f"the hub {wanted} is none of the sites {words.one_of(site.name for site in sites)}"
            notes.append(Note(WRONG, "adopt_hub", text))
    else:
        chosen = None
    if chosen is None and sites:
        best = max(len(site.stores) for site in sites)
        most = [site for site in sites if len(site.stores) == best]
        chosen = next((site for site in most if _is_first(site)), most[0])
        if len(most) > 1 and len(sites) > 1:
            others = ", ".join(site.name for site in most if site is not chosen)
            text = (
                f"{chosen.name} was taken as the hub, but {others} has as many stores. Set adopt_hub if it is another"
            )
            notes.append(Note(DECIDE, "hub", text))
    if chosen is None:
        return sites
    order = {store.cluster: index for index, store in enumerate(chosen.stores)}
    rest = [site for site in sites if site is not chosen]
    rest.sort(key=lambda site: (order.get(site.cluster, len(order)), site.name))
    return [chosen, *rest]


def _is_first(site: FoundSite) -> bool:
    """Whether the first store of the list of a site is its own."""
    return bool(site.stores) and site.stores[0].cluster == site.cluster != ""
