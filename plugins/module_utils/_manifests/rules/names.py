# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: names that kustomize changes in what it builds, but not where a control plane refers to it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import CONFIG_SECRETS, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, Place
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

_FIELDS = {"secret": ("Secret", "secretName"), "configMap": ("ConfigMap", "name")}

#: (kind, name, place, field path) of a reference.
Reference = tuple[str, str, Place, str]


def _references(deployment: Deployment) -> Iterator[Reference]:
    """All Secrets and ConfigMaps that a Glance refers to."""
    for extra in deployment.volumes:
        for index, volume in enumerate(extra.node.list("volumes")):
            at = f"{extra.path}.volumes[{index}]"
            for key, (kind, field) in _FIELDS.items():
                yield from _reference(kind, volume.get(key), field, f"{at}.{key}")
            for number, source in enumerate(volume.list("projected", "sources")):
                for key, (kind, _field) in _FIELDS.items():
                    yield from _reference(kind, source.get(key), "name", f"{at}.projected.sources[{number}].{key}")
    places = [(deployment.template, deployment.base)]
    places += [(api.node, api.path) for api in deployment.apis if api.node is not deployment.template]
    for node, path in places:
        for index, item in enumerate(node.list(CONFIG_SECRETS)):
            yield "Secret", item.string(), item.place, f"{path}.{CONFIG_SECRETS}[{index}]"


def _reference(kind: str, node: Node | None, field: str, path: str) -> Iterator[Reference]:
    if node is not None and node.string(field):
        yield kind, node.string(field), node.spot(field), f"{path}.{field}"


def name_changed(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        near = [made for made in workspace.made if made.scope == deployment.scope]
        final = {(made.kind, made.name) for made in near}
        # What was given beside the kustomization keeps its name.
        final |= {("Secret", secret.name) for secret in workspace.secrets if not secret.scope}
        changed = {(made.kind, name): made for made in near if made.why for name in made.names}
        for kind, name, place, path in _references(deployment):
            made = changed.get((kind, name))
            if made is not None and (kind, name) not in final:
                message = (
                    f"names {kind} '{name}', which is built as '{made.name}' ({made.why}), and kustomize does not "
                    "change the name in fields of custom resources: pods wait for it for ever. Set "
                    "disableNameSuffixHash: true, or write the name that it gets"
                )
                yield Hit(place, path, message, object=deployment.label)


RULES = (Rule("name-changed", ERROR, "kustomize gives another name to what is referred to", name_changed),)
