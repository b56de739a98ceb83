# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses a topology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names, words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Store, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_clients import (
    fill_generations,
    parse_generations,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_edge import fill_edge
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_operators import fill_apis, parse_platform
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_platform import fill_platforms
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_site import parse_site
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_store import id_problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain, unreadable
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

ROOT = "dcn_topology"


@dataclass(frozen=True)
class Parsed:
    """What could be parsed of a topology, and every problem.

    ``topology`` is None if there is no site at all. Its ``hub_name`` is empty if the hub is not one of the sites.
    ``complete`` is false if a site, a cluster or a store that the user wrote is missing from it.
    """

    topology: Topology | None
    problems: tuple[Problem, ...]
    complete: bool = True


def parse(data: object) -> Topology:
    """The topology that ``data`` describes. Raises InputErrors with every problem."""
    parsed = parse_partially(data)
    if parsed.topology is None or parsed.problems:
        raise InputErrors(parsed.problems)
    return parsed.topology


def parse_partially(data: object) -> Parsed:
    """As much of the topology as can be parsed, so that a problem at one site does not hide those of the others."""
    problems: list[Problem] = []
    data = plain(data)
    if not isinstance(data, Mapping):
        what = "is not set" if data is None else f"is {words.kind(data)}"
        problem = Problem(ROOT, f"{what}; it must be a mapping with the keys `hub` and `sites`")
        return Parsed(None, (problem,), complete=False)
    if unreadable(data):
        return Parsed(None, (Problem(ROOT, unreadable(data)),), complete=False)
    reader = MappingReader(data, "", problems)
    hub = reader.text("hub", words.SITE, words.SITE_RULE)
    sites = parse_sites(reader)
    clients = parse_client_names(reader)
    sites = fill_generations(sites, parse_generations(reader))
    platform, operators = parse_platform(reader)
    sites = fill_platforms(sites, platform, problems)
    sites = fill_edge(fill_apis(sites, hub, platform, problems), platform, problems)
    reader.finish()
    check_hub(hub, sites, reader)
    check_unique(sites.values(), problems)
    complete = not problems or _is_complete(data.get("sites"), sites)
    usable = [replace(site, stores=tuple(filter(_is_usable, site.stores))) for site in sites.values()]
    ordered = sorted(usable, key=lambda site: site.name != hub)
    hub_name = str(hub) if hub in sites else ""
    topology = Topology(hub_name, tuple(ordered), clients, platform, operators) if sites else None
    return Parsed(topology, tuple(problems), complete)


def _is_usable(store: Store) -> bool:
    return bool(store.type) and not id_problem(store.id)


def _is_complete(written: object, sites: Mapping[str, Site]) -> bool:
    """Whether every site, cluster and store that the user wrote was parsed."""
    if not isinstance(written, Mapping) or set(written) != set(sites):
        return False
    for name, site in sites.items():
        raw = written[name]
        stores = raw.get("stores")
        if ("ceph" in raw and site.ceph is None) or ("stores" in raw and not isinstance(stores, Mapping)):
            return False
        if stores and set(stores) != {store.id for store in site.stores if _is_usable(store)}:
            return False
    return True


def parse_sites(reader: MappingReader) -> dict[str, Site]:
    """All sites that can be parsed, in the order written."""
    found: dict[str, Site] = {}
    sites = reader.mapping("sites")
    if sites is None:
        if reader.raw("sites") is None:
            reader.problem("sites", "is missing; it must be a mapping with one entry per site, including the hub")
        return found
    for name, _value in sites.items():
        problem = site_name_problem(name)
        if problem:
            sites.problem(sites.at(name), problem)
        content = sites.mapping(name, empty="is empty; set it to {} for a site without storage and settings")
        site = parse_site(name, content) if content is not None else None
        if site is not None and not problem:
            found[name] = site
    return found


def site_name_problem(name: str) -> str:
    """Why a name cannot be used for a site, '' if it can."""
    if not words.SITE.fullmatch(name):
        return words.SITE_RULE
    if words.NOT_TEXT.fullmatch(name):
        return "YAML reads this key as a number, a boolean or nothing; choose another name"
    if name.lower() in words.CINDER_GROUPS:
        return (
            "is the name of a section of cinder.conf, and the backend of the site would have the same section; choose "
            "another name"
        )
    return ""


def parse_client_names(reader: MappingReader) -> dict[str, str]:
    """The base names of the cephx clients, one per service."""
    found = {service: service for service in SERVICES}
    clients = reader.optional("client_names")
    for service in SERVICES:
        rule = "the name of a client consists of letters, digits, _ and - (without `client.`)"
        found[service] = clients.text(service, words.CLIENT, rule) or service
        problem = ceph_names.client_problem(f"client.{found[service]}")
        if problem:
            clients.problem(clients.at(service), problem)
    clients.finish()
    for index, service in enumerate(SERVICES):
        for other in SERVICES[:index]:
            if found[service].lower() == found[other].lower():
                clients.problem(
                    clients.at(service),
                    f"{words.show(found[service])} is already the name for {other} (case does not matter); each "
                    "service needs its own client",
                )
    return found


def check_hub(hub: str | None, sites: Mapping[str, Site], reader: MappingReader) -> None:
    """The hub must exist and have a store: images are copied from there."""
    if hub is None:
        if reader.raw("hub") is None:
            reader.problem("hub", "is missing; set it to the name of the site that is the hub")
        return
    written = reader.raw("sites")
    if not isinstance(written, Mapping):
        return
    if hub not in written:
        reader.problem("hub", f"{words.show(hub)} is not one of the sites{words.suggest(hub, sites)}")
    elif hub in sites and not sites[hub].stores and _has_neither(written[hub]):
        reader.problem(f"sites.{hub}", "is the hub and has no store; add `ceph` or `stores`")
    elif hub in sites and not sites[hub].glance.enabled:
        reader.problem(f"sites.{hub}.glance.enabled", "is false, but the hub needs a Glance; remove it")
    elif hub in sites and _has(written[hub], "stores", empty=True):
        reader.problem(f"sites.{hub}.stores", "is empty, but the hub needs a store")


def _has_neither(site: object) -> bool:
    return not _has(site, "ceph") and not _has(site, "stores")


def _has(site: object, key: str, empty: bool = False) -> bool:
    if not isinstance(site, Mapping) or key not in site:
        return False
    return not empty or site[key] == {}


def check_unique(sites: Iterable[Site], problems: list[Problem]) -> None:
    """Names of sites, names of clusters and ids of stores must be unique, without regard to case."""
    seen: dict[tuple[str, str], str] = {}
    for site in sites:
        claims = [("site", site.name, f"sites.{site.name}")]
        if site.ceph is not None:
            claims.append(("cluster", site.ceph.cluster, f"sites.{site.name}.ceph.cluster"))
        claims.extend(("store", store.id, f"sites.{site.name}.stores.{store.id}") for store in site.stores)
        for what, name, path in claims:
            other = seen.setdefault((what, name.lower()), path)
            if other != path:
                problems.append(
                    Problem(path, f"the {what} name {words.show(name)} is taken by {other} (case does not matter)")
                )
