# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules of the collection by Ansible on the hub of the lab, as the tasks of one play."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


def run_modules(
    directory: pathlib.Path, endpoint: str, *tasks: tuple[str, dict[str, Any]], check: bool = False, **variables: Any
) -> list[dict[str, Any]]:
    """The results of (module, options) in order; a task that fails does not stop the others."""
    numbered = [
        {"name": f"task {number}", f"dcn.glance.{module}": options, "ignore_errors": True}
        for number, (module, options) in enumerate(tasks)
    ]
    play = {
        **{"name": "test", "hosts": "central", "gather_facts": False, "vars": variables},
        "module_defaults": {"group/dcn.glance.cloud": {"cloud": "dcn", "endpoint": endpoint}},
        "tasks": numbered,
    }
    path = directory / "play.yml"
    path.write_text(yaml.safe_dump([play]))
    env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    env["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".cache" / "collections")
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "-i", str(ROOT / "inventories/lab"), str(path), "--diff", *(["--check"] * check)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False)
    start = done.stdout.find("{")
    assert start >= 0, done.stdout + done.stderr
    return [task["hosts"]["central"] for task in json.loads(done.stdout[start:])["plays"][0]["tasks"]]
