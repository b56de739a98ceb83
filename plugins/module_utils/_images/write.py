# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the rules: import, copy, remove, then hide old versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import size_in_store
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock, run_jobs
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.images import read_context
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import (
    ImagePlan,
    parse_images,
    plan_images,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_job import ImportJob
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import PlacementOutcome, apply_placement
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import predict as predict_placement
from ansible_collections.dcn.glance.plugins.module_utils._images.model import REMOVE, REPLACED_BY, ImageRule
from ansible_collections.dcn.glance.plugins.module_utils._images.plan import (
    Fleet,
    NewImage,
    OldVersion,
    RulesPlan,
    check_stores,
    make_plan,
)
from ansible_collections.dcn.glance.plugins.module_utils._images.progress import Progress
from ansible_collections.dcn.glance.plugins.module_utils._images.result import (
    OldOutcome,
    new_row,
    placed_row,
    report,
)
from ansible_collections.dcn.glance.plugins.module_utils._images.wanted import versions


@dataclass
class Run:
    """One run of the rules against one API."""

    client: GlanceClient
    rules: Sequence[ImageRule]
    fleet: Fleet
    images: tuple[Image, ...]
    plan: RulesPlan
    imports: tuple[ImagePlan, ...] = ()
    sizes: tuple[int | None, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """What is unusual about the sources."""
        return [text for plan in self.imports for text in plan.warnings]


def prepare(client: GlanceClient, rules: Sequence[ImageRule], sites: Mapping[str, str], hub: str) -> Run:
    """Read what the plan needs, and plan. Raises InputErrors before anything is changed."""
    removing = any(rule.elsewhere == REMOVE for rule in rules)
    listing = client.store_details() if removing else client.stores()
    check_stores(rules, listing)
    names = sorted({rule.name for rule in rules})
    images = client.images(names if all(names) else ())
    fleet = Fleet(listing, sites, hub, client.project_id())
    plan = make_plan(rules, images, fleet)
    return _with_imports(Run(client, rules, fleet, images, plan))


def _with_imports(run: Run) -> Run:
    """Plan the imports. Images with the same name are older versions, and do not count."""
    new, fleet = run.plan.imports, run.fleet
    if not new:
        return run
    desired = tuple(
        replace(image, path=f"{item.rule.path}.source")
        for image, item in zip(parse_images([item.item for item in new], fleet.listing), new)
    )
    context = read_context(run.client, fleet.listing, desired, {})
    sizes = tuple(size_in_store(context.sources[item.src], item.disk_format) if item.src else None for item in desired)
    return replace(run, imports=plan_images(desired, {}, context), sizes=sizes)


def predict(run: Run) -> dict[str, Any]:
    """What ``apply`` would return if everything succeeded."""
    rows = [new_row(new, size) for new, size in zip(run.plan.imports, run.sizes)]
    outcomes = predict_placement(run.plan.placements)
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    ready = {row["name"] for row in rows} | {
        outcome.plan.image.id for outcome in outcomes if outcome.plan.image and not outcome.problems
    }
    old = [_old(run, version, ready) for version in run.plan.old]
    return report(run.plan, [*rows, *(placed_row(outcome.result()) for outcome in outcomes)], old, run.fleet, problems)


def apply(run: Run, limits: CopyLimits, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Import, copy and remove; then hide the old versions of the images that are in all their stores."""
    jobs = [ImportJob(run.client, plan, True, clock) for plan in run.imports]
    run_jobs(
        jobs,
        limits.concurrency,
        limits.timeout,
        limits.interval,
        clock,
        observe=lambda now: progress.imports(run.imports, run.sizes, now),
    )
    rows = [_failed_row(new, job) for new, job in zip(run.plan.imports, jobs) if not _usable(job)]
    problems = [row["error"] for row in rows]
    imported = {job.image.id: job for job in jobs if job.image and _usable(job)}
    images = (*run.images, *(job.image for job in imported.values() if job.image))
    plan = make_plan(run.rules, images, run.fleet)
    outcomes = apply_placement(run.client, plan.placements, limits, clock, progress.copies)
    problems += [problem for outcome in outcomes for problem in outcome.problems]
    rows += [_row(outcome, imported) for outcome in outcomes]
    ready = {outcome.plan.image.id for outcome in outcomes if outcome.plan.image and not outcome.problems}
    old = [_hide(run, version, ready, images) for version in run.plan.old]
    problems += [f"Image {item.version.image.label}: {item.reason}" for item in old if item.action == "failed"]
    return report(run.plan, rows, old, run.fleet, problems)


def _usable(job: ImportJob) -> bool:
    """Whether an import has made an image, in whichever stores; what lacks is copied."""
    return bool(job.image and job.image.status == "active" and job.image.stores)


def _failed_row(new: NewImage, job: ImportJob) -> dict[str, Any]:
    row = new_row(new, None)
    image_id = job.image.id if job.image else None
    return {
        **row,
        "id": image_id,
        "after": [],
        "imported": [],
        "failed": list(new.stores),
        "changed": job.created,
        "seconds": round(job.seconds, 3),
        "error": job.error,
    }


def _row(outcome: PlacementOutcome, imported: Mapping[str, ImportJob]) -> dict[str, Any]:
    job = imported.get(outcome.plan.image.id) if outcome.plan.image else None
    row = placed_row(outcome.result(), outcome.plan.before if job else ())
    return {**row, "seconds": round(row["seconds"] + job.seconds, 3)} if job else row


def _old(run: Run, version: OldVersion, ready: Collection[str]) -> OldOutcome:
    """What happens to an old version: it stays as it is until the new one is in all its stores."""
    if version.hidden:
        return OldOutcome(version, "unchanged")
    current = versions(version.rule, run.images, run.fleet.project).current
    if (current.id if current else version.rule.name) not in ready:
        return OldOutcome(version, "kept", "the new version is not in all its stores")
    return OldOutcome(version, "hidden")


def _hide(run: Run, version: OldVersion, ready: Collection[str], images: Sequence[Image]) -> OldOutcome:
    outcome = _old(replace(run, images=tuple(images)), version, ready)
    if outcome.action != "hidden":
        return outcome
    current = versions(version.rule, images, run.fleet.project).current
    known = REPLACED_BY in version.image.properties
    patch: list[Mapping[str, Any]] = [
        {"op": "replace", "path": "/os_hidden", "value": True},
        {"op": "replace" if known else "add", "path": f"/{REPLACED_BY}", "value": current.id if current else ""},
    ]
    try:
        run.client.patch(version.image, patch)
    except DcnError as error:
        return OldOutcome(version, "failed", f"the old version could not be hidden: {error}")
    return outcome
