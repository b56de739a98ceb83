# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The annotations that record what is managed in an object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

CINDER_ANNOTATION = "dcn.glance/managed-cinder"
NOVA_ANNOTATION = "dcn.glance/managed-nova"


def read_record(item: Mapping[str, Any] | None, annotation: str) -> dict[str, Any]:
    """The content of an annotation; empty if it is missing or cannot be parsed."""
    annotations = ((item or {}).get("metadata") or {}).get("annotations") or {}
    try:
        found = json.loads(annotations.get(annotation) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def texts(record: Mapping[str, Any], key: str) -> dict[str, str]:
    """A mapping of texts in a record."""
    found = record.get(key)
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}


def with_record(item: Object, annotation: str, record: Mapping[str, Any]) -> Object:
    """The object with this record, or without one if it is empty."""
    metadata = dict(item.get("metadata") or {})
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != annotation}
    if record:
        annotations[annotation] = json.dumps(record, separators=(",", ":"), sort_keys=True)
    if annotations or "annotations" in metadata:
        metadata["annotations"] = annotations
    return {**item, "metadata": metadata}


def labels_of(item: Mapping[str, Any] | None) -> Mapping[str, str]:
    """The labels of an object."""
    return ((item or {}).get("metadata") or {}).get("labels") or {}
