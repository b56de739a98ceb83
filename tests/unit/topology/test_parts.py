# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that carries only its site's part of the topology gets the same from it as from the whole."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix, parts, result
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cache, cinder, libvirt, nova, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.unit.topology.test_golden import NAMES, load

FSID = "44444444-4444-4444-8444-444444444444"


def outputs(data: Any, name: str) -> dict[str, Any]:
    """Everything that the roles derive at one site."""
    topology = parse(data)
    site = topology.site(name)
    fsid = (site.ceph.fsid if site.ceph else None) or FSID
    with_fsid = (nova.nova_options, cinder.cinder_options, libvirt.libvirt_secrets)
    without = (matrix.expected_stores, cache.glance_cache_settings, policy.glance_policy)
    return {
        **result.site_result(topology, site),
        **{derive.__name__: derive(topology, site, fsid) for derive in with_fsid},
        **{derive.__name__: derive(topology, site) for derive in without},
    }


def inventory(data: Any) -> parts.Hosts:
    """One host for each site, with all tasks, and a second one for Nova."""
    sites = {f"{name}-1": name for name in data["sites"]}
    sites.update({f"{name}-2": name for name in data["sites"]})
    first = [host for host in sites if host.endswith("-1")]
    groups = {"dcn_ceph_admin": first, "dcn_glance_api": first, "dcn_nova_compute": list(sites)}
    return parts.Hosts({**groups, "dcn_openstack_client": first[:1]}, sites, [*sites, "localhost"])


@pytest.mark.parametrize("fixture", NAMES)
def test_a_part_gives_the_same_as_the_whole(fixture: str) -> None:
    data = load(fixture)
    found = parts.host_parts(data, inventory(data))
    spokes = [item for item in found if "dcn_spokes" in item["groups"]]
    assert len(spokes) == 2 * (len(data["sites"]) - 1)
    for item in spokes:
        ((site, part),) = item["topology_at"].items()
        assert set(part["sites"]) == {data["hub"], site}
        assert outputs(part, site) == outputs(data, site)


def test_the_hub_has_no_part(base: dict[str, Any]) -> None:
    found = {item["host"]: item for item in parts.host_parts(base, inventory(base))}
    assert found["central-1"]["topology_at"] == {}
    clusters = [name for name, site in base["sites"].items() if site.get("ceph") is not None]
    assert sorted(found["central-1"]["result_hosts"]) == sorted(f"{name}-1" for name in clusters)


def test_groups_and_neighbours(base: dict[str, Any]) -> None:
    found = {item["host"]: item for item in parts.host_parts(base, inventory(base))}
    assert "localhost" not in found
    assert found["central-1"]["groups"] == [
        "dcn_hub",
        "dcn_first_admin",
        "dcn_key_holder",
        "dcn_first_compute",
        "dcn_cluster_reader",
        "dcn_cluster_auditor",
        "dcn_api_caller",
    ]
    assert found["dcn0-2"]["groups"] == ["dcn_spokes"]
    assert set(found["dcn0-2"]["hosts_at"]) == {"dcn0", "central"}
    assert found["dcn0-2"]["hosts_at"]["dcn0"] == {
        "dcn_ceph_admin": ["dcn0-1"],
        "dcn_glance_api": ["dcn0-1"],
        "dcn_nova_compute": ["dcn0-1", "dcn0-2"],
    }
    assert found["dcn0-2"]["result_hosts"] == ["dcn0-1", "central-1"]


FIRST = ("dcn_first_admin", "dcn_key_holder", "dcn_first_compute", "dcn_cluster_reader", "dcn_cluster_auditor")


def test_a_limit_that_excludes_the_client(base: dict[str, Any]) -> None:
    whole = inventory(base)
    found = parts.host_parts(base, parts.Hosts(whole.groups, whole.sites, ["dcn1-2", "dcn1-1"]))
    assert [(item["host"], item["groups"]) for item in found] == [
        ("dcn1-2", ["dcn_spokes", "dcn_api_caller"]),
        ("dcn1-1", ["dcn_spokes", *FIRST]),
    ]


def test_without_a_glance_the_admin_host_reads_the_cluster(base: dict[str, Any]) -> None:
    base["sites"]["dcn0"]["glance"] = {"enabled": False}
    hosts = inventory(base)
    groups = {**hosts.groups, "dcn_ceph_admin": ["dcn0-2", "dcn0-1"]}
    found = {
        item["host"]: item["groups"] for item in parts.host_parts(base, parts.Hosts(groups, hosts.sites, hosts.play))
    }
    assert "dcn_cluster_reader" in found["dcn0-2"]
    assert "dcn_cluster_reader" not in found["dcn0-1"]


def test_a_host_of_an_unknown_site_has_no_part(base: dict[str, Any]) -> None:
    found = parts.host_parts(base, parts.Hosts({}, {"lost": "nowhere"}, ["lost"]))
    assert found == [
        {
            "host": "lost",
            "groups": ["dcn_spokes"],
            "topology_at": {},
            "hosts_at": {},
            "result_hosts": None,
            "secret": False,
        }
    ]


@pytest.mark.parametrize(("option", "secret"), [("s3_store_secret_key", True), ("s3_store_bucket", False)])
def test_a_secret_in_a_part_is_noticed(base: dict[str, Any], option: str, secret: bool) -> None:
    base["sites"]["central"]["stores"]["cold"] = {"type": "s3", "options": {option: "abc"}}
    found = {item["host"]: item["secret"] for item in parts.host_parts(base, inventory(base))}
    assert found["dcn0-1"] is secret
    assert found["central-1"] is False


def test_on_operators_one_host_reaches_kubernetes(base: dict[str, Any]) -> None:
    topology = {"platform": "operators", "hub": "central", "sites": {"central": {"ceph": {}}}}
    hosts = parts.Hosts({"dcn_kubernetes": ["k1", "k2"]}, {}, ["k1", "k2"])
    found = parts.host_parts(topology, hosts)
    assert [(item["host"], item["groups"], item["result_hosts"]) for item in found] == [("k1", ["dcn_operators"], None)]


def test_on_operators_hosts_see_the_whole_topology(base: dict[str, Any]) -> None:
    """The admin host of a cluster creates the clients of all pods."""
    topology = {"platform": "operators", "hub": "central", "sites": {"central": {"ceph": {}}, "dcn0": {"ceph": {}}}}
    found = {item["host"]: item for item in parts.host_parts(topology, inventory(topology))}
    assert {(host, str(item["topology_at"]), item["result_hosts"]) for host, item in found.items()} == {
        (host, "{}", None) for host in ("central-1", "central-2", "dcn0-1", "dcn0-2")
    }
    assert "dcn_first_admin" in found["dcn0-1"]["groups"]
