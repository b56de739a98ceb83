# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the placement of images: copy many at the same time, then remove copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, run_jobs
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyJob, CopyLimits, StoreOutcome
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import PlacementPlan, removals


@dataclass
class PlacementOutcome:
    """The outcome for one image."""

    plan: PlacementPlan
    after: tuple[str, ...]
    stores: dict[str, StoreOutcome] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""

    def by_action(self, *actions: str) -> list[str]:
        """The stores with one of these outcomes."""
        return [store for store, outcome in self.stores.items() if outcome.action in actions]

    def result(self) -> dict[str, Any]:
        """The outcome as a module returns it."""
        image = self.plan.image
        copied, removed = self.by_action("copied"), self.by_action("removed")
        return {
            "image": self.plan.ref,
            "id": image.id if image else None,
            "name": image.name if image else None,
            "size": image.size if image else None,
            "before": list(self.plan.before),
            "after": list(self.after),
            "copied": copied,
            "removed": removed,
            "failed": self.by_action("failed", "refused"),
            "stores": [outcome.result() for outcome in self.stores.values()],
            "seconds": round(self.seconds, 3),
            "changed": bool(copied or removed),
            "error": self.error,
        }

    @property
    def problems(self) -> list[str]:
        """The problems of the image, one sentence each."""
        label = self.plan.image.label if self.plan.image else self.plan.ref
        found = [f"Image {label}: {self.error.rstrip('.')}."] if self.error else []
        for outcome in self.stores.values():
            reported = bool(self.error) and outcome.copying
            if outcome.action in ("failed", "refused") and not reported:
                verb = "not copied to" if outcome.action == "failed" and outcome.copying else "not removed from"
                found.append(f"Image {label}: {verb} store {outcome.store}: {outcome.message.rstrip('.')}.")
        return found


def predict(plans: Sequence[PlacementPlan]) -> list[PlacementOutcome]:
    """What ``apply_placement`` would return if everything succeeded."""
    outcomes = []
    for plan in plans:
        outcome = _begin(plan)
        size = plan.image.size if plan.image else None
        for store in plan.copy:
            outcome.stores[store] = StoreOutcome(store, "copied", bytes=size)
        for store in plan.remove:
            outcome.stores[store] = StoreOutcome(store, "removed", copying=False)
        outcome.after = plan.after
        outcomes.append(outcome)
    return outcomes


def apply_placement(
    client: GlanceClient,
    plans: Sequence[PlacementPlan],
    limits: CopyLimits,
    clock: Clock,
    observe: Callable[[Sequence[CopyJob]], None] = lambda jobs: None,
) -> list[PlacementOutcome]:
    """Copy, then remove; a failed image does not stop the others. ``observe`` gets the copies after every poll."""
    outcomes = [_begin(plan) for plan in plans]
    jobs = {
        index: CopyJob(client, plan.image, plan.wanted, limits, clock)
        for index, plan in enumerate(plans)
        if plan.image and plan.copy
    }
    times = (limits.timeout, limits.interval, clock)
    run_jobs(list(jobs.values()), limits.concurrency, *times, limits.allows, observe)
    for index, job in jobs.items():
        outcome = outcomes[index]
        outcome.stores.update(job.stores)
        outcome.error, outcome.seconds, outcome.after = job.error, job.seconds, job.image.stores
    _explain(client, outcomes)
    _remove(client, outcomes, clock)
    return outcomes


def _begin(plan: PlacementPlan) -> PlacementOutcome:
    outcome = PlacementOutcome(plan, plan.before, error=plan.error)
    for store in plan.wanted if plan.image and not plan.error else ():
        if store in plan.before:
            outcome.stores[store] = StoreOutcome(store, "present")
    for store, reason in plan.refused.items():
        outcome.stores[store] = StoreOutcome(store, "refused", message=reason, copying=False)
    return outcome


def _details(client: GlanceClient) -> StoreListing | None:
    try:
        return client.store_details()
    except GlanceError:
        return None


def _explain(client: GlanceClient, outcomes: Sequence[PlacementOutcome]) -> None:
    """Add whether Glance reaches the cluster of a failed store, since Glance does not report why a copy failed."""
    failed = [outcome.stores[store] for outcome in outcomes for store in outcome.by_action("failed")]
    listing = _details(client) if failed else None
    for outcome in failed:
        store = listing.by_id().get(outcome.store) if listing else None
        if store and store.unreachable:
            outcome.message = f"Glance cannot connect to its cluster (fsid is null). {outcome.message}"


def _remove(client: GlanceClient, outcomes: Sequence[PlacementOutcome], clock: Clock) -> None:
    """Remove copies, after reading the clusters and the images again."""
    pending = [(outcome, outcome.plan.image) for outcome in outcomes if outcome.plan.remove]
    listing = _details(client) if pending else None
    for outcome, image in pending:
        reason = _reason_to_keep(outcome, listing)
        for store in outcome.plan.remove:
            if reason or image is None or listing is None:
                outcome.stores[store] = StoreOutcome(store, "refused", message=reason, copying=False)
            else:
                outcome.stores[store] = _remove_one(client, outcome, image.id, store, listing, clock)


def _reason_to_keep(outcome: PlacementOutcome, listing: StoreListing | None) -> str:
    if outcome.error or outcome.by_action("failed"):
        return "this run could not make all copies, so nothing is removed"
    if listing is None:
        return "Glance could not report whether it reaches the clusters"
    return ""


def _remove_one(
    client: GlanceClient, outcome: PlacementOutcome, image_id: str, store: str, listing: StoreListing, clock: Clock
) -> StoreOutcome:
    begun = clock.now()
    try:
        image = client.image(image_id)
        if image is None or store not in image.stores:
            outcome.after = image.stores if image else ()
            return StoreOutcome(store, "absent", copying=False)
        reason = _unsafe(image.stores, outcome.plan.wanted, image.lock)
        _remove, refused = removals(image, outcome.plan.wanted, listing)
        if reason or store in refused:
            return StoreOutcome(store, "refused", message=reason or refused[store], copying=False)
        client.remove_from_store(image, store)
        outcome.after = tuple(item for item in image.stores if item != store)
    except GlanceError as error:
        return StoreOutcome(store, "failed", message=str(error), copying=False)
    return StoreOutcome(store, "removed", seconds=clock.now() - begun, copying=False)


def _unsafe(stores: Sequence[str], wanted: Sequence[str], lock: str) -> str:
    if lock:
        return f"task {lock} works on the image"
    if not set(wanted) <= set(stores):
        return "the image is not in all stores that must keep it"
    return ""
