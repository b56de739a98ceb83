# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes, rates and tables as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def in_bytes(number: float | None) -> str:
    """A number of bytes with the unit that fits; '?' if it is unknown."""
    if number is None:
        return "?"
    unit = 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {_UNITS[unit]}"


def rate(number: float, seconds: float) -> str:
    """Bytes in a second; '' if too little is known."""
    return f"{in_bytes(number / seconds)}/s" if number and seconds > 0 else ""


def images_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line for each image that changes or failed."""
    columns = ("image", "id", "size", "import to", "copy to", "remove from", "time", "problem")
    lines = [
        {
            "image": row["name"] or row["image"],
            "id": row["id"] or "(new)",
            "size": in_bytes(row["size"]),
            "import to": ", ".join(row["imported"]),
            "copy to": ", ".join(row["copied"]),
            "remove from": ", ".join(row["removed"]),
            "time": f"{row['seconds']:.1f} s" if row["seconds"] else "",
            "problem": _problem(row),
        }
        for row in rows
        if row["changed"] or row["failed"] or row["error"]
    ]
    shown = [name for name in columns if name in ("image", "id", "size") or any(line[name] for line in lines)]
    return table(shown, lines) if lines else ""


def _problem(row: Mapping[str, Any]) -> str:
    if row["failed"]:
        return f"{', '.join(row['failed'])}: see the message"
    return "see the message" if row["error"] else ""


def sites_table(traffic: Mapping[str, Any]) -> str:
    """One line for each site, and the bytes between sites."""
    lines = [
        {
            "site": name,
            "copies": str(site["copies"]),
            "written": in_bytes(site["bytes"]),
            "freed": in_bytes(site["freed"]) if site["freed"] else "",
        }
        for name, site in traffic["sites"].items()
    ]
    lines.append(
        {
            "site": "all",
            "copies": str(sum(site["copies"] for site in traffic["sites"].values())),
            "written": in_bytes(traffic["total"]),
        }
    )
    lines.append({"site": "WAN", "written": in_bytes(traffic["wan"])})
    columns = [name for name in ("site", "copies", "written", "freed") if any(line.get(name) for line in lines)]
    return table(columns, lines)


def others_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows of text; empty without rows."""
    return table(columns, rows) if rows else ""
