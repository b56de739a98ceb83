# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of another owner: what is required, what the owner is asked for, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.filter.revoke import revoke_plan
from ansible_collections.dcn.glance.plugins.filter.sites import FilterModule as SiteFilters
from ansible_collections.dcn.glance.plugins.filter.topology import FilterModule
from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_scope
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._images.clones import clone_checks
from ansible_collections.dcn.glance.plugins.module_utils._topology import parts
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FILTERS = FilterModule().filters()
FSID = "4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60"
STATED = {"external": True, "fsid": FSID, "mon_host": "192.0.2.31"}
GROUPS = {
    "dcn_ceph_admin": ["central"],
    "dcn_ceph_keys": ["dcn0"],
    "dcn_glance_api": ["central", "dcn0"],
    "dcn_nova_compute": ["dcn0"],
}
HOSTVARS = {host: {"dcn_site": host} for host in ("central", "dcn0")}
INVENTORY = {group: {host: host for host in hosts} for group, hosts in GROUPS.items()}


@pytest.fixture
def topology() -> dict[str, Any]:
    return {"hub": "central", "sites": {"central": {"ceph": {}}, "dcn0": {"ceph": dict(STATED)}}}


@pytest.mark.parametrize(
    ("ceph", "paths"),
    [
        ({"external": True}, ["fsid", "mon_host"]),
        ({"external": True, "fsid": FSID}, ["mon_host"]),
        ({**STATED, "external": "yes"}, ["external"]),
        ({"external": False}, []),
        (STATED, []),
    ],
)
def test_what_nobody_can_read_from_the_cluster_is_required(ceph: dict[str, Any], paths: list[str]) -> None:
    found: list[str] = []
    try:
        parse({"hub": "central", "sites": {"central": {"ceph": {}}, "dcn0": {"ceph": ceph}}})
    except InputErrors as errors:
        found = [problem.path for problem in errors.problems]
    assert found == [f"sites.dcn0.ceph.{key}" for key in paths]


def test_parsing_the_normalised_topology_gives_the_same(topology: dict[str, Any]) -> None:
    found = normalised(parse(topology))
    assert found["sites"]["dcn0"]["ceph"]["external"] is True  # type: ignore[index]
    assert normalised(parse(found)) == found


@pytest.mark.parametrize(
    ("alter", "rules"),
    [
        (lambda _groups: None, []),
        (lambda groups: groups["dcn_ceph_keys"].clear(), ["ceph-keys-missing"]),
        (lambda groups: groups["dcn_ceph_admin"].update(mon="dcn0"), ["external-hosts"]),
        (lambda groups: groups["dcn_ceph_keys"].update(keys="central"), ["external-hosts"]),
        (lambda groups: groups["dcn_ceph_admin"].clear(), ["ceph-admin-missing"]),
    ],
)
def test_hosts(topology: dict[str, Any], alter: Callable[[Any], Any], rules: list[str]) -> None:
    groups = {group: dict(hosts) for group, hosts in INVENTORY.items()}
    alter(groups)
    found = [finding.rule for finding in lint(parse(topology), parse_inventory(groups))]
    assert [rule for rule in found if rule.startswith(("ceph-", "external-"))] == rules


def test_the_host_with_the_keys_takes_the_place_of_the_admin_host(topology: dict[str, Any]) -> None:
    hosts = parts.Hosts(GROUPS, {host: host for host in HOSTVARS}, list(HOSTVARS))
    found = {item["host"]: item for item in parts.host_parts(topology, hosts)}
    assert {"dcn_key_holder", "dcn_cluster_auditor"} <= set(found["dcn0"]["groups"])
    assert "dcn_first_admin" not in found["dcn0"]["groups"]
    assert found["central"]["result_hosts"] == ["central", "dcn0"]


def test_the_keys_of_nova_and_cinder_are_proved(topology: dict[str, Any]) -> None:
    pools = {
        (site, service): [
            (item["client"], item["pool"]) for item in FILTERS["external_probes"](topology, site, service)
        ]
        for site in ("central", "dcn0")
        for service in ("glance", "nova", "cinder")
    }
    assert {place: found for place, found in pools.items() if found} == {
        ("dcn0", "nova"): [("client.nova.dcn0", "vms")],
        ("dcn0", "cinder"): [("client.cinder.dcn0", "volumes")],
    }


def probe(status: str, cluster: str = "dcn0", **more: Any) -> dict[str, Any]:
    client = "client.glance.central"
    return {"store": "s", "cluster": cluster, "client": client, "status": status, "ok": False, "error": "E.", **more}


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (probe("ok", ok=True), None),
        (probe("skipped", ok=None), None),
        (probe("mon_unreachable"), "s: E."),
        (probe("not_permitted", cluster="central"), "s: E."),
        (
            probe("not_permitted"),
            "s: E. The cluster dcn0 has another owner. Ask it to run `ceph auth caps client.glance.central mon "
            "'profile rbd' mgr 'profile rbd pool=images' osd 'profile rbd pool=images'`, and to compare the key of "
            "`ceph auth get client.glance.central` with the keyring that it has handed over.",
        ),
    ],
)
def test_what_the_owner_can_repair(topology: dict[str, Any], item: dict[str, Any], line: str | None) -> None:
    assert FILTERS["probe_failures"]([item], topology, "central") == ([line] if line else [])


def test_a_client_with_a_given_name_may_reach_other_pools(topology: dict[str, Any]) -> None:
    denied = [item["denied_pools"] for item in FILTERS["probe_plan"](topology, "dcn0")]
    assert denied == [["volumes", "vms"], ["volumes", "vms"]]
    topology["sites"]["dcn0"]["ceph"]["clients"] = {"glance": "openstack"}
    assert [item["denied_pools"] for item in FILTERS["probe_plan"](topology, "dcn0")] == [[], ["volumes", "vms"]]


@pytest.mark.parametrize(
    ("external", "gone", "clients", "requests"),
    [
        ("dcn0", False, {"central": ["client.glance.dcn0"], "dcn0": []}, ["client.glance.central"]),
        ("dcn0", True, {"central": ["client.glance.dcn0"]}, []),
        ("central", False, {"central": [], "dcn0": ["client.glance.central"]}, ["client.glance.dcn0"]),
    ],
)
def test_the_owner_removes_clients(external: str, gone: bool, clients: dict[str, Any], requests: list[str]) -> None:
    sites = {site: {"ceph": STATED if site == external else {}} for site in ("central", "dcn0")}
    found = SiteFilters().filters()["site_removal"]({"hub": "central", "sites": sites}, "dcn0", "", gone)
    assert {site: [item["name"] for item in listed] for site, listed in found["clients"].items()} == clients
    assert found["requests"] == [
        f"The cluster {external} has another owner. Ask it to run: ceph auth rm {name}. Then delete the "
        "keyrings of these clients that it has handed over."
        for name in requests
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"hosts": ["central"], "addresses": ["192.0.2.9", "192.0.2.64/28"]},
            "it has another owner. Ask it to run: ceph auth rm client.glance.central; ceph osd blocklist add 192.0.2.9 "
            "86400; ceph osd blocklist range add 192.0.2.64/28 86400",
        ),
        (
            {"hosts": ["central"], "addresses": ["192.0.2.9"], "lift": True},
            "it has another owner. Ask it to run: ceph osd blocklist rm 192.0.2.9",
        ),
    ],
)
def test_the_owner_revokes(topology: dict[str, Any], options: dict[str, Any], why: str) -> None:
    found = revoke_plan(topology, GROUPS, HOSTVARS, **options)["clusters"][1]
    assert (found["site"], found["host"], found["why"]) == ("dcn0", "", why)


def test_a_rotation_leaves_the_key_alone(topology: dict[str, Any]) -> None:
    hosts = list(HOSTVARS)
    found = rotation_scope.scope(parse(topology), rotation_scope.Selection(INVENTORY, hosts, hosts))
    assert [cluster["site"] for cluster in found["clusters"]] == ["central"]
    assert {item["client"] for item in found["kept"]} == {"client.glance.dcn0", "client.glance.central"}
    assert "increase client_generations.glance" in found["kept"][0]["why"]


@pytest.mark.parametrize(
    ("glance", "host", "client"),
    [
        ({"central": "central", "dcn0": "dcn0"}, "dcn0", "client.glance.dcn0"),
        ({"central": "central"}, "central", "client.glance.central"),
        ({}, "", ""),
    ],
)
def test_glance_looks_for_clones(topology: dict[str, Any], glance: dict[str, str], host: str, client: str) -> None:
    images = [{"id": "1", "name": "a", "stores": ["dcn0"], "delete": True}]
    keyring = f"/etc/ceph/dcn0.{client}.keyring"
    access = {"conf": "/etc/ceph/dcn0.conf", "client": client, "keyring": keyring}
    expected = [{"host": host, "site": "dcn0", "pool": "images", "images": ["1"], "access": access}] if host else []
    assert clone_checks(images, parse(topology), {"dcn_glance_api": glance}) == expected
