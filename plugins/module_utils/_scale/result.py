# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a scale as the module returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, STATEFULSETS
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    ordinal_of,
    owned_pods,
    pod_row,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import ScaleTarget


def row(target: ScaleTarget, cache: Cache) -> dict[str, Any]:
    """One target."""
    replicas_field = target.replicas_field
    return {
        "name": target.desired.name,
        "api": target.desired.api,
        "namespace": target.namespace,
        "changed": target.changed,
        "replicas_before": replicas_field.before,
        "replicas_after": target.replicas if target.patched or not target.needs_patch else target.before,
        "scaled_via": {
            "kind": replicas_field.resource.kind,
            "name": replicas_field.name,
            "path": replicas_field.path_text,
        },
        "owners": [str(owner) for owner in target.owners],
        "statefulsets": [
            {"name": name, "recreated": bool(name in target.states and target.states[name].recreated)}
            for name in target.statefulsets
        ],
        "pods": _pods(target, cache),
        "pvcs": claims(target),
        "elapsed": round(target.elapsed, 2),
        "timeline": target.timeline,
        "failure": _failure(target),
    }


def _pods(target: ScaleTarget, cache: Cache) -> list[dict[str, Any]]:
    """The pods in their last known state."""
    rows = []
    for name, body in target.statefulsets.items():
        now = cache.get(STATEFULSETS, target.namespace, name) or body
        rows += [pod_row(pod, name) for pod in owned_pods(now, cache.all(PODS, target.namespace))]
    return rows


def claims(target: ScaleTarget) -> dict[str, list[str]]:
    """The names of claims by what happens to them; the retention policy of the StatefulSet deletes ``removed``."""
    found: dict[str, list[str]] = {"created": [], "reused": [], "removed": [], "deleted": [], "left_over": []}
    for each in target.claims.values():
        found["created"] += [claim.name for claim in each.created]
        found["reused"] += [claim["metadata"]["name"] for claim in each.reused] if target.needs_patch else []
        found["removed"] += [claim["metadata"]["name"] for claim in each.removed]
        found["left_over"] += [claim["metadata"]["name"] for claim in each.left_over]
    found["deleted"] = list(target.deleted_claims)
    found["left_over"] = [name for name in found["left_over"] if name not in target.deleted_claims]
    return found


def _failure(target: ScaleTarget) -> dict[str, Any] | None:
    if target.failure is None:
        return None
    return {
        "reason": target.failure.reason,
        "message": target.failure.message,
        "diagnosis": [asdict(cause) for cause in target.failure.causes],
        "manager": target.failure.manager.manager if target.failure.manager else "",
    }


def left_over_warnings(targets: Sequence[ScaleTarget]) -> list[str]:
    """Warnings about claims that no pod uses any more."""
    found = []
    for target in targets:
        names = claims(target)["left_over"]
        if names and (target.patched or not target.needs_patch):
            found.append(
                f"{target.label}: the claims {', '.join(names)} are left over. They keep their volumes, and the next "
                "scale up uses them again with their content; pvc=delete_removed deletes them."
            )
    return found


def diff(targets: Sequence[ScaleTarget]) -> dict[str, str]:
    """Replicas, pods and claims before and after, of the targets that change."""
    before, after = "", ""
    for target in targets:
        if not target.changed:
            continue
        replicas_field = target.replicas_field
        where = f"{replicas_field.resource.kind} {replicas_field.name}: {replicas_field.path_text}"
        before += f"{target.label}:\n  replicas: {replicas_field.before}  # {where}\n"
        after += f"{target.label}:\n  replicas: {target.replicas}  # {where}\n"
        for name, body in target.statefulsets.items():
            pods = [pod["metadata"]["name"] for pod in target.pods_before.get(name, [])]
            wanted = [f"{name}-{ordinal}" for ordinal in wanted_ordinals(body, target.replicas)]
            before += _lines("pods", sorted(pods, key=lambda pod: ordinal_of(pod, name) or 0))
            after += _lines("pods", wanted)
            claims_before, claims_after = _claim_names(target, name)
            before += _lines("claims", claims_before)
            after += _lines("claims", claims_after)
    return {"before_header": "replicas", "after_header": "replicas", "before": before, "after": after}


def _lines(title: str, names: Sequence[str]) -> str:
    return f"  {title}:\n" + "".join(f"    - {name}\n" for name in names) if names else ""


def _claim_names(target: ScaleTarget, name: str) -> tuple[list[str], list[str]]:
    each = target.claims.get(name)
    if each is None:
        return [], []
    remaining = [claim["metadata"]["name"] for group in (each.kept, each.reused, each.left_over) for claim in group]
    removed = {claim["metadata"]["name"] for claim in each.removed}
    after = [*remaining, *(claim.name for claim in each.created)]
    return sorted([*remaining, *removed]), sorted(claim for claim in after if claim not in target.deleted_claims)
