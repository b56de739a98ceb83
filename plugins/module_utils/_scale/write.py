# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change itself: one patch for each object, and only while the numbers are those that were read."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube import field_managers as scale_authors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    INVALID,
    NO_ANSWER,
    KubeClient,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale import owners as scale_owner
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import ScaleError, refuse
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Job
from ansible_collections.dcn.glance.plugins.module_utils._scale.number import look, number_in

ATTEMPTS = 3


def check_expected(jobs: Sequence[Job], on_mismatch: str) -> list[str]:
    """The number that must be there before; what has the number asked already is as it should be."""
    warnings, problems = [], []
    for job in jobs:
        before, expected = job.before, job.target.expect
        if expected is None or before in (expected, job.replicas):
            continue
        text = f"{job.target.label} has {before} replicas, not {expected} as expected"
        if on_mismatch == "fail":
            problems.append(ScaleError("precondition", f"{text}. Nothing was changed."))
        job.skipped = True
        warnings.append(f"{text}: skipped.")
    refuse(problems)
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
    done: list[Job] = []
    for group in groups.values():
        try:
            if not check:
                _patch(client, group, dry_run=False)
        except DcnError as error:
            raise _half(error, done) if done else error from None
        for job in group:
            job.patched = True
        done += group


def _half(error: DcnError, done: Sequence[Job]) -> DcnError:
    """The dry run went well for all, and yet a later one was refused."""
    names = ", ".join(f"{job.target.label} ({job.replicas})" for job in done)
    text = str(error).replace("Nothing was changed", "This one was not changed")
    return ScaleError(
        error.reason, f"{text} These were changed before, and were not waited for: {names}. Run again after mending it."
    )


def _unanswered(client: KubeClient, group: Sequence[Job], error: KubeError) -> None:
    """The answer to a change was lost: whether it was made is to be seen at the number."""
    for attempt in range(ATTEMPTS):
        try:
            now = look(client, group[0].place)
        except KubeError:
            time.sleep(attempt + 1)
            continue
        if now is not None and all(number_in(job.place, now) == job.replicas for job in group):
            return
        raise error
    text = f"{error} It is not known whether the change was made: look at {group[0].place}, or run again."
    raise ScaleError(error.reason, text)


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
        if dry_run or error.reason not in NO_ANSWER:
            raise
        _unanswered(client, group, error)


def _refuse_moved(client: KubeClient, group: Sequence[Job], error: KubeError) -> None:
    """When the number is another by now, that is what the API's refusal means."""
    place = group[0].place
    now = look(client, place)
    if now is None or now["metadata"]["uid"] != place.uid:
        raise ScaleError("deleted", f"{place} was deleted meanwhile. Nothing was changed.") from error
    for job in group:
        path = job.place.location
        number = number_in(job.place, now)
        if number != job.place.before:
            who = scale_authors.author(now, path)
            raise ScaleError(
                "conflict",
                f"{job.target.label}: {job.place} was changed from {job.place.before} to {number} meanwhile, by field "
                f"manager {who or 'unknown'}. Nothing was changed; run again if {job.replicas} is still right.",
            ) from error
