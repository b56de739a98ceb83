# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites and stores that a site sees, and the clients that it has."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Changed = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("site", "clusters", "stores", "default"),
    [
        ("central", ["central", "dcn0", "dcn1"], ["central", "archive", "dcn0", "dcn1"], "central"),
        ("dcn0", ["dcn0", "central"], ["dcn0", "central", "archive"], "dcn0"),
        ("dcn1", ["dcn1", "central"], ["dcn1", "central", "archive"], "dcn1"),
        ("edge", ["central"], ["central", "archive"], "central"),
    ],
)
def test_the_sites_and_stores_that_a_site_sees(
    base: dict[str, Any], site: str, clusters: list[str], stores: list[str], default: str
) -> None:
    topology = parse(base)
    there = topology.site(site)
    assert [other.name for other in matrix.visible_clusters(topology, there)] == clusters
    expected = matrix.expected_stores(topology, there)
    assert [store["id"] for store in expected] == stores
    assert [store["id"] for store in expected if store["default"]] == [default]


def test_spokes_never_see_each_other(base: dict[str, Any]) -> None:
    topology = parse(base)
    for spoke in topology.spokes:
        seen = {other.name for other in matrix.visible_sites(topology, spoke)}
        assert seen == {spoke.name, "central"}


@pytest.mark.parametrize(
    ("site", "only", "names"),
    [
        (
            "central",
            None,
            ["glance.central", "nova.central", "cinder.central", "glance.dcn0", "glance.dcn1", "glance.edge"],
        ),
        ("dcn0", None, ["glance.dcn0", "nova.dcn0", "cinder.dcn0", "glance.central"]),
        ("dcn0", ["central"], ["glance.central"]),
        ("dcn0", ["dcn1"], []),
        ("central", ["dcn1", "dcn0"], ["glance.dcn0", "glance.dcn1"]),
        ("edge", None, []),
    ],
)
def test_clients_of_a_cluster(base: dict[str, Any], site: str, only: list[str] | None, names: list[str]) -> None:
    topology = parse(base)
    found = clients.cluster_clients(topology, topology.site(site), only)
    assert [client["name"] for client in found] == [f"client.{name}" for name in names]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (
            "glance",
            {
                "mon": "profile rbd",
                "mgr": "profile rbd pool=img, profile rbd pool=ssd",
                "osd": "profile rbd pool=img, profile rbd pool=ssd",
            },
        ),
        (
            "nova",
            {
                "mon": "profile rbd",
                "mgr": "profile rbd pool=disks, profile rbd pool=vol",
                "osd": "profile rbd pool=disks, profile rbd pool=vol, "
                "profile rbd-read-only pool=img, profile rbd-read-only pool=ssd",
            },
        ),
        (
            "cinder",
            {
                "mon": "profile rbd",
                "mgr": "profile rbd pool=disks, profile rbd pool=vol",
                "osd": "profile rbd pool=disks, profile rbd pool=vol, "
                "profile rbd-read-only pool=img, profile rbd-read-only pool=ssd",
            },
        ),
    ],
)
def test_caps(changed: Changed, service: str, expected: dict[str, str]) -> None:
    pools = {"images": "img", "volumes": "vol", "vms": "disks"}
    stores = {"a": {"type": "rbd", "default": True}, "b": {"type": "rbd", "pool": "ssd"}}
    topology = parse(changed("sites/dcn0/ceph/pools", pools, "sites/dcn0/stores", stores))
    found = {c["name"]: c["caps"] for c in clients.cluster_clients(topology, topology.site("dcn0"))}
    assert found[f"client.{service}.dcn0"] == expected


@pytest.mark.parametrize(
    ("nova", "pools"),
    [
        ({}, "profile rbd pool=vms, profile rbd pool=volumes, profile rbd-read-only pool=images"),
        ({"snapshots": "upload"}, "profile rbd pool=vms, profile rbd pool=volumes, profile rbd-read-only pool=images"),
        ({"snapshots": "direct"}, "profile rbd pool=vms, profile rbd pool=volumes, profile rbd pool=images"),
    ],
)
def test_nova_may_write_images_only_for_direct_snapshots(changed: Changed, nova: dict[str, Any], pools: str) -> None:
    topology = parse(changed("sites/dcn0/nova", nova))
    found = {c["name"]: c["caps"] for c in clients.cluster_clients(topology, topology.site("dcn0"))}
    assert found["client.nova.dcn0"]["osd"] == pools
    assert "profile rbd-read-only pool=images" in found["client.cinder.dcn0"]["osd"]


def test_a_pool_that_is_written_is_not_also_read_only(changed: Changed) -> None:
    topology = parse(changed("sites/dcn0/ceph/pools", {"images": "all", "volumes": "all", "vms": "all"}))
    found = {c["name"]: c["caps"] for c in clients.cluster_clients(topology, topology.site("dcn0"))}
    assert found["client.nova.dcn0"] == {
        key: "profile rbd" + " pool=all" * (key != "mon") for key in ("mon", "mgr", "osd")
    }


@pytest.mark.parametrize(
    ("site", "services", "held"),
    [
        ("dcn0", ["glance"], [("dcn0", ["glance.dcn0"]), ("central", ["glance.dcn0"])]),
        ("dcn0", ["nova", "cinder"], [("dcn0", ["nova.dcn0", "cinder.dcn0"])]),
        (
            "dcn0",
            ["cinder", "glance"],
            [("dcn0", ["glance.dcn0", "cinder.dcn0"]), ("central", ["glance.dcn0"])],
        ),
        ("central", ["glance"], [(name, ["glance.central"]) for name in ("central", "dcn0", "dcn1")]),
        ("central", ["nova"], [("central", ["nova.central"])]),
        ("edge", ["glance", "nova"], [("central", ["glance.edge"])]),
        ("edge", ["nova"], []),
        ("dcn0", [], []),
    ],
)
def test_the_clients_on_a_host(base: dict[str, Any], site: str, services: list[str], held: list[Any]) -> None:
    topology = parse(base)
    found = clients.consumer_clusters(topology, topology.site(site), services)
    assert [
        (entry["cluster"], [client["name"].removeprefix("client.") for client in entry["clients"]])  # type: ignore[attr-defined]
        for entry in found
    ] == held


def test_what_is_stated_about_a_cluster_goes_to_its_consumers(base: dict[str, Any]) -> None:
    topology = parse(base)
    own, hub = clients.consumer_clusters(topology, topology.site("dcn1"), ["glance"])
    assert (own["fsid"], own["mon_host"]) == (None, None)
    assert (hub["fsid"], hub["mon_host"]) == ("aaaaaaaa-1111-4222-8333-444455556666", "192.0.2.11,192.0.2.12")
    assert own["options"] == {"client_mount_timeout": "10", "rados_mon_op_timeout": "10"}


def test_every_consumer_finds_its_clients_on_the_cluster(base: dict[str, Any]) -> None:
    topology = parse(base)
    made = {
        (site.name, client["name"]) for site in topology.sites for client in clients.cluster_clients(topology, site)
    }
    held = {
        (entry["site"], client["name"])
        for site in topology.sites
        for entry in clients.consumer_clusters(topology, site, ["glance", "nova", "cinder"])
        for client in entry["clients"]  # type: ignore[attr-defined]
    }
    assert made == held


def test_probe_plan(changed: Changed) -> None:
    pools = {"images": "img", "volumes": "img", "vms": "disks"}
    topology = parse(changed("sites/dcn0/ceph/pools", pools))
    assert clients.probe_plan(topology, topology.site("dcn0")) == [
        {
            "store": "dcn0",
            "cluster": "dcn0",
            "conf": "/etc/ceph/dcn0.conf",
            "client": "client.glance.dcn0",
            "keyring": "/etc/ceph/dcn0.client.glance.dcn0.keyring",
            "pool": "img",
            "denied_pools": ["disks"],
            "fsid": "bbbbbbbb-1111-4222-8333-444455556666",
        },
        {
            "store": "central",
            "cluster": "central",
            "conf": "/etc/ceph/central.conf",
            "client": "client.glance.dcn0",
            "keyring": "/etc/ceph/central.client.glance.dcn0.keyring",
            "pool": "images",
            "denied_pools": ["volumes", "vms"],
            "fsid": "aaaaaaaa-1111-4222-8333-444455556666",
        },
    ]


@pytest.mark.parametrize("services", ["glance", None, ["swift"], [1]])
def test_services_that_are_refused(services: object) -> None:
    with pytest.raises(InputErrors, match="glance, nova, cinder"):
        clients.check_services(services)


@pytest.mark.parametrize("name", ["dcn", None, 1, ["dcn0"]])
def test_a_site_that_does_not_exist(base: dict[str, Any], name: object) -> None:
    with pytest.raises(InputErrors, match="is not one of the sites central, dcn0, dcn1, edge"):
        matrix.find_site(parse(base), name)
