# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nova of the data plane: golden files, what is others', what a deployment must do, purge, and what is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._edge import deployment as deployments
from ansible_collections.dcn.glance.plugins.module_utils._edge.input import desired_cinder, desired_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.managed import NOVA_ANNOTATION
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import CONFIG_MAPS, DATA_PLANE_SERVICES, NODE_SETS
from ansible_collections.dcn.glance.plugins.module_utils._edge.node_set import merged_services
from ansible_collections.dcn.glance.plugins.module_utils._edge.nova_plan import FILE
from ansible_collections.dcn.glance.plugins.module_utils._edge.read import read_key_ids
from ansible_collections.dcn.glance.plugins.module_utils._edge.result import diffs
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FIELD_MANAGER, SECRETS, Object, Resource
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.control_plane import NAMESPACE, Keys
from ansible_collections.dcn.glance.tests.support.builders.edge import (
    SERVICES,
    deployment,
    edge_topology,
    files_for,
    golden,
    kube,
    node_set,
    nova_service,
    run_cinder,
    run_nova,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

DATA = edge_topology("dcn0")


def get(api: FakeKube, resource: Resource, name: str) -> Object:
    found = api.get(resource, NAMESPACE, name)
    assert found is not None, name
    return found


def clean(item: Object) -> Object:
    metadata = {key: item["metadata"][key] for key in ("name", "labels", "annotations") if key in item["metadata"]}
    return {**item, "metadata": metadata}


def test_golden(keys: Keys) -> None:
    api = kube("dcn0")
    found = run_nova(api, keys, DATA)
    names = ((CONFIG_MAPS, "ceph-nova-dcn0"), (DATA_PLANE_SERVICES, "nova-custom-ceph-dcn0"), (NODE_SETS, "dcn0-edpm"))
    objects = [clean(get(api, *name)) for name in names]
    notes = objects[2]["metadata"]["annotations"]
    notes[NOVA_ANNOTATION] = json.loads(notes[NOVA_ANNOTATION])
    golden("data_plane", {"objects": objects, "deployment": found.plan.deployment})
    assert [each.action for each in found.objects] == ["create", "create", "update"]


def test_only_the_managed_part_of_a_node_set_changes(keys: Keys) -> None:
    api = kube("dcn0", "other")
    run_nova(api, keys, DATA)
    assert clean(get(api, NODE_SETS, "other-edpm"))["spec"] == node_set("other-edpm")["spec"]
    assert get(api, DATA_PLANE_SERVICES, "nova")["spec"] == nova_service()["spec"]
    after = get(api, NODE_SETS, "dcn0-edpm")["spec"]
    before = node_set("dcn0-edpm")["spec"]
    assert after["services"] == [*SERVICES[:5], "ceph-client", "libvirt", "nova-custom-ceph-dcn0", "telemetry"]
    assert after["nodeTemplate"]["extraMounts"].pop()["volumes"] == [
        {"name": "dcn-glance", "secret": {"secretName": "ceph-conf-files-nodes-dcn0-edpm"}}
    ]
    after["services"] = before["services"]
    assert after == before
    # Exactly one conf and one keyring: the operators make one libvirt secret of each conf.
    secret = get(api, SECRETS, "ceph-conf-files-nodes-dcn0-edpm")
    assert sorted(secret["data"]) == ["dcn0.client.nova-dcn0.keyring", "dcn0.conf"]
    assert secret["metadata"]["labels"] == {"dcn.glance/node-set": "dcn0-edpm", "dcn.glance/site": "dcn0"}


def test_a_second_run_writes_nothing_and_check_mode_predicts(keys: Keys) -> None:
    api = kube("dcn0")
    planned = run_nova(api, keys, DATA, check=True)
    assert not api.writes
    done = run_nova(api, keys, DATA)
    assert planned.plan.forecasts == done.plan.forecasts and planned.plan.deployment == done.plan.deployment
    assert diffs(planned, NAMESPACE) == diffs(done, NAMESPACE) != []
    assert not [key for key in keys.used if key in str(diffs(done, NAMESPACE))]
    count = len(api.writes)
    again = run_nova(api, keys, DATA)
    assert not again.changed and len(api.writes) == count and diffs(again, NAMESPACE) == []


def test_options_of_others_in_the_config_map_stay(keys: Keys) -> None:
    api = kube("dcn0")
    theirs = {FILE: "# theirs\n[libvirt]\nhw_disk_discard=unmap\n", "05-nova-memory.conf": "[DEFAULT]\n"}
    metadata = {"name": "ceph-nova-dcn0", "namespace": NAMESPACE, "labels": {"theirs": "yes"}}
    api.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": theirs})
    found = run_nova(api, keys, DATA)
    data = get(api, CONFIG_MAPS, "ceph-nova-dcn0")["data"]
    assert data["05-nova-memory.conf"] == "[DEFAULT]\n"
    assert data[FILE].startswith("# theirs\n[libvirt]\nhw_disk_discard=unmap\n")
    assert "rbd_user = nova-dcn0" in data[FILE] or "rbd_user=nova-dcn0" in data[FILE]
    assert found.objects[0].action == "update"


def test_purge_puts_a_node_set_back(keys: Keys) -> None:
    api = kube("dcn0", "dcn1")
    run_nova(api, keys, edge_topology("dcn0", "dcn1"))
    kept = run_nova(api, keys, DATA)
    assert not kept.changed and "dcn1-edpm is no longer in the topology" in str(kept.plan.warnings)
    found = run_nova(api, keys, DATA, purge=True)
    assert clean(get(api, NODE_SETS, "dcn1-edpm"))["spec"] == node_set("dcn1-edpm")["spec"]
    assert not get(api, NODE_SETS, "dcn1-edpm")["metadata"].get("annotations")
    for resource, name in (
        (DATA_PLANE_SERVICES, "nova-custom-ceph-dcn1"),
        (CONFIG_MAPS, "ceph-nova-dcn1"),
        (SECRETS, "ceph-conf-files-nodes-dcn1-edpm"),
    ):
        assert api.get(resource, NAMESPACE, name) is None, name
    assert found.plan.deployment["spec"] == {"nodeSets": ["dcn1-edpm"], "servicesOverride": ["nova"]}
    assert not run_nova(api, keys, DATA, purge=True).changed


def test_a_renamed_service_takes_the_place_of_the_old_one(keys: Keys) -> None:
    api = kube("dcn0")
    run_nova(api, keys, DATA)
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["nova"]["data_plane"]["service"] = "nova-edge"
    run_nova(api, keys, data, purge=True)
    assert "nova-edge" in get(api, NODE_SETS, "dcn0-edpm")["spec"]["services"]
    assert "nova-custom-ceph-dcn0" not in get(api, NODE_SETS, "dcn0-edpm")["spec"]["services"]
    assert api.get(DATA_PLANE_SERVICES, NAMESPACE, "nova-custom-ceph-dcn0") is None
    assert get(api, CONFIG_MAPS, "ceph-nova-dcn0")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "libvirt", "nova", "b"], ["a", "ceph-client", "libvirt", "own", "b"]),
        (["ceph-client", "libvirt", "nova"], ["ceph-client", "libvirt", "own"]),
        (["nova"], ["ceph-client", "own"]),
        (["ceph-client", "own"], ["ceph-client", "own"]),
        (["old", "libvirt"], ["ceph-client", "own", "libvirt"]),
        (["libvirt", "own", "nova"], ["ceph-client", "libvirt", "own"]),
    ],
)
def test_services(before: list[str], after: list[str]) -> None:
    assert merged_services(before, "own", {"nova", "own", "old"}) == after


def test_what_a_deployment_must_run(keys: Keys) -> None:
    """Until one that was created after the last change is ready, every run says which, by name."""
    api = kube("dcn0")
    run_nova(api, keys, DATA)
    written = {"manager": FIELD_MANAGER, "time": "2026-01-02T00:00:00Z"}
    api.change(NODE_SETS, NAMESPACE, "dcn0-edpm", {"metadata": {"managedFields": [written]}})
    services = ["ceph-client", "libvirt", "nova-custom-ceph-dcn0"]
    for number, (created, ready, ran, needed) in enumerate(
        (
            ("2026-01-01T23:59:59Z", "True", services, True),
            ("2026-01-02T00:00:01Z", "False", services, True),
            ("2026-01-02T00:00:01Z", "True", services[:2], True),
            ("2026-01-02T00:00:02Z", "True", services[2:], False),
        )
    ):
        api.add(deployment(f"run-{number}", ["dcn0-edpm"], ran, created, ready))
        found = run_nova(api, keys, DATA)
        assert not found.changed
        assert [each.action for each in found.plan.forecasts] == ["deployment" if needed else "none"], number
        text = deployments.warning(found.plan.deployment)
        assert ("NodeSets dcn0-edpm" in text and ", ".join(services) in text) if needed else not text
    only = run_nova(api, keys, changed_timeout())
    assert only.plan.deployment["spec"] == {"nodeSets": ["dcn0-edpm"], "servicesOverride": ["nova-custom-ceph-dcn0"]}


def changed_timeout() -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["nova"]["options"] = {"libvirt": {"images_rbd_glance_copy_timeout": 900}}
    return data


def test_a_node_set_before_the_deployment_of_ceph_waits(keys: Keys) -> None:
    api = kube()
    api.add(node_set("dcn0-edpm", services=["bootstrap", "run-os"]))
    found = run_nova(api, keys, DATA)
    assert [each for each in found.objects if each.action != "none"] == []
    assert "has no service for Nova" in found.plan.deferred["dcn0"]


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda api: api.remove(NODE_SETS, NAMESPACE, "dcn0-edpm"), "dcn0-edpm: does not exist"),
        (lambda api: api.remove(DATA_PLANE_SERVICES, NAMESPACE, "nova"), "starts as a copy of it"),
        (lambda api: api.add(with_ceph(node_set("dcn0-edpm"))), "adds the mount /etc/ceph twice, in [1] and [2]"),
    ],
)
def test_what_is_refused(keys: Keys, spoil: Any, text: str) -> None:
    api = kube("dcn0")
    spoil(api)
    with pytest.raises(InputErrors) as caught:
        run_nova(api, keys, DATA)
    assert text in str(caught.value) and not api.writes


def with_ceph(item: Object) -> Object:
    item["spec"]["nodeTemplate"]["extraMounts"].append(
        {
            "extraVolType": "Ceph",
            "volumes": [{"name": "ceph", "secret": {"secretName": "ceph-conf-files"}}],
            "mounts": [{"name": "ceph", "mountPath": "/etc/ceph"}],
        }
    )
    return item


def test_a_secret_is_never_written_to_a_config_map(keys: Keys) -> None:
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["nova"]["options"] = {"cinder": {"password": "s3cret"}}
    with pytest.raises(InputErrors) as caught:
        run_nova(kube("dcn0"), keys, data)
    assert "sites.dcn0.nova.options.cinder.password: is a secret" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_key_counts_as_held_only_where_every_secret_has_it(keys: Keys) -> None:
    """The Secret of the cinder-volume and that of the NodeSet hold the same key."""
    api = kube("dcn0")
    topology = parse(copy.deepcopy(DATA))
    holders = [*desired_cinder(topology, {}).holders, *desired_data_plane(topology, {}).holders]
    run_nova(api, keys, DATA)
    assert read_key_ids(api, NAMESPACE, holders)[0] == {}
    run_cinder(api, keys, DATA)
    ids, exists = read_key_ids(api, NAMESPACE, holders)
    assert list(ids) == ["/etc/ceph/dcn0.client.nova-dcn0.keyring"] and all(exists.values())
    # With the key in the Secrets nothing sealed is needed.
    bare = files_for(keys, holders, sealed=False)
    assert not run_nova(api, keys, DATA, files=bare).changed
