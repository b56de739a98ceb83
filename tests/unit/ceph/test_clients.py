# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of a cluster: planned changes, their execution, and errors."""

from __future__ import annotations

import errno
import json
import shutil
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input, recipient, sealing, transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_write import ClientsResult, manage
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FSID, FakeMon, make_key

RBD = {"mon": "profile rbd", "mgr": None, "osd": "profile rbd pool=images"}


def client(name: str, state: str = "present", **caps: str) -> dict[str, Any]:
    return {"name": name, "state": state, "caps": caps or dict(RBD)}


def gone(name: str) -> dict[str, Any]:
    return {"name": name, "state": "absent", "caps": None}


def openssl() -> sealing.Openssl:
    return sealing.Openssl(shutil.which("openssl"))


def run(
    mon: FakeMon,
    items: list[dict[str, Any]],
    recipients: list[dict[str, Any]] | None = None,
    check: bool = False,
    guarded: set[str] | None = None,
) -> ClientsResult:
    desired = clients_input.desired_clients(items, "client.admin")
    who = clients_input.recipients(recipients or [], desired)
    guard = (guarded if guarded is not None else set()).add
    return manage(CephAuth(mon, "dcn0"), "dcn0", desired, who, openssl, guard, check)


def test_a_missing_client_is_created_once() -> None:
    mon = FakeMon()
    first = run(mon, [client("client.a")])
    assert mon.changes == ["auth get-or-create client.a"]
    assert mon.clients["client.a"]["caps"] == {"mon": "profile rbd", "osd": "profile rbd pool=images"}
    assert first.values["changed"] is True
    assert first.values["clients"] == [
        {
            "name": "client.a",
            "action": "create",
            "changed": True,
            "error": None,
            "caps_before": None,
            "caps_after": {"mon": "profile rbd", "osd": "profile rbd pool=images"},
            "key_type": "aes",
            "key_id": key_id(mon.clients["client.a"]["key"]),
            "key_created": "2023-11-14T22:13:20Z",
        }
    ]
    assert first.values["cluster_info"] == {"fsid": FSID, "mon_host": "[v2:192.0.2.1:3300/0]"}
    mon.log.clear()
    second = run(mon, [client("client.a")])
    assert mon.changes == []
    assert second.values["changed"] is False
    assert second.values["clients"][0]["action"] == "none"
    assert second.values["clients"][0]["key_id"] == first.values["clients"][0]["key_id"]


def test_check_mode_says_the_same_and_does_nothing() -> None:
    mon = FakeMon()
    mon.add("client.drift", mon="profile rbd", osd="allow *")
    mon.add("client.old")
    items = [client("client.new"), client("client.drift"), gone("client.old"), gone("client.never")]
    planned = run(mon, items, check=True)
    assert mon.changes == []
    done = run(mon, items)
    assert mon.changes == ["auth get-or-create client.new", "auth caps client.drift", "auth rm client.old"]
    assert planned.diff == done.diff
    unknown = dict.fromkeys(("key_id", "key_type", "key_created"))
    for before, after in zip(planned.values["clients"], done.values["clients"]):
        assert {**before, **unknown} == {**after, **unknown}
    assert [item["action"] for item in done.values["clients"]] == ["create", "caps", "remove", "none"]
    assert [item["changed"] for item in done.values["clients"]] == [True, True, True, False]
    assert (done.values["clients"][2]["key_id"], done.values["clients"][2]["caps_after"]) == (None, None)
    assert done.diff["before"] == "client.drift:\n  mon: profile rbd\n  osd: allow *\nclient.old:\n"
    assert done.diff["after"] == (
        "client.new:\n  mon: profile rbd\n  osd: profile rbd pool=images\n"
        "client.drift:\n  mon: profile rbd\n  osd: profile rbd pool=images\n"
    )
    assert run(mon, items).values["changed"] is False


@pytest.mark.parametrize(
    ("stored", "changes"),
    [
        ({"mon": "allow profile rbd", "osd": 'profile rbd pool="images"'}, []),
        ({"mon": "profile rbd", "osd": "profile rbd  pool images"}, []),
        ({"mon": "profile rbd", "osd": "profile rbd pool=images", "mgr": "allow r"}, ["auth caps client.a"]),
        ({"mon": "profile rbd"}, ["auth caps client.a"]),
        ({"mon": "profile rbd", "osd": "text that no monitor accepts"}, ["auth caps client.a"]),
        ({}, ["auth caps client.a"]),
    ],
)
def test_capabilities_are_compared_by_meaning(stored: dict[str, str], changes: list[str]) -> None:
    mon = FakeMon()
    key = mon.add("client.a", **stored)
    result = run(mon, [client("client.a")])
    assert mon.changes == changes
    assert result.values["changed"] is bool(changes)
    assert mon.clients["client.a"]["key"] == key
    assert result.values["clients"][0]["caps_before"] == stored


def test_a_client_of_others_keeps_its_capabilities() -> None:
    mon = FakeMon()
    wanted = [{**client("client.a"), "keep_caps": True}]
    assert run(mon, wanted).values["clients"][0]["action"] == "create"
    mon.clients["client.a"]["caps"]["osd"] = "profile rbd pool=backups"
    found = run(mon, wanted).values
    assert found["changed"] is False and mon.changes == ["auth get-or-create client.a"]
    assert found["clients"][0]["caps_after"]["osd"] == "profile rbd pool=backups"


def test_all_input_is_checked_before_anything_is_read() -> None:
    mon = FakeMon()
    items = [
        client("client.a", osd="garbage"),
        client("client."),
        client("foo.x"),
        {"name": "client.b", "state": "present", "caps": None},
        client("client.admin"),
        client("client.c", mon="profile rdb"),
        client("client.d"),
        client("client.d"),
    ]
    with pytest.raises(InputErrors) as caught:
        run(mon, items)
    assert [problem.path for problem in caught.value.problems] == [
        "clients[0].caps",
        "clients[1].name",
        "clients[2].name",
        "clients[3].caps",
        "clients[4].name",
        "clients[5].caps",
        "clients[7]",
    ]
    assert mon.log == []


@pytest.mark.parametrize(
    ("command", "option", "suggestion"),
    [
        ("podman exec -it central", "-it", "podman, exec, -i, central"),
        ("podman exec -ti central", "-ti", "podman, exec, -i, central"),
        ("podman exec -t central", "-t", "podman, exec, -i, central"),
        ("podman exec -t -i central", "-t", "podman, exec, -i, central"),
        ("podman exec --tty --interactive central", "--tty", "podman, exec, --interactive, central"),
        ("docker exec --tty=true -u 0 -i central", "--tty=true", "docker, exec, -u, 0, -i, central"),
        ("sudo -n /usr/bin/podman exec -dit central", "-dit", "sudo, -n, /usr/bin/podman, exec, -di, central"),
        ("kubectl -n ceph exec -it pod -- env -t", "-it", "kubectl, -n, ceph, exec, -i, pod, --, env, -t"),
        ("podman run --rm -it image", "-it", "podman, run, --rm, -i, image"),
    ],
)
def test_a_command_with_a_terminal_is_refused(command: str, option: str, suggestion: str) -> None:
    with pytest.raises(InputErrors) as caught:
        clients_input.check_exec(command.split())
    assert str(caught.value) == (
        f"exec: '{option}' gives the ceph program a terminal, where it waits for input and does not end: "
        f"write [{suggestion}]"
    )


@pytest.mark.parametrize(
    "command",
    [
        "",
        "podman exec -i central",
        "podman exec --tty=false -i central",
        "podman exec -i -e A=-t --workdir /tmp central",
        "nsenter -t 1 -m podman exec -i central",
        "timeout -t 5",
        "kubectl exec -i pod -- nice -t",
        "cephadm shell --",
    ],
)
def test_a_command_without_a_terminal_is_accepted(command: str) -> None:
    clients_input.check_exec(command.split())


@pytest.mark.parametrize("empty", ["", " ", None])
def test_an_empty_kind_of_capabilities_is_not_given(empty: str | None) -> None:
    caps = {"mon": "profile rbd", "mds": empty}
    [client] = clients_input.desired_clients([{"name": "client.a", "caps": caps}], "client.admin")
    [expected] = clients_input.desired_clients([{"name": "client.a", "caps": {"mon": "profile rbd"}}], "client.admin")
    assert client == expected
    with pytest.raises(InputErrors, match="at least one kind"):
        clients_input.desired_clients([{"name": "client.a", "caps": {"mon": empty}}], "client.admin")


def test_the_administrator_of_the_task_is_refused() -> None:
    with pytest.raises(InputErrors, match="the administrator that this task uses"):
        clients_input.desired_clients([gone("client.boss")], "client.boss")


#: Faults by command, and after them: the reason, the clients whose change failed, and the message.
PARTIAL_FAILURES: list[tuple[dict[str, int], str, list[str], str]] = [
    (
        {"auth get-or-create client.b": errno.EINVAL},
        "caps_invalid",
        ["client.b"],
        "The cluster dcn0 refused 'auth get-or-create client.b' with EINVAL: made to fail.\n"
        "Already done on this cluster: auth get-or-create client.a; auth caps client.c; auth rm client.d.",
    ),
    (
        {"auth caps client.c": errno.EPERM},
        "not_permitted",
        ["client.c"],
        "The cluster dcn0 does not permit this administrator to run 'auth caps client.c': made to fail.\n"
        "Already done on this cluster: auth get-or-create client.a; auth get-or-create client.b; auth rm client.d.",
    ),
    (
        {"auth rm client.d": errno.EIO, "auth get-or-create client.a": errno.EINVAL},
        "caps_invalid",
        ["client.a", "client.d"],
        "The cluster dcn0 refused 'auth get-or-create client.a' with EINVAL: made to fail.\n"
        "The cluster dcn0 refused 'auth rm client.d' with EIO: made to fail.\n"
        "Already done on this cluster: auth get-or-create client.b; auth caps client.c.",
    ),
    (
        {"auth get-or-create client.b": errno.ETIMEDOUT},
        "mon_unreachable",
        ["client.b", "client.c", "client.d"],
        "The cluster dcn0 did not answer 'auth get-or-create client.b' in time: made to fail.\n"
        "'auth caps client.c' was not sent, because the cluster dcn0 did not answer.\n"
        "'auth rm client.d' was not sent, because the cluster dcn0 did not answer.\n"
        "Already done on this cluster: auth get-or-create client.a.",
    ),
    (
        {"auth get-or-create": errno.EINVAL, "auth caps": errno.EINVAL, "auth rm": errno.EINVAL},
        "caps_invalid",
        ["client.a", "client.b", "client.c", "client.d"],
        "The cluster dcn0 refused 'auth get-or-create client.a' with EINVAL: made to fail.\n"
        "The cluster dcn0 refused 'auth get-or-create client.b' with EINVAL: made to fail.\n"
        "The cluster dcn0 refused 'auth caps client.c' with EINVAL: made to fail.\n"
        "The cluster dcn0 refused 'auth rm client.d' with EINVAL: made to fail. Nothing was changed.",
    ),
]


@pytest.mark.parametrize(("faults", "reason", "failed", "text"), PARTIAL_FAILURES)
def test_other_changes_are_made_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, faults: dict[str, int], reason: str, failed: list[str], text: str
) -> None:
    mon = FakeMon(faults=faults)
    mon.add("client.c", mon="allow r")
    mon.add("client.d", mon="allow r")
    monkeypatch.setattr(transport_rados, "connect", lambda *_arguments: mon)
    transport = transport_rados.RadosTransport("/c", "client.admin", None, 5, "dcn0")
    items = [client("client.a"), client("client.b"), client("client.c"), gone("client.d")]
    desired = clients_input.desired_clients(items, "client.admin")
    result = manage(CephAuth(transport, "dcn0"), "dcn0", desired, [], openssl, set[str]().add, False)
    assert result.error is not None
    assert (result.error.reason, str(result.error)) == (reason, text)
    clients = result.values["clients"]
    assert [item["name"] for item in clients if item["error"] is not None] == failed
    assert [item["name"] for item in clients if item["changed"]] == [
        item["name"] for item in clients if item["name"] not in failed
    ]
    assert result.values["changed"] is (len(failed) < 4)
    assert all(item["caps_after"] == item["caps_before"] for item in clients if item["error"] is not None)
    assert not any(f"{name}:" in result.diff["before"] + result.diff["after"] for name in failed)
    # The next run makes what failed.
    mon.faults.clear()
    again = manage(CephAuth(transport, "dcn0"), "dcn0", desired, [], openssl, set[str]().add, False)
    assert [item["name"] for item in again.values["clients"] if item["changed"]] == failed
    assert again.error is None


def test_created_keys_are_sealed_when_another_change_fails(host: tuple[str, str]) -> None:
    mon = FakeMon(faults={"auth get-or-create client.b": errno.EINVAL})
    recipients = [{"host": "h", "public_key": host[1], "clients": ["client.a", "client.b"], "key_ids": {}}]
    result = run(mon, [client("client.a"), client("client.b")], recipients)
    assert result.error is not None
    assert sorted(result.values["sealed"]["h"]) == ["client.a"]
    assert [item["key_id"] is None for item in result.values["clients"]] == [False, True]


@pytest.mark.parametrize(
    ("command", "code", "reason", "part"),
    [
        (
            "auth get client.a",
            errno.EACCES,
            "not_permitted",
            "does not permit this administrator to run 'auth get client.a'",
        ),
        ("auth get client.a", errno.EPERM, "not_permitted", "does not permit"),
        ("auth get client.a", errno.ETIMEDOUT, "mon_unreachable", "did not answer 'auth get client.a' in time"),
        ("auth get client.a", errno.EIO, "failed", "with EIO"),
        ("mon dump", errno.EACCES, "not_permitted", "'mon dump'"),
        ("mon dump", errno.ENOENT, "not_found", "with ENOENT"),
        ("auth get-or-create", errno.ENOENT, "not_found", "with ENOENT"),
        ("auth get-or-create", errno.EACCES, "not_permitted", "Nothing was changed"),
    ],
)
def test_failures_have_reasons(command: str, code: int, reason: str, part: str) -> None:
    error: CephError | None
    try:
        error = run(FakeMon(faults={command: code}), [client("client.a")]).error
    except CephError as raised:
        error = raised
    assert error is not None
    assert error.reason == reason
    assert part in str(error)


def test_another_cluster_is_refused_before_anything_is_changed() -> None:
    mon = FakeMon()
    desired = clients_input.desired_clients([client("client.a")], "client.admin")
    other = FSID.replace(FSID[0], "f" if FSID[0] != "f" else "e")
    with pytest.raises(CephError, match=f"must have the fsid {other}, but the monitors report {FSID}") as caught:
        manage(CephAuth(mon, "dcn0", other), "dcn0", desired, [], openssl, set[str]().add, False)
    assert caught.value.reason == "wrong_cluster"
    assert mon.changes == []
    manage(CephAuth(mon, "dcn0", FSID.upper()), "dcn0", desired, [], openssl, set[str]().add, False)
    assert mon.changes == ["auth get-or-create client.a"]


def test_missing_pools_are_a_warning() -> None:
    items = [
        client("client.a", osd="profile rbd pool=nope, profile rbd pool=images"),
        client("client.b", mgr="profile rbd pool=nope"),
    ]
    assert run(FakeMon(), items).warnings == [
        "The cluster dcn0 has no pool 'nope', which the capabilities of client.a, client.b name."
    ]
    # An administrator that cannot list pools gets no false warning.
    assert run(FakeMon(faults={"osd pool ls": errno.EACCES}), items).warnings == []


def test_an_empty_key_in_the_cluster_is_a_warning() -> None:
    mon = FakeMon()
    mon.add("client.a", **{kind: text for kind, text in RBD.items() if text})
    mon.clients["client.a"]["key"] = "AAAAAAAAAAAAAAAA"
    result = run(mon, [client("client.a")])
    assert result.warnings == ["The cluster dcn0 holds client.a with a key that clients cannot use: the key is empty."]
    assert result.values["clients"][0]["key_type"] == "none"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    directory = str(tmp_path_factory.mktemp("host") / "run")
    return recipient.private_path(directory), str(recipient.public_key(openssl, directory, create=True))


def test_keys_are_sealed_for_hosts_without_them(host: tuple[str, str]) -> None:
    private, public = host
    mon, guarded = FakeMon(), set[str]()
    old = mon.add("client.a", 5, mon="profile rbd", osd="profile rbd pool=images")
    recipients = [
        {"host": "without", "public_key": public, "clients": ["client.a", "client.b"], "key_ids": {}},
        {"host": "stale", "public_key": public, "clients": ["client.a"], "key_ids": {"client.a": "0" * 12}},
        {"host": "has", "public_key": public, "clients": ["client.a"], "key_ids": {"client.a": key_id(old)}},
        {"host": "nokey", "public_key": None, "clients": ["client.a"], "key_ids": {}},
    ]
    result = run(mon, [client("client.a"), client("client.b")], recipients, guarded=guarded)
    sealed = result.values["sealed"]
    assert {name: sorted(blobs) for name, blobs in sealed.items()} == {
        "without": ["client.a", "client.b"],
        "stale": ["client.a"],
    }
    new = mon.clients["client.b"]["key"]
    assert guarded == {old, new}
    assert old not in json.dumps(result.values)
    assert new not in json.dumps(result.values) + json.dumps(result.diff)
    assert sealing.unseal(openssl(), private, sealed["without"]["client.b"], "dcn0", "client.b", key_id(new)) == new


def test_a_client_that_does_not_exist_yet_is_not_sealed_in_check_mode(host: tuple[str, str]) -> None:
    recipients = [{"host": "h", "public_key": host[1], "clients": ["client.a"], "key_ids": {}}]
    assert run(FakeMon(), [client("client.a")], recipients, check=True).values["sealed"] == {}


def test_recipients_are_checked() -> None:
    desired = clients_input.desired_clients([client("client.a"), gone("client.b")], "client.admin")
    items = [
        {"host": "h", "public_key": "nonsense", "clients": ["client.b", "client.c"], "key_ids": {}},
        {"host": "h", "public_key": None, "clients": ["client.a"], "key_ids": None},
    ]
    with pytest.raises(InputErrors) as caught:
        clients_input.recipients(items, desired)
    assert [problem.path for problem in caught.value.problems] == [
        "recipients[0].clients",
        "recipients[0].clients",
        "recipients[1]",
    ]


def test_public_keys_are_checked_before_any_change() -> None:
    mon = FakeMon()
    key = mon.add("client.old", mon="profile rbd", osd="profile rbd pool=images")
    items = [client("client.a"), client("client.old")]
    bad = {"public_key": "nonsense", "key_ids": {}}
    recipients = [{"host": "h", "clients": ["client.a"], **bad}, {"host": "i", "clients": ["client.old"], **bad}]
    with pytest.raises(InputErrors, match="host h: The public key is not an RSA public key in PEM") as caught:
        run(mon, items, recipients)
    assert [problem.path for problem in caught.value.problems] == [
        "recipients[0].public_key",
        "recipients[1].public_key",
    ]
    assert mon.changes == []
    # In check mode a client that does not exist yet has no key to encrypt.
    with pytest.raises(InputErrors) as caught:
        run(mon, items, recipients, check=True)
    assert [problem.path for problem in caught.value.problems] == ["recipients[1].public_key"]
    # A host that holds its keys gets none, so its public key does not matter.
    held = {"host": "i", "clients": ["client.old"], "public_key": "nonsense", "key_ids": {"client.old": key_id(key)}}
    assert run(mon, items, [held]).values["sealed"] == {}


def test_only_the_clients_asked_for_are_read() -> None:
    mon = FakeMon()
    mon.add("client.other", 9)
    run(mon, [client("client.a")], check=True)
    assert mon.log == ["mon dump", "osd pool ls", "auth get client.a"]


def test_key_types_are_reported() -> None:
    mon = FakeMon()
    mon.add("client.a", mon="profile rbd", osd="profile rbd pool=images")
    mon.clients["client.a"]["key"] = make_key(3, kind=2, length=32)
    assert run(mon, [client("client.a")]).values["clients"][0]["key_type"] == "aes256k"
