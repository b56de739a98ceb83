# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge an object: whether it can be edited at all, and whether the server took what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem


def missing_part(item: Mapping[str, Any], wanted: Wanted) -> Problem | None:
    """What keeps the Glance part of this object from being edited."""
    spec = item.get("spec") or {}
    where = f"{wanted.kind} {wanted.namespace}/{wanted.name}"
    if (item.get("metadata") or {}).get("deletionTimestamp"):
        return Problem(where, "is being deleted; wait until it is gone, then create it anew")
    if not wanted.control_plane:
        owners = (item.get("metadata") or {}).get("ownerReferences") or []
        for owner in owners:
            if owner.get("kind") == "OpenStackControlPlane":
                why = "which overwrites it: set operators.control_plane in the topology in place of operators.glance"
                return Problem(where, f"belongs to the OpenStackControlPlane {owner.get('name')}, {why}")
        return None
    glance = spec.get("glance") or {}
    if glance.get("enabled") is False:
        return Problem(
            f"{where}: spec.glance.enabled", "is false, so the operator makes no Glance: set it to true first"
        )
    if not glance.get("template"):
        why = "is missing: deploy Glance first, with at least its databaseInstance and secret"
        return Problem(f"{where}: spec.glance.template", why)
    return None


def altered(sent: Any, answer: Any, path: str) -> tuple[list[Problem], list[str]]:
    """(fields of ours that the server dropped, sentences about those it changed)."""
    lost: list[Problem] = []
    other: list[str] = []
    _compare(sent, answer, path, lost, other)
    return lost, other


def _compare(sent: Any, answer: Any, path: str, lost: list[Problem], other: list[str]) -> None:
    if isinstance(sent, Mapping) and isinstance(answer, Mapping):
        for name, value in sent.items():
            if name in answer:
                _compare(value, answer[name], f"{path}.{name}", lost, other)
            elif value not in ("", None, False, 0, {}, []):
                why = "is dropped by the server: the definition installed there does not know this field"
                lost.append(Problem(f"{path}.{name}", f"{why}. Update the operator, or leave it out"))
    elif isinstance(sent, list) and isinstance(answer, list) and len(sent) == len(answer):
        for index, (one, two) in enumerate(zip(sent, answer)):
            _compare(one, two, f"{path}[{index}]", lost, other)
    elif sent != answer:
        # The values are left out: a configuration may hold secrets.
        other.append(f"{path} is changed by the server when it takes it: a webhook or another tool has a say there.")
