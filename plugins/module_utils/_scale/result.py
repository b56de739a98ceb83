# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module returns of a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, STATEFULSETS
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    ordinal_of,
    owned_pods,
    pod_row,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Job


def row(job: Job, mirror: Mirror) -> dict[str, Any]:
    """One target."""
    place = job.place
    return {
        "name": job.target.name,
        "api": job.target.api,
        "namespace": job.namespace,
        "changed": job.changed,
        "skipped": job.skipped,
        "replicas_before": place.before,
        "replicas_after": job.replicas if job.patched or not job.needs_patch and not job.skipped else job.before,
        "scaled_via": {
            "kind": place.resource.kind,
            "name": place.name,
            "path": ".".join(place.path) if place.path else "scale",
        },
        "owners": [f"{owner.resource.kind} {owner.name}" for owner in job.owners],
        "statefulsets": [
            {"name": name, "recreated": bool(name in job.states and job.states[name].recreated)}
            for name in job.found.sets
        ],
        "pods": _pods(job, mirror),
        "pvcs": claims(job),
        "elapsed": round(job.elapsed, 2),
        "timeline": job.timeline,
        "failure": _failure(job),
    }


def _pods(job: Job, mirror: Mirror) -> list[dict[str, Any]]:
    """As they were last seen."""
    rows = []
    for name, body in job.found.sets.items():
        now = mirror.get(STATEFULSETS, job.namespace, name) or body
        rows += [pod_row(pod, name) for pod in owned_pods(now, mirror.all(PODS, job.namespace))]
    return rows


def claims(job: Job) -> dict[str, list[str]]:
    """The claims by what becomes of them; ``removed`` go by the retention policy of the set."""
    found: dict[str, list[str]] = {"created": [], "reused": [], "removed": [], "deleted": [], "left_over": []}
    for each in job.claims.values():
        found["created"] += [claim.name for claim in each.created]
        found["reused"] += [claim["metadata"]["name"] for claim in each.reused] if job.needs_patch else []
        found["removed"] += [claim["metadata"]["name"] for claim in each.removed]
        found["left_over"] += [claim["metadata"]["name"] for claim in each.left_over]
    found["deleted"] = list(job.deleted_claims)
    found["left_over"] = [name for name in found["left_over"] if name not in job.deleted_claims]
    return found


def _failure(job: Job) -> dict[str, Any] | None:
    if job.failure is None:
        return None
    return {
        "reason": job.failure.reason,
        "message": job.failure.message,
        "diagnosis": [finding.row() for finding in job.failure.findings],
        "manager": job.failure.author.manager if job.failure.author else "",
    }


def left_over_warnings(jobs: Sequence[Job]) -> list[str]:
    """Claims that nothing uses any more."""
    found = []
    for job in jobs:
        names = claims(job)["left_over"]
        if names and (job.patched or not job.needs_patch):
            found.append(
                f"{job.target.label}: the claims {', '.join(names)} are left over. They hold volumes, and come back "
                "with their content at the next scale up; pvc=delete_removed removes them."
            )
    return found


def diff(jobs: Sequence[Job]) -> dict[str, str]:
    """Numbers, pods and claims before and after, of what changes."""
    before, after = "", ""
    for job in jobs:
        if not job.changed:
            continue
        before += f"{job.target.label}:\n  replicas: {job.place.before}  # {_where(job)}\n"
        after += f"{job.target.label}:\n  replicas: {job.replicas}  # {_where(job)}\n"
        for name, body in job.found.sets.items():
            running = [pod["metadata"]["name"] for pod in job.pods_before.get(name, [])]
            wanted = [f"{name}-{ordinal}" for ordinal in wanted_ordinals(body, job.replicas)]
            before += _lines("pods", sorted(running, key=lambda pod: ordinal_of(pod, name) or 0))
            after += _lines("pods", wanted)
            had, has = _claim_names(job, name)
            before += _lines("claims", had)
            after += _lines("claims", has)
    return {"before_header": "replicas", "after_header": "replicas", "before": before, "after": after}


def _where(job: Job) -> str:
    path = ".".join(job.place.path) if job.place.path else "scale"
    return f"{job.place.resource.kind} {job.place.name}: {path}"


def _lines(title: str, names: Sequence[str]) -> str:
    return f"  {title}:\n" + "".join(f"    - {name}\n" for name in names) if names else ""


def _claim_names(job: Job, name: str) -> tuple[list[str], list[str]]:
    each = job.claims.get(name)
    if each is None:
        return [], []
    old = [claim["metadata"]["name"] for group in (each.kept, each.reused, each.left_over) for claim in group]
    gone = {claim["metadata"]["name"] for claim in each.removed}
    new = [claim for claim in [*old, *(claim.name for claim in each.created)] if claim not in job.deleted_claims]
    return sorted([*old, *gone]), sorted(new)
