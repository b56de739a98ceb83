# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site whose Ceph cluster has another owner: there is no admin host, and the keys are handed over as keyrings."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
from collections.abc import Iterator

import pytest
import yaml

pytestmark = pytest.mark.long

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE, KEYRINGS = "dcn1", "/etc/dcn.glance/keyrings/dcn1"
CLIENTS = [f"client.{name}" for name in ("glance.dcn1", "nova.dcn1", "cinder.dcn1", "glance.central")]
CAPS = "mon 'profile rbd' mgr 'profile rbd pool=images' osd 'profile rbd pool=images'"
LOST = {"revoke_hosts": "central2", "revoke_addresses": ["192.0.2.9"]}
SEAL = "Seal the keys that the owner of the cluster has handed over"


def owner(lab, command: str) -> str:
    """What the owner does on the cluster, in a directory of its own."""
    return str(lab.exec(SITE, "sh", "-c", f"umask 077; mkdir -p /root/owner && cd /root/owner && {command}"))


def hand_over(lab) -> None:
    owner(lab, f"mkdir -p {KEYRINGS} && cp *.keyring {KEYRINGS}")


@pytest.fixture(scope="module")
def inventory(lab, tmp_path_factory) -> Iterator[pathlib.Path]:
    """The lab's inventory without the admin host of dcn1, whose clients are gone. They are back in the end."""
    path = tmp_path_factory.mktemp("external") / "inventories" / "lab"
    shutil.copytree(ROOT / "inventories" / "lab", path)
    both = {"hosts": dict.fromkeys(("dcn0", SITE))}
    groups = ("lab_spokes", "dcn_glance_api", "dcn_nova_compute", "dcn_cinder_volume")
    one = {"dcn_ceph_admin": {"hosts": {"dcn0": None}}, "dcn_ceph_keys": {"hosts": {SITE: None}}}
    (path / "spokes.yml").write_text(yaml.safe_dump({**dict.fromkeys(groups, both), **one}))
    conf = lab.exec(SITE, "ceph", "config", "generate-minimal-conf")
    fsid, mon_host = (re.search(rf"{name} = (.*)", conf) for name in ("fsid", "mon_host"))
    assert fsid and mon_host
    stated = {"external": True, "fsid": fsid[1].strip(), "mon_host": mon_host[1].strip()}
    whole = "lab_template | dcn.glance.uniform_topology(hub='central', spokes=['dcn0', 'dcn1'])"
    topology = f"{{{{ {whole} | combine({{'sites': {{'dcn1': {{'ceph': stated}}}}}}, recursive=True) }}}}"
    variables = {"dcn_cloud": "dcn", "stated": stated, "dcn_topology": topology}
    (path / "group_vars" / "all" / "topology.yml").write_text(yaml.safe_dump(variables))
    for client in CLIENTS:
        owner(lab, f"ceph auth rm {client}; rm -f /etc/ceph/dcn1.{client}.keyring")
    yield path
    owner(lab, f"rm -rf /root/owner {KEYRINGS}")
    lab.playbook("site").ok()


def asked(text: str) -> list[str]:
    """The commands that a message asks the owner for."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line.startswith("ceph auth get-or-create ")]


def request(lab, inventory: pathlib.Path) -> None:
    """The owner runs the commands in the error of the first run, and hands the keyrings over."""
    missing = lab.playbook("site", "--check", inventory=inventory)
    assert missing.rc != 0
    message = missing.result(SEAL, SITE)["msg"]
    commands = asked(message)
    assert message.startswith(f"{KEYRINGS} has no key of ")
    assert [command.split()[3] for command in commands] == CLIENTS
    assert not set(CLIENTS) & {client for site, client in lab.cephx_keys() if site == SITE}
    owner(lab, " && ".join(commands))
    hand_over(lab)


def test_a_site_from_the_request_to_the_proof(lab, inventory) -> None:
    request(lab, inventory)
    foreseen = lab.playbook("site", "--check", "--diff", inventory=inventory).ok()
    done = lab.playbook("site", inventory=inventory).ok()
    assert done.changed() == foreseen.changed() != set()
    probed = done.result("Probe the pools of Nova and Cinder", SITE)["results"]
    pools = {item["pool"]: item["status"] for each in probed for item in each.get("probes", ())}
    assert pools == {"vms": "ok", "volumes": "ok"}
    again = lab.playbook("site", "-vvvv", inventory=inventory, structured=False)
    assert again.rc == 0 and "changed=0" in again.output
    keys = lab.cephx_keys()
    assert not any(keys[(SITE, client)] in again.output for client in CLIENTS)
    lab.playbook("verify", inventory=inventory).ok()
    report = lab.playbook("audit", inventory=inventory).ok().result("Judge what was read", "localhost")
    findings = report["ansible_facts"]["audit_report"]["findings"]
    assert [item["kind"] for item in findings if item["site"] == SITE] == ["external_cluster"]


@pytest.fixture
def configured(lab, inventory) -> pathlib.Path:
    """The inventory, after a run with all keys."""
    if lab.exec(SITE, "ls", KEYRINGS, check=False) == "":
        request(lab, inventory)
        lab.playbook("site", inventory=inventory).ok()
    return pathlib.Path(inventory)


def test_keys_that_do_not_work_are_reported_with_what_repairs_them(lab, configured) -> None:
    """Nova's key has other capabilities, and Glance's was replaced."""
    nova, glance = "client.nova.dcn1", "client.glance.dcn1"
    old = lab.cephx_keys()[(SITE, glance)]
    owner(lab, f"ceph auth caps {nova} mon 'allow r' osd 'allow r pool=vms'; ceph auth rm {glance}")
    owner(lab, f"ceph auth get-or-create {glance} {CAPS} -o {glance}.keyring")
    run = lab.playbook("site", inventory=configured)
    assert run.rc != 0 and "the service was not configured" in run.failures()
    repairs = {line.split()[3]: line for line in re.findall(r"`(ceph auth caps [^`]*)`", run.failures())}
    assert set(repairs) == {nova, glance}
    owner(lab, repairs[nova])
    hand_over(lab)
    lab.playbook("site", inventory=configured).ok()
    key = lab.cephx_keys()[(SITE, glance)]
    assert key != old and key in lab.exec(SITE, "cat", f"/etc/ceph/dcn1.{glance}.keyring")


def test_what_only_the_owner_can_do_is_said(lab, configured) -> None:
    rotation = lab.playbook("rotate_keys", "--check", inventory=configured).ok()
    text = json.dumps(rotation.results)
    assert "the cluster has another owner. Give the service a new client" in text
    revoke = lab.playbook("revoke", "--check", "-e", json.dumps(LOST), inventory=configured)
    assert revoke.rc != 0
    assert (
        "Ask it to run: ceph auth rm client.glance.central; ceph osd blocklist add 192.0.2.9 86400" in revoke.failures()
    )
    images = lab.playbook("remove_site", "--check", "-e", "remove_site_name=dcn1", inventory=configured).ok()
    assert "Ask it to run: ceph auth rm client.glance.central." in json.dumps(images.results)
