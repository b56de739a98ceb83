# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads files, directories, kustomizations and live objects into a workspace."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import INFO, SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests import secrets
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import GlanceDeployment, deployment_of
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import naming
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.build import Builder, BuildResult
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import BuildObject
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import (
    KINDS,
    Document,
    GeneratedObject,
    Workspace,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    Entry,
    InputFault,
    Node,
    from_plain,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.sources import (
    KUSTOMIZATION_NAMES,
    ManifestFiles,
    Sources,
    flatten,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology

SUFFIXES = (".yaml", ".yml", ".json")
TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2")
#: Files with the objects that a kuttl test expects to exist or not to exist.
_KUTTL_EXPECTATION = re.compile(r"(?:^|/)\d+-(?:assert|errors?)[^/]*\.ya?ml$")


def read(
    files: ManifestFiles,
    paths: Iterable[str] = (),
    objects: Iterable[Mapping[str, Any]] = (),
    schemas: Mapping[str, Mapping[str, Any]] | None = None,
    topology: Topology | None = None,
) -> Workspace:
    """Read files, directories and live objects."""
    collector = _Collector(files)
    for path in paths:
        collector.add_path(path)
    for live in objects:
        collector.add_live_object(from_plain(live))
    workspace = collector.workspace(schemas or {}, topology)
    return replace(workspace, faults=(*workspace.faults, *_unannounced_patches(workspace)))


class _Collector:
    """Collects documents, Secrets and faults."""

    def __init__(self, files: ManifestFiles) -> None:
        self.files = files
        self.sources = Sources(files)
        self.builder = Builder(self.sources)
        self.documents: list[Document] = []
        self.config_maps: list[Document] = []
        self.secrets: list[secrets.Secret] = []
        self.generated: list[GeneratedObject] = []

    def add_path(self, path: str) -> None:
        """Add a file or a directory."""
        if self.files.is_directory(path):
            self._add_directory(path)
        elif posixpath.basename(path) in KUSTOMIZATION_NAMES:
            directory = posixpath.dirname(path) or "."
            self._add_build(self.builder.build(directory), directory)
        else:
            self._add_file(path)

    def _add_directory(self, path: str) -> None:
        everything = self.files.walk(path)
        files = [name for name in everything if name.endswith(SUFFIXES) or _is_kustomization(name)]
        directories = [posixpath.dirname(name) for name in files if _is_kustomization(name)]
        results = {directory: self.builder.build(directory) for directory in dict.fromkeys(directories)}
        used = set(self.builder.used)
        for directory, result in results.items():
            # A base is checked as part of the kustomizations that use it, unless the user asked for this directory.
            if directory not in used or posixpath.normpath(directory) == posixpath.normpath(path):
                self._add_build(result, directory)
        for name in files:
            if name not in used and not _is_kustomization(name):
                self._add_file(name)
        for name in everything:
            if name.endswith(TEMPLATE_SUFFIXES) and "glance" in (self.sources.text(name) or "").lower():
                self._add_template(name, INFO)

    def _add_file(self, path: str) -> None:
        if path.endswith(TEMPLATE_SUFFIXES):
            self._add_template(path)
            return
        expectation = _KUTTL_EXPECTATION.search(path) is not None
        for node in self.sources.load(path) or []:
            self._add(node, Document(node, expectation or _is_patch(node)))
            if expectation and node.string("kind") in KINDS:
                message = "is an expectation of a kuttl test, not a whole object: missing fields are not reported"
                self.sources.add_fault("base-missing", node.location, message)

    def _add_template(self, path: str, severity: str = "") -> None:
        message = "is a Jinja template. Render it, and check the result"
        self.sources.add_fault("template-file", SourceLocation(path, 1), message, severity)

    def _add_build(self, build: BuildResult, scope: str) -> None:
        self.secrets += [replace(secret, scope=scope) for secret in build.secrets]
        if not build.custom_references:
            self.generated += [
                replace(each, scope=scope) for each in (*build.generated, *_renamed_objects(build.objects))
            ]
        for each in build.objects:
            feeds_glance = any(path.startswith("data.glance") for path in each.source_of)
            if each.kind == "ConfigMap" and feeds_glance:
                continue
            self._add(each.node, Document(each.node, each.partial, scope), each)

    def add_live_object(self, node: Node) -> None:
        """Add an object of the API."""
        for each in flatten(node):
            self._add(each, Document(each))

    def _add(self, node: Node, document: Document, built: BuildObject | None = None) -> None:
        if node.kind != MAPPING:
            return
        if not node.string("kind"):
            document = _with_inferred_kind(document)
        if node.string("kind") == "Secret" and node.string("apiVersion") == "v1":
            secret = replace(secrets.from_manifest(node), scope=document.scope)
            if built is not None:
                secret = replace(secret, aliases=built.names)
            # Unknown replacements set its keys and values.
            if built is not None and built.has_unknown_values:
                secret = replace(secret, keys=(), texts={}, complete=False)
            self.secrets.append(secret)
        elif node.string("kind") == "ConfigMap":
            self.config_maps.append(document)
        self.documents.append(document)

    def workspace(self, schemas: Mapping[str, Mapping[str, Any]], topology: Topology | None) -> Workspace:
        """Everything that was added."""
        unique = [same.document for same in dict.fromkeys(_SameObject(document) for document in self.documents)]
        checked = [document for document in unique if document.configures_glance and not _is_owned(document, unique)]
        deployments: list[GlanceDeployment] = []
        for document in (*checked, *self.config_maps):
            found = deployment_of(document.node, document.kind, document.label, document.partial)
            if found is not None:
                deployments.append(replace(found, scope=document.scope))
        return Workspace(
            documents=tuple(checked),
            deployments=tuple(deployments),
            secrets=tuple(self.secrets),
            faults=tuple(dict.fromkeys(self.sources.faults)),
            generated=tuple(dict.fromkeys(self.generated)),
            schemas=schemas,
            topology=topology,
            objects=tuple(document for document in unique if not _is_owned(document, unique)),
        )


def _is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in KUSTOMIZATION_NAMES


def _renamed_objects(objects: Iterable[BuildObject]) -> Iterator[GeneratedObject]:
    """Secrets and ConfigMaps of manifests that got a prefix or suffix."""
    for each in objects:
        name = each.node.string("metadata", "name")
        if each.kind in naming.MOUNTED_KINDS and any(old != name and old in name for old in each.names if old):
            location = each.node.location_of("metadata", "name")
            yield GeneratedObject(each.kind, each.names, name, location, naming.AFFIX_REASON)


class _SameObject:
    """A key under which the same object of the same file is found once."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash((self.document.label, self.document.node.location))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameObject) and self.document == other.document


def _is_owned(document: Document, others: Sequence[Document]) -> bool:
    """Whether an operator creates this object from another object of the input."""
    known = {(other.kind, other.name) for other in others}
    has_control_plane = any(other.kind == "OpenStackControlPlane" and other.configures_glance for other in others)
    for owner in document.node.list("metadata", "ownerReferences"):
        kind = owner.string("kind")
        # The owner of a GlanceAPI is a Glance, which need not be among the input.
        if (kind, owner.string("name")) in known or (kind in KINDS and has_control_plane):
            return True
    return False


def _with_inferred_kind(document: Document) -> Document:
    """A patch without a kind, as ``oc patch`` accepts it. Its fields show the kind of the object."""
    node = document.node
    spec = set(node.children("spec"))
    kind = "OpenStackControlPlane" if spec & {"glance", "extraMounts"} else "Glance" if "glanceAPIs" in spec else ""
    if not kind:
        return document
    for key, value in (("kind", kind), ("apiVersion", f"{KINDS[kind]}/v1beta1")):
        node = node.with_key(key, Entry(node.location, Node(SCALAR, node.location, value)))
    return replace(document, node=node, partial=True)


def _is_patch(node: Node) -> bool:
    """Whether an object in a single file lacks fields that every whole object has."""
    kind = node.string("kind")
    if kind == "OpenStackControlPlane":
        return node.get("spec", "secret") is None and node.get("spec", "storageClass") is None
    if kind == "Glance":
        return node.get("spec", "databaseInstance") is None and node.get("spec", "secret") is None
    return False


def _unannounced_patches(workspace: Workspace) -> Iterator[InputFault]:
    """Reports objects that were taken for patches, unless a fault of their kustomization reports it."""
    if any(fault.rule in ("base-missing", "kustomize-broken") for fault in workspace.faults):
        return
    for document in workspace.documents:
        location = document.node.location
        if not document.partial or not location.file:
            continue
        if document.scope:
            message = (
                f"{document.label} is part of a component, or of a kustomization with unknown values, so it was "
                "checked as a patch: missing fields are not reported. Check the directory of the kustomization that "
                "uses it"
            )
        else:
            message = (
                f"{document.label} lacks spec.secret and other required fields, so it was checked as a patch: missing "
                "fields are not reported. Check the directory of its kustomization to check the whole object"
            )
        yield InputFault("base-missing", SourceLocation(location.file, location.line), message)
