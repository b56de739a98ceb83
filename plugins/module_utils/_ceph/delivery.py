# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derives module options for cephx clients from the hosts of an inventory and the clusters that they use.

A *cluster entry* is an item of the result of ``consumer_clusters``. A *cluster result* is the result of the module
ceph_client for one cluster, with the name of the cluster as ``cluster``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names

#: The inventory group whose hosts run a service.
SERVICE_GROUPS = {"glance": "dcn_glance_api", "nova": "dcn_nova_compute", "cinder": "dcn_cinder_volume"}

Entry = Mapping[str, Any]
Results = Mapping[str, Mapping[str, Any]]


def host_services(group_names: Iterable[str]) -> list[str]:
    """The services of a host that use Ceph, from the groups of the host."""
    names = set(group_names)
    return [service for service, group in SERVICE_GROUPS.items() if group in names]


def received_services(group_names: Iterable[str]) -> list[str]:
    """The services whose keys a host receives: its own, and Cinder's for the libvirt of a compute host."""
    services = host_services(group_names)
    return [*services, "cinder"] if "nova" in services and "cinder" not in services else services


def client_file_names(clusters: Sequence[Entry]) -> list[str]:
    """Names of the confs and keyrings of these cluster entries."""
    found = []
    for entry in clusters:
        found.append(ceph_names.conf_name(entry["cluster"]))
        found += [ceph_names.keyring_name(entry["cluster"], client["name"]) for client in entry["clients"]]
    return found


def keyring_paths(clusters: Sequence[Entry], directory: str | Sequence[str] = ceph_names.CONF_DIRECTORY) -> list[str]:
    """Paths of the keyrings that a host with these cluster entries can hold, in one directory or in several."""
    return [
        ceph_names.keyring_path(entry["cluster"], client["name"], where)
        for where in ([directory] if isinstance(directory, str) else directory)
        for entry in clusters
        for client in entry["clients"]
    ]


def pod_entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Merge the entries of several sites by cluster: the host that writes the Secrets receives keys for all pods."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        kept = found.setdefault(entry["site"], {**entry, "clients": []})
        kept["clients"] = [*kept["clients"], *entry["clients"]]
    return list(found.values())


def recipient(host: str, entry: Entry, answer: Mapping[str, Any]) -> dict[str, Any]:
    """One item of the option ``recipients`` of ceph_client: the keys that ``host`` needs from the cluster of ``entry``.

    ``answer`` is the result of the module key_recipient on that host.
    """
    names = [client["name"] for client in entry["clients"]]
    # The directory of a keyring depends on the platform, its name does not.
    held = {posixpath.basename(path): ids for path, ids in (answer.get("key_ids") or {}).items()}
    key_ids = {name: (held.get(ceph_names.keyring_name(entry["cluster"], name)) or {}).get(name) for name in names}
    return {
        "host": host,
        "public_key": answer.get("public_key"),
        "clients": names,
        "key_ids": {name: key_id for name, key_id in key_ids.items() if key_id},
    }


def merge_results(results: Iterable[Results]) -> dict[str, dict[str, Any]]:
    """Merge the results of several calls by cluster. Of the same client or host the last call counts."""
    merged: dict[str, dict[str, Any]] = {}
    for result in results:
        for site, found in result.items():
            kept = merged.setdefault(site, {"cluster": None, "cluster_info": {}, "clients": [], "sealed": []})
            kept["cluster"] = found.get("cluster") or kept["cluster"]
            kept["cluster_info"] = found.get("cluster_info") or kept["cluster_info"]
            kept["clients"].append(_by_name(found.get("clients") or {}))
            kept["sealed"].append(found.get("sealed") or {})
    return {
        site: {**kept, "clients": _joined(kept["clients"]), "sealed": _sealed(kept["sealed"])}
        for site, kept in merged.items()
    }


def _joined(maps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One mapping. A single one is not copied: that of the hub's cluster has every client, and a host needs its own."""
    return maps[0] if len(maps) == 1 else {key: value for each in maps for key, value in each.items()}


def _sealed(maps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """{host: {client: key}}, from several calls if there were several."""
    if len(maps) == 1:
        return maps[0]
    hosts = dict.fromkeys(host for each in maps for host in each)
    return {host: _joined([{}, *(each.get(host) or {} for each in maps)]) for host in hosts}


def _by_name(clients: Any) -> Any:
    return clients if isinstance(clients, Mapping) else {client["name"]: client for client in clients}


def client_files(clusters: Sequence[Entry], results: Results, host: str, owners: Mapping[str, Any]) -> list[Any]:
    """The option ``clusters`` of ceph_client_files on ``host``.

    A cluster without a result (its site was not reached) is left out, so that its files on the host are kept.
    """
    files = []
    for entry in clusters:
        result = results.get(entry["site"])
        if result is None:
            continue
        info = result["cluster_info"]
        blobs = result["sealed"].get(host) or {}
        files.append(
            {
                "cluster": entry["cluster"],
                "fsid": entry.get("fsid") or info.get("fsid"),
                "mon_host": entry.get("mon_host") or info.get("mon_host"),
                "options": dict(entry.get("options") or {}),
                "clients": [_client(client, result, blobs, owners) for client in entry["clients"]],
            }
        )
    return files


def _client(client: Entry, result: Mapping[str, Any], blobs: Mapping[str, str], owners: Mapping[str, Any]) -> Any:
    found = result["clients"].get(client["name"]) or {}
    owner = owners[client["service"]]
    return {
        "name": client["name"],
        "key_id": found.get("key_id"),
        "sealed": blobs.get(client["name"]),
        "owner": str(owner["owner"]),
        "group": str(owner["group"]),
        **({"keep_attributes": True} if client.get("shared") else {}),
    }


def secret_keys(
    secrets: Sequence[Mapping[str, str]],
    result: Mapping[str, Any] | None,
    host: str,
    directories: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The option ``secrets`` of libvirt_secret on ``host``, with the keys of the clients from a cluster result.

    ``directories`` are those of the keyrings, by client.
    Without a result (the cluster was not reached) there are no secrets, so that those on the host are kept.
    """
    if result is None:
        return []
    blobs = result["sealed"].get(host) or {}
    return [
        {
            **secret,
            "key_id": (result["clients"].get(secret["client"]) or {}).get("key_id"),
            "sealed": blobs.get(secret["client"]),
            "keyring": ceph_names.keyring_path(
                secret["cluster"], secret["client"], directories.get(secret["client"], ceph_names.CONF_DIRECTORY)
            ),
        }
        for secret in secrets
    ]


def reached_stores(stores: Sequence[Entry], results: Results, coming: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The stores of a probe plan whose cluster was reached in this run, each with the fsid that it must have.

    The fsid in the topology takes precedence over the reported one, so that a wrong cluster is found. ``coming`` are
    confs and keyrings that check mode has not written: what is on the host instead says nothing about their stores.
    """
    names = {posixpath.basename(path) for path in coming}
    fsids = {result["cluster"]: result["cluster_info"].get("fsid") for result in results.values()}
    known = (store for store in stores if store["cluster"] in fsids)
    reached = (store for store in known if not names & {_name(store, "conf"), _name(store, "keyring")})
    return [{**store, "fsid": store.get("fsid") or fsids[store["cluster"]]} for store in reached]


def _name(store: Entry, key: str) -> str:
    return posixpath.basename(store.get(key) or "")


def live_stores(expected: Sequence[Entry], results: Results, deferred: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The stores that the running Glance must offer after this run, each with the fsid that it must have.

    Stores whose cluster was not reached in this run and deferred stores are left out.
    """
    live = []
    for store in expected:
        result = results.get(store["site"])
        if store["id"] in deferred or (store["type"] == "rbd" and result is None):
            continue
        fsid = store.get("fsid") or (result["cluster_info"].get("fsid") if result else None)
        live.append({**store, "fsid": fsid if store["type"] == "rbd" else None})
    return live


def live_problems(answer: Mapping[str, Any], stores: Sequence[Entry]) -> list[str]:
    """The errors of these stores, and of the API as a whole, in the result of glance_store_info."""
    ids = {store["id"] for store in stores} | {""}
    wrong = (item for item in answer.get("problems") or () if item["severity"] == "error" and item["store"] in ids)
    return [f"{item['store']}: {item['message']}" if item["store"] else item["message"] for item in wrong]


def unproved_stores(probe: Mapping[str, Any]) -> list[str]:
    """The stores that a probe could not write. Stores that were skipped in check mode are not counted."""
    return [
        item["store"] for item in probe.get("probes") or () if not item.get("ok") and item.get("status") != "skipped"
    ]
