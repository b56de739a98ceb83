# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spoke more: one line in the inventory, nothing changes at the others, the hub only gains."""

from __future__ import annotations

import difflib
import pathlib
import shutil
import subprocess

import pytest

FILES = ("/etc/glance/glance-api.conf", "/etc/nova/nova.conf", "/etc/cinder/cinder.conf")


@pytest.fixture
def wider(lab, tmp_path):
    """The lab's inventory with dcn2 added; dcn2 and its traces are removed in the end."""
    source = pathlib.Path(__file__).resolve().parents[2] / "inventories" / "lab"
    inventory = tmp_path / "inventories" / "lab"
    shutil.copytree(source, inventory)
    spokes = inventory / "spokes.yml"
    text = spokes.read_text()
    assert text.count("    - dcn1\n") == 1
    spokes.write_text(text.replace("    - dcn1\n", "    - dcn1\n    - dcn2\n"))
    yield inventory
    lab.playbook("site", "-e", "glance_api_purge=managed").ok()
    assert "dcn2" not in lab.exec("central", "cat", FILES[0])
    subprocess.run(["podman", "rm", "-f", "dcn2"], check=True, capture_output=True)


def _contents(lab, host: str) -> dict[str, str]:
    # The hub has no Nova and no Cinder, so find complains of what is not there.
    places = ("/etc/ceph", "/etc/glance", "/etc/nova", "/etc/cinder")
    listed = lab.exec(host, "find", *places, "-type", "f", check=False).split()
    assert FILES[0] in listed
    return {path: lab.exec(host, "cat", path) for path in listed}


@pytest.mark.long
def test_adding_a_spoke_changes_no_other(lab, wider):
    before = {host: _contents(lab, host) for host in lab.glance_hosts}
    pids = lab.main_pids()
    lab.playbook("dcn.glance_lab.lab_up", inventory=wider).ok()

    foreseen = lab.playbook("site", "--check", "--diff", inventory=wider).ok().changed()
    run = lab.playbook("site", inventory=wider).ok()
    assert run.changed() == foreseen
    assert {host for host, _task in run.changed()} == {"central", "central2", "dcn2"}

    after = {host: _contents(lab, host) for host in lab.glance_hosts}
    for spoke in ("dcn0", "dcn1"):
        assert after[spoke] == before[spoke]
        assert lab.main_pids()[spoke] == pids[spoke]
    for hub in ("central", "central2"):
        assert {path for path in after[hub] if path not in before[hub]} == {
            "/etc/ceph/dcn2.conf",
            "/etc/ceph/dcn2.client.glance.central.keyring",
        }
        for path, text in before[hub].items():
            lines = difflib.unified_diff(text.splitlines(), after[hub][path].splitlines(), n=0, lineterm="")
            removed = [line for line in lines if line.startswith("-") and not line.startswith("---")]
            assert removed in ([], ["-enabled_backends = central:rbd, dcn0:rbd, dcn1:rbd"]), path
        assert "enabled_backends = central:rbd, dcn0:rbd, dcn1:rbd, dcn2:rbd" in after[hub][FILES[0]]

    assert lab.playbook("site", inventory=wider).ok().changed() == set()
    table = lab.playbook("verify", inventory=wider).ok().result("Show the result of each site", "localhost")["msg"]
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["central", "dcn0", "dcn1", "dcn2"]
