# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that derive options, clients and stores from a topology."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.hub_api import current_key
from ansible_collections.dcn.glance.plugins.module_utils._platforms import paths, places
from ansible_collections.dcn.glance.plugins.module_utils._platforms import service as platforms
from ansible_collections.dcn.glance.plugins.module_utils._topology import (
    clients,
    external,
    inventory,
    matrix,
    parts,
    result,
    uniform,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cache, cinder, glance, nova, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, per_site, reports_errors


@reports_errors
def site_names(topology: Any) -> list[str]:
    """All sites, the hub first."""
    return [site.name for site in parse(topology).sites]


@reports_errors
def spoke_names(topology: Any) -> list[str]:
    """All sites but the hub."""
    return [site.name for site in parse(topology).spokes]


@reports_errors
def api_replicas(topology: Any) -> dict[str, int]:
    """{API: its number of workers}."""
    return {site.glance.api.name: site.glance.api.replicas for site in parse(topology).sites if site.glance.api}


@reports_errors
def with_hub_api(topology: Any, live: Any) -> Any:
    """The topology with another name for the API of the hub: ``live``, or the one in the object ``live``."""
    model = parse(topology)
    api = model.hub.glance.api
    if api is None or model.operators is None or not live:
        return topology
    name = live if isinstance(live, str) else current_key(api.name, live, model.operators.control_plane is not None)
    if name == api.name:
        return topology
    hub = topology["sites"].get(model.hub_name) or {}
    glance_part = hub.get("glance") or {}
    changed = {**hub, "glance": {**glance_part, "api": {**(glance_part.get("api") or {}), "name": name}}}
    return {**topology, "sites": {**topology["sites"], model.hub_name: changed}}


@reports_errors
def store_sites(topology: Any) -> dict[str, str]:
    """{store id: site}."""
    return matrix.store_sites(parse(topology))


@reports_errors
def cache_sites(topology: Any) -> list[str]:
    """The sites whose Glance has an image cache."""
    return cache.cache_sites(parse(topology))


@per_site
def visible_clusters(topology: Topology, site: Site) -> list[str]:
    """The sites whose clusters a site sees."""
    return [other.name for other in matrix.visible_clusters(topology, site)]


@reports_errors
def cluster_clients(topology: Any, site: Any, consumers: Any = None) -> list[dict[str, object]]:
    """The cephx clients of the cluster of a site."""
    parsed = parse(topology)
    names = None if consumers is None else list(consumers) if isinstance(consumers, (list, tuple)) else [consumers]
    only = None if names is None else {matrix.find_site(parsed, name, "consumers").name for name in names}
    return clients.cluster_clients(parsed, matrix.find_site(parsed, site), only)


@per_site
def consumer_clusters(topology: Topology, site: Site, services: Any) -> list[dict[str, object]]:
    """The clusters and clients that a host of a site needs to run some services."""
    return clients.consumer_clusters(topology, site, clients.check_services(services))


@per_site
def platform_service(
    topology: Topology, site: Site, service: Any, overrides: Any = None, image: str = ""
) -> dict[str, Any]:
    """Where the files of a service of a site are, and how its unit and its container are called."""
    return platforms.platform_service(site.platform, service, overrides, image)


@per_site
def ceph_places(
    topology: Topology, site: Site, services: Any, overrides: Any = None, directory: str = ""
) -> list[dict[str, Any]]:
    """The directories of confs and keyrings on a host that runs some services."""
    return places.ceph_places(site.platform, clients.check_services(services), overrides, directory)


@per_site
def service_containers(topology: Topology, site: Site, services: Any, overrides: Any = None) -> list[dict[str, Any]]:
    """The services that run in containers, each as platform_service gives it."""
    found = (platforms.platform_service(site.platform, name, overrides) for name in clients.check_services(services))
    return [service for service in found if service["engine"]]


@reports_errors
def lint_topology(topology: Any, inventory: Any = None) -> list[dict[str, object]]:
    """All findings, including those of the parser."""
    return result.findings(result.examine(topology, inventory))


@reports_errors
def plain_topology(topology: Any) -> Any:
    """The topology with notes in place of values that cannot be read."""
    return plain(topology)


@reports_errors
def uniform_topology(template: Any, hub: Any, spokes: Any) -> dict[str, object]:
    """A topology of equal sites."""
    return uniform.uniform(template, hub, spokes)


@reports_errors
def inventory_sites(groups: Any, hostvars: Any) -> dict[str, dict[str, object]]:
    """{group: {host: site}} of an inventory."""
    return inventory.inventory_sites(groups, hostvars)


@reports_errors
def host_parts(topology: Any, groups: Any, hostvars: Any, hosts: Any, only: Any = ()) -> list[dict[str, Any]]:
    """What each of the hosts of a play needs of the topology and the inventory. ``only`` limits them to some sites."""
    members = (host for group in inventory.SITE_GROUPS for host in groups.get(group) or ())
    found = {host: hostvars[host].get(inventory.SITE_VARIABLE) for host in dict.fromkeys([*hosts, *members])}
    sites = {host: str(site) for host, site in found.items() if site is not None}
    play = [host for host in hosts if not only or sites.get(host, only[0]) in only]
    return parts.host_parts(topology, parts.Hosts(groups, sites, play))


@reports_errors
def probe_failures(probes: Any, topology: Any, site: Any) -> list[str]:
    """One line for each pool that a host of the site cannot use."""
    model = parse(topology)
    return external.probe_failures(model, matrix.find_site(model, site), probes)


class FilterModule:
    """Filters that derive options, clients and stores from a topology."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "api_replicas": api_replicas,
            "cache_sites": cache_sites,
            "ceph_places": ceph_places,
            "cinder_options": per_site(cinder.cinder_options),
            "cluster_clients": cluster_clients,
            "consumer_clusters": consumer_clusters,
            "external_probes": per_site(external.external_probes),
            "expected_stores": per_site(matrix.expected_stores),
            "glance_cache_settings": per_site(cache.glance_cache_settings),
            "glance_policy": per_site(policy.glance_policy),
            "glance_import_settings": per_site(glance.glance_import_settings),
            "host_parts": host_parts,
            "host_path": reports_errors(paths.host_path),
            "inventory_sites": inventory_sites,
            "lint_topology": lint_topology,
            "nova_options": per_site(nova.nova_options),
            "plain_topology": plain_topology,
            "platform_service": platform_service,
            "probe_failures": probe_failures,
            "probe_plan": per_site(clients.probe_plan),
            "service_containers": service_containers,
            "site_names": site_names,
            "site_stores": per_site(glance.site_stores),
            "spoke_names": spoke_names,
            "store_sites": store_sites,
            "uniform_topology": uniform_topology,
            "visible_clusters": visible_clusters,
            "with_hub_api": with_hub_api,
        }
