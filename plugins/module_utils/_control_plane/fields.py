# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of the Glance spec: those that the topology states, and the storage at the top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import api_replicas, effective_storage


def merge_fields(live: Mapping[str, Any], stated: Mapping[str, Any]) -> Object:
    """``live`` with the ``stated`` fields: mappings are merged, None removes a field, other values replace it."""
    found = dict(live)
    for name, value in stated.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, Mapping):
            old = live.get(name)
            found[name] = merge_fields(old if isinstance(old, Mapping) else {}, value)
        else:
            found[name] = value
    return found


def top_storage(
    glance: Mapping[str, Any], before: Mapping[str, Any], desired: DesiredGlance, path: str
) -> tuple[Object | None, Problem | None]:
    """The ``storage`` at the top of the Glance spec as it must be, and why it cannot be changed.

    Where the top states no request, the webhook sets ``external`` there, which every API inherits: then no API gets a
    PVC, regardless of its own storage. Unmanaged APIs must not change with it.
    """
    storage = glance.get("storage")
    top = storage or {}
    if not desired.apis or (top.get("storageRequest") and not top.get("external")):
        return storage, None
    hub = desired.api(desired.endpoint) or desired.apis[0]
    fixed = {**top, "storageRequest": top.get("storageRequest") or hub.storage_request}
    if top.get("external"):
        fixed["external"] = False
    others = [
        key
        for key, api in (glance.get("glanceAPIs") or {}).items()
        if desired.api(key) is None
        and api_replicas(api)
        and effective_storage(before, api) != effective_storage({**glance, "storage": fixed}, api)
    ]
    if not others:
        return fixed, None
    listed = ", ".join(others)
    message = (
        f"is {'external' if top.get('external') else 'not set'}, so no API gets PVCs for staging, and to change it "
        f"would change {listed} too, which {'is' if len(others) == 1 else 'are'} not managed. State `storage` of "
        f"{listed} (external: true keeps it without PVCs), then set storageRequest: {fixed['storageRequest']} and "
        "external: false here"
    )
    return storage, Problem(path, message)
