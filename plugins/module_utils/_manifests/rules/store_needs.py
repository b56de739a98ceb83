# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for what a store needs beside its section: Cinder, a shared volume, and a Secret for its keys."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DEFAULT_DATADIR
from ansible_collections.dcn.glance.plugins.module_utils._ini.redact import MASK
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._operators import cinder
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import TEMPLATE


def cinder_missing(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        types = {store.type for config in workspace.configs_of(deployment) for store in config.stores}
        if deployment.kind != "OpenStackControlPlane" or "cinder" not in types:
            continue
        spec = (deployment.root.get("spec") or deployment.root).plain()
        if deployment.root.flag("spec", "cinder", "enabled") is False:
            location = deployment.root.location_of("spec", "cinder", "enabled")
            yield deployment.hit("spec.cinder.enabled", cinder.OFF, location)
        elif not deployment.partial and not cinder.backends(spec):
            location = deployment.root.location_of("spec", "cinder", "template", "cinderVolumes")
            path = "spec.cinder.template.cinderVolumes"
            yield deployment.hit(path, cinder.NO_BACKEND, location, severity=WARNING)


def file_not_shared(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        deployment = config.deployment
        for store in config.stores:
            directory = store.directory or DEFAULT_DATADIR
            if store.type != "file" or deployment.partial:
                continue
            for api in config.text.apis:
                pods = _several_pods(api)
                if pods and not _is_mounted(deployment, api, directory):
                    message = (
                        f"is {directory}, of which each of the {pods} of {api.key} has its own, so most of them cannot "
                        "read an image. Mount a shared volume there with extraMounts, such as NFS"
                    )
                    option = "filesystem_store_datadir"
                    yield config.option_hit(store.id, option, message)


def _several_pods(api: Api) -> str:
    if api.type == "split" and api.replicas != 0:
        return "external and internal pods"
    return f"{api.replicas} pods" if (api.replicas or 0) > 1 else ""


def _is_mounted(deployment: GlanceDeployment, api: Api, directory: str) -> bool:
    """Whether extraMounts mount a volume that is not of one pod only at the directory, or above it."""
    return any(
        f"{directory}/".startswith(f"{mount.directory}/")
        for extra in deployment.volumes
        if extra.matches(api.key)
        for mount in extra.mounts
        if mount.directory
    )


def secret_in_text(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        yield from _secrets_in(deployment)


def _secrets_in(deployment: GlanceDeployment) -> Iterator[Hit]:
    for text in deployment.texts:
        for option in text.ini.options:
            value = option.value.strip()
            if is_secret_option(option.name) and value and TEMPLATE not in value and MASK not in value:
                message = (
                    "is a secret, which everybody who can read this object can read. Move it to a Secret, and name "
                    "that in customServiceConfigSecrets"
                )
                path, location = text.field_path(option.section, option.name), text.line_location(option.line)
                yield deployment.hit(path, message, location, text.site)


RULES = (
    Rule("cinder-missing", ERROR, "a store of type cinder without Cinder", cinder_missing),
    Rule("file-not-shared", ERROR, "pods have their own directory of a file store", file_not_shared),
    Rule("secret-in-text", WARNING, "a secret is in the text instead of a Secret", secret_in_text),
)
