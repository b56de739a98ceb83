# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that makes a page of an audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit import report
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import reports_errors


class FilterModule:
    """The filter that makes a page of an audit."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by name."""
        return {"audit_page": reports_errors(report.page)}
