# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane or a Glance that does not exist yet: what the user gives, and what a webhook would fill in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object

_API_VERSIONS = {"OpenStackControlPlane": "core.openstack.org/v1beta1", "Glance": "glance.openstack.org/v1beta1"}
#: Required by the definition or needed for a first reconcile; webhooks fill them in where there are any.
_DEFAULTS: Mapping[str, Any] = {
    "databaseInstance": "openstack",
    "dbPurge": {"age": 30, "schedule": "1 0 * * *"},
    "imageCache": {},
}


def new_item(base: Mapping[str, Any], wanted: Wanted) -> Object:
    """The object before our part is merged into it."""
    item: Object = copy.deepcopy(dict(base))
    metadata = {**(item.get("metadata") or {}), "name": wanted.name, "namespace": wanted.namespace}
    item |= {"apiVersion": _API_VERSIONS[wanted.kind], "kind": wanted.kind, "metadata": metadata}
    spec = item.setdefault("spec", {})
    part = spec
    if wanted.control_plane:
        glance = spec.setdefault("glance", {})
        part = glance.setdefault("template", {})
        if spec.get("secret"):
            part.setdefault("secret", spec["secret"])
    for name, value in _DEFAULTS.items():
        part.setdefault(name, copy.deepcopy(value))
    part.setdefault("glanceAPIs", {})
    return item
