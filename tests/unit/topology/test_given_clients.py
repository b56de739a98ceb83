# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients and backends that exist: their names reach every file, and their caps stay."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cinder import cinder_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.glance import site_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.libvirt import libvirt_secrets
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.nova import nova_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FSID = "6d3f2a10-58c4-4b8e-9f0a-2c7e51b0d401"
OWN = {"glance": "openstack", "nova": "openstack", "cinder": "openstack"}


def topology(own: dict[str, str], **more: Any) -> Topology:
    sites = {
        name: {"ceph": {"clients": {**own, "remote_glance": f"{name}.glance"}}, **more} for name in ("central", "dcn0")
    }
    return parse({"hub": "central", "sites": sites})


def test_each_store_has_the_client_of_its_cluster() -> None:
    found = topology(OWN)
    users = {
        site.name: {str(store["id"]): store["options"]["rbd_store_user"] for store in site_stores(found, site)}  # type: ignore[index]
        for site in found.sites
    }
    assert users == {
        "central": {"central": "openstack", "dcn0": "dcn0.glance"},
        "dcn0": {"dcn0": "openstack", "central": "central.glance"},
    }
    dcn0 = found.site("dcn0")
    assert {entry["client"] for entry in clients.probe_plan(found, dcn0)} == {
        "client.openstack",
        "client.central.glance",
    }


def test_a_client_of_three_services_is_one_client_with_their_caps_which_stay() -> None:
    found = topology(OWN)
    shared, remote = clients.cluster_clients(found, found.site("dcn0"))[::-1]
    if shared["name"] != "client.openstack":
        shared, remote = remote, shared
    assert shared == {
        "name": "client.openstack",
        "keep_caps": True,
        "caps": {
            "mon": "profile rbd",
            "mgr": "profile rbd pool=images, profile rbd pool=vms, profile rbd pool=volumes",
            "osd": "profile rbd pool=images, profile rbd pool=vms, profile rbd pool=volumes, "
            "profile rbd-read-only pool=images",
        },
    }
    assert remote["name"] == "client.dcn0.glance" and remote["keep_caps"] is True


def test_a_keyring_of_several_services_of_a_host_keeps_its_owner() -> None:
    found = topology(OWN)
    entries = clients.consumer_clusters(found, found.site("dcn0"), ["glance", "nova"])
    answer = {"cluster_info": {}, "clients": {}, "sealed": {}}
    owners = {service: {"owner": service, "group": service} for service in OWN}
    files = delivery.client_files(entries, {"dcn0": answer, "central": answer}, "host", owners)
    kept = {client["name"]: client.get("keep_attributes", False) for entry in files for client in entry["clients"]}
    assert kept == {"client.openstack": True, "client.central.glance": False}
    (only,) = clients.consumer_clusters(found, found.site("dcn0"), ["nova"])
    assert only["clients"] == [{"name": "client.openstack", "service": "nova"}]


def test_services_with_one_client_have_one_secret() -> None:
    found = topology(OWN)
    dcn0 = found.site("dcn0")
    assert libvirt_secrets(found, dcn0, FSID) == [{"uuid": FSID, "client": "client.openstack", "cluster": "dcn0"}]
    apart = topology({"nova": "nova", "cinder": "cinder"})
    assert [each["client"] for each in libvirt_secrets(apart, apart.site("dcn0"), FSID)] == [
        "client.nova",
        "client.cinder",
    ]


def test_a_secret_of_its_own_for_cinder_stays() -> None:
    other = "0b3c6a4e-9d1f-4e8a-8a53-5e2a4c8d9e10"
    options = {"cinder": {"options": {"dcn0": {"rbd_secret_uuid": other}}}}
    sites = {"central": {"ceph": {}}, "dcn0": {"ceph": {"clients": OWN}, **options}}
    found = parse({"hub": "central", "sites": sites})
    assert [each["uuid"] for each in libvirt_secrets(found, found.site("dcn0"), FSID)] == [FSID, other]


def test_a_backend_keeps_its_name() -> None:
    found = topology(OWN, cinder={"backend": "tripleo_ceph"})
    options = {(each["section"], each["option"]): each["value"] for each in cinder_options(found, found.hub, FSID)}
    assert options[("DEFAULT", "enabled_backends")] == "tripleo_ceph"
    assert options[("tripleo_ceph", "rbd_user")] == "openstack"
    assert not [key for key in options if key[0] == "central"]
    assert normalised(parse(normalised(found))) == normalised(found)


def test_nova_uses_the_given_client() -> None:
    found = topology(OWN)
    assert {"section": "libvirt", "option": "rbd_user", "value": "openstack"} in nova_options(found, found.hub, FSID)


@pytest.mark.parametrize(
    ("ceph", "path"),
    [
        ({"clients": {"glance": "client.openstack"}}, "sites.central.ceph.clients.glance"),
        ({"clients": {"swift": "x"}}, "sites.central.ceph.clients.swift"),
        ({"clients": ["openstack"]}, "sites.central.ceph.clients"),
    ],
)
def test_names_that_cannot_be_used(ceph: dict[str, Any], path: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse({"hub": "central", "sites": {"central": {"ceph": ceph}}})
    assert [problem.path for problem in caught.value.problems] == [path]


def test_a_client_of_the_cluster_itself_is_found() -> None:
    found = parse({"hub": "central", "sites": {"central": {"ceph": {"clients": {"glance": "admin"}}}}})
    assert [item.path for item in lint(found) if item.rule == "client-name"] == ["sites.central.ceph.clients.glance"]
