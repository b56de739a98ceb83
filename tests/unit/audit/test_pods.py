# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance workers in pods: what is stale there is listed, and never removed by the audit."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit.judge import judge
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding
from ansible_collections.dcn.glance.plugins.module_utils._audit.read import Results, read_facts
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.audit import NOW, OTHER, cluster

TOPOLOGY = parse(
    {
        "hub": "central",
        "platform": "operators",
        "sites": {"central": {"ceph": {}, "glance": {"endpoint": "http://192.0.2.10:9292"}}},
    }
)
POD = {
    **{"name": "glance-central-0", "api": "central", "stale_files": ["/etc/glance/new"]},
    "staging": {"path": "/staging", "files": [{"name": OTHER, "image": OTHER, "size": 1, "age": 9}]},
}


def findings(pods: dict[str, Any] | None) -> list[Finding]:
    results = Results({"images": []}, {"images": []}, {}, {"central": cluster("central")}, {}, pods)
    return list(judge(read_facts(TOPOLOGY, {}, results, NOW)).findings)


@pytest.mark.parametrize("api", ["central", "central-b"])
def test_what_is_stale_in_a_pod_is_listed(api: str) -> None:
    pods = [{**POD, "api": api}]
    found = {item.kind: item for item in findings({"failed": True, "msg": "a worker has a problem", "pods": pods})}
    assert set(found) == {"stale_staging", "stale_config"}
    assert found["stale_staging"].host == "glance-central-0"
    assert not found["stale_staging"].repairable
    assert "/etc/glance/new" in found["stale_config"].why


def test_a_pod_that_has_read_its_files_is_not_stale() -> None:
    assert {item.kind for item in findings({"pods": [{**POD, "stale_files": []}]})} == {"stale_staging"}


@pytest.mark.parametrize("answer", [None, {"msg": "no connection"}])
def test_pods_that_were_not_read_are_unreachable(answer: dict[str, Any] | None) -> None:
    (found,) = findings(answer)
    assert (found.kind, found.object) == ("unreachable_host", "pods in the namespace openstack")
