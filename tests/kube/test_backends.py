# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of the operator's samples, from a topology, in pods: images in, out and copied on real services.

NFS is a file store on a volume of ``api.volumes``. This node mounts no NFS, so a claim that the pods share stands in
for it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import GLANCES, PVCS, SECRETS
from ansible_collections.dcn.glance.tests.support.kube.backends import (
    BASE,
    CLAIM,
    SERVER_PORT,
    CephKeys,
    ImageApi,
    boot_sector,
    host,
    s3_account,
    token_and_services,
    topology,
)
from ansible_collections.dcn.glance.tests.support.kube.control_plane import Place
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn

NAMESPACE = "t-backends"
STORES = ("thin", "thick", "local", "share", "swift", "s3")
#: The client of Glance reads no clouds.yaml, no password belongs into an argument, and standard input would be data.
CLI = """
import json, os, sys
account = json.load(open("/etc/openstack/clouds.yaml"))["clouds"]["dcn"]["auth"]
os.environ.update({f"OS_{name.upper()}": value for name, value in account.items()})
os.close(0)
os.execvp("glance", ["glance", "--os-image-url", *sys.argv[1:]])
"""


class Bed:
    """The namespace, what was written there, and the APIs of the hub and of the other site."""

    def __init__(self, place: Place, standin: StandIn) -> None:
        self.place = place
        self.standin = standin
        self.s3 = s3_account()
        self.token, services = token_and_services()
        self.data = topology(NAMESPACE, self.s3, "object-store" in services)
        self.stores = [*self.data["sites"]["central"]["stores"], "thick"]
        self.hub: ImageApi
        self.far: ImageApi

    def open(self) -> None:
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": CLAIM},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1G"}},
                "storageClassName": "local-storage",
            },
        }
        self.place.api.create(PVCS, NAMESPACE, claim)
        self.place.run(self.data, create=True, base=BASE).ok()
        self.standin.wait_ready("glance-central-single", "glance-far-edge-api", replicas=1, timeout=180)
        self.hub, self.far = (ImageApi(self._address(key), self.token) for key in ("central", "far"))

    def _address(self, key: str) -> str:
        service = self.standin.core.read_namespaced_service(f"glance-{key}-internal", NAMESPACE)
        return str(service.spec.cluster_ip)


@pytest.fixture(scope="module")
def bed(kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    keys = CephKeys(tmp_path_factory.mktemp("recipient"))
    standin = StandIn(kubeconfig, NAMESPACE)
    try:
        found = Bed(Place(kubeconfig, NAMESPACE, keys), standin.open())
        found.open()
        yield found
    finally:
        standin.close()
        keys.remove()


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """An image, which a server on the hub offers as http://central:PORT/image."""
    path = tmp_path_factory.mktemp("images") / "image"
    found = boot_sector(path)
    host("central", "mkdir", "-p", "/run/t-backends")
    subprocess.run(["podman", "cp", str(path), "central:/run/t-backends/image"], check=True, timeout=30)
    serve = ["python3", "-m", "http.server", str(SERVER_PORT), "--directory", "/run/t-backends"]
    name = ["systemd-run", "--unit=t-backends", "--collect", *serve]
    host("central", *name)
    yield found
    host("central", "systemctl", "stop", "t-backends")
    host("central", "rm", "-r", "/run/t-backends")


def test_a_second_run_changes_nothing_and_no_key_is_in_the_object(bed: Bed) -> None:
    before, secrets = bed.place.get(GLANCES, "glance"), bed.place.versions(SECRETS)
    run = bed.place.run(bed.data).ok()
    assert not run.result["changed"]
    after = bed.place.get(GLANCES, "glance")
    # The operator writes its status at any time.
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert bed.place.versions(SECRETS) == secrets
    spec = json.dumps(after)
    assert not [key for key in bed.s3.values() if key in spec and key != bed.s3.get("user")]


def test_every_store_of_the_topology_is_there(bed: Bed) -> None:
    assert bed.hub.stores() == bed.stores
    assert bed.far.stores() == bed.stores[:-1]


@pytest.mark.parametrize("store", STORES)
def test_an_image_in_and_out_of_each_store(no_other_images: None, bed: Bed, content: bytes, store: str) -> None:
    """By both pods: the other one mounts the same volume, and has the same keys and accounts."""
    if store not in bed.stores:
        pytest.skip("the lab has no object store of Keystone: lab_object_store and dcn.glance.object_store make one")
    image = bed.hub.put(f"t-backends-{store}", store, content)
    bed.hub.wait_for(image, store)
    expected = hashlib.sha256(content).hexdigest()
    assert bed.hub.digest(image) == expected
    # A directory of one pod is in that pod only, and only the hub uses the second cluster.
    if store not in ("local", "thick"):
        assert bed.far.digest(image) == expected
    bed.hub.delete(image)


def test_an_image_is_copied_from_the_share_to_all_stores(no_other_images: None, bed: Bed, content: bytes) -> None:
    image = bed.far.put("t-backends-copied", "share", content)
    bed.far.wait_for(image, "share")
    bed.hub.copy(image)
    bed.hub.wait_for(image, *bed.stores)
    for store in bed.stores[:-1]:
        bed.hub.ask("DELETE", f"stores/{store}/{image}")
    assert bed.hub.digest(image) == hashlib.sha256(content).hexdigest()
    bed.hub.delete(image)


def test_the_commands_for_one_store_and_for_all(no_other_images: None, bed: Bed, content: bytes) -> None:
    options = ("--disk-format", "raw", "--container-format", "bare", "--import-method", "web-download")
    start = (
        "python3",
        "-c",
        CLI,
        bed.hub.url,
        "image-create-via-import",
        *options,
        "--uri",
        f"http://central:{SERVER_PORT}/image",
    )
    for more, stores in ((("--store", "share"), ["share"]), (("--all-stores", "true"), bed.stores)):
        host("central", *start, "--name", f"t-backends{more[0]}", *more)
        found: dict[str, Any] = json.loads(bed.hub.ask("GET", f"images?name=t-backends{more[0]}"))["images"][0]
        bed.hub.wait_for(found["id"], *stores)
        assert bed.hub.digest(found["id"]) == hashlib.sha256(content).hexdigest()
        bed.hub.delete(found["id"])


def test_another_key_restarts_the_pods_and_is_used(bed: Bed) -> None:
    """Only where the lab has an object gateway: its keys are the only secret options."""
    if not bed.s3:
        pytest.skip("the lab has no object gateway: lab_object_store is false")
    spec = bed.place.get(GLANCES, "glance")["spec"]["glanceAPIs"]
    assert spec["central"]["customServiceConfigSecrets"] == ["glance-config-secrets-central"]
    changed = topology(NAMESPACE, {**bed.s3, "secret_key": "not-the-key-any-more"}, "swift" in bed.stores)
    forecast = bed.place.check(changed).ok().result["forecast"]
    assert {each["api"]: each["action"] for each in forecast} == {"central": "rolling", "far": "rolling"}
