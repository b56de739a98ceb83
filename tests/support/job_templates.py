# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates in extensions/aap, and how AWX starts one: ansible-runner with the answers of its survey."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "extensions/aap"


def job_templates() -> dict[str, dict[str, t.Any]]:
    """The job templates by name."""
    text = (DATA / "controller_templates.yml").read_text(encoding="utf-8")
    return {item["name"]: item for item in yaml.safe_load(text)["controller_templates"]}


def default_answers(template: dict[str, t.Any]) -> dict[str, t.Any]:
    """The variables that AWX gives the job if someone leaves all answers as they are."""
    answers = dict(template.get("extra_vars", {}))
    if template.get("survey_enabled"):
        surveys = yaml.safe_load((DATA / "surveys.yml").read_text(encoding="utf-8"))["glance_surveys"]
        name = template["survey_spec"].removeprefix("{{ glance_surveys.").removesuffix(" }}")
        answers.update(
            {question["variable"]: question["default"] for question in surveys[name]["spec"] if "default" in question}
        )
    return answers


def launch(
    template: dict[str, t.Any], inventory: Path, directory: Path, **answers: t.Any
) -> tuple[int, str, dict[str, t.Any]]:
    """Run the job with ansible-runner: its exit code, its output, and its artifacts."""
    (directory / "env").mkdir(exist_ok=True)
    variables = json.dumps({**default_answers(template), **answers})
    (directory / "env/extravars").write_text(variables, encoding="utf-8")
    cmdline = ["--diff"] if template.get("diff_mode") else []
    cmdline += ["--check"] if template["job_type"] == "check" else []
    line = [str(Path(sys.executable).parent / "ansible-runner"), "run", str(directory), "-p", template["playbook"]]
    line += ["--inventory", str(inventory), "--ident", "job", *([f"--cmdline={' '.join(cmdline)}"] if cmdline else [])]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
    }
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, cwd=directory)
    stats = [
        json.loads(path.read_text(encoding="utf-8"))["event_data"].get("artifact_data", {})
        for path in directory.glob("artifacts/job/job_events/*.json")
        if '"playbook_on_stats"' in path.read_text(encoding="utf-8")
    ]
    return done.returncode, done.stdout + done.stderr, stats[-1] if stats else {}
