# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The path on the host of a file that a service names by its path in the container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def host_path(path: str, path_map: Sequence[Mapping[str, str]]) -> str:
    """The path on the host; the path itself if no entry of the map is a directory around it."""
    for entry in sorted(path_map, key=lambda entry: -len(entry["inside"])):
        inside = entry["inside"].rstrip("/")
        if path == inside or path.startswith(f"{inside}/"):
            return entry["host"].rstrip("/") + path[len(inside) :]
    return path
