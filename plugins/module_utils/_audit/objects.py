# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the RBD images of the clusters for which Glance has no location.

The clusters are read before the last list of images. Glance creates an image before its data, and never uses an id
again, so an id that the last list does not have belongs to no image.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Facts, RbdObject, SeenImage
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import looks_like_id
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site


def judge_clusters(facts: Facts) -> Iterator[Finding]:
    """What is wrong with the pools of every cluster that answered."""
    for site in facts.topology.sites:
        cluster = facts.clusters.get(site.name)
        if site.ceph is not None and site.ceph.external:
            yield _external(site, cluster is not None)
        if cluster is None:
            continue
        for pool in cluster.missing_pools:
            why = f"the cluster {cluster.fsid} has no pool {pool}"
            yield finding("missing_pool", why, {"site": site.name, "object": pool})
        for pool, objects in cluster.pools.items():
            stores = [store.id for store in site.stores if store.type == "rbd" and store.pool == pool]
            for item in objects.values():
                yield from _judge(facts, site, pool, stores, item)


def _external(site: Site, was_read: bool) -> Finding:
    """What is not judged of a cluster of another owner."""
    rest = "its clients" if was_read else "it"
    why = f"the cluster of {site.name} has another owner, so {rest} cannot be listed"
    return finding("external_cluster", why, {"site": site.name})


def _judge(facts: Facts, site: Site, pool: str, stores: list[str], item: RbdObject) -> Iterator[Finding]:
    where = {"site": site.name, "store": stores[0] if len(stores) == 1 else "", "object": f"{pool}/{item.name}"}
    if not looks_like_id(item.name):
        yield finding(
            "foreign_object", f"{where['object']} is not named like an image, so Glance has not made it", where
        )
        return
    if facts.images is None or item.name in facts.gone:
        return
    seen = facts.images.get(item.name)
    if seen is None:
        yield _orphan(item, where)
    elif not set(stores) & set(seen.image.stores):
        yield from _without_location(seen, item, {**where, "image": seen.image.id, "name": seen.image.name})


def _orphan(item: RbdObject, where: dict[str, str]) -> Finding:
    why = f"{where['object']} of {_size(item.size)} belongs to no image: Glance has none with this id"
    if item.children:
        return finding("orphan", f"{why}, but it has clones: {', '.join(item.children)}", where, repairable=False)
    return finding("orphan", why, where, repairable=not item.watchers)


def _without_location(seen: SeenImage, item: RbdObject, where: dict[str, str]) -> Iterator[Finding]:
    if seen.state in ("running", "uploading") or not seen.steady or item.watchers:
        return  # a task writes it
    free = not seen.image.lock
    base = f"Glance has no location of the image for {where['object']} of {_size(item.size)}"
    if item.snapshots:
        why = f"{base}: a copy that was deleted while the cluster did not answer, or not written by Glance"
        yield finding("untracked_copy", why, where, repairable=free and not item.children)
    else:
        why = f"{base}, which has no snapshot: its upload was cut off"
        why += "" if free else f". Task {seen.image.lock} still holds the lock of the image"
        yield finding("partial_object", why, where, repairable=free)


def _size(size: int | None) -> str:
    return "unknown size" if size is None else f"{size / 2**20:.1f} MiB"
