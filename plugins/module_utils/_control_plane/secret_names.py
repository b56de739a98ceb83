# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret with the confs and keyrings of one API's pods."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any

#: By these labels a Secret of ours is known; the annotation lists the keys in it that are ours.
SITE_LABEL = "dcn.glance/site"
API_LABEL = "dcn.glance/api"
KEYS = "dcn.glance/keys"

Object = dict[str, Any]


def decoded(secret: Mapping[str, Any] | None) -> dict[str, bytes]:
    """The content of a Secret. What is no base64 cannot come from the API; it counts as empty."""
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


def is_ours(secret: Mapping[str, Any] | None) -> bool:
    """Whether we have made or marked this Secret."""
    return API_LABEL in ((((secret or {}).get("metadata") or {}).get("labels")) or {})


def our_keys(secret: Mapping[str, Any] | None) -> frozenset[str]:
    """The keys that an earlier run put into it."""
    annotations = (((secret or {}).get("metadata") or {}).get("annotations")) or {}
    return frozenset(filter(None, str(annotations.get(KEYS) or "").split(",")))


def body(
    live: Mapping[str, Any] | None,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    keys: Collection[str],
    changes: Mapping[str, bytes],
    dropped: Collection[str] = (),
) -> Object:
    """The Secret as it is to be: ``live`` with our marks, ``changes`` written, and ``dropped`` gone."""
    old: Mapping[str, Any] = live or {"apiVersion": "v1", "kind": "Secret", "type": "Opaque"}
    metadata = {"name": name, "namespace": namespace, **(old.get("metadata") or {})}
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), KEYS: ",".join(sorted(keys))}
    data = {key: value for key, value in (old.get("data") or {}).items() if key not in dropped}
    data.update({key: encoded(content) for key, content in changes.items()})
    return {**old, "metadata": metadata, "data": data}


def without_ours(live: Mapping[str, Any]) -> Object:
    """The Secret without anything of ours, marks included."""
    metadata = dict(live.get("metadata") or {})
    for field, names in (("labels", (SITE_LABEL, API_LABEL)), ("annotations", (KEYS,))):
        metadata[field] = {key: value for key, value in (metadata.get(field) or {}).items() if key not in names}
    data = {key: value for key, value in (live.get("data") or {}).items() if key not in our_keys(live)}
    return {**live, "metadata": metadata, "data": data}
