# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From paths and live objects to what the rules look at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ansible_collections.dcn.glance.plugins.module_utils._manifests import secrets
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Deployment, deployment_of
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import naming
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.build import Builder, Built
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import Item
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import sources
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    Entry,
    Node,
    Place,
    from_plain,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.notes import Note
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.sources import NAMES, Sources, flatten
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import KINDS, Document, Made, Workspace
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology

SUFFIXES = (".yaml", ".yml", ".json")
TEMPLATES = (".j2", ".jinja", ".jinja2")
#: What a test of kuttl expects to find, or not to find.
_EXPECTED = re.compile(r"(?:^|/)\d+-(?:assert|errors?)[^/]*\.ya?ml$")


class Tree(sources.Files, Protocol):
    """The file system, with a way to look around."""

    def walk(self, path: str) -> list[str]:
        """All files below a directory, in order; hidden ones left out."""


class _Collector:
    """Gathers documents, Secrets and notes."""

    def __init__(self, files: Tree) -> None:
        self.files = files
        self.sources = Sources(files)
        self.builder = Builder(self.sources)
        self.documents: list[Document] = []
        self.values: list[Document] = []
        self.secrets: list[secrets.Secret] = []
        self.made: list[Made] = []

    def path(self, path: str) -> None:
        """Take in a file or a directory."""
        if not self.files.is_directory(path):
            if posixpath.basename(path) in NAMES:
                directory = posixpath.dirname(path) or "."
                self._built(self.builder.build(directory), directory)
            else:
                self._file(path)
            return
        everything = self.files.walk(path)
        files = [name for name in everything if name.endswith(SUFFIXES) or posixpath.basename(name) in NAMES]
        directories = [posixpath.dirname(name) for name in files if posixpath.basename(name) in NAMES]
        built = {directory: self.builder.build(directory) for directory in dict.fromkeys(directories)}
        used = set(self.builder.used)
        for directory, result in built.items():
            # What is only a base of another is judged as what is made of it; a directory that was asked for always.
            if directory not in used or posixpath.normpath(directory) == posixpath.normpath(path):
                self._built(result, directory)
        for name in files:
            if name not in used and posixpath.basename(name) not in NAMES:
                self._file(name)
        for name in everything:
            if name.endswith(TEMPLATES) and "glance" in (self.sources.text(name) or "").lower():
                self._template(name, "info")

    def _file(self, path: str) -> None:
        if path.endswith(TEMPLATES):
            self._template(path)
            return
        expected = _EXPECTED.search(path) is not None
        for node in self.sources.load(path) or []:
            self._take(node, Document(node, expected or _is_patch(node)))
            if expected and node.string("kind") in KINDS:
                message = "is what a test of kuttl expects, not what is applied: what is not in it was not missed"
                self.sources.note("base-missing", node.place, message)

    def _template(self, path: str, severity: str = "") -> None:
        message = "is a Jinja template: it can be judged only once it is rendered"
        self.sources.note("template-file", Place(path, 1), message, severity)

    def _built(self, built: Built, scope: str) -> None:
        self.secrets += [replace(secret, scope=scope) for secret in built.secrets]
        if not built.taught:
            self.made += [replace(made, scope=scope) for made in (*built.made, *_renamed(built.items))]
        for each in built.items:
            taken = [path for path in each.given if path.startswith("data.glance")]
            if each.kind == "ConfigMap" and taken:
                continue
            self._take(each.node, Document(each.node, each.partial, scope), each)

    def live(self, node: Node) -> None:
        """Take in an object of the API."""
        for each in flatten(node):
            self._take(each, Document(each))

    def _take(self, node: Node, document: Document, built: Item | None = None) -> None:
        if node.kind != MAPPING:
            return
        if not node.string("kind"):
            document = _named(document)
        if node.string("kind") == "Secret" and node.string("apiVersion") == "v1":
            found = replace(secrets.from_manifest(node), scope=document.scope)
            if built is not None:
                found = replace(found, aliases=built.names)
            # Its keys and values are put in by something that is not at hand.
            if built is not None and built.open:
                found = replace(found, keys=(), texts={}, complete=False)
            self.secrets.append(found)
        elif node.string("kind") == "ConfigMap":
            self.values.append(document)
        self.documents.append(document)

    def workspace(self, schemas: Mapping[str, Mapping[str, Any]], topology: Topology | None) -> Workspace:
        """Everything, for the rules."""
        documents = tuple(dict.fromkeys(_Same(document) for document in self.documents))
        unique = [same.document for same in documents]
        kept = [document for document in unique if document.judged and not _owned(document, unique)]
        deployments: list[Deployment] = []
        for document in (*kept, *self.values):
            found = deployment_of(document.node, document.kind, document.label, document.partial)
            if found is not None:
                deployments.append(replace(found, scope=document.scope))
        return Workspace(
            documents=tuple(kept),
            deployments=tuple(deployments),
            secrets=tuple(self.secrets),
            notes=tuple(dict.fromkeys(self.sources.notes)),
            made=tuple(dict.fromkeys(self.made)),
            schemas=schemas,
            topology=topology,
        )


def _renamed(items: Iterable[Item]) -> Iterator[Made]:
    """Secrets and ConfigMaps of manifests that got a prefix or suffix."""
    for each in items:
        name = each.node.string("metadata", "name")
        if each.kind in naming.MOUNTED and any(old != name and old in name for old in each.names if old):
            why = "namePrefix or nameSuffix changes the name"
            yield Made(each.kind, each.names, name, each.node.spot("metadata", "name"), why)


class _Same:
    """Documents that are the same object of the same file count once."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash((self.document.label, self.document.node.place))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.document == other.document


def _owned(document: Document, others: Sequence[Document]) -> bool:
    """Whether an operator makes this object from another that is judged too."""
    known = {(other.kind, other.name) for other in others}
    above = any(other.kind == "OpenStackControlPlane" and other.judged for other in others)
    for owner in document.node.list("metadata", "ownerReferences"):
        kind = owner.string("kind")
        # The Glance between a control plane and a GlanceAPI need not be among the objects.
        if (kind, owner.string("name")) in known or (kind in KINDS and above):
            return True
    return False


def _named(document: Document) -> Document:
    """A document without a kind, as ``oc patch`` takes it: what it patches shows in its fields."""
    node = document.node
    spec = set(node.children("spec"))
    kind = "OpenStackControlPlane" if spec & {"glance", "extraMounts"} else "Glance" if "glanceAPIs" in spec else ""
    if not kind:
        return document
    for key, value in (("kind", kind), ("apiVersion", f"{KINDS[kind]}/v1beta1")):
        node = node.having(key, Entry(node.place, Node(SCALAR, node.place, value)))
    return replace(document, node=node, partial=True)


def _is_patch(node: Node) -> bool:
    """A file on its own is taken for a patch if it lacks what a whole object must hold."""
    kind = node.string("kind")
    if kind == "OpenStackControlPlane":
        return node.get("spec", "secret") is None and node.get("spec", "storageClass") is None
    if kind == "Glance":
        return node.get("spec", "databaseInstance") is None and node.get("spec", "secret") is None
    return False


def collect(
    files: Tree,
    paths: Iterable[str] = (),
    objects: Iterable[Mapping[str, Any]] = (),
    schemas: Mapping[str, Mapping[str, Any]] | None = None,
    topology: Topology | None = None,
) -> Workspace:
    """Read everything that was named."""
    collector = _Collector(files)
    for path in paths:
        collector.path(path)
    for live in objects:
        collector.live(from_plain(live))
    found = collector.workspace(schemas or {}, topology)
    return replace(found, notes=(*found.notes, *_judged_alone(found)))


def _judged_alone(workspace: Workspace) -> Iterator[Note]:
    """A word on files that were taken for patches, unless their kustomization has said so already."""
    said = [note for note in workspace.notes if note.rule in ("base-missing", "kustomize-broken")]
    for document in workspace.documents:
        place = document.node.place
        if document.partial and not said and place.file:
            message = (
                f"{document.label} holds neither spec.secret nor what else a whole object has, so it was judged as a "
                "patch: what is not in it was not missed. Give the directory of its kustomization to judge the result"
            )
            if document.scope:
                message = (
                    f"{document.label} is of a component, or takes values that are not at hand, so it was judged as a "
                    "patch: what is not in it was not missed. Give the directory of the kustomization that uses it"
                )
            yield Note("base-missing", Place(place.file, place.line), message)
