# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacements of kustomize: values that are copied from one object into fields of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import merge
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
)


@dataclass(frozen=True)
class BuildObject:
    """An object during a build. ``names`` are all names that it has had: patches may use any of them."""

    node: Node
    names: tuple[str, ...] = ()
    partial: bool = False
    #: Paths of the fields that replacements copied from it.
    source_of: frozenset[str] = field(default_factory=frozenset)
    #: A replacement with an unknown source sets some of its fields.
    has_unknown_values: bool = False

    @staticmethod
    def of(node: Node, partial: bool = False) -> BuildObject:
        """An object as a file or patch states it."""
        return BuildObject(node, (node.string("metadata", "name"),), partial)

    @property
    def kind(self) -> str:
        """The kind, or an empty string."""
        return self.node.string("kind")


def selects(selector: Node | None, candidate: BuildObject) -> bool:
    """Whether a selector (group, version, kind, name, namespace, labels, annotations) matches an object."""
    if selector is None:
        return False
    group, _slash, version = candidate.node.string("apiVersion").rpartition("/")
    own = {"group": group, "version": version, "kind": candidate.kind}
    own["namespace"] = candidate.node.string("metadata", "namespace")
    for key, value in own.items():
        wanted = selector.string(key)
        # Another kustomization or the command line may set the namespace later.
        if wanted and not _matches(wanted, value) and not (key == "namespace" and not value):
            return False
    for key, kind in (("labelSelector", "labels"), ("annotationSelector", "annotations")):
        if not _matches_labels(selector.string(key), candidate.node, kind):
            return False
    wanted = selector.string("name")
    current = candidate.node.string("metadata", "name")
    return not wanted or any(_matches(wanted, name) for name in (current, *candidate.names))


def _matches_labels(wanted: str, node: Node, kind: str) -> bool:
    """Whether labels or annotations match `a=b,c!=d,e`. Other forms of selectors match everything."""
    for part in wanted.split(",") if wanted and "(" not in wanted else ():
        key, unequal, value = part.partition("!=")
        if not unequal:
            key, equal, value = part.replace("==", "=").partition("=")
        entry = node.entry("metadata", kind, key.strip())
        if unequal and entry is not None and entry.node.string() == value.strip():
            return False
        if not unequal and (entry is None or (equal and entry.node.string() != value.strip())):
            return False
    return True


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text


def field_path(text: str) -> list[str]:
    r"""The parts of 'a.b\.c.[name=x].d'."""
    parts = re.findall(r"(?:\\.|\[[^\]]*\]|[^.\[])+", text)
    # Brackets without `=` enclose a key that has dots.
    plain = (part[1:-1] if part[:1] == "[" and part[-1:] == "]" and "=" not in part else part for part in parts)
    return [part.replace("\\.", ".") for part in plain]


#: (location, message) of faults at which kustomize stops.
Faults = list[tuple[SourceLocation, str]]


def apply(objects: Sequence[BuildObject], entries: Sequence[Node]) -> tuple[list[BuildObject], Faults]:
    """All objects after these replacements, and the replacements without a source, whose targets are unknown."""
    result = list(objects)
    faults: Faults = []
    for entry in entries:
        index, path, value, fault = _source(result, entry)
        targets = entry.list("targets")
        if value is None:
            if fault is not None:
                faults.append(fault)
            result = [_with_unknown_values(each, targets) for each in result]
            continue
        for target in targets:
            after = [_replace_in(each, target, value) for each in result]
            used = any(new.node is not old.node for new, old in zip(after, result))
            result = after
            if used and index is not None:
                result[index] = replace(result[index], source_of=result[index].source_of | {path})
    return result, faults


def _source(
    objects: list[BuildObject], entry: Node
) -> tuple[int | None, str, Node | None, tuple[SourceLocation, str] | None]:
    """(index of the object, path, value, fault) of the source of a replacement."""
    selector = entry.get("source")
    if selector is None:
        return None, "", entry.get("sourceValue"), None
    path = selector.string("fieldPath") or "metadata.name"
    index = next((number for number, each in enumerate(objects) if selects(selector, each)), None)
    shown = f"{selector.string('kind')}/{selector.string('name')}"
    if index is None:
        return None, path, None, (selector.location, f"copies {path} of {shown}, which is not among the resources")
    value = merge.find(objects[index].node, _resolved(objects[index].node, field_path(path)))
    if value is None or (value.kind == SCALAR and value.value is None):
        return index, path, None, (selector.location_of("fieldPath"), f"copies {path} of {shown}, which is not set")
    return index, path, _part(value, selector.get("options")), None


def _with_unknown_values(candidate: BuildObject, targets: Sequence[Node]) -> BuildObject:
    """The object, marked if a replacement with an unknown source targets it."""
    for target in targets:
        if _is_target(target, candidate):
            paths = [path.string() for path in target.list("fieldPaths")]
            glance = any(path.startswith(("spec.glance", "spec.extraMounts")) for path in paths)
            return replace(candidate, has_unknown_values=True, partial=candidate.partial or glance)
    return candidate


def _part(value: Node, options: Node | None) -> Node:
    """The part of a text that the options of the source select."""
    if options is None or not options.string("delimiter") or value.kind != SCALAR:
        return value
    pieces = str(value.value).split(options.string("delimiter"))
    index = options.integer("index") or 0
    return replace(value, value=pieces[index]) if index < len(pieces) else value


def _is_target(target: Node, candidate: BuildObject) -> bool:
    if not selects(target.get("select"), candidate):
        return False
    return not any(selects(no, candidate) for no in target.list("reject"))


def _replace_in(candidate: BuildObject, target: Node, value: Node) -> BuildObject:
    if not _is_target(target, candidate):
        return candidate
    node = candidate.node
    options = target.get("options")
    for path in target.list("fieldPaths"):
        create = options is not None and bool(options.flag("create"))
        for parts in _spread(node, field_path(path.string())):
            try:
                node = merge.change(node, parts, lambda old: _replaced(old, value, options), create)
            except merge.PatchError:
                continue
    return replace(candidate, node=node)


def _replaced(old: Entry | None, value: Node, options: Node | None) -> Entry:
    if options is not None and options.string("delimiter") and old is not None and old.node.kind == SCALAR:
        pieces = str(old.node.value).split(options.string("delimiter"))
        index = options.integer("index") or 0
        if index < len(pieces):
            pieces[index] = value.string()
            return Entry(old.location, replace(old.node, value=options.string("delimiter").join(pieces)))
    return Entry(value.location, value)


def _spread(node: Node, parts: list[str]) -> list[list[str]]:
    """The paths that a path with `*` stands for."""
    if "*" not in parts:
        return [_resolved(node, parts)]
    at = parts.index("*")
    above = _resolved(node, parts[:at])
    here = merge.find(node, above)
    keys = [*here.entries, *map(str, range(len(here.items)))] if here is not None else []
    return [found for key in keys for found in _spread(node, [*above, key, *parts[at + 1 :]])]


def _resolved(node: Node, parts: list[str]) -> list[str]:
    """The path with '[key=value]' replaced by the index of that item."""
    result: list[str] = []
    for part in parts:
        here = merge.find(node, result)
        match = re.fullmatch(r"\[(.+?)=(.*)\]", part)
        if match and here is not None and here.kind == SEQUENCE:
            key, wanted = match.groups()
            found = [
                number
                for number, each in enumerate(here.items)
                if each.kind == MAPPING and each.string(*key.split(".")) == wanted
            ]
            part = str(found[0]) if found else str(len(here.items))
        result.append(part)
    return result
