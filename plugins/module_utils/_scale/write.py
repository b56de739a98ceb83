# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the replicas: one patch for each object, which fails if the replicas are not those that were read."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import last_manager
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONFLICT, INVALID, NO_ANSWER, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import ScaleError, ScaleTarget
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import operations
from ansible_collections.dcn.glance.plugins.module_utils._scale.read import read_field_object, replicas_in

ATTEMPTS = 3


def write_replicas(client: KubeClient, targets: Sequence[ScaleTarget], check: bool, clock: Clock) -> None:
    """Change all targets. If a dry run shows that the API server would refuse one, none is changed."""
    groups: dict[tuple[str, str, str], list[ScaleTarget]] = {}
    for target in targets:
        if target.needs_patch:
            groups.setdefault(target.replicas_field.key, []).append(target)
    if check or len(groups) > 1:
        for group in groups.values():
            _patch(client, group, clock, dry_run=True)
    done: list[ScaleTarget] = []
    for group in groups.values():
        try:
            if not check:
                _patch(client, group, clock, dry_run=False)
        except DcnError as error:
            raise _partly_done(error, done) if done else error from None
        for target in group:
            target.patched = True
        done += group


def _partly_done(error: DcnError, done: Sequence[ScaleTarget]) -> DcnError:
    """The error for a change that was refused although the dry run of all changes succeeded."""
    names = ", ".join(f"{target.label} ({target.replicas})" for target in done)
    text = str(error).replace("Nothing was changed", "This target was not changed")
    return ScaleError(
        error.reason,
        f"{text} These targets were changed before, without a wait: {names}. Correct the error, run again.",
    )


def _patch(client: KubeClient, group: Sequence[ScaleTarget], clock: Clock, dry_run: bool) -> None:
    replicas_field = group[0].replicas_field
    patch = []
    for target in group:
        patch += [each for each in operations(target.replicas_field, target.replicas) if each not in patch]
    try:
        client.patch(
            replicas_field.resource,
            replicas_field.namespace,
            replicas_field.name,
            patch,
            kind="json",
            subresource="" if replicas_field.path else "scale",
            dry_run=dry_run,
        )
    except KubeError as error:
        if error.reason in (INVALID, CONFLICT) and error.status in (409, 422):
            _raise_if_changed(client, group, error)
        if dry_run or error.reason not in NO_ANSWER:
            raise
        _check_unanswered(client, group, error, clock)


def _check_unanswered(client: KubeClient, group: Sequence[ScaleTarget], error: KubeError, clock: Clock) -> None:
    """Read the replicas to check whether a change without a response was made. Raises if it was not."""
    replicas_field = group[0].replicas_field
    for attempt in range(ATTEMPTS):
        try:
            body = read_field_object(client, replicas_field)
        except KubeError:
            clock.sleep(attempt + 1)
            continue
        if body is not None and all(replicas_in(each.replicas_field, body) == each.replicas for each in group):
            return
        raise error
    text = f"{error} It is unknown whether the change was made. Check {replicas_field}, or run again."
    raise ScaleError(error.reason, text)


def _raise_if_changed(client: KubeClient, group: Sequence[ScaleTarget], error: KubeError) -> None:
    """Raise a better error if the patch failed because another client changed the replicas."""
    first = group[0].replicas_field
    body = read_field_object(client, first)
    if body is None or body["metadata"]["uid"] != first.uid:
        raise ScaleError("deleted", f"{first} was deleted during this run. Nothing was changed.") from error
    for target in group:
        replicas_field = target.replicas_field
        now = replicas_in(replicas_field, body)
        if now != replicas_field.before:
            manager = last_manager(body, replicas_field.location)
            raise ScaleError(
                "conflict",
                f"{target.label}: {replicas_field} was changed from {replicas_field.before} to {now} meanwhile, by "
                f"field manager {manager or 'unknown'}. Nothing was changed. Run again if {target.replicas} is still "
                "correct.",
            ) from error
