# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs against a Kubernetes API in memory: order, lost updates, refusals, and what an error leaves behind."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import RecreationRefused
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.read import read_key_ids
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import ATTEMPTS, ControlPlaneResult
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    CONTROL_PLANES,
    FORBIDDEN,
    GLANCE_APIS,
    SECRETS,
    KubeError,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    NAMESPACE,
    Clock,
    Keys,
    desired,
    glance,
    stateful_set,
    template_of,
    topology,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

Run = Callable[..., ControlPlaneResult]


def steps(kube: FakeKube) -> list[tuple[str, str, str]]:
    return [(call.verb, call.resource.partition(".")[0], call.name) for call in kube.writes]


def item(kube: FakeKube) -> dict[str, Any]:
    found = kube.get(CONTROL_PLANES, NAMESPACE, "openstack")
    assert found is not None
    return found


def serve(kube: FakeKube, *names: str) -> None:
    kube.add(glance(item(kube)["metadata"]["uid"]), *(stateful_set(name) for name in names))


DATA = topology("dcn0")
SPOKE = topology("dcn0", "dcn1")
HALVES = ("external", "internal")


def test_secrets_are_written_before_the_object(kube: FakeKube, run: Run) -> None:
    found = run(DATA)
    assert found.changed
    assert steps(kube) == [
        ("create", "secrets", "ceph-conf-files-central"),
        ("create", "secrets", "ceph-conf-files-dcn0"),
        ("update", "openstackcontrolplanes", "openstack"),
    ]
    assert found.version_after == item(kube)["metadata"]["resourceVersion"] != found.version_before
    # Every write was tried on the server before the first one was made.
    tried = [index for index, call in enumerate(kube.asked) if call.dry_run]
    done = [index for index, call in enumerate(kube.asked) if call in kube.writes]
    assert len(tried) == len(done) == 3
    assert max(tried) < min(done)


def test_a_second_run_writes_nothing_and_check_mode_never_does(kube: FakeKube, run: Run, keys: Keys) -> None:
    files = keys.files(desired(DATA))
    planned = run(DATA, files, check=True)
    assert planned.changed
    assert not kube.writes
    done = run(DATA, files)
    assert done.plan == planned.plan
    before = copy.deepcopy(kube.objects)
    count = len(kube.writes)
    again = run(DATA, keys.files(desired(DATA), sealed=False))
    assert not again.changed
    assert (len(kube.writes), kube.objects) == (count, before)


def test_a_change_by_another_client_is_kept(kube: FakeKube, run: Run) -> None:
    moved = []

    def other_client(call: Any) -> None:
        if not call.dry_run and not moved:
            moved.append(call)
            body = {"spec": {"glance": {"template": {"apiTimeout": 90, "glanceAPIs": {"new": {"type": "edge"}}}}}}
            kube.change(CONTROL_PLANES, NAMESPACE, "openstack", body)

    kube.on("update", "openstackcontrolplanes", other_client)
    clock = Clock()
    found = run(DATA, clock=clock)
    assert (found.conflicts, found.changed, len(clock.slept)) == (1, True, 1)
    part = template_of(item(kube))
    assert part["apiTimeout"] == 90
    assert list(part["glanceAPIs"]) == ["default", "new", "central", "dcn0"]
    assert [each.action for each in found.secrets] == ["create", "create"]
    assert [step[0] for step in steps(kube)] == ["create", "create", "update", "update"]


def test_a_changed_status_needs_no_new_plan(kube: FakeKube, run: Run) -> None:
    moved = []

    def operator(call: Any) -> None:
        if not call.dry_run and len(moved) < 3:
            moved.append(call)
            kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"status": {"looks": len(moved)}})

    kube.on("update", "openstackcontrolplanes", operator)
    clock = Clock()
    found = run(DATA, clock=clock)
    assert (found.conflicts, clock.slept, found.warnings) == (3, [], ())
    assert item(kube)["status"] == {"looks": 3}
    assert not run(DATA).changed
    assert len([call for call in kube.asked if call.verb == "list"]) == 8


def test_endless_conflicts_are_an_error(kube: FakeKube, run: Run) -> None:
    kube.fail("update", "openstackcontrolplanes", KubeError(CONFLICT, "Another client changed it."))
    with pytest.raises(KubeError, match=f"{ATTEMPTS} attempts conflicted with another client.*Nothing was changed"):
        run(DATA)


def test_an_error_reports_what_was_written_before_it(kube: FakeKube, run: Run) -> None:
    def fail(call: Any) -> None:
        if not call.dry_run:
            raise KubeError(FORBIDDEN, "No update.", status=403, verb="update")

    kube.on("update", "openstackcontrolplanes", fail)
    with pytest.raises(KubeError) as caught:
        run(DATA)
    assert "Written before: Secret ceph-conf-files-central, Secret ceph-conf-files-dcn0." in str(caught.value)
    assert (caught.value.reason, caught.value.status) == (FORBIDDEN, 403)


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("list", "glances"),
        ("list", "glanceapis"),
        ("list", "statefulsets"),
        ("list", "persistentvolumeclaims"),
        ("get", "secrets"),
        ("create", "secrets"),
        ("update", "openstackcontrolplanes"),
    ],
)
def test_a_missing_permission_stops_the_run_before_the_first_write(
    kube: FakeKube, run: Run, verb: str, resource: str
) -> None:
    kube.fail(verb, resource, KubeError(FORBIDDEN, f"No {verb} of {resource}."))
    with pytest.raises(KubeError, match=f"No {verb} of {resource}."):
        run(DATA)
    assert not [call for call in kube.writes if (call.verb, call.resource.partition(".")[0]) != (verb, resource)]


def test_a_field_that_the_server_drops_is_an_error(kube: FakeKube, run: Run) -> None:
    answer = copy.deepcopy(item(kube))

    def prune(call: Any) -> Any:
        answer["spec"] = copy.deepcopy(call.body["spec"])
        del template_of(answer)["glanceAPIs"]["dcn0"]["storage"]
        return answer

    kube.on("update", "openstackcontrolplanes", prune)
    with pytest.raises(InputErrors, match="glanceAPIs.dcn0.storage: is dropped by the server"):
        run(DATA)
    assert not kube.writes


def test_a_serving_api_is_recreated_only_where_that_is_allowed(kube: FakeKube, run: Run) -> None:
    run(DATA)
    serve(kube, "glance-central-external-api", "glance-central-internal-api", "glance-dcn0-edge-api")
    before = copy.deepcopy(kube.objects)
    for check in (True, False):
        with pytest.raises(RecreationRefused, match="glanceAPIs.central: enabled_backends central:rbd,dcn0:rbd") as no:
            run(SPOKE, check=check)
        actions = {each.statefulset: each.action for each in no.value.plan.forecasts}
        assert actions["glance-central-external-api"] == actions["glance-central-internal-api"] == "recreated"
        assert actions["glance-dcn0-edge-api"] == "none"
    assert kube.objects == before
    assert run(SPOKE, allow_recreate=("central",)).changed


def test_an_api_with_a_pending_configuration_does_not_take_over(kube: FakeKube, run: Run) -> None:
    run(DATA)
    serve(kube, "glance-central-external-api", "glance-central-internal-api")
    renamed = copy.deepcopy(DATA)
    renamed["sites"]["central"]["glance"] = {"api": {"name": "central2"}}
    run(renamed)
    config = template_of(item(kube))["glanceAPIs"]["central2"]["customServiceConfig"]
    glance_api = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "GlanceAPI",
        "metadata": {"name": "glance-central2-external", "namespace": NAMESPACE},
        "spec": {
            "customServiceConfig": config.replace("central:rbd,dcn0:rbd", "central:rbd"),
            "storage": {"storageClass": "local", "storageRequest": "10G"},
            "extraMounts": [*template_of(item(kube))["extraMounts"], *item(kube)["spec"]["extraMounts"]],
        },
    }
    kube.add(glance_api, *(stateful_set(f"glance-central2-{half}-api") for half in HALVES))
    found = run(renamed).plan.merge
    assert found.endpoint_after == "central"
    assert "has not applied the configuration of central2 yet" in found.endpoint_reason
    kube.change(GLANCE_APIS, NAMESPACE, "glance-central2-external", {"spec": {"customServiceConfig": config}})
    assert run(renamed).plan.merge.endpoint_after == "central2"


@pytest.mark.parametrize(
    ("old", "new", "named"), [(2, 2, []), (1, 2, ["central"]), (2, 1, ["central2"]), (1, 1, ["central", "central2"])]
)
def test_a_move_of_the_endpoint_with_one_worker_is_a_warning(
    kube: FakeKube, run: Run, old: int, new: int, named: list[str]
) -> None:
    run(DATA)
    kube.add(glance(item(kube)["metadata"]["uid"]), stateful_set("glance-central-external-api", old))
    renamed = copy.deepcopy(DATA)
    renamed["sites"]["central"]["glance"] = {"api": {"name": "central2"}}
    assert not [text for text in run(renamed).plan.warnings if "one ready pod" in text]
    kube.add(*(stateful_set(f"glance-central2-{half}-api", new) for half in HALVES))
    found = run(renamed).plan
    assert (found.merge.endpoint_before, found.merge.endpoint_after) == ("central", "central2")
    texts = [text for text in found.warnings if "one ready pod" in text]
    assert len(texts) == bool(named)
    assert not named or texts[0].startswith(
        f"spec.glance.template.keystoneEndpoint moves from central to central2, and {' and '.join(named)} "
    )


def test_the_secret_of_a_purged_site_is_removed_last(kube: FakeKube, run: Run, keys: Keys) -> None:
    run(SPOKE)
    serve(kube, "glance-central-external-api")
    kept = run(DATA)
    assert not kept.changed
    assert "ceph-conf-files-dcn1" in json.dumps([list(key) for key in kube.objects])
    first = len(kube.writes)
    found = run(DATA, purge=True, allow_recreate=True)
    assert found.plan.removed == ("ceph-conf-files-dcn1",)
    assert steps(kube)[first:] == [
        ("update", "openstackcontrolplanes", "openstack"),
        ("update", "secrets", "ceph-conf-files-central"),
        ("delete", "secrets", "ceph-conf-files-dcn1"),
        ("update", "openstackcontrolplanes", "openstack"),
    ]
    hub = kube.get(SECRETS, NAMESPACE, "ceph-conf-files-central")
    assert hub is not None
    assert not [key for key in hub["data"] if key.startswith("dcn1")]
    assert "dcn1" not in json.dumps(item(kube))
    count = len(kube.writes)
    assert not run(DATA, purge=True).changed
    assert len(kube.writes) == count


def test_a_conflict_at_the_last_write_keeps_the_report(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    writes = []

    def other_client(call: Any) -> None:
        if not call.dry_run:
            writes.append(call)
            if len(writes) == 2:  # the marks of the Secret that is gone
                kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"metadata": {"labels": {"touched": "yes"}}})

    kube.on("update", "openstackcontrolplanes", other_client)
    found = run(DATA, purge=True)
    assert (found.conflicts, len(writes)) == (1, 3)
    assert {each.api: each.action for each in found.plan.forecasts}["dcn1"] == "removed"
    assert item(kube)["metadata"]["labels"]["touched"] == "yes"
    assert not run(DATA, purge=True).changed


def test_a_missing_delete_permission_stops_the_run_before_the_first_write(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    kube.denied.add(("delete", "secrets"))
    count = len(kube.writes)
    for check in (True, False):
        with pytest.raises(KubeError, match="does not allow this account to delete secrets"):
            run(DATA, purge=True, check=check)
    assert len(kube.writes) == count


def test_unmanaged_secrets_are_never_removed(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    kube.change(SECRETS, NAMESPACE, "ceph-conf-files-dcn1", {"metadata": {"labels": {"dcn.glance/api": None}}})
    assert not run(DATA, purge=True).plan.removed
    assert kube.get(SECRETS, NAMESPACE, "ceph-conf-files-dcn1")


def test_an_object_that_does_not_exist_is_created_only_with_a_base(kube: FakeKube, run: Run) -> None:
    kube.remove(CONTROL_PLANES, NAMESPACE, "openstack")
    with pytest.raises(DcnError, match="There is no OpenStackControlPlane openstack/openstack: create it first"):
        run(DATA)
    found = run(DATA, base={"spec": {"secret": "osp-secret", "storageClass": "local"}})
    part = template_of(item(kube))
    assert (part["secret"], part["databaseInstance"], part["imageCache"]) == ("osp-secret", "openstack", {})
    assert part["dbPurge"] == {"age": 30, "schedule": "1 0 * * *"}
    assert {each.action for each in found.plan.forecasts} == {"created"}
    assert not run(DATA).changed
    kube.resources = [each for each in kube.resources if each != CONTROL_PLANES]
    kube.remove(CONTROL_PLANES, NAMESPACE, "openstack")
    with pytest.raises(DcnError, match="has no OpenStackControlPlane.core.openstack.org: install"):
        run(DATA)


UNFIT = [
    ({"spec": {"glance": {"enabled": False}}}, "spec.glance.enabled: is false"),
    ({"spec": {"glance": {"template": None}}}, "spec.glance.template: is missing"),
    ({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}, "is being deleted"),
]


@pytest.mark.parametrize(("change", "expected"), UNFIT)
def test_objects_that_cannot_be_edited(kube: FakeKube, run: Run, change: Any, expected: str) -> None:
    kube.change(CONTROL_PLANES, NAMESPACE, "openstack", change)
    with pytest.raises(InputErrors, match=expected):
        run(DATA)


def test_a_glance_of_a_control_plane_is_not_edited(kube: FakeKube, run: Run) -> None:
    kube.add(glance())
    with pytest.raises(InputErrors, match="belongs to the OpenStackControlPlane openstack, which overwrites it"):
        run(topology("dcn0", glance="glance"))


def test_problems_of_all_kinds_are_raised_together(kube: FakeKube, run: Run, keys: Keys) -> None:
    theirs = {"name": "all", "extraVol": [{"volumes": [], "mounts": [{"name": "x", "mountPath": "/etc/ceph"}]}]}
    change = {"extraMounts": [theirs], "glanceAPIs": {"dcn0": {"type": "split", "replicas": 40}}}
    kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"glance": {"template": change}}})
    files = keys.files(desired(DATA))
    files["nowhere"] = []
    with pytest.raises(InputErrors) as caught:
        run(DATA, files)
    paths = {problem.path for problem in caught.value.problems}
    assert {"files.nowhere", "spec.glance.template.glanceAPIs.dcn0.type"} <= paths
    assert "spec.glance.template.glanceAPIs.dcn0.replicas" in paths
    assert "spec.glance.template.extraMounts[1].extraVol[0]" in paths
    assert not kube.writes


@pytest.mark.parametrize(("annotation", "refused"), [("false", True), ("", True), ("true", False)])
def test_a_single_api_needs_the_location_api(kube: FakeKube, run: Run, annotation: str, refused: bool) -> None:
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["glance"] = {"api": {"type": "single"}}
    notes = {"glance.openstack.org/location-api": annotation}
    kube.add(glance(item(kube)["metadata"]["uid"], **notes))
    if refused:
        with pytest.raises(InputErrors, match="glanceAPIs.dcn0.type: is single with dcn0:rbd,central:rbd"):
            run(data)
    else:
        assert run(data).changed


@pytest.mark.parametrize(("stated", "refused"), [("false", True), ("true", False)])
def test_before_there_is_a_glance_the_release_says_whether_single_apis_work(
    kube: FakeKube, run: Run, stated: str, refused: bool
) -> None:
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["glance"] = {"api": {"type": "single"}}
    version = {"apiVersion": "core.openstack.org/v1beta1", "kind": "OpenStackVersion"}
    version["metadata"] = {"name": "openstack", "namespace": NAMESPACE}
    kube.add({**version, "status": {"serviceDefaults": {"glanceLocationAPI": stated}}})
    if refused:
        with pytest.raises(InputErrors, match="glanceAPIs.dcn0.type: is single with dcn0:rbd,central:rbd"):
            run(data)
    else:
        assert not [text for text in run(data).plan.warnings if "location-api" in text]


def test_a_release_that_may_not_be_read_is_not_assumed(kube: FakeKube, run: Run) -> None:
    kube.fail("get", "openstackversions", KubeError(FORBIDDEN, "You may not get openstackversions."))
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["glance"] = {"api": {"type": "single"}}
    assert [text for text in run(data).plan.warnings if "location-api" in text]


@pytest.mark.parametrize(
    ("settings", "made", "name"),
    [
        ({}, "", "glance"),
        ({"uniquePodNames": True}, "", "glance-xxxxx"),
        ({"uniquePodNames": True, "serviceName": "glance-0a1b2"}, "", "glance-0a1b2"),
        ({"uniquePodNames": True}, "glance-9f8e7", "glance-9f8e7"),
    ],
)
def test_pods_are_named_after_the_glance(kube: FakeKube, run: Run, settings: Any, made: str, name: str) -> None:
    kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"glance": settings}})
    if made:
        body = glance(item(kube)["metadata"]["uid"])
        body["metadata"]["name"] = made
        kube.add(body, glance("another control plane's"))
    found = run(DATA, check=True).plan.forecasts
    assert [each.statefulset for each in found if each.api == "dcn0"] == [f"{name}-dcn0-edge-api"]


def test_key_ids_have_the_shape_that_recipients_take(kube: FakeKube, run: Run, keys: Keys) -> None:
    want = desired(DATA)
    assert read_key_ids(kube, want) == ({}, {"ceph-conf-files-central": False, "ceph-conf-files-dcn0": False})
    run(DATA)
    key_ids, there = read_key_ids(kube, want)
    assert there == {"ceph-conf-files-central": True, "ceph-conf-files-dcn0": True}
    clients = [{"name": f"client.glance.{site}", "service": "glance"} for site in ("central", "dcn0")]
    entry = {"site": "dcn0", "cluster": "dcn0", "clients": clients}
    found = delivery.recipient("host", entry, {"public_key": "PEM", "key_ids": key_ids})
    files = keys.files(want)
    assert found["key_ids"] == {
        "client.glance.central": files["central"][1]["clients"][0]["key_id"],
        "client.glance.dcn0": files["dcn0"][0]["clients"][0]["key_id"],
    }


def test_no_error_and_no_result_contains_a_key(kube: FakeKube, run: Run, keys: Keys) -> None:
    kube.fail("update", "openstackcontrolplanes", KubeError(FORBIDDEN, "No update."))
    with pytest.raises(KubeError) as caught:
        run(DATA)
    shown = str(caught.value) + repr(caught.value.__dict__)
    assert keys.used
    assert not [key for key in keys.used if key in shown]
