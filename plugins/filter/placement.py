# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter for placement by site."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance import placement_sites
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse


def placement_images(images: Any, topology: Any = None) -> list[dict[str, Any]]:
    """Stores in place of sites."""
    try:
        return placement_sites.placement_images(images, parse(topology) if topology else None)
    except DcnError as error:
        raise AnsibleFilterError(f"dcn.glance.placement_images: {error}") from error


class FilterModule:
    """The filter for placement by site."""

    def filters(self) -> dict[str, Any]:
        return {"placement_images": placement_images}
