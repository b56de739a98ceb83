# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pending keys of clients on a cluster: made once, resumed, committed, cleared, and refused by old clusters."""

from __future__ import annotations

import errno
import json
import shutil
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_plan, sealing
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import Recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rotation_write import (
    RotationResult,
    RotationRun,
    rotate,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FakeMon, make_key

NAME = "client.glance.central"
#: Two days after the time in the keys of make_key.
NOW = 1700000000 + 2 * 86400


def openssl() -> sealing.Openssl:
    return sealing.Openssl(shutil.which("openssl"))


def run(
    mon: FakeMon,
    state: str = "pending",
    days: float = 0,
    check: bool = False,
    recipients: list[Recipient] | None = None,
    hidden: set[str] | None = None,
    **clients: str | None,
) -> RotationResult:
    items = [{"name": f"client.{name}", "key_id": key} for name, key in clients.items()] or [{"name": NAME}]
    wanted = rotation_plan.rotated_clients(items, state)
    hide = (hidden if hidden is not None else set()).add
    asked = RotationRun("dcn0", state, days, NOW, check)
    return rotate(CephAuth(mon, "dcn0"), asked, wanted, recipients or [], openssl, hide)


def only(result: RotationResult) -> dict[str, Any]:
    (found,) = result.values["clients"]
    return dict(found)


def test_a_pending_key_is_made_once_and_then_committed() -> None:
    mon, hidden = FakeMon(), set[str]()
    old = mon.add(NAME, mon="profile rbd")
    planned = run(mon, check=True)
    assert mon.changes == []
    made = run(mon, hidden=hidden)
    assert mon.changes == [f"auth get-or-create-pending {NAME}"]
    pending = mon.clients[NAME]["pending_key"]
    assert (only(planned)["action"], only(planned)["pending_key_id"]) == ("create", None)
    assert (only(made)["action"], only(made)["key_id"]) == ("create", key_id(old))
    assert (only(made)["pending_key_id"], only(made)["key_created"]) == (key_id(pending), "2023-11-14T22:13:20Z")
    assert (planned.values["changed"], made.values["changed"]) == (True, True)
    again = run(mon)
    assert (only(again)["action"], only(again)["pending_key_id"], again.values["changed"]) == (
        *("resume", key_id(pending), False),
    )
    asked = {"glance.central": key_id(pending)}
    foreseen, done, second = (run(mon, "committed", check=check, **asked) for check in (True, False, False))
    assert [only(each)["action"] for each in (foreseen, done, second)] == ["commit", "commit", "none"]
    assert foreseen.diff == done.diff
    assert (mon.clients[NAME]["key"], "pending_key" in mon.clients[NAME]) == (pending, False)
    assert {old, pending} <= hidden
    assert not any(key in json.dumps([each.values, each.diff]) for each in (made, done) for key in (old, pending))


@pytest.mark.parametrize(
    ("pending", "state", "days", "action"),
    [
        (None, "pending", 0, "create"),
        (None, "pending", 1, "create"),
        (None, "pending", 3, "none"),
        (make_key(9), "pending", 3, "resume"),
        (None, "cleared", 0, "none"),
        (make_key(9), "cleared", 0, "clear"),
    ],
)
def test_what_happens_to_a_client(pending: str | None, state: str, days: float, action: str) -> None:
    mon = FakeMon()
    old = mon.add(NAME)
    if pending:
        mon.clients[NAME]["pending_key"] = pending
    result = run(mon, state, days)
    assert only(result)["action"] == action
    assert result.values["changed"] is (action in ("create", "clear"))
    assert mon.clients[NAME]["key"] == old


def test_wrong_input_changes_nothing() -> None:
    mon = FakeMon()
    mon.add("client.a")
    with pytest.raises(InputErrors, match=r"clients\[1\].name: client.b: .* run the playbook site first"):
        run(mon, a=None, b=None)
    with pytest.raises(InputErrors, match="another run has replaced it"):
        run(mon, "committed", a="000000000000")
    with pytest.raises(InputErrors, match=r"clients\[0\].key_id: the id of the new key of client.a is required"):
        run(mon, "committed", a=None)
    with pytest.raises(InputErrors, match="belongs to the Ceph cluster itself"):
        run(mon, admin=None)
    assert mon.changes == []


@pytest.mark.parametrize("code", [errno.EPERM, errno.EINVAL])
def test_an_old_cluster_says_what_it_needs(code: int) -> None:
    mon = FakeMon(faults={"auth get-or-create-pending": code})
    mon.add(NAME)
    with pytest.raises(CephError, match=r"need Ceph 17 \(Quincy\) or later on all monitors") as caught:
        run(mon)
    assert caught.value.reason == "unsupported"


def test_one_client_that_fails_does_not_prevent_the_others() -> None:
    mon = FakeMon(faults={"auth get-or-create-pending client.a": errno.EACCES})
    mon.add("client.a")
    mon.add("client.b")
    result = run(mon, a=None, b=None)
    assert result.error is not None and result.error.reason == "not_permitted"
    assert [bool(item["error"]) for item in result.values["clients"]] == [True, False]
    assert "pending_key" in mon.clients["client.b"]


def test_hosts_get_the_keys_that_they_lack(pair: tuple[str, str]) -> None:
    mon = FakeMon()
    old = mon.add(NAME)
    mon.clients[NAME]["pending_key"] = new = make_key(9)
    held = {"has-old": key_id(old), "has-new": key_id(new), "has-other": "other", "has-none": None}
    hosts = [Recipient("r", host, pair[1], (NAME,), {NAME: str(held[host])} if held[host] else {}) for host in held]
    sealed = run(mon, recipients=hosts).values["sealed"]
    both = {key_id(old), key_id(new)}
    assert {host: set(found[NAME]) for host, found in sealed.items()} == {
        "has-old": {key_id(new)},
        "has-other": both,
        "has-none": both,
    }
    blob = sealed["has-old"][NAME][key_id(new)]
    assert sealing.unseal(openssl(), private_path(pair[0]), blob, "dcn0", NAME, key_id(new)) == new
