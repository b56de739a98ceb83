# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook site on the converged lab: nothing to do, nothing leaked, drift repaired, faults named."""

from __future__ import annotations

import configparser
import json
import os
import pathlib
import subprocess
import threading

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONF = "/etc/glance/glance-api.conf"


def _sections(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, default_section="none")
    parser.read_string(text)
    return parser


def test_second_run_changes_nothing_and_restarts_nothing(lab):
    before = lab.main_pids()
    run = lab.playbook("site").ok()
    assert run.changed() == set()
    assert {host: stats["changed"] for host, stats in run.stats.items()} == dict.fromkeys(run.stats, 0)
    assert lab.main_pids() == before
    assert all(int(pid) > 1 for pid in before.values())


def test_check_mode_on_a_converged_lab_predicts_nothing(lab):
    assert lab.playbook("site", "--check", "--diff").ok().changed() == set()


@pytest.mark.long
def test_lab_up_after_site_changes_nothing(lab):
    assert lab.playbook("dcn.glance_lab.lab_up").ok().changed() == set()


def test_stores_follow_the_matrix(lab):
    expected = {
        "central": ("central:rbd, dcn0:rbd, dcn1:rbd", "central"),
        "central2": ("central:rbd, dcn0:rbd, dcn1:rbd", "central"),
        "dcn0": ("dcn0:rbd, central:rbd", "dcn0"),
        "dcn1": ("dcn1:rbd, central:rbd", "dcn1"),
    }
    for host, (enabled, default) in expected.items():
        conf = _sections(lab.exec(host, "cat", CONF))
        assert conf["DEFAULT"]["enabled_backends"] == enabled, host
        assert conf["glance_store"]["default_backend"] == default, host
        assert "copy-image" in conf["DEFAULT"]["enabled_import_methods"], host
        assert conf[default]["rbd_store_ceph_conf"] == f"/etc/ceph/{default}.conf"
    urls = {_sections(lab.exec(host, "cat", CONF))["DEFAULT"]["worker_self_reference_url"] for host in expected}
    assert len(urls) == len(expected)


def test_spokes_hold_no_key_of_another_spoke(lab):
    assert "dcn1" not in lab.exec("dcn0", "ls", "/etc/ceph")
    assert "dcn0" not in lab.exec("dcn1", "ls", "/etc/ceph")


def test_clients_have_the_least_caps(lab):
    entity = json.loads(lab.exec("dcn0", "ceph", "auth", "get", "client.glance.central", "-f", "json"))[0]
    assert entity["caps"] == {
        "mon": "profile rbd",
        "mgr": "profile rbd pool=images",
        "osd": "profile rbd pool=images",
    }


def test_no_key_is_shown_or_lies_about(lab):
    keys = lab.cephx_keys()
    seen: set[str] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            # Processes end while they are looked at; a pattern for glob would stumble over that.
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    command = pathlib.Path("/proc", process, "cmdline").read_bytes()
                except OSError:
                    continue
                seen.add(command.replace(b"\0", b" ").decode(errors="replace"))

    # A key has to travel for this to mean something: two keyrings are lost on the hub.
    lab.exec("central", "rm", "/etc/ceph/dcn0.client.glance.central.keyring")
    lab.exec("dcn1", "rm", "/etc/ceph/central.client.glance.dcn1.keyring")
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run = lab.playbook("site", "-vvvv", "--diff", structured=False).ok()
    finally:
        stop.set()
        watcher.join()
    assert "dcn0.client.glance.central.keyring" in run.output
    commands = "\n".join(seen)
    assert "ansible" in commands
    for owner, key in keys.items():
        assert key not in run.output, owner
        assert key not in commands, owner
    for host in lab.glance_hosts:
        readable = lab.exec(
            host,
            "find",
            "/etc",
            "/run",
            "/var/tmp",
            "/tmp",
            "/root",
            "-xdev",
            "-type",
            "f",
            "-perm",
            "/o=r",
            "-size",
            "-64k",
        ).split("\n")
        text = lab.exec(host, "cat", *[path for path in readable if path and "ssl/certs" not in path], check=False)
        assert not [owner for owner, key in keys.items() if key in text], host
    # On the controller: where Ansible keeps temporary files and what it caches.
    places = [pathlib.Path.home() / ".ansible", ROOT / ".cache" / "ansible", pathlib.Path("/var/tmp")]
    patterns = "\n".join(keys.values())
    found = subprocess.run(
        ["grep", "-rlF", "-f", "-", *[str(place) for place in places if place.exists()]],
        input=patterns,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""


def test_drift_is_repaired(lab):
    keyring = "/etc/ceph/dcn0.client.glance.dcn0.keyring"
    lab.exec("dcn0", "ceph", "auth", "caps", "client.glance.dcn0", "mon", "allow r", "osd", "allow rwx pool=images")
    lab.exec("dcn0", "chmod", "0644", keyring)
    lab.exec("dcn0", "truncate", "-s", "0", "/etc/ceph/central.client.glance.dcn0.keyring")
    lab.exec("dcn0", "sed", "-i", "s,^rbd_store_pool.*,rbd_store_pool = vms,", CONF)
    foreseen = lab.playbook("site", "--check").ok().changed()
    run = lab.playbook("site").ok()
    assert run.changed() == foreseen != set()
    assert {host for host, _task in foreseen} == {"dcn0"}
    assert lab.exec("dcn0", "stat", "-c", "%a %U:%G", keyring).strip() == "600 glance:glance"
    conf = _sections(lab.exec("dcn0", "cat", CONF))
    assert conf["dcn0"]["rbd_store_pool"] == conf["central"]["rbd_store_pool"] == "images"
    assert lab.playbook("site", "--limit", "dcn0").ok().changed() == set()


def test_a_stopped_site_is_named_and_the_others_are_served(lab):
    """One worker of the hub lost the files of the stopped site: it serves without that store until a later run."""
    hub_conf = {host: lab.exec(host, "cat", CONF) for host in ("central", "central2")}
    subprocess.run(["podman", "stop", "dcn1"], check=True, capture_output=True)
    try:
        lab.exec("dcn0", "rm", "/etc/ceph/central.client.glance.dcn0.keyring")
        lab.exec("central2", "rm", "/etc/ceph/dcn1.conf", "/etc/ceph/dcn1.client.glance.central.keyring")
        lab.exec("central2", "sed", "-i", "s,^\\(worker_self_reference_url\\).*,\\1 = http://x:1,", CONF)
        run = lab.playbook("site")
        assert run.rc != 0
        assert run.stats["dcn1"]["unreachable"] == 1
        assert {host for host, stats in run.stats.items() if stats["failures"] or stats["unreachable"]} == {"dcn1"}
        assert ("dcn0", "dcn.glance.ceph_consumer : Install Ceph confs and keyrings") in run.changed()
        assert lab.exec("central", "cat", CONF) == hub_conf["central"]
        assert "/etc/ceph/dcn1.conf does not exist" in str(run.result("Manage the stores", "central2")["warnings"])
        reduced = _sections(lab.exec("central2", "cat", CONF))["DEFAULT"]
        assert reduced["enabled_backends"] == "central:rbd, dcn0:rbd"
        assert reduced["worker_self_reference_url"] == "http://central2:9292"
        assert lab.exec("central2", "systemctl", "show", "glance-api", "-p", "NRestarts", "--value").strip() == "0"
        assert '"versions"' in lab.exec("central2", "curl", "--silent", "http://central2:9292/versions")
    finally:
        subprocess.run(["podman", "start", "dcn1"], check=True, capture_output=True)
    _wait_for_ceph(lab, "dcn1")
    pids = lab.main_pids()
    healed = lab.playbook("site").ok()
    assert {host for host, _task in healed.changed()} == {"central2"}
    assert healed.result("Restart this worker", "central2")["reloaded"], "only a store came back"
    assert lab.main_pids() == pids
    assert lab.exec("central2", "cat", CONF) == hub_conf["central2"]


def _wait_for_ceph(lab, host: str) -> None:
    lab.exec(
        host, "timeout", "90", "sh", "-c", "until ceph --connect-timeout 5 osd stat | grep -q '1 up'; do sleep 1; done"
    )


@pytest.mark.long
def test_a_limit_may_exclude_the_hub(lab):
    """The hub's cluster gives the site its key all the same, through an admin host that is not in the play."""
    keyring = "/etc/ceph/central.client.glance.dcn1.keyring"
    before = lab.exec("dcn1", "cat", keyring)
    lab.exec("dcn1", "rm", keyring)
    foreseen = lab.playbook("site", "--limit", "dcn1", "--check", "--diff").ok()
    run = lab.playbook("site", "--limit", "dcn1").ok()
    assert run.changed() == foreseen.changed() and {host for host, _task in run.changed()} == {"dcn1"}
    assert not set(run.stats) & {"dcn0", "central2"}
    assert lab.exec("dcn1", "cat", keyring) == before
    assert lab.playbook("site", "--limit", "dcn1").ok().changed() == set()


def test_invalid_input_is_reported_before_any_host_is_contacted(lab, tmp_path):
    topology = {
        "hub": "centrall",
        "sites": {
            "central": {"ceph": {"cluster": "cen-tral"}, "stores": {"central": {"type": "rdb", "default": True}}},
            "dcn0": {"stores": {"dcn0": {"type": "rbd"}, "os_glance_x": {"type": "rbd"}}, "colour": "red"},
        },
    }
    extra = tmp_path / "bad.yml"
    extra.write_text(yaml.safe_dump({"dcn_topology": topology}))
    run = lab.playbook("site", "-e", f"@{extra}")
    assert run.rc != 0
    for path in ("hub", "sites.central.ceph.cluster", "sites.central.stores.central.type", "sites.dcn0.colour"):
        assert f"{path}:" in run.output, path
    assert "sites.dcn0.stores.os_glance_x" in run.output
    roles = {task["task"]["name"].partition(" : ")[0] for play in run.results["plays"] for task in play["tasks"]}
    assert roles <= {"dcn.glance.topology", "Check the topology and the inventory"}, "nothing but the lint ran"


def test_glance_returns_to_its_old_configuration_when_it_does_not_come_back(lab):
    """Its own code accepts another port, and the API then does not answer where the other workers expect it."""
    before = lab.exec("central2", "cat", CONF)
    options = [{"section": "DEFAULT", "option": "bind_port", "value": 9393}]
    variables = json.dumps({"glance_api_options": options, "glance_api_wait_timeout": 10})
    run = lab.playbook("central", "--limit", "central2", "-e", variables)
    assert run.rc != 0
    assert f"The old content of {CONF} was restored, and glance-api runs with it again" in run.failures()
    assert lab.exec("central2", "cat", CONF) == before
    assert lab.exec("central2", "systemctl", "is-active", "glance-api").strip() == "active"
    assert ".glance-api.conf.previous" not in lab.exec("central2", "ls", "-A", "/etc/glance")
