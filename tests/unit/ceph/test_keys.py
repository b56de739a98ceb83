# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx keys are checked, and have ids."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keys
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key


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


def test_key_ids_differ_and_are_stable() -> None:
    assert keys.key_id("x") == hashlib.sha256(b"dcn.glance:x").hexdigest()[:12]
    assert keys.key_id(make_key(1)) != keys.key_id(make_key(2))


@pytest.mark.parametrize(
    ("key", "created"),
    [
        (make_key(), "2023-11-14T22:13:20Z"),
        (make_key(kind=2, length=32), "2023-11-14T22:13:20Z"),
        ("QUJD", None),
        ("not base64!", None),
    ],
)
def test_a_key_says_when_it_was_made(key: str, created: str | None) -> None:
    assert keys.key_created(key) == created


def test_the_seconds_in_a_key() -> None:
    assert (keys.key_seconds(make_key()), keys.key_seconds("QUJD")) == (1700000000, None)
