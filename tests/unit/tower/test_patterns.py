# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns in extensions/patterns: what the rule `pattern` of ansible-lint and the schema 1.0.0 ask for."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PATTERNS = sorted(path.parent.parent for path in ROOT.glob("extensions/patterns/*/meta/pattern.json"))
REQUIRED = {"schema_version", "name", "title", "description", "short_description", "tags", "aap_resources"}
RESOURCES = {
    "controller_project",
    "controller_execution_environment",
    "controller_labels",
    "controller_job_templates",
}
SURVEYS = yaml.safe_load((ROOT / "extensions/aap/surveys.yml").read_text(encoding="utf-8"))["glance_surveys"]


def definition(pattern: Path) -> dict[str, t.Any]:
    return t.cast(dict[str, t.Any], json.loads((pattern / "meta/pattern.json").read_text(encoding="utf-8")))


def test_each_directory_is_a_pattern() -> None:
    assert len(PATTERNS) == 3
    assert sorted(path for path in (ROOT / "extensions/patterns").iterdir() if path.is_dir()) == PATTERNS


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda path: path.name)
def test_definition_is_complete(pattern: Path) -> None:
    found = definition(pattern)
    assert set(found) == REQUIRED
    assert (found["schema_version"], found["name"]) == ("1.0.0", pattern.name)
    assert set(found["aap_resources"]) == RESOURCES
    assert (pattern / "README.md").is_file()


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda path: path.name)
def test_job_template_runs_a_playbook_of_this_collection(pattern: Path) -> None:
    (template,) = definition(pattern)["aap_resources"]["controller_job_templates"]
    (play,) = yaml.safe_load((pattern / "playbooks" / template["playbook"]).read_text(encoding="utf-8"))
    imported = (pattern / "playbooks" / play["ansible.builtin.import_playbook"]).resolve()
    assert imported.parent == ROOT / "playbooks"
    assert imported.is_file()
    assert set(template["fields_required_at_launch"]) <= {"credential", "inventory", "verbosity"}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda path: path.name)
def test_questions_are_those_of_the_job_templates(pattern: Path) -> None:
    (template,) = definition(pattern)["aap_resources"]["controller_job_templates"]
    (play,) = yaml.safe_load((pattern / "playbooks" / template["playbook"]).read_text(encoding="utf-8"))
    survey = SURVEYS[Path(play["ansible.builtin.import_playbook"]).stem]
    readme = (pattern / "README.md").read_text(encoding="utf-8")
    # The schema knows no numbers.
    expected = [question for question in survey["spec"] if question["type"] != "integer"]
    assert template["survey"]["spec"] == expected
    for question in expected:
        assert f"`{question['variable']}`" in readme
