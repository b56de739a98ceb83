# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter for the rules for images."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images.data import as_data
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import reports_errors


@reports_errors
def image_rules(images: Any, topology: Any) -> list[dict[str, Any]]:
    """The rules with stores in place of sites."""
    return [as_data(rule) for rule in parse_rules(images, parse(topology))]


class FilterModule:
    """The filter for the rules for images."""

    def filters(self) -> dict[str, Any]:
        """The filter by name."""
        return {"image_rules": image_rules}
