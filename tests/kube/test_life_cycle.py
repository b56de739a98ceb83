# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a user: Glance in pods from none to three workers and back, with the playbooks alone.

The tests build on each other, in this order.
"""

from __future__ import annotations

import base64
import json
import pathlib
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run
from ansible_collections.dcn.glance.tests.support.wait import until

# Each test leaves what the next one starts from.
pytestmark = pytest.mark.flaky(reruns=0)

INVENTORY = ROOT / "inventories" / "kube_lab"
NAMESPACE = "openstack"
SITES = ("central", "dcn0", "dcn1")
KINDS = "openstackcontrolplanes,glances,glanceapis,statefulsets,services,pods,persistentvolumeclaims,secrets"

Kubectl = Callable[..., Any]
Play = Callable[..., Run]


@pytest.fixture(scope="module")
def kubectl(kubeconfig: str) -> Kubectl:
    """kubectl in the namespace; JSON of what it prints where that is asked for."""
    beside = pathlib.Path(kubeconfig).with_name("bin") / "kubectl"
    program = str(beside) if beside.exists() else "kubectl"

    def run(*words: str, stdin: str = "", json_output: bool = True) -> Any:
        command = [program, "--kubeconfig", kubeconfig, "-n", NAMESPACE, *words, *(["-o", "json"] * json_output)]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return json.loads(done.stdout) if json_output else done.stdout

    return run


@pytest.fixture(scope="module")
def play(lab: Lab, kubeconfig: str) -> Play:
    def run(name: str, *words: str, inventory: pathlib.Path = INVENTORY, structured: bool = True) -> Run:
        return lab.playbook(
            name, "-e", f"dcn_kubeconfig={kubeconfig}", *words, inventory=inventory, structured=structured
        )

    return run


@pytest.fixture(scope="module")
def parked(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The inventory with no worker anywhere, as one deploys before there are keys."""
    top = tmp_path_factory.mktemp("parked")
    inventory = top / "inventories" / "kube_lab"
    shutil.copytree(INVENTORY, inventory)
    path = inventory / "group_vars" / "all" / "topology.yml"
    text = path.read_text()
    assert text.count("replicas: 1") == 2
    path.write_text(text.replace("replicas: 1", "replicas: 0"))
    return inventory


@pytest.fixture(scope="module", autouse=True)
def fresh(play: Play, kubectl: Kubectl) -> None:
    """The namespace as kube_up makes it: a control plane that says nothing of Glance yet."""
    kubectl("delete", "openstackcontrolplane", "--all", "--wait", json_output=False)
    kubectl("wait", "--for=delete", "pods", "-l", "service=glance", "--timeout=60s", json_output=False)
    kubectl("delete", "pvc", "-l", "service=glance", "--wait", json_output=False)
    kubectl("delete", "secret", "--ignore-not-found", *(f"ceph-conf-files-{site}" for site in SITES), json_output=False)
    play("dcn.glance_lab.kube_up").ok()
    # The operators synchronize the database before they create the APIs.
    ready = ("--for=condition=Ready", "--timeout=90s")
    kubectl("wait", "openstackcontrolplane/openstack", *ready, json_output=False)
    until("nothing moves", lambda: (before := versions(kubectl)) and not time.sleep(2) and versions(kubectl) == before)


def versions(kubectl: Kubectl) -> dict[str, str]:
    """The resourceVersion of everything in the namespace."""
    items = kubectl("get", KINDS)["items"]
    return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}


def without_late_status(kubectl: Kubectl) -> dict[str, str]:
    """The same without what changes later by itself: statuses after a scale, and pods of jobs that are done."""
    late = ("Glance", "Pod/glance-db-")
    return {name: version for name, version in versions(kubectl).items() if not name.startswith(late)}


def workers(kubectl: Kubectl) -> dict[str, bool]:
    """{pod: ready} of all Glance workers, those that are going included."""
    found = {}
    for pod in kubectl("get", "pods", "-l", "service=glance")["items"]:
        conditions = {item["type"]: item["status"] for item in pod["status"].get("conditions", ())}
        going = "deletionTimestamp" in pod["metadata"]
        found[pod["metadata"]["name"]] = conditions.get("Ready") == "True" and not going
    return found


def scale(play: Play, *words: str, **apis: int) -> Run:
    return play("scale", "-e", json.dumps({"glance_scale_apis": apis}), *words)


def expected(central: int = 0, dcn0: int = 0, dcn1: int = 0) -> dict[str, bool]:
    names = [f"glance-central-{half}-api-{n}" for half in ("external", "internal") for n in range(central)]
    names += [f"glance-{site}-edge-api-{n}" for site, count in (("dcn0", dcn0), ("dcn1", dcn1)) for n in range(count)]
    return dict.fromkeys(names, True)


def assert_configurations(run: Run, kubectl: Kubectl, pods: set[str]) -> None:
    """The whole configuration of each worker is shown, and no password in it or anywhere else."""
    shown = {
        item["item"]["name"]: item["msg"]
        for item in run.result("Show the configuration of each worker", "localhost")["results"]
    }
    assert set(shown) == pods
    for pod, config in shown.items():
        assert config["glance_store"]["default_backend"] in pod
        assert "copy-image" in config["DEFAULT"]["enabled_import_methods"]
        assert pod in config["DEFAULT"]["worker_self_reference_url"]
        assert config["keystone_authtoken"]["username"] == "glance"
    data = kubectl("get", "secret", "osp-secret")["data"]
    passwords = [base64.b64decode(value).decode() for value in data.values()]
    assert passwords and not [password for password in passwords if password in run.output]


def test_check_mode_predicts_the_first_run_without_workers(play: Play, kubectl: Kubectl, parked: pathlib.Path) -> None:
    before = versions(kubectl)
    foreseen = play("site", "--check", "--diff", inventory=parked).ok().changed()
    assert versions(kubectl) == before
    done = play("site", inventory=parked).ok()
    assert done.changed() == foreseen
    assert (
        "localhost",
        "dcn.glance.glance_control_plane : Write the APIs, their stores, mounts and Secrets into the control plane",
    ) in foreseen
    assert workers(kubectl) == {}
    template = kubectl("get", "openstackcontrolplane", "openstack")["spec"]["glance"]["template"]
    assert set(SITES) <= set(template["glanceAPIs"])
    assert template["keystoneEndpoint"] == "central"


def test_a_second_run_moves_nothing(play: Play, kubectl: Kubectl) -> None:
    before = versions(kubectl)
    # Also with the inventory with one worker each: numbers are for scale alone.
    assert play("site").ok().changed() == set()
    assert versions(kubectl) == before


def test_pods_may_hold_their_own_and_the_hubs_keys_only(kubectl: Kubectl) -> None:
    for site in SITES:
        keys = set(kubectl("get", "secret", f"ceph-conf-files-{site}")["data"])
        clusters = SITES if site == "central" else (site, "central")
        files = {f"{cluster}.conf" for cluster in clusters}
        assert keys == files | {f"{cluster}.client.glance.{site}.keyring" for cluster in clusters}


def test_scale_from_none_to_three_and_back(play: Play, kubectl: Kubectl) -> None:
    claims = []
    for number in (3, 1):
        foreseen = scale(play, "--check", central=number).ok()
        assert foreseen.changed()
        done = scale(play, central=number).ok()
        assert workers(kubectl) == expected(central=number), "the run ends when it is true, and not before"
        assert done.changed() == foreseen.changed()
        claims.append(len(kubectl("get", "pvc", "-l", "service=glance")["items"]))
    assert claims == [6, 6], "both halves of a split API have a claim per worker, and claims stay"
    (target,) = done.result("Scale the APIs", "localhost")["targets"]
    halves = ("external", "internal")
    left = [f"glance-glance-central-{half}-api-{ordinal}" for half in halves for ordinal in (1, 2)]
    assert sorted(target["pvcs"]["left_over"]) == left
    assert scale(play, central=1).ok().changed() == set()


def test_every_worker_is_proved_and_nothing_is_left(
    no_other_images: None, play: Play, kubectl: Kubectl, lab: Lab
) -> None:
    scale(play, central=2, dcn0=1, dcn1=2).ok()
    assert workers(kubectl) == expected(2, 1, 2)
    before = without_late_status(kubectl)
    run = play("verify", "-e", "glance_pods_show_config=true").ok()
    assert_configurations(run, kubectl, set(expected(2, 1, 2)))
    assert [
        line.split()[0] for line in run.result("Show the result of each site", "localhost")["msg"].splitlines()[2:]
    ] == list(SITES)
    table = run.result("Show the workers", "localhost")["msg"]
    assert {line.split()[0] for line in table.splitlines()[2:]} == set(expected(2, 1, 2))
    proved = run.result("Stage through each worker and import through the next", "localhost")["apis"]
    pairs = {(pair["staged_by"], pair["imported_by"]) for api in proved for pair in api["pairs"]}
    assert ("glance-dcn1-edge-api-0", "glance-dcn1-edge-api-1") in pairs
    assert ("glance-dcn1-edge-api-1", "glance-dcn1-edge-api-0") in pairs
    assert all(pair["ok"] and pair["stage_host"] == pair["staged_url"] for api in proved for pair in api["pairs"])
    assert without_late_status(kubectl) == before
    images = {pair["image"] for api in proved for pair in api["pairs"]}
    images.add(run.result("Import the test image to", "central")["images"][0]["id"])
    assert len(images) == 8
    for site in SITES:
        assert not images & set(lab.exec(site, "rbd", "-p", "images", "ls").split())


def test_a_shared_worker_url_is_found_before_users_find_it(no_other_images: None, play: Play, kubectl: Kubectl) -> None:
    where = ("spec", "glance", "template", "glanceAPIs", "dcn1", "customServiceConfig")
    item = kubectl("get", "openstackcontrolplane", "openstack")
    good = item
    for key in where:
        good = good[key]
    bad = good.replace("[DEFAULT]\n", "[DEFAULT]\nworker_self_reference_url = http://glance.example.com:9292\n", 1)
    assert bad != good

    def patch(text: str) -> None:
        body: Any = text
        for key in reversed(where):
            body = {key: body}
        kubectl("patch", "openstackcontrolplane", "openstack", "--type=merge", "-p", json.dumps(body))
        play("control_plane").ok()

    patch(bad)
    try:
        run = play("verify", "-e", "glance_pods_timeout=20", structured=False)
        assert run.rc != 0
        said = (
            "[worker_url_shared]",
            "the same URL http://glance.example.com:9292",
            # Glance reverts the import, or leaves the image in its status; both are failures of this store.
            "stays in status",
            "its import failed for dcn1",
        )
        # By the pods, by an import that was tried, and by the rules for manifests.
        for words in (*said, "[worker-url-shared]"):
            assert words in run.output, words
    finally:
        patch(good)
    # The playbook control_plane has waited until Glance in every pod runs the text of before.
    assert workers(kubectl) == expected(2, 1, 2)


def test_no_key_is_shown(play: Play, lab: Lab, kubectl: Kubectl, tmp_path: pathlib.Path) -> None:
    """A key is taken away, so that it has to be sealed, opened and written again."""
    keyring = "dcn0.client.glance.dcn0.keyring"
    kubectl("patch", "secret", "ceph-conf-files-dcn0", "--type=merge", "-p", json.dumps({"data": {keyring: None}}))
    run = play("control_plane", "-vvvvv", "--diff", structured=False).ok()
    assert keyring in kubectl("get", "secret", "ceph-conf-files-dcn0")["data"]
    keys = lab.cephx_keys()
    assert ("dcn0", "client.glance.dcn0") in keys
    encoded = {entity: base64.b64encode(key.encode()).decode() for entity, key in keys.items()}
    assert [entity for entity, key in keys.items() if key in run.output or encoded[entity] in run.output] == []
