# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""control_plane_cinder and data_plane_nova on a real API server. No pod runs: the objects are what is proved."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._edge.input import desired_cinder, desired_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    CONFIG_MAPS,
    DATA_PLANE_SERVICES,
    DEPLOYMENTS,
    NODE_SETS,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.write import Outcome
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, SECRETS, KubeError, Object
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys
from ansible_collections.dcn.glance.tests.support.builders.edge import (
    SERVICES,
    cloud,
    edge_topology,
    files_for,
    node_set,
    nova_service,
    run_cinder,
    run_nova,
)
from ansible_collections.dcn.glance.tests.support.kube.control_plane import Place
from ansible_collections.dcn.glance.tests.support.kube.resources import CRDS
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running
from ansible_collections.dcn.glance.tests.support.kube.standin import FILES
from ansible_collections.dcn.glance.tests.support.wait import until

NAMESPACE = "t-edge"
DATA = edge_topology("dcn0", namespace=NAMESPACE)
KINDS = (CONTROL_PLANES, NODE_SETS, DATA_PLANE_SERVICES, CONFIG_MAPS, SECRETS)
MODULES = {"cinder": "control_plane_cinder", "nova": "data_plane_nova"}


class Edge:
    """A namespace with a control plane and a NodeSet that nobody reconciles, and the modules."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def run(self, service: str, **arguments: Any) -> dict[str, Any]:
        """The module as a process."""
        topology = parse(copy.deepcopy(DATA))
        holders = {"cinder": desired_cinder(topology, {}), "nova": desired_data_plane(topology, {})}[service].holders
        common = {
            "kubeconfig": self.place.kubeconfig,
            "topology": DATA,
            "files": files_for(self.place.keys, holders),
            "recipient_directory": str(self.place.keys.directory),
            "_ansible_diff": True,
        }
        name = f"ansible_collections.dcn.glance.plugins.modules.{MODULES[service]}"
        run: Run = Running({**common, **arguments}, name).end()
        text = json.dumps(run.result)
        assert not [key for key in (*self.place.keys.used, *self.place.keys.seen) if key in text]
        return run.ok().result

    def again(self, service: str, data: Mapping[str, Any] | None = None, **options: Any) -> Outcome:
        """The same without a process, which takes its time."""
        work = {"cinder": run_cinder, "nova": run_nova}[service]
        return work(self.place.api, self.place.keys, DATA if data is None else data, **options)

    def versions(self) -> dict[str, str]:
        return self.place.versions(*KINDS)


@pytest.fixture(scope="module")
def edge(kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    place = Place(kubeconfig, NAMESPACE, Keys(tmp_path_factory.mktemp("recipient"))).open()
    try:
        install_definitions(place)
        place.api.create(CONTROL_PLANES, NAMESPACE, whole_cloud())
        place.api.create(NODE_SETS, NAMESPACE, node_set("dcn0-edpm", NAMESPACE))
        place.api.create(DATA_PLANE_SERVICES, NAMESPACE, nova_service(NAMESPACE))
        yield Edge(place)
    finally:
        place.close()


def install_definitions(place: Place) -> None:
    """Those of the data plane, where the cluster has none."""
    for file in sorted((FILES / "crds" / "data_plane").glob("*.yaml")):
        definition = yaml.safe_load(file.read_text())
        if place.api.get(CRDS, "", definition["metadata"]["name"]) is None:
            place.api.create(CRDS, "", definition)
    kinds = (NODE_SETS, DATA_PLANE_SERVICES, DEPLOYMENTS)
    until("the definitions are served", lambda: all(served(place, kind) for kind in kinds), 30)


def served(place: Place, kind: Any) -> bool:
    try:
        return place.api.list(kind, NAMESPACE) is not None
    except KubeError:
        return False


def whole_cloud() -> Object:
    """The control plane, without what the API server sets."""
    item = cloud(NAMESPACE)
    del item["metadata"]["uid"]
    return item


def others(item: Object) -> Object:
    """What of an object no run may change."""
    found = copy.deepcopy(item)
    metadata = found["metadata"]
    for name in ("resourceVersion", "generation", "managedFields", "annotations"):
        metadata.pop(name, None)
    if found["kind"] == CONTROL_PLANES.kind:
        found["spec"]["cinder"]["template"].pop("extraMounts", None)
        found["spec"]["cinder"]["template"]["cinderVolumes"].pop("dcn0", None)
    else:
        found["spec"].pop("services")
        mounts = found["spec"]["nodeTemplate"]["extraMounts"]
        found["spec"]["nodeTemplate"]["extraMounts"] = [each for each in mounts if each["extraVolType"] != "Ceph"]
    return found


@pytest.mark.parametrize("service", ["cinder", "nova"])
def test_a_run_changes_its_part_once_and_nothing_else(edge: Edge, service: str) -> None:
    live = {kind: edge.place.api.list(kind, NAMESPACE)[0][0] for kind in (CONTROL_PLANES, NODE_SETS)}
    before = edge.versions()
    planned = edge.run(service, _ansible_check_mode=True)
    assert edge.versions() == before
    done = edge.run(service)
    for key in ("changed", "objects", "secrets", "forecast", "deferred", "diff"):
        assert planned[key] == done[key], key
    assert done["changed"] and done["diff"]
    for kind, item in live.items():
        assert others(edge.place.get(kind, item["metadata"]["name"])) == others(item)
    after = edge.versions()
    assert not edge.again(service).changed
    assert not edge.again(service, check=True).changed
    assert edge.versions() == after


def test_the_objects_are_what_the_operators_need(edge: Edge) -> None:
    """Together with the test before: what the server stored, with the defaults that it fills in."""
    template = edge.place.get(CONTROL_PLANES, "openstack")["spec"]["cinder"]["template"]
    assert sorted(template["cinderVolumes"]) == ["dcn0", "theirs"]
    (entry,) = template["extraMounts"]
    assert entry["extraVol"][0]["propagation"] == ["dcn0"]
    services = edge.place.get(NODE_SETS, "dcn0-edpm")["spec"]["services"]
    assert services == [*SERVICES[:5], "ceph-client", "libvirt", "nova-custom-ceph-dcn0", "telemetry"]
    found = edge.place.get(DATA_PLANE_SERVICES, "nova-custom-ceph-dcn0")["spec"]
    assert found["dataSources"][-1] == {"configMapRef": {"name": "ceph-nova-dcn0"}}
    secrets = [edge.place.get(SECRETS, f"ceph-conf-files-{name}") for name in ("cinder-dcn0", "nodes-dcn0-edpm")]
    assert secrets[0]["data"] == secrets[1]["data"] and len(secrets[0]["data"]) == 2


def test_a_deployment_is_named_until_it_is_ready(edge: Edge) -> None:
    asked = dict(edge.again("nova").plan.deployment)
    assert asked["spec"]["nodeSets"] == ["dcn0-edpm"]
    made = edge.place.api.create(DEPLOYMENTS, NAMESPACE, asked, strict=True)
    assert made["metadata"]["name"].startswith("dcn-glance-")
    assert edge.again("nova").plan.deployment == asked
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    status = {"status": {"conditions": [ready]}}
    edge.place.api.patch(DEPLOYMENTS, NAMESPACE, made["metadata"]["name"], status, subresource="status")
    found = edge.again("nova").plan
    assert not found.deployment and [each.action for each in found.forecasts] == ["none"]


def test_purge_leaves_what_was_there_before(edge: Edge) -> None:
    empty = edge_topology(namespace=NAMESPACE)
    for service in ("cinder", "nova"):
        assert not edge.again(service, empty).changed
        assert edge.again(service, empty, purge=True).changed
        assert not edge.again(service, empty, purge=True).changed
    template = edge.place.get(CONTROL_PLANES, "openstack")["spec"]["cinder"]["template"]
    assert list(template["cinderVolumes"]) == ["theirs"] and not template.get("extraMounts")
    assert edge.place.get(NODE_SETS, "dcn0-edpm")["spec"]["services"] == SERVICES
    assert edge.place.uids(SECRETS) == {} and set(edge.place.uids(DATA_PLANE_SERVICES)) == {"nova"}
