# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No staged image is lost: look into the workers that are about to go, and remove claims only after that."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    DELETED,
    FORBIDDEN,
    NOT_FOUND,
    PVCS,
    KubeClient,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import ordinal_of, wanted_ordinals
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import ScaleError
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Wishes
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Job
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import claim_ordinal, templates_of

LOOK_SECONDS = 20.0
CLAIM_SECONDS = 30.0
PAUSE = 0.5


def staging_container(pod: Mapping[str, Any], path: str) -> str:
    """The container that has the staging directory on a claim; empty when none has."""
    spec = pod.get("spec") or {}
    claims = {volume["name"] for volume in spec.get("volumes") or [] if volume.get("persistentVolumeClaim")}
    for container in spec.get("containers") or []:
        for mount in container.get("volumeMounts") or []:
            root = str(mount.get("mountPath") or "").rstrip("/")
            if mount.get("name") in claims and (path == root or path.startswith(f"{root}/")):
                return str(container["name"])
    return ""


def refuse_staged(client: KubeClient, job: Job, wishes: Wishes, see_pods: bool = True) -> None:
    """Look into each worker that goes; what cannot be looked into counts as staged."""
    if not job.goes_down and wishes.pvc != "delete_removed":
        return  # pods that go nevertheless were told to before
    for name, body in job.found.sets.items():
        if not see_pods and job.goes_down and staging_container(_template(body), wishes.staging_path):
            raise ScaleError(
                FORBIDDEN,
                f"{job.target.label}: cannot look for staged images, because this account may not list pods in "
                f"namespace {job.namespace}. Nothing was changed; guard_staged=false scales all the same.",
            )
        wanted = wanted_ordinals(body, job.replicas)
        looked: set[int] = set()
        for pod in job.pods_before.get(name, []):
            ordinal = ordinal_of(pod["metadata"]["name"], name)
            if ordinal is None or ordinal in wanted:
                continue
            container = staging_container(pod, wishes.staging_path)
            if container and _runs(pod, container):
                _look(client, job, pod, container, wishes)
                looked.add(ordinal)
        if wishes.pvc == "delete_removed" and staging_container(_template(body), wishes.staging_path):
            _refuse_unseen(job, body, looked)


def _template(body: Object) -> Object:
    """The pod template as a pod would be: its claim templates are claims."""
    pod = dict((body["spec"].get("template") or {}).get("spec") or {})
    claims = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in templates_of(body)]
    return {"spec": {**pod, "volumes": [*(pod.get("volumes") or []), *claims]}}


def _runs(pod: Mapping[str, Any], container: str) -> bool:
    states = (pod.get("status") or {}).get("containerStatuses") or []
    return any(state.get("name") == container and "running" in (state.get("state") or {}) for state in states)


def _look(client: KubeClient, job: Job, pod: Object, container: str, wishes: Wishes) -> None:
    name, path = pod["metadata"]["name"], wishes.staging_path
    command = ["ls", "-A", "--", path]
    switch = "guard_staged=false scales all the same."
    try:
        answer = client.execute(job.namespace, name, container, command, timeout=LOOK_SECONDS)
    except KubeError as error:
        if error.reason == NOT_FOUND:
            return
        reason = FORBIDDEN if error.reason == FORBIDDEN else "guard_refused"
        text = f"{job.target.label}: cannot look for staged images in pod {name}: {error} Nothing was changed; {switch}"
        raise ScaleError(reason, text) from None
    files = answer.stdout.decode("utf-8", "replace").splitlines()
    if answer.rc and b"No such file" not in answer.stderr:
        told = answer.stderr.decode("utf-8", "replace").strip()
        text = (
            f"{job.target.label}: cannot look for staged images in {path} of pod {name}, container {container}: {told}"
        )
        raise ScaleError("guard_refused", f"{text}. Nothing was changed; {switch}")
    if files:
        shown = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        raise ScaleError(
            "guard_refused",
            f"{job.target.label}: pod {name} would go, and {path} in it holds staged images that are not imported yet: "
            f"{shown}. Let the imports end, or delete those images. Nothing was changed; {switch}",
        )


def _refuse_unseen(job: Job, body: Object, looked: set[int]) -> None:
    name = body["metadata"]["name"]
    claims = job.claims.get(name)
    unseen = [
        claim["metadata"]["name"]
        for claim in (claims.left_over if claims else ())
        if claim_ordinal(claim["metadata"]["name"], name, templates_of(body)) not in looked
        and (claim.get("status") or {}).get("phase") != "Pending"
    ]
    if unseen:
        raise ScaleError(
            "guard_refused",
            f"{job.target.label}: {', '.join(unseen)} may hold staged images, and no running pod has it mounted, so "
            "nobody can look. Nothing was changed; guard_staged=false removes such claims all the same.",
        )


def removable(job: Job) -> list[Object]:
    """The claims of ordinals that are not wanted any more."""
    return [claim for claims in job.claims.values() for claim in claims.left_over]


def refuse_forbidden(client: KubeClient, jobs: Sequence[Job]) -> None:
    """Ask before the scale, so that it does not end half done."""
    for namespace in dict.fromkeys(job.namespace for job in jobs if removable(job)):
        if not client.allowed("delete", PVCS, namespace):
            raise ScaleError(
                FORBIDDEN,
                f"pvc=delete_removed needs the verb 'delete' on 'persistentvolumeclaims' in namespace {namespace}, "
                "which this account does not have. Nothing was changed.",
            )


def delete_claims(client: KubeClient, job: Job, check: bool) -> None:
    """Remove the claims that were left over when the scale began, each only as the one that was seen then."""
    waiting = []
    for claim in removable(job):
        meta = claim["metadata"]
        if meta.get("deletionTimestamp"):  # an earlier run has deleted it, and something holds it
            waiting.append(meta["name"])
            continue
        try:
            client.delete(PVCS, job.namespace, meta["name"], uid=meta["uid"], dry_run=check)
        except KubeError as error:
            if error.reason == NOT_FOUND:
                continue
            raise
        job.deleted_claims.append(meta["name"])
        waiting.append(meta["name"])
    if waiting and not check:
        _wait_gone(client, job, set(waiting))


def wait_removed(client: KubeClient, job: Job) -> None:
    """Claims that the set's own policy removes: that is not always allowed to it, so it is looked at."""
    names = {claim["metadata"]["name"] for claims in job.claims.values() for claim in claims.removed}
    if names and job.patched:
        _wait_gone(client, job, names)


def _see_gone(client: KubeClient, namespace: str, left: set[str], version: str, end: float) -> None:
    """Take those out of ``left`` that are seen to go."""
    seconds = end - time.monotonic()
    if not left or seconds <= 0:
        return
    for kind, body in client.watch(PVCS, namespace, resource_version=version, timeout=seconds):
        if kind == DELETED:
            left.discard(body["metadata"]["name"])
        if not left:
            return


def _wait_gone(client: KubeClient, job: Job, names: set[str]) -> None:
    """By a watch, or where that is not allowed or breaks off by a list now and then."""
    end = time.monotonic() + CLAIM_SECONDS
    held: dict[str, list[str]] = {}
    left = set(names)
    while left:
        try:
            items, version = client.list(PVCS, job.namespace)
            held = {item["metadata"]["name"]: item["metadata"].get("finalizers") or [] for item in items}
            left &= set(held)
            _see_gone(client, job.namespace, left, version, end)
        except KubeError as error:
            if time.monotonic() >= end or (error.reason == FORBIDDEN and error.verb == "list"):
                raise
        if not left or time.monotonic() >= end:
            break
        time.sleep(PAUSE)
    if left:
        text = "; ".join(f"{name} (finalizers {', '.join(held.get(name, [])) or 'none'})" for name in sorted(left))
        raise ScaleError(
            "claims_stay",
            f"{job.target.label} is scaled, but claims do not go: {text}. "
            "Look which pod still uses them, or who set a finalizer and must let it go; then run again.",
        )
