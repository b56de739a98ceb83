# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of Glance a run rotates: on which cluster, of which clients, and the hosts that hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import CEPH_ADMIN, GLANCE_API
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Ceph, Site, Topology

_GLANCE = "glance"
#: The way for keys that cannot change in place; docs/keys.md explains it.
_NEW_CLIENT = (
    "Give it a new client instead: increase client_generations.{service} in the topology, run dcn.glance.site, and "
    "remove the old client with dcn.glance.audit, as docs/keys.md describes"
)


@dataclass(frozen=True)
class Selection:
    """The hosts of a run, and what it is asked for.

    ``groups`` is {group: {host: site}}. ``chosen`` are the hosts within the limit, ``answered`` those that answered.
    ``sites`` are the sites whose keys are rotated, by default those of the chosen hosts.
    """

    groups: Mapping[str, Mapping[str, str | None]]
    chosen: Collection[str]
    answered: Collection[str]
    sites: Sequence[str] = ()
    given_names: bool = False

    def at(self, group: str, sites: Collection[str]) -> list[str]:
        return [host for host, site in (self.groups.get(group) or {}).items() if site in sites]


@dataclass
class _Use:
    """Who uses a client: (service, site), and whether the topology states its name."""

    users: list[tuple[str, Site]] = field(default_factory=list)
    given: bool = False


def scope(topology: Topology, selection: Selection) -> dict[str, Any]:
    """``clusters`` with their clients to rotate, clients that are ``kept``, and hosts that the run is ``waiting`` for.

    Raises InputErrors with everything that prevents the rotation.
    """
    problems: list[Problem] = []
    only = _sites(topology, selection, problems)
    found: dict[str, Any] = {"clusters": [], "kept": [], "waiting": []}
    for owner in topology.sites if not problems else ():
        if owner.ceph is not None:
            entry = _cluster(topology, owner, owner.ceph, only, selection, found, problems)
            if entry["clients"]:
                found["clusters"].append(entry)
    if problems:
        raise InputErrors(problems)
    return found


def _sites(topology: Topology, selection: Selection, problems: list[Problem]) -> list[str]:
    """The names of the consumer sites. Where Glance runs in pods, they are a problem."""
    hosts = selection.groups.get(GLANCE_API) or {}
    names = selection.sites or dict.fromkeys(site for host, site in hosts.items() if site and host in selection.chosen)
    found = []
    for name in names:
        site = matrix.find_site(topology, name, "rotate_keys_sites")
        if site.glance.api is not None or topology.operators is not None:
            text = "Glance runs in pods, which have their keyrings from Secrets, so this playbook cannot switch them. "
            problems.append(Problem(f"sites.{site.name}", text + _NEW_CLIENT.format(service=_GLANCE)))
        found.append(site.name)
    return found


def _cluster(
    topology: Topology,
    owner: Site,
    ceph: Ceph,
    only: Collection[str],
    selection: Selection,
    found: dict[str, Any],
    problems: list[Problem],
) -> dict[str, Any]:
    """The cluster of ``owner`` with the clients that are rotated."""
    admin = (selection.at(CEPH_ADMIN, [owner.name]) or [""])[0]
    entry: dict[str, Any] = {"site": owner.name, "cluster": ceph.cluster, "fsid": ceph.fsid, "admin": admin}
    entry.update(clients=[], names=[])
    for name, use in _uses(topology, owner).items():
        sites = [site.name for service, site in use.users if service == _GLANCE]
        if not set(sites) & set(only):
            continue
        hosts = selection.at(GLANCE_API, sites)
        why = _of_another_owner(ceph) or _kept(use, only, hosts, selection)
        outside = [host for host in hosts if host not in selection.chosen]
        silent = [host for host in hosts if host not in selection.answered]
        if why:
            found["kept"].append({"site": owner.name, "client": name, "why": why})
        elif outside:
            text = f"{', '.join(outside)} holds the key of {name} on {ceph.cluster} too: add it to --limit"
            problems.append(Problem(f"sites.{owner.name}", text))
        elif not admin:
            problems.append(Problem(f"sites.{owner.name}", f"has no host in the group {CEPH_ADMIN}"))
        elif silent:
            found["waiting"].append({"site": owner.name, "client": name, "hosts": silent})
        else:
            place = {"conf": ceph.conf, "path": ceph.keyring(name)}
            entry["clients"].append({"name": name, "hosts": hosts, **place})
            entry["names"].append({"name": name})
    return entry


def _of_another_owner(ceph: Ceph) -> str:
    """Why the key of a client on an external cluster is not rotated, or ''."""
    if not ceph.external:
        return ""
    return (
        "the cluster has another owner. Give the service a new client instead: increase client_generations.glance in "
        "the topology, run dcn.glance.site, and send the owner the commands that it lists"
    )


def _uses(topology: Topology, owner: Site) -> dict[str, _Use]:
    """{client: who uses it} of one cluster."""
    found: dict[str, _Use] = {}
    for consumer in matrix.consumers(topology, owner):
        for service in clients.services_of(consumer, owner):
            use = found.setdefault(topology.client(service, consumer, owner), _Use())
            use.users.append((service, consumer))
            use.given = use.given or topology.given_user(service, consumer, owner) is not None
    return found


def _kept(use: _Use, only: Collection[str], hosts: Sequence[str], selection: Selection) -> str:
    """Why the key of a client is not rotated, or ''."""
    others = [service for service, _site in use.users if service != _GLANCE]
    absent = [site.name for service, site in use.users if service == _GLANCE and site.name not in only]
    if others:
        verb = "use" if len(set(others)) > 1 else "uses"
        return f"{_names(others)} {verb} it too, and running instances would lose their disks with its key"
    if use.given and not selection.given_names:
        return "the topology states its name, so other programs may use it; see rotate_keys_given_names"
    if absent:
        return f"Glance of {_names(absent)} uses it too; rotate it for all its sites"
    return "" if hosts else f"no host of the group {GLANCE_API} holds it"


def _names(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
