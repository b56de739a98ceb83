# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about Nova and Cinder on the operators: what is valid, what is reported, and samples that users keep."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._edge.cinder_plan import ObservedCinder, plan_cinder
from ansible_collections.dcn.glance.plugins.module_utils._edge.input import desired_cinder, desired_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._edge.nova_plan import ObservedDataPlane, plan_nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.edge import cloud, edge_topology, node_set, nova_service
from ansible_collections.dcn.glance.tests.support.builders.edge_manifests import (
    CINDER_CONFIG,
    NOVA_CONFIG,
    REPORTED_AT_THE_EDGE,
    edge_objects,
    edited,
)
from ansible_collections.dcn.glance.tests.support.builders.manifests import dump, good, lint_files, lint_objects, rules

EDGE = {case[0] for case in REPORTED_AT_THE_EDGE}


def test_valid_manifests() -> None:
    assert [each for each in lint_objects(*edge_objects().values()) if each.severity != "info"] == []


@pytest.mark.parametrize(("rule", "name", "path", "old", "new", "where"), REPORTED_AT_THE_EDGE)
def test_reported(rule: str, name: str, path: str, old: Any, new: Any, where: str) -> None:
    found = [each for each in lint_objects(*edited(name, path, old, new)) if each.rule == rule]
    assert found and found[0].path.endswith(where), found


def test_the_line_of_a_file_is_reported() -> None:
    objects = edited("map", "data/03-ceph-nova.conf", "store_name = dcn0", "store_name = dcn9")
    text = dump(*objects)
    (found,) = (each for each in lint_files({"a.yaml": text}, "a.yaml") if each.rule == "nova-store-unknown")
    assert "store_name = dcn9" in text or "dcn9" in text
    assert found.file == "a.yaml" and found.line > 0 and found.object == "ConfigMap/ceph-nova"


def test_samples_that_feed_replacements() -> None:
    """A ConfigMap with values for kustomize: cinderVolumes and the file for Nova of one site beside Glance."""
    template = good()["spec"]["glance"]["template"]
    nova = NOVA_CONFIG.replace("store_name = dcn0", "store_name = dcn9")
    data = {
        "glance": {"keystoneEndpoint": "central", "glanceAPIs": template["glanceAPIs"]},
        "extraMounts": good()["spec"]["extraMounts"],
        "cinderVolumes": {"dcn0": {"customServiceConfig": CINDER_CONFIG.replace("glance-dcn0", "glance-dcn1")}},
        "nova": {"ceph": {"conf": nova}, "dataSources": [{"configMapRef": None, "name": "ceph-nova"}]},
    }
    values = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "service-values"}, "data": data}
    found = {each.rule: each.path for each in lint_objects(values) if each.rule in EDGE}
    assert found["volume-glance-foreign"].startswith("data.cinderVolumes.dcn0.customServiceConfig")
    assert found["nova-store-unknown"].startswith("data.nova.ceph.conf [libvirt]")
    assert found["service-source-broken"] == "data.nova.dataSources[0].configMapRef"
    assert "volume-conf-not-mounted" not in found


def test_without_nova_and_cinder_nothing_is_reported() -> None:
    assert not EDGE & set(rules(lint_objects(good())))
    older = edge_objects()
    older["service"]["spec"] = {"configMaps": ["ceph-nova"], "playbook": "osp.edpm.nova"}
    assert not EDGE & set(rules(lint_objects(*older.values())))


def test_what_the_modules_write_is_valid() -> None:
    """The Secrets are not read here; the names of their files are in the tests of the modules."""
    data = edge_topology("dcn0")
    data["sites"]["dcn0"]["ceph"]["fsid"] = "aaaaaaaa-0000-4000-8000-000000000001"
    topology = parse(copy.deepcopy(data))
    secrets = {
        holder.secret: {"data": {"dcn0.conf": "eA==", "dcn0.client.nova-dcn0.keyring": "eA=="}}
        for holder in (*desired_cinder(topology, {}).holders, *desired_data_plane(topology, {}).holders)
    }
    options = RunOptions(check=True)
    plane = plan_cinder(desired_cinder(topology, {}), ObservedCinder(cloud(), {}, secrets), {}, options)
    observed = ObservedDataPlane({"dcn0-edpm": node_set("dcn0-edpm")}, {"nova": nova_service()}, {}, secrets)
    nodes = plan_nova(desired_data_plane(topology, {}), observed, {}, options)
    objects = [each.after for each in (*plane.objects, *nodes.objects) if each.after is not None]
    assert len(objects) == 4
    objects[0]["spec"]["glance"] = good()["spec"]["glance"]
    assert not EDGE & set(rules(lint_objects(*objects, secrets=False)))
