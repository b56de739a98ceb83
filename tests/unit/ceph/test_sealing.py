# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys are encrypted between two hosts, with the real openssl."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient, sealing
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key

KEY = make_key()
ENTITY = "client.glance.central"


@pytest.fixture(scope="module")
def openssl() -> sealing.Openssl:
    binary = shutil.which("openssl")
    assert binary, "the tests need the program openssl"
    return sealing.Openssl(binary)


@pytest.fixture(scope="module")
def pair(openssl: sealing.Openssl, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """(directory of the private key, public key)"""
    directory = str(tmp_path_factory.mktemp("recipient") / "run")
    public_key = recipient.public_key(lambda: openssl, directory, create=True)
    assert public_key is not None
    return directory, public_key


def checked(openssl: sealing.Openssl, text: str) -> sealing.PublicKey:
    return sealing.check_public_key(openssl, text)


def rsa(directory: Path, bits: int) -> str:
    subprocess.run(["openssl", "genrsa", "-out", str(directory / "k"), str(bits)], check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "pkey", "-in", str(directory / "k"), "-pubout"], check=True, capture_output=True, text=True
    )
    return shown.stdout


@pytest.mark.parametrize("key", [make_key(), make_key(7, kind=2, length=32)])
def test_round_trip(openssl: sealing.Openssl, pair: tuple[str, str], key: str) -> None:
    directory, public_key = pair
    blob = sealing.seal(openssl, checked(openssl, public_key), "dcn0", ENTITY, key)
    assert key not in blob
    assert key.encode() not in base64.b64decode(blob)
    assert sealing.seal(openssl, checked(openssl, public_key), "dcn0", ENTITY, key) != blob
    path = recipient.private_path(directory)
    assert sealing.unseal(openssl, path, blob, "dcn0", ENTITY, key_id(key)) == key


@pytest.mark.parametrize(
    ("cluster", "entity", "wanted", "part"),
    [
        ("dcn1", ENTITY, key_id(KEY), "another client or cluster"),
        ("dcn0", "client.other", key_id(KEY), "another client or cluster"),
        ("dcn0", ENTITY, "000000000000", "not the key with the id 000000000000"),
    ],
)
def test_a_key_for_something_else_is_refused(
    openssl: sealing.Openssl, pair: tuple[str, str], cluster: str, entity: str, wanted: str, part: str
) -> None:
    directory, public_key = pair
    blob = sealing.seal(openssl, checked(openssl, public_key), "dcn0", ENTITY, KEY)
    with pytest.raises(CephError, match=part) as caught:
        sealing.unseal(openssl, recipient.private_path(directory), blob, cluster, entity, wanted)
    assert KEY not in str(caught.value)


def test_an_unusable_key_is_refused(openssl: sealing.Openssl, pair: tuple[str, str]) -> None:
    directory, public_key = pair
    blob = sealing.seal(openssl, checked(openssl, public_key), "dcn0", ENTITY, "AAAAAAAAAAAAAAAA")
    with pytest.raises(CephError, match="the key is empty"):
        sealing.unseal(openssl, recipient.private_path(directory), blob, "dcn0", ENTITY, key_id("AAAAAAAAAAAAAAAA"))


@pytest.mark.parametrize("blob", ["", "%%%", base64.b64encode(b"x" * 384).decode(), base64.b64encode(b"x").decode()])
def test_a_broken_blob_is_refused(openssl: sealing.Openssl, pair: tuple[str, str], blob: str) -> None:
    with pytest.raises(CephError, match="cannot be decrypted with .* Run dcn.glance.key_recipient and"):
        sealing.unseal(openssl, recipient.private_path(pair[0]), blob, "dcn0", ENTITY, key_id(KEY))


def test_a_missing_private_key(openssl: sealing.Openssl, tmp_path: Path) -> None:
    with pytest.raises(CephError, match=f"{tmp_path}/recipient.key does not exist"):
        sealing.unseal(openssl, f"{tmp_path}/recipient.key", "eA==", "dcn0", ENTITY, key_id(KEY))


def test_a_private_key_that_this_user_cannot_read(openssl: sealing.Openssl, tmp_path: Path) -> None:
    # A directory cannot be read as a file, not even by root.
    with pytest.raises(CephError, match=f"This user cannot read {tmp_path}, so the sealed key of .*: Is a directory"):
        sealing.unseal(openssl, str(tmp_path), "eA==", "dcn0", ENTITY, key_id(KEY))


def test_size_of_the_public_key(openssl: sealing.Openssl, tmp_path: Path) -> None:
    small, weak = rsa(tmp_path, 2048), rsa(tmp_path, 1024)
    assert checked(openssl, small).bits == 2048
    with pytest.raises(CephError, match="has 1024 bits, but at least 2048 are required"):
        checked(openssl, weak)
    assert sealing.seal(openssl, checked(openssl, small), "dcn0", ENTITY, KEY)
    # 2048 bits leave 190 bytes: three separators with brackets and quotes take 10.
    longest = "client." + "a" * (190 - 10 - len("dcn0") - len(KEY) - len("client."))
    assert sealing.seal(openssl, checked(openssl, small), "dcn0", longest, KEY)
    with pytest.raises(CephError, match="needs 191 bytes, but a public key of 2048 bits encrypts at most 190"):
        sealing.seal(openssl, checked(openssl, small), "dcn0", longest + "a", KEY)


@pytest.mark.parametrize("text", ["", "ssh-rsa AAAA", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"])
def test_text_that_is_not_a_public_key(openssl: sealing.Openssl, text: str) -> None:
    with pytest.raises(CephError, match="not an RSA public key in PEM") as caught:
        checked(openssl, text)
    assert caught.value.reason == "sealing_failed"


def test_an_elliptic_key_is_refused(openssl: sealing.Openssl, tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", str(tmp_path / "k")],
        check=True,
        capture_output=True,
    )
    shown = subprocess.run(
        ["openssl", "pkey", "-in", str(tmp_path / "k"), "-pubout"], check=True, capture_output=True, text=True
    )
    with pytest.raises(CephError, match="not an RSA public key"):
        checked(openssl, shown.stdout)


def test_without_openssl() -> None:
    with pytest.raises(CephError, match="install the package openssl") as caught:
        sealing.Openssl(None)
    assert caught.value.reason == "tool_missing"
    with pytest.raises(CephError, match="cannot be run"):
        sealing.Openssl("/nowhere/openssl").new_private_key()


def test_a_hanging_openssl(tmp_path: Path) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    with pytest.raises(CephError, match="did not generate a key pair within 0.2 seconds"):
        sealing.Openssl(str(program), timeout=0.2).new_private_key()


def test_secrets_go_through_pipes_only(pair: tuple[str, str], tmp_path: Path) -> None:
    """A program in place of openssl records its arguments and the files that they name."""
    directory, public_key = pair
    program, log = tmp_path / "openssl", tmp_path / "log"
    program.write_text(
        f'#!/bin/sh\nfor a in "$@"; do echo "$a"; [ -f "$a" ] && cat "$a"; done >>{log}\n'
        f'exec {shutil.which("openssl")} "$@"\n'
    )
    program.chmod(0o755)
    spy = sealing.Openssl(str(program))
    blob = sealing.seal(spy, checked(spy, public_key), "dcn0", ENTITY, KEY)
    assert sealing.unseal(spy, recipient.private_path(directory), blob, "dcn0", ENTITY, key_id(KEY)) == KEY
    seen = log.read_text()
    assert "pkeyutl" in seen
    assert KEY not in seen


def test_the_private_key_is_readable_by_one_user(pair: tuple[str, str]) -> None:
    path = recipient.private_path(pair[0])
    assert stat.S_IMODE(os.stat(pair[0]).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert os.listdir(pair[0]) == ["recipient.key"]


def test_the_key_pair_is_kept(openssl: sealing.Openssl, pair: tuple[str, str]) -> None:
    directory, public_key = pair
    before = os.stat(recipient.private_path(directory))
    assert recipient.public_key(lambda: openssl, directory, create=True) == public_key
    assert recipient.public_key(lambda: openssl, directory, create=False) == public_key
    assert os.stat(recipient.private_path(directory)) == before


def test_nothing_is_created_in_check_mode(openssl: sealing.Openssl, tmp_path: Path) -> None:
    assert recipient.public_key(lambda: openssl, str(tmp_path / "run"), create=False) is None
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("prepare", ["open", "link", "file"])
def test_a_directory_that_others_control_is_refused(openssl: sealing.Openssl, tmp_path: Path, prepare: str) -> None:
    place = tmp_path / "run"
    if prepare == "open":
        place.mkdir()
        place.chmod(0o755)
    elif prepare == "link":
        (tmp_path / "real").mkdir(0o700)
        place.symlink_to(tmp_path / "real")
    else:
        place.write_text("")
    with pytest.raises(CephError, match=str(place)):
        recipient.public_key(lambda: openssl, str(place), create=True)


def test_ids_of_held_keys(tmp_path: Path) -> None:
    good, bad, binary = tmp_path / "good", tmp_path / "bad", tmp_path / "binary"
    good.write_text(f"[client.a]\n\tkey = {KEY}\n[client.b]\n\tkey = {make_key(2)}\n")
    bad.write_text(f"[client.a]\n\tkey = {KEY}")
    binary.write_bytes(b"\xff\xfe\x00")
    paths = [str(path) for path in (good, bad, binary, tmp_path / "missing")]
    assert recipient.held_keys(paths) == {
        str(good): {"client.a": key_id(KEY), "client.b": key_id(make_key(2))},
        str(bad): {},
        str(binary): {},
    }
