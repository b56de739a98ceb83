# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's package, a control plane to give it, and a cluster in memory."""

from __future__ import annotations

import base64
import copy
import pathlib
import sys
from typing import Any

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "lab" / "roles" / "kubernetes" / "files"))

from standin import cluster as real  # noqa: E402
from standin.__main__ import reconcile  # noqa: E402
from standin.context import Context  # noqa: E402
from standin.settings import Settings, Switches  # noqa: E402

RBD = "[DEFAULT]\nenabled_backends=hub:rbd,far:rbd\n[glance_store]\ndefault_backend=hub\n"
FAR = "[DEFAULT]\nenabled_backends=far:rbd,hub:rbd\n[glance_store]\ndefault_backend=far\n"


def plane(**template: Any) -> dict[str, Any]:
    """A control plane with a split hub and an edge, as the API server would keep it."""
    apis = {
        "hub": {"type": "split", "replicas": 1, "customServiceConfig": RBD},
        "far": {"type": "edge", "replicas": 2, "customServiceConfig": FAR},
    }
    common = {
        "databaseInstance": "openstack",
        "secret": "osp-secret",
        "imageCache": {"size": ""},
        "keystoneEndpoint": "hub",
        "memcachedInstance": "memcached",
        "storage": {"storageRequest": "10G", "external": False},
        "dbPurge": {"age": 30, "schedule": "1 0 * * *"},
        "glanceAPIs": apis,
    }
    return {
        "apiVersion": real.CONTROL_PLANES.api_version,
        "kind": "OpenStackControlPlane",
        "metadata": {"name": "openstack", "namespace": "ns", "uid": "abcde-1", "generation": 1},
        "spec": {
            "secret": "osp-secret",
            "storageClass": "local",
            "glance": {"enabled": True, "template": {**common, **template}},
        },
    }


class MemoryCluster:
    """What the stand-in asks of a cluster, kept in memory; ``writes`` tells what it wrote."""

    namespace = "ns"

    def __init__(self) -> None:
        self.store = real.Store()
        self.writes: list[str] = []
        self.refuse: dict[str, real.ApiError] = {}
        # What there is, and the copy does not know yet.
        self.jobs_end = "succeeded"
        self.unseen: dict[tuple[str, str], dict[str, Any]] = {}
        self._number = 0

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def seed(self, kind: real.Kind, obj: dict[str, Any]) -> dict[str, Any]:
        """An object as somebody else made it."""
        metadata = {
            "namespace": self.namespace,
            "uid": f"uid-{self.next_number()}",
            "generation": 1,
            **obj["metadata"],
            "resourceVersion": str(self.next_number()),
        }
        self.store.put(kind, copy.deepcopy({**obj, "metadata": metadata}))
        return self.get(kind, obj["metadata"]["name"])

    def get(self, kind: real.Kind, name: str) -> Any:
        return copy.deepcopy(self.unseen.get((kind.plural, name)) or self.store.get(kind, name))

    def create(self, kind: real.Kind, obj: dict[str, Any]) -> dict[str, Any]:
        if kind.kind in self.refuse:
            raise self.refuse[kind.kind]
        self.writes.append(f"create {kind.kind} {obj['metadata']['name']}")
        return self.seed(kind, obj)

    def replace(self, kind: real.Kind, obj: dict[str, Any], subresource: str = "", manager: str = "") -> dict[str, Any]:
        name = obj["metadata"]["name"]
        self.writes.append(f"update{subresource} {kind.kind} {name}")
        current = self.get(kind, name)
        if obj["metadata"]["resourceVersion"] != current["metadata"]["resourceVersion"]:
            raise real.ApiError(409, "Conflict", "the object has been modified")
        new = {**current, "status": obj["status"]} if subresource else {**obj}
        if not subresource and obj.get("spec") != current.get("spec"):
            new["metadata"] = {**obj["metadata"], "generation": current["metadata"]["generation"] + 1}
        return self.seed(kind, new)

    def delete(self, kind: real.Kind, obj: dict[str, Any]) -> None:
        """With all that it owns, as the garbage collector would."""
        if f"delete {kind.kind}" in self.refuse:
            raise self.refuse[f"delete {kind.kind}"]
        self.writes.append(f"delete {kind.kind} {obj['metadata']['name']}")
        self.unseen.pop((kind.plural, obj["metadata"]["name"]), None)
        self.forget(kind, obj)

    def release(self, kind: real.Kind, obj: dict[str, Any]) -> None:
        """Without its finalizer an object that is being deleted goes at once."""
        self.writes.append(f"release {kind.kind} {obj['metadata']['name']}")
        self.forget(kind, real.without_finalizer(obj))

    def forget(self, kind: real.Kind, obj: dict[str, Any]) -> None:
        """Delete an object; a finalizer only marks it."""
        if obj["metadata"].get("finalizers"):
            marked = {**obj, "metadata": {**obj["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}
            self.seed(kind, marked)
            return
        self.store.drop(kind, obj["metadata"]["name"], obj["metadata"]["uid"])
        for below in real.WATCHED:
            for other in self.store.list(below):
                if any(
                    owner["uid"] == obj["metadata"]["uid"] for owner in other["metadata"].get("ownerReferences", [])
                ):
                    self.forget(below, other)

    def edit(self, kind: real.Kind, name: str, **spec: Any) -> dict[str, Any]:
        """Somebody changes fields of a specification."""
        obj = self.get(kind, name)
        obj["spec"] = {**obj["spec"], **spec}
        obj["metadata"]["generation"] += 1
        return self.seed(kind, obj)

    def run_pods(self) -> None:
        """Every StatefulSet has what it asks for."""
        for obj in self.store.list(real.STATEFUL_SETS):
            status = {"observedGeneration": obj["metadata"]["generation"], "readyReplicas": obj["spec"]["replicas"]}
            self.seed(real.STATEFUL_SETS, {**copy.deepcopy(obj), "status": status})

    def run_jobs(self) -> None:
        """Every Job has ended."""
        for obj in self.store.list(real.JOBS):
            if not obj.get("status"):
                self.seed(real.JOBS, {**copy.deepcopy(obj), "status": {self.jobs_end: 1}})


class Rig:
    """The stand-in with a cluster in memory."""

    def __init__(self, **switches: Any) -> None:
        self.cluster = MemoryCluster()
        self.context = Context(self.cluster, Settings(), Switches(**{"lag": 0.0, **switches}))
        for name, key, text in (
            ("osp-secret", "GlancePassword", "s3rv"),
            ("glance-db-secret", "DatabasePassword", "d4ta"),
        ):
            data = {key: base64.b64encode(text.encode()).decode()}
            self.cluster.seed(real.SECRETS, {"metadata": {"name": name}, "data": data})

    def settle(self, pods: bool = True) -> list[str]:
        """Look until nothing is written any more; what was written."""
        before = len(self.cluster.writes)
        for _round in range(20):
            count = len(self.cluster.writes)
            self.cluster.run_jobs()
            if pods:
                self.cluster.run_pods()
            reconcile(self.context)
            if len(self.cluster.writes) == count:
                return self.cluster.writes[before:]
        raise AssertionError(f"never settles: {self.cluster.writes[-20:]}")

    def condition(self, kind: real.Kind, name: str, condition: str = "Ready") -> dict[str, Any]:
        found = self.cluster.get(kind, name)["status"]["conditions"]
        return next(entry for entry in found if entry["type"] == condition)

    def names(self, kind: real.Kind) -> list[str]:
        return [obj["metadata"]["name"] for obj in self.cluster.store.list(kind)]


@pytest.fixture
def rig() -> Rig:
    """A control plane whose pods are all ready."""
    found = Rig()
    found.cluster.seed(real.CONTROL_PLANES, plane())
    found.settle()
    return found


@pytest.fixture(scope="module")
def module_rig() -> Any:
    """A function that makes a control plane with such a template, all its pods ready and probed as by the operator."""

    def make(**template: Any) -> Rig:
        found = Rig(operator_probes=True)
        found.cluster.seed(real.CONTROL_PLANES, plane(**template))
        found.settle()
        return found

    return make


@pytest.fixture
def make_rig() -> type[Rig]:
    return Rig


@pytest.fixture
def make_plane() -> Any:
    return plane
