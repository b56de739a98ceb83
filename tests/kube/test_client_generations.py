# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance in pods gets new clients on all clusters, and the Secrets lose the keyrings of the old ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run

pytestmark = [pytest.mark.long, pytest.mark.flaky(reruns=0)]

INVENTORY = ROOT / "inventories" / "kube_lab"
SITES = ("central", "dcn0", "dcn1")
#: (site of the cluster, client) of the first generation.
FIRST = {
    *((site, "client.glance.central") for site in SITES),
    *((cluster, f"client.glance.{spoke}") for spoke in SITES[1:] for cluster in ("central", spoke)),
}
SECOND = {(site, f"{client}.2") for site, client in FIRST}

Play = Callable[..., Run]


def generation(number: int) -> list[str]:
    template = f"lab_template | combine({{'client_generations': {{'glance': {number}}}}})"
    text = f"{{{{ {template} | dcn.glance.uniform_topology(hub='central', spokes=groups['lab_spokes']) }}}}"
    return ["-e", json.dumps({"dcn_topology": text})]


@pytest.fixture(name="play", scope="module")
def play_fixture(lab: Lab, kubeconfig: str) -> Iterator[Play]:
    def run(name: str, *words: str) -> Run:
        return lab.playbook(name, "-e", f"dcn_kubeconfig={kubeconfig}", *words, inventory=INVENTORY)

    run("site").ok()
    yield run
    run("site", "-e", "glance_control_plane_purge=managed").ok()
    for cluster, client in SECOND:
        lab.exec(cluster, "ceph", "auth", "rm", client)


def clients(lab: Lab) -> set[tuple[str, str]]:
    return {(site, name) for site, name in lab.cephx_keys() if name.startswith("client.glance.")}


def test_pods_change_to_new_clients(lab: Lab, play: Play) -> None:
    assert clients(lab) >= FIRST and not clients(lab) & SECOND
    foreseen = play("site", "--check", "--diff", *generation(2)).ok().changed()
    assert not clients(lab) & SECOND
    assert play("site", *generation(2)).ok().changed() == foreseen
    assert clients(lab) >= FIRST | SECOND
    assert play("site", *generation(2)).ok().changed() == set()
    # Uploads at every site, copies between sites, reads of every copy. The old keyrings in the Secrets are warnings.
    play("verify", *generation(2)).ok()
    assert play("site", *generation(2), "-e", "glance_control_plane_purge=managed").ok().changed()
    play("verify", *generation(2)).ok()
