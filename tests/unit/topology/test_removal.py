# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a spoke alone, and the topology without it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.filter.sites import FilterModule
from ansible_collections.dcn.glance.plugins.filter.topology import FilterModule as TopologyFilters
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FILTERS = FilterModule().filters()
TOPOLOGY: dict[str, Any] = {
    "hub": "central",
    "sites": {
        "central": {"ceph": {}, "glance": {"weights": {"one": 5, "central": 10}}},
        "dcn0": {"ceph": {}},
        "dcn1": {"ceph": {"cluster": "edge1"}, "stores": {"one": {"type": "rbd", "default": True}}},
    },
}
OWN = {"glance": "openstack", "nova": "openstack", "cinder": "openstack"}


def absent(*names: str) -> list[dict[str, str]]:
    return [{"name": f"client.{name}", "state": "absent"} for name in names]


def test_what_goes_with_a_spoke() -> None:
    assert FILTERS["site_removal"](TOPOLOGY, "dcn1", "central, dcn0") == {
        "hub": "central",
        "sites": ["central", "dcn1"],
        "api": "",
        "stores": ["one"],
        "copy_to": ["central", "dcn0"],
        "clients": {"central": absent("glance.dcn1"), "dcn1": absent("glance.central")},
        "requests": [],
        "files": {
            "central": [{"cluster": "edge1", "state": "absent", "clients": absent("glance.central")}],
            "dcn1": [{"cluster": "central", "state": "absent", "clients": absent("glance.dcn1")}],
        },
        "conf_sections": [{"section": "one"}, {"section": "central"}],
    }


def test_a_site_that_is_gone_keeps_its_clients() -> None:
    assert FILTERS["site_removal"](TOPOLOGY, "dcn1", "", True)["clients"] == {"central": absent("glance.dcn1")}


def test_clients_that_exist_without_the_collection_stay() -> None:
    sites = {name: {"ceph": {"clients": {**OWN, "remote_glance": "remote"}}} for name in ("central", "dcn0", "dcn1")}
    found = FILTERS["site_removal"]({"hub": "central", "sites": sites}, "dcn1")
    assert found["clients"] == {"central": [], "dcn1": []}
    assert found["files"]["central"] == [{"cluster": "dcn1", "state": "absent", "clients": absent("remote")}]


def test_a_spoke_without_a_cluster() -> None:
    store = {"type": "file", "default": True, "options": {"filesystem_store_datadir": "/srv/images"}}
    topology = {"hub": "central", "sites": {"central": {"ceph": {}}, "edge": {"stores": {"edge": store}}}}
    found = FILTERS["site_removal"](topology, "edge")
    assert found["stores"] == ["edge"]
    assert found["clients"]["edge"] == []
    assert found["files"]["central"] == []


def test_the_topology_without_a_spoke() -> None:
    found = FILTERS["without_site"](TOPOLOGY, "dcn1")
    assert parse(found) == parse(
        {
            "hub": "central",
            "sites": {"central": {"ceph": {}, "glance": {"weights": {"central": 10}}}, "dcn0": {"ceph": {}}},
        }
    )
    assert "dcn1" in TOPOLOGY["sites"]


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        (("site_removal", "central"), ["remove_site_name: central is the hub, which cannot be removed"]),
        (("site_removal", "dcn00"), ["'dcn00' is not one of the spokes dcn0, dcn1; did you mean 'dcn0'?"]),
        (("site_removal", None), ["remove_site_name: "]),
        (
            ("site_removal", "dcn1", "one,x", True),
            ["'one' is not one of the stores central, dcn0", "'x' is not", "nothing can be copied"],
        ),
        (("spoke_to_add", "central"), ["add_site_name: central is the hub, which cannot be added"]),
        (("spoke_to_add", "dcn7"), ["dcn_topology must describe it"]),
    ],
)
def test_requests_that_make_no_sense(call: tuple[Any, ...], texts: list[str]) -> None:
    name, *arguments = call
    with pytest.raises(AnsibleFilterError) as caught:
        FILTERS[name](TOPOLOGY, *arguments)
    assert [text for text in texts if text not in str(caught.value)] == []


def in_pods() -> dict[str, Any]:
    sites = {site: {"ceph": {}} for site in TOPOLOGY["sites"]}
    sites["dcn1"]["glance"] = {"api": {"name": "edge1"}}
    operators = {"namespace": "openstack", "control_plane": "cp"}
    return {**TOPOLOGY, "platform": "operators", "operators": operators, "sites": sites}


@pytest.mark.parametrize(("gone", "sites"), [(False, ["central", "dcn0", "dcn1"]), (True, ["central", "dcn0"])])
def test_in_pods_the_admin_hosts_of_all_clusters_give_keys(gone: bool, sites: list[str]) -> None:
    found = FILTERS["site_removal"](in_pods(), "dcn1", "", gone)
    assert (found["api"], found["sites"], found["stores"]) == ("edge1", sites, ["dcn1"])


def test_pods_have_another_playbook_to_add_a_site() -> None:
    with pytest.raises(AnsibleFilterError, match="use dcn.glance.add_store"):
        FILTERS["spoke_to_add"](in_pods(), "dcn1")


def test_only_hosts_of_some_sites_are_grouped() -> None:
    groups = {"dcn_glance_api": ["a", "b", "c"], "dcn_openstack_client": ["a"]}
    hostvars = {"a": {"dcn_site": "central"}, "b": {"dcn_site": "dcn0"}, "c": {"dcn_site": "dcn1"}, "localhost": {}}
    found = TopologyFilters().filters()["host_parts"](TOPOLOGY, groups, hostvars, list(hostvars), ["central", "dcn1"])
    assert {item["host"]: item["groups"] for item in found} == {
        "a": ["dcn_hub", "dcn_cluster_reader", "dcn_api_caller"],
        "c": ["dcn_spokes", "dcn_cluster_reader"],
    }
