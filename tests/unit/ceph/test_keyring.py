# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyrings as Ceph reads them. The results in the tables are those of ceph-authtool."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key

K, L = make_key(1), make_key(2)

READ = [
    ("canonical", f"[client.a]\n\tkey = {K}\n", K),
    ("caps", f'[client.a]\n\tkey = {K}\n\tcaps mon = "allow r, profile rbd"\n', K),
    ("no tab", f"[client.a]\nkey = {K}\n", K),
    ("no blanks", f"[client.a]\nkey={K}\n", K),
    ("trailing blanks", f"[client.a]  \n\tkey = {K}  \n", K),
    ("blank lines", f"\n[client.a]\n\n\tkey = {K}\n\n", K),
    ("CRLF", f"[client.a]\r\n\tkey = {K}\r\n", K),
    ("comments", f"# c\n; c\n[client.a] # c\n\t# c\n\tkey = {K} # c\n", K),
    ("semicolon comment", f"[client.a] ; c\n\tkey = {K};c\n", K),
    ("quoted key", f'[client.a]\n\tkey = "{K}"\n', K),
    ("unquoted caps", f"[client.a]\n\tkey = {K}\n\tcaps mon = allow r, profile rbd\n", K),
    ("single quotes", f"[client.a]\n\tkey = {K}\n\tcaps mon = 'allow r'\n", K),
    ("escapes", f'[client.a]\n\tkey = {K}\n\tcaps mon = "a \\"b\\" c"\n', K),
    ("caps with underscore", f"[client.a]\n\tkey = {K}\n\tcaps_mon = allow r\n\tcaps  osd = allow r\n", K),
    ("auid", f"[client.a]\n\tauid = 18446744073709551615\n\tkey = {K}\n", K),
    ("continued caps", f"[client.a]\n\tcaps mon = allow \\\n r\n\tkey = {K}\n", K),
    ("twice", f"[client.a]\n\tkey = {L}\n[client.b]\n\tkey = {L}\n[client.a]\n\tkey = {K}\n", K),
    ("later block without key", f"[client.a]\n\tkey = {K}\n[client.a]\n\tcaps mon = allow r\n", K),
    ("options before a header", f"x = y\n[client.a]\n\tkey = {K}\n", K),
    ("global", f"[global]\n\tanything = goes\n[client.a]\n\tkey = {K}\n", K),
    ("only caps", "[client.a]\n\tcaps mon = allow r\n", None),
    ("empty section", "[client.a]\n", None),
    ("another entity", f"[client.b]\n\tkey = {K}\n", None),
    ("empty file", "", None),
]

REFUSED = [
    ("no final newline", f"[client.a]\n\tkey = {K}", "line does not end with a newline"),
    ("BOM", f"\ufeff[client.a]\n\tkey = {K}\n", "byte order mark"),
    ("indented header", f"  [client.a]\n\tkey = {K}\n", "line 1"),
    ("blanks in header", f"[ client.a ]\n\tkey = {K}\n", "line 1"),
    ("open header", f"[client.a\n\tkey = {K}\n", "line 1"),
    ("colon", f"[client.a]\n\tkey: {K}\n", "line 2"),
    ("bare word", f"[client.a]\n\tkey = {K}\n\tword\n", "line 3"),
    ("unknown option", f'[client.a]\n\tkey = {K}\n\tmon = "a"\n', "'mon' is not an option"),
    ("pool", f"[client.a]\n\tkey = {K}\n\tpool = b\n", "'pool' is not an option"),
    ("case", f"[client.a]\n\tKEY = {K}\n", "'KEY' is not an option"),
    ("case of caps", f"[client.a]\n\tkey = {K}\n\tCaps mon = allow r\n", "'Caps mon' is not an option"),
    ("empty key", "[client.a]\n\tkey =\n", "not a cephx key"),
    ("bad base64", "[client.a]\n\tkey = %%%\n", "not a cephx key"),
    ("wrong length", f"[client.a]\n\tkey = {make_key(length=15)}\n", "16 bytes"),
    ("text after quotes", f'[client.a]\n\tkey = {K}\n\tcaps mon = "a" b\n', "quotation marks"),
    ("open quotes", f'[client.a]\n\tkey = {K}\n\tcaps mon = "a\n', "quotation marks"),
    ("nothing continues", f"[client.a]\n\tkey = {K}\\\n", "no line follows"),
]


@pytest.mark.parametrize(("text", "key"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_read(text: str, key: str | None) -> None:
    assert keyring.key_of(text, "client.a") == key


@pytest.mark.parametrize(("text", "part"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(text: str, part: str) -> None:
    with pytest.raises(keyring.KeyringError, match=part) as caught:
        keyring.key_of(text, "client.a")
    assert K not in str(caught.value)
    assert keyring.key_ids(text) == {}
    # A file that Ceph refuses is replaced as a whole, and its content is not shown.
    assert keyring.with_key(text, "client.a", L) == f"[client.a]\n\tkey = {L}\n"
    assert K not in keyring.masked(text)


def test_key_ids() -> None:
    text = f"[client.b]\n\tkey = {L}\n[client.a]\n\tkey = {K}\n[client.c]\n\tcaps mon = allow r\n"
    assert keyring.key_ids(text) == {"client.a": key_id(K), "client.b": key_id(L)}


def test_a_new_keyring_is_canonical() -> None:
    assert keyring.with_key(None, "client.a", K) == f"[client.a]\n\tkey = {K}\n"
    # Capabilities are not kept, since they would be outdated after a change.
    old = f"# old\n[client.a]\n\tkey = {L}\n\tcaps mon = allow *\n"
    assert keyring.with_key(old, "client.a", K) == f"[client.a]\n\tkey = {K}\n"


def test_other_entities_are_kept_unchanged() -> None:
    other = f"# mine\n[client.b] # b\n  key={L}\n\tcaps mon = allow r\n"
    text = f"[client.a]\n\tkey = {L}\n{other}\n[client.a]\n\tcaps osd = allow r\n"
    after = keyring.with_key(text, "client.a", K)
    assert keyring.key_ids(after) == {"client.a": key_id(K), "client.b": key_id(L)}
    assert after.endswith(f"[client.b] # b\n  key={L}\n\tcaps mon = allow r\n[client.a]\n\tkey = {K}\n")
    assert keyring.with_key(after, "client.a", K) == after
    assert keyring.other_entities(after, "client.a") == ["client.b"]


def test_an_entity_is_removed() -> None:
    assert keyring.without(f"[client.a]\n\tkey = {K}\n", "client.a") is None
    assert keyring.without(f"[client.a]\n\tkey = {K}\n[client.b]\n\tkey = {L}\n", "client.a") == (
        f"[client.b]\n\tkey = {L}\n"
    )


def test_a_diff_shows_ids() -> None:
    text = f"[client.a]\n\tkey = {K}\n[client.b]\n\tkey = {L}\n"
    assert keyring.masked(text) == f"[client.a]\n\tkey: {key_id(K)}\n[client.b]\n\tkey: {key_id(L)}\n"
    assert keyring.masked(text, without_entity="client.a") == f"[client.b]\n\tkey: {key_id(L)}\n"
    assert keyring.masked(None) == ""
