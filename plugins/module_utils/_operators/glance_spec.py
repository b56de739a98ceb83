# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Glance spec of an object, and the values that the operator derives from it.

The Glance spec is ``spec.glance.template`` of an OpenStackControlPlane, or ``spec`` of a Glance that no control plane
owns. Its key ``glanceAPIs`` maps a name to an API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]


def glance_spec(item: Mapping[str, Any], control_plane: bool) -> Object:
    """The Glance spec of an object; empty where it has none."""
    spec = item.get("spec") or {}
    if not control_plane:
        return dict(spec)
    return (spec.get("glance") or {}).get("template") or {}


def glance_spec_path(control_plane: bool) -> str:
    """The path of the Glance spec, for messages."""
    return "spec.glance.template" if control_plane else "spec"


def with_glance_spec(item: Object, control_plane: bool, glance: Object) -> Object:
    """The object with another Glance spec; nothing else of it is copied or changed."""
    if not control_plane:
        return {**item, "spec": glance}
    spec = dict(item.get("spec") or {})
    spec["glance"] = {**(spec.get("glance") or {}), "template": glance}
    return {**item, "spec": spec}


def api_type(api: Mapping[str, Any]) -> str:
    """The type of an API; the default of the definition where it states none."""
    return str(api.get("type") or "split")


def api_replicas(api: Mapping[str, Any]) -> int:
    """The number of workers; the default of the definition where the API states none."""
    value = api.get("replicas")
    return 1 if value is None else int(value)


def effective_storage(glance: Mapping[str, Any], api: Mapping[str, Any], storage_class: str = "") -> Object:
    """The storage that the operator uses for an API. ``storage_class`` is the one of the control plane.

    The API inherits what it does not state, and ``external`` in any case. Without a ``storageRequest`` at the top the
    webhook sets ``external`` there.
    """
    top, own = glance.get("storage") or {}, api.get("storage") or {}
    return {
        "storageClass": own.get("storageClass") or top.get("storageClass") or storage_class,
        "storageRequest": own.get("storageRequest") or top.get("storageRequest") or "",
        "external": bool(own.get("external") or top.get("external") or not top.get("storageRequest")),
    }


def stated_storage(api: Mapping[str, Any]) -> Object:
    """The storage of the spec of a GlanceAPI, where the operator writes the derived values."""
    own = api.get("storage") or {}
    return {
        "storageClass": own.get("storageClass") or "",
        "storageRequest": own.get("storageRequest") or "",
        "external": bool(own.get("external")),
    }


def effective_config(glance: Mapping[str, Any], api: Mapping[str, Any]) -> str:
    """The customServiceConfig that the operator uses for an API: its own, else the one at the top."""
    return str(api.get("customServiceConfig") or glance.get("customServiceConfig") or "")


def effective_cache(glance: Mapping[str, Any], api: Mapping[str, Any]) -> str:
    """The size of the image cache of an API; empty where it has none."""
    return str((api.get("imageCache") or {}).get("size") or (glance.get("imageCache") or {}).get("size") or "")


def operator_backends(config: str) -> list[str]:
    """The stores (``id:type``) that the operator reads in a customServiceConfig.

    It takes the first line whose key is ``enabled_backends``, in any section, and ignores continuation lines. Glance
    may read something else in the same text.
    """
    for line in config.split("\n"):
        name, equals, value = line.strip().partition("=")
        name = name.replace(" ", "")
        if equals and name == "enabled_backends" and not name.startswith("#"):
            return [item.strip() for item in value.strip().split(",")]
    return []
