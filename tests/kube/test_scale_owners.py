# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale: owners of unknown kinds, and accounts with few rights."""

from __future__ import annotations

import pathlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object, Resource
from ansible_collections.dcn.glance.tests.support.kube.accounts import account, documented_rules
from ansible_collections.dcn.glance.tests.support.kube.resources import CRDS
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running, Space
from ansible_collections.dcn.glance.tests.support.wait import until


@pytest.fixture(scope="module")
def space(kubeconfig: str) -> Iterator[Space]:
    space = Space(kubeconfig)
    yield space
    space.close()


def definition(group: str, plural: str, kind: str) -> Object:
    """A kind with replicas and a scale subresource."""
    replicas = {"type": "object", "properties": {"replicas": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"spec": replicas, "status": replicas}}
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": plural, "singular": kind.lower(), "kind": kind}
    versions = [{**version, "subresources": {"status": {}, "scale": scale}}]
    spec = {"group": group, "names": names, "scope": "Namespaced", "versions": versions}
    metadata = {"name": f"{plural}.{group}"}
    return {"apiVersion": CRDS.api_version, "kind": CRDS.kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def unknown_kind(space: Space) -> Iterator[Resource]:
    """A kind that the collection does not know, although it can be scaled."""
    resource = Resource(f"{uuid.uuid4().hex[:6]}.dcn.example", "v1", "scaleds", "Scaled")
    space.api.create(CRDS, "", definition(resource.group, resource.plural, resource.kind))
    until("the definition is served", lambda: space.attempt(lambda: space.api.list(resource, space.name)))
    yield resource
    space.api.delete(CRDS, "", str(resource))


def test_an_owner_of_an_unknown_kind(space: Space, unknown_kind: Resource) -> None:
    body = {"apiVersion": unknown_kind.api_version, "kind": unknown_kind.kind, "metadata": {"name": "owned"}}
    owner = space.api.create(unknown_kind, space.name, {**body, "spec": {"replicas": 1}})
    space.statefulset("owned", 1, owner=owner)
    before = space.get("owned")["metadata"]["generation"]
    run = space.scale(name="owned", replicas=2).failed("owner_managed")
    assert "managed by Scaled owned" in run.msg and space.get("owned")["metadata"]["generation"] == before
    forced = space.scale(name="owned", replicas=2, via="scale").ok()
    assert warned(forced, "managed by Scaled owned, whose operator may revert the replicas")


def without(rules: list[Any], resource: str, verb: str) -> list[Any]:
    """The rules less one right."""
    left = [
        {**rule, "verbs": [each for each in rule["verbs"] if resource not in rule["resources"] or each != verb]}
        for rule in rules
    ]
    return [rule for rule in left if rule["verbs"]]


def warned(run: Run, words: str) -> bool:
    return any(words in str(text).replace("\\'", "'") for text in run.result.get("warnings", []))


def test_the_documented_role_is_enough(space: Space) -> None:
    rules = documented_rules("statefulset-scale")
    space.statefulset("least", 1, volumes=("data",))
    run = space.scale(name="least", replicas=2, **account(space.api, space.kubeconfig, space.name, "least", rules)).ok()
    assert run.result["changed"] and warned(run, "persistentvolumes")
    assert "Secret" not in str(run.result)


@pytest.mark.parametrize(
    ("resource", "verb", "reason"),
    [("statefulsets/scale", "patch", "forbidden"), ("statefulsets", "list", "forbidden"), ("pods", "list", ""),
     ("pods", "watch", ""), ("statefulsets", "watch", ""), ("persistentvolumeclaims", "list", "")],
)  # fmt: skip
def test_a_right_is_missing(space: Space, resource: str, verb: str, reason: str) -> None:
    name = f"no-{verb}-{resource.replace('/', '-')}"
    space.statefulset(name, 1, ready=False)
    who = account(
        space.api, space.kubeconfig, space.name, name, without(documented_rules("statefulset-scale"), resource, verb)
    )
    run = space.scale(name=name, replicas=2, **who)
    if reason:
        run.failed(reason)
        assert f"the verb '{verb}' on '{resource}'" in run.msg and space.replicas(name) == 1
        assert not run.result.get("changed")
        return
    assert run.ok().result["changed"] and space.ready(name) == 2
    if resource != "persistentvolumeclaims":
        assert warned(run, f"'{verb}' on '{resource}'")


def test_deleting_claims_needs_the_right_before_the_scale(space: Space) -> None:
    space.statefulset("keep", 2, volumes=("data",))
    who = account(space.api, space.kubeconfig, space.name, "keep", documented_rules("statefulset-scale"))
    run = space.scale(name="keep", replicas=1, pvc="delete_removed", **who).failed("forbidden")
    assert "delete" in run.msg and space.replicas("keep") == 2


def test_a_token_that_is_not_valid(space: Space) -> None:
    who = {"host": space.api.host, "api_key": "not-a-token-of-anybody", "validate_certs": False, "kubeconfig": None}
    run = space.scale(name="x", replicas=1, **who).failed("unauthorized")
    assert "not-a-token-of-anybody" not in str(run.result)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "Invalid kube-config"), ("a: [b\nc: {", "not valid YAML at line 2"), ("words", "not have the form of")],
)  # fmt: skip
def test_a_kubeconfig_that_is_none(tmp_path: pathlib.Path, content: str | None, words: str) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    run = Running({"kubeconfig": str(path), "namespace": "x", "name": "x", "replicas": 1}).end().failed("unreachable")
    assert words in run.msg and "given kubeconfig cannot be used" in run.msg


def test_check_mode_asks_the_server(space: Space) -> None:
    space.statefulset("try", 1)
    who = account(
        space.api,
        space.kubeconfig,
        space.name,
        "try",
        without(documented_rules("statefulset-scale"), "statefulsets/scale", "patch"),
    )
    space.check(name="try", replicas=2, **who).failed("forbidden")
    fine = space.check(name="try", replicas=2).ok()
    assert fine.result["changed"] and space.replicas("try") == 1
    assert fine.result["diff"]["after"].count("try-") == 2
