# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cinderVolumes of a control plane: golden files, what is others', forecasts, purge, and what is refused."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._edge.result import diffs
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONFLICT, CONTROL_PLANES, SECRETS, KubeError
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    NAMESPACE,
    Keys,
    cephx,
    fsid,
    stateful_set,
)
from ansible_collections.dcn.glance.tests.support.builders.edge import (
    THEIR_VOLUME,
    cloud,
    edge_topology,
    golden,
    kube,
    run_cinder,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

DATA = edge_topology("dcn0", "dcn1")


def template(api: FakeKube) -> Any:
    item = api.get(CONTROL_PLANES, NAMESPACE, "openstack")
    assert item is not None
    return item["spec"]["cinder"]["template"]


def actions(found: Any) -> dict[str, str]:
    return {each.name: each.action for each in found.plan.forecasts}


def test_golden(keys: Keys) -> None:
    api = kube()
    found = run_cinder(api, keys, edge_topology("dcn0"))
    golden("cinder_volumes", template(api))
    assert found.changed and actions(found) == {"cinder-volume-dcn0": "created"}


def test_only_the_managed_part_changes(keys: Keys) -> None:
    api = kube()
    run_cinder(api, keys, DATA)
    after = copy.deepcopy(api.get(CONTROL_PLANES, NAMESPACE, "openstack"))
    assert after is not None
    part = after["spec"]["cinder"]["template"]
    assert sorted(part["cinderVolumes"]) == ["dcn0", "dcn1", "theirs"]
    assert part["cinderVolumes"]["theirs"] == THEIR_VOLUME
    for name in ("dcn0", "dcn1"):
        del part["cinderVolumes"][name]
    assert [entry["name"] for entry in part.pop("extraMounts")] == ["dcn-glance"]
    assert after["spec"] == cloud()["spec"]
    secret = api.get(SECRETS, NAMESPACE, "ceph-conf-files-cinder-dcn0")
    assert secret is not None and sorted(secret["data"]) == ["dcn0.client.nova-dcn0.keyring", "dcn0.conf"]
    assert f"key = {cephx(1)}".encode() in base64.b64decode(secret["data"]["dcn0.client.nova-dcn0.keyring"])


def test_a_second_run_writes_nothing_and_check_mode_predicts(keys: Keys) -> None:
    api = kube()
    planned = run_cinder(api, keys, DATA, check=True)
    assert not api.writes
    done = run_cinder(api, keys, DATA)
    assert planned.changed and planned.plan.forecasts == done.plan.forecasts
    assert diffs(planned, NAMESPACE) == diffs(done, NAMESPACE) != []
    count = len(api.writes)
    again = run_cinder(api, keys, DATA)
    assert not again.changed and len(api.writes) == count and diffs(again, NAMESPACE) == []
    assert actions(again) == {"cinder-volume-dcn0": "none", "cinder-volume-dcn1": "none"}


def test_no_key_is_in_a_difference(keys: Keys) -> None:
    text = str(diffs(run_cinder(kube(), keys, DATA), NAMESPACE))
    assert keys.used and not [key for key in keys.used if key in text]


def test_nothing_is_written_where_nothing_is_described(keys: Keys) -> None:
    for purge in (False, True):
        api = kube()
        assert not run_cinder(api, keys, edge_topology(), purge=purge).changed
        assert not api.writes


def test_a_backend_joins_a_volume_of_others(keys: Keys) -> None:
    """Their backend stays enabled, their options and fields stay, and it is removed with ours only from our part."""
    data = edge_topology("dcn0")
    data["sites"]["dcn0"]["cinder"]["volume"]["name"] = "theirs"
    api = kube()
    found = run_cinder(api, keys, data)
    volume = template(api)["cinderVolumes"]["theirs"]
    assert volume["customServiceConfig"].startswith("# by the storage team\n[DEFAULT]\nenabled_backends=lvm,dcn0\n")
    assert "[lvm]\nvolume_group=v\n" in volume["customServiceConfig"]
    assert volume["networkAttachments"] == ["storage"]
    assert actions(found) == {"cinder-volume-theirs": "rolling"}
    run_cinder(api, keys, edge_topology(), purge=True)
    assert "[dcn0]" not in template(api)["cinderVolumes"]["theirs"]["customServiceConfig"]
    assert "enabled_backends=lvm\n" in template(api)["cinderVolumes"]["theirs"]["customServiceConfig"]
    assert template(api)["extraMounts"] == [] or "extraMounts" not in template(api)


def test_purge_removes_only_what_was_managed(keys: Keys) -> None:
    api = kube()
    run_cinder(api, keys, DATA)
    kept = run_cinder(api, keys, edge_topology("dcn0"))
    assert not kept.changed and "stays because purge is none" in str(kept.plan.warnings)
    found = run_cinder(api, keys, edge_topology("dcn0"), purge=True)
    assert actions(found) == {"cinder-volume-dcn0": "none", "cinder-volume-dcn1": "removed"}
    assert sorted(template(api)["cinderVolumes"]) == ["dcn0", "theirs"]
    assert api.get(SECRETS, NAMESPACE, "ceph-conf-files-cinder-dcn1") is None
    assert not run_cinder(api, keys, edge_topology("dcn0"), purge=True).changed
    run_cinder(api, keys, edge_topology(), purge=True)
    item = api.get(CONTROL_PLANES, NAMESPACE, "openstack")
    assert item is not None and item["spec"]["cinder"]["template"].get("extraMounts", []) == []
    assert "dcn.glance/managed-cinder" not in str(item["metadata"].get("annotations"))


def test_a_site_that_is_not_reached_is_left_unchanged(keys: Keys) -> None:
    api = kube()
    found = run_cinder(api, keys, DATA, files={"dcn0": []})
    assert not found.changed and sorted(found.plan.deferred) == ["dcn0", "dcn1"]
    run_cinder(api, keys, DATA)
    count = len(api.writes)
    again = run_cinder(api, keys, DATA, files={})
    assert not again.changed and len(api.writes) == count


def test_a_stated_fsid_without_a_key_is_not_enough(keys: Keys) -> None:
    data = edge_topology("dcn0")
    data["sites"]["dcn0"]["ceph"]["fsid"] = fsid("dcn0")
    found = run_cinder(kube(), keys, data, files={})
    assert found.plan.deferred == {
        "dcn0": "the Secret ceph-conf-files-cinder-dcn0 has no conf and keyring of the cluster dcn0 yet"
    }


def test_another_mount_of_the_same_directory_is_refused(keys: Keys) -> None:
    api = kube()
    extra = {
        "propagation": ["CinderVolume"],
        "volumes": [{"name": "ceph", "secret": {"secretName": "ceph-conf-files"}}],
        "mounts": [{"name": "ceph", "mountPath": "/etc/ceph"}],
    }
    api.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"extraMounts": [{"name": "v1", "extraVol": [extra]}]}})
    with pytest.raises(InputErrors) as caught:
        run_cinder(api, keys, DATA)
    assert len(caught.value.problems) == 2 and "the mount /etc/ceph to the pods of dcn0" in str(caught.value)
    assert not api.writes


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"spec": {"cinder": {"enabled": False}}}, "spec.cinder.enabled: is false"),
        ({"spec": {"cinder": None}}, "spec.cinder.template: is missing"),
    ],
)
def test_a_control_plane_without_cinder_is_refused(keys: Keys, change: Any, text: str) -> None:
    api = kube()
    api.change(CONTROL_PLANES, NAMESPACE, "openstack", change)
    with pytest.raises(InputErrors) as caught:
        run_cinder(api, keys, DATA)
    assert text in str(caught.value)


def test_a_change_by_another_client_is_kept(keys: Keys) -> None:
    api = kube()
    done: list[str] = []

    def interfere(call: Any) -> None:
        if not call.dry_run and not done:
            done.append(call.name)
            api.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"cinder": {"template": {"apiTimeout": 99}}}})
            raise KubeError(CONFLICT, "changed", verb="update")

    api.on("update", "openstackcontrolplanes", interfere)
    found = run_cinder(api, keys, DATA)
    assert found.conflicts == 1 and template(api)["apiTimeout"] == 99 and "dcn0" in template(api)["cinderVolumes"]
    (change,) = found.objects
    assert change.before is not None and "apiTimeout" in change.before["spec"]["cinder"]["template"]


@pytest.mark.parametrize("unique", [False, True])
def test_pods_that_do_not_mount_their_secret_are_named(keys: Keys, unique: bool) -> None:
    """The mounts count, not the intent: some releases ignore the names of volumes with uniquePodNames."""
    api = kube()
    api.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"cinder": {"uniquePodNames": unique}}})
    name = f"cinder{'-0a1b2' if unique else ''}-volume-dcn0"
    item = stateful_set(name)
    item["metadata"]["labels"] = {"service": "cinder"}
    data = edge_topology("dcn0")
    api.add(item)
    assert actions(run_cinder(api, keys, data)) == {name: "created"}
    found = run_cinder(api, keys, data)
    assert not found.changed and actions(found) == {name: "rolling"}
    (warning,) = found.plan.warnings
    assert f"{name} do not mount the Secret ceph-conf-files-cinder-dcn0" in warning
    assert ("uniquePodNames" in warning) == unique
    volume = {"name": "dcn-glance-dcn0", "secret": {"secretName": "ceph-conf-files-cinder-dcn0"}}
    api.add({**item, "spec": {"replicas": 1, "template": {"spec": {"volumes": [volume]}}}})
    after = run_cinder(api, keys, data)
    assert actions(after) == {name: "none"} and not after.plan.warnings
    (forecast,) = after.plan.forecasts
    assert forecast.ready == 1
