# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ceph_client_revoke, from its options to what it prints."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import connect
from ansible_collections.dcn.glance.plugins.module_utils._ceph.revoke import monitors
from ansible_collections.dcn.glance.plugins.modules import ceph_client_revoke
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FakeMon, make_key
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

GLANCE, NOVA = "client.glance.dcn1", "client.nova.dcn1"
HOST = "192.0.2.31"
Run = Callable[..., dict[str, Any]]


@pytest.fixture(name="mon")
def mon_fixture(monkeypatch: pytest.MonkeyPatch) -> FakeMon:
    mon = FakeMon()
    mon.add(GLANCE, 1, mon="profile rbd")
    mon.add("client.glance.dcn0", 2, mon="profile rbd")
    monkeypatch.setattr(ceph_client_revoke, "connect", lambda _params, _find: mon)
    monkeypatch.setattr(connect, "probe_interpreters_for_module", lambda *_arguments: None)
    return mon


@pytest.fixture(name="run")
def run_fixture(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(check: bool = False, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, {"cluster": "central", **arguments}, check=check, diff=True)
        with pytest.raises(SystemExit):
            ceph_client_revoke.main()
        output = capfd.readouterr().out
        assert make_key(1) not in output and make_key(2) not in output
        return dict(json.loads(output))

    return run


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "action": "none", "changed": False, "gone": True, "refused": None, "error": None, **changes}


def test_check_mode_foretells_and_a_second_run_changes_nothing(mon: FakeMon, run: Run) -> None:
    wanted = {"clients": [GLANCE, NOVA, GLANCE], "addresses": [HOST, "198.51.100.0/28", "2001:DB8:0::31"]}
    fences = [HOST, "198.51.100.0/28", "2001:db8::31"]
    added = [{"address": address, "action": "add", "changed": True} for address in fences]
    checked = run(check=True, **wanted)
    assert mon.changes == [] and "try" not in " ".join(mon.log)
    assert checked["clients"] == [entry(GLANCE, action="remove", changed=True, gone=None), entry(NOVA)]
    done = run(**wanted)
    assert done["clients"] == [entry(GLANCE, action="remove", changed=True, refused=True), entry(NOVA)]
    assert checked["addresses"] == done["addresses"] == added
    assert checked["diff"] == done["diff"]
    assert done["diff"]["before"] == f"{GLANCE}\n"
    assert set(mon.clients) == {"client.glance.dcn0"}
    assert [each.get("addr") or each["range"] for each in mon.blocked] == [
        *("192.0.2.31:0/0", "198.51.100.0:0/28", "[2001:db8::31]:0/0"),
    ]
    mon.log.clear()
    again = run(**wanted)
    assert (again["changed"], mon.changes) == (False, [])
    assert again["clients"] == [entry(GLANCE), entry(NOVA)]
    assert {item["action"] for item in again["addresses"]} == {"none"}


def test_open_connections_are_fenced_each_by_itself(mon: FakeMon, run: Run) -> None:
    mon.add("client.glance.dcn2", 3, mon="profile rbd")
    mon.add(NOVA, 4, mon="profile rbd")
    mon.sessions = {
        "192.0.2.1:0/77": GLANCE,
        f"{HOST}:0/78": NOVA,
        "[2001:db8::9]:0/79": "client.glance.dcn2",
        "192.0.2.7:0/80": "client.glance.dcn0",
    }
    wanted = {"clients": [GLANCE, NOVA, "client.glance.dcn2"], "addresses": [HOST]}
    checked, done = run(check=True, **wanted), run(**wanted)
    # The address of a monitor is not fenced, but a connection from there is. The one from HOST is fenced already.
    assert [item["address"] for item in done["addresses"]] == [HOST, "192.0.2.1:0/77", "[2001:db8::9]:0/79"]
    assert {item["action"] for item in done["addresses"]} == {"add"}
    assert (checked["addresses"], checked["diff"]) == (done["addresses"], done["diff"])
    assert [entry["addr"] for entry in mon.blocked] == [f"{HOST}:0/0", "192.0.2.1:0/77", "[2001:db8::9]:0/79"]
    assert run(**wanted)["changed"] is False


def test_monitors_that_tell_no_connections_do_not_stop_it(mon: FakeMon, run: Run) -> None:
    mon.faults["sessions"] = errno.EACCES
    result = run(clients=[GLANCE])
    assert (result["clients"][0]["refused"], result["addresses"]) == (True, [])


def test_the_fence_is_lifted(mon: FakeMon, run: Run) -> None:
    run(addresses=[HOST, "198.51.100.0/28"])
    lift = {"addresses": [HOST, "198.51.100.0/28", "192.0.2.99"], "addresses_state": "absent"}
    checked = run(check=True, **lift)
    assert len(mon.blocked) == 2
    lifted = run(**lift)
    assert [item["action"] for item in lifted["addresses"]] == ["remove", "remove", "none"]
    assert checked["addresses"] == lifted["addresses"]
    assert mon.blocked == []
    assert run(**lift)["changed"] is False


def test_a_monitor_is_not_fenced(mon: FakeMon, run: Run) -> None:
    result = run(addresses=["192.0.2.1", "192.0.2.0/28", HOST])
    assert [item["action"] for item in result["addresses"]] == ["monitor", "monitor", "add"]
    assert len(mon.blocked) == 1


@pytest.mark.parametrize(
    ("mon_host", "expected"),
    [
        ("[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0] [v2:192.0.2.2:3300/0]", {"192.0.2.1", "192.0.2.2"}),
        ("[v2:[2001:db8::1]:3300/0,v1:[2001:db8::1]:6789/0]", {"2001:db8::1"}),
        ("192.0.2.1 192.0.2.2", {"192.0.2.1", "192.0.2.2"}),
        ("[2001:db8::1]", {"2001:db8::1"}),
    ],
)
def test_addresses_of_monitors(mon_host: str, expected: set[str]) -> None:
    assert monitors(mon_host) == expected


def test_a_key_that_never_worked_proves_nothing(mon: FakeMon, run: Run) -> None:
    mon.faults["try"] = errno.ETIMEDOUT
    (client,) = run(clients=[GLANCE])["clients"]
    assert client == entry(GLANCE, action="remove", changed=True)


def test_a_key_that_is_still_accepted_fails(mon: FakeMon, run: Run) -> None:
    mon.keeps = (GLANCE,)
    result = run(clients=[GLANCE], addresses=[HOST])
    assert result["failed"] and result["changed"]
    assert result["msg"] == (
        f"The cluster central still accepts the old key of {GLANCE}: check its monitors, and run this again."
    )
    assert [item["action"] for item in result["addresses"]] == ["add"]


@pytest.mark.parametrize(
    ("fault", "number", "reason", "left"),
    [("auth rm", errno.EACCES, "not_permitted", True), ("osd blocklist add", errno.EINVAL, "failed", False)],
)
def test_one_failure_does_not_stop_the_rest(
    mon: FakeMon, run: Run, fault: str, number: int, reason: str, left: bool
) -> None:
    mon.faults[fault] = number
    result = run(clients=[GLANCE], addresses=[HOST])
    assert (result["failed"], result["reason"], result["changed"]) == (True, reason, True)
    assert (GLANCE in mon.clients, bool(mon.blocked)) == (left, left)
    assert result["clients"][0]["gone"] is not left


def test_all_bad_input_at_once_before_any_change(mon: FakeMon, run: Run) -> None:
    names = run(clients=["client.admin", "glance", GLANCE])
    assert "clients[0]: 'client.admin' belongs to the Ceph cluster" in names["msg"] and "clients[1]" in names["msg"]
    places = run(clients=[GLANCE], addresses=["dcn1", "10.0.0.0/8", "192.0.2.31:0/1", HOST, "192.0.2.31/28"])
    assert [line.partition(":")[0] for line in places["msg"].splitlines()] == [
        *("addresses[0]", "addresses[1]", "addresses[2]", "addresses[4]"),
    ]
    assert run(clients=[GLANCE], expire=0)["reason"] == "input_invalid"
    assert mon.log == []


def test_another_cluster_is_refused(mon: FakeMon, run: Run) -> None:
    assert run(clients=[GLANCE], fsid="99999999-2222-3333-4444-555555555555")["reason"] == "wrong_cluster"
    assert mon.changes == []
