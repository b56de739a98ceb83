# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters on a topology: their results, their errors, their documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.filter.topology import FilterModule

ROOT = Path(__file__).parents[3]
FILTERS = ROOT / "plugins" / "filter"

FUNCTIONS: dict[str, Callable[..., Any]] = FilterModule().filters()

PER_SITE = {
    "ceph_places": [["glance"]],
    "cinder_options": ["bbbbbbbb-1111-4222-8333-444455556666"],
    "cluster_clients": [],
    "consumer_clusters": [["glance"]],
    "expected_stores": [],
    "glance_cache_settings": [],
    "glance_import_settings": [],
    "glance_policy": [],
    "nova_options": [None],
    "platform_service": ["glance"],
    "probe_plan": [],
    "service_containers": [["glance"]],
    "site_stores": [],
    "visible_clusters": [],
}
WHOLE = ["api_replicas", "site_names", "spoke_names", "store_sites", "lint_topology"]


def test_every_filter_is_covered_here() -> None:
    assert set(FUNCTIONS) == {
        *PER_SITE,
        *WHOLE,
        "cache_sites",
        "external_probes",
        "probe_failures",
        "host_parts",
        "host_path",
        "inventory_sites",
        "plain_topology",
        "uniform_topology",
        "with_hub_api",
    }


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_documentation_names_the_arguments(name: str) -> None:
    documentation = yaml.safe_load((FILTERS / f"{name}.yml").read_text())["DOCUMENTATION"]
    assert documentation["name"] == name
    positional = [word.strip() for word in documentation.get("positional", "").split(",") if word.strip()]
    assert {"_input", *positional} == set(documentation["options"])
    assert yaml.safe_load((FILTERS / f"{name}.yml").read_text())["RETURN"]["_value"]["sample"]


@pytest.mark.parametrize("name", sorted(PER_SITE))
def test_a_filter_for_one_site(base: dict[str, Any], name: str) -> None:
    # From packages, no service runs in a container.
    assert FUNCTIONS[name](base, "dcn0", *PER_SITE[name]) or name == "service_containers"


@pytest.mark.parametrize("name", sorted(PER_SITE))
def test_an_unknown_site(base: dict[str, Any], name: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        FUNCTIONS[name](base, "dcn7", *PER_SITE[name])
    assert f"dcn.glance.{name}: 1 problem:" in str(caught.value)
    assert "site: 'dcn7' is not one of the sites central, dcn0, dcn1, edge" in str(caught.value)


@pytest.mark.parametrize("name", [*sorted(PER_SITE), *WHOLE[:3]])
def test_all_problems_are_in_one_error(changed: Callable[..., Any], name: str) -> None:
    broken = changed("sites/dcn0/ceph/fsid", "x", "sites/dcn1/stores/dcn1/type", "rdb")
    with pytest.raises(AnsibleFilterError) as caught:
        FUNCTIONS[name](broken, *(["dcn0", *PER_SITE[name]] if name in PER_SITE else []))
    lines = str(caught.value).split("\n")
    assert lines[0] == f"dcn.glance.{name}: 2 problems:"
    assert [line.split(": ")[0].strip() for line in lines[1:]] == [
        "sites.dcn0.ceph.fsid",
        "sites.dcn1.stores.dcn1.type",
    ]


def test_names(base: dict[str, Any]) -> None:
    assert FUNCTIONS["site_names"](base) == ["central", "dcn0", "dcn1", "edge"]
    assert FUNCTIONS["spoke_names"](base) == ["dcn0", "dcn1", "edge"]
    assert FUNCTIONS["visible_clusters"](base, "edge") == ["central"]
    assert FUNCTIONS["store_sites"](base) == {
        "central": "central",
        "archive": "central",
        "dcn0": "dcn0",
        "dcn1": "dcn1",
    }


def test_clients_of_some_consumers(base: dict[str, Any]) -> None:
    found = FUNCTIONS["cluster_clients"](base, "central", consumers=["dcn1"])
    assert [client["name"] for client in found] == ["client.glance.dcn1"]
    with pytest.raises(AnsibleFilterError, match="consumers: 'dcn9' is not one of the sites"):
        FUNCTIONS["cluster_clients"](base, "central", ["dcn9"])


def test_lint_reports_instead_of_raising(changed: Callable[..., Any]) -> None:
    found = FUNCTIONS["lint_topology"](changed("hub", "x"), {"g": 5})
    assert [(finding["rule"], finding["severity"], finding["path"]) for finding in found] == [
        ("syntax", "error", "hub"),
        ("syntax", "error", "inventory.g"),
    ]
    assert FUNCTIONS["lint_topology"](None)[0]["path"] == "dcn_topology"


def test_a_uniform_topology_is_a_topology() -> None:
    data = FUNCTIONS["uniform_topology"]({"hub": {"ceph": {}}, "spoke": {"ceph": {}}}, "hub", ["a", "b"])
    assert FUNCTIONS["site_names"](data) == ["hub", "a", "b"]


def test_parts_of_hosts_read_each_host_once(base: dict[str, Any]) -> None:
    """Ansible collects all variables of a host on every access."""

    class Hostvars(dict[str, Any]):
        reads: list[str] = []

        def __getitem__(self, host: str) -> Any:
            self.reads.append(host)
            return super().__getitem__(host)

    hostvars = Hostvars(
        {"a": {"dcn_site": "central"}, "b": {"dcn_site": "dcn0"}, "c": {"dcn_site": "dcn0"}, "localhost": {}}
    )
    groups = {"dcn_ceph_admin": ["a", "b"], "dcn_glance_api": ["a", "b"], "dcn_nova_compute": ["b", "c"]}
    found = FUNCTIONS["host_parts"](base, groups, hostvars, ["a", "b", "localhost"])
    assert [(item["host"], item["groups"][0]) for item in found] == [("a", "dcn_hub"), ("b", "dcn_spokes")]
    # Outside of the limit, but still a host of the site.
    assert found[1]["hosts_at"]["dcn0"]["dcn_nova_compute"] == ["b", "c"]
    assert sorted(hostvars.reads) == ["a", "b", "c", "localhost"]


def test_services_in_containers(base: dict[str, Any]) -> None:
    found = FUNCTIONS["service_containers"]({**base, "platform": "kolla"}, "dcn0", ["nova", "glance"])
    assert [service["container"] for service in found] == ["glance_api", "nova_compute"]
    inside = "/var/lib/glance/staging"
    assert FUNCTIONS["host_path"](inside, found[0]["path_map"]).endswith("/volumes/glance/_data/staging")
