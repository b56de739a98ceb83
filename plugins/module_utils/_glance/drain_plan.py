# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan how stores that are to be removed lose all their images, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import PlacementPlan, removals
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_ids import resolve

#: What happens to an image: its copies are removed; it is copied first; the records of lost copies are removed, and it
#: has others; it is deleted, because all copies are lost; or nothing.
REMOVE, COPY, FORGET, LOSE, REFUSE = ACTIONS = ("remove", "copy", "forget", "lose", "refuse")

_HEADS = {
    REMOVE: "{number} with copies in other stores; removed from {stores}",
    COPY: "{number} without other copies; copied to {targets}, then removed from {stores}",
    FORGET: "{number} with copies in other stores; the records of the copies in {stores} are removed",
    LOSE: "{number} without other copies, which are LOST with {stores}, and deleted",
    REFUSE: "{number} in the way",
}


@dataclass(frozen=True)
class DrainRequest:
    """The stores that must not have images any more.

    ``copy_to`` are the stores for images without another copy, ``dark`` says that the data of the stores are lost, and
    ``in_use`` maps image ids to what uses them.
    """

    stores: tuple[str, ...]
    copy_to: tuple[str, ...] = ()
    dark: bool = False
    in_use: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DrainItem:
    """One image that is in one of the stores (``here``), with the stores that keep it and what happens to it."""

    image: Image
    here: tuple[str, ...]
    keep: tuple[str, ...]
    action: str
    reason: str = ""

    @property
    def label(self) -> str:
        """The name, id and size for messages."""
        size = "size unknown" if self.image.size is None else f"{self.image.size} bytes"
        return f"{self.image.label}, {size}"

    @property
    def placement(self) -> PlacementPlan:
        """The copies and removals, for the actions that keep the data."""
        copy = self.keep if self.action == COPY else ()
        return PlacementPlan(self.image.id, self.image, self.keep, copy, self.here)

    @property
    def after(self) -> tuple[str, ...]:
        """The stores that have the image afterwards, if everything succeeds."""
        if self.action == REFUSE:
            return self.image.stores
        return (*(store for store in self.image.stores if store not in self.here), *self.placement.copy)


def check_request(request: DrainRequest, listing: StoreListing) -> None:
    """Raise InputErrors with everything that is wrong with the stores."""
    problems: list[Problem] = []
    if request.copy_to:
        problems += resolve(request.copy_to, listing, "copy_to")[1]
    both = [store for store in request.copy_to if store in request.stores]
    problems += [Problem("copy_to", f"store '{store}' is one of those that are emptied") for store in both]
    if request.copy_to and request.dark:
        problems.append(Problem("copy_to", "nothing can be copied from stores that are dark: set either this or dark"))
    if problems:
        raise InputErrors(problems)


def plan_drain(images: Iterable[Image], request: DrainRequest, listing: StoreListing) -> tuple[DrainItem, ...]:
    """What happens to each image that one of the stores has, in the given order."""
    items = []
    for image in images:
        writing = image.importing if image.lock else ()
        here = tuple(store for store in request.stores if store in (*image.stores, *writing))
        if here:
            items.append(_plan_image(image, here, request, listing))
    return tuple(items)


def _plan_image(image: Image, here: tuple[str, ...], request: DrainRequest, listing: StoreListing) -> DrainItem:
    others = tuple(store for store in image.stores if store not in request.stores and store in listing.by_id())
    refusal = _refusal(image, here, request, listing)
    if refusal:
        return DrainItem(image, here, others, REFUSE, refusal)
    if request.dark:
        return DrainItem(image, here, others, FORGET if others else LOSE)
    keep = others or request.copy_to
    if not keep:
        return DrainItem(image, here, (), REFUSE, "it has no other copy; set copy_to, or delete the image")
    _remove, refused = removals(image, keep, listing)
    wrong = next((refused[store] for store in here if store in refused), "") or request.in_use.get(image.id, "")
    action = REFUSE if wrong else REMOVE if others else COPY
    return DrainItem(image, here, keep, action, wrong)


def _refusal(image: Image, here: Sequence[str], request: DrainRequest, listing: StoreListing) -> str:
    """Why nothing can be done with the image, whatever its other copies are."""
    state = classify(image)
    if image.lock or image.status != "active":
        return f"{state.sentence or 'it is not active'}; run again when this is over"
    if request.dark:
        known = listing.by_id()
        alive = [store for store in here if store in known and known[store].fsid]
        if alive:
            return f"Glance reaches the cluster of {_listed(alive)}, so its data are not lost; run without dark"
        lost = image.protected and not set(image.stores) - set(request.stores)
        return (
            "all its copies are lost, and it is protected; set protected to false, so that it can be deleted"
            if lost
            else ""
        )
    return ""


def report(items: Sequence[DrainItem], request: DrainRequest) -> list[str]:
    """All images by what happens to them, with their number, name, id and size."""
    lines = []
    for action in ACTIONS:
        found = [item for item in items if item.action == action]
        if found:
            number = f"{len(found)} image{'s' if len(found) > 1 else ''}"
            head = _HEADS[action].format(
                number=number, stores=_listed(request.stores), targets=_listed(request.copy_to)
            )
            lines.append(f"{head}:")
            lines += [f"  {item.label}{f': {item.reason}' if item.reason else ''}" for item in found]
    return lines


def refusals(items: Sequence[DrainItem]) -> list[str]:
    """One sentence for each image that is in the way."""
    return [
        f"Image {item.label}: not removed from {_listed(item.here)}: {item.reason}."
        for item in items
        if item.action == REFUSE
    ]


def _listed(stores: Sequence[str]) -> str:
    return f"store{'s' if len(stores) > 1 else ''} {', '.join(stores)}"
