# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook controller_objects with the modules of awx.awx, against a stand-in for AWX.

A run takes a module call for each object, so most tests use a part of the lists. They follow one another.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.fakes import controller as fake

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-of-the-test"
#: All kinds of credentials, and a notification.
EVERYTHING: dict[str, t.Any] = {
    "controller_objects_organization": "Sites",
    "controller_objects_project_url": "https://git.example.com/sites.git",
    "controller_objects_image": "registry.example.com/glance-ee:1.0.0",
    "controller_objects_credentials": ["hosts", "clouds", "kubeconfig"],
    "controller_objects_notification_url": "https://hooks.example.com/glance",
}
PLAYBOOK = "dcn.glance.controller_objects"


class Run(t.NamedTuple):
    """What a run of the playbook has ended with, and what it has sent."""

    code: int
    changed: int
    output: str
    writes: list[tuple[str, str, dict[str, t.Any]]]


class Tower:
    """The stand-in, and the playbook that is run against it."""

    def __init__(self, controller: fake.Controller, host: str, home: Path) -> None:
        self.objects, self.host, self.home = controller, host, home
        self.lists: Path | None = None

    def run(self, *arguments: str, token: str = TOKEN, **variables: t.Any) -> Run:
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
            "ANSIBLE_HOME": str(self.home),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_NOCOLOR": "1",
            "CONTROLLER_HOST": self.host,
            "CONTROLLER_OAUTH_TOKEN": token,
        }
        lists = {"controller_objects_directory": str(self.lists)} if self.lists else {}
        extra = json.dumps({**EVERYTHING, **lists, **variables})
        line = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", PLAYBOOK, "-e", extra]
        self.objects.writes.clear()
        done = subprocess.run([*line, *arguments], env=environment, capture_output=True, text=True, check=False)
        stats = json.loads(done.stdout[done.stdout.index("{") :])["stats"] if "{" in done.stdout else {}
        changed = stats.get("localhost", {}).get("changed", -1)
        return Run(done.returncode, changed, done.stdout + done.stderr, list(self.objects.writes))


def started(home: Path) -> Iterator[Tower]:
    controller, server = fake.start(TOKEN)
    try:
        yield Tower(controller, f"http://127.0.0.1:{server.server_port}", home)
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Tower]:
    yield from started(tmp_path)


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tower]:
    home = tmp_path_factory.mktemp("home")
    for tower in started(home):
        tower.lists = shutil.copytree(ROOT / "extensions/aap", home / "lists")
        few_templates(tower.lists / "controller_templates.yml")
        few_nodes(tower.lists / "controller_workflows.yml")
        yield tower


def few_templates(path: Path) -> None:
    """Keep one pair of job templates, and the one of the schedule."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = ("Glance audit", "Glance audit (check)", "Glance audit (nightly)")
    content["controller_templates"] = [item for item in content["controller_templates"] if item["name"] in kept]
    path.write_text(yaml.safe_dump({"controller_templates": content["controller_templates"]}), encoding="utf-8")


def few_nodes(path: Path) -> None:
    """Keep a plan, an approval and a branch for failures."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["controller_workflows"][0]["simplified_workflow_nodes"] = [
        {"identifier": "plan", "unified_job_template": "Glance audit (check)", "success_nodes": ["approval"]},
        {"identifier": "approval", "approval_node": {"name": "Approve"}, "failure_nodes": ["audit"]},
        {"identifier": "audit", "unified_job_template": "Glance audit", "all_parents_must_converge": False},
    ]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.long
def test_all_objects_are_created_and_the_second_run_changes_nothing(whole: Tower) -> None:
    done = whole.run()
    assert done.code == 0, done.output
    names = whole.objects.names()
    lists = yaml.safe_load((ROOT / "extensions/aap/controller_templates.yml").read_text(encoding="utf-8"))
    assert names["job_templates"] == [item["name"] for item in lists["controller_templates"]]
    assert names["workflow_job_template_nodes"] == ["lint", "plan", "approval", "site", "verify", "audit"]
    node = {item["identifier"]: item["id"] for item in whole.objects.objects["workflow_job_template_nodes"]}
    links = {path: numbers for path, numbers in whole.objects.links.items() if path.endswith("_nodes") and numbers}
    assert links == {
        f"workflow_job_template_nodes/{node['lint']}/success_nodes": [node["plan"]],
        f"workflow_job_template_nodes/{node['plan']}/success_nodes": [node["approval"]],
        f"workflow_job_template_nodes/{node['approval']}/success_nodes": [node["site"]],
        f"workflow_job_template_nodes/{node['site']}/success_nodes": [node["verify"]],
        f"workflow_job_template_nodes/{node['site']}/failure_nodes": [node["audit"]],
        f"workflow_job_template_nodes/{node['verify']}/failure_nodes": [node["audit"]],
    }
    again = whole.run()
    assert (again.code, again.changed, again.writes) == (0, 0, []), again.output
    gone = whole.run(controller_objects_state="absent", controller_objects_remove_organization=True)
    assert gone.code == 0, gone.output
    assert whole.objects.names() == {}


def test_a_wrong_token_is_an_error_that_says_so(tower: Tower) -> None:
    done = tower.run("--check", token="another-token")
    assert done.code != 0
    assert "Invalid authentication credentials" in done.output
    assert "another-token" not in done.output


@pytest.mark.long
def test_check_mode_on_an_empty_controller_predicts_changes_and_makes_none(tower: Tower) -> None:
    done = tower.run("--check")
    assert (done.code, done.writes) == (0, []), done.output
    assert done.changed == 14  # each task of present.yml


def test_first_run_creates_all_objects_and_links_them(tower: Tower) -> None:
    done = tower.run()
    assert (done.code, done.changed) == (0, 14), done.output
    assert [path for _method, path, body in done.writes if "credentials" in path and "inputs" in body] == []
    objects, names = tower.objects, tower.objects.names()
    assert names["organizations"] == ["Sites"]
    assert names["credentials"] == ["Glance hosts", "Glance clouds.yaml", "Glance kubeconfig"]
    # The expressions in injectors are for AWX, and have reached it as they are.
    kind = objects.named("credential_types", "OpenStack clouds.yaml")
    assert kind["injectors"]["file"] == {"template.clouds": "{{ clouds }}"}
    assert kind["injectors"]["env"] == {"OS_CLIENT_CONFIG_FILE": "{{ tower.filename.clouds }}"}
    template = objects.named("job_templates", "Glance audit (nightly)")
    notified = objects.links[f"job_templates/{template['id']}/notification_templates_error"]
    assert notified == [objects.named("notification_templates", "Glance webhook")["id"]]
    survey = objects.surveys[objects.named("job_templates", "Glance audit")["id"]]
    assert survey["spec"][0]["variable"] == "audit_fail_on"
    project = objects.named("projects", "Glance sites")
    assert (project["allow_override"], project["scm_url"]) == (True, "https://git.example.com/sites.git")


def test_second_run_changes_nothing_and_keeps_secrets(tower: Tower) -> None:
    credential = tower.objects.named("credentials", "Glance clouds.yaml")
    credential["inputs"] = {"clouds": "clouds: {central: {}}"}
    done = tower.run()
    assert (done.code, done.changed, done.writes) == (0, 0, []), done.output
    assert credential["inputs"] == {"clouds": "clouds: {central: {}}"}
    assert "clouds: {central: {}}" not in done.output


@pytest.mark.long
def test_what_someone_changed_is_put_right_and_what_is_not_wanted_any_more_goes(tower: Tower) -> None:
    template = tower.objects.named("job_templates", "Glance audit")
    template["playbook"] = "hello.yml"
    done = tower.run(controller_objects_credentials=["hosts"], controller_objects_notification_url="")
    assert done.code == 0, done.output
    assert template["playbook"] == "dcn.glance.audit"
    assert [path for method, path, _body in done.writes if method == "PATCH"] == [template["url"]]
    names = tower.objects.names()
    assert names["credentials"] == ["Glance hosts"]
    assert "notification_templates" not in names
    kept = tower.objects.links[f"job_templates/{template['id']}/credentials"]
    assert kept == [tower.objects.named("credentials", "Glance hosts")["id"]]


@pytest.mark.long
def test_absent_removes_what_present_created_in_reverse_order(tower: Tower) -> None:
    done = tower.run(controller_objects_state="absent")
    assert done.code == 0, done.output
    # Nobody asked to remove the organization.
    assert tower.objects.names() == {"organizations": ["Sites"]}
    kinds = [path.split("/")[3] for method, path, _body in done.writes if method == "DELETE"]
    order = [
        "schedules",
        "workflow_job_templates",
        "job_templates",
        "inventories",
        "projects",
        "notification_templates",
        "credentials",
        "credential_types",
        "execution_environments",
    ]
    # A test before this one may have removed the notification.
    assert list(dict.fromkeys(kinds)) == [kind for kind in order if kind in kinds]
    assert set(order) - set(kinds) <= {"notification_templates"}


@pytest.mark.long
def test_absent_again_removes_only_the_organization_and_that_on_request(tower: Tower) -> None:
    variables = {"controller_objects_state": "absent", "controller_objects_remove_organization": True}
    done = tower.run(**variables)
    assert (done.code, done.changed) == (0, 1), done.output
    assert [path.split("/")[3] for _method, path, _body in done.writes] == ["organizations"]
    assert tower.objects.names() == {}
    again = tower.run(**variables)
    assert (again.code, again.changed, again.writes) == (0, 0, []), again.output


def content(tower: Tower, organization: str) -> dict[str, list[t.Any]]:
    """All objects of an organization, and those of its templates."""
    (number,) = [item["id"] for item in tower.objects.objects["organizations"] if item["name"] == organization]
    objects = tower.objects.objects
    templates = {item["id"] for kind in fake.KEPT for item in objects.get(kind, []) if item["organization"] == number}
    return {
        kind: [
            dict(item)
            for item in items
            if item.get("organization") == number
            or {item.get("unified_job_template"), item.get("workflow_job_template")} & templates
        ]
        for kind, items in objects.items()
    }


@pytest.mark.long
def test_another_organization_has_the_same_names_and_keeps_its_objects(tower: Tower) -> None:
    """An AWX for production and tests: only execution environments need names of their own there."""
    others = {"controller_objects_organization": "Others", "controller_objects_image_name": "Glance of others"}
    for variables in ({}, others, {}):
        done = tower.run(**variables)
        assert done.code == 0, done.output
    assert (done.changed, done.writes) == (0, []), done.output
    kept = content(tower, "Others")
    template = next(item for item in kept["job_templates"] if item["name"] == "Glance audit (nightly)")
    notified = tower.objects.links[f"job_templates/{template['id']}/notification_templates_error"]
    assert (notified, template["inventory"]) == (
        [item["id"] for item in kept["notification_templates"]],
        kept["inventories"][0]["id"],
    )
    gone = tower.run(controller_objects_state="absent", controller_objects_remove_organization=True)
    assert gone.code == 0, gone.output
    assert content(tower, "Others") == kept
    assert tower.objects.names()["organizations"] == ["Others"]
    # Its credentials have these types.
    assert tower.objects.names()["credential_types"] == ["OpenStack clouds.yaml", "Kubernetes kubeconfig"]


@pytest.mark.long
def test_an_execution_environment_of_another_organization_is_left_alone(tower: Tower) -> None:
    done = tower.run(controller_objects_image_name="Glance of others")
    assert done.code != 0
    assert "Glance of others exists and does not belong to the organization Sites" in done.output
    assert "Set controller_objects_image_name to another name" in done.output
    assert done.writes == []


@pytest.mark.long
def test_an_organization_with_other_objects_is_not_removed(tower: Tower) -> None:
    (number,) = [item["id"] for item in tower.objects.objects["organizations"] if item["name"] == "Others"]
    tower.objects.create("projects", {"name": "Web shop", "organization": number})
    before = tower.objects.names()
    done = tower.run(
        controller_objects_state="absent",
        controller_objects_organization="Others",
        controller_objects_image_name="Glance of others",
        controller_objects_remove_organization=True,
    )
    assert done.code != 0
    assert "also has projects that are not in the lists: Web shop. Nothing was removed." in done.output
    assert (done.writes, tower.objects.names()) == ([], before)


@pytest.mark.parametrize(
    ("variable", "value"), [("controller_objects_state", "gone"), ("controller_objects_credentials", ["ceph"])]
)
def test_a_wrong_option_is_refused_before_anything_is_sent(tower: Tower, variable: str, value: t.Any) -> None:
    done = tower.run(**{variable: value})
    assert done.code != 0
    assert variable in done.output and "must be one" in done.output
    assert done.writes == []
