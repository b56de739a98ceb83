# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters over the hosts of an inventory: who holds which cephx client."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import KUBERNETES
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

#: In a Secret nothing has an owner, but the shape is that of files on a host.
POD_OWNERS = {"glance": {"owner": "root", "group": "root"}}
#: Where a host keeps what it answered as a recipient: for its own services, or for the pods that it serves.
RECIPIENTS = ("ceph_consumer_recipient", "glance_control_plane_recipient")


def _results(hostvars: t.Any) -> dict[str, dict[str, t.Any]]:
    found = (hostvars[host].get("ceph_clients_results") for host in hostvars)
    return delivery.merge_results(result for result in found if result)


def site_hosts(hosts: t.Iterable[str], hostvars: t.Any, site: str) -> list[str]:
    """The hosts of a group that are at one site, in the order of the group."""
    return [host for host in hosts if hostvars[host].get("dcn_site") == site]


def key_recipients(topology: t.Any, hostvars: t.Any, cluster_site: str, sites: list[str] | None = None) -> list[t.Any]:
    """Who needs keys of one cluster: every host that answered as a recipient in this run."""
    try:
        model = parse(topology)
    except DcnError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    found = []
    for host in hostvars:
        answer = next((hostvars[host][name] for name in RECIPIENTS if hostvars[host].get(name)), None)
        if answer and not answer.get("failed"):
            entries = _entries(model, hostvars[host], sites)
            found += [delivery.recipient(host, entry, answer) for entry in entries if entry["site"] == cluster_site]
    return found


def _entries(model: Topology, variables: t.Any, sites: list[str] | None) -> list[dict[str, t.Any]]:
    """What a host must hold of each cluster, if it is for one of ``sites``."""
    groups = variables.get("group_names") or ()
    if KUBERNETES in groups:
        with_pods = [site for site in model.sites if site.glance.api and (not sites or site.name in sites)]
        return delivery.pod_entries(
            entry for site in with_pods for entry in clients.consumer_clusters(model, site, ["glance"])
        )
    site = variables.get("dcn_site")
    if sites and site not in sites:
        return []
    return clients.consumer_clusters(model, matrix.find_site(model, site), delivery.host_services(groups))


def client_files(clusters: list[t.Any], hostvars: t.Any, host: str, owners: dict[str, t.Any]) -> list[t.Any]:
    """Options for ceph_client_files on one host."""
    return delivery.client_files(clusters, _results(hostvars), host, owners)


def pod_clusters(topology: t.Any, hostvars: t.Any, host: str) -> dict[str, list[t.Any]]:
    """Option ``files`` of control_plane_glance on one host."""
    try:
        model = parse(topology)
    except DcnError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    return {
        site.name: client_files(clients.consumer_clusters(model, site, ["glance"]), hostvars, host, POD_OWNERS)
        for site in model.sites
        if site.glance.api is not None
    }


def pod_files(topology: t.Any) -> dict[str, dict[str, list[str]]]:
    """The confs and keyrings that the pods of each API hold."""
    try:
        model = parse(topology)
    except DcnError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    return {
        site.glance.api.name: {"files": delivery.client_file_names(clients.consumer_clusters(model, site, ["glance"]))}
        for site in model.sites
        if site.glance.api is not None
    }


def reached_stores(stores: list[t.Any], hostvars: t.Any) -> list[t.Any]:
    """The stores of a probe plan whose clusters were reached in this run."""
    return delivery.reached_stores(stores, _results(hostvars))


def live_stores(expected: list[t.Any], hostvars: t.Any, deferred: t.Sequence[str] = ()) -> list[t.Any]:
    """The stores that a live Glance must serve after this run."""
    return delivery.live_stores(expected, _results(hostvars), deferred)


def cluster_fsid(topology: t.Any, hostvars: t.Any, site: str) -> str | None:
    """fsid of a site's cluster as the cluster said in this run, else as the topology states it."""
    try:
        ceph = matrix.find_site(parse(topology), site).ceph
    except DcnError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    found = (_results(hostvars).get(site) or {}).get("cluster_info", {}).get("fsid")
    return found or (ceph.fsid if ceph else None)


class FilterModule:
    """Filters over hosts and cephx clients."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "client_files": client_files,
            "cluster_fsid": cluster_fsid,
            "host_services": delivery.host_services,
            "key_recipients": key_recipients,
            "keyring_paths": delivery.keyring_paths,
            "live_problems": delivery.live_problems,
            "live_stores": live_stores,
            "pod_clusters": pod_clusters,
            "pod_files": pod_files,
            "reached_stores": reached_stores,
            "site_hosts": site_hosts,
            "unproved_stores": delivery.unproved_stores,
        }
