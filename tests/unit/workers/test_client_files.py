# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings in the pods."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._workers import files as pods_files
from ansible_collections.dcn.glance.plugins.module_utils._workers import model as pods
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import effective
from ansible_collections.dcn.glance.tests.support.fakes.pods import conf, keyring, look, pod

KEY = "/etc/ceph/central.client.glance.central.keyring"
CONF = "/etc/ceph/central.conf"
CLIENT = "client.glance.central"
WORKER = pods.workers([pod()])[0]


def by_path(*items):
    return {item["path"]: item for item in items}


def rules(found):
    return [(problem.rule, problem.severity) for problem in found]


def test_expected_is_read_whole():
    found = pods_files.parse_expected({"central": {"files": ["a.conf"]}, "x": {"files": [], "directory": "/keys"}})
    assert found["central"].files == ("/etc/ceph/a.conf",)
    assert found["x"] == pods_files.Expected("/keys", ())
    with pytest.raises(InputErrors) as caught:
        pods_files.parse_expected(
            {"a": ["x"], "b": {"files": "x"}, "c": {"files": [""]}, "d": {"files": [], "directory": "rel", "mode": 1}}
        )
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["expected.a", "expected.b.files", "expected.c.files", "expected.d.mode", "expected.d.directory"]


def test_mounts():
    expected = pods_files.Expected("/etc/ceph", (CONF, KEY, "/etc/ceph/gone.conf"))
    files = by_path(
        conf(CONF),
        keyring(KEY, CLIENT, readable=False, mode="0600"),
        conf("/etc/ceph/dcn1.conf"),
        keyring("/etc/ceph/dcn1.client.glance.dcn1.keyring", "client.glance.dcn1"),
        conf("/other/place.conf"),
        {"path": "/etc/ceph/gone.conf", "exists": False, "readable": False},
    )
    found = pods_files.mounts(expected, files)
    assert found == {
        "missing": ["/etc/ceph/gone.conf"],
        "unreadable": [KEY],
        "extra": ["/etc/ceph/dcn1.client.glance.dcn1.keyring", "/etc/ceph/dcn1.conf"],
    }
    problems = pods_files.judge_mounts(WORKER, found, files)
    assert rules(problems) == [
        ("mount_missing", "error"),
        ("mount_unreadable", "error"),
        ("mount_foreign", "error"),
        ("mount_foreign", "warning"),
    ]
    assert "(owner 0:42415, mode 0600)" in problems[1].message
    assert "(of client.glance.dcn1)" in problems[2].message


def test_without_expectations_nothing_is_foreign():
    assert pods_files.mounts(None, by_path(conf(CONF))) == {"missing": [], "unreadable": [], "extra": []}


def stores(*items, custom=""):
    config = effective(look(pod(), custom=custom)["configuration"])
    return pods_files.judge_stores(WORKER, config, by_path(*items))


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
        # librados takes the next place in its list.
        ([conf(CONF), keyring("/etc/ceph/keyring", CLIENT)], []),
        ([conf(CONF), keyring(KEY, readable=False), keyring("/etc/ceph/keyring", CLIENT)], []),
    ],
)
def test_what_a_store_needs(items, expected):
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
    ],
)
def test_where_the_key_is_looked_for(text, paths):
    store = pods_files.RbdStore("central", CONF, "glance.central", "images")
    assert pods_files.keyring_paths(store, by_path(conf(CONF, text=text))) == paths


def test_two_stores_on_one_pool_are_found():
    custom = "[DEFAULT]\nenabled_backends = central:rbd,dcn0:rbd\n[dcn0]\nrbd_store_ceph_conf = /etc/ceph/dcn0.conf\n"
    custom += "rbd_store_user = glance.central\n"
    other = keyring("/etc/ceph/dcn0.client.glance.central.keyring", CLIENT)
    healthy = [conf(CONF), keyring(KEY, CLIENT), other]
    assert stores(*healthy, conf("/etc/ceph/dcn0.conf", 2), custom=custom) == []
    found = stores(*healthy, conf("/etc/ceph/dcn0.conf", 1), custom=custom)
    assert rules(found) == [("stores_same_place", "error")]
    assert "Stores central and dcn0 are one" in found[0].message
    assert stores(*healthy, conf("/etc/ceph/dcn0.conf", 1), custom=custom + "rbd_store_pool = more\n") == []
