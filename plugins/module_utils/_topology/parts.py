# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Divides a topology and an inventory into the part that each host needs.

All parts are made in one pass. A task on a host then reads a topology of two sites, whatever the number of sites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CEPH_ADMIN,
    CEPH_KEYS,
    GLANCE_API,
    KUBERNETES,
    NOVA_COMPUTE,
    OPENSTACK_CLIENT,
    SITE_GROUPS,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

Part = dict[str, Any]

#: The variables that the play which groups the hosts sets on them.
HOSTS_AT = "dcn_hosts_at"
RESULT_HOSTS = "dcn_result_hosts"


@dataclass(frozen=True)
class Hosts:
    """The hosts of an inventory. ``sites`` has the site of each host that is at one; ``play`` are those of the play."""

    groups: Mapping[str, Sequence[str]]
    sites: Mapping[str, str]
    play: Sequence[str]

    def at_sites(self) -> dict[str, dict[str, list[str]]]:
        """{site: {group: its hosts at the site, in the order of the group}}."""
        found: dict[str, dict[str, list[str]]] = {}
        for group in SITE_GROUPS:
            for host in self.groups.get(group) or ():
                if host in self.sites:
                    found.setdefault(self.sites[host], {}).setdefault(group, []).append(host)
        return found


def site_part(data: Mapping[str, Any], hub: str, site: str) -> dict[str, Any]:
    """The topology without the sites that ``site`` does not see; the whole one for the hub."""
    if site == hub:
        return dict(data)
    return {**data, "sites": {name: data["sites"][name] for name in (hub, site)}}


def host_parts(data: object, hosts: Hosts) -> list[Part]:
    """One entry for each host of the play that is at a site or has a task for the whole topology.

    ``groups`` are the groups that the playbooks make. ``topology_at`` is {its site: the part that the site sees}, empty
    at the hub, which sees all. ``hosts_at`` is {site: {group: hosts}} of the host's own site and of the hub,
    ``result_hosts`` are the hosts that have the keys of the clusters which the site sees. ``secret`` tells whether an
    entry holds a secret.
    """
    topology = parse(data)
    whole: Any = plain(data)
    at_sites = hosts.at_sites()
    alone = _hosts_for_all(topology, hosts)
    parts: dict[str, Part] = {}
    found = []
    for host in hosts.play:
        site = hosts.sites.get(host)
        groups = [*_groups_at(topology, at_sites, host, site), *(name for name in alone if alone[name] == host)]
        # With Glance in pods, the admin host of every cluster creates clients for all sites.
        if site is not None and site in whole["sites"] and topology.platform != "operators":
            if site not in parts:
                parts[site] = _part(topology, whole, at_sites, topology.site(site))
            found.append({"host": host, "groups": groups, **parts[site]})
        elif groups:
            found.append({"host": host, "groups": groups, **_NOTHING})
    return found


_NOTHING: Part = {"topology_at": {}, "hosts_at": {}, "result_hosts": None, "secret": False}


def _part(topology: Topology, whole: Mapping[str, Any], at_sites: Mapping[str, Any], site: Site) -> Part:
    is_hub = site.name == topology.hub_name
    part = {} if is_hub else {site.name: site_part(whole, topology.hub_name, site.name)}
    seen = matrix.visible_clusters(topology, site)
    holders = (at_sites.get(other.name, {}).get(key_group(other), []) for other in seen)
    return {
        "topology_at": part,
        "hosts_at": {name: at_sites.get(name, {}) for name in (site.name, topology.hub_name)},
        "result_hosts": [host for members in holders for host in members],
        "secret": mask(part) != part,
    }


def key_group(site: Site) -> str:
    """The group of the hosts from which the keys of a site's cluster come."""
    return CEPH_KEYS if site.ceph is not None and site.ceph.external else CEPH_ADMIN


def _groups_at(topology: Topology, at_sites: Mapping[str, Any], host: str, site: str | None) -> Iterable[str]:
    """Whether a host is at the hub, and what it does alone for its site."""
    if site is None:
        return
    yield "dcn_hub" if site == topology.hub_name else "dcn_spokes"
    for group, members in _first_of(topology, site).items():
        if at_sites.get(site, {}).get(members, [""])[0] == host:
            yield group


def _first_of(topology: Topology, name: str) -> dict[str, str]:
    """{group with one host of a site: the group that the host is the first of}."""
    try:
        site = topology.site(name)
    except KeyError:
        site = Site(name, name)
    # With Glance in pods, or without a Glance of the site, no host of the site holds the key of Glance.
    reader = GLANCE_API if site.glance.enabled and topology.platform != "operators" else CEPH_ADMIN
    keys = key_group(site)
    external = keys == CEPH_KEYS
    return {
        **({} if external else {"dcn_first_admin": CEPH_ADMIN}),
        "dcn_key_holder": keys,
        "dcn_first_compute": NOVA_COMPUTE,
        "dcn_cluster_reader": reader,
        "dcn_cluster_auditor": reader if external else CEPH_ADMIN,
    }


def _hosts_for_all(topology: Topology, hosts: Hosts) -> dict[str, str]:
    """{group with one host for all sites: the host}."""
    found = {}
    client = next(iter(hosts.groups.get(OPENSTACK_CLIENT) or ()), None)
    if client is not None and hosts.play:
        # The client itself, or with a --limit that excludes it a host whose tasks are delegated to the client.
        found["dcn_api_caller"] = client if client in hosts.play else hosts.play[0]
    kubernetes = next(iter(hosts.groups.get(KUBERNETES) or ()), None)
    if topology.platform == "operators" and kubernetes is not None:
        found["dcn_operators"] = kubernetes
    return found
