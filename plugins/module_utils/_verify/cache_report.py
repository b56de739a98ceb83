# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on the image caches, from the answers of glance_cache_probe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table

COLUMNS = ("worker", "site", "hit", "first read", "second read")
_WIDTH = 40
_NOT_RUN = "not tested: the host that accesses the APIs was not reached"


def cache_report(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``table``, ``rows`` and ``problems``. ``answers`` has ``site`` and ``answer`` by worker."""
    rows = [_row(worker, found["site"], found.get("answer") or {}) for worker, found in answers.items()]
    problems = [f"{row['site']}: cache of {row['worker']}: {row['hit']}" for row in rows if row["hit"] != "yes"]
    return {"rows": rows, "table": table(COLUMNS, rows, _WIDTH) if rows else "", "problems": problems}


def _row(worker: str, site: str, answer: Mapping[str, Any]) -> dict[str, str]:
    reads = [f"{read['bytes'] / 2**20:.1f} MiB in {read['seconds']:.2f} s" for read in answer.get("reads") or ()]
    proved = answer.get("hit") and all(read["intact"] for read in answer["reads"])
    first, second = (*reads, "-", "-")[:2]
    return {
        **{"worker": worker, "site": site, "first read": first, "second read": second},
        "hit": "yes" if proved else str(answer.get("msg") or _NOT_RUN),
    }
