# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for references to Secrets and ConfigMaps whose names kustomize changes."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, Hits, Rule, SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import CONFIG_SECRETS, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node

_FIELDS = {"secret": ("Secret", "secretName"), "configMap": ("ConfigMap", "name")}

#: (kind, name, location, field path) of a reference.
Reference = tuple[str, str, SourceLocation, str]


def _references(deployment: GlanceDeployment) -> Iterator[Reference]:
    """All references to Secrets and ConfigMaps in a deployment."""
    for extra in deployment.volumes:
        for index, volume in enumerate(extra.node.list("volumes")):
            at = f"{extra.path}.volumes[{index}]"
            for key, (kind, field) in _FIELDS.items():
                yield from _reference(kind, volume.get(key), field, f"{at}.{key}")
            for number, source in enumerate(volume.list("projected", "sources")):
                for key, (kind, _field) in _FIELDS.items():
                    yield from _reference(kind, source.get(key), "name", f"{at}.projected.sources[{number}].{key}")
    locations = [(deployment.template, deployment.base)]
    locations += [(api.node, api.path) for api in deployment.apis if api.node is not deployment.template]
    for node, path in locations:
        for index, item in enumerate(node.list(CONFIG_SECRETS)):
            yield "Secret", item.string(), item.location, f"{path}.{CONFIG_SECRETS}[{index}]"


def _reference(kind: str, node: Node | None, field: str, path: str) -> Iterator[Reference]:
    if node is not None and node.string(field):
        yield kind, node.string(field), node.location_of(field), f"{path}.{field}"


def name_changed(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        generated = [each for each in workspace.generated if each.scope == deployment.scope]
        existing = {(each.kind, each.name) for each in generated}
        # Secrets outside of the kustomization keep their names.
        existing |= {("Secret", secret.name) for secret in workspace.secrets if not secret.scope}
        changed = {(each.kind, name): each for each in generated if each.reason for name in each.earlier_names}
        for kind, name, location, path in _references(deployment):
            found = changed.get((kind, name))
            if found is not None and (kind, name) not in existing:
                message = (
                    f"refers to {kind} '{name}', which is built as '{found.name}' ({found.reason}). kustomize does not "
                    "update names in fields of custom resources, so the pods do not start. Set disableNameSuffixHash: "
                    "true, or use the final name"
                )
                yield deployment.hit(path, message, location)


RULES = (
    Rule(
        "name-changed", ERROR, "kustomize changes the name of a Secret or ConfigMap that is referred to", name_changed
    ),
)
