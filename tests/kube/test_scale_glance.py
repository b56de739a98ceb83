# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale on Glance APIs that an operator owns: the stand-in for it, which says so of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    PODS,
    STATEFULSETS,
)
from ansible_collections.dcn.glance.tests.support.kube.accounts import account, documented_rules
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running, connect
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.kube.statefulsets import IMAGE
from ansible_collections.dcn.glance.tests.support.wait import until

EXTERNAL, INTERNAL, EDGE = "glance-hub-external-api", "glance-hub-internal-api", "glance-far-edge-api"
PATH = "spec.glance.template.glanceAPIs.far.replicas"
STAGING = "/var/lib/glance/os_glance_staging_store"


def stores(*names: str) -> str:
    """A configuration with file stores; an http store makes the sole file store pass."""
    lines = ["[DEFAULT]", "enabled_backends=" + ",".join(f"{name}:file" for name in names) + ",web:http"]
    lines += ["[glance_store]", f"default_backend={names[0]}"]
    for name in names:
        lines += [f"[{name}]", f"filesystem_store_datadir=/var/lib/glance/{name}"]
    return "\n".join([*lines, "[web]", "store_description=read only", ""])


class Cloud:
    """A namespace with a control plane, its stand-in, and the module."""

    def __init__(self, kubeconfig: str, standin: StandIn) -> None:
        self.kubeconfig, self.standin, self.api = kubeconfig, standin, connect(kubeconfig)
        self.namespace = standin.namespace

    def start(self, **arguments: Any) -> Running:
        return Running({"kubeconfig": self.kubeconfig, "namespace": self.namespace, "timeout": 180, **arguments})

    def scale(self, **arguments: Any) -> Run:
        return self.start(**arguments).end()

    def number(self, key: str = "far") -> int:
        plane = self.api.get(CONTROL_PLANES, self.namespace, "openstack") or {}
        return int(plane["spec"]["glance"]["template"]["glanceAPIs"][key]["replicas"])

    def set_number(self, replicas: int, key: str = "far") -> None:
        body = {"spec": {"glance": {"template": {"glanceAPIs": {key: {"replicas": replicas}}}}}}
        self.api.patch(CONTROL_PLANES, self.namespace, "openstack", body)

    def replicas(self, name: str = EDGE) -> int:
        return int((self.api.get(STATEFULSETS, self.namespace, name) or {})["spec"]["replicas"])


@pytest.fixture(scope="module")
def module_cloud(kubeconfig: str) -> Iterator[Cloud]:
    standin = StandIn(kubeconfig, "t-scale-glance").open()
    try:
        keys = {name: {"type": kind, "replicas": 0, "customServiceConfig": stores("one")} for name, kind in KEYS}
        standin.create(control_plane(keys), "openstackcontrolplanes")
        cloud = Cloud(kubeconfig, standin)
        until("three StatefulSets exist", lambda: len(cloud.api.list(STATEFULSETS, cloud.namespace)[0]) == 3)
        yield cloud
    finally:
        standin.close()


KEYS = (("hub", "split"), ("far", "edge"))


@pytest.fixture
def cloud(module_cloud: Cloud) -> Iterator[Cloud]:
    """One edge pod, and a well-behaved operator."""
    module_cloud.standin.switch()
    assert module_cloud.scale(api="far", replicas=1, pvc="keep").ok()
    yield module_cloud
    module_cloud.standin.switch()


def reasons(run: Run) -> set[str]:
    return {finding["reason"] for finding in run.target["failure"]["diagnosis"]}


def test_the_replicas_are_changed_in_the_control_plane(cloud: Cloud) -> None:
    check = cloud.scale(api="far", replicas=2, _ansible_check_mode=True, _ansible_diff=True).ok()
    assert check.result["changed"] and cloud.number() == 1
    up = cloud.scale(name=EDGE, replicas=2).ok()
    assert up.target["scaled_via"] == {"kind": "OpenStackControlPlane", "name": "openstack", "path": PATH}
    assert up.target["owners"] == ["GlanceAPI glance-far-edge", "Glance glance", "OpenStackControlPlane openstack"]
    assert [pod["ready"] for pod in up.target["pods"]] == [True, True] and cloud.number() == 2
    assert up.target["pvcs"]["created"] == check.target["pvcs"]["created"] != []
    assert up.result["calls"] <= 10, up.result["calls"]
    before = (cloud.api.get(CONTROL_PLANES, cloud.namespace, "openstack") or {})["metadata"]["resourceVersion"]
    again = cloud.scale(api="far", replicas=2).ok()
    assert not again.result["changed"]
    assert (cloud.api.get(CONTROL_PLANES, cloud.namespace, "openstack") or {})["metadata"]["resourceVersion"] == before
    down = cloud.scale(api="far", replicas=1, pvc="delete_removed").ok()
    assert down.target["pvcs"]["deleted"] == ["glance-glance-far-edge-api-1"]


def test_a_split_api_has_two_statefulsets_and_both_are_waited_for(cloud: Cloud) -> None:
    for arguments in ({"api": "hub"}, {"name": INTERNAL}):
        run = cloud.scale(replicas=1, **arguments).ok()
        assert [each["name"] for each in run.target["statefulsets"]] == [EXTERNAL, INTERNAL]
        assert sorted(pod["name"] for pod in run.target["pods"]) == [f"{EXTERNAL}-0", f"{INTERNAL}-0"]
        assert all(pod["ready"] for pod in run.target["pods"])
    both = cloud.scale(
        targets=[{"api": "hub", "replicas": 0}, {"api": "far", "replicas": 2}], pvc="delete_removed"
    ).ok()
    assert cloud.number("hub") == 0 and cloud.number() == 2
    assert both.result["targets"][0]["pods"] == [] and len(both.result["targets"][1]["pods"]) == 2
    twice = cloud.scale(targets=[{"api": "hub", "replicas": 1}, {"name": EXTERNAL, "replicas": 2}])
    assert "share the same replicas" in twice.failed("input_invalid").msg


def test_a_direct_scale_that_is_reverted(cloud: Cloud) -> None:
    run = cloud.scale(name=EDGE, replicas=3, via="scale").failed("reverted")
    assert run.target["failure"]["manager"] not in ("", "dcn.glance")
    assert "GlanceAPI glance-far-edge" in run.msg and "via=auto" in run.msg and cloud.number() == 1


def test_more_replicas_than_a_glance_api_can_have(cloud: Cloud) -> None:
    assert "32" in cloud.scale(api="far", replicas=33).msg
    cloud.scale(name=EDGE, replicas=33).failed("invalid_replicas")
    assert cloud.number() == 1


def test_somebody_changes_the_control_plane_during_the_wait(cloud: Cloud) -> None:
    cloud.standin.switch(delay="1")
    at_work = cloud.start(api="far", replicas=3)
    until("the replicas are 3", lambda: cloud.replicas() == 3)
    cloud.set_number(1)
    run = at_work.end().failed("reverted")
    assert "were reverted from 3 to 1" in run.msg and run.target["failure"]["manager"] == "dcn.glance"


def test_somebody_scales_the_statefulset_during_the_wait(cloud: Cloud) -> None:
    at_work = cloud.start(api="far", replicas=2, stable_seconds=4)
    until("the replicas are 2", lambda: cloud.replicas() == 2)
    cloud.api.patch(STATEFULSETS, cloud.namespace, EDGE, {"spec": {"replicas": 0}}, subresource="scale")
    run = at_work.end().ok()
    assert any("should restore them" in str(each) for each in run.result["warnings"])
    assert [pod["ready"] for pod in run.target["pods"]] == [True, True]


def test_the_statefulset_is_recreated_during_the_wait(cloud: Cloud) -> None:
    at_work = cloud.start(api="far", replicas=2, stable_seconds=3)
    until("the replicas are 2", lambda: cloud.replicas() == 2)
    config = {"spec": {"glance": {"template": {"glanceAPIs": {"far": {"customServiceConfig": stores("one", "two")}}}}}}
    uid = (cloud.api.get(STATEFULSETS, cloud.namespace, EDGE) or {})["metadata"]["uid"]
    cloud.api.patch(CONTROL_PLANES, cloud.namespace, "openstack", config)
    run = at_work.end().ok()
    assert run.target["statefulsets"] == [{"name": EDGE, "recreated": True}]
    now = cloud.api.get(STATEFULSETS, cloud.namespace, EDGE) or {}
    assert now["metadata"]["uid"] != uid and now["status"]["readyReplicas"] == 2


def test_an_operator_that_is_blocked_stopped_or_in_error(cloud: Cloud) -> None:
    cloud.standin.switch(stuck="true")
    stuck = cloud.scale(api="far", replicas=2, timeout=4).failed("timeout")
    assert "operator" in reasons(stuck) and "has not set 2 yet" in stuck.msg and "is it running" in stuck.msg
    trouble = "no network attachment storage"
    cloud.standin.switch(error=trouble)
    until(
        "the GlanceAPI reports the error",
        lambda: trouble in str(cloud.api.get(GLANCE_APIS, cloud.namespace, "glance-far-edge")),
    )
    error = cloud.scale(api="far", replicas=2, timeout=4).failed("timeout")
    assert trouble in error.msg and not error.result["changed"]
    cloud.standin.switch()
    assert not cloud.scale(api="far", replicas=2).ok().result["changed"]
    cloud.standin.stop()
    down = cloud.scale(api="far", replicas=3, timeout=4).failed("timeout")
    assert "OpenStackControlPlane openstack" in down.msg and "is it running" in down.msg
    cloud.standin.start()
    assert cloud.scale(api="far", replicas=1, pvc="delete_removed", guard_staged=False).ok()


def test_a_worker_with_staged_images_stays(cloud: Cloud) -> None:
    assert cloud.scale(api="far", replicas=2).ok()
    pod = f"{EDGE}-1"
    done = (
        run_in(cloud.api, cloud.namespace, pod, ["mkdir", "-p", STAGING]),
        run_in(cloud.api, cloud.namespace, pod, ["touch", f"{STAGING}/4be1"]),
    )
    assert all(rc == 0 for rc in done)
    refused = cloud.scale(api="far", replicas=1).failed("guard_refused")
    assert pod in refused.msg and "4be1" in refused.msg and cloud.number() == 2
    run_in(cloud.api, cloud.namespace, pod, ["rm", f"{STAGING}/4be1"])
    assert cloud.scale(api="far", replicas=1, pvc="delete_removed").ok()


def test_the_documented_role_is_enough(cloud: Cloud) -> None:
    who = account(cloud.api, cloud.kubeconfig, cloud.namespace, "scaler", documented_rules("glance-scale"))
    assert cloud.scale(api="far", replicas=2, **who).ok().result["changed"]
    assert cloud.scale(api="far", replicas=1, **who).ok().target["pods"][0]["ready"]


def run_in(api: KubeClient, namespace: str, pod: str, command: list[str]) -> int:
    return api.execute(namespace, pod, "glance-httpd", command).rc


def test_a_glance_without_a_control_plane(cloud: Cloud) -> None:
    plane = cloud.api.get(CONTROL_PLANES, cloud.namespace, "openstack") or {}
    none = [{"api": "far", "replicas": 0}, {"api": "hub", "replicas": 0}]
    assert cloud.scale(targets=none, pvc="delete_removed", guard_staged=False).ok()
    cloud.standin.release_volumes()
    body = dict(plane["spec"]["glance"]["template"])
    body["storage"] = {"storageRequest": "1G", "external": False, "storageClass": "local-storage"}
    body["glanceAPIs"] = {
        "alone": {"type": "edge", "replicas": 0, "customServiceConfig": stores("one")},
        **body["glanceAPIs"],
    }
    glance = {"apiVersion": GLANCES.api_version, "kind": "Glance", "metadata": {"name": "lone"}}
    cloud.api.create(GLANCES, cloud.namespace, {**glance, "spec": {**body, "containerImage": IMAGE}})
    name = "lone-alone-edge-api"
    until("the StatefulSet exists", lambda: cloud.api.get(STATEFULSETS, cloud.namespace, name))
    run = cloud.scale(name=name, replicas=1).ok()
    assert run.target["scaled_via"] == {"kind": "Glance", "name": "lone", "path": "spec.glanceAPIs.alone.replicas"}
    assert "several Glances" in cloud.scale(api="hub", replicas=1).failed("ambiguous").msg
    cloud.api.delete(GLANCES, cloud.namespace, "lone")
    until("the pod is gone", lambda: cloud.api.get(PODS, cloud.namespace, f"{name}-0") is None)
