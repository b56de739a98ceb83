# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a control plane as a module returns it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.ini import changed_stores
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import ApiChange
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import Plan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets import SecretPlan, key_of
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import Forecast
from ansible_collections.dcn.glance.plugins.module_utils._topology import secrets as topology_secrets


def forecasts(found: Collection[Forecast]) -> list[dict[str, Any]]:
    """What happens to each StatefulSet."""
    return [
        {
            "statefulset": each.statefulset,
            "api": each.api,
            "action": each.action,
            "reason": "; ".join(each.reasons),
            "ready": each.ready,
            "pvcs": [{"name": claim.name, "action": claim.action, "note": claim.note} for claim in each.claims],
        }
        for each in found
    ]


def apis(found: Collection[ApiChange]) -> list[dict[str, Any]]:
    """What happens to each API."""
    return [
        {
            "name": each.key,
            "action": each.action,
            "reason": each.reason,
            "fields": list(each.fields),
            "stores": changed_stores(each.config.actions) if each.config is not None else [],
        }
        for each in found
    ]


def secrets(found: Collection[SecretPlan], plan: Plan, purge: bool) -> list[dict[str, Any]]:
    """What happens to each Secret, and the keys in it by name."""
    result = [
        {
            "name": each.name,
            "api": each.api,
            "action": each.action,
            "keys": _keys(each, purge),
            "other_keys": list(each.others),
            "stale_keys": [] if purge else list(each.stale),
            "missing": sorted(each.missing),
        }
        for each in found
    ]
    gone = {"api": "", "action": "remove", "keys": [], "other_keys": [], "stale_keys": [], "missing": []}
    result += [{"name": name, **gone} for name in plan.removed]
    return result + [{"name": name, **gone, "action": "update"} for name in plan.emptied]


def _keys(plan: SecretPlan, purge: bool) -> list[dict[str, str]]:
    found = {key_of(item): {"key": key_of(item), "action": item.action, "reason": item.reason} for item in plan.files}
    kept = [{"key": key, "action": "none", "reason": "not stated in this run"} for key in plan.ours if key not in found]
    gone = [{"key": key, "action": "remove", "reason": "nobody needs it any more"} for key in plan.stale if purge]
    return [*found.values(), *kept, *gone]


def secret_diffs(found: Collection[SecretPlan], plan: Plan, purge: bool, namespace: str) -> list[dict[str, str]]:
    """The keys of Secrets that change, with ids in the place of cephx keys; of what goes only the name."""
    changes = [
        (f"{each.name}: {key_of(item)}", item.before, item.after)
        for each in found
        for item in each.files
        if item.action != "none"
    ]
    changes += [(f"{each.name}: {key}", f"{key}\n", "") for each in found for key in each.stale if purge]
    changes += [(name, f"{name}\n", "") for name in plan.removed]
    changes += [(name, "keys of dcn.glance\n", "") for name in plan.emptied]
    return [
        {
            "before_header": f"Secret {namespace}/{title}",
            "after_header": f"Secret {namespace}/{title}",
            "before": before,
            "after": after,
        }
        for title, before, after in changes
    ]


def endpoint(plan: Plan) -> dict[str, str]:
    """The API in Keystone's catalog."""
    merge = plan.merge
    return {"before": merge.endpoint_before, "after": merge.endpoint_after, "reason": merge.endpoint_reason}


def hidden_values(data: Any, shown: Any) -> set[str]:
    """The texts of ``data`` that its masked copy ``shown`` does not show."""
    if isinstance(data, Mapping) and isinstance(shown, Mapping):
        return {text for name in data if name in shown for text in hidden_values(data[name], shown[name])}
    if isinstance(data, (list, tuple)) and isinstance(shown, (list, tuple)):
        return {text for one, two in zip(data, shown) for text in hidden_values(one, two)}
    if data == shown or data is None:
        return set()
    text = str(data)
    if isinstance(shown, str) and topology_secrets.MASK in shown and shown != topology_secrets.MASK:
        head, _mask, tail = shown.partition(topology_secrets.MASK)
        text = text[len(head) : len(text) - len(tail)] if text.startswith(head) and text.endswith(tail) else text
    return {text} if len(text) > 3 else set()
