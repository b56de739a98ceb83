# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the objects of AWX and automation controller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]


def controller_ids(names: Any, created: Object) -> Any:
    """The ids of objects by the result of the task that created them; the name of an object that has no id yet."""
    ids = {result["item"]["name"]: result["id"] for result in created["results"] if "id" in result}
    # One name, or what stands for an option that is left out.
    return [ids.get(name, name) for name in names] if isinstance(names, list) else ids.get(names, names)


def controller_foreign(objects: Iterable[Object], items: Iterable[Object], organization: str | None) -> list[Object]:
    """The objects that are not in a list: another organization has them, or they have another name."""
    names = {item["name"] for item in items}
    return [
        found
        for found in objects
        if found["name"] not in names
        or found.get("summary_fields", {}).get("organization", {}).get("name") != organization
    ]


class FilterModule:
    """Filters for objects of AWX."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"controller_foreign": controller_foreign, "controller_ids": controller_ids}
