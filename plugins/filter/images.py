# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the rules for images."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images import clones
from ansible_collections.dcn.glance.plugins.module_utils._images.data import as_data
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors


@reports_errors
def image_rules(images: Any, topology: Any) -> list[dict[str, Any]]:
    """The rules with stores in place of sites."""
    return [as_data(rule) for rule in parse_rules(images, parse(topology))]


@reports_errors
def clone_checks(old_versions: Any, topology: Any, inventory: Any) -> list[dict[str, Any]]:
    """Where to look for clones of old versions."""
    return clones.clone_checks(old_versions, parse(topology), inventory)


@reports_errors
def unused_versions(old_versions: Any, topology: Any, results: Any) -> dict[str, Any]:
    """The old versions that can be deleted, and why others are kept."""
    verdicts = clones.judge(old_versions, parse(topology), results)
    return {
        "images": [{"name": item.id, "state": "absent"} for item in verdicts if not item.reason],
        "kept": [f"Image {item.name} ({item.id}) is not deleted: {item.reason}." for item in verdicts if item.reason],
    }


class FilterModule:
    """Filters for the rules for images."""

    def filters(self) -> dict[str, Any]:
        """The filters by name."""
        return {"clone_checks": clone_checks, "image_rules": image_rules, "unused_versions": unused_versions}
