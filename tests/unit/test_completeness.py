# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to stand next to what: nothing is added to the collection half."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import ansible as ansible_package
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MODULES = sorted(path.stem for path in ROOT.glob("plugins/modules/*.py"))
# The published collection, and the lab's beside it.
COLLECTIONS = {"dcn.glance": ROOT, "dcn.glance_lab": ROOT / "lab"}
ROLES = [
    f"{collection}.{path.name}"
    for collection, top in COLLECTIONS.items()
    for path in sorted(top.glob("roles/*"))
    if path.is_dir()
]
IMPORT = "ansible.builtin.import_playbook"
PLAYBOOKS = [
    f"{collection}.{path.stem}"
    for collection, top in COLLECTIONS.items()
    for path in sorted(top.glob("playbooks/*.yml"))
]
INVENTORIES = sorted(path.name for path in ROOT.glob("inventories/*") if path.is_dir())
PYTHON = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("plugins/**/*.py"))
LAB_PYTHON = sorted(
    str(path.relative_to(ROOT)) for part in ("plugins", "roles") for path in ROOT.glob(f"lab/{part}/**/*.py")
)
PLUGIN_FILES = sorted(PYTHON + [str(path.relative_to(ROOT)) for path in ROOT.glob("plugins/**/*.yml")])
# Words of a task that are not its module.
KEYWORDS = re.compile(
    r"name|args|async|become\w*|block|rescue|always|changed_when|failed_when|check_mode|diff|delegate_to|environment"
    r"|ignore_errors|loop|loop_control|no_log|notify|poll|register|retries|delay|until|run_once|tags|vars|when|with_\w+"
)


def load(path: str | Path) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def ansible(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
        "ANSIBLE_NOCOLOR": "1",
    }
    line = [str(BIN / command[0]), *command[1:]]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@functools.cache
def documentation(kind: str, collection: str = "dcn.glance") -> dict[str, t.Any]:
    """What ansible-doc makes of every plugin of a kind, fragments included; or why it cannot."""
    answer = ansible("ansible-doc", "--metadata-dump", "--no-fail-on-errors", collection)
    assert "Skipping" not in answer.stderr, answer.stderr
    found = json.loads(answer.stdout)["all"][kind]
    return {name.removeprefix(f"{collection}."): value for name, value in found.items()}


def documented(kind: str, name: str, collection: str = "dcn.glance") -> dict[str, t.Any]:
    found = documentation(kind, collection).get(name, {"error": "not found"})
    assert "error" not in found, found["error"]
    return t.cast(dict[str, t.Any], found)


def tasks_of(examples: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """The tasks of an example, those of plays and blocks too."""
    for item in examples:
        inner = [
            item[key]
            for key in ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
            if key in item
        ]
        for tasks in inner:
            yield from tasks_of(tasks)
        if not inner and "hosts" not in item:
            yield item


def undocumented(value: t.Any, options: dict[str, t.Any], path: str) -> list[str]:
    """Keys of a task that its module does not document, at any depth."""
    entries = value if isinstance(value, list) else [value]
    found = []
    for entry in (entry for entry in entries if isinstance(entry, dict)):
        for key, inner in entry.items():
            known = {alias for name, option in options.items() for alias in (name, *option.get("aliases", ()))}
            if key not in known:
                found.append(f"{path}{key}")
            elif key in options and options[key].get("suboptions"):
                found += undocumented(inner, options[key]["suboptions"], f"{path}{key}.")
    return found


# Modules and filters


def test_action_groups_hold_exactly_the_modules() -> None:
    groups = load("meta/runtime.yml")["action_groups"]
    assert groups["all"] == MODULES
    assert set(groups["cloud"]) == {
        module for module in MODULES if {"auth_type", "endpoint"} <= set(documented("module", module)["doc"]["options"])
    }
    assert set(groups["kube"]) == {
        module for module in MODULES if "kubeconfig" in documented("module", module)["doc"]["options"]
    }


@pytest.mark.parametrize("module", MODULES)
def test_module_is_documented(module: str) -> None:
    found = documented("module", module)
    assert found["doc"].get("version_added"), "no version_added"
    attributes = found["doc"].get("attributes", {})
    for name in ("check_mode", "diff_mode", "idempotent"):
        assert attributes.get(name, {}).get("support") in ("full", "partial", "none", "N/A"), f"attribute {name}"
    assert found["return"], "no RETURN"
    without = [name for name, value in found["return"].items() if "sample" not in value and "contains" not in value]
    assert not without, "RETURN without a sample"


@pytest.mark.parametrize("module", MODULES)
def test_module_examples_use_what_is_documented(module: str) -> None:
    found = documented("module", module)
    used = set()
    for task in tasks_of(yaml.safe_load(found["examples"])):
        actions = [key for key in task if not KEYWORDS.fullmatch(key)]
        assert len(actions) == 1 and actions[0].count(".") == 2, f"not one FQCN: {actions}"
        used.add(actions[0])
        if actions[0].startswith("dcn.glance."):
            own = documented("module", actions[0].removeprefix("dcn.glance."))
            assert not undocumented(task[actions[0]], own["doc"]["options"], ""), task.get("name")
    assert f"dcn.glance.{module}" in used


def test_filters_are_documented() -> None:
    assert documentation("filter")
    for name in documentation("filter"):
        found = documented("filter", name)  # from plugins/filter/<name>.yml, where a file holds several
        assert found["doc"].get("version_added") and found["examples"] and found["return"], name


def test_connection_of_the_lab_is_documented() -> None:
    assert list(documentation("connection", "dcn.glance_lab")) == ["podman_exec"]
    assert documented("connection", "podman_exec", "dcn.glance_lab")["doc"]["version_added"]


# Python


@pytest.mark.parametrize("path", PYTHON + LAB_PYTHON)
def test_python_is_short_and_old_enough(path: str) -> None:
    # Target hosts run Python 3.9; feature_version refuses match statements and other newer syntax.
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 9))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = {node.name: size for node in functions if (size := (node.end_lineno or 0) - node.lineno + 1) > 40}
    assert not long, "functions of more than 40 lines"


def python_39() -> str | None:
    """A Python 3.9 that runs; the python3.9 that pyenv puts into PATH need not."""
    found = shutil.which("python3.9")
    candidates = [found] if found else []
    candidates += [str(path) for path in Path.home().glob(".pyenv/versions/3.9.*/bin/python3.9")]
    runs = (
        python
        for python in candidates
        if subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0
    )
    return next(runs, None)


def test_python_39_imports_what_targets_run(tmp_path: Path) -> None:
    python = python_39()
    if not python:
        pytest.skip("no Python 3.9 on this machine")
    core = Path(ansible_package.__file__).parent
    (tmp_path / "ansible").symlink_to(core)
    # The collection that ours depends on is installed wherever ours is.
    (tmp_path / "ansible_collections").mkdir()
    (tmp_path / "ansible_collections/kubernetes").symlink_to(core.parent / "ansible_collections/kubernetes")
    names = [
        path[:-3].replace("/", ".") for path in PYTHON if path.startswith(("plugins/modules", "plugins/module_utils"))
    ]
    code = "".join(f"import ansible_collections.dcn.glance.{name}\n" for name in names)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / '.cache/collections'}:{tmp_path}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    answer = subprocess.run([python, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("path", PLUGIN_FILES)
def test_plugin_file_is_short(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    size = len(text.splitlines())
    if path.startswith("plugins/modules/"):  # thin: what counts is what stands beside the documentation
        assert size - documentation_lines(text) <= 130
    else:
        assert size <= 400


def documentation_lines(text: str) -> int:
    names = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    return sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in nodes
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id in names
    )


# Roles and playbooks


def role_folder(role: str) -> tuple[str, Path]:
    """The role's own name and its folder."""
    collection, _dot, name = role.rpartition(".")
    return name, COLLECTIONS[collection] / "roles" / name


@pytest.mark.parametrize("role", ROLES)
def test_role_is_complete(role: str) -> None:
    name, top = role_folder(role)
    for path in ("README.md", "meta/main.yml", "meta/argument_specs.yml"):
        assert (top / path).is_file(), path
    spec = load(top / "meta/argument_specs.yml")["argument_specs"]
    defaults_file = top / "defaults/main.yml"
    defaults = load(defaults_file) or {} if defaults_file.is_file() else {}
    options = [option for entry in spec.values() for option in entry.get("options", {}).items()]
    optional = {option for option, details in options if not details.get("required")}
    assert optional == set(defaults), "options that are not required, and defaults/main.yml"
    for option, details in options:
        assert option.startswith(f"{name}_"), f"{option} lacks the role's prefix"
        assert option not in defaults or same_default(details, defaults[option]), f"default of {option}"


def same_default(option: dict[str, t.Any], default: t.Any) -> bool:
    """A template or null cannot always stand in the specification: there it may be left to the description."""
    may_be_left_out = default is None or (isinstance(default, str) and "{{" in default)
    return option["default"] == default if "default" in option else may_be_left_out


@pytest.mark.parametrize("role", ROLES)
def test_role_describes_its_entry_points(role: str) -> None:
    """A role without tasks/main.yml does nothing when it is listed below roles, so its README says so."""
    _name, top = role_folder(role)
    tasks = {path.stem for path in (top / "tasks").glob("*.yml")}
    assert set(load(top / "meta/argument_specs.yml")["argument_specs"]) <= tasks
    if "main" not in tasks:
        assert "no main entry point" in (top / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", ROLES)
def test_each_default_has_a_comment(role: str) -> None:
    name, top = role_folder(role)
    lines = (top / "defaults/main.yml").read_text(encoding="utf-8").splitlines()
    names = [number for number, line in enumerate(lines) if re.match(rf"{name}_\w+:", line)]
    assert names
    assert [lines[number] for number in names if not lines[number - 1].startswith("# ")] == []


def test_playbooks_import_each_other_by_path() -> None:
    """A collection server cannot follow an import by the name of the collection that it just reads."""
    imported = {
        (path.name, play[IMPORT])
        for path in (ROOT / "playbooks").glob("*.yml")
        for play in load(path)
        if IMPORT in play
    }
    assert ("site.yml", "lint.yml") in imported
    assert sorted(pair for pair in imported if not (ROOT / "playbooks" / pair[1]).is_file()) == []


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_playbook_is_listed(playbook: str) -> None:
    collection, _dot, name = playbook.rpartition(".")
    assert name.isidentifier(), f"{playbook} must be a name"
    assert f"`{playbook}`" in (COLLECTIONS[collection] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("inventory", INVENTORIES)
def test_inventory_lints(inventory: str) -> None:
    answer = ansible("ansible-playbook", "-i", f"inventories/{inventory}", "dcn.glance.lint")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "WARNING" not in answer.stderr


def test_task_names_that_tests_look_for_exist() -> None:
    """Tests on the lab and on Kubernetes find results by the names of tasks."""
    name = re.compile(r'result\(\s*"([^"]+)"|"dcn\.glance\.\w+ : ([^"]+)"')
    tests = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/[kl]*/**/*.py"))
    wanted = {first or second for first, second in name.findall(tests)}
    tasks = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("roles/*/tasks/*.yml"))
    assert len(wanted) > 5
    assert {text for text in wanted if f"- name: {text}" not in tasks} == set()


# No way out of the checks


def repository_files() -> list[str]:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


def test_every_file_says_its_licence() -> None:
    data = re.compile(
        r"LICENSE|CHANGELOG\.md|changelogs/changelog\.yaml|.*\.json|.*/go\.sum|tests/.*/(fixtures|golden|data)/.*"
    )
    without = []
    for name in repository_files():
        text = (ROOT / name).read_bytes()
        if text and not data.fullmatch(name) and b"SPDX-License-Identifier: GPL-3.0-or-later" not in text[:600]:
            without.append(name)
    assert not without


def test_sanity_ignores_nothing() -> None:
    assert not [name for name in repository_files() if name.startswith("tests/sanity/ignore")]


def test_commands_say_why() -> None:
    """A module is there for most things: a task that runs a command has a comment."""
    command = re.compile(r"\s*(- )?(ansible\.builtin\.)?(command|shell|raw|script|expect):")
    silent = []
    for name in (
        name
        for name in repository_files()
        if re.match(r"(lab/)?(roles/[^/]+/(tasks|handlers)|playbooks)/.*\.yml$", name)
    ):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if command.match(line) and not has_comment(lines, number):
                silent.append(f"{name}:{number + 1}")
    assert not silent


def has_comment(lines: list[str], number: int) -> bool:
    """Whether the task around a line has a comment, in it or right above it."""
    for line in reversed(lines[: number + 1]):
        if "# " in line:
            return True
        if not line.strip():
            return False
    return False
