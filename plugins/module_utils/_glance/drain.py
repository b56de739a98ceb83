# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Empty stores: copy images that are nowhere else, then remove copies, or the records of those that are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.drain_plan import (
    COPY,
    FORGET,
    LOSE,
    REFUSE,
    REMOVE,
    DrainItem,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import apply_placement


@dataclass
class DrainOutcome:
    """What happened to one image: the stores that have it, and the problems, one sentence each."""

    item: DrainItem
    after: tuple[str, ...]
    problems: tuple[str, ...] = ()

    def result(self) -> dict[str, Any]:
        """The outcome as a module returns it."""
        image = self.item.image
        before = image.stores
        return {
            **{key: getattr(image, key) for key in ("id", "name", "size")},
            "action": self.item.action,
            "stores": list(self.item.here),
            "before": list(before),
            "after": list(self.after),
            "changed": set(before) != set(self.after),
            "reason": self.item.reason,
        }


def predict(items: Sequence[DrainItem]) -> list[DrainOutcome]:
    """What ``apply_drain`` would return if everything succeeded."""
    return [DrainOutcome(item, item.after) for item in items]


def apply_drain(
    client: GlanceClient, items: Sequence[DrainItem], limits: CopyLimits, clock: Clock
) -> list[DrainOutcome]:
    """Carry out the plan; an image that fails does not stop the others."""
    moved = [item for item in items if item.action in (REMOVE, COPY)]
    placed = apply_placement(client, [item.placement for item in moved], limits, clock)
    done = {
        item.image.id: DrainOutcome(item, outcome.after, tuple(outcome.problems))
        for item, outcome in zip(moved, placed)
    }
    for item in items:
        if item.action in (FORGET, LOSE):
            done[item.image.id] = _forget(client, item)
        elif item.action == REFUSE:
            done[item.image.id] = DrainOutcome(item, item.after)
    return [done[item.image.id] for item in items]


def _forget(client: GlanceClient, item: DrainItem) -> DrainOutcome:
    """Remove the records of copies whose data are lost, after reading the image again."""
    try:
        image = client.image(item.image.id)
        if image is None:
            return DrainOutcome(item, ())
        here = [store for store in image.stores if store in item.here]
        others = tuple(store for store in image.stores if store not in item.here)
        if image.lock or (here and not others and item.action == FORGET):
            reason = f"task {image.lock} works on it" if image.lock else "its other copies were removed meanwhile"
            text = f"Image {item.label}: its records were not removed: {reason}. Run again."
            return DrainOutcome(item, image.stores, (text,))
        if others:
            for store in here:
                client.remove_from_store(image, store)
        elif here:
            client.delete(image)  # Glance refuses to remove the last location of an image that stays
    except GlanceError as error:
        return DrainOutcome(item, item.image.stores, (f"Image {item.label}: {error}",))
    return DrainOutcome(item, others)
