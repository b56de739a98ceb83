# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directories of confs and keyrings on a host: one for all services, or one for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._platforms.service import platform_service


def ceph_places(platform: str, services: Sequence[str], overrides: object, directory: str = "") -> list[dict[str, Any]]:
    """``{directory, inside, services, owners}`` for each directory. ``directory`` takes the place of all, if it is set.

    Services that read the same files of the host share an entry.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for service in services:
        values = platform_service(platform, service, overrides)
        where = directory or values["ceph_directory"]
        inside = values["ceph_directory_inside"] if values["engine"] else where
        place = found.setdefault((where, inside), {"directory": where, "inside": inside, "services": [], "owners": {}})
        place["services"].append(service)
        place["owners"][service] = {"owner": values["user"], "group": values["group"]}
    return list(found.values())
