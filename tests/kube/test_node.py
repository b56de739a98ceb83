# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node that kube_up starts: what pods need of it, that it heals, and that a second kube_up changes nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = Path("/var/lib/dcn-glance-kube")
FILES = ROOT / "lab" / "roles" / "kubernetes" / "files"
NAMESPACE = "t-kube-lab"
IMAGE = "localhost/dcn-glance-pod:lab"


def run(*command: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=900, check=False)
    if check:
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


def kubectl(*arguments: str, stdin: str = "", check: bool = True) -> str:
    command = [str(NODE / "bin" / "kubectl"), f"--kubeconfig={NODE / 'admin.kubeconfig'}", *arguments]
    return run(*command, stdin=stdin, check=check).stdout


def get(*arguments: str) -> Any:
    return json.loads(kubectl("get", "--output=json", *arguments))


def inside(pod: str, *command: str, check: bool = True) -> str:
    return kubectl("exec", f"--namespace={NAMESPACE}", pod, "--", *command, check=check)


def kube_up(*arguments: str) -> tuple[str, int]:
    """The output, and how many tasks changed something."""
    playbook = str(Path(sys.executable).with_name("ansible-playbook"))
    output = run(playbook, "-i", "inventories/kube_lab", "dcn.glance_lab.kube_up", *arguments).stdout
    found = re.search(r"localhost +: ok=\d+ +changed=(\d+)", output)
    assert found, output
    return output, int(found.group(1))


def processes() -> dict[str, int]:
    lines = run(sys.executable, str(FILES / "node.py"), str(NODE), "status").stdout.splitlines()
    found = [re.fullmatch(r"(\S+) +runs, process (\d+)", line) for line in lines]
    assert all(found), lines
    return {match[1]: int(match[2]) for match in found if match}


def eventually(what: str, check: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)


@pytest.fixture(scope="module", autouse=True)
def own_node() -> None:
    if os.environ.get("KUBECONFIG", str(NODE / "admin.kubeconfig")) != str(NODE / "admin.kubeconfig"):
        pytest.skip("KUBECONFIG names a cluster that kube_up did not start")
    if not (NODE / "admin.kubeconfig").exists():
        pytest.fail(f"there is no {NODE}/admin.kubeconfig: make kube-up starts a node")


def service(name: str, **spec: Any) -> dict[str, Any]:
    ports = [{"port": 9292}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"selector": {"app": "web"}, "ports": ports, **spec},
    }


def stateful_set() -> dict[str, Any]:
    container = {
        "name": "web",
        "image": IMAGE,
        "command": ["python3", "-m", "http.server", "9292", "--directory", "/var/lib/glance"],
        "readinessProbe": {"httpGet": {"port": 9292}, "periodSeconds": 1},
        "volumeMounts": [{"name": "glance", "mountPath": "/var/lib/glance"}],
    }
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1G"}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {
            "serviceName": "headless",
            "replicas": 2,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "terminationGracePeriodSeconds": 0,
                    "securityContext": {"runAsUser": 42415, "runAsGroup": 42415, "runAsNonRoot": True},
                    "containers": [container],
                },
            },
            "volumeClaimTemplates": [
                {"metadata": {"name": "glance"}, "spec": {**claim, "storageClassName": "local-storage"}}
            ],
        },
    }


@pytest.fixture(scope="module")
def pods(own_node: None) -> Iterator[list[str]]:
    """Two pods with a volume each, behind a headless service and an ordinary one."""
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    kubectl("create", "namespace", NAMESPACE)
    objects = [service("headless", clusterIP="None"), service("plain"), stateful_set()]
    kubectl("create", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    try:
        kubectl("rollout", "status", f"--namespace={NAMESPACE}", "statefulset/web", "--timeout=90s")
        yield ["web-0", "web-1"]
    finally:
        kubectl("delete", "namespace", NAMESPACE)


def test_versions_of_server_and_node_are_told() -> None:
    assert json.loads(kubectl("get", "--raw=/version"))["gitVersion"].startswith("v1.34.")
    nodes = get("nodes")["items"]
    assert [node["status"]["nodeInfo"]["kubeletVersion"][:6] for node in nodes] == ["v1.34."]


def test_each_claim_is_bound_to_a_volume_that_the_pod_can_write(pods: list[str]) -> None:
    claims = get("persistentvolumeclaims", f"--namespace={NAMESPACE}")["items"]
    assert {claim["metadata"]["name"]: claim["status"]["phase"] for claim in claims} == {
        "glance-web-0": "Bound",
        "glance-web-1": "Bound",
    }
    for pod in pods:
        inside(pod, "touch", f"/var/lib/glance/{pod}")
        assert {"web-0", "web-1"} & set(inside(pod, "ls", "/var/lib/glance").split()) == {pod}
        assert inside(pod, "id", "-u").strip() == "42415"


def test_the_status_of_a_command_in_a_pod_comes_back(pods: list[str]) -> None:
    command = [str(NODE / "bin" / "kubectl"), f"--kubeconfig={NODE / 'admin.kubeconfig'}", "exec", "-i"]
    done = run(*command, f"--namespace={NAMESPACE}", pods[0], "--", "sh", "-c", "cat; exit 7", stdin="in", check=False)
    assert (done.returncode, done.stdout) == (7, "in")


def test_a_pod_reaches_another_by_its_name_and_both_by_the_service(pods: list[str]) -> None:
    for name in (f"web-1.headless.{NAMESPACE}.svc", f"web-1.headless.{NAMESPACE}.svc.cluster.local", "web-1.headless"):
        assert (
            inside(pods[0], "curl", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", f"http://{name}:9292/")
            == "200"
        )
    address = get("pod", pods[1], f"--namespace={NAMESPACE}")["status"]["podIP"]
    assert inside(pods[0], "getent", "hosts", f"web-1.headless.{NAMESPACE}.svc").split()[0] == address
    url = f"http://plain.{NAMESPACE}.svc:9292/"
    # The rules for a new service take a moment.
    eventually(
        url,
        lambda: (
            inside(pods[0], "curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", url, check=False) == "200"
        ),
    )


def test_a_pod_reaches_keystone_by_the_name_it_has_in_the_lab(pods: list[str]) -> None:
    answer = json.loads(inside(pods[0], "curl", "-sS", "-m", "10", "http://central:5000/v3"))
    assert answer["version"]["id"].startswith("v3")


def test_a_volume_whose_claim_is_gone_is_emptied_and_offered_again(pods: list[str]) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "alone", "namespace": NAMESPACE},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "local-storage",
            "resources": {"requests": {"storage": "1G"}},
        },
    }
    kubectl("create", "--filename=-", stdin=json.dumps(claim))
    name = eventually(
        "the claim has a volume",
        lambda: get("persistentvolumeclaim", "alone", f"--namespace={NAMESPACE}")["spec"].get("volumeName"),
    )
    place = Path(get("persistentvolume", name)["spec"]["hostPath"]["path"])
    (place / "staged").mkdir()
    (place / "staged" / "image").write_text("left over")
    kubectl("delete", "persistentvolumeclaim", "alone", f"--namespace={NAMESPACE}")
    eventually("the volume is released", lambda: get("persistentvolume", name)["status"]["phase"] == "Released")
    assert (place / "staged" / "image").exists()

    run(sys.executable, str(FILES / "volumes.py"), str(NODE))

    eventually("the volume is available", lambda: get("persistentvolume", name)["status"]["phase"] == "Available")
    assert list(place.iterdir()) == []
    assert (place.stat().st_uid, place.stat().st_gid) == (42415, 42415)


def test_the_supervisor_restarts_what_was_killed(pods: list[str]) -> None:
    before = processes()
    os.kill(before["kube-scheduler"], signal.SIGKILL)
    eventually(
        "a new scheduler",
        lambda: set(before) == set(status()) and status()["kube-scheduler"] != before["kube-scheduler"],
    )
    after = processes()
    assert {name for name in after if after[name] != before[name]} == {"kube-scheduler"}


def status() -> dict[str, int]:
    try:
        return processes()
    except AssertionError:
        return {}


def written() -> list[list[str]]:
    """Versions of what kube_up writes and nobody else does."""
    queries = ["customresourcedefinitions"], ["namespace/openstack", "storageclass/local-storage"]
    return [sorted(kubectl("get", *query, "--output=jsonpath={..resourceVersion}").split()) for query in queries]


def test_kube_up_heals_and_then_changes_nothing(pods: list[str]) -> None:
    run(sys.executable, str(FILES / "volumes.py"), str(NODE))
    before = processes()
    for name in ("supervisor", "coredns"):
        os.kill(before[name], signal.SIGKILL)
    kube_up()
    healed = processes()
    # The stand-in starts anew, too, where its code was edited since it was started.
    assert {name for name in healed if healed[name] != before[name]} - {"standin"} == {"supervisor", "coredns"}

    versions = written()
    workers = get("pods", f"--namespace={NAMESPACE}")["items"]
    output, changed = kube_up()
    assert changed == 0, output
    assert processes() == healed
    assert written() == versions
    assert [pod["metadata"]["uid"] for pod in get("pods", f"--namespace={NAMESPACE}")["items"]] == [
        pod["metadata"]["uid"] for pod in workers
    ]
