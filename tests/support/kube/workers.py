# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real Glance workers of site dcn0 in pods, with the lab's Keystone, database and Ceph; and modules run on them."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.wait import until

ROOT = pathlib.Path(__file__).resolve().parents[3]
SITE = "dcn0"
SET = f"glance-{SITE}-edge-api"
SECRET = f"ceph-conf-files-{SITE}"
CLUSTERS = ("dcn0", "central")
# A client of these tests' own: those of the sites may come and go meanwhile.
USER = "glance.t-pods"
FILES = tuple(f"{cluster}.{end}" for cluster in CLUSTERS for end in ("conf", f"client.{USER}.keyring"))
STAGING = "/var/lib/glance/os_glance_staging_store"
CONFIG = f"""\
[DEFAULT]
enabled_backends = dcn0:rbd,central:rbd
enabled_import_methods = [glance-direct,web-download,copy-image]
[glance_store]
default_backend = dcn0
[dcn0]
rbd_store_pool = images
rbd_store_user = {USER}
rbd_store_ceph_conf = /etc/ceph/dcn0.conf
[central]
rbd_store_pool = images
rbd_store_user = {USER}
rbd_store_ceph_conf = /etc/ceph/central.conf
"""
MOUNT = {
    "extraVolType": "Ceph",
    "propagation": [SITE],
    "volumes": [{"name": "ceph", "secret": {"secretName": SECRET}}],
    "mounts": [{"name": "ceph", "mountPath": "/etc/ceph", "readOnly": True}],
}
SHARED = "http://glance-dcn0-internal.{namespace}.svc:9292"


@dataclass(frozen=True)
class Done:
    """A finished module: its result and its complete output."""

    result: dict[str, Any]
    output: str

    @property
    def msg(self) -> str:
        return str(self.result.get("msg", ""))

    def ok(self) -> dict[str, Any]:
        assert not self.result.get("failed"), json.dumps(self.result, indent=1)[:6000]
        return self.result

    def failed(self) -> dict[str, Any]:
        assert self.result.get("failed"), json.dumps(self.result, indent=1)[:6000]
        return self.result


def host(*command: str) -> bytes:
    """The output of a command in the hub's container or another one: host("central", "cat", ...)."""
    return subprocess.run(["podman", "exec", *command], capture_output=True, check=True, timeout=60).stdout


def ceph_files() -> dict[str, bytes]:
    """Conf and keyring of each cluster, with the capabilities that a Glance has."""
    found = {}
    for cluster in CLUSTERS:
        rights = ("mon", "profile rbd", "mgr", "profile rbd pool=images", "osd", "profile rbd pool=images")
        found[f"{cluster}.conf"] = host(cluster, "ceph", "config", "generate-minimal-conf")
        keyring = host(cluster, "ceph", "auth", "get-or-create", f"client.{USER}", *rights)
        found[f"{cluster}.client.{USER}.keyring"] = keyring
    return found


class Workers(StandIn):
    """The workers; ``open`` creates them, ``close`` removes everything."""

    def open(self, *options: str) -> Workers:
        super().open(*options)
        data = {name: base64.b64encode(content).decode() for name, content in ceph_files().items()}
        self.core.create_namespaced_secret(self.namespace, {"metadata": {"name": SECRET}, "data": data})
        edge = {"type": "edge", "replicas": 2, "customServiceConfig": CONFIG}
        hub = {"type": "split", "replicas": 0, "customServiceConfig": CONFIG}
        mounts = [{"name": "dcn-glance", "region": "r1", "extraVol": [MOUNT]}]
        self.create(control_plane({"central": hub, SITE: edge}, extraMounts=mounts), "openstackcontrolplanes")
        self.wait_ready(SET, replicas=2, timeout=180)
        return self

    def close(self) -> None:
        super().close()
        for cluster in CLUSTERS:
            host(cluster, "ceph", "auth", "rm", f"client.{USER}")

    def edit(self, **template: Any) -> None:
        """Change the API with a merge patch, and wait until its pods are updated."""
        before = self.stateful_set(SET).metadata.generation
        body = {"spec": {"glance": {"template": {"glanceAPIs": {SITE: template}}}}}
        self.patch("openstackcontrolplanes", "openstack", body)
        until("the StatefulSet is changed", lambda: self.stateful_set(SET).metadata.generation > before, 30)

        def settled() -> bool:
            found = self.stateful_set(SET)
            status, replicas = found.status, found.spec.replicas
            return (
                status.observed_generation == found.metadata.generation
                and status.current_revision == status.update_revision
                and (status.ready_replicas or 0) == replicas == len(self.workers())
            )

        until("the pods are updated", settled, 180)

    def workers(self) -> list[str]:
        """Names of the pods of the API."""
        return [name for name in self.pods() if name.startswith(f"{SET}-")]

    def module(self, name: str, *, check: bool = False, **options: Any) -> Done:
        """Run a module of the collection as a process."""
        process = self.begin(name, check=check, **options)
        try:
            stdout, stderr = process.communicate(timeout=400)
        finally:
            process.kill()
        assert stdout.strip(), stderr.decode()[-4000:]
        return Done(json.loads(stdout), (stdout + stderr).decode())

    def begin(self, name: str, *, check: bool = False, **options: Any) -> subprocess.Popen[bytes]:
        """The same, only started."""
        arguments = {"namespace": self.namespace, "kubeconfig": self.kubeconfig, **options}
        data = {"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": check}}
        env = {**os.environ, "PYTHONPATH": str(ROOT / ".cache" / "collections"), "no_proxy": "*"}
        command = [sys.executable, "-m", f"ansible_collections.dcn.glance.plugins.modules.{name}"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env)
        assert process.stdin is not None
        process.stdin.write(json.dumps(data).encode())
        process.stdin.close()
        process.stdin = None
        return process

    def ansible(self, name: str, **options: Any) -> str:
        """Run a module through Ansible with the most verbose output; returns all output."""
        env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
        env["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".cache" / "collections")
        arguments = json.dumps({"namespace": self.namespace, "kubeconfig": self.kubeconfig, **options})
        program = str(pathlib.Path(sys.executable).with_name("ansible"))
        command = [program, "localhost", "-vvvvv", "-m", f"dcn.glance.{name}", "-a", arguments]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=400)
        return done.stdout + done.stderr

    def run(self, *command: str) -> list[str]:
        """Run a command in each worker; the output of each."""
        done = self.module("glance_pod_exec", command=list(command), read_only=True).ok()
        return [item["stdout"] for item in done["results"]]

    def secrets(self) -> set[str]:
        """The passwords and keys that no output may contain."""
        found = set()
        for name in ("osp-secret", "glance-db-secret", SECRET):
            data = self.core.read_namespaced_secret(name, self.namespace).data
            texts = {key: base64.b64decode(value).decode() for key, value in data.items()}
            for key, text in texts.items():
                if key.endswith(".keyring"):
                    found.add(text.partition("key = ")[2].split()[0])
                elif not key.endswith(".conf"):
                    found.add(text)
        return found


def other_pod(name: str, **container: object) -> dict:
    """A StatefulSet with the labels of an API that no control plane manages."""
    labels = {"service": "glance", "glanceAPI": f"glance-{name}-edge"}
    each = {"name": "glance-httpd", "image": "localhost/dcn-glance-pod:lab", "imagePullPolicy": "Never", **container}
    spec = {"terminationGracePeriodSeconds": 0, "containers": [each]}
    return {
        "metadata": {"name": f"x-{name}", "labels": labels},
        "spec": {
            "serviceName": f"x-{name}",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def account() -> dict[str, str]:
    """The administrator of the lab, with the URL of Keystone that pods can resolve."""
    return json.loads(host("central", "cat", "/etc/openstack/clouds.yaml"))["clouds"]["dcn"]["auth"]


def rules(result: dict) -> set[tuple[str, str]]:
    return {(item["pod"], item["rule"]) for item in result["problems"]}
