# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of a topology are masked, and checked all the same."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import STORE_TYPES
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import MASK, mask

SECRET = {
    "swift_store_key",
    "swift_store_application_credential_secret",
    "cinder_store_password",
    "cinder_store_application_credential_secret",
    "s3_store_access_key",
    "s3_store_secret_key",
    "http_proxy_information",
}


def test_which_options_of_the_drivers_are_secret() -> None:
    assert {name for each in STORE_TYPES.values() for name in each.options if is_secret_option(name)} == SECRET


@pytest.mark.parametrize(
    "name", ["password", "admin_token", "transport_url", "connection", "memcache_secret_key", "key"]
)
def test_secret_options_of_services(name: str) -> None:
    assert is_secret_option(name)


@pytest.mark.parametrize(
    "name", ["rbd_secret_uuid", "token_cache_time", "key_file", "monkey", "rbd_user", "keyring_path"]
)
def test_options_that_only_look_secret(name: str) -> None:
    assert not is_secret_option(name)


def test_a_secrets_name_is_no_secret() -> None:
    data = {"platform": "operators", "operators": {"secret_name": "ceph-conf-files", "namespace": "openstack"}}
    assert mask(data) == data


def test_values_are_masked_and_structure_is_kept() -> None:
    data = {
        "hub": "token",
        "sites": {
            "secret": {
                "stores": {
                    "api_key": {
                        "type": "s3",
                        "options": {"s3_store_secret_key": "hush", "s3_store_host": "https://me:hush@s3", "x": 5},
                    }
                },
                "glance": {"options": {"keystone_authtoken": {"password": "hush", "region_name": "hush"}}},
                "nova": {"options": {"neutron": {"password": ["hush"], "auth_type": "password"}}},
            }
        },
    }
    assert mask(data) == {
        "hub": "token",
        "sites": {
            "secret": {
                "stores": {
                    "api_key": {
                        "type": "s3",
                        "options": {"s3_store_secret_key": MASK, "s3_store_host": f"https://me:{MASK}@s3", "x": 5},
                    }
                },
                "glance": {"options": {"keystone_authtoken": {"password": MASK, "region_name": MASK}}},
                "nova": {"options": {"neutron": {"password": [MASK], "auth_type": "password"}}},
            }
        },
    }


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("hush", MASK),
        (1234, MASK),
        ({"a": "hush"}, {"a": MASK}),
        ([["hush"]], [[MASK]]),
        (None, None),
        (True, True),
        ("CHANGEME", "CHANGEME"),
        ("CHANGEME-hush", MASK),
        ("hush\n", f"{MASK}\n"),
        ("hu\nsh", f"{MASK}\n{MASK}"),
        ("hu$sh", f"{MASK}$name"),
        ("hu$$sh", MASK),
        ("hush$", MASK),
        ("", ""),
    ],
)
def test_values_of_all_types_under_a_secret_name(value: object, masked: object) -> None:
    found = mask({"options": {"swift_store_key": value}})
    assert found == {"options": {"swift_store_key": masked}}
    assert mask(found) == found


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("http:hush,https:hush", f"http:{MASK},https:{MASK}"),
        ({"http": "hush"}, {"http": MASK}),
        ("hush", MASK),
        ("http:hush\n", f"{MASK}\n"),
    ],
)
def test_of_secret_pairs_the_names_are_kept(value: object, masked: object) -> None:
    assert mask({"options": {"http_proxy_information": value}}) == {"options": {"http_proxy_information": masked}}


def test_a_secret_is_checked_although_it_is_masked() -> None:
    def rules(secret: str) -> list[tuple[str, str]]:
        options = {
            "s3_store_host": "h",
            "s3_store_access_key": "a",
            "s3_store_secret_key": secret,
            "s3_store_bucket": "b",
        }
        data = {"hub": "a", "sites": {"a": {"ceph": {}, "stores": {"a": {"type": "rbd", "default": True}}}}}
        data["sites"]["a"]["stores"]["s"] = {"type": "s3", "options": options}  # type: ignore[index]
        found = examine(data).findings
        assert not [finding for finding in found if "hush" in str(finding)]
        return [(finding.rule, finding.path.rpartition(".")[2]) for finding in found]

    assert rules("hush") == []
    assert rules("hush\n") == [("syntax", "s3_store_secret_key")]
    assert rules("hu$sh") == [("dollar-sign", "s3_store_secret_key")]


def test_what_is_too_deep_is_hidden() -> None:
    data: object = "hush"
    for _level in range(50):
        data = {"a": data}
    assert "hush" not in str(mask(data))


def test_the_original_is_not_touched() -> None:
    data = {"options": {"swift_store_key": "hush"}}
    mask(data)
    assert data == {"options": {"swift_store_key": "hush"}}
