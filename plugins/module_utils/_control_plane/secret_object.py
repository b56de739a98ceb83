# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Secret with confs and keyrings, as the Kubernetes API holds it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

#: A managed Secret has these labels; the annotation lists the managed keys in it.
SITE_LABEL = "dcn.glance/site"
#: Whose Secret it is: of the pods of an API or of a cinder-volume, or of the hosts of a NodeSet.
API_LABEL = "dcn.glance/api"
VOLUME_LABEL = "dcn.glance/cinder-volume"
NODE_SET_LABEL = "dcn.glance/node-set"
USER_LABELS = (API_LABEL, VOLUME_LABEL, NODE_SET_LABEL)
KEYS_ANNOTATION = "dcn.glance/keys"


def decoded(secret: Mapping[str, Any] | None) -> dict[str, bytes]:
    """The content of a Secret. A value that is no base64 cannot come from the API; it counts as empty."""
    found = {}
    for key, value in ((secret or {}).get("data") or {}).items():
        try:
            found[key] = base64.b64decode(value or "", validate=True)
        except (binascii.Error, ValueError):
            found[key] = b""
    return found


def encoded(content: bytes) -> str:
    """A value as a Secret holds it."""
    return base64.b64encode(content).decode("ascii")


def is_managed(secret: Mapping[str, Any] | None) -> bool:
    """Whether this collection has created or marked this Secret."""
    labels = (((secret or {}).get("metadata") or {}).get("labels")) or {}
    return any(label in labels for label in USER_LABELS)


def managed_keys(secret: Mapping[str, Any] | None) -> frozenset[str]:
    """The keys that an earlier run put into it."""
    annotations = (((secret or {}).get("metadata") or {}).get("annotations")) or {}
    return frozenset(filter(None, str(annotations.get(KEYS_ANNOTATION) or "").split(",")))


def secret_body(
    live: Mapping[str, Any] | None,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    keys: Collection[str],
    changes: Mapping[str, bytes],
    dropped: Collection[str] = (),
) -> Object:
    """The Secret to write: ``live`` marked as managed, with ``changes``, and without ``dropped``."""
    old: Mapping[str, Any] = live or {"apiVersion": "v1", "kind": "Secret", "type": "Opaque"}
    metadata = {"name": name, "namespace": namespace, **(old.get("metadata") or {})}
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), KEYS_ANNOTATION: ",".join(sorted(keys))}
    data = {key: value for key, value in (old.get("data") or {}).items() if key not in dropped}
    data.update({key: encoded(content) for key, content in changes.items()})
    return {**old, "metadata": metadata, "data": data}


def without_managed(live: Mapping[str, Any]) -> Object:
    """The Secret without the managed keys, labels and annotation."""
    metadata = dict(live.get("metadata") or {})
    for field, names in (("labels", (SITE_LABEL, *USER_LABELS)), ("annotations", (KEYS_ANNOTATION,))):
        metadata[field] = {key: value for key, value in (metadata.get(field) or {}).items() if key not in names}
    data = {key: value for key, value in (live.get("data") or {}).items() if key not in managed_keys(live)}
    return {**live, "metadata": metadata, "data": data}
