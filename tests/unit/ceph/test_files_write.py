# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings of a host are created and repaired, and otherwise not touched."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.tests.support.builders.ceph_consumer import (
    FSID,
    HOST,
    NAME,
    NEW,
    NEW_CONF,
    OLD,
    OTHER,
    Consumer,
    actions,
    lookup,
    mode_of,
)


def test_new_files(consumer: Consumer) -> None:
    planned = consumer.run(consumer.desired(), check=True)
    assert not consumer.directory.exists()
    done = consumer.run(consumer.desired())
    assert done.values == planned.values
    assert done.diff == planned.diff
    assert actions(done) == [
        ("ceph", "create"),
        (f"dcn0.{NAME}.keyring", "create"),
        ("dcn0.conf", "create"),
    ]
    assert consumer.conf.read_text() == NEW_CONF.format(directory=consumer.directory)
    assert consumer.keyring.read_text() == f"[{NAME}]\n\tkey = {NEW}\n"
    assert (mode_of(consumer.directory), mode_of(consumer.conf), mode_of(consumer.keyring)) == (0o755, 0o644, 0o600)
    assert consumer.guarded == {NEW}
    assert NEW not in json.dumps([done.values, done.diff, done.warnings])
    assert f"key: {key_id(NEW)}" in done.diff[0]["after"]


def test_a_second_run_touches_nothing(consumer: Consumer) -> None:
    consumer.settle()
    before = [os.stat(path) for path in (consumer.conf, consumer.keyring)]
    # The host holds the key, so it needs no encrypted one.
    result = consumer.run(consumer.desired(sealed=False))
    assert result.values["changed"] is False
    assert result.diff == []
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "none"), ("dcn0.conf", "none")]
    assert [os.stat(path) for path in (consumer.conf, consumer.keyring)] == before


REPAIRS: list[tuple[str, str | None, str, str]] = [
    ("missing", None, "create", "missing"),
    ("another key", f"[{NAME}]\n\tkey = {OLD}\n", "update", f"has another key ({key_id(OLD)})"),
    ("no key of the client", f"[{NAME}]\n\tcaps mon = allow r\n", "update", f"has no key of {NAME}"),
    (
        "cut short",
        f"[{NAME}]\n\tkey = {NEW}",
        "update",
        "Ceph refuses the file: the last line does not end with a newline",
    ),
    ("empty", "", "update", f"has no key of {NAME}"),
]


@pytest.mark.parametrize(("text", "action", "reason"), [row[1:] for row in REPAIRS], ids=[row[0] for row in REPAIRS])
def test_a_keyring_is_repaired(consumer: Consumer, text: str | None, action: str, reason: str) -> None:
    consumer.settle()
    consumer.keyring.unlink()
    if text is not None:
        consumer.write(consumer.keyring, text)
    planned = consumer.run(consumer.desired(), check=True)
    done = consumer.run(consumer.desired())
    assert planned.values == done.values
    assert done.values["files"][0]["action"] == action
    assert done.values["files"][0]["reason"].startswith(reason)
    assert done.values["files"][1]["action"] == "none"
    assert consumer.keyring.read_text() == f"[{NAME}]\n\tkey = {NEW}\n"
    assert not {OLD, NEW} & set(json.dumps([done.values, done.diff]).split('"'))


def test_only_the_mode_is_repaired(consumer: Consumer) -> None:
    consumer.settle()
    consumer.keyring.chmod(0o644)
    inode = consumer.keyring.stat().st_ino
    result = consumer.run(consumer.desired(sealed=False))
    assert result.values["files"][0]["action"] == "attributes"
    assert result.values["files"][0]["reason"] == "mode differs"
    assert mode_of(consumer.keyring) == 0o600
    assert consumer.keyring.stat().st_ino == inode
    assert result.diff[0]["before"].startswith("mode: 0644")
    assert result.diff[0]["after"].startswith("mode: 0600")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group(consumer: Consumer) -> None:
    result = consumer.run(consumer.desired(owner="42415", group="nogroup", mode="0640"))
    assert result.values["changed"] is True
    found = consumer.keyring.stat()
    assert (found.st_uid, found.st_gid, mode_of(consumer.keyring)) == (42415, lookup("group", "nogroup"), 0o640)
    # Without an owner in the input the current owner is kept, also when the file is replaced.
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o640)
    assert consumer.run(consumer.desired(mode="0640")).values["changed"] is True
    assert consumer.keyring.stat().st_uid == 42415
    reset = consumer.run(consumer.desired(sealed=False, owner="0", group="0", mode="0640"))
    assert reset.values["files"][0]["reason"] == "owner, group differ"
    assert consumer.keyring.stat().st_uid == 0
    consumer.conf.chmod(0o600)
    os.chown(consumer.conf, 1, 1)
    conf = consumer.run(consumer.desired(sealed=False, mode="0640"))
    assert conf.values["files"][1]["reason"] == "mode, owner, group differ"
    assert (consumer.conf.stat().st_uid, mode_of(consumer.conf)) == (0, 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_keyring_of_several_services_keeps_its_attributes(consumer: Consumer) -> None:
    kept = consumer.desired(owner="1", keep_attributes=True)
    consumer.run(kept)
    assert (consumer.keyring.stat().st_uid, mode_of(consumer.keyring)) == (1, 0o600)
    os.chown(consumer.keyring, 42415, 42415)
    consumer.keyring.chmod(0o640)
    assert consumer.run(kept).values["changed"] is False
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o640)
    os.chown(consumer.keyring, 42415, 42415)
    assert consumer.run(kept).values["files"][0]["reason"].startswith("has another key")
    assert (consumer.keyring.stat().st_uid, mode_of(consumer.keyring)) == (42415, 0o640)


def test_a_key_is_never_readable_by_others(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary keyring has its final mode before it is renamed."""
    seen: list[int] = []
    rename: Callable[[str, str], None] = os.rename

    def spy(source: str, target: str) -> None:
        seen.append(stat.S_IMODE(os.stat(source).st_mode))
        rename(source, target)

    consumer.settle()
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o644)
    monkeypatch.setattr(files.os, "rename", spy)
    consumer.run(consumer.desired())
    assert seen == [0o600]


def test_a_second_entity_in_the_file_is_kept(consumer: Consumer) -> None:
    consumer.settle()
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n[client.other]\n\tkey = {OTHER}\n")
    result = consumer.run(consumer.desired())
    assert consumer.keyring.read_text() == f"[client.other]\n\tkey = {OTHER}\n[{NAME}]\n\tkey = {NEW}\n"
    assert key_id(OTHER) in result.diff[0]["before"]
    assert key_id(OTHER) in result.diff[0]["after"]


def test_the_rest_of_a_conf_is_kept(consumer: Consumer) -> None:
    consumer.settle()
    text = f"# mine\n[global]\n\tmon host = {HOST}\n\tfsid = {FSID}\n\tlog file = /x\n[osd]\n\tx = 1\n"
    consumer.write(consumer.conf, text, 0o644)
    consumer.run(consumer.desired(sealed=False))
    after = consumer.conf.read_text()
    assert after.startswith(text)
    assert "mon_host =" not in after
    assert "[client]\nclient_mount_timeout = 10\n" in after
    assert consumer.run(consumer.desired(sealed=False)).values["changed"] is False


def test_another_fsid_is_a_change_and_a_warning(consumer: Consumer) -> None:
    consumer.settle()
    fsid = "99999999-2222-3333-4444-555555555555"
    result = consumer.run(consumer.desired(sealed=False, fsid=fsid))
    assert result.values["files"][1]["action"] == "update"
    assert result.warnings == [
        f"{consumer.conf} had the fsid {FSID}, and the cluster dcn0 has {fsid}: "
        "the cluster was recreated, or the conf belonged to another cluster."
    ]
    assert f"fsid = {fsid}" in result.diff[0]["after"]
