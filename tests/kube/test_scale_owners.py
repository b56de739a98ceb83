# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale: owners of kinds that nobody knows, and accounts that may do little."""

from __future__ import annotations

import pathlib
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CRDS, STATEFULSETS, Object, Resource
from ansible_collections.dcn.glance.tests.support.kube.accounts import account, documented_rules
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Running, Space, connect, until
from ansible_collections.dcn.glance.tests.support.kube.statefulsets import controller_reference


@pytest.fixture(scope="module")
def space(kubeconfig: str) -> Iterator[Space]:
    space = Space(kubeconfig)
    yield space
    space.close()


def definition(group: str, plural: str, kind: str, field: str) -> Object:
    """A kind whose scale, if it has one, is kept in that field."""
    number = {"type": "object", "properties": {field or "replicas": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"spec": number, "status": number}}
    version: Object = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    if field:
        paths = {"specReplicasPath": f".spec.{field}", "statusReplicasPath": f".status.{field}"}
        version["subresources"] = {"status": {}, "scale": paths}
    names = {"plural": plural, "singular": kind.lower(), "kind": kind}
    spec = {"group": group, "names": names, "scope": "Namespaced", "versions": [version]}
    metadata = {"name": f"{plural}.{group}"}
    return {"apiVersion": CRDS.api_version, "kind": CRDS.kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def kinds(space: Space) -> Iterator[dict[str, Resource]]:
    """Two kinds with a scale subresource, one of them with a field of its own for it, and one without."""
    group = f"{uuid.uuid4().hex[:6]}.dcn.example"
    fields = {"Scaled": "replicas", "Sized": "size", "Plain": ""}
    made = {kind: Resource(group, "v1", f"{kind.lower()}s", kind) for kind in fields}
    for kind, resource in made.items():
        space.api.create(CRDS, "", definition(group, resource.plural, kind, fields[kind]))
    for resource in made.values():
        until(lambda resource=resource: space.attempt(lambda: space.api.list(resource, space.name)))
    yield made
    for resource in made.values():
        space.api.delete(CRDS, "", f"{resource.plural}.{group}")


def owner(space: Space, resource: Resource, name: str, above: Object | None = None, **spec: int) -> Object:
    metadata: Object = {"name": name}
    if above:
        metadata["ownerReferences"] = [controller_reference(above)]
    body = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, "spec": spec}
    return space.api.create(resource, space.name, body)


class Operator(threading.Thread):
    """Copies the number of an owner to its set."""

    def __init__(self, space: Space, resource: Resource, name: str, field: str = "replicas") -> None:
        super().__init__(daemon=True)
        self._field = field
        self._api, self._space, self._resource, self._name = connect(space.kubeconfig), space.name, resource, name
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.2):
            body = self._api.get(self._resource, self._space, self._name)
            stateful = self._api.get(STATEFULSETS, self._space, self._name)
            if body and stateful and stateful["spec"]["replicas"] != body["spec"][self._field]:
                wanted = {"spec": {"replicas": body["spec"][self._field]}}
                self._api.patch(STATEFULSETS, self._space, self._name, wanted)


def test_s06_an_owner_that_cannot_be_scaled(space: Space, kinds: dict[str, Resource]) -> None:
    space.statefulset("plain", 1, owner=owner(space, kinds["Plain"], "plain", replicas=1))
    before = space.get("plain")["metadata"]["generation"]
    run = space.scale(name="plain", replicas=2).failed("owner_managed")
    assert "Plain plain" in run.msg and space.get("plain")["metadata"]["generation"] == before
    forced = space.scale(name="plain", replicas=2, via="scale").ok()
    assert any("may set the number back" in str(text) for text in forced.result["warnings"])


def test_s07_an_owner_with_a_scale(space: Space, kinds: dict[str, Resource]) -> None:
    space.statefulset("scaled", 1, owner=owner(space, kinds["Scaled"], "scaled", replicas=1))
    operator = Operator(space, kinds["Scaled"], "scaled")
    operator.start()
    run = space.scale(name="scaled", replicas=2).ok()
    assert run.target["scaled_via"] == {"kind": "Scaled", "name": "scaled", "path": "scale"}
    assert run.target["replicas_before"] == 1 and run.result["calls"] <= 10
    assert not space.scale(name="scaled", replicas=2).ok().result["changed"]
    zero = space.scale(name="scaled", replicas=0).ok()
    assert zero.target["pods"] == [] and space.scale(name="scaled", replicas=1).ok().target["replicas_before"] == 0
    operator.ended.set()
    operator.join()


def test_an_owner_with_a_field_of_its_own_and_an_owner_above(space: Space, kinds: dict[str, Resource]) -> None:
    top = owner(space, kinds["Plain"], "top")
    space.statefulset("sized", 1, owner=owner(space, kinds["Sized"], "sized", top, size=1))
    operator = Operator(space, kinds["Sized"], "sized", "size")
    operator.start()
    run = space.scale(name="sized", replicas=2).ok()
    assert run.target["owners"] == ["Sized sized", "Plain top"] and run.target["replicas_before"] == 1
    assert warned(run, "managed by Plain top") and run.result["calls"] <= 10
    before = space.api.get(kinds["Sized"], space.name, "sized")
    assert not space.scale(name="sized", replicas=2).ok().result["changed"]
    assert space.api.get(kinds["Sized"], space.name, "sized") == before
    operator.ended.set()
    operator.join()


def test_set_back_in_the_owner_whose_operator_is_away(space: Space, kinds: dict[str, Resource]) -> None:
    space.statefulset("lazy", 1, owner=owner(space, kinds["Sized"], "lazy", size=1))
    at_work = space.start(name="lazy", replicas=3, timeout=4)
    until(lambda: (space.api.get(kinds["Sized"], space.name, "lazy") or {})["spec"]["size"] == 3)
    space.api.patch(kinds["Sized"], space.name, "lazy", {"spec": {"size": 1}})
    assert "was set to 1 while 3" in at_work.end().failed("reverted").msg
    at_work = space.start(name="lazy", replicas=2)
    until(lambda: (space.api.get(kinds["Sized"], space.name, "lazy") or {})["spec"]["size"] == 2)
    space.api.delete(kinds["Sized"], space.name, "lazy")
    assert "Sized" in at_work.end().failed("deleted").msg


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
def test_s17_a_right_is_missing(space: Space, resource: str, verb: str, reason: str) -> None:
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
    [(None, "Invalid kube-config"), ("a: [b\nc: {", "not valid YAML at line 2"), ("words", "not the form of")],
)  # fmt: skip
def test_a_kubeconfig_that_is_none(tmp_path: pathlib.Path, content: str | None, words: str) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    run = Running({"kubeconfig": str(path), "namespace": "x", "name": "x", "replicas": 1}).end().failed("unreachable")
    assert words in run.msg and "kubeconfig given cannot be used" in run.msg


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
