# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a control plane of the OpenStack operators: each API of Glance is a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    DECIDE,
    UNSAID,
    WRONG,
    Config,
    Note,
    Place,
    Setting,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace


@dataclass
class FoundOperators:
    """The APIs, the keys of the topology that only operators have, and the hub."""

    places: list[Place] = field(default_factory=list)
    operators: dict[str, Any] = field(default_factory=dict)
    apis: dict[str, dict[str, Any]] = field(default_factory=dict)
    hub: str = ""
    notes: list[Note] = field(default_factory=list)


def found_operators(workspace: Workspace) -> FoundOperators:
    """What the objects of a workspace say. One control plane is expected."""
    found = FoundOperators()
    for fault in workspace.faults:
        found.notes.append(Note(WRONG, f"{fault.location.file}:{fault.location.line}", fault.message))
    if not workspace.deployments:
        return found
    deployment = workspace.deployments[0]
    for other in workspace.deployments[1:]:
        found.notes.append(
            Note(UNSAID, other.label, f"a topology has one Glance, and this one is not {deployment.label}")
        )
    _objects(deployment, found)
    for api in deployment.apis:
        found.places.append(_place(workspace, deployment, api, found.notes))
        found.apis[api.key] = _api(deployment, api)
    found.hub = deployment.endpoint or (deployment.apis[0].key if deployment.apis else "")
    return found


def _objects(deployment: GlanceDeployment, found: FoundOperators) -> None:
    namespace = deployment.root.string("metadata", "namespace")
    if namespace and namespace != "openstack":
        found.operators["namespace"] = namespace
    if deployment.kind == "Glance":
        found.operators["glance"] = deployment.name
    elif deployment.name and deployment.name != "openstack":
        found.operators["control_plane"] = deployment.name
    storage_class = deployment.template.string("storage", "storageClass")
    if storage_class:
        found.operators["storage_class"] = storage_class
    listed = ", ".join(name for name in dict.fromkeys(volume.entry for volume in deployment.volumes) if name)
    text = (
        "the collection mounts Secrets of its own with confs and keyrings. Remove the mounts that are there"
        f"{' (' + listed + ')' if listed else ''} when the pods have the new ones"
    )
    found.notes.append(Note(DECIDE, deployment.label, text))


def _place(workspace: Workspace, deployment: GlanceDeployment, api: Api, notes: list[Note]) -> Place:
    effective = workspace.config_of(deployment, api)
    if effective is None:
        notes.append(Note(UNSAID, f"{deployment.label} {api.path}", "the API has no customServiceConfig"))
        return Place(api.key, kind="api", site=api.key, platform="operators")
    if effective.secrets_unknown:
        text = "a Secret of customServiceConfigSecrets was not read, so its options are not in the topology"
        notes.append(Note(UNSAID, f"{deployment.label} {api.path}", text))
    options: dict[str, dict[str, Setting]] = {}
    inis = [(effective.text.ini, True), *((ini, False) for ini in effective.added)]
    for ini, located in inis:
        for option in ini.options:
            location = effective.text.line_location(option.line) if located else None
            hidden = is_secret_option(option.name) and "{{" not in option.value
            where = (location.file or deployment.label, location.line or option.line) if location else ("a Secret", 0)
            value = redact.mask_value(option.name, option.value) if hidden else option.value
            options.setdefault(option.section, {})[option.name] = Setting(value, *where, hidden=hidden)
    return Place(
        api.key,
        kind="api",
        site=api.key,
        platform="operators",
        glance=Config(f"{deployment.label} {api.path}", options),
    )


def _api(deployment: GlanceDeployment, api: Api) -> dict[str, Any]:
    """The key ``glance.api`` of a site."""
    found: dict[str, Any] = {}
    if api.type:
        found["type"] = api.type
    if api.replicas is not None and api.replicas != 1:
        found["replicas"] = api.replicas
    for node in (api.node, deployment.template):
        request = node.string("storage", "storageRequest")
        if request:
            found.setdefault("storage_request", request)
    storage_class = api.node.string("storage", "storageClass")
    if storage_class:
        found["storage_class"] = storage_class
    return found
