# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings of a host that other programs edit at the same time, and leftovers of interrupted runs."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_write import FilesResult
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.tests.support.builders.ceph_consumer import (
    NAME,
    NEW,
    OLD,
    OTHER,
    Consumer,
    actions,
    openssl,
)

OPTION = "log_file = /x\n"


def edited(path: Path) -> None:
    """Another program adds an option to a conf, with a new file as most editors do."""
    new = path.with_name("edited")
    new.write_text(path.read_text().replace("[client]\n", f"[client]\n{OPTION}"))
    new.chmod(0o644)
    new.rename(path)


def test_an_edit_under_the_lock_of_the_conf_is_not_lost(consumer: Consumer) -> None:
    consumer.settle()
    results: list[FilesResult] = []
    with files.locked(str(consumer.conf)):
        desired = consumer.desired(sealed=False, options={"client_mount_timeout": 20})
        thread = threading.Thread(target=lambda: results.append(consumer.run(desired)))
        thread.start()
        time.sleep(0.5)
        assert results == []
        edited(consumer.conf)
    thread.join(30)
    assert actions(results[0]) == [(f"dcn0.{NAME}.keyring", "none"), ("dcn0.conf", "update")]
    text = consumer.conf.read_text()
    assert OPTION in text
    assert "client_mount_timeout = 20\n" in text


@pytest.mark.parametrize("check", [False, True])
def test_files_are_locked_while_they_are_planned(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    consumer.settle()
    read = files.read_file
    refused = []

    def spy(path: str) -> Any:
        with pytest.raises(DcnError, match="has held its lock"), files.locked(path, timeout=0):
            raise AssertionError("the lock is free")
        refused.append(os.path.basename(path))
        return read(path)

    monkeypatch.setattr(files, "read_file", spy)
    consumer.run(consumer.desired(sealed=False), check=check)
    assert refused == [f"dcn0.{NAME}.keyring", "dcn0.conf"]


def interfere(monkeypatch: pytest.MonkeyPatch, function: str, path: Path, edit: Callable[[Path], None]) -> list[str]:
    """Edit ``path``, without a lock, just before it is written for the first time."""
    write = getattr(files, function)
    calls: list[str] = []

    def spy(target: str, *arguments: Any, **more: Any) -> None:
        calls.append(os.path.basename(target))
        if target == str(path) and calls.count(path.name) == 1:
            edit(path)
        write(target, *arguments, **more)

    monkeypatch.setattr(files, function, spy)
    return calls


def test_an_edit_without_a_lock_is_not_lost(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer.settle()
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    calls = interfere(monkeypatch, "replace_atomic", consumer.conf, edited)
    result = consumer.run(consumer.desired(options={"client_mount_timeout": 20}))
    # The keyring was written before the conf had to be planned again.
    assert calls == [f"dcn0.{NAME}.keyring", "dcn0.conf", "dcn0.conf"]
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "update"), ("dcn0.conf", "update")]
    assert [item["after_header"] for item in result.diff] == [str(consumer.keyring), str(consumer.conf)]
    assert OPTION in consumer.conf.read_text()
    assert "client_mount_timeout = 20\n" in consumer.conf.read_text()


def test_a_file_that_another_program_creates_is_not_lost(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(path: Path) -> None:
        consumer.write(path, f"[client.other]\n\tkey = {OTHER}\n")

    interfere(monkeypatch, "write_atomic", consumer.keyring, create)
    result = consumer.run(consumer.desired())
    assert actions(result) == [
        ("ceph", "create"),
        (f"dcn0.{NAME}.keyring", "update"),
        ("dcn0.conf", "create"),
    ]
    assert consumer.keyring.read_text() == f"[client.other]\n\tkey = {OTHER}\n[{NAME}]\n\tkey = {NEW}\n"


def test_a_file_that_changes_all_the_time(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer.settle()
    write = files.replace_atomic
    attempts = []

    def spy(path: str, *arguments: Any, **more: Any) -> None:
        attempts.append(path)
        edited(consumer.conf)
        write(path, *arguments, **more)

    monkeypatch.setattr(files, "replace_atomic", spy)
    with pytest.raises(DcnError, match=f"{consumer.conf} was changed by another program"):
        consumer.run(consumer.desired(sealed=False, options={"client_mount_timeout": 20}))
    assert len(attempts) == files.ATTEMPTS


def leave(path: Path, letters: str, text: str) -> Path:
    """What a run leaves that is killed before it renames its temporary file."""
    temporary = path.with_name(f".{path.name}.{letters}.tmp")
    temporary.write_text(text)
    temporary.chmod(0o600)
    return temporary


def test_leftovers_are_removed_and_reported(consumer: Consumer) -> None:
    consumer.settle()
    key = leave(consumer.keyring, "abcdefgh", f"[{NAME}]\n\tkey = {OTHER}\n")
    conf = leave(consumer.conf, "abcdefg_", "[global]\n")
    kept = [
        leave(consumer.keyring, "short", OTHER),
        leave(consumer.directory / "dcn1.conf", "abcdefgh", "of another cluster"),
    ]
    desired = consumer.desired(sealed=False)
    planned = consumer.run(desired, check=True)
    assert key.exists()
    assert conf.exists()
    done = consumer.run(desired)
    assert done == planned
    assert [item["path"] for item in done.values["files"] if item["changed"]] == [str(key), str(conf)]
    assert done.values["files"][0] == {
        "path": str(key),
        "action": "remove",
        "changed": True,
        "reason": "temporary file of an interrupted run",
    }
    assert done.values["changed"] is True
    assert not key.exists()
    assert not conf.exists()
    assert all(path.exists() for path in kept)
    assert OTHER not in json.dumps([done.values, done.diff])
    assert consumer.run(desired).values["changed"] is False


def test_a_temporary_file_in_use_is_kept(consumer: Consumer) -> None:
    consumer.settle()
    temporary = leave(consumer.keyring, "abcdefgh", OTHER)
    with temporary.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert consumer.run(consumer.desired(sealed=False)).values["changed"] is False
    assert temporary.exists()


def test_leftovers_of_removed_files_are_removed(consumer: Consumer) -> None:
    consumer.settle()
    temporary = leave(consumer.keyring, "abcdefgh", OTHER)
    gone = {"cluster": "dcn0", "state": "absent", "clients": [{"name": NAME}]}
    result = consumer.run(gone)
    assert [action for _name, action in actions(result)] == ["remove"] * 3
    assert os.listdir(consumer.directory) == []
    assert not temporary.exists()


def test_a_leftover_private_key_is_removed(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    public_key = recipient.public_key(openssl, str(directory), create=True)
    temporary = leave(directory / "recipient.key", "abcdefgh", "a private key")
    assert recipient.public_key(openssl, str(directory), create=False) == public_key
    assert temporary.exists()
    assert recipient.public_key(openssl, str(directory), create=True) == public_key
    assert os.listdir(directory) == ["recipient.key"]


def test_two_runs_create_one_key_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = str(tmp_path / "run")
    write = files.write_atomic
    first: list[str | None] = []

    def spy(*arguments: Any, **more: Any) -> None:
        monkeypatch.setattr(files, "write_atomic", write)
        first.append(recipient.public_key(openssl, directory, create=True))
        write(*arguments, **more)

    monkeypatch.setattr(files, "write_atomic", spy)
    assert [recipient.public_key(openssl, directory, create=True)] == first
    assert os.listdir(directory) == ["recipient.key"]
