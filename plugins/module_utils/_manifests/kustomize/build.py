# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds kustomizations as kustomize does. Where a base is unknown, its patches are kept as partial objects."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._manifests import secrets
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import merge, naming, replacements
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import BuildObject
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import KINDS, GeneratedObject
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    from_plain,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.sources import Sources

#: Fields of a kustomization that list its objects.
RESOURCES = ("resources", "bases")
#: Fields that teach kustomize about names in fields of custom resources.
_CUSTOM_REFERENCES = ("configurations", "crds", "openapi")
_REMOTE = re.compile(r"://|^git@|^git::|[?&]ref=|^(?:[\w-]+\.)+(?:com|org|net|io)[/:]")


@dataclass
class BuildResult:
    """The objects that a kustomization builds. ``base_unknown``: a base was not read, and may hold more."""

    objects: list[BuildObject] = field(default_factory=list)
    secrets: list[secrets.Secret] = field(default_factory=list)
    generated: list[GeneratedObject] = field(default_factory=list)
    base_unknown: bool = False
    #: kustomize may update names in fields of custom resources.
    custom_references: bool = False

    def add(self, other: BuildResult) -> None:
        """Add the result of another kustomization."""
        self.objects += other.objects
        self.secrets += other.secrets
        self.generated += other.generated
        self.base_unknown |= other.base_unknown
        self.custom_references |= other.custom_references


class Builder:
    """Builds kustomizations, and records the files that they use and their faults."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.used: set[str] = set()
        self._built: dict[str, BuildResult] = {}
        self._in_progress: list[str] = []

    def build(self, directory: str) -> BuildResult:
        """The result of the kustomization in a directory. The base of a component is unknown."""
        directory = posixpath.normpath(directory)
        if directory in self._built:
            return self._built[directory]
        result = BuildResult()
        path = self.sources.kustomization(directory)
        documents = self.sources.load(path) if path else None
        if documents:
            result.base_unknown = documents[0].string("kind") == "Component"
            self._accumulate(directory, documents[0], result)
        if directory not in self._in_progress:
            self._built[directory] = result
        return result

    def _accumulate(self, directory: str, root: Node, result: BuildResult) -> None:
        if directory in self._in_progress:
            self.sources.add_fault(
                "kustomize-broken", root.location, f"{directory} includes itself through other kustomizations"
            )
            return
        self._in_progress.append(directory)
        for key in RESOURCES:
            for entry in root.list(key):
                self._resource(directory, entry, result)
        for generator in (*root.list("secretGenerator"), *root.list("configMapGenerator")):
            for source in (*generator.list("files"), *generator.list("envs")):
                path = source.string().rpartition("=")[2]
                self._check_inside(directory, posixpath.normpath(posixpath.join(directory, path)), source)
        result.secrets += [secrets.from_generator(entry) for entry in root.list("secretGenerator")]
        result.generated += naming.generated_objects(root)
        result.custom_references |= any(root.get(key) is not None for key in _CUSTOM_REFERENCES)
        for entry in root.list("components"):
            self._component(directory, entry, result)
        for patch in root.list("patchesStrategicMerge"):
            self._patch_entry(directory, patch, None, result)
        mixed = any(entry.kind == MAPPING for entry in root.list("patches"))
        for entry in (*root.list("patches"), *root.list("patchesJson6902")):
            self._patch_of(directory, entry, result, mixed)
        self._transform(root, result)
        self._replace(directory, root, result)
        self._in_progress.pop()

    def _resource(self, directory: str, entry: Node, result: BuildResult) -> None:
        found = self._documents(directory, entry, result)
        if isinstance(found, BuildResult):
            result.add(found)
        else:
            result.objects += [BuildObject.of(node) for node in found]

    def _component(self, directory: str, entry: Node, result: BuildResult) -> None:
        path = posixpath.normpath(posixpath.join(directory, entry.string()))
        name = None if _remote(entry.string()) else self.sources.kustomization(path)
        documents = self.sources.load(name) if name else None
        if documents:
            self.used.add(path)
            self._accumulate(path, documents[0], result)
        else:
            self._add_missing_fault(entry, path, directory, result)

    def _documents(self, directory: str, entry: Node, result: BuildResult) -> list[Node] | BuildResult:
        """The objects of an entry of ``resources``."""
        text = entry.string()
        if _remote(text):
            result.base_unknown = True
            self.sources.add_fault("base-missing", entry.location, f"{text} is remote and was not read{_PATCHES_ONLY}")
            return []
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        if self.sources.kustomization(path):
            return self.build(path)
        found = self.sources.load(path)
        if found is None:
            self._add_missing_fault(entry, path, directory, result)
        else:
            self._check_inside(directory, path, entry)
        return found or []

    def _add_missing_fault(self, entry: Node, path: str, directory: str, result: BuildResult) -> None:
        result.base_unknown = True
        if _remote(entry.string()):
            self.sources.add_fault(
                "base-missing", entry.location, f"{entry.string()} is remote and was not read{_PATCHES_ONLY}"
            )
        elif self.sources.files.is_directory(path):
            message = f"{entry.string()} is a directory without a kustomization.yaml, so the build fails. "
            self.sources.add_fault("kustomize-broken", entry.location, message + "Specify a directory that has one")
        elif path.startswith(f"{directory}/"):
            message = f"{entry.string()} does not exist, so the build fails. Correct the path"
            self.sources.add_fault("kustomize-broken", entry.location, message)
        else:
            self.sources.add_fault(
                "base-missing", entry.location, f"{entry.string()} does not exist here{_PATCHES_ONLY}"
            )

    def _check_inside(self, directory: str, path: str, source: Node) -> None:
        """Reports a file outside of the directory of the kustomization. Directories may be anywhere."""
        inside = path != ".." and not path.startswith("../") if directory == "." else path.startswith(f"{directory}/")
        if not inside:
            message = (
                f"{path} is outside of the directory of the kustomization, so the build fails without "
                "`--load-restrictor LoadRestrictionsNone`. Move the file, or make its directory a base"
            )
            self.sources.add_fault("kustomize-outside", source.location, message)

    # Patches

    def _patch_of(self, directory: str, entry: Node, result: BuildResult, mixed: bool) -> None:
        if entry.kind == SCALAR:
            # kustomize reads a list of paths only as patchesStrategicMerge.
            if mixed:
                message = f"must list mappings, and kustomize rejects the text. Write `- path: {entry.string()}`"
                self.sources.add_fault("kustomize-broken", entry.location, message)
            self._patch_entry(directory, entry, None, result)
        elif entry.get("path") is not None:
            self._patch_entry(directory, entry.get("path"), entry.get("target"), result, False)
        elif entry.get("patch") is not None:
            self._patch_entry(directory, entry.get("patch"), entry.get("target"), result, True)

    def _patch_entry(
        self, directory: str, source: Node | None, target: Node | None, result: BuildResult, inline: bool | None = None
    ) -> None:
        for patch in self._patches(directory, source, result, inline) if source is not None else ():
            if patch.kind == SEQUENCE:
                self._json_patch(patch, target, result)
            elif patch.kind == MAPPING:
                self._merge_patch(patch, target, result)

    def _patches(self, directory: str, source: Node, result: BuildResult, inline: bool | None) -> list[Node]:
        """The patches in a text (``inline`` True) or in a file (False); None: the source shows which."""
        if source.kind != SCALAR:
            message = "must be text, and kustomize rejects it. Write `|-` behind the key, or quote the value"
            self.sources.add_fault("kustomize-broken", source.location, message)
            return [source]
        text = source.string()
        if inline or (inline is None and ("\n" in text or text.lstrip().startswith(("[", "{")))):
            return self.sources.parse(text, source.location.file, source.line_location(1).line)
        if _remote(text):
            message = f"the patch {text} is remote and was not read: fields that it may set are not reported as missing"
            self.sources.add_fault("base-missing", source.location, message)
            result.base_unknown = True
            result.objects = [replace(each, partial=each.partial or each.kind in KINDS) for each in result.objects]
            return []
        path = posixpath.normpath(posixpath.join(directory, text))
        self.used.add(path)
        found = self.sources.load(path)
        if found is None:
            message = f"the patch {text} does not exist, so the build fails. Correct the path"
            self.sources.add_fault("kustomize-broken", source.location, message)
        else:
            self._check_inside(directory, path, source)
        return found or []

    def _merge_patch(self, patch: Node, target: Node | None, result: BuildResult) -> None:
        name, kind = patch.string("metadata", "name"), patch.string("kind")
        hits = 0
        for index, each in enumerate(result.objects):
            named = each.kind == kind and (name in each.names or name == each.node.string("metadata", "name"))
            if named if target is None else replacements.selects(target, each):
                node = merge.merge(each.node, _without_identity(patch) if target is not None else patch)
                result.objects[index] = replace(each, node=node, names=(*each.names, name))
                hits += 1
        if hits or KINDS.get(kind) is None:
            return
        if result.base_unknown:
            result.objects.append(BuildObject.of(patch, partial=True))
        elif target is None:
            message = (
                f"patches {kind}/{name}, which is not among the resources, so the build fails. Correct kind or name"
            )
            self.sources.add_fault("kustomize-broken", patch.location_of("metadata", "name"), message)

    def _json_patch(self, patch: Node, target: Node | None, result: BuildResult) -> None:
        hits = [index for index, each in enumerate(result.objects) if replacements.selects(target, each)]
        if not hits and result.base_unknown and target is not None:
            blank = _blank_object(target, patch)
            if blank is None:
                return
            result.objects.append(BuildObject.of(blank, partial=True))
            hits = [len(result.objects) - 1]
        for index in hits:
            each = result.objects[index]
            try:
                node = merge.apply_json(each.node, patch, create=each.partial)
            except merge.PatchError as error:
                if not result.base_unknown:
                    message = f"cannot be applied to {each.kind}/{each.names[0]}: {error}. Correct the patch"
                    self.sources.add_fault("kustomize-broken", patch.location, message)
                node = merge.apply_possible(each.node, patch)
            result.objects[index] = replace(each, node=node)

    def _replace(self, directory: str, root: Node, result: BuildResult) -> None:
        entries: list[Node] = []
        for entry in root.list("replacements"):
            path = entry.string("path")
            if not path:
                entries.append(entry)
                continue
            path = posixpath.normpath(posixpath.join(directory, path))
            self.used.add(path)
            self._check_inside(directory, path, entry)
            for found in self.sources.load(path) or []:
                entries += found.items if found.kind == SEQUENCE else [found]
        result.objects, faults = replacements.apply(result.objects, entries)
        for location, message in faults if not result.base_unknown else ():
            self.sources.add_fault("kustomize-broken", location, f"{message}, so the build fails. Correct the source")

    def _transform(self, root: Node, result: BuildResult) -> None:
        result.objects = naming.transform(result.objects, root)
        prefix, suffix = naming.affixes(root)
        if prefix or suffix:
            result.secrets = [naming.rename_secret(each, prefix, suffix) for each in result.secrets]
            result.generated = [naming.rename(each, prefix, suffix) for each in result.generated]
        namespace = root.string("namespace")
        if namespace:
            result.secrets = [replace(each, namespace=namespace) for each in result.secrets]


_PATCHES_ONLY = ": only the patches were checked; fields of the base are unknown"


def _remote(text: str) -> bool:
    return _REMOTE.search(text) is not None


def _without_identity(patch: Node) -> Node:
    """The patch without kind and name: if it has a target, they change nothing."""
    metadata = patch.entry("metadata")
    for key in ("kind", "apiVersion"):
        patch = patch.without_key(key)
    return (
        patch.with_key("metadata", Entry(metadata.location, metadata.node.without_key("name"))) if metadata else patch
    )


def _blank_object(target: Node, patch: Node) -> Node | None:
    """An object for a JSON patch whose base is unknown. The target or the paths state its kind."""
    kind = target.string("kind")
    paths = [operation.string("path") for operation in patch.items]
    if not kind and any(path.startswith(("/spec/glance/", "/spec/extraMounts")) for path in paths):
        kind = "OpenStackControlPlane"
    if kind not in KINDS:
        return None
    blank = from_plain({"apiVersion": f"{KINDS[kind]}/v1beta1", "kind": kind}, patch.location)
    name = Entry(target.location_of("name"), Node(SCALAR, target.location_of("name"), target.string("name")))
    metadata = Node(MAPPING, patch.location, entries={"name": name} if target.string("name") else {})
    return blank.with_key("metadata", Entry(patch.location, metadata))
