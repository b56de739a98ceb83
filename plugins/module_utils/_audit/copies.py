# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the copies of images: what Glance says of each store against the cluster of the store and the rules."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._audit import model
from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import (
    SNAPSHOT,
    Cluster,
    Facts,
    RbdObject,
    SeenImage,
)
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding, ImageRow, StoreState
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image

#: Formats that Nova and Cinder clone.
_CLONED = ("raw", "iso")
#: Formats whose signature proves that the data are not raw.
_SIGNED = ("qcow2", "qed", "vmdk", "vhdx", "vdi")


def judge_copies(facts: Facts) -> tuple[list[ImageRow], list[Finding]]:
    """A row for every image, and what is wrong with its copies."""
    rows, findings = [], []
    for seen in (facts.images or {}).values():
        states = {}
        for store in _stores(facts, seen.image):
            state, found = _judge(facts, seen, store)
            wanted = facts.wanted.get(seen.image.id)
            states[store] = StoreState(state, None if wanted is None else store in wanted)
            findings += found
        rows.append(_row(seen, states))
    return rows, findings


def _stores(facts: Facts, image: Image) -> list[str]:
    """The stores of the topology, then others that have a copy."""
    return list(dict.fromkeys((*facts.stores(), *image.stores)))


def _row(seen: SeenImage, states: dict[str, StoreState]) -> ImageRow:
    image = seen.image
    return ImageRow(
        image.id,
        image.name,
        image.owner,
        image.status,
        seen.state,
        image.disk_format,
        image.size,
        image.hidden,
        image.created_at,
        states,
    )


def _judge(facts: Facts, seen: SeenImage, store: str) -> tuple[str, list[Finding]]:
    """The state of one image in one store, and the findings."""
    image = seen.image
    site, known = facts.stores().get(store, ("", None))
    where = {"site": site, "store": store, "image": image.id, "name": image.name}
    if store not in image.stores:
        return _without_copy(facts, seen, store, where)
    if known is None:
        return model.EXTRA, [finding("removed_store", _removed(store), where)]
    state, found = _copy(facts, seen, store, where)
    if image.id in facts.cleared and store not in facts.wanted.get(image.id, ()):
        why = f"a rule of dcn_images wants no copy in the store {store}"
        found = [*found, finding("copy_unwanted", why, where)]
        state = model.EXTRA if state in (model.OK, model.UNCHECKED) else state
    return state, found


def _removed(store: str) -> str:
    return f"it has a copy in the store {store}, which the topology does not have"


def _without_copy(facts: Facts, seen: SeenImage, store: str, where: dict[str, str]) -> tuple[str, list[Finding]]:
    if store in seen.image.importing:
        return model.COPYING, []
    if store not in facts.wanted.get(seen.image.id, ()):
        return model.ABSENT, []
    why = f"a rule of dcn_images wants a copy in the store {store}, and there is none"
    return model.WANTED, [finding("copy_wanted", why, where, repairable=not seen.image.lock)]


def _copy(facts: Facts, seen: SeenImage, store: str, where: dict[str, str]) -> tuple[str, list[Finding]]:
    site, known = facts.stores()[store]
    if known.type != "rbd" or known.pool is None:
        return model.UNCHECKED, []
    cluster = facts.clusters.get(site)
    if cluster is None or known.pool in cluster.missing_pools:
        return model.UNKNOWN, []
    where = {**where, "object": f"{known.pool}/{seen.image.id}"}
    found = cluster.pools.get(known.pool, {}).get(seen.image.id)
    if found is None:
        if not seen.steady:
            return model.UNKNOWN, []
        why = f"Glance has a location in the store {store}, but the cluster has no RBD image {where['object']}"
        return model.BROKEN, [finding("object_missing", why, where, repairable=not seen.image.lock)]
    problems = list(_problems(facts, seen, cluster, found, where))
    broken = any(problem.kind != "wrong_format" for problem in problems)
    return model.BROKEN if broken else model.OK, problems


def _problems(
    facts: Facts, seen: SeenImage, cluster: Cluster, found: RbdObject, where: dict[str, str]
) -> Iterator[Finding]:
    image, name = seen.image, where["object"]
    if found.error:
        yield finding("unreadable_object", found.error, where)
        return
    snapshot = found.snapshots.get(SNAPSHOT)
    if snapshot is None and seen.steady:
        whole = found.size == image.size and not found.watchers
        why = f"{name} has no snapshot {SNAPSHOT}, so it cannot be cloned"
        yield finding("snapshot_missing", why, where, repairable=whole)
    elif snapshot is not None and not snapshot.protected:
        why = f"the snapshot {name}@{SNAPSHOT} is not protected, so it cannot be cloned"
        yield finding("snapshot_unprotected", why, where)
    if image.size is not None and found.size != image.size and seen.steady:
        yield finding("size_mismatch", f"{name} has {found.size} bytes, but the image has {image.size}", where)
    yield from _content(facts, image, found, where)
    if _elsewhere(image, cluster):
        why = f"none of its locations is in the cluster {cluster.fsid} of the store {where['store']}"
        yield finding("wrong_location", why, where)


def _content(facts: Facts, image: Image, found: RbdObject, where: dict[str, str]) -> Iterator[Finding]:
    if image.disk_format == "raw" and found.format in _SIGNED:
        why = f"its disk_format is raw, but {where['object']} holds {found.format} data: instances do not boot from it"
        yield finding("wrong_content", why, where)
    elif image.disk_format not in _CLONED and image.container_format == "bare":
        why = f"its disk_format is {image.disk_format}: Nova and Cinder clone only raw, and copy this over the network"
        yield finding("wrong_format", why, where)
    compared = found.digest and image.hash_value and image.hash_algo == facts.algorithm
    if compared and found.digest != image.hash_value:
        why = f"the data of {where['object']} have another {image.hash_algo} than the image: {found.digest[:16]}..."
        yield finding("checksum_mismatch", why, where)


def _elsewhere(image: Image, cluster: Cluster) -> bool:
    """Whether the API shows all locations, and none is in this cluster."""
    if len(image.locations) != len(image.stores):
        return False
    named = {url.partition("rbd://")[2].partition("/")[0] for url in image.locations if url.startswith("rbd://")}
    return cluster.fsid not in named
