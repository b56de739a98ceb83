# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes of several objects in a row: which errors a new plan repairs, and what an error leaves behind."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONFLICT, NO_ANSWER, NOT_FOUND, KubeError


def is_conflict(error: KubeError) -> bool:
    """Whether another client has changed, created or deleted what a plan was made for."""
    return error.reason == CONFLICT or (error.reason, error.verb) == (NOT_FOUND, "update")


def with_progress(error: KubeError, conflicts: int, done_so_far: Sequence[str], unanswered: str) -> KubeError:
    """The error with what was written before it; ``unanswered`` is what perhaps was written."""
    text = str(error)
    if error.reason == CONFLICT:
        text += f" {conflicts + 1} attempts conflicted with another client: check which client keeps writing."
    written = ", ".join(dict.fromkeys(done_so_far))
    done = f" Written before: {written}. Run this again to complete it." if written else " Nothing was changed."
    if unanswered and error.reason in NO_ANSWER:
        done = f" Whether {unanswered} was written is unknown. Run this again to check and complete it."
        done = f" Written before: {written}.{done}" if written else done
    return KubeError(
        error.reason,
        f"{text}{done}",
        status=error.status,
        verb=error.verb,
        resource=error.resource,
        namespace=error.namespace,
        name=error.name,
    )
