# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adopt on the converged lab: its hosts give back the topology, and site has nothing to do with it."""

from __future__ import annotations

import re

import pytest
import yaml

#: The keys of cephx and the passwords of the lab.
SECRET = re.compile(r"AQ[A-Za-z0-9+/]{36}==")


@pytest.mark.long
def test_a_lab_comes_back_as_the_topology_that_made_it(lab, tmp_path):
    topology, inventory = tmp_path / "topology.yml", tmp_path / "sites.yml"
    files = ("-e", f"adopt_topology_file={topology}", "-e", f"adopt_inventory_file={inventory}")
    check = lab.playbook("adopt", "--check", "--diff", *files).ok()
    assert check.changed() == {("localhost", "dcn.glance.adopt : Describe the cloud")}
    assert not topology.exists() and not inventory.exists()
    run = lab.playbook("adopt", *files).ok()
    found = run.result("Describe the cloud", "localhost")
    assert (
        found["topology_text"]
        == topology.read_text()
        == check.result("Describe the cloud", "localhost")["topology_text"]
    )
    assert found["changes"] == []
    assert [item for item in found["findings"] if item["severity"] == "error"] == []
    assert [note for note in found["notes"] if note["kind"] == "wrong"] == []
    sites = yaml.safe_load(topology.read_text())["dcn_topology"]["sites"]
    assert list(sites) == list(lab.sites)
    assert all(site["stores"][name]["default"] for name, site in sites.items())
    assert not SECRET.search(run.output)
    assert lab.playbook("adopt", *files).ok().changed() == set()
    again = lab.playbook("site", "--check", "-i", str(inventory), "-e", f"@{topology}").ok()
    assert again.changed() == set()


def test_a_file_that_exists_is_not_replaced(lab, tmp_path):
    topology = tmp_path / "topology.yml"
    topology.write_text("# mine\n")
    run = lab.playbook("adopt", "-e", f"adopt_topology_file={topology}")
    assert run.rc != 0 and "exists and differs" in run.failures()
    assert topology.read_text() == "# mine\n"
