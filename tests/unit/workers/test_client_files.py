# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings in pods."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._workers import client_files, model
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import parse_config
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import ExpectedFiles, parse_expected
from ansible_collections.dcn.glance.tests.support.fakes.pods import conf, inspection, keyring, pod

KEY = "/etc/ceph/central.client.glance.central.keyring"
CONF = "/etc/ceph/central.conf"
CLIENT = "client.glance.central"
WORKER = model.workers([pod()])[0]


def by_path(*items):
    return {item["path"]: item for item in items}


def rules(found):
    return [(problem.rule, problem.severity) for problem in found]


def test_all_problems_of_expected_are_reported():
    found = parse_expected({"central": {"files": ["a.conf"]}, "x": {"files": [], "directory": "/keys"}})
    assert found["central"].files == ("/etc/ceph/a.conf",)
    assert found["x"] == ExpectedFiles("/keys", ())
    with pytest.raises(InputErrors) as caught:
        parse_expected(
            {"a": ["x"], "b": {"files": "x"}, "c": {"files": [""]}, "d": {"files": [], "directory": "rel", "mode": 1}}
        )
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["expected.a", "expected.b.files", "expected.c.files", "expected.d.mode", "expected.d.directory"]


def test_missing_unreadable_and_foreign_files():
    expected = ExpectedFiles("/etc/ceph", (CONF, KEY, "/etc/ceph/gone.conf"))
    files = by_path(
        conf(CONF),
        keyring(KEY, CLIENT, readable=False, mode="0600"),
        conf("/etc/ceph/dcn1.conf"),
        keyring("/etc/ceph/dcn1.client.glance.dcn1.keyring", "client.glance.dcn1"),
        conf("/other/place.conf"),
        {"path": "/etc/ceph/gone.conf", "exists": False, "readable": False},
    )
    found = client_files.mounted_files(expected, files)
    assert found == {
        "missing": ["/etc/ceph/gone.conf"],
        "unreadable": [KEY],
        "extra": ["/etc/ceph/dcn1.client.glance.dcn1.keyring", "/etc/ceph/dcn1.conf"],
        "earlier": [],
    }
    problems = client_files.check_mounts(WORKER, found, files)
    assert rules(problems) == [
        ("mount_missing", "error"),
        ("mount_unreadable", "error"),
        ("mount_foreign", "error"),
        ("mount_foreign", "warning"),
    ]
    assert "(owner 0:42415, mode 0600)" in problems[1].message
    assert "(of client.glance.dcn1)" in problems[2].message


def test_without_expected_files_no_file_is_foreign():
    assert client_files.mounted_files(None, by_path(conf(CONF))) == {
        "missing": [],
        "unreadable": [],
        "extra": [],
        "earlier": [],
    }


def stores(*items, custom=""):
    config = parse_config(inspection(pod(), custom=custom)["configuration"])
    return client_files.check_store_files(WORKER, config, by_path(*items))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([conf(CONF), keyring(KEY, CLIENT)], []),
        ([], [("store_conf_missing", "error")]),
        ([conf(CONF, readable=False)], [("store_conf_unreadable", "error")]),
        ([conf(CONF, text="[global\n")], [("store_conf_invalid", "error")]),
        ([conf(CONF, text="[global]\nfsid = a\n"), keyring(KEY, CLIENT)], [("store_conf_incomplete", "warning")]),
        ([conf(CONF, text="")], [("store_conf_incomplete", "warning")]),
        ([conf(CONF)], [("store_keyring_missing", "error")]),
        ([conf(CONF), keyring(KEY, CLIENT, readable=False)], [("store_keyring_unreadable", "error")]),
        ([conf(CONF), keyring(KEY, "client.other")], [("store_keyring_client", "error")]),
        ([conf(CONF), keyring(KEY, entities={CLIENT: ""})], [("store_keyring_client", "error")]),
        # librados tries the next path in its list.
        ([conf(CONF), keyring("/etc/ceph/keyring", CLIENT)], []),
        ([conf(CONF), keyring(KEY, readable=False), keyring("/etc/ceph/keyring", CLIENT)], []),
    ],
)
def test_files_that_a_store_needs(items, expected):
    assert rules(stores(*items)) == expected


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", [KEY, "/etc/ceph/central.keyring", "/etc/ceph/keyring", "/etc/ceph/keyring.bin"]),
        ("[client.glance.central]\nkeyring = /k/one\n", ["/k/one"]),
        (
            "[client]\nkeyring = /k/$cluster.$name, /k/${id}.$type\n",
            [f"/k/central.{CLIENT}", "/k/glance.central.client"],
        ),
        ("[global]\nkeyring = /g\n[client]\nkeyring = /c\n", ["/c"]),
        ("[client]\nkey = k\n", None),
    ],
)
def test_paths_where_librados_searches_the_key(text, paths):
    assert client_files.keyring_paths(CONF, text.encode(), CLIENT) == paths


def test_two_stores_on_one_pool_are_reported():
    custom = "[DEFAULT]\nenabled_backends = central:rbd,dcn0:rbd\n[dcn0]\nrbd_store_ceph_conf = /etc/ceph/dcn0.conf\n"
    custom += "rbd_store_user = glance.central\n"
    other = keyring("/etc/ceph/dcn0.client.glance.central.keyring", CLIENT)
    healthy = [conf(CONF), keyring(KEY, CLIENT), other]
    assert stores(*healthy, conf("/etc/ceph/dcn0.conf", 2), custom=custom) == []
    found = stores(*healthy, conf("/etc/ceph/dcn0.conf", 1), custom=custom)
    assert rules(found) == [("stores_same_pool", "error")]
    assert "Stores central and dcn0 both use pool images" in found[0].message
    assert stores(*healthy, conf("/etc/ceph/dcn0.conf", 1), custom=custom + "rbd_store_pool = more\n") == []


@pytest.mark.parametrize(
    ("expected", "present", "earlier"),
    [
        ("central.client.glance.dcn0.2", "central.client.glance.dcn0", True),
        ("central.client.glance.dcn0.10", "central.client.glance.dcn0.9", True),
        ("central.client.glance.dcn0.2", "central.client.glance.dcn0.3", False),
        ("central.client.glance.dcn0", "central.client.glance.dcn0.2", False),
        ("central.client.glance.dcn0.2", "central.client.glance.dcn1", False),
        ("central.client.glance.dcn0.2", "dcn0.client.glance.dcn0", False),
        # Sites whose names are numbers.
        ("central.client.glance.2", "central.client.glance.1", False),
        ("central.client.glance.2", "central.client.glance", False),
    ],
)
def test_keyrings_of_earlier_clients_are_not_foreign(expected: str, present: str, earlier: bool) -> None:
    wanted, other = (f"/etc/ceph/{name}.keyring" for name in (expected, present))
    files = by_path(keyring(wanted, CLIENT), keyring(other, CLIENT))
    found = client_files.mounted_files(ExpectedFiles("/etc/ceph", (wanted,)), files)
    assert (found["earlier"], found["extra"]) == (([other], []) if earlier else ([], [other]))
    (problem,) = rules(client_files.check_mounts(WORKER, found, files))
    assert problem == (("mount_earlier_client", "warning") if earlier else ("mount_foreign", "error"))
