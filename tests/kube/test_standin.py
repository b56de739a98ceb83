# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for the operators on a real cluster: it behaves as the real ones were seen to behave."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.wait import until

EXTERNAL = "glance-hub-external-api"
INTERNAL = "glance-hub-internal-api"
EDGE = "glance-far-edge-api"


def stores(*names: str) -> str:
    """A configuration with a file store of each name; the first is the default."""
    lines = [
        "[DEFAULT]",
        "enabled_backends=" + ",".join(f"{name}:file" for name in (*names, "web")).replace("web:file", "web:http"),
    ]
    lines += ["[glance_store]", f"default_backend={names[0]}"]
    for name in names:
        lines += [f"[{name}]", f"filesystem_store_datadir=/var/lib/glance/{name}"]
    return "\n".join([*lines, "[web]", "store_description=read only", ""])


def key(replicas: int, kind: str = "edge", **more: Any) -> dict[str, Any]:
    return {"type": kind, "replicas": replicas, "customServiceConfig": stores("one"), **more}


def scaled(apis: dict[str, int]) -> dict[str, Any]:
    keys = {name: {"replicas": replicas} for name, replicas in apis.items()}
    return {"spec": {"glance": {"template": {"glanceAPIs": keys}}}}


@pytest.fixture(scope="module")
def standin(kubeconfig: str) -> Iterator[StandIn]:
    """A hub with two instances and an edge, no pods."""
    found = StandIn(kubeconfig, "t-standin").open()
    try:
        found.create(control_plane({"hub": key(0, "split"), "far": key(0)}), "openstackcontrolplanes")
        for name in (EXTERNAL, INTERNAL, EDGE):
            until(f"{name} exists", lambda name=name: found.stateful_set(name))
        yield found
    finally:
        found.close()


@pytest.fixture
def usual(standin: StandIn) -> Iterator[StandIn]:
    """One edge pod, and switches as they were afterwards."""
    standin.switch()
    standin.patch("openstackcontrolplanes", "openstack", scaled({"hub": 0, "far": 1}))
    standin.wait_ready(EDGE, replicas=1)
    counts = {"hub": 0, "far": 1}
    until(
        "the counts are reported", lambda: standin.get("glances", "glance")["status"]["glanceAPIReadyCounts"] == counts
    )
    yield standin
    standin.switch()


def token() -> str:
    code = "import openstack; print(openstack.connect(cloud='dcn').session.get_token())"
    done = subprocess.run(
        ["podman", "exec", "central", "python3", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def condition(obj: dict[str, Any], kind: str) -> dict[str, Any]:
    return next((found for found in obj.get("status", {}).get("conditions", []) if found["type"] == kind), {})


def versions(standin: StandIn) -> dict[str, str]:
    """The resourceVersion of everything in the namespace that the stand-in or Kubernetes made for it."""
    found = {}
    for plural in ("openstackcontrolplanes", "openstackversions", "glances", "glanceapis"):
        for obj in standin.list(plural):
            found[f"{plural}/{obj['metadata']['name']}"] = obj["metadata"]["resourceVersion"]
    for kind, objects in (
        ("set", standin.apps.list_namespaced_stateful_set(standin.namespace)),
        ("pod", standin.core.list_namespaced_pod(standin.namespace)),
        ("secret", standin.core.list_namespaced_secret(standin.namespace)),
        ("service", standin.core.list_namespaced_service(standin.namespace)),
    ):
        found.update({f"{kind}/{obj.metadata.name}": obj.metadata.resource_version for obj in objects.items})
    return found


def test_control_plane_without_pods(standin: StandIn) -> None:
    assert standin.pods() == []
    plane = until(
        "the control plane is ready",
        lambda: (
            condition(found := standin.get("openstackcontrolplanes", "openstack"), "Ready").get("status") == "True"
            and found
        ),
    )
    assert [found["type"] for found in plane["status"]["conditions"]] == [
        "Ready",
        "OpenStackControlPlaneExposeGlanceReady",
        "OpenStackControlPlaneGlanceReady",
    ]
    services = {found.metadata.name for found in standin.core.list_namespaced_service(standin.namespace).items}
    clients = {"glance-hub-public", "glance-hub-internal", "glance-far-internal"}
    assert services == {EXTERNAL, INTERNAL, EDGE} | clients
    edge = standin.stateful_set(EDGE)
    chain = [(reference.kind, reference.name, reference.controller) for reference in edge.metadata.owner_references]
    assert chain == [("GlanceAPI", "glance-far-edge", True)]
    assert standin.get("glanceapis", "glance-far-edge")["metadata"]["ownerReferences"][0]["kind"] == "Glance"
    glance = standin.get("glances", "glance")
    assert glance["metadata"]["ownerReferences"][0]["kind"] == "OpenStackControlPlane"
    assert glance["metadata"]["finalizers"] == ["openstack.org/glance"]
    (job,) = standin.jobs()
    assert (job.metadata.name, job.status.succeeded) == ("glance-db-sync", 1)


def test_scale_up_and_down_by_the_control_plane(usual: StandIn) -> None:
    started = time.monotonic()
    usual.patch("openstackcontrolplanes", "openstack", scaled({"far": 3}))
    until(
        "the API is at work",
        lambda: condition(usual.get("glanceapis", "glance-far-edge"), "Ready")["status"] == "False",
        5,
    )
    glance = usual.get("glances", "glance")
    # What makes the real platform's Ready worthless for a wait.
    assert condition(glance, "Ready")["status"] == "True"
    assert glance["status"]["observedGeneration"] == glance["metadata"]["generation"]
    assert glance["status"]["glanceAPIReadyCounts"]["far"] == 1
    usual.wait_ready(EDGE, replicas=3)
    print(f"1 -> 3 in {time.monotonic() - started:.1f} s")
    until("the count follows", lambda: usual.get("glances", "glance")["status"]["glanceAPIReadyCounts"]["far"] == 3)
    usual.patch("openstackcontrolplanes", "openstack", scaled({"far": 1}))
    usual.wait_ready(EDGE, replicas=1)
    assert [name for name in usual.claims() if "far" in name] == [f"glance-{EDGE}-{number}" for number in range(3)]


def test_direct_scale_is_reverted_at_once(usual: StandIn) -> None:
    pods = usual.pods()
    usual.apps.patch_namespaced_stateful_set_scale(EDGE, usual.namespace, {"spec": {"replicas": 2}})
    until("the scale is reverted", lambda: usual.stateful_set(EDGE).spec.replicas == 1, 30, every=0.01)
    fields = usual.stateful_set(EDGE).metadata.managed_fields
    owners = [
        entry.manager for entry in fields if "f:replicas" in json.dumps((entry.fields_v1 or {}).get("f:spec", {}))
    ]
    assert owners == ["glance-operator-standin"]
    until("the pods are as before", lambda: usual.pods() == pods, 20)


def test_edits_below_the_control_plane_are_overwritten(usual: StandIn) -> None:
    usual.patch("glances", "glance", {"spec": {"glanceAPIs": {"far": {"replicas": 2}}, "apiTimeout": 77}})
    usual.patch(
        "glanceapis", "glance-far-edge", {"spec": {"replicas": 2, "customServiceConfig": "[DEFAULT]\ndebug=true\n"}}
    )
    until("the Glance is back", lambda: usual.get("glances", "glance")["spec"]["apiTimeout"] == 60, 5)
    until("the GlanceAPI is back", lambda: usual.get("glanceapis", "glance-far-edge")["spec"]["replicas"] == 1, 5)
    assert usual.get("glanceapis", "glance-far-edge")["spec"]["customServiceConfig"] == stores("one")


def test_glance_in_a_pod_answers(usual: StandIn) -> None:
    address = usual.core.read_namespaced_service("glance-far-internal", usual.namespace).spec.cluster_ip
    request = urllib.request.Request(f"http://{address}:9292/v2/info/stores", headers={"X-Auth-Token": token()})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)["stores"]
    assert [store["id"] for store in found] == ["one", "web"]
    anonymous = urllib.request.Request(f"http://{address}:9292/v2/info/stores")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(anonymous, timeout=30)


def test_other_stores_recreate_and_other_options_roll(usual: StandIn) -> None:
    before = usual.stateful_set(EDGE)
    rolled = stores("one") + "[image_format]\ndisk_formats=raw,qcow2\n"
    keys = {"far": {"customServiceConfig": rolled}}
    usual.patch("openstackcontrolplanes", "openstack", {"spec": {"glance": {"template": {"glanceAPIs": keys}}}})
    until(
        "a new revision", lambda: usual.stateful_set(EDGE).status.update_revision != before.status.update_revision, 10
    )
    assert usual.stateful_set(EDGE).metadata.uid == before.metadata.uid
    usual.wait_ready(EDGE, replicas=1)
    keys = {"far": {"customServiceConfig": stores("one", "two")}}
    usual.patch("openstackcontrolplanes", "openstack", {"spec": {"glance": {"template": {"glanceAPIs": keys}}}})

    def is_new() -> bool:
        found = usual.stateful_set(EDGE)
        return found is not None and found.metadata.uid != before.metadata.uid

    until("another StatefulSet", is_new, 5, every=0.02)
    assert condition(usual.get("glances", "glance"), "Ready")["status"] == "True"
    usual.wait_ready(EDGE, replicas=1)


def test_second_stand_in_moves_nothing(usual: StandIn) -> None:
    before = until(
        "nothing moves", lambda: (first := versions(usual)) and not time.sleep(2) and versions(usual) == first and first
    )
    usual.stop()
    usual.start()
    time.sleep(2)
    assert versions(usual) == before


def test_switches(usual: StandIn) -> None:
    usual.switch(stuck="true")
    usual.patch("openstackcontrolplanes", "openstack", scaled({"far": 2}))
    usual.apps.patch_namespaced_stateful_set_scale(EDGE, usual.namespace, {"spec": {"replicas": 0}})
    time.sleep(1)
    assert usual.stateful_set(EDGE).spec.replicas == 0
    usual.switch(error="no space left in the universe")
    failed = until(
        "an error is told",
        lambda: (
            (found := condition(usual.get("glanceapis", "glance-far-edge"), "Ready")).get("reason") == "Error" and found
        ),
    )
    assert failed["message"] == "Deployment error occurred no space left in the universe"
    until("the Glance reports it", lambda: condition(usual.get("glances", "glance"), "Ready")["status"] == "False")
    usual.switch(delay="2")
    assert usual.stateful_set(EDGE).spec.replicas == 0
    usual.wait_ready(EDGE, replicas=2)
    usual.switch()
    until(
        "all is well", lambda: condition(usual.get("openstackcontrolplanes", "openstack"), "Ready")["status"] == "True"
    )


def test_webhook_rules_are_kept_when_reading(usual: StandIn) -> None:
    template = {"spec": {"glance": {"template": {"keystoneEndpoint": "far"}}}}
    usual.patch("openstackcontrolplanes", "openstack", template)
    refused = until(
        "it is refused",
        lambda: (
            (found := condition(usual.get("openstackcontrolplanes", "openstack"), "Ready"))["reason"] == "Error"
            and found
        ),
    )
    assert "spec.glance.template.keystoneEndpoint: Invalid value" in refused["message"]
    assert usual.get("glances", "glance")["spec"]["keystoneEndpoint"] == "hub"
    usual.patch("openstackcontrolplanes", "openstack", {"spec": {"glance": {"template": {"keystoneEndpoint": "hub"}}}})
    until(
        "it is taken", lambda: condition(usual.get("openstackcontrolplanes", "openstack"), "Ready")["status"] == "True"
    )


def test_removed_key_leaves_its_volumes(usual: StandIn) -> None:
    claims = [name for name in usual.claims() if "far" in name]
    assert claims
    usual.patch(
        "openstackcontrolplanes", "openstack", {"spec": {"glance": {"template": {"glanceAPIs": {"far": None}}}}}
    )
    until("the StatefulSet is gone", lambda: usual.stateful_set(EDGE) is None and usual.pods() == [], 60)
    services = {found.metadata.name for found in usual.core.list_namespaced_service(usual.namespace).items}
    assert not {EDGE, "glance-far-internal"} & services
    assert [name for name in usual.claims() if "far" in name] == claims
    assert set(usual.get("glances", "glance")["status"]["glanceAPIReadyCounts"]) == {"hub"}
