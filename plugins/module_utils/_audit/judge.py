# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the report of an audit from everything that it has read."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._audit.clients import client_keys, judge_clients
from ansible_collections.dcn.glance.plugins.module_utils._audit.copies import judge_copies
from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Facts
from ansible_collections.dcn.glance.plugins.module_utils._audit.hosts import judge_hosts, keys_of
from ansible_collections.dcn.glance.plugins.module_utils._audit.imports import judge_imports
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import (
    Finding,
    HostRow,
    Report,
    SiteRow,
    StoreRow,
)
from ansible_collections.dcn.glance.plugins.module_utils._audit.objects import judge_clusters
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site


def judge(facts: Facts) -> Report:
    """The report: findings by severity, then in the order of the sites and images."""
    rows, of_copies = judge_copies(facts)
    found = [*_unreachable(facts), *judge_hosts(facts), *of_copies, *judge_imports(facts)]
    found += [*judge_clusters(facts), *judge_clients(facts)]
    return Report(
        made_at=facts.made_at,
        hub=facts.topology.hub_name,
        platform=facts.topology.platform,
        sites=tuple(_site(facts, site) for site in facts.topology.sites),
        images=tuple(rows),
        findings=tuple(sorted(_once(found), key=lambda item: SEVERITIES.index(item.severity))),
        unreachable=facts.unreachable,
        keys=keys_of(facts),
        client_keys=client_keys(facts),
    )


def _once(findings: list[Finding]) -> list[Finding]:
    """Each finding once: two stores on one pool have the same objects."""
    return list({(item.id, item.why): item for item in findings}.values())


def _unreachable(facts: Facts) -> Iterator[Finding]:
    for item in facts.unreachable:
        host = item.name if item.what == "host" else ""
        yield finding(f"unreachable_{item.what}", item.why, {"site": item.site, "host": host, "object": item.name})


def _site(facts: Facts, site: Site) -> SiteRow:
    hosts = [
        HostRow(name, groups, ("host", name) not in _silent(facts))
        for name, (where, groups) in facts.hosts.items()
        if where == site.name
    ]
    return SiteRow(
        site.name,
        site.name == facts.topology.hub_name,
        site.availability_zone,
        site.ceph.cluster if site.ceph else "",
        (site.glance.endpoint or "") if site.glance.enabled else "",
        tuple(_store_rows(facts, site)),
        tuple(hosts),
    )


def _store_rows(facts: Facts, site: Site) -> Iterator[StoreRow]:
    cluster = facts.clusters.get(site.name)
    for store in site.stores:
        rbd = store.type == "rbd"
        fsid = cluster.fsid if cluster and rbd else ""
        reachable = not rbd or cluster is not None
        yield StoreRow(store.id, store.type, store.default, store.pool or "", fsid, reachable)


def _silent(facts: Facts) -> set[tuple[str, str]]:
    return {(item.what, item.name) for item in facts.unreachable}
