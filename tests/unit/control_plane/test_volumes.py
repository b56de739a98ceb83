# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and fields of the topology in the control plane: set, changed, kept and removed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.fields import merge_fields
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import MergeContext, Merger, MergeResult
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import Observed, RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import plan_run
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import OperatorObjects
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    control_plane,
    desired,
    template_of,
    topology,
)

NFS = {"mount_path": "/var/lib/glance/share", "source": {"nfs": {"server": "192.0.2.50", "path": "/glance"}}}
ITEM = {
    "extraVolType": "Nfs",
    "propagation": ["central"],
    "volumes": [{"name": "dcn-glance-central-share", "nfs": NFS["source"]["nfs"]}],
    "mounts": [{"name": "dcn-glance-central-share", "mountPath": "/var/lib/glance/share"}],
}


def data(volumes: Any = None, spec: Any = None, **operators: Any) -> dict[str, Any]:
    found = topology("dcn0", **operators)
    api = {"volumes": {"share": NFS} if volumes is None else volumes, "spec": spec or {}}
    found["sites"]["central"]["glance"] = {"api": api}
    return found


def merge(live: dict[str, Any], want: dict[str, Any], **around: Any) -> MergeResult:
    glance = desired(want)
    around.setdefault("secrets", frozenset(api.key for api in glance.apis))
    around.setdefault("existing", frozenset(read_managed(live).secrets))
    frozen = copy.deepcopy(live)
    found = Merger(live, glance, MergeContext(**around)).merge()
    assert live == frozen, "the merge has changed what it was given"
    return found


def volumes(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [extra for entry in template_of(item)["extraMounts"] for extra in entry["extraVol"]]


def test_a_volume_is_in_the_managed_entry_behind_the_keys() -> None:
    after = merge(control_plane(), data()).after
    (entry,) = template_of(after)["extraMounts"]
    assert entry["name"] == "dcn-glance"
    assert [extra["extraVolType"] for extra in entry["extraVol"]] == ["Ceph", "Ceph", "Nfs"]
    assert entry["extraVol"][2] == ITEM
    assert not merge(after, data()).changed


def test_a_volume_of_an_api_without_keys_creates_the_entry() -> None:
    want = data()
    want["sites"] = {"central": {**want["sites"]["central"], "stores": {"s": {"type": "swift"}}}}
    want["sites"]["central"].pop("ceph")
    assert volumes(merge(control_plane(), want).after) == [ITEM]


def test_a_change_replaces_the_item_in_its_place() -> None:
    live = merge(control_plane(), data({"share": NFS, "more": {**NFS, "mount_path": "/more"}})).after
    other = {**NFS, "source": {"persistentVolumeClaim": {"claimName": "share"}}, "read_only": True}
    after = merge(live, data({"share": other, "more": {**NFS, "mount_path": "/more"}})).after
    changed = volumes(after)[2]
    assert changed["volumes"] == [{"name": "dcn-glance-central-share", "persistentVolumeClaim": {"claimName": "share"}}]
    assert changed["mounts"][0]["readOnly"] is True
    assert volumes(after)[3] == volumes(live)[3]


def test_a_volume_that_is_no_longer_needed_is_kept_and_reported_or_removed() -> None:
    live = merge(control_plane(), data()).after
    kept = merge(live, data({}))
    assert not kept.changed
    assert kept.warnings == (
        "The volume share of central is no longer in the topology. It is kept, because purge is none.",
    )
    removed = merge(live, data({}), purge=True)
    assert ITEM not in volumes(removed.after)
    assert removed.warnings == ()


def test_volumes_of_others_stay() -> None:
    live = control_plane()
    theirs = [
        {"propagation": ["default"], "volumes": [{"name": "dcn-glance-central-share", "emptyDir": {}}], "mounts": []},
        {"propagation": ["central"], "volumes": [{"name": "theirs", "emptyDir": {}}], "mounts": []},
    ]
    template_of(live)["extraMounts"] = [{"name": "dcn-glance", "extraVol": theirs}]
    after = merge(live, data({}), purge=True).after
    assert volumes(after)[:2] == theirs


def test_another_name_of_the_entry_moves_the_volumes() -> None:
    live = merge(control_plane(), data()).after
    after = merge(live, data(mount="other")).after
    (entry,) = template_of(after)["extraMounts"]
    assert entry["name"] == "other"
    names = [extra["volumes"][0]["name"] for extra in entry["extraVol"]]
    assert sorted(names) == ["other-central", "other-central-share", "other-dcn0"]


def test_fields_are_set_merged_and_removed() -> None:
    service = {"override": {"service": {"internal": {"spec": {"type": "LoadBalancer"}}}}}
    live = merge(control_plane(), data(spec={**service, "apiTimeout": 90, "unknown": {"a": [1]}})).after
    api = template_of(live)["glanceAPIs"]["central"]
    assert (api["apiTimeout"], api["unknown"], api["override"]) == (90, {"a": [1]}, service["override"])
    more = {"override": {"service": {"internal": {"metadata": {"labels": {"a": "b"}}}}}, "apiTimeout": None}
    found = merge(live, data(spec=more))
    after = template_of(found.after)["glanceAPIs"]["central"]
    assert after["override"]["service"]["internal"] == {
        "spec": {"type": "LoadBalancer"},
        "metadata": {"labels": {"a": "b"}},
    }
    assert "apiTimeout" not in after
    assert set(next(change for change in found.apis if change.key == "central").fields) == {"override", "apiTimeout"}
    assert not merge(live, data()).changed, "a field that is no longer stated has changed"


def test_fields_of_the_glance_spec() -> None:
    quotas = {"imageSizeTotal": 10, "imageStageTotal": 10, "imageCountUpload": 5, "imageCountTotal": 5}
    live = control_plane(nodeSelector={"a": "b"})
    want = data(spec={})
    want["operators"] = {"spec": {"quotas": quotas, "nodeSelector": {"c": "d"}, "memcachedInstance": None}}
    part = template_of(merge(live, want).after)
    assert (part["quotas"], part["nodeSelector"]) == (quotas, {"a": "b", "c": "d"})
    assert "memcachedInstance" not in part


def test_merged_fields_do_not_change_what_they_are_merged_into() -> None:
    live = {"a": {"b": {"c": 1}}, "list": [1]}
    frozen = copy.deepcopy(live)
    assert merge_fields(live, {"a": {"b": {"d": 2}, "e": None}, "list": [2]}) == {
        "a": {"b": {"c": 1, "d": 2}},
        "list": [2],
    }
    assert live == frozen


def cinder(live: dict[str, Any], part: Any) -> Any:
    want = topology()
    want["sites"]["central"] = {"stores": {"c": {"type": "cinder"}}}
    live["spec"]["cinder"] = part
    return plan_run(desired(want), Observed(live, OperatorObjects("glance")), {}, RunOptions())


def test_a_cinder_store_needs_a_cinder() -> None:
    with pytest.raises(InputErrors, match="spec.cinder.enabled: is false, but an API has a store of type cinder"):
        cinder(control_plane(), {"enabled": False})


@pytest.mark.parametrize("volumes", [{}, {"lvm": {"replicas": 0}}])
def test_a_cinder_store_needs_a_backend(volumes: dict[str, Any]) -> None:
    found = cinder(control_plane(), {"enabled": True, "template": {"cinderVolumes": volumes}})
    assert [text for text in found.warnings if "spec.cinder.template.cinderVolumes has no backend" in text]
    found = cinder(control_plane(), {"enabled": True, "template": {"cinderVolumes": {**volumes, "other": {}}}})
    assert not [text for text in found.warnings if "cinderVolumes" in text]
