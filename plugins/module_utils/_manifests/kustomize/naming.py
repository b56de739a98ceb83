# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kustomization adds to all of its objects: prefix, suffix, namespace, annotations, and the hash in names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import Item
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import MAPPING, SCALAR, Entry, Node
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Made

#: Kinds whose names kustomize leaves as they are.
_FIXED = ("CustomResourceDefinition", "APIService", "Namespace")
#: What volumes name.
MOUNTED = ("Secret", "ConfigMap")
#: In place of what only kustomize can say.
HASH = "<hash>"


def generated(root: Node) -> Iterator[Made]:
    """What the generators of a kustomization make."""
    common = root.flag("generatorOptions", "disableNameSuffixHash")
    for kind, key in zip(MOUNTED, ("secretGenerator", "configMapGenerator")):
        for entry in root.list(key):
            own = entry.flag("options", "disableNameSuffixHash")
            # Either of the two switches the hash off.
            plain = bool(own) or bool(common)
            name = entry.string("name")
            if name:
                why = "" if plain else f"{key} adds a hash of the content"
                final = name if plain else f"{name}-{HASH}"
                yield Made(kind, (name,), final, entry.spot("name"), why)


def affix(root: Node) -> tuple[str, str]:
    """What a kustomization puts before and behind names."""
    return root.string("namePrefix"), root.string("nameSuffix")


def rename(made: Made, before: str, behind: str) -> Made:
    """The same after one more kustomization."""
    stem, dash, rest = made.name.partition(f"-{HASH}")
    name = f"{before}{stem}{behind}{dash}{rest}"
    why = made.why or "namePrefix or nameSuffix changes the name"
    return replace(made, names=(*made.names, f"{before}{stem}{behind}"), name=name, why=why)


def rename_secret(secret: Secret, before: str, behind: str) -> Secret:
    """A Secret under its new name. It is still found under the old ones, so that its keys can be judged."""
    return replace(secret, name=f"{before}{secret.name}{behind}", aliases=(*secret.aliases, secret.name))


def objects(items: Sequence[Item], root: Node) -> list[Item]:
    """The objects with what the kustomization sets on all of them."""
    before, behind = affix(root)
    namespace = root.entry("namespace")
    annotations = root.children("commonAnnotations")
    result = []
    for each in items:
        node = each.node
        if (before or behind) and each.kind not in _FIXED:
            name = node.string("metadata", "name")
            node = _set(node, "name", Entry(node.spot("metadata", "name"), _text(node, f"{before}{name}{behind}")))
        if namespace is not None and namespace.node.string():
            node = _set(node, "namespace", namespace)
        if annotations:
            old = node.get("metadata", "annotations") or Node(MAPPING, node.place)
            node = _set(node, "annotations", Entry(old.place, replace(old, entries={**old.entries, **annotations})))
        if node is not each.node:
            each = replace(each, node=node, names=(*each.names, node.string("metadata", "name")))
        result.append(each)
    return result


def _text(node: Node, value: str) -> Node:
    return Node(SCALAR, node.spot("metadata", "name"), value)


def _set(node: Node, key: str, entry: Entry) -> Node:
    metadata = node.get("metadata") or Node(MAPPING, node.place)
    return node.having("metadata", Entry(node.spot("metadata"), metadata.having(key, entry)))
