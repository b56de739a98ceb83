# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kustomize's replacements: values copied from one object into fields of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize import merge
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    Place,
)


@dataclass(frozen=True)
class Item:
    """An object on its way through a kustomization. ``names``: those that it has had, as patches may use any."""

    node: Node
    names: tuple[str, ...] = ()
    partial: bool = False
    #: Paths of fields that replacements took from it.
    given: frozenset[str] = field(default_factory=frozenset)
    #: Something that is not at hand fills it in.
    open: bool = False

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.node.string("kind")


def item(node: Node, partial: bool = False) -> Item:
    """An object as it comes in."""
    return Item(node, (node.string("metadata", "name"),), partial)


def selects(selector: Node | None, candidate: Item) -> bool:
    """Whether a selector (group, version, kind, name, namespace) means an object."""
    if selector is None:
        return False
    group, _slash, version = candidate.node.string("apiVersion").rpartition("/")
    own = {"group": group, "version": version, "kind": candidate.kind}
    own["namespace"] = candidate.node.string("metadata", "namespace")
    for key, value in own.items():
        wanted = selector.string(key)
        # A namespace may be set later on, by another kustomization or on the command line.
        if wanted and not _full(wanted, value) and not (key == "namespace" and not value):
            return False
    for key, kind in (("labelSelector", "labels"), ("annotationSelector", "annotations")):
        if not _labelled(selector.string(key), candidate.node, kind):
            return False
    wanted = selector.string("name")
    current = candidate.node.string("metadata", "name")
    return not wanted or any(_full(wanted, name) for name in (current, *candidate.names))


def _labelled(wanted: str, node: Node, kind: str) -> bool:
    """Whether labels or annotations are as `a=b,c!=d,e` says; what is written otherwise is taken for true."""
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


def _full(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text


def field_path(text: str) -> list[str]:
    r"""The parts of 'a.b\.c.[name=x].d'."""
    parts = re.findall(r"(?:\\.|\[[^\]]*\]|[^.\[])+", text)
    # Brackets without a `=` only keep the dots of a key together.
    plain = (part[1:-1] if part[:1] == "[" and part[-1:] == "]" and "=" not in part else part for part in parts)
    return [part.replace("\\.", ".") for part in plain]


#: (place, what is wrong) of what kustomize would stop at.
Faults = list[tuple[Place, str]]


def apply(items: Sequence[Item], entries: Sequence[Node]) -> tuple[list[Item], Faults]:
    """All objects after these replacements, and what has no source: it is left out, and its targets are open."""
    result = list(items)
    faults: Faults = []
    for entry in entries:
        index, path, value, fault = _source(result, entry)
        targets = entry.list("targets")
        if value is None:
            if fault is not None:
                faults.append(fault)
            result = [_opened(each, targets) for each in result]
            continue
        for target in targets:
            after = [_into(each, target, value) for each in result]
            taken = any(new.node is not old.node for new, old in zip(after, result))
            result = after
            if taken and index is not None:
                result[index] = replace(result[index], given=result[index].given | {path})
    return result, faults


def _source(items: list[Item], entry: Node) -> tuple[int | None, str, Node | None, tuple[Place, str] | None]:
    """(index of the object, path, value, fault) of a replacement's source."""
    selector = entry.get("source")
    if selector is None:
        return None, "", entry.get("sourceValue"), None
    path = selector.string("fieldPath") or "metadata.name"
    index = next((number for number, each in enumerate(items) if selects(selector, each)), None)
    shown = f"{selector.string('kind')}/{selector.string('name')}"
    if index is None:
        return None, path, None, (selector.place, f"takes {path} from {shown}, which no resource is")
    value = merge.find(items[index].node, _resolved(items[index].node, field_path(path)))
    if value is None or (value.kind == SCALAR and value.value is None):
        return index, path, None, (selector.spot("fieldPath"), f"takes {path} from {shown}, where nothing is")
    return index, path, _part(value, selector.get("options")), None


def _opened(candidate: Item, targets: Sequence[Node]) -> Item:
    """An object that is to take a value which is not at hand."""
    for target in targets:
        if _chosen(target, candidate):
            paths = [path.string() for path in target.list("fieldPaths")]
            glance = any(path.startswith(("spec.glance", "spec.extraMounts")) for path in paths)
            return replace(candidate, open=True, partial=candidate.partial or glance)
    return candidate


def _part(value: Node, options: Node | None) -> Node:
    """The piece of a text that options of the source ask for."""
    if options is None or not options.string("delimiter") or value.kind != SCALAR:
        return value
    pieces = str(value.value).split(options.string("delimiter"))
    index = options.integer("index") or 0
    return replace(value, value=pieces[index]) if index < len(pieces) else value


def _chosen(target: Node, candidate: Item) -> bool:
    if not selects(target.get("select"), candidate):
        return False
    return not any(selects(no, candidate) for no in target.list("reject"))


def _into(candidate: Item, target: Node, value: Node) -> Item:
    if not _chosen(target, candidate):
        return candidate
    node = candidate.node
    options = target.get("options")
    for path in target.list("fieldPaths"):
        create = options is not None and bool(options.flag("create"))
        for parts in _spread(node, field_path(path.string())):
            try:
                node = merge.change(node, parts, lambda old: _placed(old, value, options), create)
            except merge.PatchError:
                continue
    return replace(candidate, node=node)


def _placed(old: Entry | None, value: Node, options: Node | None) -> Entry:
    if options is not None and options.string("delimiter") and old is not None and old.node.kind == SCALAR:
        pieces = str(old.node.value).split(options.string("delimiter"))
        index = options.integer("index") or 0
        if index < len(pieces):
            pieces[index] = value.string()
            return Entry(old.place, replace(old.node, value=options.string("delimiter").join(pieces)))
    return Entry(value.place, value)


def _spread(node: Node, parts: list[str]) -> list[list[str]]:
    """The paths that one with `*` in it stands for."""
    if "*" not in parts:
        return [_resolved(node, parts)]
    at = parts.index("*")
    above = _resolved(node, parts[:at])
    here = merge.find(node, above)
    keys = [*here.entries, *map(str, range(len(here.items)))] if here is not None else []
    return [found for key in keys for found in _spread(node, [*above, key, *parts[at + 1 :]])]


def _resolved(node: Node, parts: list[str]) -> list[str]:
    """The path with '[key=value]' turned into the index of that item."""
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
