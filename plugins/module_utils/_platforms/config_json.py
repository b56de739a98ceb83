# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file config.json of a container: what kolla_set_configs copies when the container starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._platforms.copies import missing_entries


def extended(data: bytes, path: str, wanted: Sequence[Mapping[str, Any]]) -> tuple[bytes, list[dict[str, Any]]]:
    """The content with entries for what it does not copy yet, and these entries. Everything else stays."""
    try:
        found = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise DcnError(
            f"{path} is not JSON ({error}). The container could not start with it. Repair the file."
        ) from None
    present = found.get("config_files", []) if isinstance(found, dict) else None
    if not isinstance(present, list) or not all(isinstance(entry, dict) for entry in present):
        raise DcnError(f"{path} has no list config_files. The container could not start with it. Repair the file.")
    missing = missing_entries(wanted, present)
    if not missing:
        return data, []
    found["config_files"] = [*present, *missing]
    return (json.dumps(found, indent=4) + "\n").encode("utf-8"), missing
