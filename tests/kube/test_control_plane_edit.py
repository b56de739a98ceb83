# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""control_plane_glance on a real API server: what is others', who else writes, who may, and what is refused."""

from __future__ import annotations

import base64
import copy
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import MANAGED_ANNOTATION
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import spec_diff
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    CONTROL_PLANES,
    GLANCES,
    SECRETS,
    KubeError,
    Resource,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import EXISTING_CONFIG, Keys, desired
from ansible_collections.dcn.glance.tests.support.kube.control_plane import Place, site_topology
from ansible_collections.dcn.glance.tests.support.kube.standin import control_plane
from ansible_collections.dcn.glance.tests.support.wait import until

NAMESPACE = "t-cp-edit"
DATA = site_topology(NAMESPACE, "dcn0")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role")
QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
THEIRS = {"type": "single", "replicas": 0, "customServiceConfig": EXISTING_CONFIG, "networkAttachments": ["storage"]}


@pytest.fixture(scope="module")
def space(kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(kubeconfig, NAMESPACE, Keys(tmp_path_factory.mktemp("recipient"))).open()
    yield place
    place.close()


@pytest.fixture
def place(space: Place) -> Iterator[Place]:
    """A fresh control plane that nobody reconciles, with things of others in it."""
    mounts = [{"name": "cinder", "extraVol": [{"propagation": ["CinderVolume"], "volumes": [], "mounts": []}]}]
    body = control_plane({"theirs": copy.deepcopy(THEIRS)}, apiTimeout=75, extraMounts=mounts)
    body["metadata"].update(namespace=NAMESPACE, labels={"theirs": "yes"}, annotations={"note": "{{ .Kept }}"})
    space.api.create(CONTROL_PLANES, NAMESPACE, body)
    yield space
    for resource in (CONTROL_PLANES, GLANCES):
        for name in space.uids(resource):
            space.api.delete(resource, NAMESPACE, name)
    for name in space.uids(SECRETS):
        space.api.delete(SECRETS, NAMESPACE, name)


def test_what_is_others_is_the_same_afterwards(place: Place) -> None:
    before = place.get(CONTROL_PLANES, "openstack")
    run = place.run(DATA).ok()
    after = place.get(CONTROL_PLANES, "openstack")
    assert run.result["resource_version"] == {
        "before": before["metadata"]["resourceVersion"],
        "after": after["metadata"]["resourceVersion"],
    }
    part, old = after["spec"]["glance"]["template"], before["spec"]["glance"]["template"]
    assert part["extraMounts"].pop()["name"] == "dcn-glance"
    assert (part["glanceAPIs"].pop("central")["type"], part["glanceAPIs"].pop("dcn0")["type"]) == ("split", "edge")
    assert part.pop("keystoneEndpoint") == "central" != old.pop("keystoneEndpoint")
    assert after["metadata"]["annotations"].pop("dcn.glance/managed")
    for item in (before, after):
        for name in ("resourceVersion", "generation", "managedFields"):
            item["metadata"].pop(name)
    assert after == before


def test_check_mode_writes_nothing_and_tells_the_same(place: Place) -> None:
    before = place.versions()
    planned = place.check(DATA).ok().result
    assert place.versions() == before
    done = place.run(DATA).ok().result
    for key in ("changed", "forecast", "apis", "keystone_endpoint", "secrets", "diff"):
        assert planned[key] == done[key]
    before = place.versions()
    assert not place.run(DATA).ok().result["changed"]
    assert not place.check(DATA).ok().result["changed"]
    assert place.versions() == before


def test_the_difference_is_the_object_that_is_then_there(place: Place) -> None:
    """With what the server fills in, and with somebody else's part in an entry of our name, which stays."""
    item = place.get(CONTROL_PLANES, "openstack")
    item["spec"]["glance"]["template"]["extraMounts"][0].update(name="dcn-glance", region="r1")
    place.api.replace(CONTROL_PLANES, NAMESPACE, "openstack", item)
    before = place.get(CONTROL_PLANES, "openstack")
    planned = place.check(DATA).ok().result["diff"]
    assert place.run(DATA).ok().result["diff"] == planned
    after = place.get(CONTROL_PLANES, "openstack")
    assert planned[-1] == spec_diff(f"OpenStackControlPlane {NAMESPACE}/openstack", shown(before), shown(after))
    (entry,) = after["spec"]["glance"]["template"]["extraMounts"]
    theirs = before["spec"]["glance"]["template"]["extraMounts"][0]
    assert entry["extraVol"][0] == theirs["extraVol"][0] and entry["region"] == "r1"
    assert [each["propagation"] for each in entry["extraVol"][1:]] == [["central"], ["dcn0"]]


def shown(item: dict[str, Any]) -> dict[str, Any]:
    marks = {name: text for name, text in item["metadata"]["annotations"].items() if name == MANAGED_ANNOTATION}
    return {"annotations": marks, "spec.glance.template": item["spec"]["glance"]["template"]}


def test_another_key_is_put_in_place(place: Place) -> None:
    place.run(DATA).ok()
    before = place.get(SECRETS, "ceph-conf-files-dcn0")
    place.api.patch(SECRETS, NAMESPACE, "ceph-conf-files-dcn0", {"stringData": {"theirs": "kept"}})
    files = place.keys.files(desired(DATA), generation=5)
    run = place.run(DATA, files=files).ok().result
    assert [(each["name"], each["action"], each["other_keys"]) for each in run["secrets"]] == [
        ("ceph-conf-files-central", "update", []),
        ("ceph-conf-files-dcn0", "update", ["theirs"]),
    ]
    after = place.get(SECRETS, "ceph-conf-files-dcn0")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]
    changed = [key for key in after["data"] if after["data"][key] != before["data"].get(key)]
    assert changed == ["central.client.glance.dcn0.keyring", "dcn0.client.glance.dcn0.keyring", "theirs"]
    told = place.recipient(DATA).ok().result
    wanted = {
        f"/etc/ceph/{entry['cluster']}.{client['name']}.keyring": {client["name"]: client["key_id"]}
        for entries in files.values()
        for entry in entries
        for client in entry["clients"]
    }
    assert told["key_ids"] == wanted
    assert told["public_key"] == place.keys.public
    # With the keys in the Secrets nothing sealed is needed.
    bare = place.keys.files(desired(DATA), generation=5, sealed=False)
    assert not place.run(DATA, files=bare).ok().result["changed"]


def test_a_keyring_of_old_is_repaired_in_place(place: Place) -> None:
    place.run(DATA).ok()
    broken = base64.b64encode(b"[client.glance.dcn0]\n\tkey = no key").decode()
    key = "dcn0.client.glance.dcn0.keyring"
    place.api.patch(SECRETS, NAMESPACE, "ceph-conf-files-dcn0", {"data": {key: broken}})
    run = place.run(DATA).ok().result
    (found,) = (each for each in run["secrets"][1]["keys"] if each["action"] != "none")
    assert found["key"] == key and found["reason"].startswith("Ceph refuses the file")


def test_no_update_of_somebody_else_is_lost(place: Place) -> None:
    """Another writer changes its own field all the time while the module runs again and again."""
    stop, count = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            try:
                item = place.get(CONTROL_PLANES, "openstack")
                item["metadata"]["annotations"]["counter"] = str(count[0] + 1)
                place.api.replace(CONTROL_PLANES, NAMESPACE, "openstack", item)
            except KubeError as error:
                assert error.reason == CONFLICT
                continue
            count[0] += 1
            stop.wait(2.0)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        requests, runs = ["1G"], [place.run(DATA).ok().result]
        while count[0] < 3:
            requests.append(f"{len(requests) + 2}G")
            data = copy.deepcopy(DATA)
            data["sites"]["dcn0"]["glance"]["api"]["storage_request"] = requests[-1]
            runs.append(place.run(data, allow_recreate=True).ok().result)
            assert writer.is_alive() and len(runs) < 100
    finally:
        stop.set()
        writer.join(10)
    item = place.get(CONTROL_PLANES, "openstack")
    assert item["metadata"]["annotations"]["counter"] == str(count[0])
    assert item["spec"]["glance"]["template"]["glanceAPIs"]["dcn0"]["storage"]["storageRequest"] == requests[-1]
    assert all(run["changed"] for run in runs)


def test_a_field_that_the_definition_does_not_know_is_named(place: Place) -> None:
    place.api.delete(CONTROL_PLANES, NAMESPACE, "openstack")
    base = {"spec": {"secret": "osp-secret", "storageClass": "local-storage", "glance": {"template": {"replica": 3}}}}
    for check in (True, False):
        refused = place.run(DATA, create=True, base=base, _ansible_check_mode=check).failed("invalid")
        assert 'unknown field "spec.glance.template.replica"' in refused.msg
    assert not place.uids(SECRETS), "nothing may be written when the object is refused"
    del base["spec"]["glance"]
    assert place.run(DATA, create=True, base=base).ok().result["changed"]
    assert not place.run(DATA).ok().result["changed"]


def test_a_lone_glance(place: Place) -> None:
    data = {**DATA, "operators": {"namespace": NAMESPACE, "glance": "image"}}
    missing = place.run(data).failed("failed")
    assert f"There is no Glance {NAMESPACE}/image: create it first" in missing.msg
    base = {"spec": {"secret": "osp-secret", "containerImage": "localhost/x:y"}}
    run = place.run(data, create=True, base=base).ok().result
    assert [each["statefulset"] for each in run["forecast"]] == [
        "image-central-external-api",
        "image-central-internal-api",
        "image-dcn0-edge-api",
    ]
    spec = place.get(GLANCES, "image")["spec"]
    assert spec["keystoneEndpoint"] == "central"
    assert spec["dbPurge"] == {"age": 30, "schedule": "1 0 * * *"}
    assert not place.run(data).ok().result["changed"]


RULES = [
    ("core.openstack.org", "openstackcontrolplanes", ["get", "update"]),
    ("glance.openstack.org", "glances", ["list"]),
    ("glance.openstack.org", "glanceapis", ["list"]),
    ("apps", "statefulsets", ["list"]),
    ("", "persistentvolumeclaims", ["list"]),
    ("", "secrets", ["get", "create", "update", "delete"]),
]


def grant(place: Place, without: tuple[str, str] = ("", "")) -> dict[str, str]:
    """Become an account with the documented rights, less one."""
    rules = [
        {"apiGroups": [group], "resources": [plural], "verbs": kept}
        for group, plural, verbs in RULES
        if (kept := [verb for verb in verbs if (plural, verb) != without])
    ]
    meta = {"name": "editor", "namespace": NAMESPACE}
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": meta, "rules": rules}
    subject = {"kind": "User", "name": "editor", "apiGroup": group}
    reference = {"kind": "Role", "name": "editor", "apiGroup": group}
    binding = {"apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": meta}
    binding |= {"subjects": [subject], "roleRef": reference}
    for resource, body in ((ROLES, role), (BINDINGS, binding)):
        if place.api.get(resource, NAMESPACE, "editor") is None:
            place.api.create(resource, NAMESPACE, body)
        else:
            place.api.replace(resource, NAMESPACE, "editor", body)
    return {"impersonate_user": "editor"}


def test_the_documented_rights_are_enough(place: Place) -> None:
    account = grant(place)
    spokes = site_topology(NAMESPACE, "dcn0", "dcn1")
    assert place.run(spokes, **account).ok().result["changed"]
    assert place.run(DATA, purge="managed", **account).ok().result["changed"]
    assert "ceph-conf-files-dcn1" not in place.uids(SECRETS)


@pytest.mark.parametrize(("plural", "verb"), [(plural, verb) for _group, plural, verbs in RULES for verb in verbs])
def test_a_right_that_is_missing_is_named_and_nothing_is_written(place: Place, plural: str, verb: str) -> None:
    if (plural, verb) in (("secrets", "update"), ("secrets", "delete")):
        place.run(site_topology(NAMESPACE, "dcn0", "dcn1")).ok()
    before = place.versions()
    account = grant(place, without=(plural, verb))
    files: dict[str, Any] = {"files": place.keys.files(desired(DATA), generation=9)}
    failed = place.run(DATA, purge="managed", **files, **account).failed("forbidden")
    assert f"'{verb}' on '{plural}'" in failed.msg
    assert place.versions() == before


def test_a_quota_that_is_full_stops_the_run_before_anything_is_written(place: Place) -> None:
    spec = {"hard": {"count/secrets": "0"}}
    meta = {"name": "full", "namespace": NAMESPACE}
    place.api.create(QUOTAS, NAMESPACE, {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": spec})
    try:
        until(
            "the quota is counted",
            lambda: "count/secrets" in (place.get(QUOTAS, "full").get("status") or {}).get("used", {}),
        )
        before = place.versions()
        failed = place.run(DATA).failed("quota")
        assert "A quota does not allow this request (create secrets ceph-conf-files-central" in failed.msg
        assert "Nothing was changed." in failed.msg
        assert place.versions() == before
    finally:
        place.api.delete(QUOTAS, NAMESPACE, "full")
    assert place.run(DATA).ok().result["changed"]


def test_nobody_answers(place: Place) -> None:
    failed = place.run(DATA, host="https://127.0.0.1:9", validate_certs=False).failed("unreachable")
    assert "https://127.0.0.1:9 cannot be reached" in failed.msg
    assert "sealed" not in str(failed.result.get("invocation"))
