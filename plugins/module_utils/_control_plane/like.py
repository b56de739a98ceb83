# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new API takes over from the one that it replaces in Keystone's catalog."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

#: They belong to one API: its addresses, and certificates for its names. The rest of ``override`` and ``tls`` is taken.
_OWN = (("override", "service"), ("tls", "api"))


def like(
    glance: Mapping[str, Any], outer: Mapping[str, Any], key: str, mount: str, path: str
) -> tuple[Object, list[str]]:
    """(the fields for a new API like ``key``, warnings about what it does not get).

    ``outer`` is the spec of the control plane, ``mount`` the managed entry of extraMounts, ``path`` that of the Glance
    spec.
    """
    taken: Object = copy.deepcopy(dict((glance.get("glanceAPIs") or {}).get(key) or {}))
    warnings = []
    for field, inner in _OWN:
        part = taken.get(field) or {}
        if part.pop(inner, None):
            warnings.append(
                f"{path}.glanceAPIs.{key}.{field}.{inner} is not copied to the new API, because it belongs to {key}: "
                "set it for the new API if it needs one."
            )
        if not part:
            taken.pop(field, None)
    for where, holder in ((path, glance), ("spec", outer)):
        for entry in holder.get("extraMounts") or []:
            if entry.get("name") != mount and any(_only(item, key) for item in entry.get("extraVol") or []):
                warnings.append(
                    f"{where}.extraMounts entry {entry.get('name')!r} has volumes for the pods of {key} only: if the "
                    "new API needs them, add its name to their propagation."
                )
    return taken, warnings


def _only(item: Mapping[str, Any], key: str) -> bool:
    words = item.get("propagation") or []
    return key in words and not {"All", "Glance", "GlanceAPI"} & set(words)
