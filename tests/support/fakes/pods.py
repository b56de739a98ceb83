# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers of Glance as a Kubernetes API and the pods themselves describe them."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import ExecResult
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

NAMESPACE = "openstack"
CONF = "[global]\nfsid = 6f7cbd9f-0000-4000-8000-00000000000{n}\nmon_host = 10.0.0.{n}\n"


def pod(api: str = "central", ordinal: int = 0, kind: str = "external", **changes: t.Any) -> dict:
    """A running worker. ``state``, ``restarts``, ``last``: of glance-httpd; the rest replaces what is in status."""
    owner = f"glance-{api}-{kind}-api"
    name = f"{owner}-{ordinal}"
    state = changes.pop("state", {"running": {"startedAt": "2026-01-01T00:00:00Z"}})
    names = changes.pop("containers", ["glance-log", "glance-httpd"])
    deleted = {"deletionTimestamp": "2026-01-01T00:00:00Z"} if changes.pop("deleted", False) else {}
    ready = changes.pop("ready", "running" in state)
    web = {"restartCount": changes.pop("restarts", 0), "lastState": changes.pop("last", {}), "image": "glance:1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {"service": "glance", "component": "glance-api", "glanceAPI": f"glance-{api}-{kind}"},
            "ownerReferences": [{"kind": "StatefulSet", "name": owner, "controller": True}],
            **deleted,
        },
        "spec": {
            "hostname": name,
            "subdomain": owner,
            "nodeName": "node1",
            "containers": [
                {
                    "name": each,
                    "image": "glance:1",
                    "volumeMounts": []
                    if each == "glance-log"
                    else [{"name": "glance", "mountPath": "/var/lib/glance"}],
                    "readinessProbe": {"httpGet": {"port": 9292, "scheme": changes.pop("scheme", "HTTP")}},
                }
                for each in names
            ],
            "volumes": [{"name": "glance", "persistentVolumeClaim": {"claimName": f"glance-{name}"}}],
        },
        "status": {
            "phase": "Running",
            "podIP": f"10.244.{len(api)}.{ordinal + 10}",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [
                {
                    "name": each,
                    "ready": ready,
                    "restartCount": 0,
                    "state": state,
                    **(web if each != "glance-log" else {}),
                }
                for each in names
            ],
            **changes,
        },
    }


def claim(worker: dict, phase: str = "Bound") -> dict:
    """The staging volume of a worker."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"glance-{worker['metadata']['name']}", "namespace": NAMESPACE},
        "spec": {
            "storageClassName": "local",
            "volumeName": "pv1",
            "resources": {"requests": {"storage": "10G"}},
        },
        "status": {"phase": phase, **({"capacity": {"storage": "10G"}} if phase == "Bound" else {})},
    }


def url(worker: dict) -> str:
    """The URL that the operator gives a worker."""
    spec = worker["spec"]
    return f"http://{spec['hostname']}.{spec['subdomain']}.{NAMESPACE}.svc:9292"


def conf(path: str, n: int = 1, **changes: t.Any) -> dict:
    """A conf in a pod."""
    item = {"path": path, "exists": True, "readable": True, "mode": "0440", "uid": 0, "gid": 42415, "size": 90}
    return {**item, "text": CONF.format(n=n), **changes}


def keyring(path: str, *clients: str, **changes: t.Any) -> dict:
    """A keyring in a pod."""
    item = {"path": path, "exists": True, "readable": True, "mode": "0440", "uid": 0, "gid": 42415, "size": 90}
    return {**item, "entities": dict.fromkeys(clients, "0123456789ab"), **changes}


def inspection(worker: dict, **changes: t.Any) -> dict:
    """The inspection of a healthy worker with one rbd store. ``worker_url`` and ``custom`` go to its files."""
    custom = changes.pop("custom", "")
    own = changes.pop("worker_url", url(worker))
    settings = (
        "[DEFAULT]\nenabled_backends = central:rbd\n[central]\nrbd_store_ceph_conf = /etc/ceph/central.conf\n"
        "rbd_store_user = glance.central\nrbd_store_pool = images\n" + custom
    )
    secret = "[database]\nconnection = mysql+pymysql://glance:hunter2x@db/glance\n"
    texts = {"00": secret, "01": f"[DEFAULT]\nworker_self_reference_url = {own}\n", "02": settings}
    return {
        "python": "3.11.2",
        "now": 2000.0,
        "process": {
            "pid": 1,
            "program": "glance-api",
            "arguments": [],
            "started": 1000.0,
            "uid": 42415,
            "gids": [42415],
        },
        "configuration": [
            {"path": f"/etc/glance/glance.conf.d/{number}-config.conf", "modified": 900.0, "text": text}
            for number, text in texts.items()
        ],
        "staging": {
            "path": "/var/lib/glance/os_glance_staging_store",
            "exists": True,
            "writable": True,
            "files": [],
            "count": 0,
            "used_bytes": 0,
            "free_bytes": 8 << 30,
            "size_bytes": 10 << 30,
        },
        "client_files": [
            conf("/etc/ceph/central.conf"),
            keyring("/etc/ceph/central.client.glance.central.keyring", "client.glance.central"),
        ],
        **changes,
    }


class Cluster(FakeKube):
    """Pods that answer the collection's programs: ``inspections`` by pod, ``answers`` by (pod, program)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.inspections: dict[str, t.Any] = {}
        self.sent: list[tuple[str, str, dict]] = []
        self.answers: dict[str, t.Callable[[str, dict], t.Any]] = {
            "inspect": lambda name, options: self.inspections[name],
            "reach": self._reached,
            "stop": lambda name, options: {"found": True, "stopped": True},
        }
        self.on("exec", "pods", self._program)

    def worker(self, api: str = "central", ordinal: int = 0, kind: str = "external", **changes: t.Any) -> dict:
        """Add a healthy worker with its claim; its inspection can be changed in ``inspections``."""
        made = pod(api, ordinal, kind, **changes)
        self.add(made, claim(made))
        self.inspections[made["metadata"]["name"]] = inspection(made)
        return made

    def _reached(self, name: str, options: dict) -> dict:
        address = {key[2]: body["status"]["podIP"] for key, body in self.objects.items() if key[0] == "pods"}
        return {
            "reached": [
                {"pod": p["pod"], "step": "done", "addresses": [address[p["pod"]]], "status": 200, "error": ""}
                for p in options["peers"]
            ]
        }

    def _program(self, call: t.Any) -> ExecResult | None:
        command = call.body["command"]
        if command[:2] != ["python3", "-c"]:
            return None
        assert int(command[3]) == len(call.body["stdin"])
        sent = json.loads(call.body["stdin"])
        program = sent["modules"][-1][0].rpartition(".inside.")[2]
        self.sent.append((call.name, program, sent["options"]))
        answer = self.answers[program](call.name, sent["options"])
        if isinstance(answer, ExecResult):
            return answer
        return ExecResult(0, json.dumps(answer).encode(), b"")
