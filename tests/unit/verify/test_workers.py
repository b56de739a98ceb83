# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report about the workers in pods."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify.workers import pods_problems, pods_table

INSPECTED: dict[str, Any] = {
    "pods": [
        {
            "name": f"glance-a-edge-api-{number}",
            "ready": True,
            "phase": "Running",
            "restarts": 0,
            "pvc": {"phase": "Bound", "size": "1Gi"},
            "staging": {"files": [], "free_bytes": 3 * 2**30},
            "worker_url": f"http://{number}:9292",
            "url_unique": True,
            "reaches": {f"glance-a-edge-api-{1 - number}": "ok"},
            "mounts": {"missing": [], "unreadable": [], "extra": [], "earlier": []},
        }
        for number in (0, 1)
    ],
    "problems": [],
}
PROBED: dict[str, Any] = {
    "apis": [
        {
            "api": "a",
            "leftovers": [],
            "pairs": [
                {
                    "staged_by": f"glance-a-edge-api-{number}",
                    "imported_by": f"glance-a-edge-api-{1 - number}",
                    "ok": True,
                    "status": "active",
                    "error": "",
                    "hint": "",
                }
                for number in (0, 1)
            ],
        }
    ]
}


def test_healthy_workers() -> None:
    assert pods_problems(INSPECTED, PROBED, {"report": ["WARNING x"]}) == []
    lines = pods_table(INSPECTED, PROBED).splitlines()
    assert lines[0].split("  ")[0] == "worker"
    assert lines[2].split() == (
        "glance-a-edge-api-0 yes 0 Bound, 1Gi 0 3.0 GiB yes 1 of 1 yes glance-a-edge-api-1: yes".split()
    )
    assert len(lines) == 4


def test_a_worker_without_data_has_a_line() -> None:
    line = pods_table({"pods": [{"name": "w", "ready": False, "phase": "Pending"}]}, {}).splitlines()[2]
    assert line.split() == "w no, Pending 0 none unknown unknown no - unknown -".split()


SEVERE = {"severity": "error", "pod": "p", "rule": "r", "message": "It fails.", "hint": "Do this."}

CASES: list[tuple[Callable[[Any, Any], Any], list[str]]] = [
    (lambda inspected, probed: inspected["problems"].append(SEVERE), ["p: It fails. Do this. [r]"]),
    (lambda inspected, probed: inspected["problems"].append({**SEVERE, "severity": "warning"}), []),
    (lambda inspected, probed: (inspected.clear(), inspected.update(msg="No way.")), ["workers: No way."]),
    (
        lambda inspected, probed: inspected.update(pods=[]),
        ["workers: there is no Glance worker; scale an API up (playbook dcn.glance.scale)"],
    ),
    (
        lambda inspected, probed: probed["apis"][0]["pairs"][1].update(ok=False, error="Stuck.", hint="Look."),
        ["a: staged by glance-a-edge-api-1, imported by glance-a-edge-api-0: Stuck. Look."],
    ),
    (lambda inspected, probed: probed["apis"][0]["pairs"][0].update(ok=None), []),
    (lambda inspected, probed: probed["apis"][0]["leftovers"].append("image x"), ["a: not removed: image x"]),
    (lambda inspected, probed: (probed.clear(), probed.update(msg="No.")), ["distributed import: No."]),
]


@pytest.mark.parametrize(("alter", "problems"), CASES)
def test_problems_are_reported(alter: Callable[[Any, Any], Any], problems: list[str]) -> None:
    inspected, probed = copy.deepcopy(INSPECTED), copy.deepcopy(PROBED)
    alter(inspected, probed)
    assert pods_problems(inspected, probed, {"report": []}) == problems
    assert pods_problems(inspected, probed, {"skipped": True}) == problems


def test_errors_of_the_live_object_count() -> None:
    assert pods_problems(INSPECTED, PROBED, {"report": ["ERROR a: b", "WARNING c"]}) == ["manifest: a: b"]
    assert pods_problems(INSPECTED, PROBED, {"msg": "No."}) == ["manifest: No."]


def test_skipped_workers_and_stale_images_are_reported():
    probed = {
        "apis": [{"api": "dcn0", "not_ready": ["glance-dcn0-edge-api-1"], "pairs": []}],
        "stale_images": [
            {"image": "i", "removed": False, "reason": "no"},
            {"image": "j", "removed": True, "reason": ""},
        ],
    }
    found = pods_problems({"pods": [{}]}, probed, {"report": []})
    assert found == [
        "distributed import: the test image i of an earlier run remains: no",
        "dcn0: not ready, so distributed import was not tested: glance-dcn0-edge-api-1",
    ]
