# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyrings of a host: staged, repaired, switched at a time, restored when the cluster refuses, and cleared."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import switch_write, transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import AUTH_FAILED, MON_UNREACHABLE, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keyring import key_of
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.switch_plan import clock_problem, switched_keyrings
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.builders.ceph_consumer import NAME, NEW, OLD, OTHER, Consumer, openssl


class Cluster:
    """A cluster that accepts some keys, or does not answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.accepted, self.silent = {OLD, NEW}, False
        monkeypatch.setattr(transport_rados, "connect", self._connect)
        monkeypatch.setattr(transport_rados, "accepts", lambda _conf, _name, key, _timeout, _where: self._accepts(key))
        monkeypatch.setattr(switch_write, "_PAUSE", 0)

    def _accepts(self, key: str | None) -> bool:
        if self.silent:
            raise CephError(MON_UNREACHABLE, "no monitor answered")
        return key in self.accepted

    def _connect(self, _conf: str, name: str, path: str, *_more: Any) -> Any:
        if not self._accepts(key_of(Path(path).read_text(), name)):
            raise CephError(AUTH_FAILED, "the cluster does not accept the key")
        return Handle()


class Handle:
    """A connection."""

    def get_fsid(self) -> str:
        return "fsid"

    def shutdown(self) -> None:
        """Nothing is open."""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    return Cluster(monkeypatch)


def run(consumer: Consumer, pair: tuple[str, str], state: str, check: bool = False, **changes: Any) -> dict[str, Any]:
    """The result for the only keyring, with the diff; at first both keys are sealed for the host."""
    at, sent = changes.pop("at", None), changes.pop("sent", None)
    item = {
        **{"cluster": "dcn0", "client": NAME, "conf": str(consumer.conf), "path": str(consumer.keyring)},
        **{"key_id": key_id(OLD), "next_key_id": key_id(NEW), "rotate": True},
        "sealed": {key_id(key): consumer.sealed(key) for key in (OLD, NEW)},
        **changes,
    }
    asked = switch_write.SwitchRun(state, pair[0], None, 5, 1, at, check, sent)
    values, diff = switch_write.manage(switched_keyrings([item]), asked, openssl, consumer.guarded.add)
    assert OLD not in json.dumps([values, diff]) and NEW not in json.dumps([values, diff])
    return {**values["keyrings"][0], "diff": diff}


def held(consumer: Consumer) -> tuple[str | None, str | None]:
    """The keys in the keyring and beside it."""
    staged = Path(f"{consumer.keyring}.next")
    return key_of(consumer.keyring.read_text(), NAME), key_of(staged.read_text(), NAME) if staged.exists() else None


def test_a_key_is_staged_and_then_switched(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n", 0o640)
    planned = run(consumer, pair, "staged", check=True)
    assert held(consumer) == (OLD, None)
    staged = run(consumer, pair, "staged")
    assert (staged["action"], staged["ok"], held(consumer)) == ("stage", True, (OLD, NEW))
    assert (planned["action"], planned["diff"]) == ("stage", staged["diff"])
    assert os.stat(f"{consumer.keyring}.next").st_mode & 0o777 == 0o640
    assert run(consumer, pair, "staged", sealed={})["changed"] is False
    foreseen = run(consumer, pair, "switched", check=True)
    cluster.accepted = {NEW}
    at = time.time() + 0.3
    switched = run(consumer, pair, "switched", at=at)
    assert time.time() >= at
    assert (switched["action"], switched["ok"], switched["old_refused"]) == ("switch", True, True)
    assert (foreseen["action"], foreseen["diff"]) == ("switch", switched["diff"])
    assert held(consumer) == (NEW, None)
    again = run(consumer, pair, "switched")
    assert (again["changed"], again["ok"], again["old_refused"]) == (False, True, None)
    assert run(consumer, pair, "staged", sealed={})["changed"] is False
    assert {OLD, NEW} <= consumer.guarded


def test_an_old_key_that_is_still_accepted_is_reported(
    consumer: Consumer, pair: tuple[str, str], cluster: Cluster
) -> None:
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    run(consumer, pair, "staged")
    assert cluster.accepted == {OLD, NEW}
    assert run(consumer, pair, "switched")["old_refused"] is False


def test_a_key_that_the_cluster_refuses_is_taken_back(
    consumer: Consumer, pair: tuple[str, str], cluster: Cluster
) -> None:
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    run(consumer, pair, "staged")
    cluster.accepted = {OLD}
    result = run(consumer, pair, "switched")
    assert result["ok"] is False and "The old keyring was restored" in result["error"]
    assert held(consumer) == (OLD, None)


def test_a_cluster_that_does_not_answer_gets_nothing_back(
    consumer: Consumer, pair: tuple[str, str], cluster: Cluster
) -> None:
    """The key may be right: another host may use it already."""
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    run(consumer, pair, "staged")
    cluster.silent = True
    result = run(consumer, pair, "switched")
    assert (result["ok"], result["error"], result["old_refused"]) == (False, "no monitor answered", None)
    assert held(consumer) == (NEW, None)


def test_a_keyring_with_another_key_is_repaired(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    consumer.write(consumer.keyring, f"[client.other]\n\tkey = {OTHER}\n[{NAME}]\n\tkey = {OTHER}\n")
    result = run(consumer, pair, "staged")
    assert (result["action"], result["ok"], held(consumer)) == ("repair", True, (OLD, NEW))
    assert key_of(consumer.keyring.read_text(), "client.other") == OTHER
    cluster.accepted = {NEW}
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OTHER}\n")
    # What an interrupted run staged is of no use any more.
    young = {"key_id": key_id(NEW), "next_key_id": None, "rotate": False}
    foreseen, kept = (run(consumer, pair, "staged", check=check, **young) for check in (True, False))
    assert (kept["action"], kept["ok"], held(consumer)) == ("repair", True, (NEW, None))
    assert foreseen["diff"] == kept["diff"]
    consumer.write(Path(f"{consumer.keyring}.next"), f"[{NAME}]\n\tkey = {OLD}\n")
    assert run(consumer, pair, "staged", **young)["action"] == "clear"
    assert held(consumer) == (NEW, None)


def test_a_keyring_that_cannot_be_switched(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    missing = run(consumer, pair, "staged")
    assert missing["ok"] is False and "run the playbook site first" in missing["error"]
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    unsealed = run(consumer, pair, "staged", sealed={})
    assert unsealed["ok"] is False and "did not come to this host" in unsealed["error"]
    unstaged = run(consumer, pair, "switched")
    assert unstaged["ok"] is False and "is not staged" in unstaged["error"]
    assert held(consumer) == (OLD, None)
    assert cluster.accepted == {OLD, NEW}


def test_a_symbolic_link_stays_one(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    target = consumer.directory / "target"
    consumer.write(target, f"[{NAME}]\n\tkey = {OLD}\n")
    consumer.keyring.symlink_to(target)
    run(consumer, pair, "staged")
    cluster.accepted = {NEW}
    assert run(consumer, pair, "switched")["ok"] is True
    assert consumer.keyring.is_symlink() and key_of(target.read_text(), NAME) == NEW


def test_a_staged_key_is_cleared(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    run(consumer, pair, "staged")
    assert [run(consumer, pair, "cleared")["changed"] for _time in range(2)] == [True, False]
    assert held(consumer) == (OLD, None)
    assert cluster.silent is False


@pytest.mark.parametrize(
    ("sent", "now", "problem"),
    [
        (None, 0, None),
        (1000, 998.5, None),
        (1000, 1029, None),
        (1000, 940, "60 seconds behind"),
        (1000, 1060, "60 seconds ahead of"),
    ],
)
def test_clocks_that_do_not_agree(sent: float | None, now: float, problem: str | None) -> None:
    found = clock_problem(sent, now)
    assert (found is None) if problem is None else problem in str(found)


def test_a_host_with_a_wrong_clock_is_not_ready(consumer: Consumer, pair: tuple[str, str], cluster: Cluster) -> None:
    consumer.write(consumer.keyring, f"[{NAME}]\n\tkey = {OLD}\n")
    for check in (True, False):
        result = run(consumer, pair, "staged", check=check, sent=time.time() + 60)
        assert result["ok"] is False and "synchronise the clocks" in result["error"]
    assert cluster.accepted == {OLD, NEW}


def test_wrong_input() -> None:
    item = {"cluster": "d/0", "client": "client.admin", "conf": "c", "path": "p"}
    with pytest.raises(InputErrors) as caught:
        switched_keyrings([item, {**item, "cluster": "dcn0", "client": NAME}])
    assert [problem.path for problem in caught.value.problems] == [
        *("keyrings[0].cluster", "keyrings[0].client", "keyrings[1].path"),
    ]
