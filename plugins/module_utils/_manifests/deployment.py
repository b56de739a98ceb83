# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Glance deployment in a manifest: its APIs, their configuration and their mounts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Hit, SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import ExtraVolume, extra_volumes
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    SCALAR,
    SEQUENCE,
    Node,
    join,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import API_TYPE_OF
from ansible_collections.dcn.glance.plugins.module_utils._operators.webhook import is_invented_config

CONFIG = "customServiceConfig"
CONFIG_SECRETS = "customServiceConfigSecrets"
#: The store that the operator configures by default (templates/common/config, file 00).
OPERATOR_STORE = "default_backend"


@dataclass(frozen=True)
class Api:
    """One key of glanceAPIs. ``type`` is empty and ``replicas`` None where a patch does not set them."""

    key: str
    path: str
    location: SourceLocation
    node: Node
    type: str
    replicas: int | None


@dataclass(frozen=True)
class ConfigText:
    """A customServiceConfig and the APIs that use it.

    ``api_key`` is the key of the API that sets it, or empty for the template of all APIs. ``secrets`` are the names of
    the Secrets that add to the configuration. ``used`` is False if no API inherits the text, or if the webhook has set
    it and no API that uses it has pods.
    """

    path: str
    node: Node
    ini: located.Ini
    api_key: str
    apis: tuple[Api, ...]
    secrets: tuple[str, ...]
    used: bool

    def line_location(self, line: int | None) -> SourceLocation:
        """The location of a line of the text; of the whole field if the line is None."""
        return self.node.line_location(line) if line else self.node.location

    def field_path(self, section: str, option: str = "") -> str:
        """The field path of a section or option of the text."""
        return f"{self.path} [{section}]{' ' + option if option else ''}"

    @property
    def site(self) -> str:
        """The key of the only API that uses it, else an empty string."""
        return self.api_key or (self.apis[0].key if len(self.apis) == 1 else "")

    @property
    def backends(self) -> list[located.Backend]:
        """The valid entries of enabled_backends."""
        value = self.ini.value(located.DEFAULT, "enabled_backends")
        return [entry for entry in located.backends(value) if entry.id and entry.type]


@dataclass(frozen=True)
class GlanceDeployment:
    """The Glance that one object describes.

    ``base`` is the field path of the template. ``partial`` and ``scope`` have the meaning that they have for documents.
    """

    label: str
    kind: str
    name: str
    root: Node
    base: str
    template: Node
    partial: bool
    apis: tuple[Api, ...]
    texts: tuple[ConfigText, ...]
    volumes: tuple[ExtraVolume, ...]
    scope: str = ""

    def hit(self, path: str, message: str, location: SourceLocation, site: str = "", severity: str = "") -> Hit:
        """A hit at a field of the object."""
        return Hit(path, message, site, severity, self.label, location)

    def api(self, key: str) -> Api | None:
        """The API with this key, or None."""
        return next((api for api in self.apis if api.key == key), None)

    def text_of(self, api: Api) -> ConfigText | None:
        """The customServiceConfig of an API, or None if it is unknown."""
        return next((text for text in self.texts if api in text.apis), None)

    @property
    def endpoint(self) -> str:
        """The key of the API that is registered in Keystone; empty if unknown."""
        stated = self.template.string("keystoneEndpoint")
        if not stated and len(self.apis) == 1 and not self.partial:
            return self.apis[0].key
        return stated

    @property
    def has_edge(self) -> bool:
        """Whether it has edge APIs."""
        return any(api.type == "edge" for api in self.apis)

    @property
    def glance_name(self) -> str:
        """The name of the Glance object, or a name of the same length if the operator adds a unique suffix."""
        if self.kind == "Glance":
            return self.name or "glance"
        return "glance-00000" if self.root.flag("spec", "glance", "uniquePodNames") else "glance"


def _of_control_plane(root: Node, label: str, partial: bool) -> GlanceDeployment | None:
    template = root.get("spec", "glance", "template")
    common = root.get("spec", "extraMounts")
    if template is None:
        if common is None:
            return None
        template = Node("mapping", root.location_of("spec"))
    volumes = [*extra_volumes(template.get("extraMounts"), "spec.glance.template.extraMounts")]
    volumes += extra_volumes(common, "spec.extraMounts")
    return _deployment(root, label, "OpenStackControlPlane", "spec.glance.template", template, partial, volumes)


def _of_glance(root: Node, label: str, partial: bool) -> GlanceDeployment:
    template = root.get("spec") or Node("mapping", root.location)
    volumes = extra_volumes(template.get("extraMounts"), "spec.extraMounts")
    return _deployment(root, label, "Glance", "spec", template, partial, volumes)


def _of_values(root: Node, label: str) -> GlanceDeployment | None:
    """The parts of a control plane in a ConfigMap that feeds replacements of kustomize."""
    template = root.get("data", "glance")
    if template is None or not (template.children("glanceAPIs") or template.string(CONFIG)):
        return None
    volumes = extra_volumes(root.get("data", "extraMounts"), "data.extraMounts")
    return _deployment(root, label, "values", "data.glance", template, True, volumes)


def _of_glance_api(root: Node, label: str, partial: bool) -> GlanceDeployment | None:
    spec = root.get("spec")
    if spec is None:
        return None
    key = root.string("metadata", "labels", "api-name") or root.string("metadata", "name")
    api = Api(key, "spec", spec.location, spec, API_TYPE_OF.get(spec.string("apiType"), ""), spec.integer("replicas"))
    text = _config_text(spec, "spec", key, (api,))
    volumes = extra_volumes(spec.get("extraMounts"), "spec.extraMounts")
    texts = (text,) if text is not None else ()
    return GlanceDeployment(
        label,
        "GlanceAPI",
        root.string("metadata", "name"),
        root,
        "spec",
        spec,
        partial,
        (api,),
        texts,
        tuple(volumes),
    )


def _deployment(
    root: Node, label: str, kind: str, base: str, template: Node, partial: bool, volumes: list[ExtraVolume]
) -> GlanceDeployment:
    apis = []
    for key, entry in template.children("glanceAPIs").items():
        if entry.node.kind == SEQUENCE or (entry.node.kind == SCALAR and entry.node.value is not None):
            # This is a misplaced field, not an API.
            continue
        stated = entry.node.string("type")
        replicas = entry.node.integer("replicas")
        known = not partial or kind == "values"
        apis.append(
            Api(
                key=key,
                path=join(f"{base}.glanceAPIs", key),
                location=entry.location,
                node=entry.node,
                type=stated or ("split" if known else ""),
                replicas=replicas if replicas is not None or not known else 1,
            )
        )
    found = tuple(apis)
    texts = _config_texts(template, base, found, partial)
    name = root.string("metadata", "name")
    return GlanceDeployment(label, kind, name, root, base, template, partial, found, texts, tuple(volumes))


def _config_texts(template: Node, base: str, apis: tuple[Api, ...], partial: bool) -> tuple[ConfigText, ...]:
    own = [_config_text(api.node, api.path, api.key, (api,), template) for api in apis]
    with_own = {text.api_key for text in own if text is not None}
    # If a patch does not set the text of an API, the base may set it.
    inheriting = () if partial else tuple(api for api in apis if api.key not in with_own)
    common = _config_text(template, base, "", inheriting)
    if common is not None and not inheriting and not partial and apis:
        common = replace(common, used=False)
    texts = (text for text in (common, *own) if text is not None)
    return tuple(replace(text, used=False) if _is_parked(text) else text for text in texts)


def _is_parked(text: ConfigText) -> bool:
    """Whether the webhook has set the text, and only APIs without pods use it, such as the one that it adds."""
    return is_invented_config(text.node.string()) and bool(text.apis) and all(api.replicas == 0 for api in text.apis)


def _config_text(
    node: Node, path: str, api_key: str, apis: tuple[Api, ...], template: Node | None = None
) -> ConfigText | None:
    text = node.get(CONFIG)
    if text is None or not text.string().strip():
        return None
    names = [item.string() for item in node.list(CONFIG_SECRETS)]
    if not names and template is not None:
        names = [item.string() for item in template.list(CONFIG_SECRETS)]
    names += [item.string() for api in apis if not api_key for item in api.node.list(CONFIG_SECRETS)]
    ini = located.read(text.string())
    return ConfigText(f"{path}.{CONFIG}", text, ini, api_key, apis, tuple(dict.fromkeys(filter(None, names))), True)


def deployment_of(root: Node, kind: str, label: str, partial: bool) -> GlanceDeployment | None:
    """The Glance deployment that an object describes, or None."""
    if kind == "OpenStackControlPlane":
        return _of_control_plane(root, label, partial)
    if kind == "Glance":
        return _of_glance(root, label, partial)
    if kind == "GlanceAPI":
        return _of_glance_api(root, label, partial)
    return _of_values(root, label) if kind == "ConfigMap" else None
