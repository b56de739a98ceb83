# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable that a filter reads from hostvars is in the table, and a task of its role sets it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import ALL, RoleVariable

ROOT = Path(__file__).parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())


def tasks(data: Any) -> Iterator[dict[str, Any]]:
    """Every task of a file, those in blocks included."""
    for task in data or ():
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part))


def variables_set_by(role: str) -> set[str]:
    """The variables that the tasks of a role register or set as facts."""
    found: set[str] = set()
    for path in (ROOT / "roles" / role / "tasks").glob("*.yml"):
        for task in tasks(yaml.safe_load(path.read_text())):
            found |= {task["register"]} if "register" in task else set()
            found |= set(task.get("ansible.builtin.set_fact", ()))
    return found


@pytest.mark.parametrize("variable", ALL, ids=lambda variable: variable.name)
def test_a_task_of_the_role_sets_it(variable: RoleVariable) -> None:
    assert variable.name.startswith(f"{variable.role}_")
    assert variable.name in variables_set_by(variable.role)


def test_a_variable_that_no_task_sets_is_noticed() -> None:
    assert "verify_nothing" not in variables_set_by("verify")


@pytest.mark.parametrize("path", sorted((ROOT / "plugins" / "filter").glob("*.py")), ids=lambda path: path.stem)
def test_filters_name_no_variable_of_a_role(path: Path) -> None:
    tree = ast.parse(path.read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    filters = {texts_of.stem for texts_of in (ROOT / "plugins" / "filter").glob("*.yml")}
    named = {text for text in texts - filters if any(text.startswith(f"{role}_") for role in ROLES)}
    assert named == set()


def test_a_role_that_did_not_run_gives_nothing() -> None:
    assert RoleVariable("verify", "verify_rbd").read({"other": 1}) is None
