# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of AWX in extensions/aap: what awx.awx accepts, and what the playbooks of this collection read."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import jinja2
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.dcn.glance.tests.support.fakes import controller_rules

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "extensions/aap"
ROLE = ROOT / "roles/controller_objects"
AWX = next(Path(path) for path in __import__("ansible_collections").__path__ if (Path(path) / "awx").is_dir())
#: Playbooks that nobody runs as a job: one is imported by others, the other creates the job templates.
NOT_FOR_USERS = {"groups", "controller_objects"}
#: The module that keeps the objects of each list.
MODULES = {
    "aap_organizations": "organization",
    "controller_labels": "label",
    "controller_execution_environments": "execution_environment",
    "controller_credential_types": "credential_type",
    "controller_credentials": "credential",
    "controller_notifications": "notification_template",
    "controller_projects": "project",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
    "controller_schedules": "schedule",
}
#: The types of a survey's answers that an option of a type takes.
QUESTIONS = {"int": {"integer"}, "str": {"text", "multiplechoice"}, "bool": {"multiplechoice"}, "list": {"multiselect"}}


class Loader(yaml.SafeLoader):
    """Reads !unsafe as the text that it protects."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def load(path: Path) -> t.Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


LISTS: dict[str, t.Any] = {}
for _path in sorted(DATA.glob("*.yml")):
    LISTS.update(load(_path))
SURVEYS: dict[str, t.Any] = LISTS["glance_surveys"]
ITEMS = [(name, item) for name in MODULES for item in LISTS[name]]
QUESTION_IDS = [(name, question) for name, survey in SURVEYS.items() for question in survey["spec"]]


def awx_options(module: str) -> dict[str, t.Any]:
    """The documented options of a module of awx.awx."""
    found = read_docstring(str(AWX / f"awx/awx/plugins/modules/{module}.py"))
    return t.cast(dict[str, t.Any], found["doc"]["options"])


def role_options() -> dict[str, dict[str, t.Any]]:
    """The options of all roles; role names prefix them, so that no two roles have the same."""
    found: dict[str, dict[str, t.Any]] = {}
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in load(path)["argument_specs"].values():
            found.update(entry.get("options", {}))
    return found


OPTIONS = role_options()


def templated(value: t.Any) -> bool:
    return isinstance(value, str) and "{{" in value


def tasks(name: str) -> list[dict[str, t.Any]]:
    return t.cast(list[dict[str, t.Any]], load(ROLE / f"tasks/{name}.yml"))


# The lists


def test_each_file_holds_the_list_that_it_is_named_after() -> None:
    for path in DATA.glob("*.yml"):
        assert path.stem == "surveys" or path.stem in MODULES and path.stem in load(path), path.name


@pytest.mark.parametrize(("name", "item"), ITEMS, ids=[f"{name}-{item['name']}" for name, item in ITEMS])
def test_awx_accepts_the_item(name: str, item: dict[str, t.Any]) -> None:
    options = awx_options(MODULES[name])
    keys = set(item) - {"simplified_workflow_nodes"}
    assert keys <= set(options)
    for key in keys:
        value, option = item[key], options[key]
        if templated(value):
            continue
        expected = {"str": str, "bool": bool, "int": int, "list": list, "dict": dict}[option.get("type", "str")]
        assert isinstance(value, expected), key
        assert value in option.get("choices", [value]), key


@pytest.mark.parametrize("name", MODULES)
def test_the_role_passes_all_that_the_list_states(name: str) -> None:
    """An option that the task does not name would be left out without a word."""
    module = f"awx.awx.{MODULES[name]}"
    passed = next(task for task in tasks("present") if module in task)
    assert passed["loop"] == f"{{{{ {name} }}}}"
    for item in LISTS[name]:
        assert set(item) - {"simplified_workflow_nodes"} <= set(passed[module])
    assert set(passed[module]) <= set(awx_options(MODULES[name]))


def test_the_role_passes_all_that_the_nodes_state() -> None:
    passed: set[str] = set()
    for task in tasks("present"):
        passed |= set(task.get("awx.awx.workflow_job_template_node", ()))
    assert passed <= set(awx_options("workflow_job_template_node"))
    for workflow in LISTS["controller_workflows"]:
        for node in workflow["simplified_workflow_nodes"]:
            assert set(node) <= passed


def test_every_list_but_the_labels_is_removed_too() -> None:
    removed = {key.removeprefix("awx.awx.") for task in tasks("remove") for key in task if key.startswith("awx.awx.")}
    # The API cannot delete labels. An inventory takes its sources along.
    assert set(MODULES.values()) - removed == {"label", "inventory_source"}


def test_objects_are_named_once() -> None:
    for name in MODULES:
        names = [item["name"] for item in LISTS[name]]
        assert sorted(set(names)) == sorted(names)


# Secrets


def test_credentials_hold_no_secret_and_keep_those_that_are_there() -> None:
    """The module replaces all inputs: any input here would delete the secrets that someone filled in."""
    for credential in LISTS["controller_credentials"]:
        assert "inputs" not in credential
        assert credential["update_secrets"] is False


@pytest.mark.parametrize("kind", LISTS["controller_credential_types"], ids=lambda kind: str(kind["name"]))
def test_injectors_give_the_job_a_file_and_its_path(kind: dict[str, t.Any]) -> None:
    fields = kind["inputs"]["fields"]
    assert {field["id"] for field in fields} == set(kind["inputs"]["required"])
    assert all(field["secret"] for field in fields)
    (template,) = kind["injectors"]["file"].values()
    (name,) = kind["injectors"]["file"]
    render = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string
    assert render(template).render({fields[0]["id"]: "the content"}) == "the content"
    files = {name.removeprefix("template."): "/tmp/awx_1/tmp2"}
    paths = {render(value).render(tower={"filename": files}) for value in kind["injectors"]["env"].values()}
    assert paths == {"/tmp/awx_1/tmp2"}
    assert "extra_vars" not in kind["injectors"], "extra variables are shown with the job"


# Job templates


def playbooks() -> set[str]:
    return {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - NOT_FOR_USERS


def runs(job_type: str) -> dict[str, str]:
    """The playbook of each job template."""
    found = [item for item in LISTS["controller_templates"] if item["job_type"] == job_type]
    return {item["name"]: item["playbook"].removeprefix("dcn.glance.") for item in found}


@pytest.mark.parametrize("job_type", ["run", "check"])
def test_every_playbook_that_users_run_has_a_job_template(job_type: str) -> None:
    assert set(runs(job_type).values()) == playbooks()


def test_job_templates_come_in_pairs() -> None:
    items = {item["name"]: item for item in LISTS["controller_templates"]}
    for name, item in items.items():
        if item["job_type"] == "check":
            other = items[name.removesuffix(" (check)")]
            assert {**item, "name": other["name"], "job_type": "run", "description": other["description"]} == other
    alone = [name for name, item in items.items() if item["job_type"] == "run" and f"{name} (check)" not in items]
    assert alone == ["Glance audit (nightly)"]


def test_the_project_permits_playbooks_by_name() -> None:
    projects = {item["name"]: item for item in LISTS["controller_projects"]}
    assert all(projects[item["project"]]["allow_override"] for item in LISTS["controller_templates"])


def test_names_lead_to_objects() -> None:
    names = {name: {item["name"] for item in LISTS[name]} for name in MODULES}
    for item in LISTS["controller_templates"]:
        assert item["project"] in names["controller_projects"]
        assert item["inventory"] in names["controller_inventories"]
        assert item["execution_environment"] in names["controller_execution_environments"]
        assert set(item["labels"]) <= names["controller_labels"]
    for item in LISTS["controller_schedules"]:
        assert item["unified_job_template"] in names["controller_templates"]
    for item in LISTS["controller_credentials"]:
        assert item["credential_type"] in names["controller_credential_types"] | {"Machine"}


# The workflow and the schedule


def test_workflow_is_lint_plan_approval_site_verify_with_a_branch_for_failures() -> None:
    (workflow,) = LISTS["controller_workflows"]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    path = ["lint"]
    while following := nodes[path[-1]].get("success_nodes"):
        path += following
    assert path == ["lint", "plan", "approval", "site", "verify"]
    assert nodes["approval"]["approval_node"]["timeout"] > 0
    assert [name for name, node in nodes.items() if node.get("failure_nodes") == ["audit"]] == ["site", "verify"]
    assert nodes["audit"]["all_parents_must_converge"] is False
    templates = {item["name"]: item for item in LISTS["controller_templates"]}
    job_types = {
        name: templates[node["unified_job_template"]]["job_type"] for name, node in nodes.items() if name != "approval"
    }
    assert job_types == {"lint": "run", "plan": "check", "site": "run", "verify": "run", "audit": "run"}


def test_nightly_audit_repairs_nothing_asks_nothing_and_notifies() -> None:
    (schedule,) = LISTS["controller_schedules"]
    templates = {item["name"]: item for item in LISTS["controller_templates"]}
    nightly = templates[schedule["unified_job_template"]]
    assert nightly["playbook"] == "dcn.glance.audit"
    assert nightly["extra_vars"] == {"audit_repair": False}
    assert not nightly.get("survey_enabled")
    assert nightly["notification_templates_error"] == "{{ glance_notifications }}"


def test_awx_accepts_the_schedule_without_an_answer() -> None:
    """A schedule needs an answer to each required question, even to one that has a default."""
    (schedule,) = LISTS["controller_schedules"]
    template = next(item for item in LISTS["controller_templates"] if item["name"] == schedule["unified_job_template"])
    assert controller_rules.launch(template, {}, schedule, needs_answers=True) == {}
    asking = {"survey_enabled": True}
    assert controller_rules.launch(asking, SURVEYS["audit"], schedule, needs_answers=True) == {
        "variables_needed_to_start": [
            f"'{name}' value missing" for name in ("audit_fail_on", "audit_old", "audit_repair")
        ]
    }


# Surveys


@pytest.mark.parametrize("name", SURVEYS)
def test_awx_accepts_the_survey(name: str) -> None:
    assert controller_rules.survey(SURVEYS[name]) == ""


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"default": "no such choice"}, "Default choice must be answered"),
        ({"choices": ["error", ""]}, "none may be empty"),
        ({"type": "choice"}, "not one of the allowed question types"),
        ({"type": "integer", "default": "5"}, "wrong type"),
    ],
    ids=["default", "empty choice", "type", "type of the default"],
)
def test_awx_refuses_a_wrong_question(changed: dict[str, t.Any], problem: str) -> None:
    survey = {**SURVEYS["lint"], "spec": [{**SURVEYS["lint"]["spec"][0], **changed}]}
    assert problem in controller_rules.survey(survey)


def test_each_survey_is_used() -> None:
    used = {item["survey_spec"] for item in LISTS["controller_templates"] if item.get("survey_enabled")}
    assert used == {f"{{{{ glance_surveys.{name} }}}}" for name in SURVEYS}


@pytest.mark.parametrize(
    ("survey", "question"), QUESTION_IDS, ids=[f"{name}-{question['variable']}" for name, question in QUESTION_IDS]
)
def test_question_sets_an_option_as_the_role_has_it(survey: str, question: dict[str, t.Any]) -> None:
    option = OPTIONS[question["variable"]]
    assert question["type"] in QUESTIONS[option["type"]]
    assert question["question_description"]
    if option["type"] == "bool":
        assert question["choices"] == ["true", "false"]
        assert question["default"] == str(option["default"]).lower()
        return
    if option.get("required"):
        assert question["required"] and "default" not in question
        return
    # A survey cannot have an empty choice: no answer stands for it.
    choices = [choice for choice in option.get("choices", []) if choice]
    assert question.get("choices", []) == choices
    assert question["required"] == (option["default"] != "")
    assert question.get("default", "") == option["default"]
    assert question["type"] != "integer" or question["min"] <= question["default"] <= question["max"]


@pytest.mark.parametrize("survey", SURVEYS)
def test_playbook_reads_what_its_survey_sets(survey: str) -> None:
    """The option belongs to a role that the playbook includes, directly or through playbooks that it imports."""
    used = {
        item["playbook"]
        for item in LISTS["controller_templates"]
        if item.get("survey_spec", "").endswith(f".{survey} }}}}")
    }
    (playbook,) = used
    roles = roles_of(playbook.removeprefix("dcn.glance."))
    for question in SURVEYS[survey]["spec"]:
        assert any(question["variable"].startswith(f"{role}_") for role in roles), question["variable"]


def roles_of(playbook: str) -> set[str]:
    text = (ROOT / f"playbooks/{playbook}.yml").read_text(encoding="utf-8")
    found = {path.name for path in (ROOT / "roles").iterdir() if f"dcn.glance.{path.name}\n" in text}
    for play in yaml.safe_load(text):
        if imported := play.get("ansible.builtin.import_playbook"):
            found |= roles_of(Path(imported).stem)
    return found


def problems(question: dict[str, t.Any], answer: t.Any) -> list[str]:
    """What the argument specification of the role says against an answer."""
    option = {
        key: value for key, value in OPTIONS[question["variable"]].items() if key in ("type", "choices", "elements")
    }
    validated = ArgumentSpecValidator({question["variable"]: option}).validate({question["variable"]: answer})
    return t.cast(list[str], validated.error_messages)


@pytest.mark.parametrize(
    ("survey", "question"), QUESTION_IDS, ids=[f"{name}-{question['variable']}" for name, question in QUESTION_IDS]
)
def test_role_takes_all_answers_that_the_survey_permits_and_no_other(survey: str, question: dict[str, t.Any]) -> None:
    for answer in [*question.get("choices", []), *([question["default"]] if "default" in question else [])]:
        assert problems(question, answer) == []
    if question["type"] != "text":
        assert problems(question, "no such answer")


def test_surveys_ask_for_no_secret() -> None:
    assert not [question for _survey, question in QUESTION_IDS if OPTIONS[question["variable"]].get("no_log")]


# What infra.aap_configuration needs


def test_lists_use_only_options_of_the_role_and_their_own_helpers() -> None:
    known = set(load(ROLE / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]) | set(LISTS)
    for path in DATA.glob("*.yml"):
        expressions = " ".join(re.findall(r"{{.*?}}", path.read_text(encoding="utf-8")))
        used = set(re.findall(r"\b(?:controller_objects|controller|glance|aap)_\w+", expressions))
        assert used <= known, path.name
