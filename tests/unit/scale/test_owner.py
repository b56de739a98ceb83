# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import author, keeper
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Resource, known_resource
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import (
    Owner,
    OwnerManaged,
    find_place,
    glance_key,
    operations,
    siblings,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import a_set, glance_chain, meta
from ansible_collections.dcn.glance.tests.support.fakes.kube_patches import json_patch

PLANE_PATH = ("spec", "glance", "template", "glanceAPIs", "far", "replicas")
SCALED = Resource("example.com", "v1", "scaleds", "Scaled", scale=True)
PLAIN = Resource("example.com", "v1", "plains", "Plain")


def owner(body: Any) -> Owner:
    resource = known_resource(body["apiVersion"], body["kind"])
    assert resource is not None
    return Owner(resource, body)


def custom(resource: Resource, replicas: int = 1) -> Owner:
    body = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": meta(resource.plural)}
    return Owner(resource, {**body, "spec": {"replicas": replicas}})


def chain(**more: Any) -> tuple[Any, list[Owner]]:
    """A set and its owners, the nearest first."""
    found = glance_chain(**more)
    return found[-1], [owner(body) for body in reversed(found[:-1]) if body["kind"] != "StatefulSet"]


def test_s05_the_control_plane_has_the_number() -> None:
    body, owners = chain()
    place = find_place(body, owners, "auto")
    assert (place.resource.kind, place.name, place.path, place.before) == (
        "OpenStackControlPlane",
        "openstack",
        PLANE_PATH,
        1,
    )


def test_without_a_control_plane_the_glance_has_it() -> None:
    body, owners = chain(control_plane=False)
    place = find_place(body, owners, "owner")
    assert (place.resource.kind, place.path) == ("Glance", ("spec", "glanceAPIs", "far", "replicas"))


@pytest.mark.parametrize("via", ["auto", "scale"])
def test_a_set_that_nobody_owns_has_its_own(via: str) -> None:
    place = find_place(a_set(replicas=2), [], via)
    assert (place.resource.kind, place.path, place.before) == ("StatefulSet", (), 2)


def test_via_scale_asks_no_owner() -> None:
    body, owners = chain()
    assert find_place(body, owners, "scale").resource.kind == "StatefulSet"


def test_via_owner_needs_one() -> None:
    with pytest.raises(OwnerManaged, match="no owner"):
        find_place(a_set(), [], "owner")


def test_s06_an_unknown_owner_is_refused_with_a_reason() -> None:
    with pytest.raises(OwnerManaged, match="Plain plains.*no scale subresource.*via=scale"):
        find_place(a_set(), [custom(PLAIN)], "auto")


def test_s07_an_owner_with_a_scale() -> None:
    place = find_place(a_set(), [custom(PLAIN), custom(SCALED, 4)], "auto")
    assert (place.resource, place.path, place.before) == (SCALED, (), None), "only its scale knows the number"


def test_a_key_that_was_taken_out() -> None:
    body, owners = chain()
    owners[-1].body["spec"]["glance"]["template"]["glanceAPIs"] = {}
    with pytest.raises(OwnerManaged, match="was taken out"):
        find_place(body, owners, "auto")


def test_the_key_by_label_or_by_name() -> None:
    _set, owners = chain(key="az-one")
    assert glance_key(owners) == "az-one"
    del owners[0].body["metadata"]["labels"]
    assert glance_key(owners) == "az-one"


def test_split_has_two_sets_and_no_strangers() -> None:
    found = glance_chain(kind="split")
    sets = [body for body in found if body["kind"] == "StatefulSet"]
    others = [body for body in glance_chain(key="other") if body["kind"] == "StatefulSet"]
    stranger = a_set("glance-far-external", labels={"glanceAPI": "glance-far-external"})
    owners = [
        owner(body) for body in reversed(found) if body["kind"] in ("Glance", "GlanceAPI", "OpenStackControlPlane")
    ]
    names = [body["metadata"]["name"] for body in siblings([*others, *sets, stranger], owners)]
    assert names == ["glance-far-external-api", "glance-far-internal-api"]


@pytest.mark.parametrize("before", [0, 1, 5])
def test_operations_hold_only_for_what_was_read(before: int) -> None:
    place = find_place(a_set(replicas=before), [], "auto")
    scale = {"metadata": {"uid": place.uid}, "spec": {"replicas": before} if before else {}}
    assert json_patch(scale, operations(place, 3))["spec"] == {"replicas": 3}
    moved = {"metadata": {"uid": place.uid}, "spec": {"replicas": before + 1}}
    with pytest.raises(Exception, match="failed"):
        json_patch(moved, operations(place, 3))
    with pytest.raises(Exception, match="failed"):
        json_patch({**scale, "metadata": {"uid": "another"}}, operations(place, 3))


def test_operations_inside_a_control_plane_touch_one_number() -> None:
    body, owners = chain()
    place = find_place(body, owners, "auto")
    after = json_patch(place.body, operations(place, 0))
    assert after["spec"] == {"glance": {"template": {"glanceAPIs": {"far": {"replicas": 0, "type": "edge"}}}}}


def managed(*entries: tuple[str, str, str]) -> Any:
    body = a_set()
    fields = {"f:spec": {"f:replicas": {}}}
    body["metadata"]["managedFields"] = [
        {"manager": manager, "operation": "Update", "time": time, "subresource": sub, "fieldsV1": fields}
        for manager, time, sub in entries
    ]
    return body


def test_the_last_author() -> None:
    body = managed(("kubectl", "2026-01-01T00:00:00Z", ""), ("operator", "2026-01-02T00:00:00Z", ""))
    found = author(body)
    assert found is not None and found.manager == "operator"
    assert author(body, ("spec", "template")) is None and author(a_set()) is None


@pytest.mark.parametrize(
    ("manager", "subresource", "word"),
    [
        ("kube-controller-manager", "scale", "HorizontalPodAutoscaler"),
        ("argocd-controller", "", "Argo CD"),
        ("kustomize-controller", "", "Flux"),
        ("helm", "", "Helm"),
        ("kube-controller-manager", "", ""),
        ("helmsman", "", ""),
        ("kubectl", "", ""),
    ],
)
def test_s34_who_is_known_to_set_numbers_back(manager: str, subresource: str, word: str) -> None:
    found = keeper(managed((manager, "2026-01-01T00:00:00Z", subresource)))
    assert (word in found) if word else found == ""


def test_an_owner_that_is_not_there_is_no_free_hand() -> None:
    with pytest.raises(OwnerManaged, match="Scaled scaleds.*does not have"):
        find_place(a_set(owner=custom(SCALED).body), [], "auto")
    assert find_place(a_set(owner=custom(SCALED).body), [], "scale").resource.kind == "StatefulSet"
