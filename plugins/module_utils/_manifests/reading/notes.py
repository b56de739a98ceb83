# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reading the files already found."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Place


@dataclass(frozen=True)
class Note:
    """Something found while reading: it becomes a finding of the rule of that id."""

    rule: str
    place: Place
    message: str
    #: Only where it differs from the rule's.
    severity: str = ""
