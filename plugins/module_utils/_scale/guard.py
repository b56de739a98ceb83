# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse to remove a worker, or its claim, while it holds staged images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, NOT_FOUND, KubeError, Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import ordinal_of, wanted_ordinals
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import ScaleOptions
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import ScaleError, ScaleTarget
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import claim_ordinal, templates_of

LIST_SECONDS = 20.0
REFUSED = "guard_refused"
ANYWAY = "Nothing was changed; guard_staged=false scales anyway."


def staging_container(pod: Mapping[str, Any], path: str) -> str:
    """The container that mounts the staging directory from a claim; empty when none does."""
    spec = pod.get("spec") or {}
    claims = {volume["name"] for volume in spec.get("volumes") or [] if volume.get("persistentVolumeClaim")}
    for container in spec.get("containers") or []:
        for mount in container.get("volumeMounts") or []:
            root = str(mount.get("mountPath") or "").rstrip("/")
            if mount.get("name") in claims and (path == root or path.startswith(f"{root}/")):
                return str(container["name"])
    return ""


def refuse_staged(client: KubeClient, target: ScaleTarget, options: ScaleOptions, see_pods: bool = True) -> None:
    """Check each worker that the scale removes. A worker that cannot be checked counts as one with staged images."""
    if not target.scales_down and options.pvc != "delete_removed":
        return  # pods that are removed nevertheless are not removed by this scale
    for name, body in target.statefulsets.items():
        staging = staging_container(_pod_of_template(body), options.staging_path)
        if not see_pods and target.scales_down and staging:
            raise ScaleError(
                FORBIDDEN,
                f"{target.label}: cannot check for staged images, because this account may not list pods in "
                f"namespace {target.namespace}. {ANYWAY}",
            )
        wanted = wanted_ordinals(body, target.replicas)
        checked: set[int] = set()
        for pod in target.pods_before.get(name, []):
            ordinal = ordinal_of(pod["metadata"]["name"], name)
            if ordinal is None or ordinal in wanted:
                continue
            container = staging_container(pod, options.staging_path)
            if container and _runs(pod, container):
                _check_pod(client, target, pod, container, options.staging_path)
                checked.add(ordinal)
        if options.pvc == "delete_removed" and staging:
            _refuse_unchecked_claims(target, body, checked)


def _pod_of_template(body: Object) -> Object:
    """The pod template as a pod, with a volume for each claim template."""
    pod = dict((body["spec"].get("template") or {}).get("spec") or {})
    claims = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in templates_of(body)]
    return {"spec": {**pod, "volumes": [*(pod.get("volumes") or []), *claims]}}


def _runs(pod: Mapping[str, Any], container: str) -> bool:
    states = (pod.get("status") or {}).get("containerStatuses") or []
    return any(state.get("name") == container and "running" in (state.get("state") or {}) for state in states)


def _check_pod(client: KubeClient, target: ScaleTarget, pod: Object, container: str, path: str) -> None:
    name = pod["metadata"]["name"]
    command = ["ls", "-A", "--", path]
    try:
        result = client.execute(target.namespace, name, container, command, timeout=LIST_SECONDS)
    except KubeError as error:
        if error.reason == NOT_FOUND:
            return
        reason = FORBIDDEN if error.reason == FORBIDDEN else REFUSED
        text = f"{target.label}: cannot check for staged images in pod {name}: {error} {ANYWAY}"
        raise ScaleError(reason, text) from None
    files = result.stdout.decode("utf-8", "replace").splitlines()
    if result.rc and b"No such file" not in result.stderr:
        error_text = result.stderr.decode("utf-8", "replace").strip()
        raise ScaleError(
            REFUSED,
            f"{target.label}: cannot check for staged images in {path} of pod {name}, container {container}: "
            f"{error_text}. {ANYWAY}",
        )
    if files:
        shown = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        raise ScaleError(
            REFUSED,
            f"{target.label}: the scale would remove pod {name}, which has staged images in {path} that are not "
            f"imported yet: {shown}. Wait for the imports, or delete those images. {ANYWAY}",
        )


def _refuse_unchecked_claims(target: ScaleTarget, body: Object, checked: set[int]) -> None:
    name = body["metadata"]["name"]
    claims = target.claims.get(name)
    unchecked = [
        claim["metadata"]["name"]
        for claim in (claims.left_over if claims else ())
        if claim_ordinal(claim["metadata"]["name"], name, templates_of(body)) not in checked
        and (claim.get("status") or {}).get("phase") != "Pending"
    ]
    if unchecked:
        raise ScaleError(
            REFUSED,
            f"{target.label}: {', '.join(unchecked)} may hold staged images, which cannot be checked, because no "
            "running pod mounts them. Nothing was changed; guard_staged=false deletes these claims anyway.",
        )
