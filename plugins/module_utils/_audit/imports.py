# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges imports and copies that did not end, and images without data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import Facts, SeenImage
from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import WARNING

_FAILED = ("import_failed", "killed")


def judge_imports(facts: Facts) -> Iterator[Finding]:
    """What is wrong with the state of every image."""
    for seen in (facts.images or {}).values():
        hosts = [host.name for host in facts.answered.values() for file in host.staged if file.image == seen.image.id]
        where = {"image": seen.image.id, "name": seen.image.name, "host": hosts[0] if len(hosts) == 1 else ""}
        staged = f"; its data are staged on {' and '.join(hosts)}" if hosts else ""
        yield from _judge(facts, seen, f"{seen.explanation}{staged}", where)


def _judge(facts: Facts, seen: SeenImage, why: str, where: dict[str, str]) -> Iterator[Finding]:
    image = seen.image
    where = {key: value for key, value in where.items() if value}
    deletable = not image.stores and not image.protected
    # A moment after the end of its task, an image is still locked. It counts only if it was so before.
    leaked = seen.state == "lock_leaked" and seen.earlier_state == "lock_leaked" and seen.steady
    if seen.state in _FAILED or (leaked and image.status != "active"):
        yield finding("stuck_import", why, where, repairable=deletable)
    elif seen.state == "reverted":
        yield finding("stuck_import", why, where, repairable=deletable, severity=WARNING)
    elif leaked:
        yield finding("leaked_lock", why, where)
    elif seen.state == "stalled":
        yield finding("stalled_import", why, where)
    elif seen.state in ("staged", "empty") and seconds_since(image.updated_at, facts.made_at) >= facts.old:
        yield finding("unfinished_image", f"{why}; last changed {image.updated_at}", where)
    elif seen.state == "partial":
        yield finding("failed_copy", why, where)
    elif image.status == "active" and (not image.stores or image.size == 0):
        volume = " It stands for a snapshot of a volume." if "block_device_mapping" in image.properties else ""
        yield finding("empty_image", f"it is active, but has no data.{volume}", where)


def seconds_since(moment: str, now: str) -> int:
    """The seconds between two times like 2026-11-29T12:00:00Z; 0 if one cannot be read."""
    try:
        then, until = (
            datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc) for text in (moment, now)
        )
    except ValueError:
        return 0
    return int((until - then).total_seconds())
