# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on image caches."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.filter.caches import verify_caches
from ansible_collections.dcn.glance.plugins.module_utils._verify.cache_report import cache_report
from ansible_collections.dcn.glance.tests.support.builders.topologies import BASE, change


def reads(intact: bool = True) -> list[dict[str, Any]]:
    return [{"bytes": 2**20, "seconds": seconds, "intact": intact} for seconds in (2.5, 0.25)]


def test_a_proved_cache() -> None:
    report = cache_report({"edge-1": {"site": "edge", "answer": {"hit": True, "reads": reads()}}})
    assert report["problems"] == []
    assert report["rows"] == [
        {
            "worker": "edge-1",
            "site": "edge",
            "hit": "yes",
            "first read": "1.0 MiB in 2.50 s",
            "second read": "1.0 MiB in 0.25 s",
        }
    ]
    assert report["table"].splitlines()[0].split("  ")[0] == "worker"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, "not tested"),
        ({"hit": False, "reads": reads(), "msg": "no hit"}, "no hit"),
        ({"hit": True, "reads": reads(False), "msg": "other data"}, "other data"),
        ({"failed": True, "msg": "HTTP 404"}, "HTTP 404"),
    ],
)
def test_a_problem(answer: Any, text: str) -> None:
    (problem,) = cache_report({"edge-1": {"site": "edge", "answer": answer}})["problems"]
    assert problem.startswith(f"edge: cache of edge-1: {text}")


def test_only_workers_of_sites_with_a_cache() -> None:
    topology = change(BASE, "sites/edge/glance/cache", {})
    hostvars = {"a": {"dcn_site": "dcn0"}, "b": {"dcn_site": "edge", "verify_cache": {"hit": True, "reads": reads()}}}
    report = verify_caches(topology, hostvars, ["a", "b"])
    assert [row["worker"] for row in report["rows"]] == ["b"]
    assert verify_caches(topology, hostvars, ["a"]) == {"rows": [], "table": "", "problems": []}
