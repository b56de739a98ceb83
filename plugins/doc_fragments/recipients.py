# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The hosts for which the modules that make keys encrypt them."""

    DOCUMENTATION = r"""
options:
  recipients:
    description: Hosts that need keys, with the results of M(dcn.glance.key_recipient).
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the host, under which its keys are returned in RV(sealed).
        type: str
        required: true
      public_key:
        description: Public key of the host. Without one no key is encrypted for the host.
        type: str
      clients:
        description: Names of the clients in O(clients) whose keys the host needs.
        type: list
        elements: str
        default: []
      key_ids:
        description: Ids of the keys that the host holds, by client name. A key with the same id is not encrypted again.
        type: dict
        default: {}
"""
