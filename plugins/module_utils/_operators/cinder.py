# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Glance store of type cinder needs from the control plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_off(control_plane: Mapping[str, Any]) -> bool:
    """Whether a control plane switches Cinder off. The operator never deploys an API with the store then."""
    return (control_plane.get("cinder") or {}).get("enabled") is False


def backends(control_plane: Mapping[str, Any]) -> list[str]:
    """The backends of Cinder that have a worker."""
    volumes = ((control_plane.get("cinder") or {}).get("template") or {}).get("cinderVolumes") or {}
    return [name for name, volume in volumes.items() if (volume or {}).get("replicas", 1) != 0]


OFF = (
    "is false, but an API has a store of type cinder, and the operator deploys it only when there is a Cinder. Set it "
    "to true, or remove the store"
)
NO_BACKEND = (
    "has no backend with a worker, so a store of type cinder cannot hold images. Add one, such as lvm-iscsi or "
    "lvm-nvme-tcp"
)
