# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the stores that a request names, before it is sent to Glance."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import RESERVED_PREFIX, StoreListing, unique

ALL = "all"


def resolve(stores: Sequence[str], listing: StoreListing, path: str) -> tuple[tuple[str, ...], list[Problem]]:
    """The store ids without duplicates, and the problems; ``all`` alone means every writable store.

    A store that is named twice, or an empty list, breaks an import in Glance permanently, so neither is sent.
    """
    wanted = unique(stores)
    if wanted == (ALL,) and ALL not in listing.by_id():
        return listing.writable, []
    if not wanted:
        return (), [Problem(path, "the list is empty; name at least one store, or set it to all")]
    return wanted, [problem for store in wanted for problem in _check(store, listing, path)]


def _check(store: str, listing: StoreListing, path: str) -> list[Problem]:
    known = listing.by_id()
    if store.startswith(RESERVED_PREFIX):
        return [Problem(path, f"{store} is reserved by Glance; an image in it would be lost")]
    if store == ALL and ALL not in known:
        return [Problem(path, "all cannot be combined with store ids")]
    if store not in known:
        names = ", ".join(known) or "none"
        return [Problem(path, f"the API has no store '{store}'; it has {names}")]
    if known[store].read_only:
        return [Problem(path, f"store '{store}' is read-only")]
    return []
