# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""glance_rollout with real pods, run at once after each change: what it says must be so when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.wait import until

MODULE = "ansible_collections.dcn.glance.plugins.modules.glance_rollout"
PLANES = "openstackcontrolplanes"
WATCHES = 5
EXTERNAL, INTERNAL, EDGE = "glance-hub-external-api", "glance-hub-internal-api", "glance-far-edge-api"


def config(*stores: str, **options: str) -> str:
    """A configuration with a file store of each name, and one that split APIs may have, too."""
    entries = [*(f"{name}:file" for name in stores), "web:http"]
    lines = ["[DEFAULT]", "enabled_backends=" + ",".join(entries)]
    lines += [f"{name}={value}" for name, value in options.items()]
    lines += ["[glance_store]", f"default_backend={stores[0]}"]
    for name in stores:
        lines += [f"[{name}]", f"filesystem_store_datadir=/var/lib/glance/{name}"]
    return "\n".join([*lines, "[web]", "store_description=read only", ""])


class Bed:
    """The namespace, its stand-in, and the module run on it."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin

    def start(self, **arguments: Any) -> Running:
        place = {"control_plane": "openstack", "namespace": self.standin.namespace}
        common = {"kubeconfig": self.standin.kubeconfig, "timeout": 120, **place}
        given = {name: value for name, value in {**common, **arguments}.items() if value is not None}
        return Running(given, MODULE)

    def run(self, **arguments: Any) -> Run:
        return self.start(**arguments).end()

    def change(self, key: str, **fields: Any) -> None:
        body = {"spec": {"glance": {"template": {"glanceAPIs": {key: fields}}}}}
        self.standin.patch(PLANES, "openstack", body)

    def follow(self, key: str, stable: float, **fields: Any) -> Run:
        """Change an API whose operator is late: it looks when the module is already waiting."""
        self.standin.switch(stuck="true")
        self.change(key, **fields)
        running = self.start(stable_seconds=stable)
        until("the module waits", lambda: running.connections() >= WATCHES)
        self.standin.switch()
        return running.end().ok()

    def uid(self, name: str) -> str:
        return str(self.standin.stateful_set(name).metadata.uid)

    def pods(self, name: str) -> dict[str, Any]:
        """All pods of a set, those that are going included."""
        found = self.standin.core.list_namespaced_pod(self.standin.namespace, label_selector="service=glance").items
        return {pod.metadata.name: pod for pod in found if pod.metadata.name.rsplit("-", 1)[0] == name}

    def assert_current(self, name: str, replicas: int) -> None:
        """The very pods asked for, ready, with the newest configuration and from the set that there is now."""
        pods, statefulset = self.pods(name), self.standin.stateful_set(name)
        assert sorted(pods) == [f"{name}-{number}" for number in range(replicas)]
        newest = self.standin.get("glanceapis", name.removesuffix("-api"))["status"]["hash"]["input"]
        for pod in pods.values():
            ready = {each.type: each.status for each in pod.status.conditions}["Ready"]
            hashes = {each.value for box in pod.spec.containers for each in box.env or [] if each.name == "CONFIG_HASH"}
            assert (ready, hashes, pod.metadata.deletion_timestamp) == ("True", {newest}, None)
            assert pod.metadata.owner_references[0].uid == statefulset.metadata.uid


def other() -> str:
    """Something that no earlier attempt has written."""
    return str(uuid.uuid4().int % 10**9)


def api(run: Run, key: str) -> dict[str, Any]:
    return next(dict(each) for each in run.result["apis"] if each["api"] == key)


def actions(run: Run, key: str) -> set[str]:
    return {each["action"] for each in api(run, key)["statefulsets"]}


@pytest.fixture(scope="module")
def bed(kubeconfig: str) -> Iterator[Bed]:
    """A hub with two instances and an edge, just asked for; the region comes late."""
    standin = StandIn(kubeconfig, "t-rollout").open("--region-delay", "2")
    try:
        apis = {
            "hub": {"type": "split", "replicas": 1, "customServiceConfig": config("one")},
            "far": {"type": "edge", "replicas": 1, "customServiceConfig": config("one")},
        }
        standin.create(control_plane(apis), PLANES)
        yield Bed(standin)
    finally:
        standin.close()


@pytest.fixture
def usual(bed: Bed) -> Iterator[Bed]:
    """Everything arrived, and switches as they were afterwards."""
    bed.standin.switch()
    bed.run(stable_seconds=0).ok()
    yield bed
    bed.standin.switch()


def test_first_deployment_includes_the_roll_for_the_region(bed: Bed) -> None:
    run = bed.run(stable_seconds=5).ok()
    assert run.result["changed"] is False and run.result["pending"] == []
    for name in (EXTERNAL, INTERNAL, EDGE):
        bed.assert_current(name, 1)
    for name in ("glance-hub-external", "glance-hub-internal"):
        assert "endpoint" in bed.standin.get("glanceapis", name)["status"]["hash"]
    assert [each["name"] for each in api(run, "hub")["statefulsets"]] == [EXTERNAL, INTERNAL]
    row = api(run, "far")["statefulsets"][0]
    assert (row["name"], row["uid"], row["replicas"], row["ready"]) == (EDGE, bed.uid(EDGE), 1, 1)


def test_another_configuration_is_rolled(usual: Bed) -> None:
    """Though the operator looks at it late, and everything is ready until then."""
    uid, before = usual.uid(EDGE), {pod.metadata.uid for pod in usual.pods(EDGE).values()}
    run = usual.follow("far", 1, customServiceConfig=config("one", image_size_cap=other()))
    usual.assert_current(EDGE, 1)
    assert usual.uid(EDGE) == uid and not before & {pod.metadata.uid for pod in usual.pods(EDGE).values()}
    assert actions(run, "far") == {"rolling"} and actions(run, "hub") == {"none"}


def test_other_stores_recreate_the_sets(usual: Bed) -> None:
    before = {name: usual.uid(name) for name in (EXTERNAL, INTERNAL)}
    run = usual.follow("hub", 3, customServiceConfig=config("one", f"two{other()}"))
    for name in (EXTERNAL, INTERNAL):
        usual.assert_current(name, 1)
        assert usual.uid(name) != before[name]
    assert actions(run, "hub") == {"recreated"}


def test_ready_pods_whose_glance_cannot_list_its_stores(usual: Bed) -> None:
    """The API inherits a store from the top that Glance cannot load, such as the one of the operator's webhook."""
    text = config("one").replace("web:http", "web:http,backend1:type1 # CHANGE_ME")
    template = {"customServiceConfig": text, "glanceAPIs": {"far": {"customServiceConfig": ""}}}
    usual.standin.patch(PLANES, "openstack", {"spec": {"glance": {"template": template}}})
    run = usual.run(apis=["far"]).failed("stores")
    assert [each["stage"] for each in run.result["pending"]] == ["stores"]
    usual.assert_current(EDGE, 1)
    assert f"Glance API far, {EDGE}: {EDGE}-0 is ready, but its Glance does not list its stores: GET /v2" in run.msg
    assert "HTTP 500" in run.msg and "the last error in its log: oslo_config.cfg.NoSuchOptError" in run.msg
    usual.change("far", customServiceConfig=config("one"))
    assert usual.run(apis=["far"]).ok().result["pending"] == []


def test_an_operator_that_does_nothing_and_then_reports_an_error(usual: Bed) -> None:
    usual.standin.switch(stuck="true")
    usual.change("far", customServiceConfig=config("one", image_size_cap=other()))
    looked = usual.run(_ansible_check_mode=True).ok()
    assert [each["stage"] for each in looked.result["pending"]] == ["operator"]
    stuck = usual.run(timeout=2).failed("timeout")
    assert "OpenStackControlPlane openstack: its operator has observed generation" in stuck.msg
    assert "Check whether the operators are running" in stuck.msg and stuck.result["changed"] is False
    usual.standin.switch(error="no room on the moon")
    wrong = usual.run(timeout=90).failed("operator_error")
    assert "GlanceAPI glance-far-edge" in wrong.msg and "no room on the moon" in wrong.msg
    usual.standin.switch()
    usual.run().ok()
    usual.assert_current(EDGE, 1)


def test_a_pod_that_is_never_ready_is_explained(usual: Bed) -> None:
    broken = config("one").replace("default_backend=one", "default_backend=nowhere")
    usual.change("far", customServiceConfig=broken)
    run = usual.run(apis=["far"], timeout=12).failed("timeout")
    assert [(each["api"], each["stage"]) for each in run.result["pending"]] == [("far", "pods")]
    assert f"{EDGE}-0" in run.msg and "Correct the errors of the pods" in run.msg
    assert usual.run(apis=["hub"]).ok().result["pending"] == []
    usual.change("far", customServiceConfig=config("one"))


def test_an_api_that_leaves_the_object_must_be_gone(usual: Bed) -> None:
    usual.change("near", type="edge", replicas=0, customServiceConfig=config("one"))
    assert api(usual.run().ok(), "near")["statefulsets"][0]["uid"] == usual.uid("glance-near-edge-api")
    usual.standin.switch(delay="3")
    usual.standin.patch(PLANES, "openstack", {"spec": {"glance": {"template": {"glanceAPIs": {"near": None}}}}})
    usual.run().ok()
    names = [each["metadata"]["name"] for each in usual.standin.list("glanceapis")]
    assert names and "glance-near-edge" not in names
    missing = usual.run(apis=["near"]).failed("not_found")
    assert "has no Glance API near. Its Glance APIs are: far, hub." in missing.msg


def test_a_glance_of_its_own(usual: Bed) -> None:
    plane = control_plane({"solo": {"type": "edge", "replicas": 1, "customServiceConfig": config("one")}})
    part = plane["spec"]["glance"]["template"]
    part["glanceAPIs"]["main"] = {"type": "split", "replicas": 0, "customServiceConfig": config("one")}
    part.update(containerImage="localhost/dcn-glance-pod:lab", keystoneEndpoint="main")
    part["storage"]["storageClass"] = "local-storage"
    name = f"own{other()}"
    lone = {"apiVersion": "glance.openstack.org/v1beta1", "kind": "Glance", "metadata": {"name": name}, "spec": part}
    usual.standin.create(lone, "glances")
    run = usual.run(control_plane=None, glance=name, stable_seconds=0).ok()
    assert sorted(each["api"] for each in run.result["apis"]) == ["main", "solo"]
    usual.assert_current(f"{name}-solo-edge-api", 1)
    usual.standin.custom.delete_namespaced_custom_object(
        "glance.openstack.org", "v1beta1", usual.standin.namespace, "glances", name
    )
    until("the pods are gone", lambda: not usual.pods(f"{name}-solo-edge-api"), 60)


def test_to_nothing_and_up_to_two(usual: Bed) -> None:
    usual.change("far", replicas=0)
    down = usual.run(apis=["far"], stable_seconds=300).ok()
    usual.assert_current(EDGE, 0)
    assert api(down, "far")["statefulsets"][0]["ready"] == 0 and down.seconds < 300
    usual.change("far", replicas=2)
    up = usual.run().ok()
    usual.assert_current(EDGE, 2)
    assert api(up, "far")["statefulsets"][0]["ready"] == 2
