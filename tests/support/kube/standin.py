# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A namespace with a stand-in of the operators of its own, for tests on a real cluster."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

from kubernetes import client, config

from ansible_collections.dcn.glance.tests.support.wait import until

FILES = pathlib.Path(__file__).resolve().parents[3] / "lab" / "roles" / "kubernetes" / "files"
SWITCHES = "standin-switches"
CORE_GROUP = ("core.openstack.org", "v1beta1")
GLANCE_GROUP = ("glance.openstack.org", "v1beta1")


class StandIn:
    """A namespace, Glance's passwords in it, and the stand-in for it as a process; ``close`` takes all of it away."""

    def __init__(self, kubeconfig: str, namespace: str) -> None:
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        api = config.new_client_from_config(kubeconfig)
        self.core = client.CoreV1Api(api)
        self.apps = client.AppsV1Api(api)
        self.batch = client.BatchV1Api(api)
        self.custom = client.CustomObjectsApi(api)
        self._log = tempfile.NamedTemporaryFile(mode="w+", suffix=".log")  # noqa: SIM115
        self._options: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, *options: str) -> StandIn:
        """The namespace made and the stand-in at work."""
        if self.namespace not in self.namespaces():
            self.core.create_namespace({"metadata": {"name": self.namespace}})
        self._run("standin.seed")
        self._options = options
        self.start()
        return self

    def _command(self, module: str, *options: str) -> list[str]:
        where = ["--kubeconfig", self.kubeconfig, "--namespace", self.namespace]
        return [sys.executable, "-B", "-m", module, *where, *options]

    def _run(self, module: str) -> str:
        done = subprocess.run(self._command(module), cwd=FILES, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start the process; returns when it has read the namespace."""
        before = self.log().count("INFO watching")
        self._process = subprocess.Popen(
            self._command("standin", *self._options),
            cwd=FILES,
            stderr=self._log,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        until("the stand-in watches", lambda: self.log().count("INFO watching") > before, 30)

    def release(self) -> str:
        """Remove the finalizers that the stand-in would remove; returns what was said."""
        return self._run("standin.release")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def log(self) -> str:
        return pathlib.Path(self._log.name).read_text()

    def switch(self, **switches: str) -> None:
        """Tell the running stand-in how to behave; nothing: as it was started."""
        name, namespace = SWITCHES, self.namespace
        found = [known.metadata.name for known in self.core.list_namespaced_config_map(namespace).items]
        body = {"metadata": {"name": name}, "data": switches}
        if not switches and name in found:
            self.core.delete_namespaced_config_map(name, namespace)
        elif switches and name in found:
            self.core.replace_namespaced_config_map(name, namespace, body)
        elif switches:
            self.core.create_namespaced_config_map(namespace, body)
        time.sleep(0.3)

    def create(self, obj: dict[str, Any], plural: str) -> dict[str, Any]:
        group, version = obj["apiVersion"].split("/")
        obj = {**obj, "metadata": {**obj["metadata"], "namespace": self.namespace}}
        return dict(self.custom.create_namespaced_custom_object(group, version, self.namespace, plural, obj))

    def get(self, plural: str, name: str) -> dict[str, Any]:
        group = CORE_GROUP if plural.startswith("openstack") else GLANCE_GROUP
        return dict(self.custom.get_namespaced_custom_object(*group, self.namespace, plural, name))

    def list(self, plural: str) -> list[dict[str, Any]]:
        group = CORE_GROUP if plural.startswith("openstack") else GLANCE_GROUP
        return list(self.custom.list_namespaced_custom_object(*group, self.namespace, plural)["items"])

    def patch(self, plural: str, name: str, body: dict[str, Any]) -> None:
        """A merge patch."""
        group = CORE_GROUP if plural.startswith("openstack") else GLANCE_GROUP
        self.custom.patch_namespaced_custom_object(*group, self.namespace, plural, name, body)

    def stateful_set(self, name: str) -> Any:
        try:
            return self.apps.read_namespaced_stateful_set(name, self.namespace)
        except client.ApiException as problem:
            if problem.status != 404:
                raise
            return None

    def pods(self) -> list[str]:
        """The workers; pods of Jobs have other labels."""
        found = self.core.list_namespaced_pod(self.namespace, label_selector="service=glance")
        return sorted(pod.metadata.name for pod in found.items)

    def jobs(self) -> list[Any]:
        return list(self.batch.list_namespaced_job(self.namespace).items)

    def claims(self) -> list[str]:
        return sorted(
            claim.metadata.name for claim in self.core.list_namespaced_persistent_volume_claim(self.namespace).items
        )

    def wait_ready(self, *names: str, replicas: int, timeout: float = 90.0) -> None:
        """Until exactly the pods asked for are ready and no other is left."""

        def ready() -> bool:
            sets = [self.stateful_set(name) for name in names]
            counts = [(found.status.ready_replicas or 0) if found is not None else -1 for found in sets]
            wanted = sorted(f"{name}-{number}" for name in names for number in range(replicas))
            own = [pod for pod in self.pods() if pod.rsplit("-", 1)[0] in names]
            return counts == [replicas] * len(names) and own == wanted

        until(f"{names} at {replicas}: {self.log()[-1500:]}", ready, timeout)

    def close(self) -> None:
        """Everything gone, and the volumes that were used free again."""
        self.core.delete_namespace(self.namespace)
        if self._process is None or self._process.poll() is not None:
            # Nobody else removes the finalizers.
            self.release()
        until(f"namespace {self.namespace} is gone", lambda: self.namespace not in self.namespaces(), 120)
        self.stop()
        self.release_volumes()
        self._log.close()

    def namespaces(self) -> list[str]:
        return [found.metadata.name for found in self.core.list_namespace().items]

    def release_volumes(self) -> None:
        """Volumes of claims in this namespace that are gone can be claimed again; what is in them stays."""
        for volume in self.core.list_persistent_volume().items:
            claim = volume.spec.claim_ref
            if volume.status.phase == "Released" and claim is not None and claim.namespace == self.namespace:
                self.core.patch_persistent_volume(volume.metadata.name, {"spec": {"claimRef": None}})


def control_plane(apis: dict[str, Any], **template: Any) -> dict[str, Any]:
    """A control plane with nothing but Glance, every field given that the webhooks would have given."""
    first = next(iter(apis))
    return {
        "apiVersion": "/".join(CORE_GROUP),
        "kind": "OpenStackControlPlane",
        "metadata": {"name": "openstack"},
        "spec": {
            "secret": "osp-secret",
            "storageClass": "local-storage",
            "glance": {
                "template": {
                    "databaseInstance": "openstack",
                    "secret": "osp-secret",
                    "imageCache": {"size": ""},
                    "keystoneEndpoint": first,
                    "storage": {"storageRequest": "1G", "external": False},
                    "glanceAPIs": apis,
                    **template,
                }
            },
        },
    }
