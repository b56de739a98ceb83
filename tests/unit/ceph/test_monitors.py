# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of monitors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import MonCommand, MonReply
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth, monitor_addresses
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FakeMon


def test_a_stored_client_never_shows_its_key() -> None:
    mon = FakeMon()
    key = mon.add("client.a", mon="profile rbd")
    state = CephAuth(mon, "dcn0").state(["client.a"])
    assert state.clients["client.a"].key == key
    assert key not in repr(state)
    assert key not in repr(mon.read([MonCommand("auth get", "client.a")]))


@pytest.mark.parametrize(
    "document",
    [[], {}, [{"entity": "client.other", "key": "k", "caps": {}}], [{"entity": "client.a", "key": "", "caps": {}}]],
)
def test_an_answer_that_is_not_the_client(document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mon = FakeMon()
    answer = mon._answer

    def answer_auth_get(command: MonCommand) -> MonReply:
        return MonReply(0, json.dumps(document).encode()) if command.prefix == "auth get" else answer(command)

    monkeypatch.setattr(mon, "_answer", answer_auth_get)
    with pytest.raises(CephError, match="answered 'auth get client.a' without a client of that name"):
        CephAuth(mon, "dcn0").state(["client.a"])
    monkeypatch.setattr(mon, "_answer", lambda _command: MonReply(0, b"no JSON"))
    with pytest.raises(CephError, match="answered 'mon dump' with text that is not JSON"):
        CephAuth(mon, "dcn0").state(["client.a"])


@pytest.mark.parametrize(
    ("mons", "expected"),
    [
        (
            {"b": ["v2:192.0.2.2:3300", "v1:192.0.2.2:6789"], "a": ["v2:192.0.2.1:3300", "v1:192.0.2.1:6789"]},
            "[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0] [v2:192.0.2.2:3300/0,v1:192.0.2.2:6789/0]",
        ),
        ({"a": ["v1:192.0.2.1:6789"]}, "192.0.2.1"),
        ({"a": ["v1:192.0.2.1:7000"]}, "[v1:192.0.2.1:7000/0]"),
        ({"a": ["v2:[2001:db8::1]:3300"]}, "[v2:[2001:db8::1]:3300/0]"),
    ],
)
def test_monitor_addresses(mons: dict[str, list[str]], expected: str) -> None:
    dump = {
        "mons": [
            {
                "name": name,
                "public_addrs": {"addrvec": [{"type": item[:2], "addr": item[3:], "nonce": 0} for item in addresses]},
            }
            for name, addresses in mons.items()
        ]
    }
    assert monitor_addresses(dump) == expected
