# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters over the hosts of an inventory and the cephx clients that they use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import libvirt
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import KUBERNETES, SITE_VARIABLE
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parts import HOSTS_AT, RESULT_HOSTS
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import CEPH_CLIENTS_RESULTS, RECIPIENTS

#: Files in a Secret have no owner, but client_files requires one.
_POD_OWNERS = {service: {"owner": "root", "group": "root"} for service in SERVICES}


def _results(hostvars: Any, host: str | None = None) -> dict[str, dict[str, Any]]:
    """The results of the clusters that ``host`` sees, if the run has told it who has them; else all results."""
    known = hostvars[host].get(RESULT_HOSTS) if host is not None else None
    holders = hostvars if host is None or not known else dict.fromkeys([host, *known])
    found = (CEPH_CLIENTS_RESULTS.read(hostvars[holder]) for holder in holders)
    return delivery.merge_results(result for result in found if result)


@reports_errors
def site_hosts(hosts: Iterable[str], hostvars: Any, site: str) -> list[str]:
    """The hosts of a group that are at one site, in the order of the group."""
    return [host for host in hosts if hostvars[host].get(SITE_VARIABLE) == site]


@reports_errors
def key_recipients(
    topology: Any, hostvars: Any, cluster_site: str, sites: list[str] | None = None, host: str | None = None
) -> list[Any]:
    """The hosts that need keys of one cluster and whose public keys are known from this run."""
    model = parse(topology)
    found = []
    for name in _candidates(hostvars, sites, host):
        variables = hostvars[name]
        answer = next((value for value in (variable.read(variables) for variable in RECIPIENTS) if value), None)
        if answer and not answer.get("failed"):
            entries = _entries(model, variables, sites)
            found += [delivery.recipient(name, entry, answer) for entry in entries if entry["site"] == cluster_site]
    return found


def _candidates(hostvars: Any, sites: list[str] | None, host: str | None) -> Iterable[str]:
    """The hosts of ``sites`` and those of Kubernetes, if the run has told them to ``host``; else all hosts."""
    variables = hostvars[host] if host is not None and sites else {}
    at_sites = variables.get(HOSTS_AT) or {}
    if not sites or any(site not in at_sites for site in sites):
        return list(hostvars)
    members = [name for site in sites for group in at_sites[site].values() for name in group]
    return dict.fromkeys([*members, *((variables.get("groups") or {}).get(KUBERNETES) or ())])


def _entries(model: Topology, variables: Any, sites: list[str] | None) -> list[dict[str, Any]]:
    """The clusters and clients that a host needs, if the host is at one of ``sites`` or serves one."""
    groups = variables.get("group_names") or ()
    if KUBERNETES in groups:
        wanted = [site for site in model.sites if not sites or site.name in sites]
        return delivery.pod_entries(
            entry for site in wanted for entry in clients.consumer_clusters(model, site, _run_by_operators(site))
        )
    site = variables.get(SITE_VARIABLE)
    if sites and site not in sites:
        return []
    return clients.consumer_clusters(model, matrix.find_site(model, site), delivery.received_services(groups))


def _run_by_operators(site: Site) -> list[str]:
    """The services of a site whose keys are in Secrets."""
    found = {"glance": site.glance.api, "nova": site.data_plane, "cinder": site.cinder_volume}
    return [service for service in SERVICES if found[service] is not None]


@reports_errors
def client_files(clusters: list[Any], hostvars: Any, host: str, owners: dict[str, Any]) -> list[Any]:
    """The option ``clusters`` of ceph_client_files on one host."""
    return delivery.client_files(clusters, _results(hostvars, host), host, owners)


@reports_errors
def libvirt_secrets(
    topology: Any, hostvars: Any, host: str, site: str, directory: str | dict[str, str] = ceph_names.CONF_DIRECTORY
) -> list[dict[str, Any]]:
    """The option ``secrets`` of libvirt_secret on one compute host."""
    model = parse(topology)
    owner = matrix.find_site(model, site)
    result = _results(hostvars, host).get(site)
    if owner.ceph is None or result is None:
        return []
    fsid = result["cluster_info"].get("fsid")
    places = dict.fromkeys(SERVICES, directory) if isinstance(directory, str) else directory
    directories = {model.client(service, owner): where for service, where in places.items()}
    return delivery.secret_keys(libvirt.libvirt_secrets(model, owner, fsid), result, host, directories)


@reports_errors
def pod_clusters(topology: Any, hostvars: Any, host: str, service: str = "glance") -> dict[str, list[Any]]:
    """The option ``files`` of the module that writes the Secrets of a service, on one host."""
    model = parse(topology)
    results = _results(hostvars)
    (wanted,) = clients.check_services([service])
    return {
        site.name: delivery.client_files(clients.consumer_clusters(model, site, [wanted]), results, host, _POD_OWNERS)
        for site in model.sites
        if wanted in _run_by_operators(site)
    }


@reports_errors
def pod_files(topology: Any) -> dict[str, dict[str, list[str]]]:
    """The names of the confs and keyrings in the pods of each API."""
    model = parse(topology)
    return {
        site.glance.api.name: {"files": delivery.client_file_names(clients.consumer_clusters(model, site, ["glance"]))}
        for site in model.sites
        if site.glance.api is not None
    }


@reports_errors
def reached_stores(stores: list[Any], hostvars: Any, host: str | None = None, coming: Sequence[str] = ()) -> list[Any]:
    """The stores of a probe plan whose clusters were reached in this run, and whose files are there."""
    return delivery.reached_stores(stores, _results(hostvars, host), coming)


@reports_errors
def live_stores(expected: list[Any], hostvars: Any, deferred: Sequence[str] = (), host: str | None = None) -> list[Any]:
    """The stores that a live Glance must serve after this run."""
    return delivery.live_stores(expected, _results(hostvars, host), deferred)


@reports_errors
def cluster_fsid(topology: Any, hostvars: Any, site: str, host: str | None = None) -> str | None:
    """The fsid of a site's cluster, as the cluster reported it in this run, else as the topology states it."""
    ceph = matrix.find_site(parse(topology), site).ceph
    found = (_results(hostvars, host).get(site) or {}).get("cluster_info", {}).get("fsid")
    return found or (ceph.fsid if ceph else None)


class FilterModule:
    """Filters over the hosts of an inventory and the cephx clients that they use."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "client_files": client_files,
            "cluster_fsid": cluster_fsid,
            "host_services": reports_errors(delivery.host_services),
            "key_recipients": key_recipients,
            "keyring_paths": reports_errors(delivery.keyring_paths),
            "libvirt_secrets": libvirt_secrets,
            "live_problems": reports_errors(delivery.live_problems),
            "live_stores": live_stores,
            "pod_clusters": pod_clusters,
            "pod_files": pod_files,
            "reached_stores": reached_stores,
            "site_hosts": site_hosts,
            "unproved_stores": reports_errors(delivery.unproved_stores),
        }
