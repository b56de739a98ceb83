# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Glance as a manifest describes it: its APIs, what configures each, and what is mounted where."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._ini import located as ini_text
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import Ini
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import ExtraVolume, extra_volumes
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    SCALAR,
    SEQUENCE,
    Node,
    Place,
    join,
)

CONFIG = "customServiceConfig"
CONFIG_SECRETS = "customServiceConfigSecrets"
#: What the operator starts from: templates/common/config of it, file 00.
OPERATOR_STORE = "default_backend"
TYPES = {"external": "split", "internal": "split", "single": "single", "edge": "edge"}


@dataclass(frozen=True)
class Api:
    """One key of glanceAPIs. ``type`` is '' and ``replicas`` None where a patch leaves it to its base."""

    key: str
    path: str
    place: Place
    node: Node
    type: str
    replicas: int | None


@dataclass(frozen=True)
class Config:
    """A customServiceConfig and the APIs that use it; ``secrets``: where more of the configuration may be."""

    path: str
    node: Node
    ini: Ini
    own: str
    apis: tuple[Api, ...]
    secrets: tuple[str, ...]
    used: bool

    def place(self, line: int | None) -> Place:
        """The place of a line of the text."""
        return self.node.line_place(line) if line else self.node.place

    def at(self, section: str, option: str = "") -> str:
        """The field path of something in the text."""
        return f"{self.path} [{section}]{' ' + option if option else ''}"

    @property
    def site(self) -> str:
        """The key of the one API that uses it, else ''."""
        return self.own or (self.apis[0].key if len(self.apis) == 1 else "")

    @property
    def backends(self) -> list[ini_text.Backend]:
        """The enabled stores that can be understood."""
        value = self.ini.value(ini_text.DEFAULT, "enabled_backends")
        return [entry for entry in ini_text.backends(value) if entry.id and entry.type]


@dataclass(frozen=True)
class Deployment:
    """A Glance. ``base`` is the field path of its template; ``partial`` as for documents."""

    label: str
    kind: str
    name: str
    root: Node
    base: str
    template: Node
    partial: bool
    apis: tuple[Api, ...]
    configs: tuple[Config, ...]
    volumes: tuple[ExtraVolume, ...]
    scope: str = ""

    def api(self, key: str) -> Api | None:
        """The API of that key."""
        return next((api for api in self.apis if api.key == key), None)

    def config(self, api: Api) -> Config | None:
        """What configures an API, if that is known."""
        return next((config for config in self.configs if api in config.apis), None)

    @property
    def endpoint(self) -> str:
        """The key of the API that Keystone registers; '' if unknown."""
        stated = self.template.string("keystoneEndpoint")
        if not stated and len(self.apis) == 1 and not self.partial:
            return self.apis[0].key
        return stated

    @property
    def has_edge(self) -> bool:
        """Whether there are spokes."""
        return any(api.type == "edge" for api in self.apis)

    @property
    def glance_name(self) -> str:
        """The name of the Glance object, or one as long, where it gets a unique suffix."""
        if self.kind == "Glance":
            return self.name or "glance"
        return "glance-00000" if self.root.flag("spec", "glance", "uniquePodNames") else "glance"


def of_control_plane(root: Node, label: str, partial: bool) -> Deployment | None:
    """The Glance of an OpenStackControlPlane."""
    template = root.get("spec", "glance", "template")
    common = root.get("spec", "extraMounts")
    if template is None:
        if common is None:
            return None
        template = Node("mapping", root.spot("spec"))
    volumes = [*extra_volumes(template.get("extraMounts"), "spec.glance.template.extraMounts")]
    volumes += extra_volumes(common, "spec.extraMounts")
    return _deployment(root, label, "OpenStackControlPlane", "spec.glance.template", template, partial, volumes)


def of_glance(root: Node, label: str, partial: bool) -> Deployment:
    """A Glance of its own."""
    template = root.get("spec") or Node("mapping", root.place)
    volumes = extra_volumes(template.get("extraMounts"), "spec.extraMounts")
    return _deployment(root, label, "Glance", "spec", template, partial, volumes)


def of_values(root: Node, label: str) -> Deployment | None:
    """A kustomize values file: a ConfigMap whose data holds parts of a control plane."""
    template = root.get("data", "glance")
    if template is None or not (template.children("glanceAPIs") or template.string(CONFIG)):
        return None
    volumes = extra_volumes(root.get("data", "extraMounts"), "data.extraMounts")
    return _deployment(root, label, "values", "data.glance", template, True, volumes)


def of_api(root: Node, label: str, partial: bool) -> Deployment | None:
    """A GlanceAPI, as the operator writes it."""
    spec = root.get("spec")
    if spec is None:
        return None
    key = root.string("metadata", "labels", "api-name") or root.string("metadata", "name")
    api = Api(key, "spec", spec.place, spec, TYPES.get(spec.string("apiType"), ""), spec.integer("replicas"))
    config = _config(spec, "spec", key, (api,))
    volumes = extra_volumes(spec.get("extraMounts"), "spec.extraMounts")
    configs = (config,) if config is not None else ()
    return Deployment(
        label,
        "GlanceAPI",
        root.string("metadata", "name"),
        root,
        "spec",
        spec,
        partial,
        (api,),
        configs,
        tuple(volumes),
    )


def _deployment(
    root: Node, label: str, kind: str, base: str, template: Node, partial: bool, volumes: list[ExtraVolume]
) -> Deployment:
    apis = []
    for key, entry in template.children("glanceAPIs").items():
        if entry.node.kind == SEQUENCE or (entry.node.kind == SCALAR and entry.node.value is not None):
            # A field that went astray.
            continue
        stated = entry.node.string("type")
        replicas = entry.node.integer("replicas")
        known = not partial or kind == "values"
        apis.append(
            Api(
                key=key,
                path=join(f"{base}.glanceAPIs", key),
                place=entry.place,
                node=entry.node,
                type=stated or ("split" if known else ""),
                replicas=replicas if replicas is not None or not known else 1,
            )
        )
    found = tuple(apis)
    configs = _configs(template, base, found, partial)
    name = root.string("metadata", "name")
    return Deployment(label, kind, name, root, base, template, partial, found, configs, tuple(volumes))


def _configs(template: Node, base: str, apis: tuple[Api, ...], partial: bool) -> tuple[Config, ...]:
    own = [_config(api.node, api.path, api.key, (api,), template) for api in apis]
    mine = {config.own for config in own if config is not None}
    # A patch that leaves an API's text out says nothing of what the API has.
    heirs = () if partial else tuple(api for api in apis if api.key not in mine)
    common = _config(template, base, "", heirs)
    if common is not None and not heirs and not partial and apis:
        common = replace(common, used=False)
    return tuple(config for config in (common, *own) if config is not None)


def _config(node: Node, path: str, own: str, apis: tuple[Api, ...], template: Node | None = None) -> Config | None:
    text = node.get(CONFIG)
    if text is None or not text.string().strip():
        return None
    names = [item.string() for item in node.list(CONFIG_SECRETS)]
    if not names and template is not None:
        names = [item.string() for item in template.list(CONFIG_SECRETS)]
    names += [item.string() for api in apis if not own for item in api.node.list(CONFIG_SECRETS)]
    ini = ini_text.read(text.string())
    return Config(f"{path}.{CONFIG}", text, ini, own, apis, tuple(dict.fromkeys(filter(None, names))), True)


def deployment_of(root: Node, kind: str, label: str, partial: bool) -> Deployment | None:
    """The deployment that an object describes, if it describes one."""
    if kind == "OpenStackControlPlane":
        return of_control_plane(root, label, partial)
    if kind == "Glance":
        return of_glance(root, label, partial)
    if kind == "GlanceAPI":
        return of_api(root, label, partial)
    return of_values(root, label) if kind == "ConfigMap" else None
