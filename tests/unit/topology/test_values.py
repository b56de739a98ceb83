# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import STORE_TYPES, options_of
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import InvalidValue, ini_value, option_value


@pytest.mark.parametrize(
    ("store_type", "name", "value", "expected"),
    [
        ("rbd", "rbd_thin_provisioning", True, "True"),
        ("rbd", "rbd_thin_provisioning", "no", "False"),
        ("rbd", "rbd_thin_provisioning", 1, "True"),
        ("rbd", "rbd_store_chunk_size", 16, "16"),
        ("rbd", "rbd_store_chunk_size", " 016 ", "16"),
        ("rbd", "rados_connect_timeout", -1, "-1"),
        ("rbd", "weight", -5, "-5"),
        ("swift", "swift_store_admin_tenants", ["a", "b"], "a,b"),
        ("swift", "swift_store_admin_tenants", "a,b", "a,b"),
        ("swift", "swift_store_container", 7, "7"),
        ("swift", "swift_store_endpoint_type", "internalURL", "internalURL"),
        ("http", "http_proxy_information", {"http": "10.0.0.1:3128"}, "http:10.0.0.1:3128"),
        ("s3", "s3_store_bucket_url_format", "path", "path"),
        ("rbd", "no_such_option", 5, "5"),
    ],
)
def test_values_become_text(store_type: str, name: str, value: Any, expected: str) -> None:
    assert option_value(options_of(store_type).get(name), name, value) == expected


@pytest.mark.parametrize(
    ("store_type", "name", "value"),
    [
        ("rbd", "rbd_thin_provisioning", "perhaps"),
        ("rbd", "rbd_thin_provisioning", "$other"),
        ("rbd", "rbd_store_chunk_size", "$other"),
        ("rbd", "rbd_thin_provisioning", 2),
        ("rbd", "rados_connect_timeout", -2),
        ("rbd", "rados_connect_timeout", "5s"),
        ("rbd", "rados_connect_timeout", 1.5),
        ("rbd", "rbd_store_pool", True),
        ("rbd", "rbd_store_pool", ["a"]),
        ("rbd", "no_such_option", {"a": "b"}),
        ("s3", "s3_store_large_object_chunk_size", 4),
        ("s3", "s3_store_bucket_url_format", "paths"),
        ("s3", "s3_store_host", "a\nb"),
    ],
)
def test_values_that_are_refused(store_type: str, name: str, value: Any) -> None:
    with pytest.raises(InvalidValue):
        option_value(options_of(store_type).get(name), name, value)


def test_a_refused_secret_is_not_shown() -> None:
    with pytest.raises(InvalidValue) as caught:
        option_value(options_of("s3")["s3_store_secret_key"], "s3_store_secret_key", ["hush"])
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("value", "expected"), [(None, None), (["a", True], ("a", "True")), (3.5, "3.5")])
def test_ini_values(value: Any, expected: Any) -> None:
    assert ini_value(value) == expected


def test_every_driver_has_the_common_options() -> None:
    for store_type in STORE_TYPES.values():
        assert {"weight", "store_description"} <= set(store_type.options)
        assert all(words.OPTION.fullmatch(name) for name in store_type.options)
