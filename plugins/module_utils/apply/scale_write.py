# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change itself: one patch for each object, and only while the numbers are those that were read."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils.apply.scale_find import ScaleError
from ansible_collections.dcn.glance.plugins.module_utils.apply.scale_jobs import Job
from ansible_collections.dcn.glance.plugins.module_utils.clients.kube import CONFLICT, INVALID, KubeClient, KubeError
from ansible_collections.dcn.glance.plugins.module_utils.plan import scale_authors, scale_owner
from ansible_collections.dcn.glance.plugins.module_utils.plan.scale_owner import Place


def check_expected(jobs: Sequence[Job], on_mismatch: str) -> list[str]:
    """The number that must be there before; what has the number asked already is as it should be."""
    warnings = []
    for job in jobs:
        before, expected = job.place.before, job.target.expect
        if expected is None or before in (expected, job.replicas):
            continue
        text = f"{job.target.label} has {before} replicas, not {expected} as expected"
        if on_mismatch == "fail":
            raise ScaleError("precondition", f"{text}. Nothing was changed.")
        job.skipped = True
        warnings.append(f"{text}: skipped.")
    return warnings


def write(client: KubeClient, jobs: Sequence[Job], check: bool) -> None:
    """All of them or, as far as the API server can tell in advance, none."""
    groups: dict[tuple[str, str, str], list[Job]] = {}
    for job in jobs:
        if job.needs_patch:
            groups.setdefault(job.place.key, []).append(job)
    if check or len(groups) > 1:
        for group in groups.values():
            _patch(client, group, dry_run=True)
    for group in groups.values():
        if not check:
            _patch(client, group, dry_run=False)
        for job in group:
            job.patched = True


def _patch(client: KubeClient, group: Sequence[Job], dry_run: bool) -> None:
    place = group[0].place
    operations = []
    for job in group:
        operations += [each for each in scale_owner.operations(job.place, job.replicas) if each not in operations]
    subresource = "" if place.path else "scale"
    try:
        client.patch(
            place.resource,
            place.namespace,
            place.name,
            operations,
            kind="json",
            subresource=subresource,
            dry_run=dry_run,
        )
    except KubeError as error:
        if error.reason in (INVALID, CONFLICT) and error.status in (409, 422):
            _refuse_moved(client, group, error)
        raise


def _refuse_moved(client: KubeClient, group: Sequence[Job], error: KubeError) -> None:
    """When the number is another by now, that is what the API's refusal means."""
    place = group[0].place
    now = client.get(place.resource, place.namespace, place.name)
    if now is None or now["metadata"]["uid"] != place.uid:
        raise ScaleError("deleted", f"{place} was deleted meanwhile. Nothing was changed.") from error
    for job in group:
        path = _path(job.place)
        number = scale_owner.inside(now, path)
        if number != job.place.before:
            who = scale_authors.author(now, path)
            raise ScaleError(
                "conflict",
                f"{job.target.label}: {job.place} was changed from {job.place.before} to {number} meanwhile, by field "
                f"manager {who or 'unknown'}. Nothing was changed; run again if {job.replicas} is still right.",
            ) from error


def _path(place: Place) -> tuple[str, ...]:
    return place.path or ("spec", "replicas")
