# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of stores: their steps, their clean-up, and the status of failures."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import child_processes, store_probe, transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.store_probe import StoreProbe, pattern, probe
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FSID, FakeRbd

FAULT = CephError("timed_out", "the OSDs did not answer in time")


def store(conf: str = "/dev/null", **changes: Any) -> StoreProbe:
    values = {"denied_pools": ("volumes", "vms"), **changes}
    return StoreProbe("s", "dcn0", conf, "client.glance.central", "images", "dcn-probe-h-1", **values)


def run(rbd: FakeRbd, wanted: StoreProbe | None = None, writes: bool = True) -> tuple[dict[str, Any], list[str]]:
    steps: list[str] = []
    result = probe(wanted or store(), lambda _item: rbd, steps.append, writes)
    return result.values(), steps


def test_a_good_store() -> None:
    rbd = FakeRbd()
    result, steps = run(rbd)
    assert result == {
        "ok": True,
        "status": "ok",
        "error": None,
        "fsid": FSID,
        "denied": {"volumes": "refused", "vms": "refused"},
        "leftover": None,
    }
    assert steps == [
        "connect", "fsid", "create", "write", "snapshot", "protect", "read", "clean", "denied volumes", "denied vms",
    ]  # fmt: skip
    assert rbd.images == {}
    assert rbd.closed


@pytest.mark.parametrize(
    ("rbd", "wanted", "status", "part"),
    [
        (FakeRbd(writable=()), store(), "not_permitted", "create images/dcn-probe-h-1"),
        (FakeRbd(pools=("vms",)), store(), "pool_missing", "no pool images"),
        (FakeRbd(), store(fsid="other"), "wrong_cluster", "is on other"),
        (FakeRbd(writable=("images", "vms")), store(), "too_much_access", "pools vms (writable)"),
        (FakeRbd(readable=("volumes",)), store(), "too_much_access", "pools volumes (readable)"),
    ],
)
def test_a_bad_store(rbd: FakeRbd, wanted: StoreProbe, status: str, part: str) -> None:
    result, _steps = run(rbd, wanted)
    assert (result["ok"], result["status"]) == (False, status)
    assert part in result["error"]
    assert rbd.images == {}
    assert rbd.closed


def test_a_denied_pool_that_does_not_exist_is_reported() -> None:
    result, _steps = run(FakeRbd(pools=("images", "vms")))
    assert result["ok"] is True
    assert result["denied"] == {"volumes": "missing", "vms": "refused"}


@pytest.mark.parametrize("method", ["write", "snapshot", "protect", "read"])
def test_images_are_removed_after_a_failed_step(method: str) -> None:
    rbd = FakeRbd(faults={method: FAULT})
    result, steps = run(rbd)
    assert (result["ok"], result["status"], result["leftover"]) == (False, "timed_out", None)
    assert steps[-1] == "clean"
    assert rbd.images == {}


@pytest.mark.parametrize("method", ["unprotect", "remove_snapshot", "remove"])
def test_a_leftover_image_is_reported(method: str) -> None:
    result, _steps = run(FakeRbd(faults={method: FAULT}))
    assert (result["ok"], result["status"], result["leftover"]) == (False, "failed", "images/dcn-probe-h-1")
    assert "images/dcn-probe-h-1 on the cluster dcn0 could not be removed" in result["error"]


def test_an_image_may_be_left_over_after_a_failed_creation() -> None:
    result, _steps = run(FakeRbd(faults={"create": FAULT, "remove": FAULT}))
    assert (result["status"], result["leftover"]) == ("timed_out", "images/dcn-probe-h-1")
    clean, _steps = run(FakeRbd(faults={"create": FAULT}))
    assert (clean["status"], clean["leftover"]) == ("timed_out", None)


def test_other_bytes_than_written() -> None:
    class OtherData(FakeRbd):
        def read(self, ref: Any, length: int) -> bytes:
            return b"\0" * length

    rbd = OtherData()
    result, _steps = run(rbd)
    assert result["status"] == "failed"
    assert "does not hold what was written" in result["error"]
    assert rbd.images == {}


def test_patterns_differ() -> None:
    assert len(pattern("a")) == 64 * 1024
    assert pattern("a") != pattern("b")


def test_check_mode_only_connects() -> None:
    rbd = FakeRbd(faults={"create": FAULT})
    result, steps = run(rbd, writes=False)
    assert (result["ok"], result["status"], result["fsid"]) == (True, "connected", FSID)
    assert steps == ["connect", "fsid"]


@pytest.mark.parametrize("reason", ["conf_missing", "keyring_missing", "tool_missing"])
def test_missing_files_and_packages_are_skipped_in_check_mode_only(reason: str) -> None:
    def connect(_item: StoreProbe) -> FakeRbd:
        raise CephError(reason, "missing")

    checked = probe(store(), connect, list[str]().append, False)
    assert (checked.ok, checked.status) == (None, "skipped")
    done = probe(store(), connect, list[str]().append, True)
    assert (done.ok, done.status) == (False, reason)


def test_check_mode_does_not_connect_without_files() -> None:
    def connect(_item: StoreProbe) -> FakeRbd:
        raise AssertionError("connected without files")

    result = probe(store("/nowhere.conf", keyring="/nowhere.keyring"), connect, list[str]().append, False)
    assert result.status == "skipped"
    assert result.error == "Not installed yet: /nowhere.conf and /nowhere.keyring."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as another user")
@pytest.mark.parametrize("check", [True, False])
def test_a_conf_without_permission_is_not_missing(tmp_path: Path, check: bool) -> None:
    """The status is that of a connection, also in check mode, where a missing conf is skipped."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "dcn0.conf").write_text("[global]\n")
    missing = tmp_path / "missing" / "dcn0.conf"
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)

    def connect(item: StoreProbe) -> FakeRbd:
        transport_rados.check_files(item.conf, [], item.client)
        return FakeRbd()

    items_ = items({"conf": str(closed / "dcn0.conf")}, {"conf": str(missing)})
    probes = store_probe.run(store_probe.requested_probes(items_, "h"), connect, "nobody", 5, check)
    assert [item["status"] for item in probes] == ["conf_unreadable", "skipped" if check else "conf_missing"]


# Several stores in parallel


def items(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    base = {
        "cluster": "dcn0",
        "conf": "/dev/null",
        "client": "client.a",
        "keyring": None,
        "pool": "images",
        "denied_pools": [],
        "fsid": None,
    }
    return [{**base, "store": f"s{number}", **change} for number, change in enumerate(changes)]


def test_stores_are_probed_in_parallel_and_reported_in_order() -> None:
    def connect(item: StoreProbe) -> FakeRbd:
        time.sleep(0.6)
        if item.store == "s1":
            raise CephError("auth_failed", "wrong key")
        return FakeRbd()

    wanted = store_probe.requested_probes(items({}, {}, {}), "host.example.org")
    began = time.monotonic()
    probes = store_probe.run(wanted, connect, None, 5, False)
    assert time.monotonic() - began < 1.6
    assert [(item["store"], item["status"]) for item in probes] == [("s0", "ok"), ("s1", "auth_failed"), ("s2", "ok")]
    assert all(item["seconds"] >= 0.6 for item in probes)
    assert store_probe.failures(probes) == ["store s1 (cluster dcn0): wrong key"]


def test_a_hanging_probe_is_stopped() -> None:
    class Hanging(FakeRbd):
        def write(self, ref: Any, data: bytes) -> None:
            time.sleep(60)

    wanted = store_probe.requested_probes(items({}, {}), "h")

    def connect(item: StoreProbe) -> FakeRbd:
        return Hanging() if item.store == "s0" else FakeRbd()

    jobs = [lambda report, item=item: probe(item, connect, report, True).values() for item in wanted]
    began = time.monotonic()
    outcomes = child_processes.run_all(jobs, None, 1.0)
    assert time.monotonic() - began < 5
    results = [store_probe._result(item, outcome) for item, outcome in zip(wanted, outcomes)]
    assert [item["status"] for item in results] == ["timed_out", "ok"]
    assert results[0]["leftover"] == f"images/{wanted[0].image}"
    assert "at the step 'write'" in results[0]["error"]
    assert f"The image images/{wanted[0].image} may be left over." in store_probe.failures(results)[0]


def test_a_child_process_that_dies() -> None:
    def die(report: Any) -> dict[str, Any]:
        report("step")
        os.kill(os.getpid(), 9)
        return {}

    outcome = child_processes.run_all([die], None, 5)[0]
    assert (outcome.value, outcome.killed, outcome.steps) == (None, False, ["step"])
    assert outcome.error == "The child process died."


def test_errors_of_a_function() -> None:
    def expected(_report: Any) -> dict[str, Any]:
        raise CephError("not_found", "no such thing")

    def unexpected(_report: Any) -> dict[str, Any]:
        raise ZeroDivisionError("oops")

    known, unknown = child_processes.run_all([expected, unexpected], None, 5)
    assert (known.error, known.reason) == ("no such thing", "not_found")
    assert "ZeroDivisionError: oops" in str(unknown.error)


def test_a_large_result_is_complete() -> None:
    outcome = child_processes.run_all([lambda _report: {"text": "x" * 500_000}], None, 10)[0]
    assert outcome.value == {"text": "x" * 500_000}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as another user")
def test_the_child_process_runs_as_the_user_only() -> None:
    nobody = pwd.getpwnam("nobody")

    def who(_report: Any) -> dict[str, Any]:
        try:
            os.setuid(0)
            back = True
        except PermissionError:
            back = False
        return {"ids": [*os.getresuid(), *os.getresgid()], "groups": os.getgroups(), "back": back}

    outcome = child_processes.run_all([who], child_processes.account("nobody"), 5)[0]
    assert outcome.value == {
        "ids": [nobody.pw_uid] * 3 + [nobody.pw_gid] * 3,
        "groups": os.getgrouplist("nobody", nobody.pw_gid),
        "back": False,
    }
    assert os.geteuid() == 0


def test_an_account_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert child_processes.account(None) is None
    with pytest.raises(DcnError, match="'no-such-user' does not exist"):
        child_processes.account("no-such-user")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(DcnError, match="use 'become'"):
        child_processes.account("nobody")


def test_an_unknown_user_is_skipped_in_check_mode_only() -> None:
    wanted = store_probe.requested_probes(items({}), "h")
    checked = store_probe.run(wanted, lambda _item: FakeRbd(), "no-such-user", 5, True)
    assert (checked[0]["ok"], checked[0]["status"]) == (None, "skipped")
    with pytest.raises(DcnError, match="no-such-user"):
        store_probe.run(wanted, lambda _item: FakeRbd(), "no-such-user", 5, False)


def test_input_of_probes() -> None:
    names = {item.image for item in store_probe.requested_probes(items({}, {}), "a_b.example.org")}
    assert len(names) == 2
    assert all(name.startswith("dcn-probe-a-b-") for name in names)
    with pytest.raises(InputErrors) as caught:
        store_probe.requested_probes(items({"client": "glance"}, {"denied_pools": ["images"]}), "h")
    assert [problem.path for problem in caught.value.problems] == ["stores[0].client", "stores[1].denied_pools"]


def test_files_that_another_user_cannot_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root acts as another user")
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)

    def read(_report: Any) -> dict[str, Any]:
        try:
            return {"text": secret.read_text()}
        except PermissionError:
            return {"text": None}

    assert child_processes.run_all([read], child_processes.account("nobody"), 5)[0].value == {"text": None}
    assert child_processes.run_all([read], None, 5)[0].value == {"text": "x"}
