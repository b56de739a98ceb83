# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities are parsed, checked, compared by meaning and written in one form."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError

CANONICAL = [
    ("osd", "profile rbd", "profile rbd"),
    ("osd", "profile=rbd", "profile rbd"),
    ("osd", "profile rbd pool=images", "profile rbd pool=images"),
    ("osd", "profile rbd pool images", "profile rbd pool=images"),
    ("osd", "profile rbd pool='images'", "profile rbd pool=images"),
    ("osd", '  profile   rbd\tpool="images" ', "profile rbd pool=images"),
    ("osd", 'profile rbd pool="im ages"', 'profile rbd pool="im ages"'),
    ("osd", "profile rbd pool=im/ages", 'profile rbd pool="im/ages"'),
    ("osd", "profile rbd pool=im.ages-1_x", "profile rbd pool=im.ages-1_x"),
    ("osd", "profile rbd pool=a namespace=ns", "profile rbd pool=a namespace=ns"),
    ("osd", "profile rbd namespace=''", 'profile rbd namespace=""'),
    ("osd", "allow r namespace=ns*", "allow r namespace=ns*"),
    ("osd", "profile rbd pool=a;profile rbd-read-only pool=b", "profile rbd pool=a, profile rbd-read-only pool=b"),
    ("osd", "profile rbd pool=a,profile rbd pool=a", "profile rbd pool=a"),
    ("osd", "profile rbd network 10.0.0.0/8", "profile rbd network 10.0.0.0/8"),
    ("osd", "profile rbd pool=a network 10.1.2.3/8", "profile rbd pool=a network 10.1.2.3/8"),
    ("mon", "profile rbd network 2001:db8::/32", "profile rbd network 2001:db8::/32"),
    ("mgr", "allow r network [2001:db8::]/32", "allow r network [2001:db8::]/32"),
    ("osd", "allow all", "allow *"),
    ("mon", "profile rbd", "profile rbd"),
    ("mon", "allow profile rbd", "profile rbd"),
    ("mgr", "profile rbd namespace=n pool=p", "profile rbd pool=p namespace=n"),
    ("mgr", "profile rbd pool=p namespace=n", "profile rbd pool=p namespace=n"),
    ("mgr", "allow *", "allow *"),
]

#: Forms of grants that are kept and compared as text.
AS_TEXT = [
    ("osd", "allow pool=images rwx"),
    ("osd", "allow rwx pool=images object_prefix rbd"),
    ("osd", "allow r class-read"),
    ("osd", "allow class-read object_prefix rbd_children"),
    ("osd", "allow class rbd child_attach pool=x"),
    ("osd", "allow rwx tag rbd *=*"),
    ("osd", "allow rwx tag cephfs data = fs1"),
    ("mon", "allow r, allow service osd rw"),
    ("mon", "allow command 'osd blocklist' with op=add"),
    ("mon", 'allow command "a, b; c" with b prefix c a=d'),
    ("mon", "allow r fsname=a"),
    ("mgr", "allow module rbd_support with pool=p rw"),
    ("mgr", "profile rbd pool prefix im"),
    ("mds", "allow rw path=/a fsname=b"),
    ("mds", "allow"),
    ("mds", "allow rw root_squash"),
    ("mds", "allow rw network 10.0.0.0/8"),
    ("osd", "allow rwx tag rbd *=* network 192.0.2.0/24"),
]

REFUSED = [
    ("osd", "", "empty"),
    ("osd", "allow r,", "empty"),
    ("osd", "garbage", "does not start with"),
    ("osd", "poool=images", "does not start with"),
    ("osd", "profile rbd pool = images", "has a space next to '='"),
    ("osd", "profile rbd poool=images", "poool"),
    ("osd", "profile rdb", "'rdb' does not exist"),
    ("osd", "profile", "has no value"),
    ("osd", "profile rbd object_prefix x", "'object_prefix x' is not understood"),
    ("osd", "profile rbd tag rbd a=b", "not understood"),
    ("osd", "allow rwxa", "rwxa"),
    ("osd", "allow wr", "'wr'"),
    ("osd", "allow any", "any"),
    ("osd", "allow", "nothing"),
    ("osd", "allow profile rbd", "profile"),
    ("osd", "allow r pool=imag*", "imag*"),
    ("osd", "allow r pool=:x", ":x"),
    ("osd", "allow r pool=", "has no value"),
    ("osd", "allow r pool=''", "empty"),
    ("osd", "allow r pool='a", "not closed"),
    ("osd", "allow r pool='a\x07'", "control character"),
    ("osd", "allow r pool=a pool=b", "'pool = b' is not understood"),
    ("osd", "allow r class-read,", "empty"),
    ("osd", "allow r tag a b='c", "not closed"),
    ("osd", "allow r tag a b='\x07'", "control character"),
    ("mon", "r", "does not start with"),
    ("mon", "allow r;", "empty"),
    ("mon", "allow rwxz", "rwxz"),
    ("mon", "profile rdb", "'rdb' does not exist"),
    ("mon", "profile rbd pool=images", "pool"),
    ("mgr", "profile bogus", "'bogus' does not exist"),
    ("mds", "deny", "does not start with"),
    ("mon", "profile rbd namespace=n", "namespace"),
    ("rgw", "allow r", "not a kind of daemon"),
    ("osd", "profile rbd network 10.0.0.0", "'10.0.0.0' is not a network"),
    ("osd", "profile rbd network 10.0.0.0/", "'10.0.0.0/' is not a network"),
    ("osd", "profile rbd network 10.0.0.0/33", "such as 10.0.0.0/8"),
    ("osd", "profile rbd network 10.0.0.0/255.0.0.0", "not a network"),
    ("osd", "profile rbd network 10.0.0/8", "Ceph would ignore the grant"),
    ("osd", "profile rbd network 10.0.0.256/8", "not a network"),
    ("osd", "profile rbd network office", "characters"),
    ("mon", "allow r network 2001:db8::/129", "not a network"),
    ("mon", "allow r network [2001:db8::/32", "not a network"),
    ("mgr", "allow * network 1", "not a network"),
    ("mds", "allow rw path=/a network 10.0.0.0/40", "'10.0.0.0/40' is not a network"),
    ("mds", "allow rw network", "network has no value"),
    ("osd", "allow rwx tag rbd *=* network 192.0.2.300/24", "not a network"),
    ("mon", "profile rbd network", "network has no value"),
]


@pytest.mark.parametrize(("kind", "text", "canonical"), CANONICAL)
def test_canonical_text(kind: str, text: str, canonical: str) -> None:
    parsed = caps.parse(kind, text)
    assert parsed.text == canonical
    # The canonical text is parsed to the same capabilities.
    assert caps.parse(kind, parsed.text) == parsed


@pytest.mark.parametrize(("kind", "text"), AS_TEXT)
def test_other_grants_are_kept_as_text(kind: str, text: str) -> None:
    parsed = caps.parse(kind, f" {text} ")
    assert parsed.text == text
    assert caps.parse(kind, parsed.text) == parsed
    assert caps.same({kind: parsed}, {kind: text})
    assert not caps.same({kind: parsed}, {kind: f"{text} network 10.0.0.0/8"})


@pytest.mark.parametrize(("kind", "text", "part"), REFUSED)
def test_refused(kind: str, text: str, part: str) -> None:
    with pytest.raises(CephError) as caught:
        caps.parse(kind, text)
    assert caught.value.reason == "caps_invalid"
    assert part in str(caught.value)


def test_kinds_have_a_fixed_order() -> None:
    parsed = caps.parse_all({"osd": "allow r", "mon": "allow r", "mgr": "allow r"})
    assert list(parsed) == ["mon", "mgr", "osd"]


def test_an_error_names_the_kind_and_the_text() -> None:
    with pytest.raises(CephError, match=r"mon 'profile rdb': the profile 'rdb' does not exist"):
        caps.parse_all({"osd": "allow r", "mon": "profile rdb"})
    with pytest.raises(CephError, match="'rgw' is not a kind"):
        caps.parse_all({"rgw": "allow r"})


@pytest.mark.parametrize(
    ("stored", "equal"),
    [
        ({"mon": "profile rbd", "osd": "profile rbd pool=a, profile rbd pool=b"}, True),
        ({"mon": "allow profile rbd", "osd": 'profile rbd pool="b";profile  rbd pool a'}, True),
        ({"mon": "profile rbd", "osd": "profile rbd pool=a"}, False),
        ({"mon": "profile rbd", "osd": "profile rbd pool=a, profile rbd pool=b, allow r"}, False),
        ({"mon": "profile rbd"}, False),
        ({"mon": "profile rbd", "osd": "profile rbd pool=a, profile rbd pool=b", "mgr": "allow r"}, False),
        ({"mon": "profile rbd", "osd": "text that only an import accepts"}, False),
    ],
)
def test_same_meaning(stored: dict[str, str], equal: bool) -> None:
    desired = caps.parse_all({"mon": "profile rbd", "osd": "profile rbd pool=a, profile rbd pool=b"})
    assert caps.same(desired, stored) is equal


def test_pools_named_by_grants() -> None:
    assert caps.parse("osd", 'profile rbd pool=a, allow r pool="b c", profile rbd pool=a, allow r').pools == (
        "a",
        "b c",
    )
    assert caps.parse("mgr", 'profile rbd pool="b c"').pools == ("b c",)
    assert caps.parse("mon", "profile rbd").pools == ()
