# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nova and Cinder in manifests: cinderVolumes of a control plane, and NodeSets with the files that configure Nova."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Hit
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Document, Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import (
    ExtraVolume,
    extra_volume,
    extra_volumes,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.pod_files import PodFiles, mounted_files
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, join
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import visible_secrets
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import VOLUME_WORDS

DATA_PLANE = "dataplane.openstack.org"
NODE_SET, SERVICE = "OpenStackDataPlaneNodeSet", "OpenStackDataPlaneService"
#: Nova reads only files with such a name.
NOVA_FILES = "*nova*.conf"
_API_HOST = re.compile(r"//glance-([a-z0-9-]+)-(?:internal|public)\.")
_NOVA_RBD = re.compile(r"^\s*(images_rbd_|images_type|rbd_secret_uuid)", re.MULTILINE)


@dataclass(frozen=True)
class IniText:
    """A text that configures a service, with its object."""

    document: Document
    path: str
    node: Node
    ini: located.Ini
    site: str = ""

    def value(self, section: str, option: str) -> str:
        """The value that counts, or ''."""
        return self.ini.value(section, option)

    def hit(self, section: str, option: str, message: str, severity: str = "") -> Hit:
        """A hit at the line that sets the option, else at its section, else at the text."""
        found = self.ini.find(section, option)
        line = found.line if found is not None else self.ini.header(section)
        return self.hit_at(f"[{section}]{' ' + option if option else ''}", line, message, severity)

    def hit_at(self, what: str, line: int | None, message: str, severity: str = "") -> Hit:
        """A hit at a line."""
        location = self.node.line_location(line) if line else self.node.location
        return Hit(f"{self.path} {what}".rstrip(), message, self.site, severity, self.document.label, location)


@dataclass(frozen=True)
class CinderVolume:
    """One key of cinderVolumes with its text, and the extraMounts around it."""

    key: str
    text: IniText
    extra: tuple[ExtraVolume, ...]
    has_secrets: bool

    @property
    def backends(self) -> list[str]:
        """The names in enabled_backends."""
        value = self.text.value(located.DEFAULT, "enabled_backends")
        return [name.strip() for name in value.split(",") if name.strip()]

    @property
    def rbd_backends(self) -> list[str]:
        """The enabled backends with a section and an rbd conf."""
        return [name for name in self.backends if self.conf(name)]

    def conf(self, backend: str) -> str:
        """The conf of a backend, or ''."""
        value = self.text.value(backend, "rbd_ceph_conf")
        return normpath(value) if value and "{{" not in value else ""

    def files(self, workspace: Workspace) -> PodFiles:
        """The files in its pod."""
        matching = [each for each in self.extra if each.matches(self.key, VOLUME_WORDS)]
        return _files(workspace, self.text.document, matching)


@dataclass(frozen=True)
class NodeSet:
    """A NodeSet, its services, and the texts that its services give to Nova, as far as they are among the input."""

    document: Document
    services: tuple[str, ...]
    nova: tuple[str, ...]
    texts: tuple[IniText, ...]
    extra: tuple[ExtraVolume, ...]

    def files(self, workspace: Workspace) -> PodFiles:
        """The files that its hosts get from Secrets."""
        return _files(workspace, self.document, self.extra)

    def hit(self, path: str, message: str, severity: str = "") -> Hit:
        """A hit at a field."""
        location = self.document.node.location_of(*path.split("."))
        return Hit(path, message, "", severity, self.document.label, location)


def _files(workspace: Workspace, document: Document, matching: Sequence[ExtraVolume]) -> PodFiles:
    namespace = document.node.string("metadata", "namespace")
    return mounted_files(matching, visible_secrets(workspace.secrets, namespace, document.scope))


def volumes(workspace: Workspace) -> Iterator[CinderVolume]:
    """All cinder-volumes."""
    for document in workspace.objects:
        node = document.node
        if document.kind == "OpenStackControlPlane":
            inner = node.get("spec", "cinder", "template", "extraMounts")
            extra = extra_volumes(inner, "spec.cinder.template.extraMounts")
            extra += extra_volumes(node.get("spec", "extraMounts"), "spec.extraMounts")
            yield from _volumes(document, ("spec", "cinder", "template"), extra)
        elif document.kind == "Cinder":
            extra = extra_volumes(node.get("spec", "extraMounts"), "spec.extraMounts")
            yield from _volumes(document, ("spec",), extra)
        elif document.kind == "ConfigMap":
            yield from _volumes(document, ("data",), extra_volumes(node.get("data", "extraMounts"), "data.extraMounts"))


def _volumes(document: Document, base: tuple[str, ...], extra: list[ExtraVolume]) -> Iterator[CinderVolume]:
    for key, entry in document.node.children(*base, "cinderVolumes").items():
        text = entry.node.get("customServiceConfig")
        if text is None or not text.string().strip():
            continue
        path = join(f"{'.'.join(base)}.cinderVolumes", key)
        found = IniText(document, f"{path}.customServiceConfig", text, located.read(text.string()), key)
        yield CinderVolume(key, found, tuple(extra), bool(entry.node.list("customServiceConfigSecrets")))


def node_sets(workspace: Workspace) -> Iterator[NodeSet]:
    """All NodeSets."""
    services = {each.name: each for each in workspace.objects if each.kind == SERVICE and each.group == DATA_PLANE}
    texts = list(nova_texts(workspace))
    for document in workspace.objects:
        if document.kind != NODE_SET or document.group != DATA_PLANE:
            continue
        names = tuple(item.string() for item in document.node.list("spec", "services"))
        used = [services[name] for name in names if name in services]
        maps = {source for each in used for source in _sources(each)}
        nova = tuple(name for name in names if name == "nova" or _is_nova(services.get(name)))
        mounts = document.node.list("spec", "nodeTemplate", "extraMounts")
        extra = [extra_volume(each, f"spec.nodeTemplate.extraMounts[{index}]") for index, each in enumerate(mounts)]
        found = tuple(text for text in texts if text.document.name in maps)
        yield NodeSet(document, names, nova, found, tuple(extra))


def _sources(service: Document) -> list[str]:
    """The ConfigMaps of a service; older releases list them in configMaps."""
    found = [source.string("configMapRef", "name") for source in service.node.list("spec", "dataSources")]
    return [*found, *(item.string() for item in service.node.list("spec", "configMaps"))]


def data_sources(workspace: Workspace) -> Iterator[tuple[Document, str, tuple[Node, ...]]]:
    """(object, path, sources) of every service, also where a ConfigMap feeds replacements of kustomize."""
    for document in workspace.objects:
        if document.kind == SERVICE and document.group == DATA_PLANE:
            yield document, "spec.dataSources", document.node.list("spec", "dataSources")
        elif document.kind == "ConfigMap":
            for key, entry in document.node.children("data").items():
                yield document, f"data.{key}.dataSources", entry.node.list("dataSources")


def _is_nova(service: Document | None) -> bool:
    if service is None:
        return False
    return service.node.string("spec", "edpmServiceType") == "nova" or service.node.string("spec", "playbook").endswith(
        ".nova"
    )


def nova_texts(workspace: Workspace) -> Iterator[IniText]:
    """The files for Nova in ConfigMaps, also in those that feed replacements of kustomize."""
    for document in workspace.objects:
        if document.kind != "ConfigMap":
            continue
        for key, entry in document.node.children("data").items():
            text = entry.node.string()
            if key.endswith(".conf") and (fnmatchcase(key, NOVA_FILES) or _NOVA_RBD.search(text)):
                yield IniText(document, join("data", key), entry.node, located.read(text))
        nested = document.node.get("data", "nova", "ceph", "conf")
        if nested is not None and _NOVA_RBD.search(nested.string()):
            yield IniText(document, "data.nova.ceph.conf", nested, located.read(nested.string()))


def api_in(url: str) -> str:
    """The API whose Service a URL names, or ''."""
    found = _API_HOST.search(url)
    return found.group(1) if found else ""


def api_configs(workspace: Workspace) -> Mapping[str, EffectiveConfig | None]:
    """The configuration of every API by its key; None where it is unknown. Empty if no Glance is whole."""
    found: dict[str, EffectiveConfig | None] = {}
    for deployment in workspace.deployments:
        for api in deployment.apis:
            found[api.key] = workspace.config_of(deployment, api)
    return found


def default_conf(config: EffectiveConfig | None) -> str:
    """The conf of the default store of an API, or '' if it is unknown or no rbd store."""
    store = config.store(config.value("glance_store", "default_backend")) if config is not None else None
    return store.conf if store is not None and store.type == "rbd" else ""
