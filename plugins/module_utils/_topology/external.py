# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of another owner: what the owner is asked for, and how the keys that it hands over are proved."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

#: Kinds of failures of a probe that the owner can repair, and not the user of the key.
_REPAIRED_BY_OWNER = ("auth_failed", "not_permitted", "too_much_access", "failed")


def creation(name: str, caps: Mapping[str, str]) -> str:
    """The command with which the owner of a cluster creates a client, and writes its keyring."""
    return f"{_command('get-or-create', name, caps)} -o {name}.keyring"


def _command(verb: str, name: str, caps: Mapping[str, str]) -> str:
    words = ["ceph", "auth", verb, name, *(word for pair in caps.items() for word in pair)]
    return " ".join(shlex.quote(word) for word in words)


def removals(names: Iterable[object]) -> list[str]:
    """The commands with which the owner of a cluster removes clients."""
    return [f"ceph auth rm {name}" for name in names]


def external_probes(topology: Topology, site: Site, service: str) -> list[dict[str, object]]:
    """The pool of Nova or Cinder on the external cluster of ``site``, for ceph_store_probe. Others are not probed."""
    ceph = site.ceph
    if ceph is None or not ceph.external or service not in ("nova", "cinder"):
        return []
    client = topology.client(service, site)
    pool = ceph.pools.vms if service == "nova" else ceph.pools.volumes
    return [
        {
            "store": f"{service} of {site.name}",
            "cluster": ceph.cluster,
            "conf": ceph.conf,
            "client": client,
            "keyring": ceph.keyring(client),
            "pool": pool,
            "denied_pools": [],
            "fsid": ceph.fsid,
        }
    ]


def probe_failures(topology: Topology, site: Site, probes: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for each pool that could not be used, with what the owner of an external cluster is asked for."""
    asked = _requests(topology, site)
    lines = []
    for item in probes:
        if not item.get("ok") and item.get("status") != "skipped":
            hint = asked.get((item["cluster"], item["client"]), "") if item["status"] in _REPAIRED_BY_OWNER else ""
            lines.append(f"{item['store']}: {item['error']}{hint}")
    return lines


def _requests(topology: Topology, site: Site) -> dict[tuple[str, str], str]:
    """{(cluster, client): what the owner is asked for} of the external clusters that ``site`` uses."""
    found = {}
    for owner in matrix.visible_clusters(topology, site):
        if owner.ceph is not None and owner.ceph.external:
            for client in clients.cluster_clients(topology, owner, {site.name}):
                caps = client["caps"]
                if isinstance(caps, Mapping):
                    name = str(client["name"])
                    found[(owner.ceph.cluster, name)] = _repair(owner.ceph.cluster, name, caps)
    return found


def _repair(cluster: str, name: str, caps: Mapping[str, str]) -> str:
    return (
        f" The cluster {cluster} has another owner. Ask it to run `{_command('caps', name, caps)}`, and to compare the "
        f"key of `ceph auth get {name}` with the keyring that it has handed over."
    )
