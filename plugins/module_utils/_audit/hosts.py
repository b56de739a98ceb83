# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges hosts and APIs: staged data, files of Ceph that the topology does not give them, services, stores."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._audit.client_use import instances_with_secret, is_ours
from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import POD, ClientFile, Facts, Host, StagedFile
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding, Key
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import INFO
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES

#: The name of a cluster that was given none: its conf is that of the host itself.
_DEFAULT_CLUSTER = "ceph"
_GROUPS = {"glance": "glance_api", "nova": "nova_compute", "cinder": "cinder_volume"}


def judge_hosts(facts: Facts) -> Iterator[Finding]:
    """What is wrong with every host that answered, and with the stores of every API."""
    for host in facts.answered.values():
        for file in host.staged:
            yield from _staged(facts, host, file)
        yield from _services(host)
        yield from _files(facts, host)
        yield from _secrets(facts, host)
    for site, problems in facts.apis.items():
        for problem in problems:
            if problem.severity != INFO:
                where = {"site": site, "store": problem.store}
                yield finding("api_stores", problem.message, where, severity=problem.severity)


def keys_of(facts: Facts) -> tuple[Key, ...]:
    """The keyrings that the topology gives to the hosts, with their age."""
    found = []
    for host in facts.answered.values():
        for cluster, client in _given(facts, host):
            name = ceph_names.keyring_name(cluster, client)
            files = (file for file in host.client_files if file.name == name)
            found += [Key(host.site, host.name, cluster, client, file.path, file.days) for file in files]
    return tuple(found)


def _staged(facts: Facts, host: Host, file: StagedFile) -> Iterator[Finding]:
    where = {"site": host.site, "host": host.name, "object": file.path}
    what = f"{file.path} ({file.size / 2**20:.1f} MiB), {_age(file.age)} old"
    if not file.image:
        yield finding("foreign_file", f"{what}, is not named like an image, so Glance has not staged it", where)
        return
    if facts.images is None or file.image in facts.gone:
        return
    seen = facts.images.get(file.image)
    if seen is None:
        why = f"{what}, was staged on {host.name} for an image that does not exist any more"
        yield finding("stale_staging", why, where, repairable=POD not in host.groups)
    elif seen.image.status == "active" and not seen.image.lock and seen.steady and file.age >= facts.old:
        owner = f" of project {seen.image.owner}" if seen.image.owner else ""
        why = f"{what}, was staged on {host.name} for an image{owner} that is active and that no task works on"
        where = {**where, "image": seen.image.id, "name": seen.image.name}
        yield finding("leftover_staging", why, where, repairable=POD not in host.groups)


def _services(host: Host) -> Iterator[Finding]:
    for unit in host.units:
        where = {"site": host.site, "host": host.name, "object": unit.name}
        if unit.exists and not unit.active:
            yield finding("stopped_service", f"{unit.name} is installed on {host.name}, and does not run", where)
        elif unit.newer_files:
            why = f"{unit.name} on {host.name} is older than {', '.join(unit.newer_files)}, so it does not use it yet"
            yield finding("stale_config", why, where)


def _files(facts: Facts, host: Host) -> Iterator[Finding]:
    """Keyrings that are named like ours, and the confs of their clusters, that the host needs not."""
    topology = facts.topology
    given = _given(facts, host)
    needed = {ceph_names.keyring_name(cluster, client) for cluster, client in given}
    needed |= {ceph_names.conf_name(cluster) for cluster, _client in given}
    markers = tuple(f".client.{prefix}{end}" for prefix in topology.client_names.values() for end in (".", "-"))
    keyrings = [file for file in host.client_files if file.name.endswith(".keyring") and file.name not in needed]
    strays = [file for file in keyrings if any(marker in file.name for marker in markers)]
    for file in strays:
        where = {"site": host.site, "host": host.name, "object": file.path}
        yield finding("stray_keyring", f"the topology gives {host.name} no keyring {file.path}", where)
    # Another keyring means that somebody else uses the cluster on this host.
    used = {_cluster_of(file) for file in keyrings if file not in strays}
    for file in host.client_files:
        if file.name not in needed and _is_stray_conf(facts, host, file, {_cluster_of(each) for each in strays}):
            where = {"site": host.site, "host": host.name, "object": file.path}
            why = f"the topology gives {host.name} no conf {file.path}"
            yield finding("stray_conf", why, where, repairable=_cluster_of(file) not in used)


def _secrets(facts: Facts, host: Host) -> Iterator[Finding]:
    """Secrets of libvirt with the keys of our clients that the host does not need."""
    needed = {client for _cluster, client in _given(facts, host)}
    for uuid, usage in host.secrets:
        client = usage.partition(" ")[0]
        if is_ours(facts.topology, client) and client not in needed:
            why = f"libvirt on {host.name} has a secret with the key of {client}, which the topology does not give it"
            using = instances_with_secret(host, uuid)
            why += f". It stays as long as instances name it: {', '.join(using)}" if using else ""
            where = {"site": host.site, "host": host.name, "object": uuid}
            yield finding("stray_secret", why, where, repairable=not using)


def _cluster_of(file: ClientFile) -> str:
    return file.name.partition(".")[0]


def _is_stray_conf(facts: Facts, host: Host, file: ClientFile, strays: set[str]) -> bool:
    """Whether a file is the conf of a cluster of another site, or of one that is gone and has stray keyrings here."""
    cluster = _cluster_of(file)
    sites = {site.ceph.cluster: site.name for site in facts.topology.sites if site.ceph is not None}
    if file.name != ceph_names.conf_name(cluster) or sites.get(cluster) == host.site:
        return False
    return cluster in sites or (cluster in strays and cluster != _DEFAULT_CLUSTER)


def _given(facts: Facts, host: Host) -> list[tuple[str, str]]:
    """(cluster, client) of every keyring that the topology gives a host."""
    services = [service for service in SERVICES if _GROUPS[service] in host.groups]
    if "nova" in services and "cinder" not in services:
        services.append("cinder")  # for libvirt
    site = matrix.find_site(facts.topology, host.site)
    found = []
    for entry in clients.consumer_clusters(facts.topology, site, services):
        listed = entry["clients"] if isinstance(entry["clients"], list) else []
        found += [(str(entry["cluster"]), str(client["name"])) for client in listed]
    return found


def _age(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
