# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The object that holds the Glance spec: new objects, objects that cannot be edited, and changes by the server."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, Object

#: Required by the definition or needed for the first reconciliation; webhooks fill them in where there are any.
_DEFAULTS: Mapping[str, Any] = {
    "databaseInstance": "openstack",
    "dbPurge": {"age": 30, "schedule": "1 0 * * *"},
    "imageCache": {},
}


def new_item(base: Mapping[str, Any], desired: DesiredGlance) -> Object:
    """An object that does not exist yet, before the desired Glance spec is merged into it.

    ``base`` has the fields that the topology does not define.
    """
    item: Object = copy.deepcopy(dict(base))
    metadata = {**(item.get("metadata") or {}), "name": desired.name, "namespace": desired.namespace}
    item |= {"apiVersion": desired.resource.api_version, "kind": desired.kind, "metadata": metadata}
    spec = item.setdefault("spec", {})
    glance = spec
    if desired.control_plane:
        glance = spec.setdefault("glance", {}).setdefault("template", {})
        if spec.get("secret"):
            glance.setdefault("secret", spec["secret"])
    for name, value in _DEFAULTS.items():
        glance.setdefault(name, copy.deepcopy(value))
    glance.setdefault("glanceAPIs", {})
    return item


def not_editable(item: Mapping[str, Any], desired: DesiredGlance) -> Problem | None:
    """Why the Glance spec of this object cannot be edited."""
    metadata, spec = item.get("metadata") or {}, item.get("spec") or {}
    where = f"{desired.kind} {desired.namespace}/{desired.name}"
    if metadata.get("deletionTimestamp"):
        return Problem(where, "is being deleted; wait until it no longer exists, then create it again")
    if not desired.control_plane:
        for owner in metadata.get("ownerReferences") or []:
            if owner.get("kind") == CONTROL_PLANES.kind:
                why = "which overwrites it: set operators.control_plane in the topology instead of operators.glance"
                return Problem(where, f"belongs to the {CONTROL_PLANES.kind} {owner.get('name')}, {why}")
        return None
    glance = spec.get("glance") or {}
    if glance.get("enabled") is False:
        return Problem(f"{where}: spec.glance.enabled", "is false, so the operator deploys no Glance: set it to true")
    if not glance.get("template"):
        why = "is missing: deploy Glance first, with at least its databaseInstance and secret"
        return Problem(f"{where}: spec.glance.template", why)
    return None


def compare_answer(sent: Any, answer: Any, path: str) -> tuple[list[Problem], list[str]]:
    """(fields that the server dropped, warnings about those that it changed)."""
    dropped: list[Problem] = []
    changed: list[str] = []
    _compare(sent, answer, path, dropped, changed)
    return dropped, changed


def _compare(sent: Any, answer: Any, path: str, dropped: list[Problem], changed: list[str]) -> None:
    if isinstance(sent, Mapping) and isinstance(answer, Mapping):
        for name, value in sent.items():
            if name in answer:
                _compare(value, answer[name], f"{path}.{name}", dropped, changed)
            elif value not in ("", None, False, 0, {}, []):
                why = "is dropped by the server: the definition installed there does not know this field"
                dropped.append(Problem(f"{path}.{name}", f"{why}. Update the operator, or omit the field"))
    elif isinstance(sent, list) and isinstance(answer, list) and len(sent) == len(answer):
        for index, (one, two) in enumerate(zip(sent, answer)):
            _compare(one, two, f"{path}[{index}]", dropped, changed)
    elif sent != answer:
        # The values are left out: a configuration may hold secrets.
        changed.append(f"{path} is changed by the server when it stores the object: a webhook sets it, too.")


def is_same_ground(current: Object, planned: Object) -> bool:
    """Whether a plan made for the object ``planned`` holds for ``current`` as well."""
    return bool(current.get("spec") == planned.get("spec")) and read_managed(current) == read_managed(planned)
