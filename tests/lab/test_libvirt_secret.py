# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of a real libvirt: made by the role, repaired, and no key shown."""

from __future__ import annotations

import json

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY

HOST = "dcn0"
TASK = "Give libvirt the keys for disks and volumes"
FILES = "/etc/libvirt/secrets"
#: Stands for the command that enters a container, and notes the arguments of virsh.
CALLS = "/run/virsh-calls"
ENTER = ["sh", "-c", f'echo "$*" >>{CALLS}; exec "$@"', "enter"]


@pytest.fixture(name="site", scope="module")
def site_fixture(lab, tmp_path_factory):
    """Run the parts of the playbook dcn that lead to the secrets of one host."""
    if not lab.exec(HOST, "sh", "-c", "command -v virsh && virsh secret-list", check=False):
        pytest.skip(f"no libvirt runs at {HOST}: see lab_compute_sites")
    recipient = {"ansible.builtin.include_role": {"name": "dcn.glance.ceph_consumer", "tasks_from": "recipient"}}
    clients = {"role": "dcn.glance.ceph_clients", "vars": {"ceph_clients_consumers": [HOST]}}
    play = {"name": "secrets", "hosts": HOST, "gather_facts": False, "pre_tasks": [{"name": "Prepare", **recipient}]}
    path = tmp_path_factory.mktemp("secrets") / "play.yml"
    plays = [{"import_playbook": "dcn.glance.groups"}, {**play, "roles": [clients, "dcn.glance.nova_compute"]}]
    path.write_text(yaml.safe_dump(plays))

    def run(*args):
        enter = json.dumps({"nova_compute_libvirt_exec": ENTER})
        return lab.playbook(str(path), "-e", enter, *args, inventory=INVENTORY).ok()

    run()
    yield run
    lab.exec(HOST, "rm", "-f", CALLS)


def _secrets(lab) -> dict[str, tuple[str, str]]:
    """The definition and the value of every secret by uuid, as virsh shows them."""
    uuids = [line.split()[0] for line in lab.exec(HOST, "virsh", "-q", "secret-list").splitlines() if line.strip()]
    return {
        uuid: (
            lab.exec(HOST, "virsh", "secret-dumpxml", uuid).strip(),
            lab.exec(HOST, "virsh", "secret-get-value", uuid, check=False).strip(),
        )
        for uuid in uuids
    }


def _configured(lab) -> dict[str, str]:
    """The uuids that nova.conf and cinder.conf name."""
    text = {name: lab.exec(HOST, "cat", f"/etc/{name}/{name}.conf") for name in ("nova", "cinder")}
    found = {
        name: [line for line in lines.splitlines() if line.startswith("rbd_secret_uuid")]
        for name, lines in text.items()
    }
    return {name: lines[-1].split("=")[1].strip() for name, lines in found.items()}


def test_libvirt_has_the_keys_of_nova_and_cinder(lab, site):
    keys, uuids, found = lab.cephx_keys(), _configured(lab), _secrets(lab)
    assert found[uuids["nova"]][1] == keys[HOST, f"client.nova.{HOST}"]
    assert found[uuids["cinder"]][1] == keys[HOST, f"client.cinder.{HOST}"]
    assert lab.exec(HOST, "sh", "-c", f"stat -c %a {FILES}/*.base64").split() == ["600"] * len(found)


def _break(lab, uuids: dict[str, str]) -> None:
    """Give the secret for disks another value and flag, and replace the one for volumes by a private one."""
    usage = f"<usage type='ceph'><name>client.nova.{HOST} {uuids['nova']}</name></usage>"
    nova = f"<secret ephemeral='yes' private='no'><uuid>{uuids['nova']}</uuid>{usage}</secret>"
    usage = "<usage type='ceph'><name>client.openstack secret</name></usage>"
    cinder = f"<secret ephemeral='no' private='yes'><uuid>{uuids['cinder']}</uuid>{usage}</secret>"
    commands = [
        f'echo "{nova}" | virsh secret-define /dev/stdin',
        f"ceph-authtool --gen-print-key | virsh secret-set-value {uuids['nova']} --file /dev/stdin",
        f"virsh secret-undefine {uuids['cinder']}",
        f'echo "{cinder}" | virsh secret-define /dev/stdin',
    ]
    lab.exec(HOST, "sh", "-ec", "\n".join(commands))


def test_wrong_secrets_are_repaired_and_no_key_is_shown(lab, site):
    uuids, before = _configured(lab), _secrets(lab)
    _break(lab, uuids)
    broken = _secrets(lab)
    assert {uuid for uuid in before if before[uuid] != broken[uuid]} == set(uuids.values())
    foreseen = site("--check", "--diff")
    assert _secrets(lab) == broken
    # The keyring is lost as well, so that the key of Cinder travels.
    keyring = f"/etc/ceph/{HOST}.client.cinder.{HOST}.keyring"
    lab.exec(HOST, "mv", keyring, "/root/away.keyring")
    try:
        run = site("--diff", "-vvvv")
    finally:
        lab.exec(HOST, "mv", "/root/away.keyring", keyring)
    assert (
        run.changed()
        == foreseen.changed()
        == {(HOST, "dcn.glance.nova_compute : Give libvirt the keys for disks and volumes")}
    )
    done = run.result(TASK, HOST)
    assert (done["secrets"], done["diff"]) == (
        foreseen.result(TASK, HOST)["secrets"],
        foreseen.result(TASK, HOST)["diff"],
    )
    actions = {each["uuid"]: each["action"] for each in done["secrets"]}
    assert actions == {uuids["nova"]: "update", uuids["cinder"]: "replace"}
    assert _secrets(lab) == before
    calls = lab.exec(HOST, "cat", CALLS)
    assert calls.count("secret-set-value") >= 2
    for owner, key in lab.cephx_keys().items():
        assert key not in calls, owner
        assert key not in run.output, owner


def test_secrets_survive_libvirt_and_come_back_when_they_are_lost(lab, site):
    before = _secrets(lab)
    lab.exec(HOST, "systemctl", "restart", "libvirtd")
    assert _secrets(lab) == before
    stop = "systemctl stop libvirtd libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
    lab.exec(HOST, "sh", "-ec", f"{stop}; rm {FILES}/*; systemctl start libvirtd.socket libvirtd")
    assert _secrets(lab) == {}
    assert [each["action"] for each in site().result(TASK, HOST)["secrets"]] == ["create", "create"]
    assert _secrets(lab) == before
    assert site().changed() == set()
