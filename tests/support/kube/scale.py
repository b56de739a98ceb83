# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets in a namespace of their own on a real cluster, and statefulset_scale run on them as a process."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import kubernetes

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.connection import KubeConnection
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    PODS,
    PVS,
    STATEFULSETS,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.tests.support.kube.resources import NAMESPACES
from ansible_collections.dcn.glance.tests.support.kube.statefulsets import statefulset
from ansible_collections.dcn.glance.tests.support.wait import until

MODULE = "ansible_collections.dcn.glance.plugins.modules.statefulset_scale"
COLLECTIONS = pathlib.Path(__file__).resolve().parents[3] / ".cache" / "collections"


def connect(kubeconfig: str, **settings: Any) -> KubeClient:
    """The administrator of the cluster, or with other settings somebody else."""
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(kubeconfig, client_configuration=configuration)
    for name, value in settings.items():
        setattr(configuration, name, value)
    return KubeClient(KubeConnection(configuration))


@dataclass
class Run:
    """A finished module."""

    rc: int
    result: dict[str, Any]
    seconds: float
    ended: float

    @property
    def msg(self) -> str:
        return str(self.result.get("msg", ""))

    @property
    def target(self) -> dict[str, Any]:
        return dict(self.result["targets"][0])

    def ok(self) -> Run:
        assert self.rc == 0, json.dumps(self.result, indent=1)[:6000]
        return self

    def failed(self, reason: str) -> Run:
        assert self.rc != 0, self.result
        assert self.result["reason"] == reason, json.dumps(self.result, indent=1)[:6000]
        return self


class Running:
    """A module that is at work."""

    def __init__(self, arguments: dict[str, Any], module: str = MODULE) -> None:
        self._begun = time.monotonic()
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump({"ANSIBLE_MODULE_ARGS": arguments}, file)
        self._file = pathlib.Path(file.name)
        env = {**os.environ, "PYTHONPATH": str(COLLECTIONS), "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", module, file.name]
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def connections(self) -> int:
        """How many it has open: one for each watch, once it waits."""
        files = pathlib.Path(f"/proc/{self._process.pid}/fd")
        with contextlib.suppress(OSError):
            return sum(os.readlink(each).startswith("socket:") for each in files.iterdir())
        return 0

    def end(self) -> Run:
        out, err = self._process.communicate(timeout=300)
        ended = time.monotonic()
        self._file.unlink()
        start = out.find("{")
        assert start >= 0, f"no result: {out}\n{err}"
        return Run(self._process.returncode, json.loads(out[start:]), ended - self._begun, ended)


class Space:
    """A namespace of a test, with what the tests do in it."""

    def __init__(self, kubeconfig: str) -> None:
        self.kubeconfig = kubeconfig
        self.api = connect(kubeconfig)
        self.name = f"t-scale-{uuid.uuid4().hex[:6]}"
        self.api.create(NAMESPACES, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name}})

    def close(self) -> None:
        """The namespace goes, and its volumes are free again."""
        self.api.delete(NAMESPACES, "", self.name)
        until("the namespace is gone", lambda: self.api.get(NAMESPACES, "", self.name) is None, 120)
        self.free_volumes()

    def free_volumes(self) -> None:
        for volume in self.api.list(PVS, "")[0]:
            claim = volume["spec"].get("claimRef") or {}
            if claim.get("namespace") == self.name and volume["status"]["phase"] == "Released":
                self.api.patch(PVS, "", volume["metadata"]["name"], {"spec": {"claimRef": None}})

    def start(self, **arguments: Any) -> Running:
        """The module with the options that all tests have in common."""
        extra = {key: arguments.pop(key) for key in list(arguments) if key.startswith("_ansible")}
        common = {"kubeconfig": self.kubeconfig, "namespace": self.name, "timeout": 90}
        return Running({**common, **arguments, **extra})

    def scale(self, **arguments: Any) -> Run:
        return self.start(**arguments).end()

    def check(self, **arguments: Any) -> Run:
        return self.scale(_ansible_check_mode=True, _ansible_diff=True, **arguments)

    def statefulset(self, name: str, replicas: int = 1, ready: bool = True, **more: Any) -> Object:
        """A set of sleeping pods, in place of what a failed try of the test left; waits for it unless told not to."""
        if self.api.get(STATEFULSETS, self.name, name) is not None:
            self.remove(name)
        self.api.create(STATEFULSETS, self.name, statefulset(name, replicas, **more))
        if ready:
            until("the pods are ready", lambda: self.ready(name) == replicas, 120)
        return self.get(name)

    def remove(self, name: str) -> None:
        """A set with its pods, also with those that a finalizer holds."""
        self.api.delete(STATEFULSETS, self.name, name)
        for pod in self.api.list(PODS, self.name, f"app={name}")[0]:
            pod_name = pod["metadata"]["name"]
            self.attempt(partial(self.api.patch, PODS, self.name, pod_name, {"metadata": {"finalizers": None}}))
        until("the set is gone", lambda: self.api.get(STATEFULSETS, self.name, name) is None)
        until("its pods are gone", lambda: not self.api.list(PODS, self.name, f"app={name}")[0])

    def get(self, name: str) -> Object:
        found = self.api.get(STATEFULSETS, self.name, name)
        assert found is not None
        return found

    def ready(self, name: str) -> int:
        return int((self.get(name).get("status") or {}).get("readyReplicas") or 0)

    def replicas(self, name: str) -> int:
        return int(self.get(name)["spec"]["replicas"])

    def attempt(self, work: Callable[[], Any]) -> Any:
        """What may be gone already."""
        try:
            return work()
        except KubeError:
            return None
