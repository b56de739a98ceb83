# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All faults at once: a problem at one site does not hide those of the others, and has no false consequences."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine
from ansible_collections.dcn.glance.tests.unit.topology.test_parse import REFUSED

Changed = Callable[..., dict[str, Any]]

ZERO = "00000000-0000-0000-0000-000000000000"
INVENTORY: dict[str, dict[str, Any]] = {
    "dcn_ceph_admin": {f"{site}-mon": site for site in ("central", "dcn0", "dcn1")},
    "dcn_glance_api": {f"{site}-api": site for site in ("central", "dcn0", "dcn1")},
    "dcn_openstack_client": {"central-api": "central", "edge-client": "edge"},
}


def found(data: dict[str, Any], inventory: object = None) -> list[tuple[str, str]]:
    """(rule, path) of every finding."""
    return [(finding.rule, finding.path) for finding in examine(data, inventory).findings]


def test_an_unknown_key_hides_no_rule(changed: Changed) -> None:
    data = changed(
        "sites/central/ceph/fsid", ZERO,
        "sites/dcn0/glance/endpoint", "http://192.0.2.10:9292",
        "sites/dcn0/colour", 1,
    )  # fmt: skip
    assert found(data) == [
        ("syntax", "sites.dcn0.colour"),
        ("placeholder", "sites.central.ceph.fsid"),
        ("endpoint-shared", "sites.dcn0.glance.endpoint"),
    ]


@pytest.mark.parametrize("hub", [None, "centrl", 5, "x y"])
def test_without_a_hub_the_rules_that_need_none_report(changed: Changed, hub: object) -> None:
    data = changed("hub", hub, "sites/dcn0/ceph/fsid", "aaaaaaaa-1111-4222-8333-444455556666", "sites/dcn1/glance", {})
    assert found(data) == [
        ("syntax", "hub"),
        ("fsid-shared", "sites.dcn0.ceph.fsid"),
        ("store-shared-pool", "sites.dcn0.stores.dcn0"),
    ]


def test_a_site_that_cannot_be_parsed_hides_no_other(changed: Changed) -> None:
    data = changed("sites/edge", 5, "sites/dcn1/ceph/mon_host", "192.0.2.21")
    assert found(data) == [
        ("syntax", "sites.edge"),
        ("mon-host-shared", "sites.dcn1.ceph.mon_host"),
        ("ceph-half-stated", "sites.dcn1.ceph.fsid"),
    ]


def test_a_host_that_cannot_be_parsed_hides_no_other(base: dict[str, Any]) -> None:
    inventory = {**INVENTORY, "dcn_nova_compute": {"a": 7, "b": "dcn9", "c": None}}
    assert found(base, inventory) == [
        ("syntax", "inventory.dcn_nova_compute.a"),
        ("host-without-site", "hosts.c.dcn_site"),
        ("host-unknown-site", "hosts.b.dcn_site"),
    ]


#: Cases that are checked without the inventory, because they do not fit it, and what else is wrong with them.
ALSO: dict[str, set[str]] = {
    "sites/dcn-2": {"endpoint-missing"},
    "sites/task": set(),
    "sites/edge/stores": {"endpoint-missing"},
    "sites/dcn0/glance/enabled": set(),
    "sites/dcn0/glance": set(),
}


@pytest.mark.parametrize(("key", "value", "path", "text"), REFUSED)
def test_a_problem_has_no_false_consequence(changed: Changed, key: str, value: Any, path: str, text: str) -> None:
    inventory = None if key in ALSO else INVENTORY
    rules = {rule for rule, where in found(changed(key, value), inventory) if rule != "syntax"}
    # A site whose cluster was removed on purpose still has its hosts.
    expected = {"ceph-admin-without-cluster"} if (key, value) == ("sites/central", {}) else ALSO.get(key, set())
    assert rules == expected


def test_the_rules_that_are_skipped_exist() -> None:
    known = {rule.id for rule in lint.RULES}
    for rules in (lint.NEEDS_HUB, lint.NEEDS_EVERY_SITE, lint.NEEDS_EVERY_HOST, lint.NEEDS_EVERYTHING_BELOW):
        assert rules <= known
