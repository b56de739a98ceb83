# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of docs/platforms.md as the code has it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._platforms.keys import KEYS
from ansible_collections.dcn.glance.plugins.module_utils._platforms.service import platform_service

#: Keys whose values are explained in the text of the page, or are the same everywhere.
LEFT_OUT = (
    "platform",
    "service",
    "image",
    "run",
    "path_map",
    "config_files",
    "mounts",
    "units",
    "programs",
    "inside_user",
)


def table(service: str, platforms: Sequence[str]) -> str:
    """One table in Markdown: the keys of a service on each platform."""
    found = [platform_service(platform, service) for platform in platforms]
    rows = [("key", *platforms), tuple("---" for _column in range(len(platforms) + 1))]
    for name in (name for name in KEYS if name not in LEFT_OUT):
        values = [" ".join(row[name]) if isinstance(row[name], list) else row[name] for row in found]
        if any(values):
            rows.append((f"`{name}`", *(f"`{value}`" if value else "" for value in values)))
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    lines[1] = "|" + "|".join(rows[1]) + "|"
    return "\n".join(" ".join(line.split(" ")) for line in lines) + "\n"
