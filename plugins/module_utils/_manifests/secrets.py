# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets among the input. Their values are searched for names of options and files, and never shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node


@dataclass(frozen=True)
class Secret:
    """A Secret: its keys, and the values that are text.

    ``complete`` is False if more keys may exist. ``scope`` is the directory of the kustomization that builds it.
    """

    name: str
    location: SourceLocation
    keys: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    complete: bool = True
    namespace: str = ""
    scope: str = ""
    #: Earlier names, before a kustomization changed the name.
    aliases: tuple[str, ...] = ()


def from_manifest(node: Node) -> Secret:
    """The Secret that a manifest or an object of the API holds."""
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
    return Secret(node.string("metadata", "name"), node.location, names, texts, namespace=namespace)


def from_generator(node: Node) -> Secret:
    """The Secret that an entry of secretGenerator generates. Only the names of its keys are known."""
    keys = [item.string().partition("=")[0] for item in node.list("literals")]
    for item in node.list("files"):
        name, equals, path = item.string().partition("=")
        keys.append(name if equals else name.rsplit("/", 1)[-1])
    # A file of environment variables holds more keys; it is not read.
    complete = not node.list("envs") and not node.get("env")
    names = tuple(dict.fromkeys(keys))
    return Secret(node.string("name"), node.location, names, complete=complete, namespace=node.string("namespace"))


def visible_secrets(secrets: Iterable[Secret], namespace: str, scope: str) -> dict[str, Secret]:
    """{name: Secret} of the Secrets that an object can use.

    Secrets of its own kustomization come before those of single files. Secrets of other namespaces do not count.
    """
    found: dict[str, Secret] = {}
    for wanted in dict.fromkeys((scope, "")):
        for secret in secrets:
            same_namespace = not secret.namespace or not namespace or secret.namespace == namespace
            if secret.scope == wanted and same_namespace:
                for name in (secret.name, *secret.aliases):
                    found.setdefault(name, secret)
    return found
