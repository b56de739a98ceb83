# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of Glance are rotated while it works, in runs that are killed, and without a host."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.lab.ceph import WATCH
from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY

pytestmark = pytest.mark.long

#: The clients of Glance: cluster, client, and the hosts that hold the key.
HUB = ("central", "central2")
CLIENTS = {
    **{(site, "client.glance.central"): HUB for site in ("central", "dcn0", "dcn1")},
    **{(cluster, f"client.glance.{spoke}"): (spoke,) for spoke in ("dcn0", "dcn1") for cluster in ("central", spoke)},
}
LOG = "/run/dcn-test-load"
RUNNING = "/run/dcn-test-running"
# One new connection after the other with each keyring, until a file is gone. As Glance, it reads the keyring each time.
CONNECT = """
import json, os, rados, sys
found = {"done": 0, "errors": []}
log, running, *clients = sys.argv[1:]
while os.path.exists(running):
    for cluster, name in (client.split("/") for client in clients):
        try:
            with rados.Rados(conffile=f"/etc/ceph/{cluster}.conf", name=name) as handle:
                with handle.open_ioctx("images") as pool:
                    found["done"] += sum(1 for _ in pool.list_objects()) >= 0
        except Exception as error:
            found["errors"].append(f"{cluster} {name}: {error}")
with open(log, "w") as stream:
    json.dump(found, stream)
"""
# Uploads, downloads and deletes images through each worker, until a file is gone.
IMAGES = """
import json, openstack, os, sys
found = {"done": 0, "errors": []}
log, running, *workers = sys.argv[1:]
session = openstack.connect(cloud="dcn").session
body = {"name": "dcn-test-rotate", "disk_format": "raw", "container_format": "bare"}
octets = {"Content-Type": "application/octet-stream"}
while os.path.exists(running):
    for worker in workers:
        images = f"http://{worker}:9292/v2/images"
        try:
            image = f"{images}/{session.post(images, json=body).json()['id']}"
            data = os.urandom(4 << 20)
            session.put(f"{image}/file", data=data, headers=octets)
            same = session.get(f"{image}/file").content == data
            session.delete(image)
            found["done"] += same
            found["errors"] += [] if same else [f"{worker}: other bytes"]
        except Exception as error:
            found["errors"].append(f"{worker}: {error}")
with open(log, "w") as stream:
    json.dump(found, stream)
"""
# Reads a key from standard input, and says whether the cluster accepts it.
TRY = """
import rados, sys
handle = rados.Rados(conffile=sys.argv[1], name=sys.argv[2], conf={"key": sys.stdin.read().strip()})
try:
    handle.connect(timeout=10)
    print("accepted")
except rados.Error as error:
    print("refused" if abs(error.errno) in (1, 13) else error)
handle.shutdown()
"""


def background(host: str, program: str, *arguments: str, user: str = "root") -> None:
    command = ["podman", "exec", "-d", "--user", user, host, "timeout", "1500", "python3", "-c", program, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def held_by(host: str) -> list[str]:
    return [f"{cluster}/{client}" for (cluster, client), hosts in CLIENTS.items() if host in hosts]


@contextlib.contextmanager
def load(lab) -> Iterator[dict[str, dict]]:
    """Work on every host during the block; afterwards what it did, by host."""
    found: dict[str, dict] = {}
    for host in lab.glance_hosts:
        lab.exec(host, "sh", "-c", f"rm -f {LOG}*; touch {RUNNING} && install -m 777 -d {LOG}")
        background(host, CONNECT, f"{LOG}/connect", RUNNING, *held_by(host), user="glance")
    background("central", IMAGES, f"{LOG}/images", RUNNING, *lab.glance_hosts)
    try:
        time.sleep(10)
        yield found
        time.sleep(15)
    finally:
        for host in lab.glance_hosts:
            lab.exec(host, "rm", "-f", RUNNING)
    for host, name in [*((host, "connect") for host in lab.glance_hosts), ("central", "images")]:
        wait_for(lambda host=host, name=name: lab.exec(host, "cat", f"{LOG}/{name}", check=False))
        found[f"{host} {name}"] = json.loads(lab.exec(host, "cat", f"{LOG}/{name}"))
    for host in lab.glance_hosts:
        lab.exec(host, "rm", "-rf", LOG)


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)


def tried(host: str, cluster: str, client: str, key: str) -> str:
    command = ["podman", "exec", "-i", host, "python3", "-c", TRY, f"/etc/ceph/{cluster}.conf", client]
    return subprocess.run(command, input=key, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def settled(lab) -> bool:
    """Whether each keyring holds the only key of its client, and nothing is staged or pending."""
    keys = lab.cephx_keys()
    for (cluster, client), hosts in CLIENTS.items():
        assert "pending_key" not in lab.exec(cluster, "ceph", "auth", "get", client, "-f", "json")
        for host in hosts:
            text = lab.exec(host, "cat", f"/etc/ceph/{cluster}.{client}.keyring")
            assert text == f"[{client}]\n\tkey = {keys[(cluster, client)]}\n", f"{host}: {cluster} {client}"
    for host in lab.glance_hosts:
        assert ".next" not in lab.exec(host, "ls", "-A", "/etc/ceph")
    return True


@pytest.fixture(autouse=True, scope="module")
def converged(lab) -> Iterator[None]:
    """Whatever these tests do, the lab is as the topology describes it in the end."""
    yield
    lab.playbook("site").ok()


def test_keys_change_under_load(lab) -> None:
    before, pids = lab.cephx_keys(), lab.main_pids()
    foreseen = lab.playbook("rotate_keys", "--check", "--diff").ok()
    assert lab.cephx_keys() == before
    with load(lab) as done:
        run = lab.playbook("rotate_keys").ok()
    assert {name: found["errors"] for name, found in done.items()} == dict.fromkeys(done, [])
    assert min(found["done"] for found in done.values()) > 3
    assert run.changed() == foreseen.changed()
    after = lab.cephx_keys()
    assert {name for name in before if after[name] != before[name]} == set(CLIENTS)
    assert after.keys() == before.keys()
    for (cluster, client), (host, *_others) in CLIENTS.items():
        assert tried(host, cluster, client, before[(cluster, client)]) == "refused"
        assert tried(host, cluster, client, after[(cluster, client)]) == "accepted"
    assert settled(lab)
    assert lab.main_pids() == pids


def test_young_keys_are_kept(lab) -> None:
    before = lab.cephx_keys()
    for args in (["--check"], []):
        run = lab.playbook("rotate_keys", "-e", "rotate_keys_older_than_days=90", *args).ok()
        assert run.changed() == set()
    assert lab.cephx_keys() == before


def exists(lab, path: str) -> bool:
    return bool(lab.exec("dcn1", "ls", path, check=False))


NEXT = "/etc/ceph/dcn1.client.glance.dcn1.keyring.next"


@pytest.mark.parametrize("moment", ["pending", "staged", "switched"])
def test_a_killed_run_is_completed(lab, moment: str) -> None:
    before = lab.cephx_keys()
    get = ("ceph", "auth", "get", "client.glance.dcn1", "-f", "json")
    reached = {
        "pending": lambda: "pending_key" in lab.exec("dcn1", *get),
        "staged": lambda: exists(lab, NEXT),
        "switched": lambda: lab.cephx_keys() != before,
    }
    with lab.killed_playbook("rotate_keys", inventory=INVENTORY):
        wait_for(reached[moment])
    # A switch that was started goes on without the playbook.
    time.sleep(20)
    lab.playbook("rotate_keys", "-e", "rotate_keys_older_than_days=1").ok()
    assert settled(lab)
    changed = {name for name, key in lab.cephx_keys().items() if key != before[name]}
    assert changed == set(CLIENTS)


def test_a_key_is_kept_while_a_host_is_away(lab) -> None:
    before = lab.cephx_keys()
    subprocess.run(["podman", "stop", "-t", "5", "central2"], check=True, capture_output=True)
    try:
        run = lab.playbook("rotate_keys")
        assert run.rc != 0
        assert (
            "client.glance.central on the cluster of dcn0: not rotated, because central2 did not answer" in run.output
        )
        changed = {name for name, key in lab.cephx_keys().items() if key != before[name]}
        assert changed == {name for name, hosts in CLIENTS.items() if "central2" not in hosts}
    finally:
        subprocess.run(["podman", "start", "central2"], check=True, capture_output=True)
    wait_for(lambda: "running" in lab.exec("central2", "systemctl", "is-system-running", check=False))
    assert settled(lab)


def test_a_limit_must_hold_all_hosts_of_a_key(lab) -> None:
    before = lab.cephx_keys()
    run = lab.playbook("rotate_keys", "--limit", "central")
    assert run.rc != 0 and "central2 holds the key of client.glance.central on central too" in run.output
    assert lab.cephx_keys() == before
    run = lab.playbook("rotate_keys", "--limit", "dcn1").ok()
    changed = {name for name, key in lab.cephx_keys().items() if key != before[name]}
    assert changed == {("dcn1", "client.glance.dcn1"), ("central", "client.glance.dcn1")}


def test_no_key_is_ever_shown(lab) -> None:
    """Everything printed at the highest verbosity, and every command line and environment on the hosts meanwhile."""
    before = lab.cephx_keys()
    for host in lab.glance_hosts:
        background(host, WATCH, "/run/dcn-test-seen")
    run = lab.playbook("rotate_keys", "-vvvv", "--diff", structured=False).ok()
    texts = {"output": run.output}
    for host in lab.glance_hosts:
        texts[host] = lab.exec(host, "cat", "/run/dcn-test-seen")
        lab.exec(host, "rm", "/run/dcn-test-seen")
        assert "/usr/bin/python3 && sleep 0" in texts[host], "the modules were not seen at work"
        texts[f"{host} results"] = lab.exec(host, "sh", "-c", "cat /root/.ansible_async/* 2>/dev/null || true")
    after = lab.cephx_keys()
    for name in CLIENTS:
        for where, text in texts.items():
            assert before[name] not in text and after[name] not in text, f"{name}: {where}"
