# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage at the top of the Glance part, without which the APIs get no volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object, api_replicas, effective_storage


def top_storage(
    part: Mapping[str, Any], before: Mapping[str, Any], wanted: Wanted, path: str
) -> tuple[Object | None, Problem | None]:
    """The storage as it must be, and why it cannot be so.

    Where the top states no request, the webhook sets ``external`` there, which every API inherits: it gets no volume,
    whatever it states itself. An API that is not ours must not change with that.
    """
    storage = part.get("storage")
    top = storage or {}
    if not wanted.apis or (top.get("storageRequest") and not top.get("external")):
        return storage, None
    hub = wanted.api(wanted.endpoint) or wanted.apis[0]
    fixed = {**top, "storageRequest": top.get("storageRequest") or hub.storage_request}
    if top.get("external"):
        fixed["external"] = False
    others = [
        key
        for key, api in (part.get("glanceAPIs") or {}).items()
        if wanted.api(key) is None
        and api_replicas(api)
        and effective_storage(before, api) != effective_storage({**part, "storage": fixed}, api)
    ]
    if not others:
        return fixed, None
    listed = ", ".join(others)
    message = (
        f"is {'external' if top.get('external') else 'not set'}, so no API gets volumes for staging, and to change it "
        f"would change {listed} too, which {'is' if len(others) == 1 else 'are'} not ours. State `storage` of {listed} "
        f"(external: true keeps it without volumes), then set storageRequest: {fixed['storageRequest']} and external: "
        "false here"
    )
    return storage, Problem(path, message)
