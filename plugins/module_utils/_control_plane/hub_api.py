# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of the hub's API, which changes when its stores change: the topology's, or that with a suffix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import glance_spec

SUFFIX = "-b"


def names(key: str) -> tuple[str, str]:
    """The two names between which the API of the hub changes. ``key`` is the one of the topology."""
    return key, f"{key}{SUFFIX}"


def current_key(key: str, item: Mapping[str, Any] | None, control_plane: bool) -> str:
    """The name of the hub's API in an object: the one of its two names that is in Keystone's catalog and managed."""
    live = str(glance_spec(item or {}, control_plane).get("keystoneEndpoint") or "")
    return live if live in names(key) and live in read_managed(item or {}).stores else key
