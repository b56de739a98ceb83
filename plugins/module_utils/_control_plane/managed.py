# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The annotation that records what this collection manages in an object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

MANAGED_ANNOTATION = "dcn.glance/managed"


@dataclass(frozen=True)
class Managed:
    """What is managed in an object: stores by API, the API of each Secret, and the name of the extraMounts entry.

    ``spare`` are the workers of APIs that have a second worker only while Keystone's catalog moves.
    """

    stores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    mount: str = ""
    spare: Mapping[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """The value of the annotation."""
        content: dict[str, Any] = {
            "apis": {key: list(self.stores[key]) for key in sorted(self.stores)},
            "mount": self.mount,
            "secrets": dict(sorted(self.secrets.items())),
        }
        if self.spare:
            content["spare"] = dict(sorted(self.spare.items()))
        return json.dumps(content, separators=(",", ":"))


def read_managed(item: Mapping[str, Any]) -> Managed:
    """The content of the annotation of an object; empty if it is missing or cannot be parsed."""
    annotations = (item.get("metadata") or {}).get("annotations") or {}
    try:
        content = json.loads(annotations.get(MANAGED_ANNOTATION) or "{}")
        return Managed(
            {str(key): tuple(str(store) for store in found) for key, found in (content.get("apis") or {}).items()},
            {str(name): str(key) for name, key in (content.get("secrets") or {}).items()},
            str(content.get("mount") or ""),
            {str(key): int(count) for key, count in (content.get("spare") or {}).items()},
        )
    except (ValueError, TypeError, AttributeError):
        return Managed()


def with_managed(item: Object, managed: Managed) -> Object:
    """The object with this annotation."""
    metadata = dict(item.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), MANAGED_ANNOTATION: managed.text()}
    return {**item, "metadata": metadata}
