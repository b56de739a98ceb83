# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of the rules as data and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images.plan import Fleet, NewImage, OldVersion, RulesPlan
from ansible_collections.dcn.glance.plugins.module_utils._images.text import images_table, others_table, sites_table
from ansible_collections.dcn.glance.plugins.module_utils._images.traffic import traffic


@dataclass(frozen=True)
class OldOutcome:
    """What happened to an old version: ``action`` is hidden, unchanged or kept."""

    version: OldVersion
    action: str
    reason: str = ""

    def result(self) -> dict[str, Any]:
        """The outcome as a module returns it."""
        image = self.version.image
        return {
            "id": image.id,
            "name": image.name,
            "stores": list(image.stores),
            "action": self.action,
            "delete": self.version.delete and self.action != "kept",
            "reason": self.reason,
        }


def new_row(new: NewImage, size: int | None) -> dict[str, Any]:
    """The row of an image that will be imported."""
    stores = list(new.stores)
    return {
        **{"image": new.rule.name, "id": None, "name": new.rule.name, "size": size, "before": [], "after": stores},
        **{"imported": stores, "copied": [], "removed": [], "failed": [], "stores": [], "seconds": 0.0},
        **{"changed": True, "error": ""},
    }


def placed_row(outcome: Mapping[str, Any], imported: Sequence[str] = ()) -> dict[str, Any]:
    """The row of an image from the outcome of its placement."""
    row = {**outcome, "imported": list(imported)}
    if imported:
        row.update(before=[], changed=True)
    return row


def report(
    plan: RulesPlan, rows: Sequence[Mapping[str, Any]], old: Sequence[OldOutcome], fleet: Fleet, problems: Sequence[str]
) -> dict[str, Any]:
    """Everything that the module returns."""
    found = traffic(rows, fleet.sites, fleet.hub, fleet.listing).result()
    replaced = [outcome.result() for outcome in old]
    skipped = [
        {"id": item.image.id, "name": item.image.name, "rule": item.rule.path, "reason": item.reason}
        for item in plan.skipped
    ]
    return {
        "changed": any(row["changed"] for row in rows) or any(item["action"] == "hidden" for item in replaced),
        "images": list(rows),
        "old_versions": replaced,
        "not_copied": skipped,
        "traffic": found,
        "problems": [*plan.problems, *problems],
        "table": _table(rows, replaced, skipped, found).splitlines(),
        "diff": {side: _side(rows, replaced, side) for side in ("before", "after")},
    }


def _table(
    rows: Sequence[Mapping[str, Any]],
    replaced: Sequence[Mapping[str, Any]],
    skipped: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any],
) -> str:
    images = images_table(rows)
    ready = sum(1 for row in rows if not (row["changed"] or row["failed"] or row["error"]))
    parts = [
        *([images] if images else []),
        f"{ready} of {len(rows)} images are in place already.",
        *([sites_table(found)] if images else []),
        others_table(
            [
                {"old version": item["name"], "id": item["id"], "action": item["action"], "reason": item["reason"]}
                for item in replaced
            ],
            ("old version", "id", "action", "reason"),
        ),
        others_table(
            [
                {"not copied": item["name"], "id": item["id"], "rule": item["rule"], "reason": item["reason"]}
                for item in skipped
            ],
            ("not copied", "id", "rule", "reason"),
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _side(rows: Sequence[Mapping[str, Any]], replaced: Sequence[Mapping[str, Any]], side: str) -> dict[str, Any]:
    """The stores of every image, and which old versions are hidden."""
    found: dict[str, Any] = {}
    for row in rows:
        label = f"{row['name']} (new)" if row["imported"] else f"{row['name']} ({row['id']})"
        found[label] = sorted(row[side])
    for item in replaced:
        hidden = item["action"] == "unchanged" or (item["action"] == "hidden" and side == "after")
        found[f"{item['name']} ({item['id']})"] = "hidden" if hidden else "visible"
    return found
