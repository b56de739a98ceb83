# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: storage: who gets a PVC for staging, and who only seems to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

_QUANTITY = re.compile(r"[+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
STATE = "/var/lib/glance"
STAGING = f"{STATE}/os_glance_staging_store"


def _deployments(workspace: Workspace) -> Iterator[Deployment]:
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
                "is true, and every API inherits it whatever its own says: none gets a PVC, although storageRequest is "
                "set. Set it to false (leaving it out does not clear what is in the cluster)"
            )
            place = template.spot("storage", "external")
            yield Hit(place, f"{deployment.base}.storage.external", message, object=deployment.label)
            continue
        for api in deployment.apis:
            yield from _api_no_pvc(deployment, api)


def _api_no_pvc(deployment: Deployment, api: Api) -> Hits:
    template = deployment.template
    place = api.node.spot("storage", "storageRequest")
    path = f"{api.path}.storage.storageRequest"
    if _request(api.node) and not _request(template) and not deployment.partial and _external(template) is None:
        message = (
            f"gives no PVC: without a storageRequest at {deployment.base}.storage the webhook sets external: true "
            f"there, and the API inherits it. Set {deployment.base}.storage.storageRequest too"
        )
        yield Hit(place, path, message, api.key, object=deployment.label)
    elif _external(api.node) and _request(api.node):
        message = "gives no PVC, because `external: true` stands beside it. Remove one of the two"
        yield Hit(place, path, message, api.key, object=deployment.label)


def _without_pvc(deployment: Deployment, api: Api) -> bool:
    """Whether an API that asks for nothing of its own has no PVC, as far as the manifest tells."""
    template = deployment.template
    if _external(template) or _external(api.node):
        return True
    return not deployment.partial and not _request(template) and not _request(api.node)


def _mounted(deployment: Deployment, api: Api) -> bool:
    """Whether something of the user's is mounted where images are staged."""
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
        bare = [api for api in found if not _mounted(deployment, api) and not _request(api.node)]
        if bare and not (_external(deployment.template) and _request(deployment.template)):
            keys = ", ".join(api.key for api in bare)
            place = deployment.template.spot("storage", "external")
            message = (
                f"yields no PVC for {keys}, and nothing is mounted at {STATE}: there is no room to stage an import, "
                "and on newer operators no place at all. Set storageRequest, or mount a volume there"
            )
            site = bare[0].key if len(bare) == 1 else ""
            yield Hit(place, f"{deployment.base}.storage", message, site, object=deployment.label)


def external_replicas(workspace: Workspace) -> Hits:
    for deployment in _deployments(workspace):
        for api in deployment.apis:
            if (api.replicas or 0) > 1 and _without_pvc(deployment, api):
                message = (
                    f"runs {api.replicas} replicas without PVCs of their own (storage is external): what one of them "
                    "stages is lost with it or, on a shared volume, claimed by all. Set storageRequest, or replicas 1"
                )
                own = api.node.entry("replicas")
                place = own.place if own is not None else api.place
                yield Hit(place, f"{api.path}.replicas", message, api.key, object=deployment.label)


def quantity(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        places = [(deployment.template, deployment.base, "")]
        places += [(api.node, api.path, api.key) for api in deployment.apis if api.node is not deployment.template]
        for node, path, site in places:
            for keys in (("storage", "storageRequest"), ("imageCache", "size")):
                value = node.string(*keys)
                if value and "{{" not in value and not _QUANTITY.fullmatch(value):
                    message = f"is {names.show(value)}, which is no quantity. Write it like 10G or 10Gi"
                    yield Hit(node.spot(*keys), f"{path}.{'.'.join(keys)}", message, site, object=deployment.label)


RULES = (
    Rule("storage-no-pvc", ERROR, "storage is asked for and no PVC is made", no_pvc),
    Rule("storage-quantity", ERROR, "a size is no quantity", quantity),
    Rule("storage-none", WARNING, "an API has no PVC to stage images on", storage_none),
    Rule("external-replicas", WARNING, "several replicas have no PVCs of their own", external_replicas),
)
