# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live stores of one API tell against the topology, and against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Store, StoreListing


@dataclass(frozen=True)
class StoreProblem:
    """One finding; ``severity`` is error, warning or info."""

    store: str
    severity: str
    message: str

    def result(self) -> dict[str, str]:
        """The finding as a module returns it."""
        return {"store": self.store, "severity": self.severity, "message": self.message}


def check_stores(listing: StoreListing, expected: Sequence[Mapping[str, Any]] = ()) -> tuple[StoreProblem, ...]:
    """All findings, those of each store together, in the API's order; then what is missing, in the expected order."""
    wanted = {str(item["id"]): item for item in expected}
    found = [StoreProblem("", "info", listing.note)] if listing.note else []
    found += _check_default(listing, wanted)
    for store in listing.stores:
        found += _check_alone(store)
        if store.id in wanted:
            found += _check_expected(store, wanted[store.id])
        elif wanted:
            found.append(
                StoreProblem(store.id, "info", "The API has this store, and the topology does not expect it there.")
            )
    found += _check_twins(listing.stores)
    known = listing.by_id()
    for name, item in wanted.items():
        if name not in known:
            found.append(StoreProblem(name, "error", f"The API does not have this store{_of(item)}."))
    return tuple(found)


def _of(item: Mapping[str, Any]) -> str:
    return f" of site {item['site']}" if item.get("site") else ""


def _check_default(listing: StoreListing, wanted: Mapping[str, Mapping[str, Any]]) -> list[StoreProblem]:
    if not listing.default:
        return [StoreProblem("", "error", "No store is the default: default_backend of this API names none of them.")]
    found = []
    if listing.by_id()[listing.default].read_only:
        text = "The default store is read-only, so every upload that names no store fails."
        found.append(StoreProblem(listing.default, "error", text))
    expected = next((name for name, item in wanted.items() if item.get("default")), "")
    if expected and expected != listing.default:
        text = f"The default store of this API is {listing.default}, and should be {expected}."
        found.append(StoreProblem(listing.default, "error", text))
    return found


def _check_alone(store: Store) -> list[StoreProblem]:
    if store.unreachable:
        text = (
            "Glance cannot connect to its cluster (fsid is null): check the conf, the keyring and the client name"
            " on the Glance host, and that the monitors answer from there."
        )
        return [StoreProblem(store.id, "error", text)]
    if store.read_only:
        return [StoreProblem(store.id, "info", "The store is read-only.")]
    return []


def _check_expected(store: Store, item: Mapping[str, Any]) -> list[StoreProblem]:
    """Type, pool and fsid, each only where both sides state it."""
    pairs = (("type", store.type), ("pool", store.pool), ("fsid", store.fsid))
    return [
        StoreProblem(store.id, "error", f"Its {key} is {actual}, and should be {item[key]}{_of(item)}.")
        for key, actual in pairs
        if item.get(key) and actual and str(item[key]) != actual
    ]


def _check_twins(stores: Sequence[Store]) -> list[StoreProblem]:
    """Two stores on one pool of one cluster: one of them has another site's conf."""
    first: dict[tuple[str, str], str] = {}
    found = []
    for store in stores:
        place = (store.fsid, store.pool)
        if not store.fsid:
            continue
        if place in first:
            text = (
                f"It writes to the same cluster and pool as store {first[place]} (fsid {store.fsid}, pool"
                f" {store.pool}): one of them is configured with the other's conf file."
            )
            found.append(StoreProblem(store.id, "error", text))
        first.setdefault(place, store.id)
    return found
