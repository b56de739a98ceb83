# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the cephx clients of the clusters: the age of their keys, and those that no site needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ansible_collections.dcn.glance.plugins.module_utils._audit.client_use import is_ours, users
from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Cluster, Facts
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import ClientKey, Finding
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def judge_clients(facts: Facts) -> Iterator[Finding]:
    """What is wrong with the clients of every cluster that answered."""
    for key in client_keys(facts):
        if facts.key_max_age and key.days is not None and key.days >= facts.key_max_age:
            age = f"is {key.days} days old, and dcn_key_max_age_days is {facts.key_max_age}"
            why = f"the key of {key.client} on the cluster of {key.site} {age}"
            yield finding("key_old", why, {"site": key.site, "object": key.client})
    for site in facts.topology.sites:
        cluster = facts.clusters.get(site.name)
        if cluster is not None:
            yield from _strays(facts, site, cluster)


def client_keys(facts: Facts) -> tuple[ClientKey, ...]:
    """The clients that the topology needs on the clusters that answered, with the age of their keys."""
    found = []
    for site in facts.topology.sites:
        cluster = facts.clusters.get(site.name)
        for client in clients.cluster_clients(facts.topology, site) if cluster is not None and site.ceph else ():
            name = str(client["name"])
            if cluster is not None and site.ceph is not None and name in (cluster.clients or ()):
                created = cluster.keys_created.get(name, "")
                found.append(ClientKey(site.name, site.ceph.cluster, name, created, _days(created, facts.made_at)))
    return tuple(found)


def _days(created: str, now: str) -> int | None:
    """The whole days since a key was made; None where it does not say when."""
    if not created:
        return None
    return max(0, (datetime.strptime(now, _TIME) - datetime.strptime(created, _TIME)).days)


def _strays(facts: Facts, site: Site, cluster: Cluster) -> Iterator[Finding]:
    needed = {str(client["name"]) for client in clients.cluster_clients(facts.topology, site)}
    for name in cluster.clients or ():
        if is_ours(facts.topology, name) and name not in needed:
            why = f"the cluster of {site.name} has the client {name}, and no site of the topology needs it there"
            using = users(facts, cluster, name)
            why += f". It stays as long as it is used: {'; '.join(using)}" if using else ""
            yield finding("stray_client", why, {"site": site.name, "object": name}, repairable=not using)
