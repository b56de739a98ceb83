# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that edits a configuration file returns: no secret is in it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import read_lines
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import EditResult, Operation


def operations_shown(operations: Collection[Operation], extra: Collection[str]) -> list[dict[str, Any]]:
    """The operations with secret values hidden."""
    return [
        {
            "section": each.section,
            "option": each.option,
            "action": each.action,
            "changed": each.changed,
            "line": each.line,
            "before": [redact.mask_value(each.option or "", value, extra) for value in each.before],
            "after": [redact.mask_value(each.option or "", value, extra) for value in each.after],
        }
        for each in operations
    ]


def effective(operations: Collection[Operation], extra: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """What oslo.config reads after the edit for the options of this call that are present, by section and option."""
    shown: dict[str, dict[str, list[str]]] = {}
    for each in operations:
        if each.option is not None and each.after:
            values = [redact.mask_value(each.option, value, extra) for value in each.after]
            shown.setdefault(each.section, {})[each.option] = values
    return shown


def content_diff(path: str, result: EditResult, extra: Collection[str]) -> dict[str, str]:
    """The changed lines without secrets. A hidden value that changes is marked, so that its line is in the diff.

    Unchanged lines are left out: such files are large, and results are kept in logs and databases.
    """
    changed = [
        (each.section.lower(), each.option.lower()) for each in result.operations if each.option and each.changed
    ]
    before = _shown(result.before, path, extra, dict.fromkeys(changed, "(old)"))
    after = _shown(result.after, path, extra, dict.fromkeys(changed, "(new)"))
    lines = difflib.unified_diff(before, after, f"before: {path}", f"after: {path}", lineterm="")
    return {"prepared": "".join(f"{line}\n" for line in lines)}


def _shown(data: bytes, path: str, extra: Collection[str], marks: Mapping[tuple[str, str], str]) -> list[str]:
    return redact.mask_lines(read_lines(data, DIALECTS["oslo"], path), extra, marks)
