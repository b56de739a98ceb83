# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator reads in the text of glance-api.conf."""

from __future__ import annotations


def operator_backends(text: str) -> list[str]:
    """What the operator takes for the stores: the first line of that name, in whatever section, as one line."""
    for line in text.split("\n"):
        name, equals, value = line.strip().partition("=")
        name = name.replace(" ", "")
        if equals and name == "enabled_backends" and not name.startswith("#"):
            return [item.strip() for item in value.strip().split(",")]
    return []
