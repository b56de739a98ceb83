# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for a site that is added or removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images import clones
from ansible_collections.dcn.glance.plugins.module_utils._topology import removal
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors


def _stores(value: Any) -> list[str]:
    """The ids of a list, or of a text with commas, as -e gives it."""
    items = value.split(",") if isinstance(value, str) else value or ()
    return [str(item).strip() for item in items if str(item).strip()]


@reports_errors
def spoke_to_add(topology: Any, name: Any) -> str:
    """The name of a spoke of the topology whose Glance runs on hosts."""
    return removal.spoke_to_add(parse(topology), name)


@reports_errors
def site_removal(topology: Any, name: Any, copy_to: Any = (), gone: bool = False) -> dict[str, Any]:
    """The stores, cephx clients and files that the topology has for a spoke only."""
    stores = _stores(copy_to)
    return {**removal.site_removal(parse(topology), name, stores, bool(gone)), "copy_to": stores}


@reports_errors
def without_site(topology: Any, name: Any) -> dict[str, Any]:
    """The topology without a spoke."""
    return removal.without_site(topology, str(name))


@reports_errors
def removal_checks(images: Any, topology: Any, inventory: Any) -> list[dict[str, Any]]:
    """Where to look for clones of images before their copies are removed."""
    return clones.clone_checks([{**image, "delete": True} for image in images], parse(topology), inventory)


@reports_errors
def removal_in_use(images: Any, topology: Any, results: Any) -> dict[str, str]:
    """The images whose copies have clones, or may have some, with the reason."""
    return clones.in_use([{**image, "delete": True} for image in images], parse(topology), results)


class FilterModule:
    """Filters for a site that is added or removed."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "removal_checks": removal_checks,
            "removal_in_use": removal_in_use,
            "site_removal": site_removal,
            "spoke_to_add": spoke_to_add,
            "without_site": without_site,
        }
