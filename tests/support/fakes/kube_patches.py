# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server does with objects: selectors, merge patches, JSON patches."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeError, Object


def selected(body: Object, labels: str, fields: str) -> bool:
    meta = body["metadata"]
    have = meta.get("labels") or {}
    for term in filter(None, labels.split(",")):
        name, sign, value = term.partition("=")
        if sign and have.get(name) != value or not sign and name not in have:
            return False
    for term in filter(None, fields.split(",")):
        name, _equals, value = term.partition("=")
        found: Any = body
        for part in name.split("."):
            found = (found or {}).get(part)
        if str(found) != value:
            return False
    return True


def merge(old: Any, change: Any) -> Any:
    """RFC 7386."""
    if not isinstance(change, dict):
        return copy.deepcopy(change)
    result = copy.deepcopy(old) if isinstance(old, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def json_patch(old: Object, operations: Sequence[Object]) -> Object:
    """RFC 6902 without move and copy."""
    result = copy.deepcopy(old)
    for operation in operations:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        place: Any = result
        for part in parts[:-1]:
            place = place[int(part) if isinstance(place, list) else part]
        last: Any = parts[-1]
        if isinstance(place, list):
            last = len(place) if last == "-" else int(last)
        kind = operation["op"]
        if kind == "test" and json.dumps(place[last], sort_keys=True) != json.dumps(operation["value"], sort_keys=True):
            raise KubeError("invalid", f"testing {operation['path']} failed", status=422)
        if kind == "add" and isinstance(place, list):
            place.insert(last, operation["value"])
        elif kind in ("add", "replace"):
            place[last] = operation["value"]
        elif kind == "remove":
            del place[last]
    return result
