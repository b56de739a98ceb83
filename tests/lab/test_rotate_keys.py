# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of Glance are rotated while it works, in runs that are killed, and without a host."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.lab.ceph import WATCH
from ansible_collections.dcn.glance.tests.support.lab.load import (
    Work,
    background,
    clones,
    load,
    tried,
    usual_work,
    wait_for,
)
from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY

pytestmark = pytest.mark.long

#: The clients of Glance: cluster, client, and the hosts that hold the key.
HUB = ("central", "central2")
CLIENTS = {
    **{(site, "client.glance.central"): HUB for site in ("central", "dcn0", "dcn1")},
    **{(cluster, f"client.glance.{spoke}"): (spoke,) for spoke in ("dcn0", "dcn1") for cluster in ("central", spoke)},
}


def work(lab) -> list[Work]:
    """What every host does meanwhile."""
    hosts = {
        host: [f"{cluster}/{client}" for (cluster, client), holders in CLIENTS.items() if host in holders]
        for host in lab.glance_hosts
    }
    return usual_work(hosts, lab.glance_hosts)


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
    with clones(lab, "dcn0") as cloned, load(lab, [*work(lab), cloned]) as done:
        run = lab.playbook("rotate_keys").ok()
    assert {name: found["errors"] for name, found in done.items()} == dict.fromkeys(done, [])
    assert min(found["done"] for found in done.values()) > 3
    assert done["central images"]["cut"] == []
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


def pending(lab, site: str, client: str) -> bool:
    """Whether a client has a pending key on the cluster of a site."""
    return "pending_key" in lab.exec(site, "ceph", "auth", "get", client, "-f", "json")


def jobs(lab) -> str:
    return lab.exec("dcn1", "sh", "-c", "ls /root/.ansible_async 2>/dev/null || true")


MOMENTS = [
    "the host reports its keys",
    "the first cluster has pending keys",
    "half of the clusters have pending keys",
    "all clusters have pending keys",
    "one host has staged",
    "all hosts have staged",
    "the switch has started",
    "a second before the switch",
    "the first host has switched",
    "all hosts have switched",
]


def reached(lab, moment: str, before: dict, earlier: str) -> bool:
    """Whether a running rotation has come to this moment."""
    if moment == MOMENTS[0]:
        return exists(lab, "/run/dcn.glance")
    if moment in MOMENTS[1:4]:
        site = lab.sites[MOMENTS.index(moment) - 1]
        return pending(lab, site, f"client.glance.{site}")
    staged = [host for host in lab.glance_hosts if ".next" in lab.exec(host, "ls", "-A", "/etc/ceph")]
    if moment in MOMENTS[4:6]:
        return len(staged) >= (1 if moment == MOMENTS[4] else len(lab.glance_hosts))
    if moment in MOMENTS[6:8]:
        started = jobs(lab) != earlier
        time.sleep(8 if started and moment == MOMENTS[7] else 0)
        return started
    changed = {name for name, key in lab.cephx_keys().items() if key != before[name]}
    return bool(changed) if moment == MOMENTS[8] else changed == set(CLIENTS)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_completed(lab, moment: str) -> None:
    before, earlier = lab.cephx_keys(), jobs(lab)
    lab.exec("dcn1", "rm", "-rf", "/run/dcn.glance")
    with lab.killed_playbook("rotate_keys", inventory=INVENTORY):
        wait_for(lambda: reached(lab, moment, before, earlier))
    # A switch that was started goes on without the playbook.
    time.sleep(20)
    begun = {name for name in CLIENTS if pending(lab, *name) or lab.cephx_keys()[name] != before[name]}
    assert moment in MOMENTS[:3] or begun == set(CLIENTS)
    lab.playbook("rotate_keys", "-e", "rotate_keys_older_than_days=1").ok()
    assert settled(lab)
    assert {name for name, key in lab.cephx_keys().items() if key != before[name]} == begun


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
