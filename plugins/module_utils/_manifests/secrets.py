# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets at hand. Their texts are looked into for names of options and files, and never shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, Place


@dataclass(frozen=True)
class Secret:
    """A Secret: its keys, and for those that hold text the text. ``scope``: the kustomization that it is built by."""

    name: str
    place: Place
    keys: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    complete: bool = True
    namespace: str = ""
    scope: str = ""
    #: Names that it had before a kustomization gave it another.
    aliases: tuple[str, ...] = ()


def from_manifest(node: Node) -> Secret:
    """A Secret of a manifest or of the API."""
    keys: list[str] = []
    texts: dict[str, str] = {}
    for key, entry in node.children("data").items():
        keys.append(key)
        try:
            texts[key] = base64.b64decode(entry.node.string(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
    for key, entry in node.children("stringData").items():
        keys.append(key)
        texts[key] = entry.node.string()
    names = tuple(dict.fromkeys(keys))
    namespace = node.string("metadata", "namespace")
    return Secret(node.string("metadata", "name"), node.place, names, texts, namespace=namespace)


def from_generator(node: Node) -> Secret:
    """An entry of secretGenerator: names of keys only, as kustomize will make them."""
    keys = [item.string().partition("=")[0] for item in node.list("literals")]
    for item in node.list("files"):
        name, equals, path = item.string().partition("=")
        keys.append(name if equals else name.rsplit("/", 1)[-1])
    # The keys of a file of variables are not known without reading it.
    complete = not node.list("envs") and not node.get("env")
    names = tuple(dict.fromkeys(keys))
    return Secret(node.string("name"), node.place, names, complete=complete, namespace=node.string("namespace"))


def of(secrets: Iterable[Secret], namespace: str, scope: str) -> dict[str, Secret]:
    """{name: Secret} for one object: those of its own kustomization before loose ones, none of another namespace."""
    found: dict[str, Secret] = {}
    for wanted in dict.fromkeys((scope, "")):
        for secret in secrets:
            near = not secret.namespace or not namespace or secret.namespace == namespace
            if secret.scope == wanted and near:
                for name in (secret.name, *secret.aliases):
                    found.setdefault(name, secret)
    return found
