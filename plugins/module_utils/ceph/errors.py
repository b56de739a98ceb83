# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of Ceph, told apart by a short reason that a playbook can branch on."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils.errors import DcnError

CONF_MISSING = "conf_missing"
KEYRING_MISSING = "keyring_missing"
KEYRING_UNREADABLE = "keyring_unreadable"
AUTH_FAILED = "auth_failed"
MON_UNREACHABLE = "mon_unreachable"
NOT_PERMITTED = "not_permitted"
CAPS_INVALID = "caps_invalid"
TOOL_MISSING = "tool_missing"
SEALING_FAILED = "sealing_failed"
FAILED = "failed"


class CephError(DcnError):
    """A failure with its ``reason``."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)
