# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete the claims of removed ordinals, and wait until claims are deleted."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    DELETED,
    FORBIDDEN,
    NOT_FOUND,
    PVCS,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import ScaleError, ScaleTarget

CLAIM_SECONDS = 30.0
PAUSE = 0.5


def left_over_claims(target: ScaleTarget) -> list[Object]:
    """The claims of ordinals above the desired replicas."""
    return [claim for claims in target.claims.values() for claim in claims.left_over]


def check_delete_permission(client: KubeClient, targets: Sequence[ScaleTarget]) -> None:
    """Refuse before the scale when the account may not delete claims."""
    for namespace in dict.fromkeys(target.namespace for target in targets if left_over_claims(target)):
        if not client.allowed("delete", PVCS, namespace):
            raise ScaleError(
                FORBIDDEN,
                f"pvc=delete_removed requires the verb 'delete' on 'persistentvolumeclaims' in namespace {namespace}, "
                "which this account does not have. Nothing was changed.",
            )


def delete_claims(client: KubeClient, target: ScaleTarget, check: bool, clock: Clock) -> None:
    """Delete the claims that were left over before the scale. The uid ensures that no other claim is deleted."""
    waiting = []
    for claim in left_over_claims(target):
        meta = claim["metadata"]
        if meta.get("deletionTimestamp"):  # deleted by an earlier run, and a finalizer delays it
            waiting.append(meta["name"])
            continue
        try:
            client.delete(PVCS, target.namespace, meta["name"], uid=meta["uid"], dry_run=check)
        except KubeError as error:
            if error.reason == NOT_FOUND:
                continue
            raise
        target.deleted_claims.append(meta["name"])
        waiting.append(meta["name"])
    if waiting and not check:
        _wait_deleted(client, target, set(waiting), clock)


def wait_removed(client: KubeClient, target: ScaleTarget, clock: Clock) -> list[str]:
    """Wait for the claims that the retention policy of the StatefulSet removes. Returns warnings about the others.

    With ``whenScaled: Delete`` the StatefulSet controller makes the pod the owner of the claim before it deletes the
    pod. A claim that no pod owns is never deleted, so it is left over.
    """
    names = {claim["metadata"]["name"] for claims in target.claims.values() for claim in claims.removed}
    if not names or not target.patched:
        return []
    kept = [claim["metadata"]["name"] for claim in client.list(PVCS, target.namespace)[0] if _is_kept(claim)]
    kept = [name for name in kept if name in names]
    _wait_deleted(client, target, names - set(kept), clock)
    if not kept:
        return []
    for name, claims in target.claims.items():
        target.claims[name] = claims.with_left_over(kept)
    return [
        f"{target.label}: the retention policy (whenScaled: Delete) does not delete the claims {', '.join(kept)}: they "
        "have no ownerReference to a pod. Check whether the StatefulSet controller may update claims."
    ]


def _is_kept(claim: Object) -> bool:
    """Whether nothing deletes the claim when its pod is deleted."""
    meta = claim["metadata"]
    owners = meta.get("ownerReferences") or []
    return not meta.get("deletionTimestamp") and not any(owner.get("kind") == "Pod" for owner in owners)


def _wait_deleted(client: KubeClient, target: ScaleTarget, names: set[str], clock: Clock) -> None:
    """Wait by a watch. Where a watch is forbidden or breaks off, list the claims repeatedly."""
    end = clock.now() + CLAIM_SECONDS
    finalizers: dict[str, list[str]] = {}
    left = set(names)
    while left:
        try:
            items, version = client.list(PVCS, target.namespace)
            finalizers = {item["metadata"]["name"]: item["metadata"].get("finalizers") or [] for item in items}
            left &= set(finalizers)
            _watch_deletions(client, target.namespace, left, version, end - clock.now())
        except KubeError as error:
            if clock.now() >= end or (error.reason == FORBIDDEN and error.verb == "list"):
                raise
        if not left or clock.now() >= end:
            break
        clock.sleep(PAUSE)
    if left:
        text = "; ".join(
            f"{name} (finalizers: {', '.join(finalizers.get(name, [])) or 'none'})" for name in sorted(left)
        )
        raise ScaleError(
            "claims_stay",
            f"{target.label} is scaled, but claims are not deleted: {text}. Check which pod still uses them, or which "
            "controller must remove a finalizer; then run again.",
        )


def _watch_deletions(client: KubeClient, namespace: str, left: set[str], version: str, seconds: float) -> None:
    """Remove the names of deleted claims from ``left``."""
    if not left or seconds <= 0:
        return
    for kind, body in client.watch(PVCS, namespace, resource_version=version, timeout=seconds):
        if kind == DELETED:
            left.discard(body["metadata"]["name"])
        if not left:
            return
