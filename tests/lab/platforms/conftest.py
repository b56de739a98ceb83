# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab of inventories/lab_mixed: Glance in containers, at the hub as TripleO runs it, at the spoke as kolla does."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run

INVENTORY = ROOT / "inventories" / "lab_mixed"


class ContainerLab(Lab):
    """The lab as a test sees it, with Glance in a container of every host."""

    sites = ("central", "dcn0")
    glance_hosts = ("central", "central2", "dcn0")
    conf = {
        "central": "/var/lib/config-data/puppet-generated/glance_api/etc/glance/glance-api.conf",
        "central2": "/var/lib/config-data/puppet-generated/glance_api/etc/glance/glance-api.conf",
        "dcn0": "/etc/kolla/glance-api/glance-api.conf",
    }

    def playbook(self, name: str, *args: str, inventory=INVENTORY, structured: bool = True) -> Run:
        return super().playbook(name, *args, inventory=inventory, structured=structured)

    def containers(self) -> dict[str, dict]:
        """What podman says about the container of Glance on every host."""
        return {host: json.loads(self.exec(host, "podman", "inspect", "glance_api"))[0] for host in self.glance_hosts}

    def starts(self) -> dict[str, str]:
        """When the container of Glance on every host was started."""
        return {host: found["State"]["StartedAt"] for host, found in self.containers().items()}


@pytest.fixture(scope="session")
def lab() -> ContainerLab:
    if shutil.which("podman") is None:
        pytest.fail("podman is missing: make lab-up INVENTORY=inventories/lab_mixed starts the lab")
    for host in ContainerLab.glance_hosts:
        done = subprocess.run(["podman", "exec", host, "podman", "container", "exists", "glance_api"], check=False)
        if done.returncode:
            pytest.fail(
                f"{host} runs no container glance_api: make lab-up INVENTORY=inventories/lab_mixed starts the lab"
            )
    return ContainerLab()
