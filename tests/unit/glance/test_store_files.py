# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file of an rbd store is missing on a host."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_files import HostFiles, missing_file

CONF = "/etc/ceph/dcn0.conf"
KEYRING = "/etc/ceph/dcn0.client.glance.central.keyring"
PLAIN = b"[global]\nfsid = 1\n"


def store(**options: str) -> DesiredStore:
    found = {"rbd_store_user": "glance.central", "rbd_store_ceph_conf": CONF, **options}
    return DesiredStore("dcn0", "rbd", options=tuple((name, (value,)) for name, value in found.items()))


def missing(found: DesiredStore, *existing: str, conf: bytes = PLAIN) -> str:
    return missing_file(found, HostFiles(exists=lambda path: path in existing, read=lambda path: conf))


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ([CONF, KEYRING], ""),
        ([KEYRING], CONF),
        ([CONF], KEYRING),
        ([CONF, "/etc/ceph/dcn0.keyring"], ""),
        ([CONF, "/etc/ceph/keyring"], ""),
        ([CONF, "/etc/ceph/keyring.bin"], ""),
        ([CONF, "/etc/ceph/ceph.client.glance.central.keyring"], KEYRING),
    ],
)
def test_conf_and_keyring(existing: list[str], expected: str) -> None:
    assert missing(store(), *existing) == expected


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        (b"[client]\nkeyring = /k/one\n", "/k/one"),
        (b"[client]\nkeyring = /k/there\n", ""),
        (b"[client]\nkeyring = /k/one, /k/there\n", ""),
        (b"[client]\nkeyring = /k/$cluster.${name}\n", "/k/dcn0.client.glance.central"),
        (b"[client]\nkeyring = /k/$host\n", ""),
        (b"[global]\nkeyring = /k/there\n[client]\nkeyring = /k/one\n", "/k/one"),
        (b"[client]\nkeyring = /k/one\n[client.glance.central]\nkeyring = /k/there\n", ""),
        (b"[client.other]\nkeyring = /k/there\n", KEYRING),
        (b"[client.glance.central]\nkey = AQ\n", ""),
        (b"[client]\nkeyfile = /k/key\n", ""),
        (b"not a conf\n", ""),
        (b"", KEYRING),
    ],
)
def test_the_keyring_that_the_conf_names(conf: bytes, expected: str) -> None:
    assert missing(store(), CONF, "/k/there", conf=conf) == expected


def test_a_conf_that_cannot_be_read_says_nothing_about_its_keyring() -> None:
    """In check mode an earlier task would write it."""
    assert missing_file(store(), HostFiles(exists=lambda path: path == CONF, read=lambda path: None)) == ""


def test_stores_that_need_no_file() -> None:
    assert missing(DesiredStore("a", "file")) == ""
    assert missing(DesiredStore("a", "rbd")) == ""
    assert missing(DesiredStore("a", "rbd", options=(("rbd_store_ceph_conf", (CONF,)),)), CONF) == ""


def test_a_conf_without_the_usual_ending_belongs_to_the_cluster_ceph() -> None:
    found = store(rbd_store_ceph_conf="/srv/ceph-central")
    assert missing(found, "/srv/ceph-central") == "/etc/ceph/ceph.client.glance.central.keyring"
