# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the Glance part is in an object, and the marks by which we know our own in it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

#: The annotation of the object that says what in it is ours.
MARKS = "dcn.glance/managed"


def template(item: Mapping[str, Any], control_plane: bool) -> Object:
    """The Glance part of an object; empty where it has none."""
    spec = item.get("spec") or {}
    if not control_plane:
        return dict(spec)
    return (spec.get("glance") or {}).get("template") or {}


def prefix(control_plane: bool) -> str:
    """The path of the Glance part, for messages."""
    return "spec.glance.template" if control_plane else "spec"


def with_template(item: Object, control_plane: bool, part: Object) -> Object:
    """The object with another Glance part; nothing else of it is copied or changed."""
    spec = dict(item.get("spec") or {})
    if not control_plane:
        return {**item, "spec": part}
    spec["glance"] = {**(spec.get("glance") or {}), "template": part}
    return {**item, "spec": spec}


@dataclass(frozen=True)
class Marks:
    """What we have put into the object so far: stores by API, the API of each Secret, and the name of our mounts."""

    stores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    mount: str = ""

    def text(self) -> str:
        """As the annotation holds it."""
        content = {
            "apis": {key: list(self.stores[key]) for key in sorted(self.stores)},
            "mount": self.mount,
            "secrets": dict(sorted(self.secrets.items())),
        }
        return json.dumps(content, separators=(",", ":"))


def read_marks(item: Mapping[str, Any]) -> Marks:
    """The marks of an object; none where the annotation is missing or nobody can read it."""
    annotations = (item.get("metadata") or {}).get("annotations") or {}
    try:
        content = json.loads(annotations.get(MARKS) or "{}")
        return Marks(
            {str(key): tuple(str(store) for store in found) for key, found in (content.get("apis") or {}).items()},
            {str(name): str(key) for name, key in (content.get("secrets") or {}).items()},
            str(content.get("mount") or ""),
        )
    except (ValueError, TypeError, AttributeError):
        return Marks()


def with_marks(item: Object, marks: Marks) -> Object:
    """The object with these marks."""
    metadata = dict(item.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), MARKS: marks.text()}
    return {**item, "metadata": metadata}


def api_type(api: Mapping[str, Any]) -> str:
    """The layout of an API; what the definition fills in where it is not stated."""
    return str(api.get("type") or "split")


def api_replicas(api: Mapping[str, Any]) -> int:
    """The number of workers; what the definition fills in where it is not stated."""
    value = api.get("replicas")
    return 1 if value is None else int(value)


def effective_storage(part: Mapping[str, Any], api: Mapping[str, Any], storage_class: str = "") -> Object:
    """The storage that the operator uses for an API. What it does not state is the top's, and so is ``external``.

    Where the top states no request, the webhook makes it external. ``storage_class`` is the control plane's.
    """
    top, own = part.get("storage") or {}, api.get("storage") or {}
    return {
        "storageClass": own.get("storageClass") or top.get("storageClass") or storage_class,
        "storageRequest": own.get("storageRequest") or top.get("storageRequest") or "",
        "external": bool(own.get("external") or top.get("external") or not top.get("storageRequest")),
    }


def stated_storage(api: Mapping[str, Any]) -> Object:
    """The storage of a GlanceAPI, in which the operator has written what it worked out."""
    own = api.get("storage") or {}
    return {
        "storageClass": own.get("storageClass") or "",
        "storageRequest": own.get("storageRequest") or "",
        "external": bool(own.get("external")),
    }


def effective_config(part: Mapping[str, Any], api: Mapping[str, Any]) -> str:
    """The text that the operator uses for an API: its own, else the top's."""
    return str(api.get("customServiceConfig") or part.get("customServiceConfig") or "")


def effective_cache(part: Mapping[str, Any], api: Mapping[str, Any]) -> str:
    """The size of the image cache of an API; empty where it has none."""
    return str((api.get("imageCache") or {}).get("size") or (part.get("imageCache") or {}).get("size") or "")
