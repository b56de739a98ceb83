# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kustomize's replacements: values copied from one object into fields of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils.manifests import merge
from ansible_collections.dcn.glance.plugins.module_utils.manifests.nodes import MAPPING, SCALAR, SEQUENCE, Entry, Node


@dataclass(frozen=True)
class Item:
    """An object on its way through a kustomization. ``names``: those that it has had, as patches may use any."""

    node: Node
    names: tuple[str, ...] = ()
    partial: bool = False
    #: Paths of fields that replacements took from it.
    given: frozenset[str] = field(default_factory=frozenset)

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
    wanted = selector.string("name")
    current = candidate.node.string("metadata", "name")
    return not wanted or any(_full(wanted, name) for name in (current, *candidate.names))


def _full(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text


def field_path(text: str) -> list[str]:
    r"""The parts of 'a.b\.c.[name=x].d'."""
    parts = re.findall(r"(?:\\.|\[[^\]]*\]|[^.\[])+", text)
    return [part.replace("\\.", ".") for part in parts]


def apply(items: Sequence[Item], entries: Sequence[Node]) -> list[Item]:
    """All objects after these replacements. What cannot be found is left out: its object may not be at hand."""
    result = list(items)
    for entry in entries:
        selector = entry.get("source")
        index = next((number for number, each in enumerate(result) if selects(selector, each)), None)
        if index is None or selector is None:
            continue
        path = selector.string("fieldPath") or "metadata.name"
        value = merge.find(result[index].node, _resolved(result[index].node, field_path(path)))
        if value is None:
            continue
        result[index] = replace(result[index], given=result[index].given | {path})
        value = _part(value, selector.get("options"))
        for target in entry.list("targets"):
            result = [_into(each, target, value) for each in result]
    return result


def _part(value: Node, options: Node | None) -> Node:
    """The piece of a text that options of the source ask for."""
    if options is None or not options.string("delimiter") or value.kind != SCALAR:
        return value
    pieces = str(value.value).split(options.string("delimiter"))
    index = options.integer("index") or 0
    return replace(value, value=pieces[index]) if index < len(pieces) else value


def _into(candidate: Item, target: Node, value: Node) -> Item:
    if not selects(target.get("select"), candidate) or any(selects(no, candidate) for no in target.list("reject")):
        return candidate
    node = candidate.node
    options = target.get("options")
    for path in target.list("fieldPaths"):
        parts = _resolved(node, field_path(path.string()))
        try:
            create = options is not None and bool(options.flag("create"))
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
