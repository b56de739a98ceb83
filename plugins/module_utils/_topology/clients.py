# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cephx clients: which must exist on a cluster, with which caps, and who holds which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import DIRECT, SERVICES, Ceph, Site, Topology


def check_services(services: object) -> tuple[str, ...]:
    """The services that a filter argument lists, in the order of SERVICES. Raises InputErrors for others."""
    if not isinstance(services, (list, tuple)):
        message = f"must be a list of {words.one_of(SERVICES)}, not {words.kind(services)}"
        raise InputErrors([Problem("services", message)])
    wrong = [
        Problem("services", f"{words.show(item)} is not one of {words.one_of(SERVICES)}")
        for item in services
        if not isinstance(item, str) or item not in SERVICES
    ]
    if wrong:
        raise InputErrors(wrong)
    return tuple(service for service in SERVICES if service in services)


def caps(service: str, site: Site, ceph: Ceph) -> dict[str, str]:
    """The caps that ``service`` needs on the cluster of ``site``."""
    written = site.image_pools
    read: tuple[str, ...] = ()
    if service != "glance":
        # With NodeSets, Nova and Cinder share a client.
        snapshots = site.nova_snapshots == DIRECT and (service == "nova" or site.data_plane is not None)
        written = tuple(dict.fromkeys((ceph.pools.vms, ceph.pools.volumes, *(site.image_pools if snapshots else ()))))
        read = tuple(pool for pool in site.image_pools if pool not in written)
    write_caps = [f"profile rbd pool={pool}" for pool in written]
    read_caps = [f"profile rbd-read-only pool={pool}" for pool in read]
    return {"mon": "profile rbd", "mgr": ", ".join(write_caps), "osd": ", ".join(write_caps + read_caps)}


def services_of(consumer: Site, site: Site) -> tuple[str, ...]:
    """The services of ``consumer`` that use the cluster of ``site``: Nova and Cinder use only their own.

    Glance uses a cluster that has a store.
    """
    services = SERVICES if consumer.name == site.name else ("glance",)
    images = consumer.glance.enabled and matrix.copy_target(site) is not None
    return tuple(service for service in services if service != "glance" or images)


def cluster_clients(topology: Topology, site: Site, only: Collection[str] | None = None) -> list[dict[str, object]]:
    """The clients of the cluster of ``site``. ``only`` limits them to those of some consumer sites."""
    if site.ceph is None:
        return []
    found: dict[str, dict[str, str]] = {}
    given: set[str] = set()
    for consumer in matrix.consumers(topology, site):
        for service in services_of(consumer, site) if only is None or consumer.name in only else ():
            name = topology.client(service, consumer, site)
            found[name] = _united(found.get(name, {}), caps(service, site, site.ceph))
            if topology.given_user(service, consumer, site) is not None:
                given.add(name)
    return [
        {"name": name, "caps": needed, **({"keep_caps": True} if name in given else {})}
        for name, needed in found.items()
    ]


def earlier_clients(topology: Topology, site: Site, owner: Site) -> list[str]:
    """The clients of earlier generations that services of ``site`` have used on the cluster of ``owner``."""
    return [
        f"client.{topology.own_user(service, site, generation)}"
        for service in services_of(site, owner)
        for generation in range(1, topology.generation(service, site, owner))
    ]


def _united(some: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """The caps of two services that share a client."""
    grants = {kind: [*some.get(kind, "").split(", "), *more[kind].split(", ")] for kind in more}
    return {kind: ", ".join(dict.fromkeys(grant for grant in texts if grant)) for kind, texts in grants.items()}


def consumer_clusters(topology: Topology, site: Site, services: Iterable[str]) -> list[dict[str, object]]:
    """The clusters and clients whose confs and keyrings a host of ``site`` needs to run ``services``."""
    wanted = tuple(services)
    found: list[dict[str, object]] = []
    for owner in matrix.visible_clusters(topology, site):
        # Two services with one client are one entry.
        names: dict[str, list[str]] = {}
        for service in services_of(site, owner):
            if service in wanted:
                names.setdefault(topology.client(service, site, owner), []).append(service)
        clients = [_used(topology, site, name, users) for name, users in names.items()]
        if owner.ceph is None or not clients:
            continue
        pools = owner.ceph.pools
        found.append(
            {
                "site": owner.name,
                "cluster": owner.ceph.cluster,
                "options": dict(owner.ceph.options),
                "pools": {"images": pools.images, "volumes": pools.volumes, "vms": pools.vms},
                "fsid": owner.ceph.fsid,
                "mon_host": owner.ceph.mon_host,
                "external": owner.ceph.external,
                "clients": clients,
            }
        )
    return found


def _used(topology: Topology, site: Site, name: str, services: list[str]) -> dict[str, object]:
    """A client of a host. It is ``shared`` if several services of the host must be able to read its keyring."""
    shared = len(services) > 1 and site.data_plane is None
    return {"name": name, "service": services[-1], **({"shared": True} if shared else {})}


def probe_plan(topology: Topology, site: Site) -> list[dict[str, object]]:
    """The rbd stores that Glance of ``site`` must be able to write, each with the pools that it must not write."""
    found: list[dict[str, object]] = []
    for owner, store in matrix.visible_stores(topology, site):
        if store.type != "rbd" or owner.ceph is None:
            continue
        client = topology.client("glance", site, owner)
        # Other services may use a client whose name is given, and its capabilities are theirs.
        given = topology.given_user("glance", site, owner) is not None
        others = dict.fromkeys(() if given else (owner.ceph.pools.volumes, owner.ceph.pools.vms))
        found.append(
            {
                "store": store.id,
                "cluster": owner.ceph.cluster,
                "conf": owner.ceph.conf,
                "client": client,
                "keyring": owner.ceph.keyring(client),
                "pool": store.pool,
                "denied_pools": [pool for pool in others if pool not in owner.image_pools],
                "fsid": owner.ceph.fsid,
            }
        )
    return found
