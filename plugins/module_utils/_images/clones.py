# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old versions of images that can be deleted, because nothing was cloned from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

_GROUP = "dcn_ceph_admin"
_GLANCE = "dcn_glance_api"


@dataclass(frozen=True)
class Verdict:
    """Whether one old version can be deleted; ``reason`` says why not."""

    id: str
    name: str
    reason: str = ""


def clone_checks(
    old: Sequence[Mapping[str, Any]], topology: Topology, inventory: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Which host must look for clones of which images in which pool: one that administers the cluster.

    For an external cluster it is a Glance host, with ``access``: conf, client and keyring of Glance.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for item in old:
        for site, pool in _pools(item, topology) if item["delete"] else ():
            found.setdefault((site, pool), []).append(item["id"])
    checks = []
    for (site, pool), images in found.items():
        host, access = _reader(topology, topology.site(site), inventory)
        if host:
            checks.append({"host": host, "site": site, "pool": pool, "images": images, **access})
    return checks


def _reader(
    topology: Topology, owner: Site, inventory: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, dict[str, str]]]:
    """The host that can read the cluster of ``owner``, '' if there is none, and how it does if it is no admin host."""
    if owner.ceph is None or not owner.ceph.external:
        return _first(inventory, _GROUP, owner), {}
    for site in dict.fromkeys((owner.name, topology.hub_name)):
        host = _first(inventory, _GLANCE, topology.site(site))
        if host:
            client = topology.client("glance", topology.site(site), owner)
            access = {"conf": owner.ceph.conf, "client": client, "keyring": owner.ceph.keyring(client)}
            return host, {"access": access}
    return "", {}


def _first(inventory: Mapping[str, Mapping[str, str]], group: str, site: Site) -> str:
    return next((host for host, where in inventory.get(group, {}).items() if where == site.name), "")


def judge(
    old: Sequence[Mapping[str, Any]], topology: Topology, results: Iterable[Mapping[str, Any]]
) -> tuple[Verdict, ...]:
    """Every old version to delete, with the reason to keep it if a clone exists or a cluster was not asked."""
    return tuple(
        Verdict(item["id"], item["name"], _reason(*found, "it stays hidden until they are gone", "it stays hidden"))
        for item, found in _clones(old, topology, results)
    )


def in_use(
    images: Sequence[Mapping[str, Any]], topology: Topology, results: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """{id: reason} of the images that cannot lose the copies in ``stores`` because a clone exists, or may exist."""
    reasons = {
        str(item["id"]): _reason(*found, "delete or flatten them first", "let one answer, and run again")
        for item, found in _clones(images, topology, results)
    }
    return {image: reason for image, reason in reasons.items() if reason}


def _clones(
    images: Sequence[Mapping[str, Any]], topology: Topology, results: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], tuple[list[str], list[str]]]]:
    """Each image to delete, with the sites that have clones of it and those that are not known."""
    clones: dict[tuple[str, str, str], int] = {}
    for result in results:
        check = result.get("item") or {}
        for image in result.get("images") or ():
            number = sum(len(snapshot.get("children") or ()) for snapshot in image.get("snapshots") or ())
            clones[(str(check.get("site")), str(check.get("pool")), str(image["name"]))] = number
    found: list[tuple[Mapping[str, Any], tuple[list[str], list[str]]]] = []
    for item in images:
        if item["delete"]:
            asked = {site: clones.get((site, pool, item["id"])) for site, pool in _pools(item, topology)}
            having = [f"{site} ({number})" for site, number in asked.items() if number]
            found.append((item, (having, [site for site, number in asked.items() if number is None])))
    return found


def _reason(having: Sequence[str], unknown: Sequence[str], while_used: str, while_unknown: str) -> str:
    if having:
        return f"instances or volumes are clones of it at {', '.join(having)}; {while_used}"
    if unknown:
        asked = f"no host of {_GROUP} could tell whether it has clones at {', '.join(unknown)}"
        return f"{asked}; {while_unknown}"
    return ""


def _pools(item: Mapping[str, Any], topology: Topology) -> list[tuple[str, str]]:
    """(site, pool) of each rbd store that has the image."""
    return [
        (site.name, store.pool)
        for site in topology.sites
        for store in site.stores
        if store.pool is not None and store.id in item["stores"]
    ]
