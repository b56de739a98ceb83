# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys for Secrets: which services need them, and the host that writes them."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.filter.consumers import cluster_fsid, key_recipients, pod_clusters
from ansible_collections.dcn.glance.tests.support.builders.edge import edge_topology

DATA = edge_topology("dcn0")
PATH = "/etc/ceph/dcn0.client.nova-dcn0.keyring"
HOST: dict[str, Any] = {
    "group_names": ["dcn_kubernetes"],
    "glance_control_plane_recipient": {"public_key": "public", "key_ids": {PATH: {"client.nova-dcn0": "held"}}},
}
RESULT = {"cluster": "dcn0", "cluster_info": {"fsid": "f", "mon_host": "m"}, "clients": [], "sealed": {}}


def test_the_host_that_writes_secrets_gets_the_keys_of_all_services() -> None:
    (found,) = key_recipients(DATA, {"localhost": HOST}, "dcn0", None)[:1]
    names = {name for each in key_recipients(DATA, {"localhost": HOST}, "dcn0", None) for name in each["clients"]}
    assert names == {"client.glance.central", "client.glance.dcn0", "client.nova-dcn0"}
    assert found["host"] == "localhost" and found["clients"].count("client.nova-dcn0") == 1
    assert found["key_ids"] == {"client.nova-dcn0": "held"}


def test_each_module_gets_the_files_of_its_service() -> None:
    hostvars = {"localhost": HOST, "ceph": {"ceph_clients_results": {"dcn0": RESULT}}}
    for service in ("nova", "cinder"):
        found = pod_clusters(DATA, hostvars, "localhost", service)
        assert list(found) == ["dcn0"]
        assert [client["name"] for client in found["dcn0"][0]["clients"]] == ["client.nova-dcn0"]
        assert found["dcn0"][0]["fsid"] == "f"
    assert list(pod_clusters(DATA, hostvars, "localhost")) == ["central", "dcn0"]
    # A site whose cluster was not reached keeps its files; one that does not say it has none.
    assert pod_clusters(DATA, {"localhost": HOST}, "localhost", "nova") == {"dcn0": []}
    assert pod_clusters(edge_topology(), hostvars, "localhost", "nova") == {}


def test_a_host_that_knows_its_neighbours_reads_only_these() -> None:
    """The results of other hosts are not read: with many sites, each reading would be one of too many."""
    far = {"ceph_clients_results": {"dcn0": {**RESULT, "cluster_info": {"fsid": "far"}}}}
    near = {"ceph_clients_results": {"dcn0": RESULT}}
    hostvars: dict[str, Any] = {"here": {"dcn_result_hosts": ["near"]}, "near": near, "far": far, "other": {}}
    assert cluster_fsid(DATA, hostvars, "dcn0", "here") == "f"
    assert cluster_fsid(DATA, hostvars, "dcn0", "other") == "far"
    assert cluster_fsid(DATA, hostvars, "dcn0") == "far"


def test_recipients_are_found_among_the_neighbours() -> None:
    answer = {"public_key": "public", "key_ids": {}}
    glance = {"group_names": ["dcn_glance_api"], "dcn_site": "dcn0", "ceph_consumer_recipient": answer}
    admin = {"dcn_hosts_at": {"dcn0": {"dcn_glance_api": ["api"]}}, "groups": {"dcn_kubernetes": ["pods"]}}
    hostvars: dict[str, Any] = {"admin": admin, "api": glance, "unlisted": glance, "pods": HOST}
    found = key_recipients(DATA, hostvars, "dcn0", ["dcn0"], "admin")
    assert [entry["host"] for entry in found] == ["api", "pods"]
    # Of a site that is not a neighbour, all hosts are read.
    assert {entry["host"] for entry in key_recipients(DATA, hostvars, "dcn0", ["dcn0", "central"], "admin")} > {"api"}
    assert [entry["host"] for entry in key_recipients(DATA, hostvars, "dcn0", ["dcn0"])] == ["api", "unlisted", "pods"]
