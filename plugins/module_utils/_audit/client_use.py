# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who still uses a client that the topology does not need, and what is not known about that."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Cluster, Facts, Host
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Topology

_REBOOT = "reboot it hard (openstack server reboot --hard), and it has the new client"
_VOLUME = (
    "detach and attach the volume, live-migrate the instance, or stop it, run 'nova-manage volume_attachment refresh' "
    "and start it"
)


def is_ours(topology: Topology, name: str) -> bool:
    """Whether a client is named like those of the collection."""
    bases = topology.client_names.values()
    return name.startswith(tuple(f"client.{base}{end}" for base in bases for end in (".", "-")))


def users(facts: Facts, cluster: Cluster, name: str) -> list[str]:
    """Why a client must stay: who uses it, and who may use it. Each says what to do."""
    found = [*_instances(facts, name), *_files(facts, name), *_older_processes(facts, name)]
    addresses = (cluster.sessions or {}).get(name)
    if cluster.sessions is None:
        found.append("the monitors did not tell who is connected")
    elif addresses and not found:
        hosts = dict.fromkeys(address.rpartition(":")[0] for address in addresses)
        found.append(f"somebody is connected with it from {', '.join(hosts)}: end this process")
    return [*found, *_silent(facts, name)]


def _instances(facts: Facts, name: str) -> Iterator[str]:
    for host in facts.answered.values():
        for instance in host.instances:
            if name in (client for client, _secret in instance.clients):
                verb = "runs with" if instance.running else "is stopped and names"
                advice = _VOLUME if name.startswith(f"client.{facts.topology.client_names['cinder']}.") else _REBOOT
                yield f"the instance {instance.name} ({instance.uuid}) on {host.name} {verb} it: {advice}"


def _files(facts: Facts, name: str) -> Iterator[str]:
    for host in facts.answered.values():
        for unit in host.units:
            paths = dict.fromkeys(path for client, path in unit.clients if client == name)
            if paths and unit.exists:
                yield f"{', '.join(paths)} on {host.name} names it: run dcn.glance.site"


def _older_processes(facts: Facts, name: str) -> Iterator[str]:
    """Processes that still have an older configuration, which may name the client."""
    for host in facts.answered.values():
        for unit in host.units if _is_of(facts.topology, name, host.site) else ():
            if unit.active and unit.newer_files:
                yield f"{unit.name} on {host.name} still runs with an older configuration: restart it"


def _silent(facts: Facts, name: str) -> Iterator[str]:
    """Hosts of the site whose client it is that did not answer."""
    for item in facts.unreachable:
        if item.what == "host" and _is_of(facts.topology, name, item.site):
            yield f"{item.name} did not answer, and may use it"
    for host in facts.answered.values():
        if host.libvirt_error and _is_of(facts.topology, name, host.site) and not _is_glance(facts.topology, name):
            yield f"libvirt on {host.name} could not be asked, so its instances may use it: {host.libvirt_error}"


def _is_of(topology: Topology, name: str, site: str) -> bool:
    """Whether a client is one of the services of a site, of any generation."""
    bases = [f"client.{topology.client_names[service]}.{site}" for service in SERVICES]
    return name in bases or name.startswith(tuple(f"{base}." for base in bases))


def _is_glance(topology: Topology, name: str) -> bool:
    return name.startswith(f"client.{topology.client_names['glance']}.")


def instances_with_secret(host: Host, uuid: str) -> list[str]:
    """The instances of a host that name a libvirt secret."""
    return [
        f"{instance.name} ({instance.uuid})"
        for instance in host.instances
        if uuid in (secret for _client, secret in instance.clients)
    ]
