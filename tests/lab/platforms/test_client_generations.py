# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance in containers, and the files of Nova and Cinder, get new clients; the old ones go when nothing uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.lab.load import IMAGES, Work, load, tried

pytestmark = pytest.mark.long

SERVICES = ("glance", "nova", "cinder")
FIRST, SECOND = dict.fromkeys(SERVICES, 1), dict.fromkeys(SERVICES, 2)
KINDS = ["stray_client", "stray_keyring", "stray_secret"]
REPAIR = ("-e", json.dumps({"audit_repair": True, "audit_repair_kinds": KINDS}))
#: Where each host keeps the keyrings of Glance.
KEYRINGS = {"central": "/etc/ceph", "central2": "/etc/ceph", "dcn0": "/etc/kolla/glance-api/ceph"}
SITE_OF = {"central": "central", "central2": "central", "dcn0": "dcn0"}


def topology(generations: dict[str, int]) -> tuple[str, str]:
    """The option of a playbook that gives the topology of inventories/lab_mixed clients of these generations."""
    more = {"client_generations": generations, "platform": "kolla", "sites": {"central": {"platform": "tripleo"}}}
    template = "lab_template | dcn.glance.uniform_topology(hub='central', spokes=groups['lab_spokes'])"
    text = f"{{{{ {template} | combine({json.dumps(more)}, recursive=true) }}}}"
    return "-e", json.dumps({"dcn_topology": text})


def clients(lab, generation: int) -> set[tuple[str, str]]:
    """The clients of the services: (site of the cluster, name)."""
    end = "" if generation == 1 else f".{generation}"
    found = {(cluster, f"client.glance.{site}{end}") for cluster in lab.sites for site in lab.sites}
    return found | {(site, f"client.{service}.{site}{end}") for service in ("nova", "cinder") for site in lab.sites}


def work(apis: list[str]) -> list[Work]:
    """Images are uploaded, read, copied to the other site and deleted through each of the APIs."""
    return [Work("central", "images", IMAGES, apis)]


def in_container(lab, host: str, *command: str) -> str:
    return lab.exec(host, "podman", "exec", "glance_api", *command)


def users(lab) -> dict[str, set[str]]:
    """The clients that the configuration in each container names."""
    read = ("cat", "/etc/glance/glance-api.conf")
    return {
        host: set(re.findall(r"^rbd_store_user *= *(.+)$", in_container(lab, host, *read), re.MULTILINE))
        for host in lab.glance_hosts
    }


def audit(lab, generations: dict[str, int], *options: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The findings about clients, keyrings and secrets, and the error of each repair."""
    done = lab.playbook("audit", *topology(generations), *options)
    report = done.result("Judge what was read", "localhost")["ansible_facts"]["audit_report"]
    found = {item["id"]: item for item in report["findings"] if item["kind"] in KINDS}
    facts = done.result("Add what was repaired", "localhost").get("ansible_facts", {})
    return found, {item["finding"]: item["error"] for item in facts.get("audit_report", {}).get("repairs", ())}


@pytest.fixture(name="initial", scope="module")
def initial_fixture(lab) -> Iterator[dict[tuple[str, str], str]]:
    """The keys before; at the end the services have their first clients again, and no others."""
    yield lab.cephx_keys()
    lab.playbook("site").ok()
    audit(lab, FIRST, *REPAIR)
    assert clients(lab, 1) <= lab.cephx_keys().keys() and not clients(lab, 2) & lab.cephx_keys().keys()
    assert lab.playbook("site").ok().changed() == set()
    lab.playbook("verify").ok()


def test_containers_change_to_new_clients_under_load(lab, initial) -> None:
    before = lab.starts()
    foreseen = lab.playbook("site", "--check", "--diff", *topology(SECOND)).ok().changed()
    assert lab.cephx_keys() == initial and lab.starts() == before
    with load(lab, work(["glance.central"])) as done:
        assert lab.playbook("site", *topology(SECOND)).ok().changed() == foreseen
    images = done["central images"]
    assert images["errors"] == [] and images["done"] > 2, images
    # One program asks one worker at a time, and each of the two workers is restarted once.
    assert len(images["cut"]) <= 2, images["cut"]
    after, restarted = lab.cephx_keys(), lab.starts()
    assert after.items() >= initial.items()
    assert after.keys() - initial.keys() == clients(lab, 2)
    assert all(restarted[host] != started for host, started in before.items())
    assert users(lab) == {host: {f"glance.{site}.2"} for host, site in SITE_OF.items()}
    for host, site in SITE_OF.items():
        for cluster in lab.sites:
            name = f"{cluster}.client.glance.{site}.2.keyring"
            assert in_container(lab, host, "stat", "-c", "%U %a", f"/etc/ceph/{name}").strip() == "glance 600"
            assert after[(cluster, f"client.glance.{site}.2")] in lab.exec(host, "cat", f"{KEYRINGS[host]}/{name}")
    assert lab.playbook("site", *topology(SECOND)).ok().changed() == set()
    assert lab.starts() == restarted


def test_old_clients_go_and_the_containers_work_with_the_new_ones(lab, initial) -> None:
    with load(lab, work([*lab.glance_hosts])) as done:
        found, _repaired = audit(lab, SECOND)
    assert done["central images"]["errors"] + done["central images"]["cut"] == [], done
    assert done["central images"]["done"] >= len(lab.glance_hosts)
    strays = {(item["site"], item["object"]) for item in found.values() if item["kind"] == "stray_client"}
    assert strays == clients(lab, 1)
    assert {item["kind"] for item in found.values()} == set(KINDS)
    assert [item["why"] for item in found.values() if not item["repairable"]] == []
    before, restarted = lab.cephx_keys(), lab.starts()

    foreseen, _predicted = audit(lab, SECOND, "--check", *REPAIR)
    assert foreseen.keys() == found.keys() and lab.cephx_keys() == before
    _found, repaired = audit(lab, SECOND, *REPAIR)
    assert repaired == dict.fromkeys(found, "")
    assert before.keys() - lab.cephx_keys().keys() == clients(lab, 1)
    for cluster, name in sorted(clients(lab, 1)):
        assert tried(cluster, cluster, name, before[(cluster, name)]) == "refused", name
    for host, directory in KEYRINGS.items():
        names = [name for name in lab.exec(host, "ls", directory).split() if ".client.glance." in name]
        assert len(names) == len(lab.sites) and all(name.endswith(".2.keyring") for name in names), names
    assert audit(lab, SECOND)[0] == {}

    with load(lab, work([*lab.glance_hosts])) as done:
        assert lab.playbook("site", *topology(SECOND)).ok().changed() == set()
    assert done["central images"]["errors"] + done["central images"]["cut"] == [], done
    assert done["central images"]["done"] >= len(lab.glance_hosts)
    assert lab.starts() == restarted
    lab.playbook("verify", *topology(SECOND)).ok()
