# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of Ceph, each with a short reason that a playbook can test."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

CONF_MISSING = "conf_missing"
CONF_UNREADABLE = "conf_unreadable"
KEYRING_MISSING = "keyring_missing"
KEYRING_UNREADABLE = "keyring_unreadable"
AUTH_FAILED = "auth_failed"
MON_UNREACHABLE = "mon_unreachable"
NOT_PERMITTED = "not_permitted"
POOL_MISSING = "pool_missing"
POOL_FULL = "pool_full"
NOT_FOUND = "not_found"
TIMED_OUT = "timed_out"
WRONG_CLUSTER = "wrong_cluster"
TOO_MUCH_ACCESS = "too_much_access"
CAPS_INVALID = "caps_invalid"
TOOL_MISSING = "tool_missing"
SEALING_FAILED = "sealing_failed"
UNSUPPORTED = "unsupported"
FAILED = "failed"


class CephError(DcnError):
    """An error with its ``reason``."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)
