# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of all objects of a kustomization: name prefix and suffix, hash, namespace and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._manifests.kustomize.replacements import BuildObject
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import GeneratedObject
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import MAPPING, SCALAR, Entry, Node
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret

#: Kinds whose names kustomize does not change.
_FIXED_KINDS = ("CustomResourceDefinition", "APIService", "Namespace")
#: Kinds that volumes refer to.
MOUNTED_KINDS = ("Secret", "ConfigMap")
#: Stands for the hash, which only kustomize can compute.
HASH = "<hash>"
AFFIX_REASON = "namePrefix or nameSuffix changes the name"


def generated_objects(root: Node) -> Iterator[GeneratedObject]:
    """The Secrets and ConfigMaps that a kustomization generates."""
    common = root.flag("generatorOptions", "disableNameSuffixHash")
    for kind, key in zip(MOUNTED_KINDS, ("secretGenerator", "configMapGenerator")):
        for entry in root.list(key):
            own = entry.flag("options", "disableNameSuffixHash")
            without_hash = bool(own) or bool(common)
            name = entry.string("name")
            if name:
                reason = "" if without_hash else f"{key} adds a hash of the content"
                final = name if without_hash else f"{name}-{HASH}"
                yield GeneratedObject(kind, (name,), final, entry.location_of("name"), reason)


def affixes(root: Node) -> tuple[str, str]:
    """(namePrefix, nameSuffix) of a kustomization."""
    return root.string("namePrefix"), root.string("nameSuffix")


def rename(generated: GeneratedObject, prefix: str, suffix: str) -> GeneratedObject:
    """The object with a name prefix and suffix."""
    stem, dash, rest = generated.name.partition(f"-{HASH}")
    name = f"{prefix}{stem}{suffix}{dash}{rest}"
    earlier = (*generated.earlier_names, f"{prefix}{stem}{suffix}")
    return replace(generated, earlier_names=earlier, name=name, reason=generated.reason or AFFIX_REASON)


def rename_secret(secret: Secret, prefix: str, suffix: str) -> Secret:
    """The Secret with a name prefix and suffix. It is still found by its earlier names, to check its keys."""
    return replace(secret, name=f"{prefix}{secret.name}{suffix}", aliases=(*secret.aliases, secret.name))


def transform(objects: Sequence[BuildObject], root: Node) -> list[BuildObject]:
    """The objects with the names, namespace and annotations that the kustomization sets."""
    prefix, suffix = affixes(root)
    namespace = root.entry("namespace")
    annotations = root.children("commonAnnotations")
    result = []
    for each in objects:
        node = each.node
        if (prefix or suffix) and each.kind not in _FIXED_KINDS:
            name = node.string("metadata", "name")
            location = node.location_of("metadata", "name")
            node = _set(node, "name", Entry(location, Node(SCALAR, location, f"{prefix}{name}{suffix}")))
        if namespace is not None and namespace.node.string():
            node = _set(node, "namespace", namespace)
        if annotations:
            old = node.get("metadata", "annotations") or Node(MAPPING, node.location)
            node = _set(node, "annotations", Entry(old.location, replace(old, entries={**old.entries, **annotations})))
        if node is not each.node:
            each = replace(each, node=node, names=(*each.names, node.string("metadata", "name")))
        result.append(each)
    return result


def _set(node: Node, key: str, entry: Entry) -> Node:
    metadata = node.get("metadata") or Node(MAPPING, node.location)
    return node.with_key("metadata", Entry(node.location_of("metadata"), metadata.with_key(key, entry)))
