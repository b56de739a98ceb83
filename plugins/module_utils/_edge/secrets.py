# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Secrets a run needs, and which it removes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import is_managed, managed_keys
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import NONE, UPDATE, SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import Secrets


def with_purge(plans: Iterable[SecretPlan], purge: bool) -> list[SecretPlan]:
    """The plans; with purge, the removal of stale keys is an update."""
    return [
        replace(each, action=UPDATE) if purge and each.stale_keys and each.action == NONE else each for each in plans
    ]


def incomplete(plans: Iterable[SecretPlan]) -> dict[str, str]:
    """For each user whose Secret will lack files, the reason."""
    return {
        each.api: f"the Secret {each.name} has no conf and keyring of the cluster {', '.join(sorted(each.missing))} yet"
        for each in plans
        if each.missing
    }


def unneeded(
    recorded: Mapping[str, str], kept: Collection[str], secrets: Secrets, used: Any
) -> tuple[tuple[str, ...], list[str]]:
    """(managed Secrets to remove, warnings). ``kept`` are needed; ``used`` is data that may name others of them."""
    removed, warnings = [], []
    for name in recorded:
        secret = secrets.get(name)
        if name in kept or secret is None or not is_managed(secret):
            continue
        others = [key for key in secret.get("data") or {} if key not in managed_keys(secret)]
        if _names(used, name):
            warnings.append(f"Secret {name} is kept, because the object still names it.")
            continue
        if others:
            warnings.append(
                f"Secret {name} holds {', '.join(others)}, which {'is' if len(others) == 1 else 'are'} not managed: "
                "the Secret stays, and only its managed keys are removed."
            )
        removed.append(name)
    return tuple(removed), warnings


def _names(content: Any, name: str) -> bool:
    if isinstance(content, Mapping):
        return any(_names(value, name) for value in content.values())
    if isinstance(content, Sequence) and not isinstance(content, str):
        return any(_names(value, name) for value in content)
    return bool(content == name)
