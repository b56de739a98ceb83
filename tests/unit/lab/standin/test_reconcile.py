# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliations of a namespace in a cluster in memory."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from standin import __main__ as program
from standin.cluster import (
    CONFIG_MAPS,
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    SERVICES,
    STATEFUL_SETS,
    VERSIONS,
    ApiError,
)
from standin.conditions import find

EDGE = "glance-far-edge-api"
SETS = [EDGE, "glance-hub-external-api", "glance-hub-internal-api"]


def edit_key(rig: Any, key: str, **fields: Any) -> None:
    """A change of one key of the control plane."""
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    section["template"]["glanceAPIs"].setdefault(key, {}).update(fields)
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance=section)


def test_a_control_plane_creates_all_objects(rig: Any) -> None:
    assert rig.names(STATEFUL_SETS) == SETS
    assert rig.names(GLANCE_APIS) == ["glance-far-edge", "glance-hub-external", "glance-hub-internal"]
    clients = ["glance-far-internal", "glance-hub-internal", "glance-hub-public"]
    assert rig.names(SERVICES) == sorted([*SETS, *clients])
    glance = rig.cluster.get(GLANCES, "glance")
    assert glance["status"]["glanceAPIReadyCounts"] == {"hub": 1, "far": 2}
    assert sorted(glance["status"]["apiEndpoint"]) == ["far-internal", "hub-internal", "hub-public"]
    for kind, name in ((CONTROL_PLANES, "openstack"), (GLANCES, "glance"), (GLANCE_APIS, "glance-far-edge")):
        obj = rig.cluster.get(kind, name)
        assert obj["status"]["conditions"][0]["type"] == "Ready"
        assert obj["status"]["conditions"][0]["status"] == "True"
        assert obj["status"]["observedGeneration"] == obj["metadata"]["generation"]


def test_a_second_run_writes_nothing(rig: Any) -> None:
    program.reconcile(rig.context)
    assert rig.settle() == []


def test_after_a_restart_nothing_is_different(rig: Any, make_rig: Any) -> None:
    again = make_rig()
    again.cluster.store = rig.cluster.store
    again.cluster._number = 10_000
    before = {name: rig.cluster.get(STATEFUL_SETS, name)["metadata"]["uid"] for name in SETS}
    again.settle(pods=False)
    assert {name: again.cluster.get(STATEFUL_SETS, name)["metadata"]["uid"] for name in SETS} == before
    assert not [write for write in again.cluster.writes if write.startswith(("create", "delete", "update/status"))]


def test_scaling_below_the_control_plane_is_reverted(rig: Any) -> None:
    rig.cluster.edit(STATEFUL_SETS, EDGE, replicas=9)
    rig.settle(pods=False)
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["replicas"] == 2
    api = rig.cluster.get(GLANCE_APIS, "glance-far-edge")
    rig.cluster.edit(GLANCE_APIS, "glance-far-edge", replicas=9)
    rig.settle()
    assert rig.cluster.get(GLANCE_APIS, "glance-far-edge")["spec"] == api["spec"]
    rig.cluster.edit(GLANCES, "glance", apiTimeout=9)
    rig.settle()
    assert "apiTimeout" not in rig.cluster.get(GLANCES, "glance")["spec"]


def test_ready_of_the_glance_does_not_depend_on_pods(rig: Any) -> None:
    edit_key(rig, "far", replicas=5)
    rig.settle(pods=False)
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["replicas"] == 5
    assert rig.condition(GLANCE_APIS, "glance-far-edge")["message"] == "Deployment in progress"
    assert rig.cluster.get(GLANCE_APIS, "glance-far-edge")["status"]["readyCount"] == 2
    assert rig.condition(GLANCES, "glance")["status"] == "True"
    assert rig.cluster.get(GLANCES, "glance")["status"]["glanceAPIReadyCounts"]["far"] == 2
    rig.settle()
    assert rig.cluster.get(GLANCES, "glance")["status"]["glanceAPIReadyCounts"]["far"] == 5


def test_a_new_glance_is_not_ready_before_its_pods(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    rig.cluster.seed(CONTROL_PLANES, make_plane())
    rig.settle(pods=False)
    assert rig.condition(GLANCES, "glance")["message"] == "Deployment in progress"
    assert rig.condition(CONTROL_PLANES, "openstack")["status"] == "False"


@pytest.mark.parametrize(
    ("fields", "recreated"),
    [
        ({"customServiceConfig": "[DEFAULT]\nenabled_backends=far:rbd\n"}, True),
        ({"customServiceConfig": "[DEFAULT]\nenabled_backends=hub:rbd,far:rbd\n"}, True),
        ({"customServiceConfig": "[DEFAULT]\nenabled_backends=far:rbd,hub:rbd\ndebug=true\n"}, False),
        ({"storage": {"storageRequest": "20G"}}, True),
        ({"imageCache": {"size": "1G"}}, True),
        ({"apiTimeout": 90}, False),
        ({"replicas": 0}, False),
    ],
)
def test_what_recreates_a_stateful_set(rig: Any, fields: dict[str, Any], recreated: bool) -> None:
    before = {name: rig.cluster.get(STATEFUL_SETS, name) for name in SETS}
    edit_key(rig, "far", **fields)
    writes = rig.settle()
    after = {name: rig.cluster.get(STATEFUL_SETS, name) for name in SETS}
    changed = [name for name in SETS if after[name]["metadata"]["uid"] != before[name]["metadata"]["uid"]]
    assert changed == ([EDGE] if recreated else [])
    assert writes.count(f"delete StatefulSet {EDGE}") == int(recreated)
    assert after[EDGE]["spec"] != before[EDGE]["spec"]


def test_a_removed_key_goes_with_everything_below(rig: Any) -> None:
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    del section["template"]["glanceAPIs"]["far"]
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance=section)
    assert [write for write in rig.settle() if write.startswith("delete")] == ["delete GlanceAPI glance-far-edge"]
    assert rig.cluster.get(GLANCES, "glance")["status"]["glanceAPIReadyCounts"] == {"hub": 1}


def test_keystone_endpoint_moves(rig: Any) -> None:
    edit_key(rig, "hub2", type="split", customServiceConfig="enabled_backends=a:rbd\n")
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    section["template"]["keystoneEndpoint"] = "hub2"
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance=section)
    rig.settle()
    marked = [
        name
        for name in rig.names(GLANCE_APIS)
        if "keystoneEndpoint" in rig.cluster.get(GLANCE_APIS, name)["metadata"]["annotations"]
    ]
    assert marked == ["glance-hub2-external", "glance-hub2-internal"]


def test_a_specification_that_the_webhook_rejects_changes_nothing(rig: Any) -> None:
    edit_key(rig, "far", type="single")
    writes = rig.settle()
    assert not [write for write in writes if not write.startswith("update/status OpenStackControlPlane")]
    condition = rig.condition(CONTROL_PLANES, "openstack", "OpenStackControlPlaneGlanceReady")
    assert (condition["status"], condition["reason"], condition["severity"]) == ("False", "Error", "Warning")
    assert "layout (type) cannot be modified" in condition["message"]


def test_stuck(rig: Any) -> None:
    rig.cluster.seed(CONFIG_MAPS, {"metadata": {"name": "standin-switches"}, "data": {"stuck": "true"}})
    edit_key(rig, "far", replicas=7)
    assert rig.settle() == []
    rig.cluster.seed(CONFIG_MAPS, {"metadata": {"name": "standin-switches"}, "data": {}})
    rig.settle()
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["replicas"] == 7


def test_error(rig: Any) -> None:
    switches = {"metadata": {"name": "standin-switches"}, "data": {"error": "it rains"}}
    rig.cluster.seed(CONFIG_MAPS, switches)
    edit_key(rig, "far", replicas=7)
    rig.settle()
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["replicas"] == 2
    for kind, name in ((GLANCE_APIS, "glance-far-edge"), (GLANCES, "glance"), (CONTROL_PLANES, "openstack")):
        condition = rig.condition(kind, name)
        assert (condition["reason"], condition["message"]) == ("Error", "Deployment error occurred it rains")


def test_an_object_that_kubernetes_rejects_is_reported(rig: Any) -> None:
    rig.cluster.refuse["StatefulSet"] = ApiError(422, "Invalid", "volume names must be unique")
    edit_key(rig, "more", type="edge", customServiceConfig="enabled_backends=a:rbd\n")
    rig.settle()
    condition = rig.condition(GLANCE_APIS, "glance-more-edge")
    assert condition["message"] == "Deployment error occurred volume names must be unique"
    assert rig.condition(GLANCES, "glance")["status"] == "False"


@pytest.mark.parametrize(
    ("fields", "kind", "word"),
    [
        ({"customServiceConfig": "enabled_backends=c:cinder\n"}, "CinderReady", "Waiting for Cinder"),
        ({"networkAttachments": ["storage"]}, "NetworkAttachmentsReady", "missing: storage"),
        ({"customServiceConfigSecrets": ["absent"]}, "ServiceConfigReady", '"absent" not found'),
        ({"storage": {"storageRequest": "much"}}, "DeploymentReady", "quantities must match"),
    ],
)
def test_what_prevents_an_api(rig: Any, fields: dict[str, Any], kind: str, word: str) -> None:
    edit_key(rig, "more", **{"type": "edge", "customServiceConfig": "enabled_backends=a:rbd\n", **fields})
    rig.settle()
    condition = rig.condition(GLANCE_APIS, "glance-more-edge", kind)
    assert condition["status"] == "False"
    assert word in condition["message"]
    assert "glance-more-edge-api" not in rig.names(STATEFUL_SETS)


def test_an_entry_without_a_type_stops_only_its_api(rig: Any, caplog: Any) -> None:
    edit_key(rig, "far", customServiceConfig="enabled_backends=far\n", replicas=5)
    rig.settle()
    assert "panic" in caplog.text
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["replicas"] == 2


def test_single_with_other_stores_needs_the_location_api(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    keys = {"hub": {"type": "single", "replicas": 0, "customServiceConfig": "enabled_backends=a:rbd\n"}}
    rig.cluster.seed(CONTROL_PLANES, make_plane(glanceAPIs=keys))
    rig.settle()
    assert "single can only be used" in rig.condition(GLANCES, "glance", "GlanceAPIReady")["message"]
    version = rig.cluster.get(VERSIONS, "openstack")
    version["status"]["serviceDefaults"]["glanceLocationAPI"] = "true"
    rig.cluster.seed(VERSIONS, version)
    rig.settle()
    assert rig.names(STATEFUL_SETS) == ["glance-hub-single"]


def test_missing_passwords(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    plane = make_plane(secret="other")
    rig.cluster.seed(CONTROL_PLANES, plane)
    rig.settle()
    assert rig.condition(GLANCES, "glance", "InputReady")["message"] == "Input data resources missing"
    assert rig.names(STATEFUL_SETS) == []


def test_without_webhooks_a_missing_schedule_is_an_error(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig(webhooks=False)
    # As Kubernetes says it.
    message = 'CronJob.batch "glance-db-purge" is invalid: spec.schedule: Required value'
    rig.cluster.refuse["CronJob"] = ApiError(422, "Invalid", message)
    rig.cluster.seed(CONTROL_PLANES, make_plane(dbPurge={}))
    rig.settle()
    assert "schedule: Required value" in rig.condition(GLANCES, "glance", "CronJobReady")["message"]


def test_a_glance_without_a_control_plane_keeps_its_specification(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    spec = {**make_plane()["spec"]["glance"]["template"], "containerImage": "image:1"}
    rig.cluster.seed(
        GLANCES, {"apiVersion": GLANCES.api_version, "kind": "Glance", "metadata": {"name": "alone"}, "spec": spec}
    )
    rig.settle()
    assert "alone-far-edge-api" in rig.names(STATEFUL_SETS)
    assert rig.cluster.get(GLANCES, "alone")["metadata"]["finalizers"] == ["openstack.org/glance"]
    rig.cluster.edit(GLANCES, "alone", apiTimeout=99)
    rig.settle()
    assert rig.cluster.get(GLANCES, "alone")["spec"]["apiTimeout"] == 99
    assert rig.cluster.get(GLANCE_APIS, "alone-far-edge")["spec"]["apiTimeout"] == 99


def test_the_region_comes_late_and_rolls_the_registered_api_once(
    make_rig: Any, make_plane: Any, monkeypatch: Any
) -> None:
    now = [100.0]
    monkeypatch.setattr("standin.api.time.monotonic", lambda: now[0])
    rig = make_rig(region_delay=30.0)
    rig.cluster.seed(CONTROL_PLANES, make_plane())
    rig.settle()
    before = {name: rig.cluster.get(STATEFUL_SETS, name)["spec"]["template"] for name in SETS}
    now[0] += 31
    writes = [write for write in rig.settle() if "StatefulSet" in write]
    assert writes == [f"update StatefulSet {name}" for name in SETS[1:]]
    assert rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]["template"] == before[EDGE]
    now[0] += 31
    assert rig.settle() == []


def test_defaults_can_be_written_where_they_stay(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig(write_defaults=True)
    rig.cluster.seed(CONTROL_PLANES, make_plane(storage={}))
    rig.settle()
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    assert section["template"]["storage"] == {"external": True}
    # The trap: a request given later does not take it away.
    section["template"]["storage"]["storageRequest"] = "1G"
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance=section)
    rig.settle()
    assert "volumeClaimTemplates" not in rig.cluster.get(STATEFUL_SETS, EDGE)["spec"]


def test_glance_is_deleted_when_disabled(rig: Any) -> None:
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance={**section, "enabled": False})
    rig.settle()
    assert rig.names(GLANCES) == rig.names(STATEFUL_SETS) == []
    assert not find(rig.cluster.get(CONTROL_PLANES, "openstack"), "OpenStackControlPlaneGlanceReady")


def test_counts_are_late() -> None:
    from standin.context import Late

    late = Late()
    assert late.shown("a", 1, 1, 2.0, 10.0) == (1, None)
    assert late.shown("a", 1, 3, 2.0, 10.0) == (1, 2.0)
    assert late.shown("a", 1, 3, 2.0, 11.5) == (1, 0.5)
    # Another change starts anew.
    assert late.shown("a", 1, 2, 2.0, 11.9) == (1, 2.0)
    assert late.shown("a", 1, 2, 2.0, 14.0) == (2, None)
