# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are safe everywhere, and secrets that are what they claim."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keys
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key


@pytest.mark.parametrize("name", ["client.glance", "client.glance.central", "client.dcn0.glance", "client.a-b_c.1"])
def test_usable_client_names(name: str) -> None:
    assert ceph_names.client_problem(name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("client.", "usable"),
        ("client..a", "usable"),
        ("client.a b", "usable"),
        ("client.a]b", "usable"),
        ("client.$x", "usable"),
        ("client.a/b", "usable"),
        ("client.a\n", "usable"),
        ("client.-a", "usable"),
        ("foo.x", "not a client"),
        ("admin", "not a client"),
        ("osd.0", "not a client"),
        ("", "not a client"),
        ("client." + "a" * 100, "longer"),
        ("client.admin", "cluster itself"),
        ("client.bootstrap-osd", "cluster itself"),
    ],
)
def test_refused_client_names(name: str, part: str) -> None:
    assert part in str(ceph_names.client_problem(name))


@pytest.mark.parametrize(
    ("name", "fine"), [("dcn0", True), ("Central", True), ("dcn-0", False), ("", False), ("a.b", False)]
)
def test_cluster_names(name: str, fine: bool) -> None:
    assert (ceph_names.cluster_problem(name) is None) is fine


def test_paths_are_those_librados_derives() -> None:
    assert (
        ceph_names.keyring_path("dcn0", "client.dcn0.glance", "/etc/ceph/")
        == "/etc/ceph/dcn0.client.dcn0.glance.keyring"
    )
    assert ceph_names.conf_path("dcn0", "/etc/ceph") == "/etc/ceph/dcn0.conf"


@pytest.mark.parametrize(
    ("key", "kind", "problem"),
    [
        (make_key(), "aes", None),
        (make_key(kind=2, length=32), "aes256k", None),
        (make_key(length=17), "aes", "must have 16 bytes, but this one has 17"),
        (make_key(length=15), "aes", "must have 16 bytes"),
        (make_key(length=17, stated=16), "aes", "must have 16 bytes"),
        (make_key(length=16, stated=17), "aes", "must have 16 bytes"),
        (make_key(kind=3), "type 3", "type 3"),
        ("AAAAAAAAAAAAAAAA", "none", "empty"),
        ("not base64!", "invalid", "not a cephx key"),
        ("", "invalid", "not a cephx key"),
        ("QUJD", "invalid", "not a cephx key"),
        ("ä", "invalid", "not a cephx key"),
    ],
)
def test_keys(key: str, kind: str, problem: str | None) -> None:
    assert keys.key_type(key) == kind
    found = keys.key_problem(key)
    assert (found is None) if problem is None else problem in str(found)
    assert len(key) < 10 or key not in str(found)


def test_key_ids_tell_keys_apart_and_are_stable() -> None:
    assert keys.key_id("x") == hashlib.sha256(b"dcn.glance:x").hexdigest()[:12]
    assert keys.key_id(make_key(1)) != keys.key_id(make_key(2))
