# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stolen site: its clients go, its open connections end, the others stay, and it comes back with new keys."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.lab.ceph import background
from ansible_collections.dcn.glance.tests.support.wait import until

pytestmark = pytest.mark.long

LOST, CLIENT = "dcn1", "client.glance.dcn1"
CONF, STATE, OBJECT = "/etc/ceph/central.conf", "/run/dcn-test-thief", "dcn-test-thief"
#: Connects to the hub's cluster with the keys of the site, and keeps writing: the state is in a file.
_THIEF = f"""
import rados, time
cluster = rados.Rados(conffile="{CONF}", name="{CLIENT}", conf={{"rados_osd_op_timeout": "5"}})
cluster.connect()
pool = cluster.open_ioctx("images")
while True:
    try:
        pool.write_full("{OBJECT}", b"x")
        state = "writes"
    except Exception as error:
        state = type(error).__name__
    with open("{STATE}", "w") as file:
        file.write(state)
    time.sleep(0.3)
"""


@pytest.fixture
def thief(lab) -> Iterator[Callable[[], str]]:
    """A process with an open connection; returns what it says of its last write."""

    def state() -> str:
        return lab.exec(LOST, "cat", STATE, check=False)

    background(LOST, _THIEF)
    until("the thief writes", lambda: state() == "writes", every=0.5)
    yield state
    lab.exec(LOST, "rm", "-f", STATE)
    lab.exec("central", "rados", "-p", "images", "rm", OBJECT, check=False)


@pytest.fixture
def address(lab) -> Iterator[str]:
    """The address of the lost site in the network of the hub's cluster. Its fence is lifted, and its site repaired."""
    found = lab.exec(LOST, "hostname", "-I").split()[0]
    yield found
    lab.exec("central", "ceph", "osd", "blocklist", "rm", found, check=False)
    if CLIENT not in lab.exec("central", "ceph", "auth", "ls", "-f", "json"):
        lab.playbook("site").ok()


def test_a_lost_site_is_revoked_and_comes_back(
    lab, address: str, thief: Callable[[], str], tmp_path: pathlib.Path
) -> None:
    before, pids = lab.cephx_keys(), lab.main_pids()
    # Whoever would connect to the lost host would fail.
    nowhere = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    extra = tmp_path / "lost.json"
    extra.write_text(json.dumps({"dcn_glance_api": {"hosts": {LOST: nowhere}}}))
    options = ["-i", str(extra), "-e", json.dumps({"revoke_site": LOST, "revoke_addresses": [address]})]

    checked = lab.playbook("revoke", "--check", *options).ok()
    assert lab.cephx_keys() == before and thief() == "writes"
    done = lab.playbook("revoke", *options).ok()
    assert done.changed() == checked.changed() == {("central", done_name(done))}
    assert LOST not in done.stats
    (client, *others) = done.result("Remove the clients", "central")["clients"]
    assert (client["name"], client["gone"], client["refused"]) == (CLIENT, True, True)
    assert {item["action"] for item in others} == {"none"}
    report = done.result("Collect what every cluster did", "localhost")["ansible_facts"]["revoke_report"]
    assert any(line.endswith("accepted before, is refused") for line in report["text"])
    assert "cluster dcn1 (dcn1): not contacted: its admin host dcn1 is lost, too" in report["text"]

    # Nothing else changed, the old key is refused, and the connection that was open is cut.
    assert {place: key for place, key in before.items() if place != ("central", CLIENT)} == lab.cephx_keys()
    refused = lab.exec(LOST, "rados", "--conf", CONF, "--name", CLIENT, "-p", "images", "ls", check=False)
    assert refused == ""
    until("the open connection is cut", lambda: thief() not in ("", "writes"), every=0.5)
    assert {host: pid for host, pid in lab.main_pids().items() if host != LOST} == {
        host: pid for host, pid in pids.items() if host != LOST
    }
    again = lab.playbook("revoke", "-vvvv", *options, structured=False)
    assert again.rc == 0 and "changed=0" in again.output, again.output[-3000:]
    assert not any(key in again.output for key in before.values())
    lab.playbook("verify", "--limit", "central,central2,dcn0").ok()

    lift = [*options, "-e", "revoke_lift=true"]
    assert (
        lab.playbook("revoke", "--check", *lift).ok().changed() == lab.playbook("revoke", *lift).ok().changed() != set()
    )
    assert lab.playbook("revoke", *lift).ok().changed() == set()
    lab.playbook("site").ok()
    after = lab.cephx_keys()
    assert after.keys() == before.keys()
    assert [place for place, key in after.items() if key != before[place]] == [("central", CLIENT)]
    assert lab.playbook("site").ok().changed() == set()
    lab.playbook("verify").ok()


def test_a_lost_host_takes_the_clients_of_its_site_along(lab) -> None:
    client, lost = "client.glance.central", "central2"
    before = lab.cephx_keys()
    address = lab.exec(lost, "hostname", "-I").split()[0]
    options = ["-e", json.dumps({"revoke_hosts": [lost]})]
    fenced = ["-e", json.dumps({"revoke_hosts": [lost], "revoke_addresses": [address]})]

    def text(run) -> str:
        report = run.result("Collect what every cluster did", "localhost")["ansible_facts"]["revoke_report"]
        return "\n".join(report["text"])

    try:
        checked = lab.playbook("revoke", "--check", *fenced).ok()
        done = lab.playbook("revoke", *fenced).ok()
        assert {host for host, _task in done.changed()} == {"central", "dcn0", "dcn1"}
        assert done.changed() == checked.changed() and lost not in done.stats
        assert f"central uses {client}, too, and loses its access. Run dcn.glance.site" in text(done)
        assert {place for place in before if place not in lab.cephx_keys()} == {(site, client) for site in lab.sites}
        for site in lab.sites:
            assert address in lab.exec(site, "ceph", "osd", "blocklist", "ls")
            as_client = ("rados", "--conf", f"/etc/ceph/{site}.conf", "--name", client, "-p", "images", "ls")
            assert lab.exec("central", *as_client, check=False) == ""
        again = lab.playbook("revoke", *options).ok()
        assert again.changed() == set()
        # The lab reaches its hosts by their names.
        assert "No address of the lost hosts is fenced" in text(again)
    finally:
        lab.playbook("revoke", *fenced, "-e", "revoke_lift=true").ok()
        lab.playbook("site").ok()
    after = lab.cephx_keys()
    assert {place for place in before if after[place] != before[place]} == {(site, client) for site in lab.sites}
    lab.playbook("verify").ok()


def done_name(run) -> str:
    (name,) = {task for _host, task in run.changed()}
    return str(name)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"revoke_site": "dcn9"}, "'dcn9' is not one of the sites"),
        ({"revoke_hosts": "central2,nobody"}, "'nobody' is in none of the groups"),
        ({}, "set either revoke_site to a site, or revoke_hosts"),
    ],
)
def test_bad_input_is_refused_before_any_host_is_contacted(lab, options: dict[str, str], part: str) -> None:
    run = lab.playbook("revoke", "-e", json.dumps(options))
    assert run.rc != 0 and part in run.failures()
    assert set(run.stats) <= {"central", "localhost"}
