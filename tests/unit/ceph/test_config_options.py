# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options in the configuration database of a cluster: what is refused, what counts as equal, what is changed."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.config_options import (
    CephConfig,
    ConfigOption,
    desired_options,
    plan,
    same_value,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FakeMon

URL = ("client.rgw", "rgw_keystone_url")


def item(name: str, value: Any = None, who: str = "client.rgw", state: str = "present") -> dict[str, Any]:
    return {"who": who, "name": name, "value": value, "state": state}


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item("rgw_keystone_url", "x", who="rgw")], "options[0].who: 'rgw' is not global, a kind of daemon"),
        ([item("rgw_Keystone", "x")], "options[0].name: 'rgw_Keystone' is not the name of an option"),
        ([item("rgw_keystone_admin_password", "x")], "rgw_keystone_admin_password is a secret. Everyone who may read"),
        ([item("rgw_keystone_admin_token", "x")], "rgw_keystone_admin_token is a secret."),
        ([item("rgw_keystone_url")], "options[0].value: is missing"),
        ([item("a", 1), item("a", 2)], "options[1]: a of client.rgw is already in the list"),
    ],
)
def test_what_is_refused(items: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputErrors) as raised:
        desired_options(items)
    assert message in str(raised.value)


def test_the_file_of_a_password_is_no_secret() -> None:
    (option,) = desired_options([item("rgw keystone-admin_password_path", "/x")])
    assert option == ConfigOption("client.rgw", "rgw_keystone_admin_password_path", "/x")


@pytest.mark.parametrize(
    ("stored", "wanted", "same"),
    [
        ("false", "False", True),
        ("true", "yes", True),
        ("8", "008", True),
        ("a, b", "a,b", False),
        ("http://A", "http://a", False),
        (None, None, True),
        (None, "", False),
    ],
)
def test_values_are_compared_as_the_cluster_stores_them(stored: str | None, wanted: str | None, same: bool) -> None:
    assert same_value(stored, wanted) is same


def test_a_second_run_changes_nothing() -> None:
    mon = FakeMon(options={("client.rgw", "old"): "1", ("global", "other"): "1"})
    config = CephConfig(mon, "central")
    wanted = desired_options(
        [item("rgw_keystone_url", "http://k:5000"), item("verify", True), item("old", state="absent")]
    )
    first = plan(wanted, config.stored())
    assert [(change.option.name, change.before, change.changed) for change in first] == [
        ("rgw_keystone_url", None, True),
        ("verify", None, True),
        ("old", "1", True),
    ]
    config.apply([change.option for change in first])
    assert mon.options == {URL: "http://k:5000", ("client.rgw", "verify"): "true", ("global", "other"): "1"}
    assert not any(change.changed for change in plan(wanted, config.stored()))


def test_a_refusal_names_the_option_and_not_its_value() -> None:
    mon = FakeMon(faults={"config set": errno.EINVAL})
    with pytest.raises(CephError, match="central refused 'config set client.rgw rgw_keystone_url' with EINVAL"):
        CephConfig(mon, "central").apply([ConfigOption(*URL, "http://k:5000")])


def test_the_ceph_program_gets_the_words_in_order() -> None:
    assert ConfigOption(*URL, "http://k").command.words() == ["config", "set", *URL, "http://k"]
    assert ConfigOption(*URL, None).command.fields() == {
        "prefix": "config rm",
        "format": "json",
        "who": "client.rgw",
        "name": "rgw_keystone_url",
    }
