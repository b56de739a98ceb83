# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module topology_info does with its options, on the controller or in the module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import failed, lines
from ansible_collections.dcn.glance.plugins.module_utils._images.lint import image_findings
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import (
    SUBSETS,
    examine,
    findings,
    result,
    summary,
)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "topology": {"type": "raw", "required": True},
    "inventory": {"type": "dict"},
    "images": {"type": "raw"},
    "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
    "gather_subset": {"type": "list", "elements": "str", "choices": list(SUBSETS), "default": list(SUBSETS)},
}


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The result for options in which secrets are masked; ``failed`` if the findings make the module fail."""
    report = examine(options["topology"], options["inventory"])
    if options["images"] is not None:
        found = image_findings(options["images"], report.topology)
        report = replace(report, findings=(*report.findings, *found))
    if failed(report.findings, options["fail_on"]):
        message = "\n".join([summary(report), *lines(report.findings)])
        return {"failed": True, "msg": message, "findings": findings(report)}
    return {"changed": False, **result(report, options["gather_subset"])}
