# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confs and keyrings of a host: refused input, failures, and removals."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import files_write
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.tests.support.builders.ceph_consumer import (
    NAME,
    NEW,
    OLD,
    OTHER,
    Consumer,
    actions,
    lookup,
    mode_of,
)


def test_fsid_and_mon_host_are_required_without_a_conf(consumer: Consumer) -> None:
    with pytest.raises(InputErrors) as caught:
        consumer.run(consumer.desired(fsid=None, mon_host=None))
    assert [problem.path for problem in caught.value.problems] == ["clusters[0].fsid", "clusters[0].mon_host"]
    assert "cluster dcn0" in str(caught.value)
    assert not consumer.directory.exists()
    consumer.settle()
    assert consumer.run(consumer.desired(sealed=False, fsid=None, mon_host=None)).values["changed"] is False


@pytest.mark.parametrize(("key", "part"), [(None, "the id of the key"), (NEW, "does not hold the key")])
def test_a_key_that_is_not_sent(consumer: Consumer, key: str | None, part: str) -> None:
    desired = consumer.desired(key, sealed=False)
    with pytest.raises(InputErrors, match=part):
        consumer.run(desired)
    assert not consumer.directory.exists()
    planned = consumer.run(desired, check=True)
    assert actions(planned)[1] == (f"dcn0.{NAME}.keyring", "create")


def test_nothing_is_written_when_a_key_cannot_be_decrypted(consumer: Consumer) -> None:
    good, bad = consumer.desired(), consumer.desired()
    bad["cluster"] = "dcn1"  # encrypted for dcn0
    with pytest.raises(CephError, match="holds the key of another client or cluster"):
        consumer.run(good, bad)
    assert not consumer.directory.exists()


def test_a_partial_failure_lists_what_was_done(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write_atomic

    def failing(path: str, *arguments: Any, **more: Any) -> None:
        if path.endswith(".conf"):
            raise DcnError(f"Cannot write {path}: the disk is full.")
        write(path, *arguments, **more)

    monkeypatch.setattr(files_write.files, "write_atomic", failing)
    with pytest.raises(CephError) as caught:
        consumer.run(consumer.desired())
    assert str(caught.value) == (
        f"Cannot write {consumer.conf}: the disk is full. Already done on this host: {consumer.keyring} (create)."
    )


def test_a_file_in_the_place_of_the_directory(consumer: Consumer) -> None:
    consumer.directory.write_text("a file")
    with pytest.raises(DcnError, match="Not a directory"):
        consumer.run(consumer.desired())


@pytest.mark.parametrize("target", ["conf", "keyring"])
def test_a_directory_in_the_place_of_a_file(consumer: Consumer, target: str) -> None:
    getattr(consumer, target).mkdir(parents=True)
    with pytest.raises(DcnError, match="is a directory"):
        consumer.run(consumer.desired())


def test_a_conf_that_ceph_refuses(consumer: Consumer) -> None:
    consumer.write(consumer.conf, "[global]\nbare word\n", 0o644)
    with pytest.raises(InputErrors, match="dcn0.conf, line 2"):
        consumer.run(consumer.desired())
    assert not consumer.keyring.exists()


def test_a_client_that_is_no_longer_used(consumer: Consumer) -> None:
    consumer.settle()
    desired = consumer.desired(sealed=False)
    desired["clients"][0]["state"] = "absent"
    result = consumer.run(desired)
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "remove"), ("dcn0.conf", "update")]
    assert not consumer.keyring.exists()
    assert NAME not in consumer.conf.read_text()
    again = consumer.run(desired)
    assert again.values["changed"] is False
    assert [item["reason"] for item in again.values["files"]] == ["absent", "unchanged"]


def test_a_shared_keyring_keeps_other_clients(consumer: Consumer) -> None:
    consumer.settle()
    text = f"[client.other]\n\tkey = {OTHER}\n"
    consumer.write(consumer.keyring, f"{text}[{NAME}]\n\tkey = {OLD}\n", 0o640)
    desired = consumer.desired(sealed=False)
    desired["clients"][0]["state"] = "absent"
    assert consumer.run(desired).values["files"][0]["action"] == "update"
    assert (consumer.keyring.read_text(), mode_of(consumer.keyring)) == (text, 0o640)
    assert consumer.run(desired).values["changed"] is False


def test_a_cluster_that_is_no_longer_used(consumer: Consumer) -> None:
    consumer.settle()
    gone = {"cluster": "dcn0", "state": "absent", "clients": [{"name": NAME}]}
    result = consumer.run(gone)
    assert actions(result) == [(f"dcn0.{NAME}.keyring", "remove"), ("dcn0.conf", "remove")]
    assert os.listdir(consumer.directory) == []
    assert result.diff[1]["after"] == ""
    assert NEW not in json.dumps(result.diff)
    assert consumer.run(gone).values["changed"] is False


def test_files_have_the_order_of_the_input(consumer: Consumer) -> None:
    first, second = consumer.desired(), consumer.desired()
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
        desired_clusters([consumer.desired(sealed=False, **changes)], lookup)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_all_problems_of_the_input_are_reported_together(consumer: Consumer) -> None:
    bad = consumer.desired(sealed=False, cluster="x-y", fsid="f", mode="0666")
    with pytest.raises(InputErrors) as caught:
        desired_clusters([bad, bad], lookup)
    assert len(caught.value.problems) == 7


def test_an_option_that_ceph_would_read_differently(consumer: Consumer) -> None:
    with pytest.raises(InputErrors, match=r"clusters\[0\] \(\[client\] note\)"):
        consumer.run(consumer.desired(options={"note": "a # b"}))


def test_options_are_written_as_ceph_spells_them(consumer: Consumer) -> None:
    consumer.run(consumer.desired(options={"rbd_cache": True, "log_to_stderr": False, "client_mount_timeout": 5}))
    text = consumer.conf.read_text()
    assert "rbd_cache = true\nlog_to_stderr = false\nclient_mount_timeout = 5\n" in text
