# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan in which stores images are copied, from which they are removed, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, ListedStore, StoreListing, unique
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_ids import resolve


@dataclass(frozen=True)
class DesiredPlacement:
    """An image, by name or id, and the stores that must have it."""

    image: str
    stores: tuple[str, ...]


@dataclass(frozen=True)
class PlacementPlan:
    """What to do for one image; ``error`` is why nothing can be done, ``refused`` maps stores to reasons."""

    ref: str
    image: Image | None
    wanted: tuple[str, ...]
    copy: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def before(self) -> tuple[str, ...]:
        """The stores that have the image."""
        return self.image.stores if self.image else ()

    @property
    def after(self) -> tuple[str, ...]:
        """The stores that have the image afterwards, if everything succeeds."""
        return tuple(store for store in self.before if store not in self.remove) + self.copy


def parse_placements(raw: Sequence[Mapping[str, Any]], listing: StoreListing) -> tuple[DesiredPlacement, ...]:
    """The desired placements with resolved stores, one per name or id; raises InputErrors with all problems."""
    problems: list[Problem] = []
    desired: dict[str, DesiredPlacement] = {}
    for index, item in enumerate(raw):
        name = str(item.get("image") or "").strip()
        if not name:
            problems.append(Problem(f"images[{index}].image", "the name or id of an image is required"))
        stores, wrong = resolve(item.get("stores") or (), listing, f"images[{index}] ({name}).stores")
        problems += wrong
        earlier = desired.get(name)
        desired[name] = DesiredPlacement(name, unique((*earlier.stores, *stores)) if earlier else stores)
    if problems:
        raise InputErrors(problems)
    return tuple(desired.values())


def choose(candidates: Sequence[Image], project: str) -> tuple[Image | None, str]:
    """The image that a name identifies (of the account's project first, then of any), or why there is none."""
    own = [image for image in candidates if image.owner == project]
    pool = own or list(candidates)
    if len(pool) == 1:
        return pool[0], ""
    if not pool:
        return None, "the image does not exist"
    listed = ", ".join(f"{image.id} (project {image.owner or 'unknown'})" for image in pool)
    return None, f"several images have this name; use the id of one of them: {listed}"


def plan_placement(
    desired: Sequence[DesiredPlacement],
    found: Mapping[str, Sequence[Image]],
    listing: StoreListing,
    project: str,
    purge: bool,
) -> tuple[PlacementPlan, ...]:
    """The plan of every image, in the given order; entries for the same image become one plan."""
    plans: dict[str, PlacementPlan] = {}
    for item in desired:
        image, error = choose(found.get(item.image, ()), project)
        if image is None:
            plans[f"?{item.image}"] = PlacementPlan(item.image, None, item.stores, error=error)
            continue
        earlier = plans.get(image.id)
        ref = f"{earlier.ref}, {item.image}" if earlier else item.image
        wanted = unique((*earlier.wanted, *item.stores)) if earlier else item.stores
        plans[image.id] = plan_image(ref, image, wanted, listing, purge)
    return tuple(plans.values())


def plan_image(ref: str, image: Image, wanted: tuple[str, ...], listing: StoreListing, purge: bool) -> PlacementPlan:
    """The plan of one image."""
    plan = PlacementPlan(ref, image, wanted)
    state = classify(image)
    if state.final and not state.usable:
        return replace(plan, error=f"it cannot be copied: {state.sentence}")
    copy = tuple(store for store in wanted if store not in image.stores)
    remove, refused = removals(image, wanted, listing) if purge else ((), {})
    return replace(plan, copy=copy, remove=remove, refused=refused)


def removals(image: Image, wanted: Sequence[str], listing: StoreListing) -> tuple[tuple[str, ...], dict[str, str]]:
    """The copies to remove, and those that cannot be removed, each with the reason."""
    known = listing.by_id()
    extra = [store for store in image.stores if store not in wanted]
    refused = {store: reason for store in extra if (reason := _refusal(known.get(store)))}
    if extra and all(known[store].unreachable for store in wanted if store in known):
        text = "Glance cannot reach any cluster that must keep the image, so this copy may be the last usable one"
        refused = dict.fromkeys(extra, text)
    return tuple(store for store in extra if store not in refused), refused


def _refusal(store: ListedStore | None) -> str:
    if store is None:
        return "this API does not define the store; use the endpoint of one that does"
    if store.unreachable:
        return (
            "Glance cannot reach its cluster (fsid is null): it would delete the record of the copy but keep the data"
            " in the cluster; run again when the cluster answers"
        )
    return ""


def unproved_removals(plans: Sequence[PlacementPlan], listing: StoreListing) -> tuple[str, ...]:
    """The stores to remove copies from for which Glance does not report whether it reaches the cluster."""
    known = listing.by_id()
    stores = unique(store for plan in plans for store in plan.remove)
    return tuple(store for store in stores if not listing.detailed or known[store].unproved)
