# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which APIs, workers, sites and compute hosts a verification asks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_plan import (
    nova_endpoint,
    verify_apis,
    verify_copies,
)

WORKERS = [
    {"host": "ctl1", "site": "central", "url": "http://ctl1:9292"},
    {"host": "edge", "site": "dcn0", "url": "http://edge:9292"},
    {"host": "ctl2", "site": "central", "url": "http://ctl2:9292"},
]


def topology(**changes: Any) -> Any:
    hub = {"ceph": {}, "glance": {"endpoint": "http://vip:9292", **changes.pop("hub", {})}, **changes.pop("site", {})}
    spoke = {"ceph": {}, "glance": {"endpoint": "http://dcn0:9292", **changes.pop("spoke", {})}}
    return parse({"hub": "central", "sites": {"central": hub, "dcn0": {**spoke, **changes}}})


def test_the_workers_of_the_hub_import_to_every_store_and_all_are_asked() -> None:
    importing = {"imports": True, "converts": True, "stores": ["central", "dcn0"]}
    assert verify_apis(topology(), WORKERS, {}) == [
        {"site": "central", "store": "central", "name": "endpoint", "url": "http://vip:9292"},
        {"site": "central", "store": "central", "name": "ctl1", "url": "http://ctl1:9292", **importing},
        {"site": "central", "store": "central", "name": "ctl2", "url": "http://ctl2:9292", **importing},
        {"site": "dcn0", "store": "dcn0", "name": "endpoint", "url": "http://dcn0:9292"},
        {"site": "dcn0", "store": "dcn0", "name": "edge", "url": "http://edge:9292"},
    ]


def test_without_known_workers_the_endpoint_imports() -> None:
    (hub, spoke) = verify_apis(topology(), [], {"central": "http://10.0.0.1"})
    assert (hub["imports"], hub["url"]) == (True, "http://10.0.0.1")
    assert "imports" not in spoke


def test_only_chosen_sites_are_asked() -> None:
    assert {item["site"] for item in verify_apis(topology(), WORKERS, {}, ["dcn0"])} == {"dcn0"}


@pytest.mark.parametrize(
    ("hub", "converts"),
    [
        ({"import": {"plugins": {"image_conversion": {"output_format": "raw"}}}}, True),
        ({"import": {"plugins": {"image_conversion": {"output_format": "qcow2"}}}}, False),
        ({"import": {"plugins": {}}}, False),
        ({}, True),
    ],
)
def test_conversion_is_tested_where_the_hub_converts_to_raw(hub: dict[str, Any], converts: bool) -> None:
    assert verify_apis(topology(hub=hub), WORKERS, {})[1]["converts"] is converts


def test_nothing_is_imported_without_glance_direct() -> None:
    found = verify_apis(topology(hub={"import": {"methods": ["web-download", "copy-image"]}}), WORKERS, {})
    assert not any(item.get("imports") for item in found)


def test_read_only_stores_get_no_image() -> None:
    stores = {"central": {"type": "rbd", "default": True}, "web": {"type": "http"}, "disk": {"type": "file"}}
    assert verify_apis(topology(site={"stores": stores}), WORKERS, {})[1]["stores"] == ["central", "disk", "dcn0"]


@pytest.mark.parametrize(
    ("spoke", "expected"),
    [
        ({}, "allowed"),
        ({"copy_policy": "member"}, "allowed"),
        ({"copy_policy": "owner"}, "allowed"),
        ({"copy_policy": "admin"}, "refused"),
        ({"copy_policy": "role:copier"}, "any"),
    ],
)
def test_what_users_may_copy_follows_from_the_policy(spoke: dict[str, str], expected: str) -> None:
    entry = {"site": "dcn0", "store": "dcn0", "url": "http://dcn0:9292", "expected": expected}
    assert verify_copies(topology(spoke=spoke), {}) == [entry]


def test_a_spoke_without_glance_asks_the_hub() -> None:
    (found,) = verify_copies(topology(spoke={"endpoint": None, "enabled": False}), {})
    assert found["url"] == "http://vip:9292"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "http://dcn0:9292"),
        ({"glance": {"endpoint_override": "http://other"}}, "http://other"),
        ({"glance": {"api_servers": "http://a,http://b"}}, ""),
    ],
)
def test_the_url_in_nova_conf(options: dict[str, Any], expected: str) -> None:
    assert nova_endpoint(topology(nova={"options": options}).site("dcn0")) == expected
