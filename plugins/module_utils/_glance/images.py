# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the plans of images: import many at the same time, change metadata, delete."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import Source
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, run_jobs
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import TAKEOVER_SECONDS
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import (
    DesiredImage,
    ImagePlan,
    PlanContext,
    diff_state,
    own_images,
    parse_images,
    plan_images,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_job import ImportJob
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, StoreListing, Task
from ansible_collections.dcn.glance.plugins.module_utils._glance.source import inspect_source


@dataclass
class ImageOutcome:
    """The outcome for one image."""

    plan: ImagePlan
    image: Image | None
    changed: bool = False
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""

    def result(self) -> dict[str, Any]:
        """The outcome as a module returns it."""
        image = self.image
        known = image or (self.plan.image if self.plan.action == "delete" else None)
        return {
            "name": self.plan.desired.name,
            "id": known.id if known else None,
            "action": self.plan.action,
            "changed": self.changed,
            "status": image.status if image else None,
            "disk_format": image.disk_format if image else None,
            "size": image.size if image else None,
            "virtual_size": image.virtual_size if image else None,
            "verified": list(self.verified),
            "stores": list(image.stores) if image else [],
            "failed_stores": list(self.failed),
            "missing_stores": list(self.missing),
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }


def make_plan(
    client: GlanceClient,
    raw: Sequence[Mapping[str, Any]],
    replace_failed: bool = False,
    stalled_after: float = TAKEOVER_SECONDS,
) -> tuple[ImagePlan, ...]:
    """Read what the plan needs, and plan; raises InputErrors before anything is changed."""
    listing = client.stores()
    desired = parse_images(raw, listing)
    found = find_images(client, [item.name for item in desired])
    context = read_context(client, listing, desired, found)
    return plan_images(desired, found, replace(context, replace_failed=replace_failed, stalled_after=stalled_after))


def read_context(
    client: GlanceClient,
    listing: StoreListing,
    desired: Sequence[DesiredImage],
    found: Mapping[str, Sequence[Image]],
) -> PlanContext:
    """What a plan needs to know about the API and this host; ``found`` are the images that exist, by name."""
    return PlanContext(
        listing=listing,
        methods=client.import_methods(),
        project=client.project_id(),
        sources=needed_sources(desired, found, client.project_id()),
        tasks=needed_tasks(client, found),
        now=datetime.now(timezone.utc),
        qemu_img=shutil.which("qemu-img") is not None,
    )


def needed_sources(
    desired: Sequence[DesiredImage], found: Mapping[str, Sequence[Image]], project: str
) -> dict[str, Source]:
    """The files of the images that may have to be imported."""
    algorithms: dict[str, set[str]] = {}
    for item in desired:
        existing = own_images(found.get(item.name, ()), item.name, project)
        if item.present and item.src and not any(image.status == "active" for image in existing):
            algorithms.setdefault(item.src, set()).update({item.algorithm} if item.checksum else ())
    return {path: inspect_source(path, sorted(names)) for path, names in algorithms.items()}


def needed_tasks(client: GlanceClient, found: Mapping[str, Sequence[Image]]) -> dict[str, tuple[Task, ...] | None]:
    """The tasks of the images that are locked or not active."""
    images = {image.id: image for listed in found.values() for image in listed}
    return {image.id: client.tasks(image.id) for image in images.values() if image.lock or image.status != "active"}


def predict(plans: Sequence[ImagePlan]) -> list[ImageOutcome]:
    """What ``apply_images`` would return if everything succeeded."""
    return [
        ImageOutcome(plan, None if plan.action == "delete" else plan.image, plan.changes, missing=plan.missing)
        for plan in plans
    ]


def apply_images(
    client: GlanceClient,
    plans: Sequence[ImagePlan],
    clock: Clock,
    wait: bool = True,
    timeout: float = 1800.0,
    interval: float = 2.0,
    concurrency: int = 2,
    allow_orphans: bool = False,
    stalled_after: float = TAKEOVER_SECONDS,
) -> list[ImageOutcome]:
    """Carry out every plan; a failed image does not stop the others. Times are in seconds."""
    outcomes = [ImageOutcome(plan, plan.image, missing=plan.missing) for plan in plans]
    jobs = {
        index: ImportJob(client, plan, wait, clock, stalled_after)
        for index, plan in enumerate(plans)
        if plan.action in ("import", "replace", "resume") or (plan.action == "wait" and wait)
    }
    reachable = None if allow_orphans else _Reachability(client)
    for index, outcome in enumerate(outcomes):
        if index not in jobs:
            _apply_one(client, outcome, reachable)
    run_jobs(list(jobs.values()), concurrency, timeout, interval, clock)
    for index, job in jobs.items():
        outcome = outcomes[index]
        outcome.image, outcome.error, outcome.seconds = job.image, job.error, job.seconds
        outcome.changed, outcome.failed = job.created or job.replaced or job.resumed, job.failed
        outcome.verified = job.verified
        outcome.missing = job.failed
    return outcomes


def _apply_one(client: GlanceClient, outcome: ImageOutcome, reachable: _Reachability | None) -> None:
    """Delete an image or change its metadata; both are complete when Glance answers."""
    plan, image = outcome.plan, outcome.plan.image
    if image is None:
        return
    try:
        if plan.action == "delete":
            if reachable:
                reachable.require(image)
            _delete(client, outcome, image)
        elif plan.patch:
            outcome.image = client.patch(image, plan.patch)
            outcome.changed = True
    except DcnError as error:
        outcome.error = str(error)


def _delete(client: GlanceClient, outcome: ImageOutcome, image: Image) -> None:
    """Delete an image. Glance removes one copy after the other, so some can be gone when the request fails."""
    try:
        client.delete(image)
        outcome.image, outcome.changed = None, True
    except GlanceError as error:
        left = client.image(image.id)
        gone = [store for store in image.stores if not left or store not in left.stores]
        outcome.image, outcome.changed = left, bool(gone)
        if gone and left:
            raise DcnError(
                f"{error} Before that, Glance removed the copies in {', '.join(gone)};"
                " glance_image_placement can copy the image there again."
            ) from error
        raise


class _Reachability:
    """Whether Glance reaches the clusters of an image; read once, and only when an image is deleted."""

    def __init__(self, client: GlanceClient) -> None:
        self._client = client
        self._listing: StoreListing | None = None

    def require(self, image: Image) -> None:
        """Raise DcnError when Glance reports that it cannot reach a cluster that has a copy."""
        if self._listing is None:
            try:
                self._listing = self._client.store_details()
            except GlanceError:
                self._listing = StoreListing()
        dead = [store.id for store in self._listing.stores if store.unreachable and store.id in image.stores]
        if dead:
            raise DcnError(
                f"Image {image.label} was not deleted: Glance cannot reach the cluster of {', '.join(dead)} (fsid is"
                " null), so it would delete the image but keep its data in that cluster. Run again when the cluster"
                " answers, or set allow_orphans=true."
            )


def report(outcomes: Sequence[ImageOutcome]) -> dict[str, Any]:
    """The outcomes as the module returns them, with the diff."""
    return {
        "changed": any(outcome.changed for outcome in outcomes),
        "images": [outcome.result() for outcome in outcomes],
        "diff": {
            "before": {outcome.plan.desired.name: diff_state(outcome.plan, False) for outcome in outcomes},
            "after": {outcome.plan.desired.name: _after(outcome) for outcome in outcomes},
        },
    }


def _after(outcome: ImageOutcome) -> dict[str, Any] | None:
    """The image as the diff shows it afterwards: as planned, with the stores that actually have it."""
    state = diff_state(outcome.plan, outcome.changed)
    if state and outcome.image and outcome.plan.action in ("import", "replace", "resume", "wait"):
        state.update(status=outcome.image.status, stores=sorted(outcome.image.stores))
    return state


def format_warning(image: Image) -> str:
    """Why instances cannot be clones of this image; empty when they can."""
    in_rbd = any(url.startswith("rbd://") for url in image.locations)
    if not in_rbd or image.disk_format in ("raw", "iso"):
        return ""
    return (
        f"Image {image.label} has the format {image.disk_format} in an rbd store: instances and volumes will be full"
        " copies, not clones. Enable the import plugin image_conversion (output_format=raw) and import it again."
    )
