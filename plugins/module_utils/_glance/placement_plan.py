# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images x stores as desired state: what to copy, what to remove, and what must not be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Store, StoreListing, unique
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_ids import resolve


@dataclass(frozen=True)
class Wish:
    """An image, by name or id, and the stores that it must be in."""

    image: str
    stores: tuple[str, ...]


@dataclass(frozen=True)
class PlacementPlan:
    """What one image needs; ``error`` says why nothing can be done for it."""

    ref: str
    image: Image | None
    wanted: tuple[str, ...]
    copy: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def before(self) -> tuple[str, ...]:
        """The stores that have the image now."""
        return self.image.stores if self.image else ()

    @property
    def after(self) -> tuple[str, ...]:
        """The stores that have the image when all goes well."""
        return tuple(store for store in self.before if store not in self.remove) + self.copy


def parse_wishes(raw: Sequence[Mapping[str, Any]], listing: StoreListing) -> tuple[Wish, ...]:
    """The wishes with resolved stores, one per image text; raises InputErrors with all problems."""
    problems: list[Problem] = []
    wishes: dict[str, Wish] = {}
    for index, item in enumerate(raw):
        name = str(item.get("image") or "").strip()
        if not name:
            problems.append(Problem(f"images[{index}].image", "an image's name or id is needed"))
        stores, wrong = resolve(item.get("stores") or (), listing, f"images[{index}] ({name}).stores")
        problems += wrong
        earlier = wishes.get(name)
        wishes[name] = Wish(name, unique((*earlier.stores, *stores)) if earlier else stores)
    if problems:
        raise InputErrors(problems)
    return tuple(wishes.values())


def choose(candidates: Sequence[Image], project: str) -> tuple[Image | None, str]:
    """The one image that a name means: of the own project if there, else of any; or why there is none."""
    own = [image for image in candidates if image.owner == project]
    pool = own or list(candidates)
    if len(pool) == 1:
        return pool[0], ""
    if not pool:
        return None, "there is no such image"
    listed = ", ".join(f"{image.id} (project {image.owner or 'unknown'})" for image in pool)
    return None, f"several images have this name; say which by its id: {listed}"


def plan_placement(
    wishes: Sequence[Wish],
    found: Mapping[str, Sequence[Image]],
    listing: StoreListing,
    project: str,
    purge: bool,
) -> tuple[PlacementPlan, ...]:
    """The plan of every image, in the order of the wishes; two wishes for one image become one."""
    plans: dict[str, PlacementPlan] = {}
    for wish in wishes:
        image, error = choose(found.get(wish.image, ()), project)
        if image is None:
            plans[f"?{wish.image}"] = PlacementPlan(wish.image, None, wish.stores, error=error)
            continue
        earlier = plans.get(image.id)
        ref = f"{earlier.ref}, {wish.image}" if earlier else wish.image
        wanted = unique((*earlier.wanted, *wish.stores)) if earlier else wish.stores
        plans[image.id] = plan_image(ref, image, wanted, listing, purge)
    return tuple(plans.values())


def plan_image(ref: str, image: Image, wanted: tuple[str, ...], listing: StoreListing, purge: bool) -> PlacementPlan:
    """What one image needs."""
    plan = PlacementPlan(ref, image, wanted)
    state = classify(image)
    if state.final and not state.usable:
        return replace(plan, error=f"it cannot be copied: {state.sentence}")
    copy = tuple(store for store in wanted if store not in image.stores)
    remove, refused = removals(image, wanted, listing) if purge else ((), {})
    return replace(plan, copy=copy, remove=remove, refused=refused)


def removals(image: Image, wanted: Sequence[str], listing: StoreListing) -> tuple[tuple[str, ...], dict[str, str]]:
    """The copies that must go, and those that must and cannot, each with the reason."""
    known = listing.by_id()
    extra = [store for store in image.stores if store not in wanted]
    refused = {store: reason for store in extra if (reason := _refusal(known.get(store)))}
    if extra and all(known[store].unreachable for store in wanted if store in known):
        text = "Glance cannot reach any cluster that must keep the image, so this may be its last usable copy"
        refused = dict.fromkeys(extra, text)
    return tuple(store for store in extra if store not in refused), refused


def _refusal(store: Store | None) -> str:
    if store is None:
        return "the API that is asked does not define this store; ask one that does"
    if store.unreachable:
        return (
            "Glance cannot reach its cluster (fsid is null): it would forget the copy and leave the data there;"
            " run again when the cluster answers"
        )
    return ""


def unproved_removals(plans: Sequence[PlacementPlan], listing: StoreListing) -> tuple[str, ...]:
    """The stores to remove from of which nobody can say whether their cluster answers."""
    known = listing.by_id()
    stores = unique(store for plan in plans for store in plan.remove)
    return tuple(store for store in stores if not listing.detailed or known[store].unproved)
