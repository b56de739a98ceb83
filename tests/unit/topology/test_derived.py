# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of glance-api.conf, nova.conf and cinder.conf that follow from a topology."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, libvirt, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import (
    client_secret_uuid,
    option,
    overridden,
    secret_uuid,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FSID = "11111111-2222-4333-8444-555555555555"
STATED = "99999999-2222-4333-8444-555555555555"


def topology(**spoke: Any) -> Topology:
    """A hub, the spoke under test, and an edge without storage."""
    hub = {"ceph": {}, "glance": {"endpoint": "http://hub:9292"}}
    return parse({"hub": "hub", "sites": {"hub": hub, "far": {"ceph": {}, **spoke}, "edge": {}}})


def as_dict(options: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """{(section, option): value}, each option once."""
    found = {(entry["section"], entry["option"]): entry.get("value", entry.get("values")) for entry in options}
    assert len(found) == len(options)
    return found


@pytest.mark.parametrize("value", [["/a:2", "/b:1"], "/a:2"])
def test_an_option_that_repeats_keeps_all_its_values(value: Any) -> None:
    store = {"type": "file", "options": {"filesystem_store_datadirs": value, "filesystem_thin_provisioning": True}}
    found = topology(stores={"disk": store, "far": {"type": "rbd", "default": True}})
    options = next(item for item in glance.site_stores(found, found.site("far")) if item["id"] == "disk")["options"]
    values = value if isinstance(value, list) else [value]
    assert options == {"filesystem_thin_provisioning": "True", "filesystem_store_datadirs": values}
    assert normalised(parse(normalised(found))) == normalised(found)


def test_options_of_an_rbd_store() -> None:
    parsed = topology(
        stores={
            "a": {"type": "rbd", "default": True, "options": {"rados_connect_timeout": 5, "rbd_store_user": "x"}},
            "b": {"type": "rbd", "pool": "p", "description": "B"},
        },
        glance={"weights": {"a": 7, "hub": -1}},
    )
    own, second, hub = glance.site_stores(parsed, parsed.site("far"))
    assert own["options"] == {
        "rbd_store_pool": "images",
        "rbd_store_user": "glance.far",
        "rbd_store_ceph_conf": "/etc/ceph/far.conf",
        "rados_connect_timeout": "5",
        "weight": "7",
    }
    assert (second["description"], second["options"]) == (
        "B",
        {"rbd_store_pool": "p", "rbd_store_user": "glance.far", "rbd_store_ceph_conf": "/etc/ceph/far.conf"},
    )
    assert hub["options"] == {
        "rbd_store_pool": "images",
        "rbd_store_user": "glance.far",
        "rbd_store_ceph_conf": "/etc/ceph/hub.conf",
        "weight": "-1",
    }


@pytest.mark.parametrize("name", ["hub", "far", "edge"])
def test_exactly_one_store_is_default(name: str) -> None:
    parsed = topology()
    stores = glance.site_stores(parsed, parsed.site(name))
    assert [store["default"] for store in stores].count(True) == 1
    assert all(isinstance(value, str) for store in stores for value in store["options"].values())  # type: ignore[attr-defined]


def test_weights_of_one_site_do_not_reach_another() -> None:
    parsed = topology(glance={"weights": {"far": 7}})
    at_hub = {store["id"]: store["options"] for store in glance.site_stores(parsed, parsed.hub)}
    assert "weight" not in at_hub["far"]  # type: ignore[operator]


RAW = {"image_conversion": {"output_format": "raw"}}
METHODS = ["glance-direct", "web-download", "copy-image"]


@pytest.mark.parametrize(
    ("at_hub", "at_spoke", "methods", "plugins"),
    [
        (None, None, METHODS, RAW),
        ({"methods": ["copy-image"]}, None, ["copy-image"], RAW),
        ({"methods": ["copy-image"]}, {"methods": []}, [], RAW),
        ({"plugins": {"no_op": None}}, None, METHODS, {"no_op": {}}),
        ({"plugins": {"no_op": {}}}, {"plugins": RAW}, METHODS, RAW),
        ({"plugins": {}}, {"methods": ["web-download"]}, ["web-download"], {}),
    ],
)
def test_a_spoke_has_the_hubs_import_settings_unless_it_states_its_own(
    at_hub: Any, at_spoke: Any, methods: list[str], plugins: dict[str, Any]
) -> None:
    hub = {"ceph": {}, "glance": {"import": at_hub}}
    parsed = parse({"hub": "hub", "sites": {"hub": hub, "far": {"ceph": {}, "glance": {"import": at_spoke}}}})
    settings = glance.glance_import_settings(parsed, parsed.site("far"))
    assert (settings["methods"], settings["plugins"]) == (methods, plugins)


def test_options_of_import_plugins_and_the_users_own() -> None:
    parsed = topology(
        glance={
            "import": {
                "plugins": {
                    "inject_image_metadata": {"inject": {"a": "b", "c": 1}, "ignore_user_roles": ["admin", "x"]},
                    "image_conversion": {},
                }
            },
            "options": {"DEFAULT": {"show_image_direct_url": False, "debug": True, "gone": None}, "x": {"y": [1, 2]}},
        }
    )
    assert glance.glance_import_settings(parsed, parsed.site("far"))["options"] == [
        {"section": "DEFAULT", "option": "show_multiple_locations", "value": "True"},
        {"section": "DEFAULT", "option": "show_image_direct_url", "value": "False"},
        {"section": "inject_metadata_properties", "option": "inject", "value": "a:b,c:1"},
        {"section": "inject_metadata_properties", "option": "ignore_user_roles", "value": "admin,x"},
        {"section": "DEFAULT", "option": "debug", "value": "True"},
        {"section": "DEFAULT", "option": "gone", "state": "absent"},
        {"section": "x", "option": "y", "values": ["1", "2"]},
    ]


def test_without_an_rbd_store_there_are_no_options_for_cloning() -> None:
    parsed = parse({"hub": "hub", "sites": {"hub": {"stores": {"f": {"type": "file"}}}, "far": {}}})
    for site in parsed.sites:
        assert glance.glance_import_settings(parsed, site) == {"methods": METHODS, "plugins": {}, "options": []}


def test_nova() -> None:
    parsed = topology(glance={"endpoint": "http://far:9292"})
    assert as_dict(nova.nova_options(parsed, parsed.site("far"), FSID)) == {
        ("libvirt", "images_type"): "rbd",
        ("libvirt", "images_rbd_pool"): "vms",
        ("libvirt", "images_rbd_ceph_conf"): "/etc/ceph/far.conf",
        ("libvirt", "images_rbd_glance_store_name"): "far",
        ("libvirt", "images_rbd_glance_copy_poll_interval"): "15",
        ("libvirt", "images_rbd_glance_copy_timeout"): "600",
        ("libvirt", "rbd_user"): "nova.far",
        ("libvirt", "rbd_secret_uuid"): FSID,
        ("glance", "endpoint_override"): "http://far:9292",
        ("glance", "valid_interfaces"): "internal",
        ("workarounds", "never_download_image_if_on_rbd"): "True",
        ("cinder", "cross_az_attach"): "False",
    }


@pytest.mark.parametrize(
    ("stores", "expected"),
    [
        ({}, None),
        ({"s": {"type": "file"}}, None),
        ({"s": {"type": "file", "default": True}, "r": {"type": "rbd"}}, "r"),
        ({"r1": {"type": "rbd"}, "r2": {"type": "rbd", "pool": "p", "default": True}}, "r2"),
    ],
)
def test_the_store_that_nova_has_images_copied_to(stores: dict[str, Any], expected: str | None) -> None:
    parsed = topology(stores=stores)
    options = as_dict(nova.nova_options(parsed, parsed.site("far"), FSID))
    assert options.get(("libvirt", "images_rbd_glance_store_name")) == expected
    assert (("libvirt", "images_rbd_glance_copy_timeout") in options) == (expected is not None)


def test_nova_and_cinder_without_a_cluster() -> None:
    parsed = topology()
    edge = parsed.site("edge")
    assert nova.nova_options(parsed, edge, None) == [option("cinder", "cross_az_attach", "False")]
    assert cinder.cinder_options(parsed, edge, None) == []


def test_cinder() -> None:
    parsed = topology(availability_zone="az9", ceph={"cluster": "c9"}, glance={"endpoint": "http://far:9292"})
    assert as_dict(cinder.cinder_options(parsed, parsed.site("far"), FSID)) == {
        ("DEFAULT", "enabled_backends"): "far",
        ("DEFAULT", "glance_api_servers"): "http://far:9292",
        ("far", "volume_backend_name"): "far",
        ("far", "volume_driver"): "cinder.volume.drivers.rbd.RBDDriver",
        ("far", "rbd_pool"): "volumes",
        ("far", "rbd_ceph_conf"): "/etc/ceph/c9.conf",
        ("far", "rbd_cluster_name"): "c9",
        ("far", "rbd_user"): "cinder.far",
        ("far", "rbd_secret_uuid"): client_secret_uuid(FSID, "cinder", 1),
        ("far", "backend_availability_zone"): "az9",
    }


def test_the_users_options_replace_derived_ones_and_new_ones_come_last() -> None:
    parsed = topology(
        nova={"options": {"libvirt": {"images_rbd_glance_copy_timeout": 3600, "hw_disk_discard": "unmap"}}},
        cinder={"options": {"DEFAULT": {"enabled_backends": "far,lvm"}, "lvm": {"volume_group": "vg"}}},
    )
    far = parsed.site("far")
    found = nova.nova_options(parsed, far, FSID)
    assert found[7] == option("libvirt", "images_rbd_glance_copy_timeout", "3600")
    assert found[-1] == option("libvirt", "hw_disk_discard", "unmap")
    found = cinder.cinder_options(parsed, far, FSID)
    assert found[0] == option("DEFAULT", "enabled_backends", "far,lvm")
    assert found[-1] == option("lvm", "volume_group", "vg")


@pytest.mark.parametrize(
    ("stated", "given", "expected"),
    [(None, FSID, FSID), (STATED, None, STATED), (STATED, "", STATED), (STATED, STATED.upper(), STATED)],
)
def test_source_of_the_fsid(stated: str | None, given: str | None, expected: str) -> None:
    assert secret_uuid(topology(ceph={"fsid": stated}).site("far"), given) == expected


@pytest.mark.parametrize(
    ("stated", "given", "text"),
    [
        (None, None, "fsid: the fsid of site far is neither given nor in the topology"),
        (None, "not-a-fsid", "fsid: 'not-a-fsid' is not an fsid"),
        (None, 5, "fsid: 5 is not an fsid"),
        (STATED, FSID, f"sites.far.ceph.fsid: is {STATED}, but the cluster of the site reports {FSID}"),
    ],
)
def test_an_fsid_that_cannot_be_used(stated: str | None, given: Any, text: str) -> None:
    with pytest.raises(InputErrors) as caught:
        secret_uuid(topology(ceph={"fsid": stated}).site("far"), given)
    assert text in str(caught.value)


def test_an_option_is_absent_single_or_repeated() -> None:
    assert option("s", "o", None) == {"section": "s", "option": "o", "state": "absent"}
    assert option("s", "o", "v") == {"section": "s", "option": "o", "value": "v"}
    assert option("s", "o", ("v", "w")) == {"section": "s", "option": "o", "values": ["v", "w"]}


def test_overriding_does_not_touch_its_input() -> None:
    derived = [option("s", "o", "v")]
    assert overridden(derived, {"s": {"o": "w"}}) == [option("s", "o", "w")]
    assert derived == [option("s", "o", "v")]


def test_the_key_of_cinder_has_its_own_libvirt_secret() -> None:
    one, other = client_secret_uuid(FSID, "cinder", 1), client_secret_uuid(FSID.replace("1", "2"), "cinder", 1)
    assert one == client_secret_uuid(FSID, "cinder", 1)
    assert len({one, other, FSID}) == 3


def test_the_libvirt_secrets_are_those_that_nova_and_cinder_name() -> None:
    parsed = topology(ceph={"cluster": "edge7"})
    far = parsed.site("far")
    disks, volumes = libvirt.libvirt_secrets(parsed, far, FSID)
    assert disks == {"uuid": FSID, "client": "client.nova.far", "cluster": "edge7"}
    assert volumes == {"uuid": client_secret_uuid(FSID, "cinder", 1), "client": "client.cinder.far", "cluster": "edge7"}
    named = as_dict(nova.nova_options(parsed, far, FSID)) | as_dict(cinder.cinder_options(parsed, far, FSID))
    assert {named["libvirt", "rbd_secret_uuid"], named["far", "rbd_secret_uuid"]} == {disks["uuid"], volumes["uuid"]}
    assert libvirt.libvirt_secrets(parsed, parsed.site("edge"), None) == []


def test_the_users_options_decide_which_libvirt_secrets_there_are() -> None:
    parsed = topology(
        nova={"options": {"libvirt": {"rbd_secret_uuid": STATED.upper()}}},
        cinder={"options": {"far": {"rbd_user": "openstack"}}},
    )
    (disks,) = libvirt.libvirt_secrets(parsed, parsed.site("far"), FSID)
    assert (disks["uuid"], disks["client"]) == (STATED, "client.nova.far")
    without = topology(nova={"options": {"libvirt": {"rbd_secret_uuid": None}}})
    (volumes,) = libvirt.libvirt_secrets(without, without.site("far"), FSID)
    assert volumes["client"] == "client.cinder.far"


@pytest.mark.parametrize(
    ("uuid", "text"),
    [
        (FSID.upper(), "sites.far: rbd_secret_uuid of Nova and of Cinder are both"),
        ("x", "sites.far.cinder.options: rbd_secret_uuid: 'x' is not a UUID"),
    ],
)
def test_libvirt_secrets_that_cannot_be_made(uuid: str, text: str) -> None:
    parsed = topology(cinder={"options": {"far": {"rbd_secret_uuid": uuid}}})
    with pytest.raises(InputErrors) as caught:
        libvirt.libvirt_secrets(parsed, parsed.site("far"), FSID)
    assert text in str(caught.value)
