# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host holds which cephx client."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery

DCN0 = {
    "site": "dcn0",
    "cluster": "edge0",
    "options": {"client_mount_timeout": "10"},
    "fsid": None,
    "mon_host": None,
    "clients": [
        {"name": "client.glance.dcn0", "service": "glance"},
        {"name": "client.nova.dcn0", "service": "nova"},
    ],
}
HUB = {
    "site": "central",
    "cluster": "central",
    "options": {},
    "fsid": None,
    "mon_host": None,
    "clients": [{"name": "client.glance.dcn0", "service": "glance"}],
}
OWNERS = {"glance": {"owner": "glance", "group": "glance"}, "nova": {"owner": 42436, "group": 42436}}
RESULTS = {
    "dcn0": {
        "cluster": "edge0",
        "cluster_info": {"fsid": "f0", "mon_host": "192.0.2.10"},
        "clients": {"client.glance.dcn0": {"name": "client.glance.dcn0", "key_id": "aaa"}},
        "sealed": {"h1": {"client.glance.dcn0": "BLOB"}},
    }
}


@pytest.mark.parametrize(
    ("groups", "services"),
    [
        ([], []),
        (["dcn_glance_api"], ["glance"]),
        (["dcn_cinder_volume", "x", "dcn_nova_compute", "dcn_glance_api"], ["glance", "nova", "cinder"]),
    ],
)
def test_host_services(groups: list[str], services: list[str]) -> None:
    assert delivery.host_services(groups) == services


@pytest.mark.parametrize(
    ("groups", "services"),
    [
        (["dcn_glance_api", "dcn_cinder_volume"], ["glance", "cinder"]),
        (["dcn_nova_compute"], ["nova", "cinder"]),
        (["dcn_nova_compute", "dcn_cinder_volume"], ["nova", "cinder"]),
    ],
)
def test_a_compute_host_receives_the_key_of_cinder(groups: list[str], services: list[str]) -> None:
    assert delivery.received_services(groups) == services


def test_libvirt_secrets_get_the_keys_of_their_clients() -> None:
    secrets = [
        {"uuid": "u1", "client": "client.glance.dcn0", "cluster": "edge0"},
        {"uuid": "u2", "client": "client.nova.dcn0", "cluster": "edge0"},
    ]
    directories = {"client.glance.dcn0": "/e"}
    assert delivery.secret_keys(secrets, RESULTS["dcn0"], "h1", directories) == [
        {**secrets[0], "key_id": "aaa", "sealed": "BLOB", "keyring": "/e/edge0.client.glance.dcn0.keyring"},
        {**secrets[1], "key_id": None, "sealed": None, "keyring": "/etc/ceph/edge0.client.nova.dcn0.keyring"},
    ]
    assert delivery.secret_keys(secrets, RESULTS["dcn0"], "h2", directories)[0]["sealed"] is None
    assert delivery.secret_keys(secrets, None, "h1", directories) == []


def test_keyring_paths_follow_the_name_librados_looks_for() -> None:
    assert delivery.keyring_paths([DCN0, HUB], "/e") == [
        "/e/edge0.client.glance.dcn0.keyring",
        "/e/edge0.client.nova.dcn0.keyring",
        "/e/central.client.glance.dcn0.keyring",
    ]


def test_recipient_has_only_the_key_ids_of_this_cluster() -> None:
    answer = {
        "public_key": "PEM",
        "key_ids": {
            "/etc/ceph/edge0.client.glance.dcn0.keyring": {"client.glance.dcn0": "aaa", "client.other": "zzz"},
            "/etc/ceph/central.client.glance.dcn0.keyring": {"client.glance.dcn0": "bbb"},
        },
    }
    assert delivery.recipient("h1", DCN0, answer) == {
        "host": "h1",
        "public_key": "PEM",
        "clients": ["client.glance.dcn0", "client.nova.dcn0"],
        "key_ids": {"client.glance.dcn0": "aaa"},
    }


def test_a_host_that_fills_secrets_receives_for_the_pods_of_all_sites() -> None:
    of_hub = {**DCN0, "clients": [{"name": "client.glance.central", "service": "glance"}]}
    of_spoke = {**DCN0, "clients": [{"name": "client.glance.dcn0", "service": "glance"}]}
    merged = delivery.pod_entries([of_hub, HUB, of_spoke])
    assert [(entry["site"], [client["name"] for client in entry["clients"]]) for entry in merged] == [
        ("dcn0", ["client.glance.central", "client.glance.dcn0"]),
        ("central", ["client.glance.dcn0"]),
    ]
    assert len(of_hub["clients"]) == len(of_spoke["clients"]) == 1


def test_client_files_join_the_topology_and_the_results() -> None:
    assert delivery.client_files([DCN0, HUB], RESULTS, "h1", OWNERS) == [
        {
            "cluster": "edge0",
            "fsid": "f0",
            "mon_host": "192.0.2.10",
            "options": {"client_mount_timeout": "10"},
            "clients": [
                {
                    "name": "client.glance.dcn0",
                    "key_id": "aaa",
                    "sealed": "BLOB",
                    "owner": "glance",
                    "group": "glance",
                },
                {"name": "client.nova.dcn0", "key_id": None, "sealed": None, "owner": "42436", "group": "42436"},
            ],
        }
    ], "the hub's cluster was not reached: the files of the host are kept"


def test_blobs_for_another_host_are_not_used() -> None:
    (entry,) = delivery.client_files([DCN0], RESULTS, "h2", OWNERS)
    assert [client["sealed"] for client in entry["clients"]] == [None, None]


def test_merge_results_joins_calls_for_one_cluster() -> None:
    def call(client: str, key_id: str, host: str) -> dict[str, object]:
        return {
            "central": {
                "cluster": "central",
                "cluster_info": {"fsid": "f"},
                "clients": [{"name": client, "key_id": key_id}],
                "sealed": {host: {client: f"{key_id}-blob"}},
            }
        }

    merged = delivery.merge_results([call("a", "1", "h"), call("b", "2", "h"), call("a", "3", "g")])
    assert merged["central"]["clients"] == {"a": {"name": "a", "key_id": "3"}, "b": {"name": "b", "key_id": "2"}}
    assert merged["central"]["sealed"] == {"h": {"a": "1-blob", "b": "2-blob"}, "g": {"a": "3-blob"}}


def test_reached_stores_carry_the_fsid_of_their_cluster() -> None:
    stores = [{"store": "dcn0", "cluster": "edge0"}, {"store": "hub", "cluster": "central"}]
    assert delivery.reached_stores(stores, RESULTS) == [{"store": "dcn0", "cluster": "edge0", "fsid": "f0"}]


@pytest.mark.parametrize(
    ("coming", "stores"),
    [
        ([], ["a"]),
        (["/etc/ceph/other.conf"], ["a"]),
        (["/var/lib/config/ceph/edge0.conf"], []),
        (["/etc/ceph/edge0.client.a.keyring"], []),
    ],
)
def test_a_store_whose_files_are_to_be_written_is_not_probed(coming: list[str], stores: list[str]) -> None:
    keyring = "/etc/ceph/edge0.client.a.keyring"
    plan = [{"store": "a", "cluster": "edge0", "conf": "/etc/ceph/edge0.conf", "keyring": keyring}]
    assert [store["store"] for store in delivery.reached_stores(plan, RESULTS, coming)] == stores


def test_unproved_stores_are_those_that_failed() -> None:
    probe = {
        "probes": [
            {"store": "a", "ok": True, "status": "ok"},
            {"store": "b", "ok": False, "status": "failed"},
            {"store": "c", "ok": False, "status": "skipped"},
        ]
    }
    assert delivery.unproved_stores(probe) == ["b"]
    assert delivery.unproved_stores({}) == []


def test_live_stores_leave_out_unreached_and_deferred_stores() -> None:
    expected = [
        {"id": "dcn0", "type": "rbd", "default": True, "pool": "images", "site": "dcn0", "fsid": None},
        {"id": "fast", "type": "rbd", "default": False, "pool": "fast", "site": "dcn0", "fsid": None},
        {"id": "central", "type": "rbd", "default": False, "pool": "images", "site": "central", "fsid": "stated"},
        {"id": "archive", "type": "swift", "default": False, "pool": None, "site": "central", "fsid": None},
    ]
    live = delivery.live_stores(expected, RESULTS, ["fast"])
    assert [(store["id"], store["fsid"]) for store in live] == [("dcn0", "f0"), ("archive", None)]


def test_live_problems_count_errors_of_these_stores_and_of_the_api() -> None:
    answer = {
        "problems": [
            {"store": "dcn0", "severity": "error", "message": "is missing"},
            {"store": "dcn0", "severity": "warning", "message": "odd"},
            {"store": "dcn1", "severity": "error", "message": "cannot be reached"},
            {"store": "", "severity": "error", "message": "multistore is off"},
        ]
    }
    assert delivery.live_problems(answer, [{"id": "dcn0"}]) == ["dcn0: is missing", "multistore is off"]
    assert delivery.live_problems({}, [{"id": "dcn0"}]) == []
