# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two clusters behind one Glance: a site with a cluster and stores, and without a Glance of its own."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine, result

#: As people write it at first: the second cluster is a site, and all hosts of Glance are at the first.
TOPOLOGY: dict[str, Any] = {
    "hub": "ceph1",
    "sites": {
        "ceph1": {
            "ceph": {"cluster": "ceph1", "fsid": "1d89fec3-325a-4963-a950-c4afedd37fe3", "mon_host": "192.168.0.56"},
            "stores": {"ceph1-rbd": {"type": "rbd", "default": True}},
            "glance": {"endpoint": "http://192.0.2.10:9292"},
        },
        "ceph2": {
            "ceph": {"cluster": "ceph2", "fsid": "dbfea068-89ca-4d04-bba0-1b8a56c3abc8", "mon_host": "192.10.0.100"},
            "stores": {"ceph2-rbd": {"type": "rbd", "default": True}},
        },
    },
}
INVENTORY = {
    "dcn_ceph_admin": {"mon1": "ceph1", "mon2": "ceph2"},
    "dcn_glance_api": {f"ctl{number}": "ceph1" for number in (1, 2, 3)},
    "dcn_openstack_client": {"ctl1": "ceph1"},
}


@pytest.fixture
def disabled() -> dict[str, Any]:
    """The topology with a second site that has no Glance."""
    data = copy.deepcopy(TOPOLOGY)
    data["sites"]["ceph2"]["glance"] = {"enabled": False}
    return data


def test_lint_reports_how_to_write_it() -> None:
    found = {finding.rule: finding for finding in examine(TOPOLOGY, INVENTORY).findings}
    assert "`glance: {enabled: false}`" in found["glance-host-missing"].message


def test_it_has_no_finding(disabled: dict[str, Any]) -> None:
    assert examine(disabled, INVENTORY).findings == ()


def test_the_hub_serves_both_clusters(disabled: dict[str, Any]) -> None:
    topology = parse(disabled)
    stores = glance.site_stores(topology, topology.hub)
    assert [(store["id"], store["default"]) for store in stores] == [("ceph1-rbd", True), ("ceph2-rbd", False)]
    assert [store["options"]["rbd_store_ceph_conf"] for store in stores] == [  # type: ignore[index]
        "/etc/ceph/ceph1.conf",
        "/etc/ceph/ceph2.conf",
    ]
    assert [item["cluster"] for item in clients.consumer_clusters(topology, topology.hub, ["glance"])] == [
        "ceph1",
        "ceph2",
    ]


def test_no_cluster_has_a_client_for_the_glance_that_does_not_exist(disabled: dict[str, Any]) -> None:
    topology = parse(disabled)
    names = {
        site.name: [client["name"] for client in clients.cluster_clients(topology, site)] for site in topology.sites
    }
    assert names == {
        "ceph1": ["client.glance.ceph1", "client.nova.ceph1", "client.cinder.ceph1"],
        "ceph2": ["client.nova.ceph2", "client.cinder.ceph2", "client.glance.ceph1"],
    }


def test_nova_of_the_second_cluster_clones_from_it(disabled: dict[str, Any]) -> None:
    topology = parse(disabled)
    options = {entry["option"]: entry["value"] for entry in nova.nova_options(topology, topology.site("ceph2"))}
    assert options["images_rbd_glance_store_name"] == "ceph2-rbd"
    assert "endpoint_override" not in options


def test_on_operators_it_has_no_api(disabled: dict[str, Any]) -> None:
    topology = parse({**disabled, "platform": "operators"})
    assert [site.glance.api.name if site.glance.api else None for site in topology.sites] == ["ceph1", None]


def test_the_result_contains_it(disabled: dict[str, Any]) -> None:
    found: Any = result(examine(disabled, INVENTORY))
    assert found["matrix"] == {"ceph1": ["ceph1-rbd", "ceph2-rbd"], "ceph2": []}
    assert found["topology"]["sites"]["ceph2"]["glance"] == {"enabled": False}
    topology = parse(disabled)
    assert normalised(parse(normalised(topology))) == normalised(topology)
    assert matrix.copy_target(topology.site("ceph2")) is not None


def test_its_hosts_run_no_glance(disabled: dict[str, Any]) -> None:
    inventory = {**INVENTORY, "dcn_glance_api": {"ctl1": "ceph1", "ctl2": "ceph2"}}
    assert [(finding.rule, finding.path) for finding in lint(parse(disabled), inventory)] == [
        ("glance-disabled-hosts", "sites.ceph2.glance.enabled")
    ]
