# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance in pods gets new clients on all clusters, and the Secrets lose the keyrings of the old ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kubernetes import client, config

from ansible_collections.dcn.glance.tests.support.lab.load import tried
from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run

pytestmark = [pytest.mark.long, pytest.mark.flaky(reruns=0)]

INVENTORY = ROOT / "inventories" / "kube_lab"
SITES = ("central", "dcn0", "dcn1")
#: (site of the cluster, client) of the first generation.
FIRST = {
    *((site, "client.glance.central") for site in SITES),
    *((cluster, f"client.glance.{spoke}") for spoke in SITES[1:] for cluster in ("central", spoke)),
}
SECOND = {(site, f"{name}.2") for site, name in FIRST}

#: Nova of the lab is not in the pods, and keeps its clients.
REPAIR = ("-e", json.dumps({"audit_repair": True, "audit_repair_kinds": ["stray_client"]}))

Play = Callable[..., Run]


def generation(number: int, endpoints: dict[str, str] | None = None) -> list[str]:
    """The option that gives the topology clients of a generation and, at some sites, another endpoint."""
    template = f"lab_template | combine({{'client_generations': {{'glance': {number}}}}})"
    topology = f"{template} | dcn.glance.uniform_topology(hub='central', spokes=groups['lab_spokes'])"
    more = {"sites": {site: {"glance": {"endpoint": url}} for site, url in (endpoints or {}).items()}}
    return ["-e", json.dumps({"dcn_topology": f"{{{{ {topology} | combine({json.dumps(more)}, recursive=true) }}}}"})]


@pytest.fixture(scope="module")
def endpoints(kubeconfig: str) -> dict[str, str]:
    """The addresses of the Services, because the lab's hosts, which ask the APIs, do not know their names."""
    core = client.CoreV1Api(config.new_client_from_config(kubeconfig))
    services = {site: core.read_namespaced_service(f"glance-{site}-internal", "openstack") for site in SITES}
    return {site: f"http://{service.spec.cluster_ip}:9292" for site, service in services.items()}


@pytest.fixture(name="play", scope="module")
def play_fixture(lab: Lab, kubeconfig: str) -> Iterator[Play]:
    def run(name: str, *words: str) -> Run:
        return lab.playbook(name, "-e", f"dcn_kubeconfig={kubeconfig}", *words, inventory=INVENTORY)

    run("site").ok()
    yield run
    run("site", "-e", "glance_control_plane_purge=managed").ok()
    for cluster, name in SECOND:
        lab.exec(cluster, "ceph", "auth", "rm", name)
    # Glance in the lab's containers has the first clients, whose keys are new.
    lab.playbook("site").ok()


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


def audit(play: Play, endpoints: dict[str, str], *words: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The findings about clients of Glance, and the error of each repair."""
    done = play("audit", *generation(2, endpoints), *words)
    report = done.result("Judge what was read", "localhost")["ansible_facts"]["audit_report"]
    found = {
        item["id"]: item
        for item in report["findings"]
        if item["kind"] == "stray_client" and item["object"].startswith("client.glance.")
    }
    facts = done.result("Add what was repaired", "localhost").get("ansible_facts", {})
    return found, {item["finding"]: item["error"] for item in facts.get("audit_report", {}).get("repairs", ())}


def test_old_clients_go_and_the_pods_work_with_the_new_ones(lab: Lab, play: Play, endpoints: dict[str, str]) -> None:
    before = lab.cephx_keys()
    found, _repaired = audit(play, endpoints, "--check", *REPAIR)
    assert {(item["site"], item["object"]) for item in found.values()} == FIRST
    assert [item["why"] for item in found.values() if not item["repairable"]] == []
    assert lab.cephx_keys() == before
    _found, repaired = audit(play, endpoints, *REPAIR)
    assert {name: repaired[name] for name in found} == dict.fromkeys(found, "")
    assert not clients(lab) & FIRST and clients(lab) >= SECOND
    for cluster, name in sorted(FIRST):
        assert tried(cluster, cluster, name, before[(cluster, name)]) == "refused", name
    assert audit(play, endpoints)[0] == {}
    assert play("site", *generation(2)).ok().changed() == set()
    play("verify", *generation(2)).ok()
