# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings of a consumer, on real files and with the real openssl."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils import files
from ansible_collections.dcn.glance.plugins.module_utils.apply import client_files, recipient
from ansible_collections.dcn.glance.plugins.module_utils.ceph import sealing
from ansible_collections.dcn.glance.plugins.module_utils.ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils.ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils.plan.client_files_input import Reader
from ansible_collections.dcn.glance.tests.support.fake_ceph import make_key

FSID = "11111111-2222-3333-4444-555555555555"
HOST = "[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0]"
NAME = "client.glance.central"
OLD, NEW, OTHER = make_key(1), make_key(2), make_key(3)

NEW_CONF = f"""[global]
fsid = {FSID}
mon_host = {HOST}

[client]
client_mount_timeout = 10

[{NAME}]
keyring = {{directory}}/dcn0.{NAME}.keyring
"""


def openssl() -> sealing.Openssl:
    return sealing.Openssl(shutil.which("openssl"))


def lookup(kind: str, name: str) -> int:
    return pwd.getpwnam(name).pw_uid if kind == "owner" else grp.getgrnam(name).gr_gid


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    directory = str(tmp_path_factory.mktemp("recipient") / "run")
    return directory, str(recipient.public_key(openssl, directory, create=True))


class Consumer:
    """A host's directory of confs and keyrings."""

    def __init__(self, directory: Path, pair: tuple[str, str]) -> None:
        self.directory = directory
        self.conf = directory / "dcn0.conf"
        self.keyring = directory / f"dcn0.{NAME}.keyring"
        self._pair = pair
        self.guarded: set[str] = set()

    def sealed(self, key: str, name: str = NAME, cluster: str = "dcn0") -> str:
        return sealing.seal(openssl(), self._pair[1], cluster, name, key)

    def wanted(self, key: str | None = NEW, sealed: bool = True, **changes: Any) -> dict[str, Any]:
        client = {
            "name": NAME,
            "key_id": key_id(key) if key else None,
            "sealed": self.sealed(key) if key and sealed else None,
            **{name: changes.pop(name) for name in ("owner", "group", "mode") if name in changes},
        }
        cluster = {"cluster": "dcn0", "fsid": FSID, "mon_host": HOST, "options": {"client_mount_timeout": 10}}
        return {**cluster, "clients": [client], **changes}

    def run(self, *clusters: dict[str, Any], check: bool = False) -> client_files.FilesResult:
        wanted = Reader(lookup).clusters(clusters)
        directory = str(self.directory)
        return client_files.manage(wanted, directory, self._pair[0], openssl, self.guarded.add, check)

    def write(self, path: Path, text: str, mode: int = 0o600) -> None:
        self.directory.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def settle(self) -> None:
        """Bring the files to what ``wanted()`` asks for."""
        self.run(self.wanted())


@pytest.fixture
def consumer(tmp_path: Path, pair: tuple[str, str]) -> Consumer:
    return Consumer(tmp_path / "ceph", pair)


def actions(result: client_files.FilesResult) -> list[tuple[str, str]]:
    return [(os.path.basename(item["path"]), item["action"]) for item in result.values["files"]]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files(consumer: Consumer) -> None:
    planned = consumer.run(consumer.wanted(), check=True)
    assert not consumer.directory.exists()
    done = consumer.run(consumer.wanted())
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
    # The key is there, so no encrypted one is needed.
    result = consumer.run(consumer.wanted(sealed=False))
    assert result.values["changed"] is False
    assert result.diff == []
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "none"), ("dcn0.conf", "none")]
    assert [os.stat(path) for path in (consumer.conf, consumer.keyring)] == before


REPAIRS: list[tuple[str, str | None, str, str]] = [
    ("missing", None, "create", "missing"),
    ("another key", f"[{NAME}]\n\tkey = {OLD}\n", "update", f"has another key ({key_id(OLD)})"),
    ("no key of the client", f"[{NAME}]\n\tcaps mon = allow r\n", "update", f"has no key of {NAME}"),
    ("cut short", f"[{NAME}]\n\tkey = {NEW}", "update", "Ceph refuses the file: the last line does not end"),
    ("empty", "", "update", f"has no key of {NAME}"),
]


@pytest.mark.parametrize(("text", "action", "reason"), [row[1:] for row in REPAIRS], ids=[row[0] for row in REPAIRS])
def test_a_keyring_is_repaired(consumer: Consumer, text: str | None, action: str, reason: str) -> None:
    consumer.settle()
    consumer.keyring.unlink()
    if text is not None:
        consumer.write(consumer.keyring, text)
    planned = consumer.run(consumer.wanted(), check=True)
    done = consumer.run(consumer.wanted())
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
    result = consumer.run(consumer.wanted(sealed=False))
    assert result.values["files"][0]["action"] == "attributes"
    assert result.values["files"][0]["reason"] == "mode differs"
    assert mode_of(consumer.keyring) == 0o600
    assert consumer.keyring.stat().st_ino == inode
    assert result.diff[0]["before"].startswith("mode: 0644")
    assert result.diff[0]["after"].startswith("mode: 0600")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group(consumer: Consumer) -> None:
    result = consumer.run(consumer.wanted(owner="42415", group="nogroup", mode="0640"))
    assert result.values["changed"] is True
    found = consumer.keyring.stat()
    assert (found.st_uid, found.st_gid, mode_of(consumer.keyring)) == (42415, lookup("group", "nogroup"), 0o640)
    # Who asks for no owner leaves the one that is there, also when the file is replaced.
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o640)
    assert consumer.run(consumer.wanted(mode="0640")).values["changed"] is True
    assert consumer.keyring.stat().st_uid == 42415
    reset = consumer.run(consumer.wanted(sealed=False, owner="0", group="0", mode="0640"))
    assert reset.values["files"][0]["reason"] == "owner, group differ"
    assert consumer.keyring.stat().st_uid == 0
    consumer.conf.chmod(0o600)
    os.chown(consumer.conf, 1, 1)
    conf = consumer.run(consumer.wanted(sealed=False, mode="0640"))
    assert conf.values["files"][1]["reason"] == "mode, owner, group differ"
    assert (consumer.conf.stat().st_uid, mode_of(consumer.conf)) == (0, 0o644)


def test_a_key_is_never_open_for_others(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is renamed over a keyring has its final mode before, and the key is in no other file."""
    seen: list[int] = []
    rename: Callable[[str, str], None] = os.rename

    def spy(source: str, target: str) -> None:
        seen.append(stat.S_IMODE(os.stat(source).st_mode))
        rename(source, target)

    consumer.settle()
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o644)
    monkeypatch.setattr(files.os, "rename", spy)
    consumer.run(consumer.wanted())
    assert seen == [0o600]


def test_a_second_entity_in_the_file_stays(consumer: Consumer) -> None:
    consumer.settle()
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n[client.other]\n\tkey = {OTHER}\n")
    result = consumer.run(consumer.wanted())
    assert consumer.keyring.read_text() == f"[client.other]\n\tkey = {OTHER}\n[{NAME}]\n\tkey = {NEW}\n"
    assert key_id(OTHER) in result.diff[0]["before"]
    assert key_id(OTHER) in result.diff[0]["after"]


def test_the_rest_of_a_conf_stays(consumer: Consumer) -> None:
    consumer.settle()
    text = f"# mine\n[global]\n\tmon host = {HOST}\n\tfsid = {FSID}\n\tlog file = /x\n[osd]\n\tx = 1\n"
    consumer.write(consumer.conf, text, 0o644)
    consumer.run(consumer.wanted(sealed=False))
    after = consumer.conf.read_text()
    assert after.startswith(text)
    assert "mon_host =" not in after
    assert "[client]\nclient_mount_timeout = 10\n" in after
    assert consumer.run(consumer.wanted(sealed=False)).values["changed"] is False


def test_another_fsid_is_a_change_and_a_warning(consumer: Consumer) -> None:
    consumer.settle()
    fsid = "99999999-2222-3333-4444-555555555555"
    result = consumer.run(consumer.wanted(sealed=False, fsid=fsid))
    assert result.values["files"][1]["action"] == "update"
    assert result.warnings == [
        f"{consumer.conf} had the fsid {FSID}, and the cluster dcn0 has {fsid}: "
        "it was created anew, or another cluster is meant."
    ]
    assert f"fsid = {fsid}" in result.diff[0]["after"]


def test_what_is_not_given_must_be_there(consumer: Consumer) -> None:
    with pytest.raises(InputErrors) as caught:
        consumer.run(consumer.wanted(fsid=None, mon_host=None))
    assert [problem.path for problem in caught.value.problems] == ["clusters[0].fsid", "clusters[0].mon_host"]
    assert "cluster dcn0" in str(caught.value)
    assert not consumer.directory.exists()
    consumer.settle()
    assert consumer.run(consumer.wanted(sealed=False, fsid=None, mon_host=None)).values["changed"] is False


@pytest.mark.parametrize(("key", "part"), [(None, "the id of the key"), (NEW, "does not hold the key")])
def test_a_key_that_nobody_sends(consumer: Consumer, key: str | None, part: str) -> None:
    wanted = consumer.wanted(key, sealed=False)
    with pytest.raises(InputErrors, match=part):
        consumer.run(wanted)
    assert not consumer.directory.exists()
    planned = consumer.run(wanted, check=True)
    assert actions(planned)[1] == (f"dcn0.{NAME}.keyring", "create")


def test_nothing_is_written_when_a_key_cannot_be_opened(consumer: Consumer) -> None:
    good, bad = consumer.wanted(), consumer.wanted()
    bad["cluster"] = "dcn1"  # encrypted for dcn0
    with pytest.raises(CephError, match="holds the key of something else"):
        consumer.run(good, bad)
    assert not consumer.directory.exists()


def test_a_failure_on_the_way_says_what_was_done(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write_atomic

    def failing(path: str, *arguments: Any) -> None:
        if path.endswith(".conf"):
            raise DcnError(f"Cannot write {path}: the disk is full.")
        write(path, *arguments)

    monkeypatch.setattr(client_files.files, "write_atomic", failing)
    with pytest.raises(CephError) as caught:
        consumer.run(consumer.wanted())
    assert str(caught.value) == (
        f"Cannot write {consumer.conf}: the disk is full. Done before: {consumer.keyring} (create)."
    )


def test_a_file_in_the_place_of_the_directory(consumer: Consumer) -> None:
    consumer.directory.write_text("a file")
    with pytest.raises(DcnError, match="Not a directory"):
        consumer.run(consumer.wanted())


@pytest.mark.parametrize("target", ["conf", "keyring"])
def test_a_directory_in_the_place_of_a_file(consumer: Consumer, target: str) -> None:
    getattr(consumer, target).mkdir(parents=True)
    with pytest.raises(DcnError, match="is a directory"):
        consumer.run(consumer.wanted())


def test_a_conf_that_ceph_refuses(consumer: Consumer) -> None:
    consumer.write(consumer.conf, "[global]\nbare word\n", 0o644)
    with pytest.raises(InputErrors, match="dcn0.conf, line 2"):
        consumer.run(consumer.wanted())
    assert not consumer.keyring.exists()


def test_a_client_that_is_no_longer_used(consumer: Consumer) -> None:
    consumer.settle()
    wanted = consumer.wanted(sealed=False)
    wanted["clients"][0]["state"] = "absent"
    result = consumer.run(wanted)
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "remove"), ("dcn0.conf", "update")]
    assert not consumer.keyring.exists()
    assert NAME not in consumer.conf.read_text()
    again = consumer.run(wanted)
    assert again.values["changed"] is False
    assert [item["reason"] for item in again.values["files"]] == ["absent", "as wanted"]


def test_a_shared_keyring_loses_only_our_client(consumer: Consumer) -> None:
    consumer.settle()
    text = f"[client.other]\n\tkey = {OTHER}\n"
    consumer.write(consumer.keyring, f"{text}[{NAME}]\n\tkey = {OLD}\n", 0o640)
    wanted = consumer.wanted(sealed=False)
    wanted["clients"][0]["state"] = "absent"
    assert consumer.run(wanted).values["files"][0]["action"] == "update"
    assert (consumer.keyring.read_text(), mode_of(consumer.keyring)) == (text, 0o640)
    assert consumer.run(wanted).values["changed"] is False


def test_a_cluster_that_is_no_longer_used(consumer: Consumer) -> None:
    consumer.settle()
    gone = {"cluster": "dcn0", "state": "absent", "clients": [{"name": NAME}]}
    result = consumer.run(gone)
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "remove"), ("dcn0.conf", "remove")]
    assert os.listdir(consumer.directory) == []
    assert result.diff[1]["after"] == ""
    assert NEW not in json.dumps(result.diff)
    assert consumer.run(gone).values["changed"] is False


def test_the_order_is_that_of_the_input(consumer: Consumer) -> None:
    first, second = consumer.wanted(), consumer.wanted()
    second["cluster"] = "abc"
    second["clients"][0]["sealed"] = consumer.sealed(NEW, cluster="abc")
    result = consumer.run(first, second)
    assert [name.partition(".")[0] for name, _action in actions(result)] == ["ceph", "dcn0", "dcn0", "abc", "abc"]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("cluster", {"cluster": "dcn-0"}, "clusters[0].cluster"),
    ("fsid", {"fsid": "abc"}, "clusters[0].fsid"),
    ("mode for others", {"mode": "0644"}, "clusters[0].clients[0].mode"),
    ("mode of a group that writes", {"mode": "0660"}, "clusters[0].clients[0].mode"),
    ("mode for nobody", {"mode": "0000"}, "clusters[0].clients[0].mode"),
    ("decimal mode", {"mode": "384"}, "clusters[0].clients[0].mode"),
    ("owner", {"owner": "nobody-of-that-name"}, "clusters[0].clients[0].owner"),
    ("group", {"group": "nobody-of-that-name"}, "clusters[0].clients[0].group"),
    ("client", {"clients": [{"name": "client.a b"}]}, "clusters[0].clients[0].name"),
    ("twice", {"clients": [{"name": NAME}, {"name": NAME}]}, "clusters[0].clients[1]"),
]


@pytest.mark.parametrize(("changes", "path"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_refused_input(consumer: Consumer, changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InputErrors) as caught:
        Reader(lookup).clusters([consumer.wanted(sealed=False, **changes)])
    assert [problem.path for problem in caught.value.problems] == [path]


def test_all_problems_of_the_input_come_at_once(consumer: Consumer) -> None:
    bad = consumer.wanted(sealed=False, cluster="x-y", fsid="f", mode="0666")
    with pytest.raises(InputErrors) as caught:
        Reader(lookup).clusters([bad, bad])
    assert len(caught.value.problems) == 7


def test_an_option_that_ceph_would_read_otherwise(consumer: Consumer) -> None:
    with pytest.raises(InputErrors, match=r"clusters\[0\] \(\[client\] note\)"):
        consumer.run(consumer.wanted(options={"note": "a # b"}))


def test_options_are_written_as_ceph_spells_them(consumer: Consumer) -> None:
    consumer.run(consumer.wanted(options={"rbd_cache": True, "log_to_stderr": False, "client_mount_timeout": 5}))
    text = consumer.conf.read_text()
    assert "rbd_cache = true\nlog_to_stderr = false\nclient_mount_timeout = 5\n" in text
