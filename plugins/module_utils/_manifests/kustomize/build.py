# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kustomize would build, as far as its parts are at hand; of the rest the patches alone."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._manifests import secrets
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import merge, naming, replacements
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import Item, item
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    from_plain,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.sources import Sources
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import KINDS, Made

#: Keys under which kustomize takes objects in.
RESOURCES = ("resources", "bases")
#: With these kustomize may know of names in fields that it does not know by itself.
_TAUGHT = ("configurations", "crds", "openapi")
_REMOTE = re.compile(r"://|^git@|^git::|[?&]ref=|^(?:[\w-]+\.)+(?:com|org|net|io)[/:]")


@dataclass
class Built:
    """The objects so far. ``missing``: some base is not at hand, so what is not here may be there."""

    items: list[Item] = field(default_factory=list)
    secrets: list[secrets.Secret] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    missing: bool = False
    #: Names in fields of custom resources may be known to kustomize.
    taught: bool = False

    def add(self, other: Built) -> None:
        """Take in what another kustomization built."""
        self.items += other.items
        self.secrets += other.secrets
        self.made += other.made
        self.missing |= other.missing
        self.taught |= other.taught


class Builder:
    """Builds kustomizations and remembers which files they used and what is wrong with them."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.used: set[str] = set()
        self._built: dict[str, Built] = {}
        self._building: list[str] = []

    def build(self, directory: str) -> Built:
        """What the kustomization in a directory makes. A component on its own has no base at hand."""
        if directory in self._built:
            return self._built[directory]
        built = Built()
        path = self.sources.kustomization(directory)
        documents = self.sources.load(path) if path else None
        if documents:
            built.missing = documents[0].string("kind") == "Component"
            self._accumulate(directory, documents[0], built)
        if directory not in self._building:
            self._built[directory] = built
        return built

    def _accumulate(self, directory: str, root: Node, built: Built) -> None:
        if directory in self._building:
            self.sources.note("kustomize-broken", root.place, f"{directory} includes itself, through others")
            return
        self._building.append(directory)
        for key in RESOURCES:
            for entry in root.list(key):
                self._resource(directory, entry, built)
        built.secrets += [secrets.from_generator(entry) for entry in root.list("secretGenerator")]
        built.made += naming.generated(root)
        built.taught |= any(root.get(key) is not None for key in _TAUGHT)
        for entry in root.list("components"):
            self._component(directory, entry, built)
        for patch in root.list("patchesStrategicMerge"):
            self._patch_entry(directory, patch, None, built)
        mixed = any(entry.kind == MAPPING for entry in root.list("patches"))
        for entry in (*root.list("patches"), *root.list("patchesJson6902")):
            self._patch_of(directory, entry, built, mixed)
        self._name(root, built)
        self._replace(directory, root, built)
        self._building.pop()

    def _resource(self, directory: str, entry: Node, built: Built) -> None:
        found = self._documents(directory, entry, built)
        if isinstance(found, Built):
            built.add(found)
        else:
            built.items += [item(node) for node in found]

    def _component(self, directory: str, entry: Node, built: Built) -> None:
        path = posixpath.normpath(posixpath.join(directory, entry.string()))
        name = None if _remote(entry.string()) else self.sources.kustomization(path)
        documents = self.sources.load(name) if name else None
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
            self.sources.note("base-missing", entry.place, f"{text} is remote and was not fetched{_ALONE}")
            return []
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        if self.sources.kustomization(path):
            return self.build(path)
        found = self.sources.load(path)
        if found is None:
            self._absent(entry, path, directory, built)
        return found or []

    def _absent(self, entry: Node, path: str, directory: str, built: Built) -> None:
        built.missing = True
        if _remote(entry.string()):
            self.sources.note("base-missing", entry.place, f"{entry.string()} is remote and was not fetched{_ALONE}")
        elif self.sources.files.is_directory(path):
            message = f"{entry.string()} is a directory without a kustomization.yaml, so kustomize builds nothing. "
            self.sources.note("kustomize-broken", entry.place, message + "Name the directory that holds one")
        elif path.startswith(f"{directory}/"):
            message = f"{entry.string()} does not exist, so kustomize builds nothing. Correct the path"
            self.sources.note("kustomize-broken", entry.place, message)
        else:
            self.sources.note("base-missing", entry.place, f"{entry.string()} is not at hand{_ALONE}")

    # Patches

    def _patch_of(self, directory: str, entry: Node, built: Built, mixed: bool) -> None:
        if entry.kind == SCALAR:
            # A list of nothing but paths is read as patchesStrategicMerge.
            if mixed:
                message = f"takes mappings, and kustomize refuses the text. Write `- path: {entry.string()}`"
                self.sources.note("kustomize-broken", entry.place, message)
            self._patch_entry(directory, entry, None, built)
        elif entry.get("path") is not None:
            self._patch_entry(directory, entry.get("path"), entry.get("target"), built, False)
        elif entry.get("patch") is not None:
            self._patch_entry(directory, entry.get("patch"), entry.get("target"), built, True)

    def _patch_entry(
        self, directory: str, source: Node | None, target: Node | None, built: Built, inline: bool | None = None
    ) -> None:
        for patch in self._patches(directory, source, built, inline) if source is not None else ():
            if patch.kind == SEQUENCE:
                self._json_patch(patch, target, built)
            elif patch.kind == MAPPING:
                self._merge_patch(patch, target, built)

    def _patches(self, directory: str, source: Node, built: Built, inline: bool | None) -> list[Node]:
        """The patches in a text (``inline``), in a file, or (None) in whichever of the two it looks like."""
        if source.kind != SCALAR:
            message = "is no text, and kustomize refuses it. Write `|-` behind it, or put it into quotes"
            self.sources.note("kustomize-broken", source.place, message)
            return [source]
        text = source.string()
        if inline or (inline is None and ("\n" in text or text.lstrip().startswith(("[", "{")))):
            return self.sources.parse(text, source.place.file, source.line_place(1).line)
        if _remote(text):
            message = f"the patch {text} is remote and was not fetched: what it may hold was not missed"
            self.sources.note("base-missing", source.place, message)
            built.missing = True
            built.items = [replace(each, partial=each.partial or each.kind in KINDS) for each in built.items]
            return []
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        found = self.sources.load(path)
        if found is None:
            message = f"the patch {text} does not exist, so kustomize builds nothing. Correct the path"
            self.sources.note("kustomize-broken", source.place, message)
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
            self.sources.note("kustomize-broken", patch.spot("metadata", "name"), message)

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
                    self.sources.note("kustomize-broken", patch.place, message)
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
            for found in self.sources.load(path) or []:
                entries += found.items if found.kind == SEQUENCE else [found]
        built.items, faults = replacements.apply(built.items, entries)
        for place, message in faults if not built.missing else ():
            self.sources.note("kustomize-broken", place, f"{message}, so kustomize builds nothing. Correct the source")

    def _name(self, root: Node, built: Built) -> None:
        built.items = naming.objects(built.items, root)
        before, behind = naming.affix(root)
        if before or behind:
            built.secrets = [naming.rename_secret(each, before, behind) for each in built.secrets]
            built.made = [naming.rename(each, before, behind) for each in built.made]
        namespace = root.string("namespace")
        if namespace:
            built.secrets = [replace(each, namespace=namespace) for each in built.secrets]


_ALONE = ": the patches were judged alone, and what the base holds was not missed in them"


def _remote(text: str) -> bool:
    return _REMOTE.search(text) is not None


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
