# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for storage: which APIs get a PVC for staging."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, SIZE_RULE

STATE = "/var/lib/glance"
STAGING = f"{STATE}/os_glance_staging_store"


def _deployments(workspace: Workspace) -> Iterator[GlanceDeployment]:
    for deployment in workspace.deployments:
        if deployment.kind != "GlanceAPI":
            yield deployment


def _request(node: Node) -> str:
    return node.string("storage", "storageRequest")


def _external(node: Node) -> bool | None:
    return node.flag("storage", "external")


def no_pvc(workspace: Workspace) -> Hits:
    for deployment in _deployments(workspace):
        template = deployment.template
        requests = bool(_request(template)) or any(_request(api.node) for api in deployment.apis)
        if _external(template) and requests:
            message = (
                "is true, and every API inherits it, so no API gets a PVC although storageRequest is set. Set it to "
                "false; the cluster keeps the value if you only remove it"
            )
            location = template.location_of("storage", "external")
            yield deployment.hit(f"{deployment.base}.storage.external", message, location)
            continue
        for api in deployment.apis:
            yield from _api_no_pvc(deployment, api)


def _api_no_pvc(deployment: GlanceDeployment, api: Api) -> Hits:
    template = deployment.template
    location = api.node.location_of("storage", "storageRequest")
    path = f"{api.path}.storage.storageRequest"
    if _request(api.node) and not _request(template) and not deployment.partial and _external(template) is None:
        message = (
            f"does not create a PVC: without {deployment.base}.storage.storageRequest the webhook sets external: true "
            f"there, and the API inherits it. Also set {deployment.base}.storage.storageRequest"
        )
        yield deployment.hit(path, message, location, api.key)
    elif _external(api.node) and _request(api.node):
        message = "does not create a PVC, because storage.external is true. Remove one of the two"
        yield deployment.hit(path, message, location, api.key)


def _without_pvc(deployment: GlanceDeployment, api: Api) -> bool:
    """Whether an API has no PVC, as far as the manifest shows."""
    template = deployment.template
    if _external(template) or _external(api.node):
        return True
    return not deployment.partial and not _request(template) and not _request(api.node)


def _is_staging_mounted(deployment: GlanceDeployment, api: Api) -> bool:
    """Whether extraMounts mount a volume at the staging directory."""
    return any(
        mount.directory == STAGING or STAGING.startswith(f"{mount.directory}/")
        for extra in deployment.volumes
        if extra.matches(api.key)
        for mount in extra.mounts
        if mount.directory
    )


def storage_none(workspace: Workspace) -> Hits:
    for deployment in _deployments(workspace):
        found = [api for api in deployment.apis if api.replicas != 0 and _without_pvc(deployment, api)]
        affected = [api for api in found if not _is_staging_mounted(deployment, api) and not _request(api.node)]
        if affected and not (_external(deployment.template) and _request(deployment.template)):
            keys = ", ".join(api.key for api in affected)
            location = deployment.template.location_of("storage", "external")
            message = (
                f"does not create a PVC for {keys}, and no volume is mounted at {STATE}, so images are staged on the "
                "root file system, which newer operators mount read-only. Set storageRequest, or mount a volume there"
            )
            site = affected[0].key if len(affected) == 1 else ""
            yield deployment.hit(f"{deployment.base}.storage", message, location, site)


def external_replicas(workspace: Workspace) -> Hits:
    for deployment in _deployments(workspace):
        for api in deployment.apis:
            if (api.replicas or 0) > 1 and _without_pvc(deployment, api):
                message = (
                    f"is {api.replicas}, but the replicas have no PVCs (storage is external): an image that one of "
                    "them stages is lost with the pod, or all replicas use it on a shared volume. Set storageRequest, "
                    "or 1"
                )
                own = api.node.entry("replicas")
                location = own.location if own is not None else api.location
                yield deployment.hit(f"{api.path}.replicas", message, location, api.key)


def quantity(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        locations = [(deployment.template, deployment.base, "")]
        locations += [(api.node, api.path, api.key) for api in deployment.apis if api.node is not deployment.template]
        for node, path, site in locations:
            for keys in (("storage", "storageRequest"), ("imageCache", "size")):
                value = node.string(*keys)
                if value and "{{" not in value and not SIZE.fullmatch(value):
                    message = f"is {words.show(value)}, which is not a valid size. Use {SIZE_RULE}"
                    yield deployment.hit(f"{path}.{'.'.join(keys)}", message, node.location_of(*keys), site)


RULES = (
    Rule("storage-no-pvc", ERROR, "storage is requested, but no PVC is created", no_pvc),
    Rule("storage-quantity", ERROR, "a size is not a valid quantity", quantity),
    Rule("storage-none", WARNING, "an API has no PVC to stage images on", storage_none),
    Rule("external-replicas", WARNING, "several replicas have no PVCs", external_replicas),
)
