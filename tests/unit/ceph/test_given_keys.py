# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in the keyrings that the owner of a cluster has handed over."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps, given_keys, given_keys_read
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import DesiredClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.given_keys import GivenKeyring

KEY = "AQCYvyxlAAAAABAAmmpSxm0gTTGIcfYZbfQZPA=="
OTHER = "AQCYvyxlAAAAABAAbmpSxm0gTTGIcfYZbfQZPA=="
CAPS = {"mon": "profile rbd", "osd": "profile rbd pool=images"}
ONE, TWO = (DesiredClient(f"client.{name}", True, caps.parse_all(CAPS)) for name in ("one", "two"))


def text(*clients: str, key: str = KEY) -> str:
    return "".join(f"[client.{client}]\n\tkey = {key}\n" for client in clients)


@pytest.mark.parametrize(
    "keyrings",
    [
        [GivenKeyring("/k/a.keyring", text("one", "two"))],
        [GivenKeyring("/k/a.keyring", text("two")), GivenKeyring("/k/b.keyring", text("one", "admin"))],
        [GivenKeyring("/k/a.keyring", text("two")), GivenKeyring("/k/b.keyring", text("one", "two"))],
    ],
)
def test_the_names_of_the_files_do_not_matter(keyrings: list[GivenKeyring]) -> None:
    assert given_keys.given_keys(keyrings, [ONE, TWO], "/k") == {"client.one": KEY, "client.two": KEY}


def refusal(*keyrings: GivenKeyring) -> CephError:
    with pytest.raises(CephError) as caught:
        given_keys.given_keys(keyrings, [ONE, TWO], "/k")
    assert KEY not in str(caught.value) and OTHER not in str(caught.value)
    return caught.value


def test_the_owner_is_asked_for_everything_that_is_missing() -> None:
    error = refusal()
    assert error.reason == "keyring_missing"
    assert str(error).splitlines() == [
        "/k has no key of client.one, client.two. Ask the owner of the cluster to run the following, and copy the "
        "files that it writes to /k, with mode 0600:",
        "  ceph auth get-or-create client.one mon 'profile rbd' osd 'profile rbd pool=images' -o client.one.keyring",
        "  ceph auth get-or-create client.two mon 'profile rbd' osd 'profile rbd pool=images' -o client.two.keyring",
    ]


def test_every_problem_is_reported_at_once() -> None:
    error = refusal(
        GivenKeyring("/k/a.keyring", text("one"), exposed=True),
        GivenKeyring("/k/b b.keyring", text("one", "two", key=OTHER), exposed=True),
        GivenKeyring("/k/c.keyring", "[client.two]\nkey"),
    )
    assert error.reason == "keyring_unreadable"
    assert str(error).splitlines() == [
        "/k/a.keyring can be read by every user of the host: run chmod 600 /k/a.keyring.",
        "/k/b b.keyring can be read by every user of the host: run chmod 600 '/k/b b.keyring'.",
        "Ceph refuses /k/c.keyring: the last line does not end with a newline. Copy the file again as the owner's "
        "command wrote it.",
        "client.one has different keys in /k/a.keyring, /k/b b.keyring: remove the keyring that is out of date.",
    ]


@pytest.mark.parametrize(
    ("directory", "file", "exposed"), [(0o755, 0o644, True), (0o755, 0o640, False), (0o700, 0o644, False)]
)
def test_who_can_read_a_keyring(tmp_path: pathlib.Path, directory: int, file: int, exposed: bool) -> None:
    place = tmp_path / "keys"
    place.mkdir()
    (place / "a.keyring").write_text(text("one"))
    (place / "a.txt").write_text(text("two"))
    (place / "a.keyring").chmod(file)
    place.chmod(directory)
    path = os.fspath(place / "a.keyring")
    assert given_keys_read.read_keyrings(os.fspath(place)) == [GivenKeyring(path, text("one"), exposed)]


def test_a_directory_that_does_not_exist_has_no_keyrings(tmp_path: pathlib.Path) -> None:
    assert given_keys_read.read_keyrings(os.fspath(tmp_path / "none")) == []


def test_a_client_is_described_without_its_key() -> None:
    (found,) = given_keys.described({"client.one": KEY})
    assert (found["name"], found["key_type"], KEY in str(found)) == ("client.one", "aes", False)
