# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform operators: parsing, refused values and lint rules."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.clients import cluster_clients
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cinder import cinder_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.nova import nova_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import RULES, lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, CinderVolume, DataPlane, Operators
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

BASE: dict[str, Any] = {
    "hub": "central",
    "platform": "operators",
    "sites": {
        "central": {"ceph": {}, "glance": {"endpoint": "http://192.0.2.10:9292"}},
        "dcn0": {"ceph": {}, "glance": {"endpoint": "http://192.0.2.20:9292"}},
        "edge": {},
    },
}


FSID = "aaaaaaaa-0000-4000-8000-000000000001"
#: BASE with Nova and Cinder of dcn0 on the operators.
EDGE: dict[str, Any] = copy.deepcopy(BASE)
EDGE["sites"]["dcn0"].update(nova={"data_plane": {"node_sets": ["dcn0-edpm"]}}, cinder={"volume": {}})


def changed(path: str, value: Any) -> dict[str, Any]:
    """BASE with one key more or other."""
    data = copy.deepcopy(BASE)
    node = data
    *parents, last = path.split("/")
    for key in parents:
        node = node.setdefault(key, {})
    node[last] = value
    return data


def test_defaults() -> None:
    topology = parse(BASE)
    assert topology.operators == Operators("openstack", "openstack", None, "dcn-glance", "ceph-conf-files")
    assert topology.operators.site_secret("dcn0") == "ceph-conf-files-dcn0"
    apis = {site.name: site.glance.api for site in topology.sites}
    assert apis == {"central": Api("central", "split"), "dcn0": Api("dcn0", "edge"), "edge": None}


def test_stated_values_replace_defaults() -> None:
    stated = {"name": "az0", "type": "single", "replicas": 3, "storage_request": "20Gi", "storage_class": "local"}
    topology = parse(changed("sites/central/glance/api", stated))
    assert topology.hub.glance.api == Api("az0", "single", 3, "20Gi", "local")


def test_a_site_without_stores_has_an_api_if_it_states_one() -> None:
    assert parse(changed("sites/edge/glance", {"api": {}})).site("edge").glance.api == Api("edge", "edge")


def test_a_glance_without_a_control_plane_has_no_control_plane() -> None:
    operators = parse(changed("operators", {"glance": "glance", "namespace": "os"})).operators
    assert (operators.glance, operators.control_plane, operators.namespace) == ("glance", None, "os")


def test_the_normal_form_is_parsed_to_the_same() -> None:
    topology = parse(changed("operators", {"glance": "g", "storage_class": "local"}))
    normal = normalised(topology)
    assert normalised(parse(normal)) == normal
    assert normal["operators"]["glance"] == "g"


def test_packages_have_no_apis() -> None:
    topology = parse({key: value for key, value in BASE.items() if key != "platform"})
    assert (topology.platform, topology.operators) == ("packages", None)
    assert [site.glance.api for site in topology.sites] == [None, None, None]


SETS = {"node_sets": ["a"]}
REFUSED = [
    ("platform", "kubernetes", "platform", "it must be one of packages, tripleo, kolla, custom, operators"),
    ("platform", "packages", "", ""),
    ("operators", {"namespace": "Open_Stack"}, "operators.namespace", "lower case letters"),
    ("operators", {"control_plane": "a", "glance": "b"}, "operators.glance", "remove one of the two"),
    ("operators", {"name": "a"}, "operators.name", "is not a known key"),
    ("operators", [], "operators", "must be a mapping"),
    ("sites/dcn0/glance/api", {"type": "internal"}, "sites.dcn0.glance.api.type", "split, single, edge"),
    ("sites/dcn0/glance/api", {"replicas": 33}, "sites.dcn0.glance.api.replicas", "from 0 to 32"),
    ("sites/dcn0/glance/api", {"replicas": -1}, "sites.dcn0.glance.api.replicas", "from 0 to 32"),
    ("sites/dcn0/glance/api", {"replicas": True}, "sites.dcn0.glance.api.replicas", "from 0 to 32"),
    ("sites/dcn0/glance/api", {"storage_request": "10 GB"}, "sites.dcn0.glance.api.storage_request", "10G"),
    ("sites/dcn0/glance/api", {"storage_request": "0G"}, "sites.dcn0.glance.api.storage_request", "greater than zero"),
    ("sites/dcn0/glance/api", {"storage_request": "-1G"}, "sites.dcn0.glance.api.storage_request", "greater than zero"),
    ("sites/dcn0/glance/api", {"name": "a" * 64}, "sites.dcn0.glance.api.name", "63 at most"),
    ("operators", {"secret_name": "a..b"}, "operators.secret_name", "letter or digit at both ends of each part"),
    ("operators", {"control_plane": "a-"}, "operators.control_plane", "letter or digit at both ends of each part"),
    ("operators", {"mount": "a.b"}, "operators.mount", "lower case letters"),
    ("sites/dcn0/glance/api", {"name": "DCN0"}, "sites.dcn0.glance.api.name", "lower case"),
    ("sites/dcn0/glance/api", {"name": "central"}, "sites.dcn0.glance.api.name", "is taken by sites.central"),
    ("sites/dcn0/glance/api", {"scale": 3}, "sites.dcn0.glance.api.scale", "is not a known key"),
    ("sites/Dcn_1", {"ceph": {"cluster": "dcn1"}}, "sites.Dcn_1.glance.api.name", "cannot be used ('Dcn_1')"),
    ("sites/central/glance/api", {"type": "edge"}, "sites.central.glance.api.type", "Keystone's catalog"),
    ("sites/dcn0/nova/data_plane", {}, "sites.dcn0.nova.data_plane.node_sets", "is missing"),
    ("sites/dcn0/nova/data_plane", {"node_sets": []}, "sites.dcn0.nova.data_plane.node_sets", "is empty"),
    ("sites/dcn0/nova/data_plane", {"node_sets": "a"}, "sites.dcn0.nova.data_plane.node_sets", "a list, not text"),
    ("sites/dcn0/nova/data_plane", {"node_sets": ["A"]}, "sites.dcn0.nova.data_plane.node_sets[0]", "is not a name"),
    ("sites/dcn0/nova/data_plane", {"node_sets": ["a", "a"]}, "sites.dcn0.nova.data_plane.node_sets[1]", "twice"),
    ("sites/dcn0/nova/data_plane", {**SETS, "service": "nova"}, "sites.dcn0.nova.data_plane.service", "overwrites"),
    ("sites/dcn0/cinder/volume", {"name": "a_b"}, "sites.dcn0.cinder.volume.name", "lower case"),
    ("sites/dcn0/cinder/volume", {"replicas": 1}, "sites.dcn0.cinder.volume.replicas", "is not a known key"),
    ("sites/edge/cinder", {"volume": {}}, "sites.edge.cinder.volume", "needs a Ceph cluster"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "path", "message"), REFUSED)
def test_what_is_refused(key: str, value: Any, path: str, message: str) -> None:
    if not path:
        assert parse(changed(key, value)).platform == value
        return
    with pytest.raises(InputErrors) as caught:
        parse(changed(key, value))
    assert [problem.path for problem in caught.value.problems] == [path]
    assert message in caught.value.problems[0].message


def test_keys_of_operators_need_the_platform() -> None:
    data = changed("sites/dcn0/glance/api", {"replicas": 2})
    data["operators"] = {}
    del data["platform"]
    with pytest.raises(InputErrors) as caught:
        parse(data)
    assert [problem.path for problem in caught.value.problems] == ["operators", "sites.dcn0.glance.api"]


def test_nova_and_cinder_of_the_operators() -> None:
    site = parse(EDGE).site("dcn0")
    assert site.data_plane == DataPlane(("dcn0-edpm",), "nova-custom-ceph-dcn0", "ceph-nova-dcn0")
    assert site.cinder_volume == CinderVolume("dcn0")
    normal = normalised(parse(EDGE))
    assert normalised(parse(normal)) == normal
    packages = {**copy.deepcopy(EDGE), "platform": "packages"}
    with pytest.raises(InputErrors) as caught:
        parse(packages)
    assert [problem.path for problem in caught.value.problems] == [
        "sites.dcn0.nova.data_plane",
        "sites.dcn0.cinder.volume",
    ]


def test_two_sites_do_not_share_objects_of_the_operators() -> None:
    data = copy.deepcopy(EDGE)
    data["sites"]["central"]["nova"] = copy.deepcopy(data["sites"]["dcn0"]["nova"])
    data["sites"]["central"]["nova"]["data_plane"]["config_map"] = "ceph-nova-dcn0"
    with pytest.raises(InputErrors) as caught:
        parse(data)
    assert [problem.path for problem in caught.value.problems] == [
        "sites.dcn0.nova.data_plane.node_sets[0]",
        "sites.dcn0.nova.data_plane.config_map",
    ]


def test_nova_and_cinder_share_a_client_without_a_dot() -> None:
    """The operators make one libvirt secret for a cluster, with the fsid, and cut the user's name at a dot."""
    topology = parse(EDGE)
    site = topology.site("dcn0")
    assert [client["name"] for client in cluster_clients(topology, site)] == [
        "client.glance.dcn0",
        "client.nova-dcn0",
        "client.glance.central",
    ]
    values = {
        entry["option"]: entry["value"]
        for entry in (*nova_options(topology, site, FSID), *cinder_options(topology, site, FSID))
        if entry["section"] != "DEFAULT"
    }
    assert (values["rbd_user"], values["rbd_secret_uuid"]) == ("nova-dcn0", FSID)
    apart = parse({**EDGE, "sites": {**EDGE["sites"], "dcn0": BASE["sites"]["dcn0"]}})
    other = {entry["option"]: entry.get("value") for entry in cinder_options(apart, apart.site("dcn0"), FSID)}
    assert other["rbd_user"] == "cinder.dcn0" and other["rbd_secret_uuid"] != FSID


HOSTS = {"dcn_ceph_admin": {"c": "central", "d": "dcn0"}, "dcn_openstack_client": {"c": "central"}}
KUBE = {**HOSTS, "dcn_kubernetes": {"localhost": None}}

PLANE = {"data_plane": {"node_sets": ["dcn0-edpm"]}}
SINGLE = "single-needs-locations"
FOUND: list[tuple[str, Any, dict[str, Any], list[str]]] = [
    ("operators", {}, KUBE, []),
    ("operators", {}, HOSTS, ["kubernetes-host-missing"]),
    ("platform", "packages", KUBE, ["glance-host-missing", "glance-host-missing", "kubernetes-host-unused"]),
    ("operators", {}, {**KUBE, "dcn_glance_api": {"c": "central"}}, ["glance-hosts-unused"]),
    ("sites/dcn0/glance/api", {"name": "a" * 30}, KUBE, []),
    ("sites/dcn0/glance/api", {"name": "a" * 31}, KUBE, ["api-name-long"]),
    ("sites/dcn0/glance/api", {"name": "a" * 36}, KUBE, ["api-name-long"]),
    ("sites/dcn0/glance/api", {"name": "a" * 37}, KUBE, ["api-name-too-long"]),
    ("sites/central/glance/api", {"name": "a" * 33}, KUBE, ["api-name-too-long"]),
    ("sites/central/glance/api", {"name": "a" * 38, "type": "single"}, KUBE, ["api-name-long", SINGLE]),
    ("sites/central/glance/api", {"name": "a" * 39, "type": "single"}, KUBE, ["api-name-too-long", SINGLE]),
    ("sites/dcn0/nova", PLANE, KUBE, []),
    ("sites/dcn0/nova", PLANE, {**KUBE, "dcn_nova_compute": {"c": "central"}}, []),
    ("sites/dcn0/nova", PLANE, {**KUBE, "dcn_nova_compute": {"d": "dcn0"}}, ["data-plane-hosts"]),
    ("sites/dcn0/nova", {**PLANE, "options": {"cinder": {"password": "x"}}}, KUBE, ["data-plane-secret"]),
    ("sites/dcn0/nova", {"options": {"cinder": {"password": "x"}}}, KUBE, []),
    ("sites/dcn0/cinder", {"volume": {}}, {**KUBE, "dcn_cinder_volume": {"d": "dcn0"}}, ["volume-hosts"]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "inventory", "rules"), FOUND)
def test_rules(key: str, value: Any, inventory: dict[str, Any], rules: list[str]) -> None:
    ignored = {"site-without-host"}
    found = lint(parse(changed(key, value)), parse_inventory(inventory))
    assert [finding.rule for finding in found if finding.rule not in ignored] == rules


def test_every_rule_of_operators_is_tested() -> None:
    of_operators = {rule.id for rule in RULES if "rules.operators" in rule.check.__module__}
    assert of_operators == {rule for *_case, rules in FOUND for rule in rules} - {"glance-host-missing"} | {
        "split-file-only"
    }


def test_a_split_api_with_files_only() -> None:
    data = changed("sites/central/stores", {"files": {"type": "file", "options": {"filesystem_store_datadir": "/x"}}})
    data["sites"]["central"].pop("ceph")
    data["sites"].pop("dcn0")
    assert "split-file-only" in [finding.rule for finding in lint(parse(data))]
    data["sites"]["central"]["glance"]["api"] = {"replicas": 0}
    assert "split-file-only" not in [finding.rule for finding in lint(parse(data))]
