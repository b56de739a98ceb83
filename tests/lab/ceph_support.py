# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single modules on the hosts of the lab, many in one run of Ansible."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """One task on one host; other steps see its result under ``hostvars[host][register]``."""

    host: str
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    check: bool = False
    register: str = "result"

    def play(self) -> dict[str, Any]:
        name = self.module if "." in self.module else f"dcn.glance.{self.module}"
        task = {
            name: self.arguments,
            "check_mode": self.check,
            "diff": True,
            "register": self.register,
            "ignore_errors": True,
        }
        play: dict[str, Any] = {"hosts": self.host, "gather_facts": False, "tasks": [task]}
        if self.host == "localhost":
            play["vars"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        return play


def command(host: str, *words: str) -> Step:
    return Step(host, "ansible.builtin.command", {"argv": list(words)})


def shell(host: str, text: str) -> Step:
    return Step(host, "ansible.builtin.shell", {"cmd": text})


def _ansible(steps: tuple[Step, ...], *flags: str, callback: str) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_STDOUT_CALLBACK": callback,
    }
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook:
        yaml.safe_dump([step.play() for step in steps], playbook)
        playbook.flush()
        done = subprocess.run(
            [str(program), "-i", str(ROOT / "inventories" / "lab"), *flags, playbook.name],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout + (done.stderr if callback == "default" else "")


def run(*steps: Step) -> list[dict[str, Any]]:
    """The result of each step, in order. A step that fails does not stop the others."""
    output = _ansible(steps, callback="ansible.posix.json")
    plays = json.loads(output[output.index("{") :])["plays"]
    return [play["tasks"][0]["hosts"][step.host] for play, step in zip(plays, steps)]


def printed(*steps: Step) -> str:
    """Everything that Ansible prints at its highest verbosity."""
    return _ansible(steps, "-vvvv", callback="default")
