# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the live stores of one API against the topology and against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import ListedStore, StoreListing


@dataclass(frozen=True)
class StoreProblem:
    """One problem; ``severity`` is error, warning or info."""

    store: str
    severity: str
    message: str


def check_stores(listing: StoreListing, expected: Sequence[Mapping[str, Any]] = ()) -> tuple[StoreProblem, ...]:
    """All problems: grouped by store in the order of the API, then missing stores in the expected order."""
    wanted = {str(item["id"]): item for item in expected}
    found = [StoreProblem("", listing.severity, listing.note)] if listing.note else []
    found += _check_default(listing, wanted)
    for store in listing.stores:
        found += _check_alone(store)
        if store.id in wanted:
            found += _check_expected(store, wanted[store.id])
        elif wanted:
            text = "The API has this store, but the topology does not define it for this API."
            found.append(StoreProblem(store.id, "info", text))
    found += _check_shared_pools(listing.stores)
    known = listing.by_id()
    for name, item in wanted.items():
        if name not in known:
            found.append(StoreProblem(name, "error", f"The API does not have this store{_of(item)}."))
    return tuple(found)


def _of(item: Mapping[str, Any]) -> str:
    return f" of site {item['site']}" if item.get("site") else ""


def _check_default(listing: StoreListing, wanted: Mapping[str, Mapping[str, Any]]) -> list[StoreProblem]:
    if not listing.default:
        return [StoreProblem("", "error", "No store is the default: default_backend of this API names no store.")]
    found = []
    if listing.by_id()[listing.default].read_only:
        text = "The default store is read-only, so every upload without a store fails."
        found.append(StoreProblem(listing.default, "error", text))
    expected = next((name for name, item in wanted.items() if item.get("default")), "")
    if expected and expected != listing.default:
        text = f"The default store of this API is {listing.default}, but should be {expected}."
        found.append(StoreProblem(listing.default, "error", text))
    return found


def _check_alone(store: ListedStore) -> list[StoreProblem]:
    if store.unreachable:
        text = (
            "Glance cannot connect to its cluster (fsid is null): check the conf, the keyring and the client name"
            " on the Glance host, and that the host can reach the monitors."
        )
        return [StoreProblem(store.id, "error", text)]
    if store.read_only:
        return [StoreProblem(store.id, "info", "The store is read-only.")]
    return []


def _check_expected(store: ListedStore, item: Mapping[str, Any]) -> list[StoreProblem]:
    """Compare type, pool and fsid where both sides have a value."""
    pairs = (("type", store.type), ("pool", store.pool), ("fsid", store.fsid))
    return [
        StoreProblem(store.id, "error", f"Its {key} is {actual}, but should be {item[key]}{_of(item)}.")
        for key, actual in pairs
        if item.get(key) and actual and str(item[key]) != actual
    ]


def _check_shared_pools(stores: Sequence[ListedStore]) -> list[StoreProblem]:
    """Find stores on the same pool of the same cluster: one of them uses the conf of another site."""
    first: dict[tuple[str, str], str] = {}
    found = []
    for store in stores:
        pool = (store.fsid, store.pool)
        if not store.fsid:
            continue
        if pool in first:
            text = (
                f"It writes to the same cluster and pool as store {first[pool]} (fsid {store.fsid}, pool"
                f" {store.pool}): one of them is configured with the conf of the other."
            )
            found.append(StoreProblem(store.id, "error", text))
        first.setdefault(pool, store.id)
    return found
