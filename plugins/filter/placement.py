# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter for image placement by site."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance import placement_sites
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import reports_errors


@reports_errors
def placement_images(images: Any, topology: Any = None) -> list[dict[str, Any]]:
    """The images with stores in place of sites."""
    return placement_sites.placement_images(images, parse(topology) if topology else None)


class FilterModule:
    """The filter for image placement by site."""

    def filters(self) -> dict[str, Any]:
        """The filter by name."""
        return {"placement_images": placement_images}
