# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ceph_client_info, from its options to what it prints."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import connect
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.modules import ceph_client_info
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FakeMon, make_key
from ansible_collections.dcn.glance.tests.support.modules import set_arguments


@pytest.fixture(name="mon")
def mon_fixture(monkeypatch: pytest.MonkeyPatch) -> FakeMon:
    mon = FakeMon()
    for name in ("osd.0", "client.admin", "client.glance.dcn1", "client.glance.dcn0", "client.nova.dcn0"):
        mon.add(name, 1, mon="profile rbd")
    mon.clients["client.glance.dcn1"]["pending_key"] = make_key(9)
    mon.clients["client.nova.dcn0"]["key"] = "AAAAAAAAAAAAAAAA"
    monkeypatch.setattr(ceph_client_info, "connect", lambda _params, _find: mon)
    monkeypatch.setattr(connect, "probe_interpreters_for_module", lambda *_arguments: None)
    return mon


def run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, **arguments: Any
) -> tuple[dict[str, Any], str]:
    set_arguments(monkeypatch, {"cluster": "dcn0", **arguments}, check=True, diff=True)
    with pytest.raises(SystemExit):
        ceph_client_info.main()
    output = capfd.readouterr().out
    return json.loads(output), output


def test_clients_are_described_without_their_keys(
    mon: FakeMon, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, output = run(capfd, monkeypatch, names=["client.glance.*", "client.nova.dcn?"])
    base = {"caps": {"mon": "profile rbd"}, "key_type": "aes", "key_id": key_id(make_key(1))}
    base["key_created"] = "2023-11-14T22:13:20Z"
    assert result["changed"] is False
    assert result["clients"] == [
        {"name": "client.glance.dcn0", **base, "pending": False},
        {"name": "client.glance.dcn1", **base, "pending": True},
        {
            **{"name": "client.nova.dcn0", "caps": base["caps"], "key_type": "none", "key_created": None},
            **{"key_id": key_id("AAAAAAAAAAAAAAAA"), "pending": False},
        },
    ]
    assert mon.log == ["auth export"]
    assert mon.closed
    assert make_key(1) not in output and make_key(9) not in output


def test_daemons_are_no_clients(
    mon: FakeMon, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, _output = run(capfd, monkeypatch)
    assert [client["name"] for client in result["clients"]] == sorted(set(mon.clients) - {"osd.0"})


@pytest.mark.parametrize(
    ("arguments", "faults", "reason", "part"),
    [
        ({"names": ["client.a", "glance.*", "*"]}, {}, "input_invalid", "names[1]: 'glance.*' matches no client"),
        ({"exec": ["podman", "exec", "-it", "c"]}, {}, "input_invalid", "terminal"),
        ({}, {"auth export": errno.EACCES}, "not_permitted", "does not permit"),
        ({}, {"auth export": errno.ETIMEDOUT}, "mon_unreachable", "in time"),
    ],
)
def test_failures(
    mon: FakeMon,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    faults: dict[str, int],
    reason: str,
    part: str,
) -> None:
    mon.faults = faults
    result, _output = run(capfd, monkeypatch, **arguments)
    assert (result["failed"], result["reason"]) == (True, reason)
    assert part in result["msg"]
