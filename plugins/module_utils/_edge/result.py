# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of the modules, and their diffs without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import spec_diff
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan, key_name
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import NONE, Forecast, ObjectChange
from ansible_collections.dcn.glance.plugins.module_utils._edge.write import Outcome


def object_result(found: Iterable[ObjectChange]) -> list[dict[str, Any]]:
    """What happens to each object."""
    return [
        {
            "kind": each.resource.kind,
            "name": each.name,
            "site": each.site,
            "action": each.action,
            "fields": list(each.fields) if each.action != NONE else [],
        }
        for each in found
    ]


def forecast_result(found: Iterable[Forecast]) -> list[dict[str, Any]]:
    """What happens to pods and hosts."""
    return [
        {
            "kind": each.kind,
            "name": each.name,
            "site": each.site,
            "action": each.action,
            "reason": each.reason,
            "ready": each.ready,
            "services": list(each.services),
        }
        for each in found
    ]


def secret_result(outcome: Outcome, purge: bool) -> list[dict[str, Any]]:
    """The change of each Secret, and of its keys by name."""
    found = [
        {
            "name": each.name,
            "site": each.site,
            "action": each.action,
            "keys": _keys(each, purge),
            "other_keys": list(each.other_keys),
            "stale_keys": [] if purge else list(each.stale_keys),
            "missing": sorted(each.missing),
        }
        for each in outcome.secrets
    ]
    gone = {"site": "", "action": "remove", "keys": [], "other_keys": [], "stale_keys": [], "missing": []}
    return found + [{"name": name, **gone} for name in outcome.plan.removed]


def _keys(plan: SecretPlan, purge: bool) -> list[dict[str, str]]:
    found = [{"key": key_name(item), "action": item.action, "reason": item.reason} for item in plan.files]
    gone = [{"key": key, "action": "remove", "reason": "no longer needed"} for key in plan.stale_keys if purge]
    return found + gone


def diffs(outcome: Outcome, namespace: str) -> list[dict[str, str]]:
    """Secrets by their files, with ids in the place of cephx keys, and the changed lines of each object."""
    found = [
        _secret_diff(f"Secret {namespace}/{each.name}: {key_name(item)}", item.before, item.after)
        for each in outcome.secrets
        for item in each.files
        if item.action != NONE
    ]
    found += [_secret_diff(f"Secret {namespace}/{name}", f"{name}\n", "") for name in outcome.plan.removed]
    for change in outcome.objects:
        if change.action != NONE:
            header = f"{change.resource.kind} {namespace}/{change.name}"
            found.append(spec_diff(header, _shown(change, change.before), _shown(change, change.after)))
    return [each for each in found if each.get("prepared") != ""]


def _secret_diff(title: str, before: str, after: str) -> dict[str, str]:
    return {"before_header": title, "after_header": title, "before": before, "after": after}


def _shown(change: ObjectChange, item: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of an object that a diff shows."""
    found: dict[str, Any] = {}
    for path in change.parts:
        value: Any = item or {}
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is not None:
            found[".".join(path)] = value
    return found
