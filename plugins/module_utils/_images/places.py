# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores that a rule means by sites, labels and stores."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import unique
from ansible_collections.dcn.glance.plugins.module_utils._images.values import names, number
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

ALL = "all"
_PLACES = ("sites", "labels", "stores", "min_copies")


def store_of_site(topology: Topology, site: Site) -> str:
    """The store that must have an image so that the site's Nova can clone it; a site without storage uses the hub's."""
    store = matrix.copy_target(site) or matrix.default_store(topology, site)
    return store.id if store else ""


def store_sites(topology: Topology) -> dict[str, str]:
    """{store: its site} of every store that can be written, the hub's first."""
    return {store.id: site.name for site in topology.sites for store in site.stores if store.type != "http"}


def stores_of(reader: MappingReader, topology: Topology | None) -> tuple[tuple[str, ...], int]:
    """The stores of a rule, and the number of them that must have a copy: 0 for all."""
    sites = names(reader, "sites", ALL)
    labels = _labels(reader)
    ids = names(reader, "stores", ALL)
    copies = number(reader, "min_copies", 1) or 0
    if all(reader.raw(key) is None for key in _PLACES):
        reader.problem(reader.path, f"says nowhere to place images; set at least one of {words.one_of(_PLACES)}")
    if topology is None:
        return (), copies
    everywhere = sites is None and ids is None
    chosen = _sites(reader, topology, (ALL,) if sites is None else sites)
    if labels is not None:
        chosen = tuple(site for site in chosen if labels.items() <= site.labels.items())
        if labels and not chosen:
            _no_site(reader, topology, labels, sites)
    elif sites is None and not everywhere:
        chosen = ()
    stores = unique(store for site in chosen if (store := store_of_site(topology, site)))
    stores = unique((*stores, *_stores(reader, topology, ids or ())))
    if copies > len(stores) > 0:
        text = f"is {copies}, but there are only {len(stores)} stores to choose from: {words.one_of(stores)}"
        reader.problem(reader.at("min_copies"), text)
    return stores, copies


def _sites(reader: MappingReader, topology: Topology, wanted: Sequence[str]) -> tuple[Site, ...]:
    if tuple(wanted) == (ALL,):
        return topology.sites
    found = []
    for name in wanted:
        try:
            found.append(matrix.find_site(topology, name, reader.at("sites")))
        except InputErrors as error:
            reader.problems += error.problems
    return tuple(found)


def _stores(reader: MappingReader, topology: Topology, wanted: Sequence[str]) -> tuple[str, ...]:
    known = store_sites(topology)
    if tuple(wanted) == (ALL,):
        return tuple(known)
    for name in wanted:
        if name not in known:
            hint = words.suggest(name, known)
            text = f"{words.show(name)} is not one of the stores that can be written: {words.one_of(known)}{hint}"
            reader.problem(reader.at("stores"), text)
    return tuple(name for name in wanted if name in known)


def _labels(reader: MappingReader) -> dict[str, str] | None:
    labels = reader.mapping("labels")
    if labels is None:
        return None
    found = {}
    for key, value in labels.items():
        if isinstance(value, (str, int, bool)) and value != "":
            found[key] = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            labels.problem(labels.at(key), f"must be the value of a label, not {words.kind(value)}")
    if not found and not list(labels.items()):
        reader.problem(reader.at("labels"), "is empty; name at least one label, or use `sites: all`")
    return found


def _no_site(reader: MappingReader, topology: Topology, labels: dict[str, str], sites: Sequence[str] | None) -> None:
    shown = ", ".join(f"{key}={value}" for key, value in labels.items())
    which = "no site of `sites`" if sites not in (None, (ALL,)) else "no site"
    known = unique(f"{key}={value}" for site in topology.sites for key, value in site.labels.items())
    have = f"sites have {words.one_of(known)}" if known else "no site has a label: see sites.SITE.labels"
    reader.problem(reader.at("labels"), f"{which} has all of {shown}; {have}")
