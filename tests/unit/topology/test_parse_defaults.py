# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults that the parser fills in, and values that it keeps."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Pools
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_site import CEPH_OPTIONS

Changed = Callable[..., dict[str, Any]]


def test_everything_defaults_to_the_name_of_the_site() -> None:
    site = parse({"hub": "a", "sites": {"a": {"ceph": {}}}}).hub
    assert site.ceph is not None
    assert (site.availability_zone, site.ceph.cluster, site.ceph.pools) == ("a", "a", Pools("images", "volumes", "vms"))
    assert (site.ceph.fsid, site.ceph.mon_host, site.ceph.options) == (None, None, CEPH_OPTIONS)
    assert [(store.id, store.type, store.default, store.pool, dict(store.options)) for store in site.stores] == [
        ("a", "rbd", True, "images", {})
    ]


def test_four_names_can_all_differ() -> None:
    topology = parse(
        {
            "hub": "main-site",
            "sites": {
                "main-site": {
                    "availability_zone": "zone one",
                    "ceph": {"cluster": "prod1", "pools": {"images": "img"}},
                    "stores": {"hub_images": {"type": "rbd"}},
                }
            },
        }
    )
    site = topology.hub
    assert site.ceph is not None
    assert (site.name, site.availability_zone, site.ceph.cluster) == ("main-site", "zone one", "prod1")
    assert (site.stores[0].id, site.stores[0].pool) == ("hub_images", "img")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, {"client_mount_timeout": "10", "rados_mon_op_timeout": "10"}),
        ({"client_mount_timeout": 3}, {"client_mount_timeout": "3", "rados_mon_op_timeout": "10"}),
        ({"client_mount_timeout": None}, {"rados_mon_op_timeout": "10"}),
        ({"rbd_cache": True}, {"client_mount_timeout": "10", "rados_mon_op_timeout": "10", "rbd_cache": "True"}),
    ],
)
def test_options_of_a_cluster_add_to_the_defaults(
    changed: Changed, stated: dict[str, Any], expected: dict[str, str]
) -> None:
    ceph = parse(changed("sites/dcn0/ceph/options", stated)).site("dcn0").ceph
    assert ceph is not None
    assert dict(ceph.options) == expected


def test_a_site_without_anything_is_valid(base: dict[str, Any]) -> None:
    edge = parse(base).site("edge")
    assert (edge.ceph, edge.stores, edge.default_store, edge.image_pools) == (None, (), None, ())


def test_a_cluster_without_a_store(changed: Changed) -> None:
    site = parse(changed("sites/dcn0/stores", {})).site("dcn0")
    assert site.stores == ()
    assert site.image_pools == ("images",)


def test_the_only_store_is_the_default(changed: Changed) -> None:
    site = parse(changed("sites/dcn1/stores", {"x": {"type": "rbd"}})).site("dcn1")
    assert [store.default for store in site.stores] == [True]


def test_the_hub_comes_first_and_the_rest_stays_as_written() -> None:
    sites = {name: {"ceph": {}} for name in ("zulu", "alpha", "hub", "mike")}
    topology = parse({"hub": "hub", "sites": sites})
    assert [site.name for site in topology.sites] == ["hub", "zulu", "alpha", "mike"]
    assert [site.name for site in topology.spokes] == ["zulu", "alpha", "mike"]


def test_fsid_and_endpoint_are_normalised(changed: Changed) -> None:
    fsid = "ABCDEF00-1111-4222-8333-444455556666"
    site = parse(changed("sites/dcn0/ceph/fsid", fsid, "sites/dcn0/glance/endpoint", "https://x:9292/")).site("dcn0")
    assert site.ceph is not None
    assert (site.ceph.fsid, site.glance.endpoint) == (fsid.lower(), "https://x:9292")


def test_null_means_not_stated(changed: Changed) -> None:
    topology = parse(
        changed(
            "client_names",
            None,
            "sites/dcn0/availability_zone",
            None,
            "sites/dcn0/ceph",
            {"cluster": None, "fsid": None, "mon_host": None, "pools": None, "options": None},
            "sites/dcn0/glance",
            {"endpoint": None, "import": None, "weights": None, "options": None},
            "sites/dcn0/nova",
            None,
            "sites/dcn1/stores/dcn1/options",
            {"rbd_store_chunk_size": None},
        )  # fmt: skip
    )
    assert topology == parse(
        changed("sites/dcn0", {"ceph": {}}, "sites/dcn1/stores/dcn1/options", {}),
    )


def test_client_names(changed: Changed) -> None:
    topology = parse(changed("client_names", {"glance": "img", "nova": "compute"}))
    assert topology.client("glance", topology.hub) == "client.img.central"
    assert topology.client("nova", topology.site("dcn0")) == "client.compute.dcn0"
    assert topology.user("cinder", topology.site("dcn0")) == "cinder.dcn0"


def test_every_pool_with_images_is_known(changed: Changed) -> None:
    stores = {
        "dcn1": {"type": "rbd", "default": True},
        "fast": {"type": "rbd", "pool": "images-ssd"},
        "again": {"type": "rbd", "pool": "images"},
    }
    assert parse(changed("sites/dcn1/stores", stores)).site("dcn1").image_pools == ("images", "images-ssd")


def test_sections_keep_removals_and_repetitions(changed: Changed) -> None:
    options = {"DEFAULT": {"debug": True, "gone": None, "many": ["a", 2]}}
    site = parse(changed("sites/dcn0/nova", {"options": options})).site("dcn0")
    assert site.nova_options == {"DEFAULT": {"debug": "True", "gone": None, "many": ("a", "2")}}
