# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as podman and docker describe it."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def parse_container(text: str) -> dict[str, Any]:
    """``{id, image, image_name, running, volumes}`` from the output of ``container inspect``."""
    try:
        (found,) = json.loads(text)
        return {
            "id": str(found["Id"]),
            "image": str(found["Image"]),
            "image_name": str(found.get("ImageName") or found["Config"]["Image"]),
            "running": bool(found["State"]["Running"]),
            "volumes": [
                {"inside": str(mount["Destination"]), "host": str(mount["Source"])}
                for mount in found.get("Mounts") or ()
                if mount.get("Source")
            ],
        }
    except (ValueError, KeyError, TypeError) as error:
        raise DcnError(f"The description of the container cannot be read: {error!r}.") from None
