# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in with a Glance that no control plane owns, one instance behind a proxy, and its own name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.kube.standin import GLANCE_GROUP, StandIn
from ansible_collections.dcn.glance.tests.support.wait import until

SET = "image-one-single"
CONFIG = "[DEFAULT]\nenabled_backends=a:file\n[glance_store]\ndefault_backend=a\n[a]\nstore_description={{ .Region }}\n"
GLANCE = {
    "apiVersion": "/".join(GLANCE_GROUP),
    "kind": "Glance",
    "metadata": {"name": "image", "annotations": {"glance.openstack.org/wsgi": "false"}},
    "spec": {
        "containerImage": "localhost/dcn-glance-pod:lab",
        "databaseInstance": "openstack",
        "secret": "osp-secret",
        "imageCache": {"size": ""},
        "keystoneEndpoint": "one",
        "storage": {"storageRequest": "1G", "storageClass": "local-storage", "external": False},
        "glanceAPIs": {"one": {"type": "single", "replicas": 1, "customServiceConfig": CONFIG}},
    },
}


@pytest.fixture(scope="module")
def alone(kubeconfig: str) -> Iterator[StandIn]:
    found = StandIn(kubeconfig, "t-standin-alone").open("--region-delay", "3", "--db-sync-retries", "0")
    try:
        found.create(GLANCE, "glances")
        found.wait_ready(SET, replicas=1)
        yield found
    finally:
        found.close()


def ready(standin: StandIn) -> dict[str, Any]:
    conditions = standin.get("glanceapis", SET).get("status", {}).get("conditions", [{}])
    return dict(conditions[0])


def test_the_region_rolls_the_registered_api_once(alone: StandIn) -> None:
    first = alone.stateful_set(SET).status.update_revision
    second = until(
        "the region arrived", lambda: (now := alone.stateful_set(SET).status.update_revision) != first and now
    )
    alone.wait_ready(SET, replicas=1)
    time.sleep(4)
    assert alone.stateful_set(SET).status.update_revision == second
    until("it is reported as ready", lambda: ready(alone).get("status") == "True")


def test_names_and_containers_of_a_single_api_behind_a_proxy(alone: StandIn) -> None:
    services = {found.metadata.name for found in alone.core.list_namespaced_service(alone.namespace).items}
    assert services == {SET, "glance-one-internal", "glance-one-public"}
    pod = alone.core.read_namespaced_pod(f"{SET}-0", alone.namespace)
    assert {status.name: status.ready for status in pod.status.container_statuses} == {
        "glance-log": True,
        "glance-httpd": True,
        "glance-api": True,
    }
    assert alone.claims() == [f"glance-{SET}-0"]


def test_its_own_specification_is_kept(alone: StandIn) -> None:
    alone.patch("glances", "image", {"spec": {"apiTimeout": 80}})
    until("the GlanceAPI has the timeout", lambda: alone.get("glanceapis", SET)["spec"].get("apiTimeout") == 80, 10)
    assert alone.get("glances", "image")["spec"]["apiTimeout"] == 80
    alone.wait_ready(SET, replicas=1)


def test_a_deleted_stateful_set_comes_back(alone: StandIn) -> None:
    before = alone.stateful_set(SET).metadata.uid
    alone.apps.delete_namespaced_stateful_set(SET, alone.namespace)
    until(
        "another StatefulSet exists",
        lambda: (found := alone.stateful_set(SET)) is not None and found.metadata.uid != before,
        10,
    )
    alone.wait_ready(SET, replicas=1)


def test_a_duplicate_volume_is_rejected_and_reported(alone: StandIn) -> None:
    extra = {
        "propagation": ["one", "Glance"],
        "volumes": [{"name": "more", "emptyDir": {}}],
        "mounts": [{"name": "more", "mountPath": "/more"}],
    }
    pods = alone.pods()
    alone.patch("glances", "image", {"spec": {"extraMounts": [{"name": "x", "extraVol": [extra]}]}})
    error = until("an error is reported", lambda: (found := ready(alone)).get("reason") == "Error" and found, 10)
    assert "Duplicate value" in error["message"]
    extra["propagation"] = ["one"]
    alone.patch("glances", "image", {"spec": {"extraMounts": [{"name": "x", "extraVol": [extra]}]}})
    until("the change is accepted", lambda: ready(alone).get("status") == "True", 60)
    assert alone.pods() == pods


def test_a_failed_synchronization_of_the_database_stops_everything(alone: StandIn) -> None:
    alone.switch(db_sync_error="no such database")
    keys = {"two": {"type": "edge", "replicas": 0, "customServiceConfig": CONFIG}}
    alone.patch("glances", "image", {"spec": {"glanceAPIs": keys}})
    conditions = until(
        "the failure is reported",
        lambda: (
            (found := {each["type"]: each for each in alone.get("glances", "image")["status"]["conditions"]})
            and found["DBSyncReady"]["reason"] == "Error"
            and found
        ),
    )
    assert conditions["Ready"]["message"].endswith("Job Failed. Check job logs")
    assert conditions["GlanceAPIReady"]["status"] == conditions["CronJobReady"]["status"] == "Unknown"
    assert [api["metadata"]["name"] for api in alone.list("glanceapis")] == [SET]
    alone.switch()
    until("the API exists", lambda: len(alone.list("glanceapis")) == 2, 60)


def test_deleted_objects_wait_for_the_operator(alone: StandIn) -> None:
    alone.stop()
    alone.custom.delete_namespaced_custom_object(*GLANCE_GROUP, alone.namespace, "glances", "image")
    assert alone.get("glances", "image")["metadata"]["deletionTimestamp"]
    assert alone.stateful_set(SET) is not None
    assert "released Glance image" in alone.release()
    until("all that it owned is gone", lambda: alone.list("glanceapis") == [] and alone.pods() == [], 60)
