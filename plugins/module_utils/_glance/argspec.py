# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules share; a documentation fragment documents each group."""

from __future__ import annotations

from typing import Any


def cloud_argument_spec() -> dict[str, dict[str, Any]]:
    """The options to reach Keystone and Glance; the fragment ``dcn.glance.cloud`` documents them."""
    return {
        "cloud": {"type": "str"},
        "auth": {"type": "dict", "no_log": True},
        "auth_type": {"type": "str"},
        "region_name": {"type": "str"},
        "interface": {"type": "str", "choices": ["admin", "internal", "public"], "default": "public"},
        "ca_cert": {"type": "path"},
        "validate_certs": {"type": "bool"},
        "api_timeout": {"type": "int", "default": 120},
        "endpoint": {"type": "str"},
    }
