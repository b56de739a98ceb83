# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lost hosts could access: their cephx clients on every cluster, who else uses these, and other secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, external, inventory, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology

#: {host: (its site, its groups)}
Hosts = Mapping[str, "tuple[str, tuple[str, ...]]"]
#: The groups whose hosts hold keys.
CONSUMERS = (inventory.GLANCE_API, inventory.NOVA_COMPUTE, inventory.CINDER_VOLUME)
#: The variable with addresses of the user.
ADDRESSES = "revoke_addresses"

#: The file of each service, and its secrets that the topology does not describe.
_FILES = {"glance": "glance-api.conf", "nova": "nova.conf", "cinder": "cinder.conf"}
_BASE = {
    "glance": ("[database] connection", "[keystone_authtoken] password"),
    "nova": (
        "[DEFAULT] transport_url",
        "the passwords of [keystone_authtoken], [service_user], [neutron], [placement]",
    ),
    "cinder": ("[database] connection", "[DEFAULT] transport_url", "[keystone_authtoken] password"),
}
#: What hosts of other groups hold.
_GROUP_SECRETS = {
    inventory.CEPH_ADMIN: "the key of the administrator of the cluster of {site}, and so every key of this cluster",
    inventory.OPENSTACK_CLIENT: "the accounts in clouds.yaml",
    inventory.KUBERNETES: "the kubeconfig, and so the Secrets that its account may read",
    inventory.RGW: "the key of the object gateway of {site}, and its password for Keystone",
}


@dataclass(frozen=True)
class Loss:
    """The services that were lost at each site, and the hosts with their site and groups."""

    services: Mapping[str, tuple[str, ...]]
    hosts: Hosts


@dataclass(frozen=True)
class ClusterLoss:
    """The clients on the cluster of a site that the lost hosts could use.

    ``needed`` are those of the topology. ``others`` have such names too, but the topology does not need them there.
    ``shared`` has the services of other sites that use one of ``needed``, by site.
    """

    site: Site
    needed: tuple[str, ...]
    others: tuple[str, ...]
    shared: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """All clients to remove."""
        return (*self.needed, *self.others)


def losses(topology: Topology, services: Mapping[str, Collection[str]]) -> list[ClusterLoss]:
    """The clients that ``services`` (by site) could use, for every cluster of the topology."""
    return [_loss(topology, site, services) for site in topology.sites if site.ceph is not None]


def _loss(topology: Topology, owner: Site, services: Mapping[str, Collection[str]]) -> ClusterLoss:
    used = {site.name: _clients(topology, site, owner, SERVICES) for site in matrix.consumers(topology, owner)}
    lost = [
        _clients(topology, site, owner, services[site.name])
        for site in matrix.consumers(topology, owner)
        if site.name in services
    ]
    needed = tuple(dict.fromkeys(name for names in lost for name in names))
    everybody = {name for names in used.values() for name in names}
    usual = dict.fromkeys(name for site, found in services.items() for name in _usual_names(topology, site, found))
    shared = {
        site: tuple(name for name in names if name in needed)
        for site, names in used.items()
        if site not in services and set(names) & set(needed)
    }
    return ClusterLoss(owner, needed, tuple(name for name in usual if name not in everybody), shared)


def _clients(topology: Topology, site: Site, owner: Site, services: Collection[str]) -> list[str]:
    """The clients that services of a site use on the cluster of another, which it sees."""
    found = (topology.client(name, site, owner) for name in clients.services_of(site, owner) if name in services)
    return list(dict.fromkeys(found))


def _usual_names(topology: Topology, site: str, services: Collection[str]) -> Iterator[str]:
    """The names that the clients of a site have if the cluster gives no others."""
    for service in (service for service in SERVICES if service in services):
        # Also those of earlier generations, which may still exist.
        numbers = topology.site(site).client_generations
        for generation in range(1, numbers.get(service, 1) + 1):
            yield f"client.{topology.client_names[service]}.{site}{'' if generation == 1 else f'.{generation}'}"
        if service != "glance":
            yield f"client.{topology.client_names['nova']}-{site}"


def check(model: Topology, known: Hosts, site: object, hosts: Sequence[str], shared: Sequence[str]) -> None:
    """Check what the user says is lost. Raises InputErrors with every problem."""
    found = []
    sites = [each.name for each in model.sites]
    if bool(site) == bool(hosts):
        found.append(Problem("revoke_site", "set either revoke_site to a site, or revoke_hosts to hosts that are lost"))
    for path, name in [*(("revoke_site", name) for name in ([site] if site else [])), *_paths(shared)]:
        if name not in sites:
            hint = words.suggest(str(name), sites)
            found.append(Problem(path, f"{words.show(name)} is not one of the sites {words.one_of(sites)}{hint}"))
    consumers = [host for host, (_site, groups) in known.items() if set(groups) & set(CONSUMERS)]
    for index, host in enumerate(hosts):
        if host not in consumers:
            text = f"{words.show(host)} is in none of the groups {words.one_of(CONSUMERS)}"
            found.append(Problem(f"revoke_hosts[{index}]", f"{text}{words.suggest(host, consumers)}"))
        elif known[host][0] not in sites:
            text = f"the variable {inventory.SITE_VARIABLE} of {host} names no site of the topology"
            found.append(Problem(f"revoke_hosts[{index}]", text))
    if found:
        raise InputErrors(found)


def _paths(shared: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"revoke_shared_with[{index}]", name) for index, name in enumerate(shared)]


def refuse_shared(found: Sequence[ClusterLoss], shared: Sequence[str]) -> None:
    """Refuse clients that other sites use, except for the sites in ``shared``. Raises InputErrors with all of them."""
    problems = []
    for cluster in found:
        for site, names in cluster.shared.items():
            if site not in shared:
                text = (
                    f"the site {site} uses {words.one_of(names)} on the cluster of {cluster.site.name}, too, and would"
                )
                more = f"lose its access: add {site} to this list to revoke it all the same"
                problems.append(Problem("revoke_shared_with", f"{text} {more}"))
    if problems:
        raise InputErrors(problems)


def request_to_owner(cluster: ClusterLoss, fences: Sequence[str], lift: bool) -> str:
    """Why an external cluster is not contacted, and what its owner has to do."""
    if not cluster.needed:
        return "it has another owner, and the topology gives the lost hosts no client there"
    verb, seconds = ("rm", "") if lift else ("add", " 86400")
    commands = [] if lift else external.removals(cluster.needed)
    for fence in fences:
        commands.append(f"ceph osd blocklist {'range ' if '/' in fence else ''}{verb} {fence}{seconds}")
    return f"it has another owner. Ask it to run: {'; '.join(commands)}" if commands else "it has another owner"


def exposed(topology: Topology, loss: Loss) -> list[str]:
    """The names of the other secrets that the lost hosts could read, and never a value."""
    found: list[str] = []
    for name, services in loss.services.items():
        site = topology.site(name)
        options = {
            "glance": [*_store_secrets(topology, site), *_secrets(site.glance.options)],
            "nova": _secrets(site.nova_options),
            "cinder": _secrets(site.cinder_options),
        }
        options["glance"] += _secrets(glance.import_plugins(topology, site))
        for service in (service for service in SERVICES if service in services):
            listed = dict.fromkeys([*_BASE[service], *options[service]])
            found.append(f"{_FILES[service]} of {name}: {', '.join(listed)}")
    for host, (site_name, groups) in loss.hosts.items():
        found += [f"{host}: {text.format(site=site_name)}" for group, text in _GROUP_SECRETS.items() if group in groups]
    return found


def _store_secrets(topology: Topology, site: Site) -> list[str]:
    """The secret options of all stores that the Glance of a site has, and the files that hold such options."""
    if not site.glance.enabled:
        return []
    return [
        f"[{store.id}] {option}"
        for _owner, store in matrix.visible_stores(topology, site)
        for option in (*store.options, *store.repeated)
        if is_secret_option(option) or option.endswith("_config_file")
    ]


def _secrets(sections: Mapping[str, Mapping[str, object]]) -> list[str]:
    return [
        f"[{section}] {option}"
        for section, options in sections.items()
        for option in options
        if is_secret_option(option)
    ]
