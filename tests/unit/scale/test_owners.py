# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Resource
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import OWNERS
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Owner, ScaleError
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import (
    find_replicas_field,
    glance_key,
    operations,
    siblings,
)
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import a_statefulset, glance_chain, meta
from ansible_collections.dcn.glance.tests.support.fakes.kube_patches import json_patch

PLANE_PATH = ("spec", "glance", "template", "glanceAPIs", "far", "replicas")
PLAIN = Resource("example.com", "v1", "plains", "Plain")


def owner(body: Any) -> Owner:
    return Owner(next(each for each in OWNERS if each.kind == body["kind"]), body)


def custom(resource: Resource) -> Any:
    """An object of a kind that this collection does not know."""
    body = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": meta(resource.plural)}
    return {**body, "spec": {"replicas": 1}}


def chain(**more: Any) -> tuple[Any, list[Owner]]:
    """A StatefulSet and its owners, the nearest first."""
    found = glance_chain(**more)
    return found[-1], [owner(body) for body in reversed(found[:-1]) if body["kind"] != "StatefulSet"]


def test_the_control_plane_has_the_replicas() -> None:
    body, owners = chain()
    found = find_replicas_field(body, owners, "auto")
    assert (found.resource.kind, found.name, found.path, found.before) == (
        "OpenStackControlPlane",
        "openstack",
        PLANE_PATH,
        1,
    )


def test_without_a_control_plane_the_glance_has_the_replicas() -> None:
    body, owners = chain(control_plane=False)
    found = find_replicas_field(body, owners, "owner")
    assert (found.resource.kind, found.path) == ("Glance", ("spec", "glanceAPIs", "far", "replicas"))


@pytest.mark.parametrize("via", ["auto", "scale"])
def test_a_statefulset_without_an_owner_has_the_replicas(via: str) -> None:
    found = find_replicas_field(a_statefulset(replicas=2), [], via)
    assert (found.resource.kind, found.path, found.before) == ("StatefulSet", (), 2)


def test_via_scale_ignores_the_owner() -> None:
    body, owners = chain()
    assert find_replicas_field(body, owners, "scale").resource.kind == "StatefulSet"


def test_via_owner_requires_an_owner() -> None:
    with pytest.raises(ScaleError, match="no owner"):
        find_replicas_field(a_statefulset(), [], "owner")


@pytest.mark.parametrize("via", ["auto", "owner"])
def test_replicas_of_an_unknown_owner_are_not_changed(via: str) -> None:
    body = a_statefulset(owner=custom(PLAIN))
    with pytest.raises(
        ScaleError, match="Plain plains.*only in a Glance or an OpenStackControlPlane.*via=scale"
    ) as caught:
        find_replicas_field(body, [], via)
    assert caught.value.reason == "owner_managed"
    assert find_replicas_field(body, [], "scale").resource.kind == "StatefulSet"


def test_a_glance_api_without_a_glance_is_not_changed() -> None:
    body, owners = chain()
    with pytest.raises(ScaleError, match="managed by GlanceAPI glance-far-edge[.]"):
        find_replicas_field(body, owners[:1], "auto")


def test_an_api_that_was_removed_from_the_control_plane() -> None:
    body, owners = chain()
    owners[-1].body["spec"]["glance"]["template"]["glanceAPIs"] = {}
    with pytest.raises(ScaleError, match="was removed from it"):
        find_replicas_field(body, owners, "auto")


def test_the_key_from_the_label_or_the_name() -> None:
    _statefulset, owners = chain(key="az-one")
    assert glance_key(owners) == "az-one"
    del owners[0].body["metadata"]["labels"]
    assert glance_key(owners) == "az-one"


def test_a_split_api_has_two_statefulsets() -> None:
    found = glance_chain(kind="split")
    statefulsets = [body for body in found if body["kind"] == "StatefulSet"]
    others = [body for body in glance_chain(key="other") if body["kind"] == "StatefulSet"]
    stranger = a_statefulset("glance-far-external", labels={"glanceAPI": "glance-far-external"})
    owners = [
        owner(body) for body in reversed(found) if body["kind"] in ("Glance", "GlanceAPI", "OpenStackControlPlane")
    ]
    names = [body["metadata"]["name"] for body in siblings([*others, *statefulsets, stranger], owners)]
    assert names == ["glance-far-external-api", "glance-far-internal-api"]


@pytest.mark.parametrize("before", [0, 1, 5])
def test_the_patch_fails_when_the_object_has_changed(before: int) -> None:
    found = find_replicas_field(a_statefulset(replicas=before), [], "auto")
    scale = {"metadata": {"uid": found.uid}, "spec": {"replicas": before} if before else {}}
    assert json_patch(scale, operations(found, 3))["spec"] == {"replicas": 3}
    moved = {"metadata": {"uid": found.uid}, "spec": {"replicas": before + 1}}
    with pytest.raises(Exception, match="failed"):
        json_patch(moved, operations(found, 3))
    with pytest.raises(Exception, match="failed"):
        json_patch({**scale, "metadata": {"uid": "another"}}, operations(found, 3))


def test_the_patch_of_a_control_plane_changes_only_the_replicas() -> None:
    body, owners = chain()
    found = find_replicas_field(body, owners, "auto")
    after = json_patch(found.body, operations(found, 0))
    assert after["spec"] == {"glance": {"template": {"glanceAPIs": {"far": {"replicas": 0, "type": "edge"}}}}}


def test_a_statefulset_whose_owner_was_deleted_is_not_changed() -> None:
    body, _owners = chain()
    with pytest.raises(ScaleError, match="GlanceAPI glance-far-edge, which does not exist"):
        find_replicas_field(body, [], "auto")
    assert find_replicas_field(body, [], "scale").resource.kind == "StatefulSet"
