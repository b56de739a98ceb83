# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx clients of a cluster, and their keys on the way to a consumer, against real Ceph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.lab.ceph import (
    ADMIN,
    CAPS,
    CONF,
    CONSUMER,
    DIRECTORY,
    GLANCE,
    KEYRING,
    RECIPIENT,
    SILENT,
    WATCH,
    Step,
    actions,
    background,
    clean,
    client,
    clients_of,
    command,
    delivery,
    manage,
    printed,
    probe,
    run,
    shell,
)
from ansible_collections.dcn.glance.tests.support.wait import until

__all__ = ["clean"]  # a fixture of every test here

# On the cluster


@pytest.mark.parametrize(
    ("host", "how"),
    [
        (ADMIN, {"transport": "rados"}),
        (ADMIN, {"transport": "cli"}),
        ("localhost", {"exec": ["podman", "exec", "-i", ADMIN]}),
    ],
)
def test_a_client_from_creation_to_removal(lab, host: str, how: dict[str, Any]) -> None:
    get = command(ADMIN, "ceph", "auth", "get", GLANCE, "-f", "json")
    same = {"mon": "allow profile rbd", "mgr": 'profile rbd pool="images"', "osd": "profile rbd pool images"}
    absent = {"name": GLANCE, "state": "absent"}
    everything = run(
        manage(host=host, check=True, **how),
        manage(host=host, **how),
        get,
        manage(host=host, **how),
        command(ADMIN, "ceph", "auth", "caps", GLANCE, *(word for pair in same.items() for word in pair)),
        manage(host=host, **how),
        get,
        command(ADMIN, "ceph", "auth", "caps", GLANCE, "mon", "profile rbd", "osd", "allow *"),
        manage(host=host, check=True, **how),
        manage(host=host, **how),
        get,
        manage(absent, host=host, check=True, **how),
        manage(absent, host=host, **how),
        manage(absent, host=host, **how),
    )
    results = [result for result in everything if "clients" in result]
    shown = [json.loads(result["stdout"])[0] for result in everything if result.get("cmd", [])[2:3] == ["get"]]
    assert [result["changed"] for result in results] == [
        True, True, False, False, True, True, True, True, False,
    ]  # fmt: skip
    assert [result["clients"][0]["action"] for result in results] == [
        "create", "create", "none", "none", "caps", "caps", "remove", "remove", "none",
    ]  # fmt: skip
    assert [entry["caps"] for entry in shown] == [CAPS, same, CAPS]
    assert len({entry["key"] for entry in shown}) == 1
    assert results[4]["clients"][0]["caps_before"] == {"mon": "profile rbd", "osd": "allow *"}
    assert results[4]["diff"] == results[5]["diff"]
    assert clients_of(lab) == []


def test_cluster_info_is_what_the_cluster_says_itself(lab) -> None:
    (result,) = run(manage(check=True))
    lines = [line.rstrip() for line in lab.exec(ADMIN, "ceph", "config", "generate-minimal-conf").splitlines()]
    assert f"\tfsid = {result['cluster_info']['fsid']}" in lines
    assert f"\tmon_host = {result['cluster_info']['mon_host']}" in lines


def test_nothing_is_made_when_one_client_is_wrong(lab) -> None:
    bad = {
        "clients[1].caps: osd 'poool=images'": client("client.test.bad", osd="poool=images"),
        "the profile 'rdb' does not exist": client("client.test.bad", mon="profile rdb"),
        "clients[1].name": client("client."),
        "is not a client": client("foo.x"),
    }
    results = run(*(manage(client(), item) for item in bad.values()))
    for part, result in zip(bad, results):
        assert (result["failed"], result["reason"]) == (True, "input_invalid")
        assert part in result["msg"]
    assert clients_of(lab) == []


def test_canonical_capabilities_are_accepted_by_the_monitor(lab) -> None:
    """Ceph must accept the text that the module writes."""
    texts = [
        {"osd": 'profile rbd pool="im ages" namespace=n', "mgr": 'profile rbd pool="im ages" namespace=n'},
        {"osd": "allow class rbd child_attach pool=images, allow rwx tag rbd *=*", "mgr": "allow rw"},
        {"osd": "allow r class-read object_prefix rbd_id, allow rwx namespace=a*", "mon": "allow service osd rw"},
        {"osd": "profile rbd namespace='', profile rbd network 10.0.0.0/8", "mds": "allow rw fsname=a path=/b"},
        {"mon": "allow command 'osd blocklist' with blocklistop=add addr regex '^[^/]+/[0-9]+$'", "osd": "allow *"},
    ]
    clients = [client(f"client.test.c{number}", **{"mon": "allow r", **caps}) for number, caps in enumerate(texts)]
    made, again = run(manage(*clients, transport="rados"), manage(*clients, transport="cli"))
    assert made["changed"] is True, made.get("msg")
    assert again["changed"] is False, again.get("msg")
    assert len(clients_of(lab)) == len(texts)


def test_why_a_cluster_cannot_be_managed(lab) -> None:
    background(ADMIN, SILENT)
    silent = {"conf": f"{DIRECTORY}/silent.conf", "admin_keyring": "/etc/ceph/ceph.client.admin.keyring", "timeout": 3}
    weak = {"admin": "client.test.weak", "admin_keyring": f"{DIRECTORY}/weak"}
    cases = [
        ({"conf": "/nowhere.conf"}, "conf_missing"),
        ({"admin": "client.nobody"}, "keyring_missing"),
        ({**weak, "admin_keyring": f"{DIRECTORY}/nowhere"}, "keyring_missing"),
        (weak, "not_permitted"),
        ({**weak, "admin_keyring": f"{DIRECTORY}/wrong"}, "auth_failed"),
        (silent, "mon_unreachable"),
    ]
    prepare = shell(
        ADMIN,
        f"mkdir -p {DIRECTORY} && cd {DIRECTORY} && umask 077 && "
        "ceph auth get-or-create client.test.weak mon 'allow r' > weak && "
        "ceph-authtool -C wrong -n client.test.weak --gen-key && "
        "printf '[global]\\nmon_host = [v2:127.0.0.1:3999]\\n' > silent.conf",
    )
    steps = [manage(transport=transport, **case) for transport in ("rados", "cli") for case, _reason in cases]
    _prepared, *results = run(prepare, *steps)
    assert [result.get("reason") for result in results] == [reason for _case, reason in cases] * 2
    for result in results:
        assert "dcn0" in result["msg"] or "client." in result["msg"] or "/nowhere.conf" in result["msg"]
    assert GLANCE not in clients_of(lab)


# From the cluster to the consumer


def test_a_key_comes_to_the_consumer_and_stays_right(lab) -> None:
    stat = command(CONSUMER, "stat", "-c", "%U:%G %a", KEYRING, CONF)
    key = command(CONSUMER, "ceph-authtool", "-n", GLANCE, "-p", KEYRING)
    as_glance = ["runuser", "-u", "glance", "--", "rbd", "--conf", CONF, "--name", GLANCE, "ls", "images"]
    everything = run(
        *delivery(check=True),
        *delivery(),
        stat,
        key,
        command(CONSUMER, *as_glance),
        *delivery(),
        command(CONSUMER, "ceph-authtool", KEYRING, "-n", GLANCE, "--gen-key"),
        *delivery(check=True),
        *delivery(),
        key,
        command(CONSUMER, "rm", KEYRING),
        *delivery(),
        command(CONSUMER, "chmod", "644", KEYRING),
        *delivery(),
        stat,
        key,
        *delivery(),
    )
    files = [result for result in everything if "files" in result]
    assert [actions(result) for result in files] == [
        ["create", "create", "create"],
        ["create", "create", "create"],
        ["none", "none"],
        ["update", "none"],
        ["update", "none"],
        ["create", "none"],
        ["attributes", "none"],
        ["none", "none"],
    ]
    assert files[0]["diff"][1] == files[1]["diff"][1]
    assert files[3]["diff"] == files[4]["diff"]
    commands = [result for result in everything if "rc" in result]
    assert all(result["rc"] == 0 for result in commands)
    keys = {result["stdout"] for result in commands if "-p" in result["cmd"]}
    assert keys == {lab.exec(ADMIN, "ceph", "auth", "get-key", GLANCE).strip()}
    modes = [result["stdout_lines"] for result in commands if result["cmd"][0] == "stat"]
    assert modes == [["glance:glance 600", "root:root 644"]] * 2


def test_a_key_that_was_recreated_in_the_cluster_arrives(lab) -> None:
    *_before, files, result = run(*delivery(), command(ADMIN, "ceph", "auth", "rm", GLANCE), *delivery(), probe())
    assert files["files"][0]["reason"].startswith("has another key")
    assert result["probes"][0]["status"] == "ok"


def test_a_key_for_another_host_is_refused(lab) -> None:
    recipient, made, files = delivery()
    *_before, result = run(recipient, made, command(CONSUMER, "rm", "-rf", RECIPIENT), recipient, files)
    assert (result["failed"], result["reason"]) == (True, "sealing_failed")
    assert "it was encrypted for another host" in result["msg"]
    assert "ceph-test" not in lab.exec(CONSUMER, "ls", "/etc")


def test_files_go_when_the_cluster_goes(lab) -> None:
    clusters = [{"cluster": "dcn0", "state": "absent", "clients": [{"name": GLANCE}]}]
    gone = Step(CONSUMER, "ceph_client_files", {"directory": DIRECTORY, "clusters": clusters})
    *_before, first, second = run(*delivery(), gone, gone)
    assert actions(first) == ["remove", "remove"]
    assert second["changed"] is False
    assert lab.exec(CONSUMER, "ls", DIRECTORY) == ""


def test_no_key_is_ever_shown(lab) -> None:
    """Everything printed at the highest verbosity, and every command line on both hosts meanwhile."""
    lab.exec(ADMIN, "ceph", "auth", "get-or-create", GLANCE, "mon", "profile rbd", "osd", "profile rbd pool=images")
    key = lab.exec(ADMIN, "ceph", "auth", "get-key", GLANCE).strip()
    assert len(key) == 40
    for host in (ADMIN, CONSUMER):
        lab.exec(host, "mkdir", "-p", DIRECTORY)
        background(host, WATCH, f"{DIRECTORY}/seen")
    recipient, made, files = delivery()
    by_program = Step(ADMIN, "ceph_client", {**made.arguments, "transport": "cli"}, register="other")
    output = printed(recipient, made, by_program, files, probe(), recipient, made, files)
    assert output.count("invocation:") >= 8
    assert "FAILED" not in output
    assert key not in output
    assert key in lab.exec(CONSUMER, "cat", KEYRING)
    for host in (ADMIN, CONSUMER):
        seen = lab.exec(host, "cat", f"{DIRECTORY}/seen")
        assert "/usr/bin/python3 && sleep 0" in seen, "the modules were not seen at work"
        assert key not in seen
        lab.exec(host, "rm", f"{DIRECTORY}/seen")


# The list of clients, and their revocation

WAYS = [
    (ADMIN, {"transport": "rados"}),
    (ADMIN, {"transport": "cli"}),
    ("localhost", {"exec": ["podman", "exec", "-i", ADMIN]}),
]


@pytest.mark.long
def test_clients_are_listed_with_the_age_of_their_keys(lab) -> None:
    lab.exec(ADMIN, "ceph", "auth", "get-or-create", GLANCE, "mon", "profile rbd", "osd", "profile rbd pool=images")
    pending = f"ceph auth get-or-create client.test.b mon 'profile rbd' && ceph auth get-or-create-pending {GLANCE}"
    listing = {"cluster": "dcn0", "names": ["client.test.*"]}
    before, *results = run(
        shell(ADMIN, f"{pending} > /dev/null; date -u +%FT%TZ"),
        *(Step(host, "ceph_client_info", {**listing, **how}, check=True) for host, how in WAYS),
    )
    key = lab.exec(ADMIN, "ceph", "auth", "get-key", GLANCE).strip()
    assert [result["transport"] for result in results] == ["rados", "cli", "cli"]
    for result in results:
        assert result["clients"] == results[0]["clients"]
        assert key not in json.dumps(result)
    other, glance = results[0]["clients"]
    assert (glance["name"], glance["pending"], glance["caps"]["mon"]) == (GLANCE, True, "profile rbd")
    assert (other["name"], other["pending"], other["key_type"]) == ("client.test.b", False, "aes")
    assert before["start"][:10] <= glance["key_created"][:10] <= other["key_created"][:19] + "Z"
    assert glance["key_created"] <= before["stdout_lines"][-1]


@pytest.mark.long
@pytest.mark.parametrize(("host", "how"), WAYS)
def test_a_revoked_key_is_refused_and_its_hosts_are_fenced(lab, host: str, how: dict[str, Any]) -> None:
    wanted = {"cluster": "dcn0", "clients": [GLANCE], "addresses": ["192.0.2.9", "198.51.100.0/28", "2001:db8::9"]}
    fences = {"cluster": "dcn0", "addresses": wanted["addresses"], "addresses_state": "absent"}
    steps = {"revoke": {**wanted, **how}, "lift": {**fences, **how}}
    shown = command(ADMIN, "ceph", "osd", "blocklist", "ls")
    create = command(ADMIN, "ceph", "auth", "get-or-create", GLANCE, "mon", "profile rbd")
    everything = run(
        create,
        *(Step(host, "ceph_client_revoke", steps["revoke"], check) for check in (True, False, False)),
        shown,
        *(Step(host, "ceph_client_revoke", steps["lift"], check) for check in (True, False, False)),
        shown,
    )
    _created, checked, done, again, blocked, lifting, lifted, left, free = everything
    assert [each["changed"] for each in (checked, done, again, lifting, lifted, left)] == [
        *(True, True, False, True, True, False),
    ]
    assert (checked["addresses"], checked["diff"]) == (done["addresses"], done["diff"])
    assert done["clients"] == [
        {"name": GLANCE, "action": "remove", "changed": True, "gone": True, "refused": True, "error": None}
    ]
    assert all(part in blocked["stdout"] for part in ("192.0.2.9:0/0", "198.51.100.0:0/28", "[2001:db8::9]:0/0"))
    assert lifting["addresses"] == lifted["addresses"]
    assert not any(part in free["stdout"] for part in ("192.0.2.9", "198.51.100.0", "2001:db8::9"))
    assert clients_of(lab) == []


#: Writes with one connection until that fails, and says so.
_WRITER = f"""
import rados, time
cluster = rados.Rados(conffile="/etc/ceph/ceph.conf", name="{GLANCE}",
                      conf={{"keyring": "{DIRECTORY}/writer", "rados_osd_op_timeout": "5"}})
cluster.connect()
pool = cluster.open_ioctx("images")
state = "writes"
while state == "writes":
    try:
        pool.write_full("dcn-test-writer", b"x")
    except Exception as error:
        state = type(error).__name__
    with open("{DIRECTORY}/state", "w") as file:
        file.write(state)
    time.sleep(0.3)
"""


@pytest.mark.long
@pytest.mark.parametrize("how", [{"transport": "rados"}, {"transport": "cli"}])
def test_an_open_connection_of_a_revoked_client_is_cut(lab, how: dict[str, str]) -> None:
    def state() -> str:
        return lab.exec(ADMIN, "cat", f"{DIRECTORY}/state", check=False)

    create = f"ceph auth get-or-create {GLANCE} mon 'profile rbd' osd 'profile rbd pool=images'"
    lab.exec(ADMIN, "sh", "-c", f"umask 077; mkdir -p {DIRECTORY}; {create} > {DIRECTORY}/writer")
    background(ADMIN, _WRITER)
    until("the client writes", lambda: state() == "writes", every=0.5)
    (done,) = run(Step(ADMIN, "ceph_client_revoke", {"cluster": "dcn0", "clients": [GLANCE], **how}))
    (fence,) = done["addresses"]
    assert fence["action"] == "add" and ":0/" in fence["address"]
    until("the connection is cut", lambda: state() not in ("", "writes"), every=0.5)
    lab.exec(ADMIN, "ceph", "osd", "blocklist", "rm", fence["address"])
    lab.exec(ADMIN, "rados", "-p", "images", "rm", "dcn-test-writer")
