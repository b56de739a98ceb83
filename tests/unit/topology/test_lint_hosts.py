# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lint rules about hosts."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import inventory_sites, parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import RULES, lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Inventory = dict[str, dict[str, Any]]

SITES = ("central", "dcn0", "dcn1")
ADDRESS = "192.0.2.20"
GOOD: Inventory = {
    "dcn_ceph_admin": {f"{site}-mon": site for site in SITES},
    "dcn_glance_api": {"central-api1": "central", "central-api2": "central", "dcn0-api": "dcn0", "dcn1-api": "dcn1"},
    "dcn_nova_compute": {"dcn0-hv": "dcn0", "dcn1-hv": "dcn1"},
    "dcn_cinder_volume": {"dcn0-hv": "dcn0"},
    "dcn_openstack_client": {"central-api1": "central"},
}

CASES: list[tuple[str, Callable[[Inventory], Any], list[str]]] = [
    ("host-without-site", lambda i: i["dcn_nova_compute"].update(x=None), ["hosts.x.dcn_site"]),
    ("host-unknown-site", lambda i: i["dcn_nova_compute"].update(x="dcn9"), ["hosts.x.dcn_site"]),
    ("host-unknown-site", lambda i: i["dcn_other"].update(x="dcn9"), []),
    ("ceph-admin-missing", lambda i: i["dcn_ceph_admin"].pop("dcn0-mon"), ["sites.dcn0"]),
    ("ceph-admin-missing", lambda i: i.pop("dcn_ceph_admin"), ["sites.central", "sites.dcn0", "sites.dcn1"]),
    ("glance-host-missing", lambda i: i["dcn_glance_api"].pop("central-api1"), []),
    ("glance-host-missing", lambda i: i["dcn_glance_api"].pop("dcn1-api"), ["sites.dcn1"]),
    ("glance-disabled-hosts", lambda i: None, []),
    ("client-host-missing", lambda i: i["dcn_openstack_client"].clear(), ["groups.dcn_openstack_client"]),
    ("ceph-admin-without-cluster", lambda i: i["dcn_ceph_admin"].update(e="edge"), ["hosts.e.dcn_site"]),
    ("compute-without-cluster", lambda i: i["dcn_nova_compute"].update(e="edge"), ["hosts.e.dcn_site"]),
    ("volume-without-cluster", lambda i: i["dcn_cinder_volume"].update(e="edge"), ["hosts.e.dcn_site"]),
    ("site-without-host", lambda i: None, ["sites.edge"]),
    ("site-without-host", lambda i: i["dcn_glance_api"].update(e="edge"), []),
    ("group-misspelt", lambda i: i.update(dcn_glance_apis={"a": "dcn0"}), ["groups.dcn_glance_apis"]),
    ("group-misspelt", lambda i: i.update(dcn_hub={"a": "dcn0"}), []),
    ("groups-missing", lambda i: i.clear(), ["groups"]),
    ("groups-missing", lambda i: [i[name].clear() for name in GOOD], ["groups"]),
    ("endpoint-foreign-host", lambda i: i["dcn_glance_api"].update({ADDRESS: "dcn1"}), ["sites.dcn0.glance.endpoint"]),
    ("endpoint-foreign-host", lambda i: i["dcn_glance_api"].update({ADDRESS: "dcn0"}), []),
]  # fmt: skip


#: The same, where edge has an image cache.
CACHED: list[tuple[str, Callable[[Inventory], Any], list[str]]] = [
    ("glance-host-missing", lambda i: None, ["sites.edge"]),
    ("glance-host-missing", lambda i: i["dcn_glance_api"].update(e="edge"), []),
    ("compute-without-cluster", lambda i: i["dcn_nova_compute"].update(e="edge"), []),
]


@pytest.mark.parametrize(("rule", "alter", "paths"), CACHED)
def test_rules_with_a_cache(
    changed: Callable[..., dict[str, Any]], rule: str, alter: Callable[[Inventory], Any], paths: list[str]
) -> None:
    inventory = copy.deepcopy(GOOD)
    alter(inventory)
    findings = lint(parse(changed("sites/edge/glance/cache", {})), parse_inventory(inventory))
    assert [finding.path for finding in findings if finding.rule == rule] == paths


def test_a_glance_host_without_store_and_cache(base: dict[str, Any]) -> None:
    inventory = copy.deepcopy(GOOD)
    inventory["dcn_glance_api"]["e"] = "edge"
    found = [
        finding.path for finding in lint(parse(base), parse_inventory(inventory)) if finding.rule == "cache-missing"
    ]
    assert found == ["sites.edge.glance.cache"]


@pytest.mark.parametrize(("rule", "alter", "paths"), CASES)
def test_rules(base: dict[str, Any], rule: str, alter: Callable[[Inventory], Any], paths: list[str]) -> None:
    inventory = {**copy.deepcopy(GOOD), "dcn_other": {}}
    alter(inventory)
    findings = lint(parse(base), parse_inventory(inventory))
    assert [finding.path for finding in findings if finding.rule == rule] == paths


def test_every_rule_of_the_inventory_is_tested() -> None:
    of_inventory = {rule.id for rule in RULES if "rules.hosts" in rule.check.__module__}
    assert of_inventory == {rule for rule, _alter, paths in CASES if paths} - {"endpoint-foreign-host"} | {
        "glance-disabled-hosts",
        # In test_external.py.
        "ceph-keys-missing",
        "external-hosts",
    }


def test_a_good_inventory_has_one_finding_only(base: dict[str, Any]) -> None:
    assert [finding.rule for finding in lint(parse(base), parse_inventory(GOOD))] == ["site-without-host"]


def test_a_host_in_three_groups_is_reported_once(base: dict[str, Any]) -> None:
    inventory = {group: {**hosts, "x": None, "y": "nowhere"} for group, hosts in GOOD.items()}
    rules = [finding.rule for finding in lint(parse(base), parse_inventory(inventory))]
    assert rules == ["host-without-site", "host-unknown-site", "site-without-host"]


def test_one_wrong_group_variable_is_one_finding(base: dict[str, Any]) -> None:
    inventory = {**GOOD, "dcn_nova_compute": {f"hv{number}": "dnc0" for number in range(300)}}
    findings = [finding for finding in lint(parse(base), parse_inventory(inventory)) if finding.severity == "error"]
    assert [finding.path for finding in findings] == ["hosts.hv0.dcn_site"]
    assert "'dnc0' (also on hv1, hv2, hv3 and 296 more) is not one of the sites central, dcn0" in findings[0].message
    assert findings[0].message.endswith("did you mean 'dcn0'?")


def test_without_an_inventory_the_rules_about_hosts_report_nothing(base: dict[str, Any]) -> None:
    assert lint(parse(base), None) == ()


def test_the_hosts_that_would_use_the_hub(base: dict[str, Any]) -> None:
    del base["sites"]["dcn0"]["glance"]
    findings = {finding.rule: finding for finding in lint(parse(base), parse_inventory(GOOD))}
    assert "Nova and Cinder of the site (dcn0-hv)" in findings["endpoint-missing"].message


@pytest.mark.parametrize(
    ("data", "path", "text"),
    [
        ([], "inventory", "must be a mapping"),
        ({1: {}}, "inventory.1", "must be text, not a number"),
        ({"g": ["h"]}, "inventory.g", "must be a mapping {host: site}"),
        ({"g": {1: "s"}}, "inventory.g.1", "the name of a host must be text"),
        ({"g": {"h": 1}}, "inventory.g.h", "put it in quotes"),
    ],
)
def test_maps_that_are_refused(data: object, path: str, text: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_inventory(data)
    assert [problem.path for problem in caught.value.problems] == [path]
    assert text in caught.value.problems[0].message


def test_the_groups_of_an_inventory() -> None:
    groups = {"all": ["a", "b"], "dcn_nova_compute": ["b", "a"], "dcn_ceph_admin": ["c"], "ungrouped": []}
    hostvars = {"a": {"dcn_site": "s1"}, "b": {}, "c": {"dcn_site": "s2"}}
    assert inventory_sites(groups, hostvars) == {
        "dcn_ceph_admin": {"c": "s2"},
        "dcn_nova_compute": {"b": None, "a": "s1"},
    }


def test_other_input_is_refused() -> None:
    with pytest.raises(InputErrors, match="the argument `hostvars`"):
        inventory_sites(["a"], {})
