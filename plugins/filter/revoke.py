# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the playbook revoke."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import blocklist, delivery
from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, inventory, matrix, revoke
from ansible_collections.dcn.glance.plugins.module_utils._topology import revoke_report as reports
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Topology
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import REVOKE_CLUSTER


@reports_errors
def revoke_plan(
    topology: Any,
    groups: Any,
    hostvars: Any,
    site: Any = "",
    hosts: Any = (),
    shared_with: Any = (),
    addresses: Any = (),
    lift: bool = False,
) -> dict[str, Any]:
    """What every cluster has to do, and what else was lost."""
    model = parse(topology)
    known = _known_hosts(groups, hostvars)
    named, shared, given = _texts(hosts), _texts(shared_with), _texts(addresses)
    revoke.check(model, known, site, named, shared)
    loss = _loss(known, str(site or ""), named)
    addresses_of = {} if given else _addresses(loss.hosts, hostvars)
    usable = given or [address for address in addresses_of.values() if address]
    fences = [fence.text for fence in blocklist.fences(usable, revoke.ADDRESSES)]
    found = revoke.losses(model, loss.services)
    if not lift:
        revoke.refuse_shared(found, shared)
    lost_names = {(cluster.site.name, name) for cluster in found for name in cluster.needed}
    return {
        "what": f"site {site}" if site else f"{len(loss.hosts)} host{'s' if len(loss.hosts) > 1 else ''}",
        "hosts": list(loss.hosts),
        "lift": bool(lift),
        "clusters": [_cluster(cluster, known, loss, fences, bool(site), lift) for cluster in found],
        "unfenced": [host for host, address in addresses_of.items() if not address],
        "others": _others(model, known, loss, lost_names),
        "exposed": revoke.exposed(model, loss),
    }


def _texts(value: Any) -> list[str]:
    """A list, or text with commas as the command line has it."""
    items: Iterable[Any] = value.split(",") if isinstance(value, str) else value or ()
    return list(dict.fromkeys(str(item).strip() for item in items if str(item).strip()))


def _known_hosts(groups: Any, hostvars: Any) -> revoke.Hosts:
    """All hosts of a site, and what they do."""
    members = {group: list(groups.get(group) or ()) for group in inventory.GROUPS}
    return {
        host: (
            str(hostvars[host].get(inventory.SITE_VARIABLE) or ""),
            tuple(group for group, names in members.items() if host in names),
        )
        for host in dict.fromkeys(host for names in members.values() for host in names)
    }


def _loss(known: revoke.Hosts, site: str, named: list[str]) -> revoke.Loss:
    """With a site, all its hosts that hold keys; else the hosts that are named."""
    if site:
        lost = {host: it for host, it in known.items() if it[0] == site and set(it[1]) & set(revoke.CONSUMERS)}
        return revoke.Loss({site: SERVICES}, lost)
    lost = {host: known[host] for host in named}
    services: dict[str, list[str]] = {}
    for place, groups in lost.values():
        services.setdefault(place, []).extend(delivery.received_services(groups))
    return revoke.Loss({place: tuple(dict.fromkeys(found)) for place, found in services.items()}, lost)


def _addresses(lost: revoke.Hosts, hostvars: Any) -> dict[str, str]:
    """The address in the inventory of each lost host, '' if it has none; names are not resolved."""
    return {host: _address(str(hostvars[host].get("ansible_host") or host)) for host in lost}


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return "" if address.is_loopback or address.is_unspecified or address.is_link_local else address.compressed


def _cluster(
    cluster: revoke.ClusterLoss, known: revoke.Hosts, loss: revoke.Loss, fences: list[str], whole: bool, lift: bool
) -> dict[str, Any]:
    """What one cluster has to do, through an admin host that is not lost."""
    site, ceph = cluster.site, cluster.site.ceph
    admins = [host for host, (place, groups) in known.items() if place == site.name and inventory.CEPH_ADMIN in groups]
    left = [host for host in admins if host not in loss.hosts]
    why = ""
    if ceph is not None and ceph.external:
        left, why = [], revoke.request_to_owner(cluster, fences, lift)
    elif not admins:
        why = f"the group {inventory.CEPH_ADMIN} has no host of {site.name}"
    elif not left:
        why = f"its admin host {words.one_of(admins)} is lost, too"
    own = site.name in loss.services and (whole or not left)
    # A cluster that was lost with its site has its own clients there, which nobody else can fence.
    fenced = bool(cluster.needed) and not own
    return {
        "site": site.name,
        "cluster": ceph.cluster if ceph is not None else site.name,
        "fsid": ceph.fsid if ceph is not None else None,
        "host": left[0] if left else "",
        "why": why,
        "own": own,
        "needed": list(cluster.needed),
        "clients": [] if lift else list(cluster.names),
        "addresses": fences if fenced else [],
    }


def _others(model: Topology, known: revoke.Hosts, loss: revoke.Loss, lost: set[tuple[str, str]]) -> list[str]:
    """The hosts that are not lost, and whose keys are revoked as well."""
    found = []
    for host, (place, groups) in known.items():
        services = delivery.received_services(groups)
        if host in loss.hosts or not services or place not in {site.name for site in model.sites}:
            continue
        entries: Any = clients.consumer_clusters(model, matrix.find_site(model, place), services)
        names = sorted({name for _cluster_site, name in reports.names_of(entries) & lost})
        if names:
            found.append(f"{host} uses {words.one_of(names)}, too, and loses its access")
    return found


@reports_errors
def revoke_report(plan: Any, hostvars: Any, check: bool = False) -> dict[str, Any]:
    """The lines to show, the problems, and a summary, from what the admin hosts have registered."""
    answers = {
        cluster["site"]: REVOKE_CLUSTER.read(hostvars[cluster["host"]])
        for cluster in plan["clusters"]
        if cluster["host"]
    }
    found = reports.report(plan, answers, bool(check))
    return {**found, "summary": reports.summary(found, plan)}


class FilterModule:
    """Filters for the playbook revoke."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"revoke_plan": revoke_plan, "revoke_report": revoke_report}
