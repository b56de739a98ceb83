# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All services get new clients while they work and real instances run; the old clients go when nothing uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.lab.ceph import Step, run
from ansible_collections.dcn.glance.tests.support.lab.load import Work, clones, load, tried, usual_work, wait_for

pytestmark = pytest.mark.long

SITE = "dcn0"
MEMBER = {"cloud": "dcn-member", "endpoint": "http://glance.central:9292"}
SITES = [{"site": SITE, "zone": SITE, "store": SITE}]
SERVICES = ("glance", "nova", "cinder")
SECOND = dict.fromkeys(SERVICES, 2)
STRAYS = {"audit_repair": True, "audit_repair_kinds": ["stray_client", "stray_keyring", "stray_secret"]}
#: Glance at the sites, and the hosts that hold its keys.
HOLDERS = {"central": ("central", "central2"), "dcn0": ("dcn0",), "dcn1": ("dcn1",)}
#: Reads from every disk and volume of every instance through QEMU itself, which reports errors in its log.
READS = """
import json, os, re, subprocess, sys, time
found = {"done": 0, "errors": []}
log, running = sys.argv[1:]
virsh = lambda *words: subprocess.run(["virsh", "-q", *words], capture_output=True, text=True).stdout
directory = "/var/log/libvirt/qemu"
sizes = {name: os.path.getsize(f"{directory}/{name}") for name in os.listdir(directory)}
offset = 0
while os.path.exists(running):
    offset = (offset + 65536) % (1 << 20)
    for uuid in virsh("list", "--uuid").split():
        monitor = ("qemu-monitor-command", uuid, "--hmp")
        for node in re.findall(r"^(libvirt-\\d+-storage)", virsh(*monitor, "info block"), re.M):
            virsh(*monitor, f'qemu-io {node} "read {offset} 64k"')
    time.sleep(0.5)
for name in os.listdir(directory):
    with open(f"{directory}/{name}", errors="replace") as stream:
        stream.seek(sizes.get(name, 0))
        text = stream.read()
    found["done"] += text.count("read 65536/65536 bytes")
    found["errors"] += re.findall(r".*(?:failed|error).*", text)
with open(log, "w") as stream:
    json.dump(found, stream)
"""
_SERVERS = """
import openstack, sys
cloud = openstack.connect(cloud="dcn-member")
for server in sys.argv[1:]:
    cloud.compute.reboot_server(server, "HARD")
    cloud.compute.wait_for_server(cloud.compute.get_server(server), wait=120)
"""


def topology(generations: dict[str, int]) -> list[str]:
    """The options of a playbook that give the lab clients of these generations."""
    template = "lab_template | combine({'client_generations': " + json.dumps(generations) + "})"
    text = f"{{{{ {template} | dcn.glance.uniform_topology(hub='central', spokes=groups['lab_spokes']) }}}}"
    return ["-e", json.dumps({"dcn_topology": text})]


def clients(service: str, generation: int) -> set[tuple[str, str]]:
    """The clients of a service: (site of the cluster, name)."""
    end = "" if generation == 1 else f".{generation}"
    found = {(site, f"client.{service}.{site}{end}") for site in HOLDERS if service == "glance" or site != "central"}
    if service == "glance":
        found |= {(site, f"client.glance.central{end}") for site in HOLDERS}
        found |= {("central", f"client.glance.{site}{end}") for site in HOLDERS}
    else:
        found.add(("central", f"client.{service}.central{end}"))
    return found


def work(lab) -> list[Work]:
    """Every host connects with its old clients; images go through the address that both workers of the hub share."""
    holds = {
        host: [f"{cluster}/{name}" for cluster, name in clients("glance", 1) if name.split(".")[2] == site]
        for site, hosts in HOLDERS.items()
        for host in hosts
    }
    return [*usual_work(holds, ["glance.central"]), Work(SITE, "reads", READS, [])]


def boot(lab) -> dict[str, Any]:
    (done,) = run(Step("central", "nova_boot_probe", {**MEMBER, "store": "central", "sites": SITES, "timeout": 300}))
    (site,) = done["sites"]
    assert site["ok"], site
    return site


def remove() -> None:
    run(Step("central", "nova_boot_probe", {**MEMBER, "state": "absent", "leftover_age": 0}))


def users(lab) -> set[str]:
    """The names of the clients that the definitions of all instances have."""
    uuids = lab.exec(SITE, "virsh", "-q", "list", "--all", "--uuid").split()
    return {
        name
        for uuid in uuids
        for name in re.findall(r"auth username='(.+?)'", lab.exec(SITE, "virsh", "dumpxml", uuid))
    }


def audit(lab, generations: dict[str, int], *options: str) -> tuple[dict[str, dict], dict[str, dict]]:
    """The findings about clients and secrets, and the repairs."""
    done = lab.playbook("audit", *topology(generations), *options)
    report = done.result("Judge what was read", "localhost")["ansible_facts"]["audit_report"]
    found = {item["id"]: item for item in report["findings"] if item["kind"] in STRAYS["audit_repair_kinds"]}
    facts = done.result("Add what was repaired", "localhost").get("ansible_facts", {})
    return found, {item["finding"]: item for item in facts.get("audit_report", {}).get("repairs", ())}


@pytest.fixture(name="instance", scope="module")
def instance_fixture(lab) -> Iterator[dict[str, Any]]:
    if lab.exec(SITE, "systemctl", "is-active", "nova-compute", check=False).strip() != "active":
        pytest.skip(f"no Nova runs at {SITE}: see lab_compute_sites")
    remove()
    try:
        yield boot(lab)
    finally:
        remove()
        lab.playbook("site").ok()
        audit(lab, dict.fromkeys(SERVICES, 1), "-e", json.dumps(STRAYS))


def test_services_change_to_new_clients_under_load(lab, instance) -> None:
    before = lab.cephx_keys()
    foreseen = lab.playbook("site", "--check", "--diff", *topology(SECOND)).ok()
    assert lab.cephx_keys() == before
    with clones(lab, SITE) as cloned, load(lab, [*work(lab), cloned]) as done:
        changed = lab.playbook("site", *topology(SECOND)).ok()
    print({name: found["done"] for name, found in done.items()})
    assert {name: found["errors"] for name, found in done.items()} == dict.fromkeys(done, [])
    assert min(found["done"] for found in done.values()) > 3
    # Both workers are reloaded, so that no request and no copy is cut off.
    assert done["central images"]["cut"] == []
    assert changed.changed() == foreseen.changed()
    after = lab.cephx_keys()
    assert after.items() >= before.items()
    new = set().union(*(clients(service, 2) for service in SERVICES))
    assert {name for name in after if name not in before} == {name for name in new if name in after}
    assert users(lab) == {f"nova.{SITE}", f"cinder.{SITE}"}
    again = lab.playbook("site", *topology(SECOND)).ok()
    assert again.changed() == set()


def test_old_clients_go_except_those_of_running_instances(lab, instance) -> None:
    before = lab.cephx_keys()
    found, _predicted = audit(lab, SECOND, "--check", "-e", json.dumps(STRAYS))
    assert lab.cephx_keys() == before
    kept = {f"stray_client/{SITE}/client.{service}.{SITE}" for service in ("nova", "cinder")}
    assert {name for name, item in found.items() if not item["repairable"] and item["kind"] == "stray_client"} == kept
    for name in kept:
        assert f"({instance['instance']}) on {SITE} runs with it" in found[name]["why"]
    assert {item["kind"] for item in found.values()} == set(STRAYS["audit_repair_kinds"])
    _found, repaired = audit(lab, SECOND, "-e", json.dumps(STRAYS))
    assert {item["error"] for item in repaired.values()} == {""}
    after = lab.cephx_keys()
    gone = {name for name in before if name not in after}
    old = {name for service in SERVICES for name in clients(service, 1) if name in before}
    assert gone == old - {(SITE, f"client.{service}.{SITE}") for service in ("nova", "cinder")}
    for cluster, name in sorted(gone):
        assert tried(cluster, cluster, name, before[(cluster, name)]) == "refused", name
    left, _repaired = audit(lab, SECOND)
    assert set(left) == kept | {name for name, item in found.items() if not item["repairable"]}


def test_after_a_hard_reboot_the_instances_have_the_new_clients(lab, instance) -> None:
    """The attached volume keeps what Cinder said when it was attached; an instance without it changes whole."""
    before = lab.cephx_keys()
    lab.exec("central", "python3", "-c", _SERVERS, instance["instance"])
    assert users(lab) == {f"nova.{SITE}.2", f"cinder.{SITE}"}
    remove()
    wait_for(lambda: not lab.exec(SITE, "virsh", "-q", "list", "--all").strip())
    boot(lab)
    assert users(lab) == {f"nova.{SITE}.2", f"cinder.{SITE}.2"}
    _found, repaired = audit(lab, SECOND, "-e", json.dumps(STRAYS))
    assert {item["error"] for item in repaired.values()} == {""}
    for service in ("nova", "cinder"):
        name = f"client.{service}.{SITE}"
        assert tried(SITE, SITE, name, before[(SITE, name)]) == "refused"
    left, _repaired = audit(lab, SECOND)
    assert left == {}
    uuids = [line.split()[0] for line in lab.exec(SITE, "virsh", "-q", "secret-list").splitlines() if line.strip()]
    assert len(uuids) == 2
