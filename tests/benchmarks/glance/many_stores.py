# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the glance-api.conf of a hub with more and more stores: one task of glance_store_config.

    .venv/bin/python tests/benchmarks/glance/many_stores.py [100 300 1000]

The file is on this machine, and no service reads it. A bare module call is ansible.builtin.stat of the same file.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/benchmarks/scale"))

from many_sites import topology  # noqa: E402


def measure(count: int) -> dict[str, float]:
    """Seconds of each task with this number of stores."""
    with tempfile.TemporaryDirectory() as directory:
        conf, plays = pathlib.Path(directory, "glance-api.conf"), pathlib.Path(directory, "plays.yml")
        conf.write_text("[DEFAULT]\ndebug = false\n", encoding="utf-8")
        names = ["central", *(f"dcn{number}" for number in range(count - 1))]
        stores = "{{ dcn_topology | dcn.glance.site_stores('central') }}"
        store_config = {"path": str(conf), "stores": stores, "check_files": False}
        tasks: list[dict[str, Any]] = [
            {"name": "create", "dcn.glance.glance_store_config": store_config},
            {"name": "again", "dcn.glance.glance_store_config": store_config},
            {"name": "bare", "ansible.builtin.stat": {"path": str(conf)}},
        ]
        variables = {"dcn_topology": topology(names), "ansible_python_interpreter": sys.executable}
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        play |= {"vars": variables, "tasks": tasks}
        plays.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        }
        line = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(plays)]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    found = {}
    for task in json.loads(done.stdout[done.stdout.index("{") :])["plays"][0]["tasks"]:
        start, end = (datetime.fromisoformat(task["task"]["duration"][key].rstrip("Z")) for key in ("start", "end"))
        found[task["task"]["name"]] = (end - start).total_seconds()
    return found


def main() -> None:
    print("Seconds of a task, and how much longer it takes than a bare module call")
    print(f"{'stores':>8}{'create':>17}{'again':>17}", flush=True)
    for count in map(int, sys.argv[1:] or ("100", "300", "1000")):
        found = measure(count)
        cells = "".join(f"{found[turn]:9.1f}{found[turn] / found['bare']:7.1f}x" for turn in ("create", "again"))
        print(f"{count:8}{cells}", flush=True)


if __name__ == "__main__":
    main()
