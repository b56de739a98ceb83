# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own reduced definitions, in an API server of their own: the cluster may have the real ones."""

from __future__ import annotations

import json
import os
import pathlib
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from kubernetes import client, config

from ansible_collections.dcn.glance.tests.support.kube.standin import CORE_GROUP, FILES, StandIn, control_plane
from ansible_collections.dcn.glance.tests.support.wait import until

TOKEN = "only-for-this-test"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def programs(kubeconfig: str) -> pathlib.Path:
    """Where etcd and kube-apiserver are: with the node's, else where KUBEBUILDER_ASSETS says."""
    for place in (pathlib.Path(kubeconfig).parent / "bin", pathlib.Path(os.environ.get("KUBEBUILDER_ASSETS", "/none"))):
        if (place / "kube-apiserver").exists() and (place / "etcd").exists():
            return place
    pytest.skip("no kube-apiserver and etcd beside the kubeconfig or in KUBEBUILDER_ASSETS")


def commands(place: pathlib.Path, home: pathlib.Path, port: int) -> tuple[list[str], list[str]]:
    store, peer = (f"http://127.0.0.1:{free_port()}" for _port in range(2))
    etcd = [
        str(place / "etcd"),
        f"--data-dir={home / 'etcd'}",
        f"--listen-client-urls={store}",
        f"--advertise-client-urls={store}",
        f"--listen-peer-urls={peer}",
        "--unsafe-no-fsync",
    ]
    server = [
        str(place / "kube-apiserver"),
        f"--etcd-servers={store}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        f"--cert-dir={home / 'certificates'}",
        "--service-account-issuer=https://test",
        f"--service-account-key-file={home / 'key'}",
        f"--service-account-signing-key-file={home / 'key'}",
        f"--token-auth-file={home / 'tokens'}",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--disable-admission-plugins=ServiceAccount",
    ]
    return etcd, server


def write_kubeconfig(home: pathlib.Path, port: int) -> str:
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority": str(home / "certificates" / "apiserver.crt"),
    }
    data = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
    }
    path = home / "kubeconfig"
    path.write_text(json.dumps(data))
    return str(path)


@pytest.fixture(scope="module")
def server(kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The kubeconfig of an API server that knows the reduced definitions."""
    place, home, port = programs(kubeconfig), tmp_path_factory.mktemp("server"), free_port()
    (home / "tokens").write_text(f'{TOKEN},admin,admin,"system:masters"\n')
    subprocess.run(["openssl", "genrsa", "-out", str(home / "key"), "2048"], check=True, capture_output=True)
    processes = []
    try:
        for name, command in zip(("etcd", "apiserver"), commands(place, home, port)):
            with (home / f"{name}.log").open("wb") as log:
                processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        until("the certificate is there", (home / "certificates" / "apiserver.crt").exists, 30)
        path = write_kubeconfig(home, port)
        api = config.new_client_from_config(path)
        until("the API server answers", lambda: answers(api), 60)
        definitions = client.ApiextensionsV1Api(api)
        for file in sorted((FILES / "crds").glob("*.yaml")):
            definitions.create_custom_resource_definition(yaml.safe_load(file.read_text()))
        until("the definitions are served", lambda: served(api), 30)
        yield path
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def answers(api: client.ApiClient) -> bool:
    try:
        client.CoreV1Api(api).list_namespace(_request_timeout=2)
    except Exception:
        return False
    return True


def served(api: client.ApiClient) -> bool:
    found = client.ApiextensionsV1Api(api).list_custom_resource_definition().items
    return len(found) == 4 and all(
        any(state.type == "Established" and state.status == "True" for state in entry.status.conditions or [])
        for entry in found
    )


@pytest.fixture(scope="module")
def standin(server: str) -> Iterator[StandIn]:
    found = StandIn(server, "t-reduced").open()
    keys = {"hub": {"type": "split", "replicas": 0, "customServiceConfig": "enabled_backends=a:rbd\n"}}
    found.create(control_plane(keys), "openstackcontrolplanes")
    end_job(found, "glance-db-sync")
    until("the StatefulSet is there", lambda: found.stateful_set("glance-hub-internal-api"))
    yield found
    # Nothing in this server ends a namespace; it goes away as a whole.
    found.stop()


def end_job(standin: StandIn, name: str) -> None:
    """Nothing in this server runs Jobs."""
    until(f"Job {name} exists", lambda: name in [job.metadata.name for job in standin.jobs()])
    standin.batch.patch_namespaced_job_status(name, standin.namespace, {"status": {"succeeded": 1}})


def test_every_level_is_accepted_as_it_is_written(standin: StandIn) -> None:
    glance = standin.get("glances", "glance")
    assert glance["spec"]["databaseAccount"] == "glance"
    assert glance["spec"]["glanceAPIs"]["hub"]["replicas"] == 0
    api = standin.get("glanceapis", "glance-hub-external")
    assert api["status"]["conditions"][0]["type"] == "Ready"
    assert api["metadata"]["annotations"]["keystoneEndpoint"] == "true"
    time.sleep(1)
    before = {plural: standin.list(plural) for plural in ("openstackcontrolplanes", "glances", "glanceapis")}
    time.sleep(2)
    assert {plural: standin.list(plural) for plural in before} == before


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"glance": {"template": {"glanceAPIs": {"hub": {"replicas": 33}}}}}, "less than or equal to 32"),
        ({"glance": {"template": {"glanceAPIs": {"hub": {"type": "both"}}}}}, "Unsupported value"),
        ({"glance": {"template": {"glanceAPIs": {"hub": {"replicaz": 1}}}}}, "unknown field"),
        ({"glance": {"template": {"glanceAPIs": {"hub": {"preserveJobs": True}}}}}, "unknown field"),
        ({"extraMounts": [{"name": "x"}]}, "Required value"),
    ],
)
def test_refused_as_by_the_real_definitions(standin: StandIn, change: dict[str, Any], word: str) -> None:
    path = "/".join(["/apis", *CORE_GROUP, "namespaces", standin.namespace, "openstackcontrolplanes", "openstack"])
    settings = standin.core.api_client.configuration
    request = urllib.request.Request(
        f"{settings.host}{path}?fieldValidation=Strict",
        method="PATCH",
        data=json.dumps({"spec": change}).encode(),
        headers={"Content-Type": "application/merge-patch+json", "Authorization": f"Bearer {TOKEN}"},
    )
    trusted = ssl.create_default_context(cafile=settings.ssl_ca_cert)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=trusted, timeout=20)
    assert word in refused.value.read().decode()


def test_other_services_keep_what_they_say(standin: StandIn) -> None:
    keystone = {"enabled": True, "template": {"any": {"thing": [1, 2]}}}
    standin.patch("openstackcontrolplanes", "openstack", {"spec": {"keystone": keystone}})
    assert standin.get("openstackcontrolplanes", "openstack")["spec"]["keystone"] == keystone
