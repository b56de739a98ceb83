# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new site reorders nothing: nothing changes at other spokes, and the lists of the hub only get longer.

The work for all sites grows with their number, not with its square.
"""

from __future__ import annotations

import copy
import cProfile
import pstats
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix, result, uniform
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

NEW = {"ceph": {}, "glance": {"endpoint": "http://192.0.2.99:9292"}}
FSID = "44444444-4444-4444-8444-444444444444"


def outputs(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Everything that is written at one site."""
    topology = parse(data)
    site = topology.site(name)
    return {
        **result.site_result(topology, site),
        "nova": nova.nova_options(topology, site, FSID) if name == "fresh" else None,
        "cinder": cinder.cinder_options(topology, site, FSID) if name == "fresh" else None,
        "expected": matrix.expected_stores(topology, site),
    }


@pytest.mark.parametrize("name", ["dcn2", "aaa", "zzz", "dcn10"])
def test_adding_a_spoke(base: dict[str, Any], name: str) -> None:
    grown = copy.deepcopy(base)
    grown["sites"][name] = NEW
    for spoke in ("dcn0", "dcn1", "edge"):
        assert outputs(grown, spoke) == outputs(base, spoke)
    before, after = outputs(base, "central"), outputs(grown, "central")
    for key, old in before.items():
        if isinstance(old, list):
            assert after[key][: len(old)] == old
            assert len(after[key]) == len(old) + 1, key
        else:
            assert after[key] == old, key


def test_adding_a_store_at_a_spoke_appends_at_the_hub(base: dict[str, Any]) -> None:
    grown = copy.deepcopy(base)
    grown["sites"]["dcn1"]["stores"]["second"] = {"type": "rbd", "pool": "images2"}
    before, after = outputs(base, "central"), outputs(grown, "central")
    assert after["stores"][: len(before["stores"])] == before["stores"]
    assert outputs(grown, "dcn0") == outputs(base, "dcn0")


def test_clients_of_the_hubs_cluster_only_grow() -> None:
    names: list[str] = []
    for count in range(1, 13):
        data = uniform.uniform({"hub": {"ceph": {}}, "spoke": {"ceph": {}}}, "hub", [f"s{n}" for n in range(count)])
        topology = parse(data)
        grown = [str(client["name"]) for client in clients.cluster_clients(topology, topology.hub)]
        assert grown[: len(names)] == names
        names = grown
    assert names[-1] == "client.glance.s11"


def large(spokes: int) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """A topology of equal sites and an inventory with one host for each site."""
    part = {"ceph": {}, "glance": {"endpoint": "http://{site}.example.org:9292"}}
    names = [f"dcn{number}" for number in range(spokes)]
    groups = ("dcn_ceph_admin", "dcn_glance_api", "dcn_nova_compute", "dcn_cinder_volume")
    hosts = {f"{name}-host": name for name in ["hub", *names]}
    return uniform.uniform({"hub": part, "spoke": part}, "hub", names), dict.fromkeys(groups, hosts)


def calls(work: Callable[[], object]) -> int:
    """The number of function calls, which unlike a time is the same on every run."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_the_work_is_linear() -> None:
    """A rule or a view that compares each site with each other one fails here."""

    def work(spokes: int) -> int:
        topology, hosts = large(spokes)
        return calls(lambda: result.result(result.examine(topology, hosts)))

    few, many = work(40), work(160)
    assert many < 4.2 * few
