# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run keeps for those who read it later."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.dcn.glance.plugins.filter.summary import changes_summary
from ansible_collections.dcn.glance.plugins.module_utils._summary import summary

YES, NO = {"changed": True}, {"changed": False}
HOSTS: dict[str, dict[str, t.Any]] = {
    "central-api": {"dcn_site": "central", "glance_api_stores": YES, "ceph_consumer_files": NO},
    "central-ceph": {
        "dcn_site": "central",
        "ceph_clients_results": {
            "central": {
                "clients": {"client.a": {"changed": False}, "client.b": {"changed": True}},
                "sealed": ["x" * 500],
            }
        },
    },
    "dcn0-api": {"dcn_site": "dcn0", "glance_api_stores": YES, "glance_api_restart": YES, "ceph_consumer_files": NO},
    "dcn0-api2": {"dcn_site": "dcn0", "glance_api_stores": YES, "ceph_consumer_files": NO},
    "dcn1-api": {"dcn_site": "dcn1", "glance_api_stores": NO, "ceph_consumer_files": NO},
    "dcn2-api": {"dcn_site": "dcn2"},
    "localhost": {"glance_control_plane_result": YES},
}


def test_changes_are_counted_by_site() -> None:
    found = changes_summary(list(HOSTS), HOSTS, "central", True)
    assert found["sites"] == {
        "central": {"glance-api.conf": 1, "Ceph client": 1, "Glance in pods": 1},
        "dcn0": {"glance-api.conf": 2, "restart of Glance": 1},
    }
    assert (found["changed_sites"], found["unchanged_sites"], found["no_result"]) == (2, 2, ["dcn2-api"])
    assert found["text"].startswith("2 of 4 sites would change; central: ")
    assert found["text"].endswith("; no result from dcn2-api")


def test_a_run_that_changed_nothing_says_so() -> None:
    found = changes_summary(["dcn1-api"], HOSTS, "central")
    assert (found["text"], found["sites"]) == ("0 of 1 site changed", {})


def test_no_sealed_key_and_no_value_gets_into_a_summary() -> None:
    assert "xxx" not in json.dumps(changes_summary(list(HOSTS), HOSTS, "central"))


def test_a_thousand_sites_stay_small() -> None:
    hosts = {f"api{number}": {"dcn_site": f"dcn{number}", "glance_api_stores": YES} for number in range(1000)}
    silent = {f"silent{number}": {"dcn_site": f"dcn{number}"} for number in range(1000)}
    found = changes_summary([*hosts, *silent], {**hosts, **silent}, "central")
    assert found["changed_sites"] == 1000
    assert len(found["sites"]) == summary.LIMIT
    assert found["no_result"][-1] == "and 980 more"
    assert len(json.dumps(found)) < 4000


def test_findings_are_counted_and_cut() -> None:
    findings = [{"severity": "error"}] * 25 + [{"severity": "info"}]
    found = summary.findings_summary(findings, ["e" * 1000] * 25)
    assert found["severities"] == {"error": 25, "warning": 0, "info": 1}
    assert len(found["findings"]) == summary.LIMIT + 1
    assert found["findings"][-1] == "and 5 more"
    assert max(map(len, found["findings"])) == summary.WIDTH


@pytest.mark.parametrize(
    ("problems", "proved", "failed"),
    [
        ([], True, []),
        (["dcn1: removed: no"], False, ["dcn1"]),
        (["dcn10: removed: no"], False, []),
        (["Glance does not answer."], False, []),
    ],
)
def test_sites_that_are_not_proved_are_named(problems: list[str], proved: bool, failed: list[str]) -> None:
    found = summary.proof_summary(["central", "dcn1"], problems)
    assert (found["proved"], found["failed_sites"], found["sites"], found["problems"]) == (proved, failed, 2, problems)
