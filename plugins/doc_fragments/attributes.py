# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of all modules of the collection."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the change that would be made, without making it.
    support: full
  diff_mode:
    description: In diff mode, returns what has changed, or what would change in check mode.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""
