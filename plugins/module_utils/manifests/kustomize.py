# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kustomize would build, as far as its parts are at hand; of the rest the patches alone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from ansible_collections.dcn.glance.plugins.module_utils.manifests import merge, replacements, secrets, yaml_nodes
from ansible_collections.dcn.glance.plugins.module_utils.manifests.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    Place,
    from_plain,
)
from ansible_collections.dcn.glance.plugins.module_utils.manifests.replacements import Item, item
from ansible_collections.dcn.glance.plugins.module_utils.manifests.workspace import KINDS, Note

#: Words without which a broken file can hardly be one for Glance.
_MATTERS = re.compile(r"glance|OpenStackControlPlane|Secret|ConfigMap|kustomiz", re.IGNORECASE)
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
#: Other keys under which kustomize takes objects in.
RESOURCES = ("resources", "bases")


class Files(Protocol):
    """The file system."""

    def read(self, path: str) -> str | None:
        """The text of a file; None if there is none."""

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""


@dataclass
class Built:
    """The objects so far. ``missing``: some base is not at hand, so what is not here may be there."""

    items: list[Item] = field(default_factory=list)
    secrets: list[secrets.Secret] = field(default_factory=list)
    missing: bool = False


def flatten(node: Node) -> Iterator[Node]:
    """The objects of a document: those of a List one by one."""
    if node.string("kind").endswith("List") and node.get("items") is not None:
        for each in node.list("items"):
            yield from flatten(each)
    elif node.kind == MAPPING:
        yield node


class Builder:
    """Builds kustomizations and remembers which files they used and what is wrong with them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.notes: list[Note] = []
        self.used: set[str] = set()
        self._loaded: dict[str, list[Node]] = {}
        self._building: list[str] = []

    def load(self, path: str) -> list[Node] | None:
        """The documents of a file, Lists taken apart; None if there is no such file."""
        if path not in self._loaded:
            text = self.files.read(path)
            if text is None:
                return None
            self._loaded[path] = self._parse(text, path, 1)
        return self._loaded[path]

    def _parse(self, text: str, path: str, first: int) -> list[Node]:
        documents, faults = yaml_nodes.load(text, path, first)
        # In a whole directory there may be files of any kind.
        severity = "" if _MATTERS.search(text) else "warning"
        self.notes += [Note(fault.rule, fault.place, fault.message, severity) for fault in faults]
        return [
            node for document in documents for node in (flatten(document) if document.kind == MAPPING else [document])
        ]

    def kustomization(self, directory: str) -> str | None:
        """The path of a directory's kustomization, or None."""
        paths = (posixpath.join(directory, name) for name in NAMES)
        return next((path for path in paths if self.files.read(path) is not None), None)

    def build(self, directory: str) -> Built:
        """What the kustomization in a directory makes. A component on its own has no base at hand."""
        built = Built()
        path = self.kustomization(directory)
        documents = self.load(path) if path else None
        if documents:
            built.missing = documents[0].string("kind") == "Component"
            self._accumulate(directory, documents[0], built)
        return built

    def _accumulate(self, directory: str, root: Node, built: Built) -> None:
        if directory in self._building:
            self._note("kustomize-broken", root.place, f"{directory} includes itself, through others")
            return
        self._building.append(directory)
        for key in RESOURCES:
            for entry in root.list(key):
                self._resource(directory, entry, built)
        built.secrets += [secrets.from_generator(entry) for entry in root.list("secretGenerator")]
        for entry in root.list("components"):
            self._component(directory, entry, built)
        for patch in root.list("patchesStrategicMerge"):
            self._patch_entry(directory, patch, None, built)
        for entry in (*root.list("patches"), *root.list("patchesJson6902")):
            self._patch_of(directory, entry, built)
        self._replace(directory, root, built)
        self._building.pop()

    def _resource(self, directory: str, entry: Node, built: Built) -> None:
        found = self._documents(directory, entry, built)
        if isinstance(found, Built):
            built.items += found.items
            built.secrets += found.secrets
            built.missing |= found.missing
        else:
            built.items += [item(node) for node in found]

    def _component(self, directory: str, entry: Node, built: Built) -> None:
        path = posixpath.normpath(posixpath.join(directory, entry.string()))
        name = self.kustomization(path)
        documents = self.load(name) if name else None
        if documents:
            self.used.add(path)
            self._accumulate(path, documents[0], built)
        else:
            self._absent(entry, path, directory, built)

    def _documents(self, directory: str, entry: Node, built: Built) -> list[Node] | Built:
        """The objects behind an entry of ``resources``."""
        text = entry.string()
        if _remote(text):
            built.missing = True
            self._note("base-missing", entry.place, f"{text} is remote and was not fetched{_ALONE}")
            return []
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        if self.kustomization(path):
            return self.build(path)
        found = self.load(path)
        if found is None:
            self._absent(entry, path, directory, built)
        return found or []

    def _absent(self, entry: Node, path: str, directory: str, built: Built) -> None:
        built.missing = True
        if _remote(entry.string()):
            self._note("base-missing", entry.place, f"{entry.string()} is remote and was not fetched{_ALONE}")
        elif self.files.is_directory(path):
            message = f"{entry.string()} is a directory without a kustomization.yaml, so kustomize builds nothing. "
            self._note("kustomize-broken", entry.place, message + "Name the directory that holds one")
        elif path.startswith(f"{directory}/"):
            message = f"{entry.string()} does not exist, so kustomize builds nothing. Correct the path"
            self._note("kustomize-broken", entry.place, message)
        else:
            self._note("base-missing", entry.place, f"{entry.string()} is not at hand{_ALONE}")

    # Patches

    def _patch_of(self, directory: str, entry: Node, built: Built) -> None:
        source = entry.get("path") or entry.get("patch")
        if entry.kind == SCALAR:
            message = f"takes mappings, and kustomize refuses the text. Write `- path: {entry.string()}`"
            self._note("kustomize-broken", entry.place, message)
            source = entry
        if source is not None:
            self._patch_entry(directory, source, entry.get("target"), built)

    def _patch_entry(self, directory: str, source: Node, target: Node | None, built: Built) -> None:
        for patch in self._patches(directory, source):
            if patch.kind == SEQUENCE:
                self._json_patch(patch, target, built)
            elif patch.kind == MAPPING:
                self._merge_patch(patch, target, built)

    def _patches(self, directory: str, source: Node) -> list[Node]:
        text = source.string()
        if "\n" in text or text.lstrip().startswith(("[", "{")):
            return self._parse(text, source.place.file, source.line_place(1).line)
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        found = self.load(path)
        if found is None:
            message = f"the patch {text} does not exist, so kustomize builds nothing. Correct the path"
            self._note("kustomize-broken", source.place, message)
        return found or []

    def _merge_patch(self, patch: Node, target: Node | None, built: Built) -> None:
        name, kind = patch.string("metadata", "name"), patch.string("kind")
        hits = 0
        for index, each in enumerate(built.items):
            named = each.kind == kind and (name in each.names or name == each.node.string("metadata", "name"))
            if named if target is None else replacements.selects(target, each):
                node = merge.merge(each.node, _unnamed(patch) if target is not None else patch)
                built.items[index] = replace(each, node=node, names=(*each.names, name))
                hits += 1
        if hits or KINDS.get(kind) is None:
            return
        if built.missing:
            built.items.append(item(patch, partial=True))
        elif target is None:
            message = f"patches {kind}/{name}, which no resource is, so kustomize builds nothing. Correct kind or name"
            self._note("kustomize-broken", patch.spot("metadata", "name"), message)

    def _json_patch(self, patch: Node, target: Node | None, built: Built) -> None:
        hits = [index for index, each in enumerate(built.items) if replacements.selects(target, each)]
        if not hits and built.missing and target is not None:
            made = _blank(target, patch)
            if made is None:
                return
            built.items.append(item(made, partial=True))
            hits = [len(built.items) - 1]
        for index in hits:
            each = built.items[index]
            try:
                node = merge.apply_json(each.node, patch, create=each.partial)
            except merge.PatchError as error:
                if not built.missing:
                    message = f"cannot be applied to {each.kind}/{each.names[0]}: {error}. Correct its path"
                    self._note("kustomize-broken", patch.place, message)
                node = merge.apply_what_fits(each.node, patch)
            built.items[index] = replace(each, node=node)

    def _replace(self, directory: str, root: Node, built: Built) -> None:
        entries: list[Node] = []
        for entry in root.list("replacements"):
            path = entry.string("path")
            if not path:
                entries.append(entry)
                continue
            path = posixpath.normpath(posixpath.join(directory, path))
            self.used.add(path)
            for found in self.load(path) or []:
                entries += found.items if found.kind == SEQUENCE else [found]
        built.items = replacements.apply(built.items, entries)

    def _note(self, rule: str, place: Place, message: str) -> None:
        self.notes.append(Note(rule, place, message))


_ALONE = ": the patches were judged alone, and what the base holds was not missed in them"


def _remote(text: str) -> bool:
    return "://" in text or text.startswith(("git@", "github.com/", "git::")) or "?ref=" in text


def _unnamed(patch: Node) -> Node:
    """A patch with a target says by it what is meant, and its own kind and name change nothing."""
    metadata = patch.entry("metadata")
    for key in ("kind", "apiVersion"):
        patch = patch.lacking(key)
    return patch.having("metadata", Entry(metadata.place, metadata.node.lacking("name"))) if metadata else patch


def _blank(target: Node, patch: Node) -> Node | None:
    """An object for a JSON patch whose base is not at hand: its kind from the target, else from the paths."""
    kind = target.string("kind")
    paths = [operation.string("path") for operation in patch.items]
    if not kind and any(path.startswith(("/spec/glance/", "/spec/extraMounts")) for path in paths):
        kind = "OpenStackControlPlane"
    if kind not in KINDS:
        return None
    made = from_plain({"apiVersion": f"{KINDS[kind]}/v1beta1", "kind": kind}, patch.place)
    name = Entry(target.spot("name"), Node(SCALAR, target.spot("name"), target.string("name")))
    metadata = Node(MAPPING, patch.place, entries={"name": name} if target.string("name") else {})
    return made.having("metadata", Entry(patch.place, metadata))
