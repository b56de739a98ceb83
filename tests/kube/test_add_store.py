# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook add_store on real pods with two workers, while clients ask all the time: killed, back again, done.

The tests build on each other, in this order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.kube.clients import Clients
from ansible_collections.dcn.glance.tests.support.kube.cloud import PLANES, Cloud
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab
from ansible_collections.dcn.glance.tests.support.wait import until

# Each test leaves what the next one starts from.
pytestmark = pytest.mark.flaky(reruns=0)

NAMESPACE = "t-add-store"
OLD, NEW = "central", "central-b"
STORE = ("    glance:\n      # As", "      web: {type: http}\n    glance:\n      # As")


@pytest.fixture(scope="module")
def cloud(lab: Lab, kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    standin = StandIn(kubeconfig, NAMESPACE).open()
    try:
        empty = control_plane({"default": {"type": "split", "replicas": 0}})
        standin.create(empty, PLANES)
        found = Cloud(lab, standin, tmp_path_factory.mktemp("add-store"), (OLD, NEW))
        found.play("control_plane").ok()
        found.edit(STORE)
        yield found
    finally:
        standin.close()


@pytest.fixture
def clients(cloud: Cloud) -> Iterator[Clients]:
    """Clients of the API in the catalog, and of the Services of both APIs as long as the object has them."""
    found = Clients(cloud.standin, cloud.lab, (OLD, NEW))
    with found:
        yield found
    found.assert_served()


def test_killed_after_the_new_api_exists_and_back(cloud: Cloud, clients: Clients) -> None:
    cloud.kill_when("add_store", "the new API exists", lambda: NEW in cloud.hubs())
    assert (cloud.endpoint, cloud.hubs()) == (OLD, [OLD, NEW])
    cloud.play("add_store", rollback=True).ok()
    assert (cloud.endpoint, cloud.hubs()) == (OLD, [OLD])
    assert "ceph-conf-files-central-b" not in json.dumps(cloud.template)
    time.sleep(2)  # the stand-in's counts come late
    before = cloud.versions()
    assert cloud.play("add_store", rollback=True).ok().changed() == set(), "there is nothing to go back from"
    assert cloud.versions() == before


def test_killed_after_the_move_and_back(no_other_images: None, cloud: Cloud, clients: Clients) -> None:
    cloud.kill_when("add_store", "the catalog moved", lambda: cloud.endpoint == NEW)
    assert cloud.hubs() == [OLD, NEW]
    # Kubernetes restarts the pod with the highest number first. A change now would make it restart that one again.
    until("the last pod of the old API restarts", lambda: not cloud.ready(f"glance-{OLD}-external-api-0"), 120)
    cloud.play("add_store", rollback=True).ok()
    assert (cloud.endpoint, cloud.hubs()) == (OLD, [OLD])
    assert "web:http" not in cloud.template["glanceAPIs"][OLD]["customServiceConfig"]


def test_killed_resumed_and_done(no_other_images: None, cloud: Cloud, clients: Clients) -> None:
    foreseen = cloud.play("add_store", "--check").ok()
    said = foreseen.result("Show what happens", "localhost")["msg"]
    assert "central-b is created beside central." in said, said
    cloud.kill_when("add_store", "the new API exists", lambda: NEW in cloud.hubs())
    run = cloud.play("add_store").ok()
    assert (cloud.endpoint, cloud.hubs()) == (NEW, [NEW])
    assert run.changed() == foreseen.changed()
    named = run.result("Name what uses the Services of the old API", "localhost")["results"]
    assert any(
        "sites.central.glance.endpoint names the Service glance-central-internal" in item["msg"] for item in named
    )
    proved = run.result("Stage through each worker and import through the next", "localhost")["apis"]
    assert [api["ok"] for api in proved] == [True] and len(proved[0]["pairs"]) == 4
    assert clients.stores(NEW) >= {"central", "dcn0", "dcn1", "web"}


def test_a_second_run_changes_nothing(cloud: Cloud, clients: Clients) -> None:
    time.sleep(2)  # the stand-in's counts come late
    before = cloud.versions()
    assert cloud.play("add_store").ok().changed() == set()
    assert cloud.play("control_plane").ok().changed() == set(), "every playbook uses the name in the catalog"
    assert cloud.versions() == before
    refused = cloud.play("add_store", rollback=True)
    assert refused.rc != 0 and "remove it from the topology" in refused.failures()
