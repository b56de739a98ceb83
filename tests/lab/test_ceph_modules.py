# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx clients from a spoke's cluster to a host of the hub, each module by itself, against real Ceph.

dcn0 administers, central consumes. Everything has names of its own and is removed at the end.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.lab.ceph_support import Step, command, printed, run, shell

ADMIN, CONSUMER = "dcn0", "central"
DIRECTORY, RECIPIENT = "/etc/ceph-test", "/run/dcn.glance-test"
GLANCE = "client.test.glance"
CAPS = {"mon": "profile rbd", "mgr": "profile rbd pool=images", "osd": "profile rbd pool=images"}
KEYRING, CONF = f"{DIRECTORY}/dcn0.{GLANCE}.keyring", f"{DIRECTORY}/dcn0.conf"
IMAGE = "dcn-test-image"
# A monitor that was stopped: the port is open, and nobody speaks.
SILENT = """
import socket, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 3999))
s.listen(50)
time.sleep(120)
"""
# Notes every command line and environment until its file is gone.
WATCH = """
import glob, os, sys
seen = set()
with open(sys.argv[1], "w", 1) as log:
    while os.path.exists(sys.argv[1]):
        for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
            try:
                text = open(path, "rb").read().replace(b"\\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if text not in seen:
                seen.add(text)
                log.write(text + "\\n")
"""


def clients_of(lab) -> list[str]:
    """The names of this file's clients on the cluster."""
    dump = json.loads(lab.exec(ADMIN, "ceph", "auth", "ls", "-f", "json"))["auth_dump"]
    return [entry["entity"] for entry in dump if entry["entity"].startswith("client.test.")]


@pytest.fixture(autouse=True)
def clean(lab) -> Iterator[None]:
    """No client, file or image of these tests before and after."""

    def sweep() -> None:
        for name in clients_of(lab):
            lab.exec(ADMIN, "ceph", "auth", "rm", name)
        for host in (ADMIN, CONSUMER):
            lab.exec(host, "rm", "-rf", DIRECTORY, RECIPIENT)
        if IMAGE in lab.exec(ADMIN, "rbd", "ls", "images"):
            lab.exec(ADMIN, "rbd", "snap", "unprotect", f"images/{IMAGE}@snap", check=False)
            lab.exec(ADMIN, "rbd", "snap", "purge", f"images/{IMAGE}")
            lab.exec(ADMIN, "rbd", "rm", f"images/{IMAGE}")

    sweep()
    yield
    sweep()


def background(host: str, program: str, *arguments: str) -> None:
    subprocess.run(
        ["podman", "exec", "-d", host, "timeout", "300", "python3", "-c", program, *arguments],
        check=True,
        capture_output=True,
    )


def client(name: str = GLANCE, **caps: str) -> dict[str, Any]:
    return {"name": name, "caps": caps or CAPS}


def manage(*clients: dict[str, Any], host: str = ADMIN, check: bool = False, **more: Any) -> Step:
    return Step(host, "ceph_client", {"cluster": "dcn0", "clients": list(clients) or [client()], **more}, check)


def delivery(check: bool = False) -> list[Step]:
    """The whole way of a key: what the host has, what the cluster gives, what becomes of the files."""
    held = f"{{{{ hostvars.{CONSUMER}.found.key_ids['{KEYRING}'] | default({{}}) }}}}"
    who = {
        "host": CONSUMER,
        "public_key": f"{{{{ hostvars.{CONSUMER}.found.public_key }}}}",
        "clients": [GLANCE],
        "key_ids": held,
    }
    made = f"hostvars.{ADMIN}.made"
    wanted = {
        "name": GLANCE,
        "key_id": f"{{{{ {made}.clients[0].key_id }}}}",
        "sealed": f"{{{{ ({made}.sealed.{CONSUMER} | default({{}}))['{GLANCE}'] | default(omit) }}}}",
        "owner": "glance",
        "group": "glance",
    }
    cluster = {
        "cluster": "dcn0",
        "fsid": f"{{{{ {made}.cluster_info.fsid }}}}",
        "mon_host": f"{{{{ {made}.cluster_info.mon_host }}}}",
        "options": {"client_mount_timeout": 10, "rados_mon_op_timeout": 10},
        "clients": [wanted],
    }
    ceph_client = {"cluster": "dcn0", "clients": [client()], "recipients": [who]}
    files = {"directory": DIRECTORY, "recipient_directory": RECIPIENT, "clusters": [cluster]}
    return [
        Step(CONSUMER, "key_recipient", {"directory": RECIPIENT, "keyrings": [KEYRING]}, check, "found"),
        Step(ADMIN, "ceph_client", ceph_client, check, "made"),
        Step(CONSUMER, "ceph_client_files", files, check, "files"),
    ]


def store(**changes: Any) -> dict[str, Any]:
    return {"store": "s", "cluster": "dcn0", "conf": CONF, "client": GLANCE, "pool": "images", **changes}


def probe(*stores: dict[str, Any], check: bool = False) -> Step:
    arguments = {"user": "glance", "timeout": 4, "fail": False, "stores": list(stores) or [store()]}
    return Step(CONSUMER, "ceph_store_probe", arguments, check)


def actions(result: dict[str, Any]) -> list[str]:
    return [item["action"] for item in result["files"]]


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
    """What our grammar writes, Ceph must read."""
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


def test_a_key_that_was_made_anew_in_the_cluster_arrives(lab) -> None:
    *_before, files, result = run(*delivery(), command(ADMIN, "ceph", "auth", "rm", GLANCE), *delivery(), probe())
    assert files["files"][0]["reason"].startswith("has another key")
    assert result["probes"][0]["status"] == "ok"


def test_a_key_for_another_host_is_refused(lab) -> None:
    recipient, made, files = delivery()
    *_before, result = run(recipient, made, command(CONSUMER, "rm", "-rf", RECIPIENT), recipient, files)
    assert (result["failed"], result["reason"]) == (True, "sealing_failed")
    assert "it was made for another host" in result["msg"]
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
        assert "AnsiballZ" in seen
        assert key not in seen
        lab.exec(host, "rm", f"{DIRECTORY}/seen")


# Proof


def test_a_good_store_passes_and_leaves_nothing(lab) -> None:
    fsid = lab.exec(ADMIN, "ceph", "fsid").strip()
    objects = command(ADMIN, "rados", "-p", "images", "ls")
    denied = ["volumes", "vms", "nope"]
    skipped, _found, _made, _files, before, checked, done, after = run(
        probe(check=True),
        *delivery(),
        objects,
        probe(check=True),
        probe(store(denied_pools=denied, fsid=fsid)),
        objects,
    )
    assert (skipped["probes"][0]["ok"], skipped["probes"][0]["status"]) == (None, "skipped")
    assert checked["probes"][0]["status"] == "connected"
    result = done["probes"][0]
    assert (result["ok"], result["status"], result["fsid"]) == (True, "ok", fsid), result
    assert result["denied"] == {"volumes": "refused", "vms": "refused", "nope": "missing"}
    assert result["steps"][2:8] == ["create", "write", "snapshot", "protect", "read", "clean"]
    assert not [name for name in after["stdout_lines"] if "dcn-probe" in name]
    assert before["rc"] == after["rc"] == 0


def test_why_a_store_does_not_pass(lab) -> None:
    background(CONSUMER, SILENT)
    dead = f"sed 's/^mon_host.*/mon_host = [v2:127.0.0.1:3999]/' {CONF} > {DIRECTORY}/dead.conf"
    names = {
        "good": store(),
        "not_permitted": store(pool="vms"),
        "pool_missing": store(pool="nope"),
        "wrong_cluster": store(fsid="11111111-2222-3333-4444-555555555555"),
        "conf_missing": store(conf=f"{DIRECTORY}/nope.conf"),
        "keyring_missing": store(client="client.test.nope"),
        "mon_unreachable": store(conf=f"{DIRECTORY}/dead.conf", cluster="dcn7"),
    }
    *_before, several = run(
        *delivery(),
        shell(CONSUMER, dead),
        Step(
            CONSUMER,
            "ceph_store_probe",
            {"user": "glance", "timeout": 4, "stores": [{**item, "store": name} for name, item in names.items()]},
        ),
    )
    assert several["failed"] is True
    found = {item["store"]: item["status"] for item in several["probes"]}
    assert found == {**{name: name for name in names}, "good": "ok"}
    silent = several["probes"][-1]
    assert 4 <= silent["seconds"] < 12
    assert "No monitor of the cluster dcn7" in silent["error"]
    assert f"store mon_unreachable (cluster dcn7): {silent['error']}" in several["msg"].splitlines()

    _opened, excess, _owned, unreadable, _made, _back, wrong = run(
        command(ADMIN, "ceph", "auth", "caps", GLANCE, "mon", "profile rbd", "osd", "profile rbd"),
        probe(store(denied_pools=["volumes"])),
        command(CONSUMER, "chown", "root", KEYRING),
        probe(),
        command(CONSUMER, "ceph-authtool", KEYRING, "-n", GLANCE, "--gen-key"),
        command(CONSUMER, "chown", "glance", KEYRING),
        probe(),
    )
    assert excess["probes"][0]["status"] == "too_much_access"
    assert excess["probes"][0]["denied"] == {"volumes": "writable"}
    assert unreadable["probes"][0]["status"] == "keyring_unreadable"
    assert wrong["probes"][0]["status"] == "auth_failed"


def test_images_and_clones(lab) -> None:
    nova = "client.test.nova"
    osd = "profile rbd pool=vms, profile rbd-read-only pool=images"
    arguments = {
        "client": nova,
        "keyring": f"{DIRECTORY}/nova",
        "parent_pool": "images",
        "pool": "vms",
        "images": [IMAGE],
    }
    clones = Step(ADMIN, "rbd_clone_probe", arguments)
    listed = command(ADMIN, "rbd", "ls", "vms")
    try:
        results = run(
            manage(client(nova, mon="profile rbd", osd=osd)),
            shell(ADMIN, f"umask 077; mkdir -p {DIRECTORY}; ceph auth get {nova} > {DIRECTORY}/nova"),
            command(ADMIN, "rbd", "create", f"images/{IMAGE}", "--size", "4"),
            clones,
            command(ADMIN, "rbd", "snap", "create", f"images/{IMAGE}@snap"),
            command(ADMIN, "rbd", "snap", "protect", f"images/{IMAGE}@snap"),
            listed,
            Step(ADMIN, "rbd_clone_probe", arguments, check=True),
            clones,
            Step(ADMIN, "rbd_clone_probe", {**arguments, "pool": "images"}),
            listed,
            command(ADMIN, "rbd", "clone", f"images/{IMAGE}@snap", "vms/dcn-test-disk"),
            Step(ADMIN, "rbd_image_info", {"pool": "images", "images": [IMAGE, "nope"]}),
            Step(ADMIN, "rbd_image_info", {"pool": "vms", "images": ["dcn-test-disk"]}),
        )
    finally:
        lab.exec(ADMIN, "rbd", "rm", "vms/dcn-test-disk", check=False)
    missing, checked, proved, wrong, images, disk = (results[number] for number in (3, 7, 8, 9, 12, 13))
    parent = {"pool": "images", "image": IMAGE, "snapshot": "snap"}
    assert (missing["failed"], missing["clones"][0]["status"]) == (True, "not_found")
    assert checked["clones"][0]["status"] == "readable"
    assert (proved["clones"][0]["ok"], proved["clones"][0]["parent"]) == (True, parent)
    assert proved["fsid"] == lab.exec(ADMIN, "ceph", "fsid").strip()
    assert wrong["clones"][0]["status"] == "not_permitted"
    assert results[6]["stdout"] == results[10]["stdout"]
    assert images["images"][0]["size"] == 4 * 1024 * 1024
    assert images["images"][0]["snapshots"] == [
        {"name": "snap", "protected": True, "children": [{"pool": "vms", "image": "dcn-test-disk"}]}
    ]
    assert images["images"][1] == {"name": "nope", "exists": False, "size": None, "snapshots": [], "parent": None}
    assert disk["images"][0]["parent"] == parent
