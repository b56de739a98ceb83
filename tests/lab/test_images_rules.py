# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for images over their life: imported everywhere, copied to the hub, replaced by a new version, and deleted.

One playbook runs the role step by step. All images have names and a property of their own.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab, Run

MIB = 1024 * 1024
ROLE = "Import and copy images as the rules want them"
KEY = "dcn_test"

#: Makes an image that is only at dcn0, and one of 0 bytes, as the snapshot of a server that boots from a volume.
_SNAPSHOTS = """
import sys, openstack
session = openstack.connect(cloud="dcn").image.session
for suffix, path, store in (("-edge", sys.argv[3], "dcn0"), ("-empty", "/dev/null", "central")):
    body = {"name": sys.argv[1] + suffix, "disk_format": "raw", "container_format": "bare", "dcn_test": sys.argv[1]}
    image = session.post(sys.argv[2] + "/v2/images", json={**body, "image_type": "snapshot"}).json()
    headers = {"Content-Type": "application/octet-stream", "X-Image-Meta-Store": store}
    url = f"{sys.argv[2]}/v2/images/{image['id']}"
    assert session.put(url + "/file", data=open(path, "rb").read(), headers=headers).status_code == 204
"""
_DELETE = """
import sys, openstack
session = openstack.connect(cloud="dcn").image.session
for hidden in ("false", "true"):
    query = {"dcn_test": sys.argv[1], "os_hidden": hidden}
    for image in session.get(sys.argv[2] + "/v2/images", params=query).json()["images"]:
        session.delete(f"{sys.argv[2]}/v2/images/{image['id']}")
"""
URL = "http://glance.central:9292"


@pytest.fixture(scope="module")
def name(lab: Lab) -> Iterator[str]:
    """The name of the image and of the directory with its source; what is left is removed."""
    chosen = f"test-rules-{uuid.uuid4().hex[:8]}"
    make = f"mkdir /var/tmp/{chosen} && cd /var/tmp/{chosen} && head -c {MIB} /dev/urandom >raw && truncate -s 8M raw"
    lab.exec("central", "sh", "-c", f"{make} && qemu-img convert -O qcow2 raw qcow2")
    lab.exec("central", "python3", "-c", _SNAPSHOTS, chosen, URL, f"/var/tmp/{chosen}/raw")
    yield chosen
    lab.exec("dcn0", "rbd", "rm", f"vms/{chosen}", check=False)
    lab.exec("central", "python3", "-c", _DELETE, chosen, URL)
    lab.exec("central", "rm", "-rf", f"/var/tmp/{chosen}")


def rules(name: str, version: str) -> list[dict[str, Any]]:
    source = {"src": f"/var/tmp/{name}/qcow2", "disk_format": "qcow2", "properties": {KEY: name}}
    return [
        {"name": name, "sites": "all", "version": version, "old": "delete", "source": source},
        {"property": {"image_type": "snapshot", KEY: name}, "sites": ["central"]},
    ]


def step(title: str, wanted: list[dict[str, Any]], check: bool = False) -> dict[str, Any]:
    """A play that runs the role once."""
    role = {"name": "dcn.glance.image_placement", "apply": {"check_mode": check}}
    return {
        "name": title,
        "hosts": "central",
        "gather_facts": False,
        "vars": {"dcn_images": wanted, "image_placement_interval": 1},
        "tasks": [{"ansible.builtin.include_role": role}],
    }


def command(title: str, host: str, text: str) -> dict[str, Any]:
    task = {"ansible.builtin.shell": {"cmd": text}}
    return {"name": title, "hosts": host, "gather_facts": False, "tasks": [task]}


def result(run: Run, title: str, task: str = ROLE) -> dict[str, Any]:
    """What a task of a step returned."""
    (play,) = [play for play in run.results["plays"] if play["play"]["name"] == title]
    found = [item["hosts"] for item in play["tasks"] if item["task"]["name"].endswith(task)]
    return dict(found[0]["central"]) if found else {}


@pytest.fixture(scope="module")
def life(lab: Lab, name: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All steps in one playbook."""
    images = "hostvars['central'].image_placement_result.images"
    old = f"{{{{ ({images} | selectattr('name', 'eq', '{name}') | first).id }}}}"
    plays = [
        step("check", rules(name, "1"), check=True),
        step("first", rules(name, "1")),
        step("again", rules(name, "1")),
        command("clone", "dcn0", f"rbd clone images/{old}@snap vms/{name}"),
        step("replaced", rules(name, "2")),
        command("no clone", "dcn0", f"rbd rm vms/{name}"),
        step("deleted", rules(name, "2")),
    ]
    path = Path(tmp_path_factory.mktemp("rules")) / "life.yml"
    path.write_text(yaml.safe_dump(plays))
    return lab.playbook(str(path), "--diff").ok()


def row(found: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(next(item for item in found["images"] if item["name"] == name))


def test_check_mode_predicts_imports_copies_and_bytes(life: Run, name: str) -> None:
    predicted, done = result(life, "check"), result(life, "first")
    assert predicted["changed"] and done["changed"]
    assert predicted["diff"] == done["diff"]
    assert predicted["traffic"] == done["traffic"]
    # Two copies of the new image cross to the spokes, and the snapshot crosses from dcn0 to the hub.
    assert done["traffic"]["wan"] == 3 * 8 * MIB
    assert (row(done, name)["imported"], row(done, f"{name}-edge")["copied"]) == (
        ["central", "dcn0", "dcn1"],
        ["central"],
    )


def test_images_without_data_are_named(life: Run, name: str) -> None:
    (empty,) = result(life, "first")["not_copied"]
    assert (empty["name"], empty["reason"]) == (f"{name}-empty", "it has 0 bytes")


def test_a_second_run_changes_nothing(life: Run) -> None:
    again = result(life, "again")
    assert (again["changed"], again["table"][0]) == (False, "2 of 2 images are in place already.")


def test_a_person_can_watch(life: Run, name: str) -> None:
    printed = life.output[: life.output.index("{")].splitlines()
    assert any(line.startswith(f"{name} -> dcn1: imported, 8.0 MiB (") for line in printed)
    assert any(
        f"({row(result(life, 'first'), f'{name}-edge')['id']}) -> central: copied, 8.0 MiB" in line for line in printed
    )
    assert any("4 of 4 copies, 32.0 MiB of 32.0 MiB" in line for line in printed)
    assert any(line.split() == ["WAN", "24.0", "MiB"] for line in printed)


def test_an_old_version_is_hidden_and_deleted_when_nothing_is_a_clone_of_it(lab: Lab, life: Run, name: str) -> None:
    old, new = row(result(life, "first"), name)["id"], row(result(life, "replaced"), name)["id"]
    assert old != new
    (hidden,) = result(life, "replaced")["old_versions"]
    assert (hidden["id"], hidden["action"], hidden["delete"]) == (old, "hidden", True)
    (kept,) = result(life, "replaced", "Show which old versions are kept")["msg"]
    assert "instances or volumes are clones of it at dcn0 (1)" in kept
    assert result(life, "replaced", "Delete the old versions without clones").get("changed") is not True
    assert result(life, "deleted")["changed"] is False
    assert result(life, "deleted", "Delete the old versions without clones")["changed"] is True
    for site in Lab.sites:
        known = json.loads(lab.exec(site, "rbd", "ls", "images", "--format", "json"))
        assert (old in known, new in known) == (False, True), site
        snapshots = json.loads(lab.exec(site, "rbd", "snap", "ls", f"images/{new}", "--format", "json"))
        assert [(item["name"], item["protected"]) for item in snapshots] == [("snap", "true")]


def test_a_run_leaves_no_files_behind(lab: Lab, life: Run, name: str) -> None:
    newer = f"find ~/.ansible_async /tmp -newer /var/tmp/{name}/qcow2 -type f"
    assert lab.exec("central", "sh", "-c", newer).split() == []
