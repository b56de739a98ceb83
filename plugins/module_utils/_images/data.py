# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as plain data: what the filter image_rules returns and modules take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images.model import HIDE, KEEP, ImageRule


def as_data(rule: ImageRule) -> dict[str, Any]:
    """A rule as an item of the option ``rules``."""
    found = {
        "path": rule.path,
        **{key: getattr(rule, key) for key in ("id", "name", "tag", "owner", "version")},
        "property": dict(rule.properties),
        "os_hidden": rule.hidden,
        "stores": list(rule.stores),
        "min_copies": rule.min_copies or None,
        "elsewhere": rule.elsewhere,
        "source": dict(rule.source),
        "old": rule.old if rule.source else "",
    }
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def from_data(item: Mapping[str, Any], index: int = 0) -> ImageRule:
    """The rule that ``as_data`` wrote. Keys of a source without a value are dropped."""
    source = {key: value for key, value in (item.get("source") or {}).items() if value not in (None, "", {}, [])}
    return ImageRule(
        path=str(item.get("path") or f"rules[{index}]"),
        stores=tuple(item.get("stores") or ()),
        **{key: str(item.get(key) or "") for key in ("id", "name", "tag", "owner", "version")},
        properties={key: str(value) for key, value in (item.get("property") or {}).items()},
        hidden=item.get("os_hidden"),
        min_copies=int(item.get("min_copies") or 0),
        elsewhere=str(item.get("elsewhere") or KEEP),
        source=source,
        old=str(item.get("old") or HIDE),
    )
