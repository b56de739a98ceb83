# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures 1, 20, 50 and 100 cephx clients on a cluster of the lab: one task of ceph_client, and the ceph program.

    .venv/bin/python tests/benchmarks/ceph/many_clients.py [SITE [COUNT ...]]

Each way runs in the same ansible-playbook, first on a cluster without the clients, then on one that has them. The
loop of tasks calls ``ceph auth get-or-create`` for each client, as many roles do. It neither repairs capabilities nor
reports changes. A bare module call is ansible.builtin.stat of the cluster's conf. The two quick ways take turns several
times, and their figures are medians. The file in the environment variable DCN_LAB_VARIABLES has the variables of a lab
beside the first one.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
COUNTS = (1, 20, 50, 100)
BARE = "bare module call"
TURNS = 7
CAPS = {"mon": "profile rbd", "mgr": "profile rbd pool=images", "osd": "profile rbd pool=images"}
WORDS = [word for pair in CAPS.items() for word in pair]


def manage(clients: list[dict[str, Any]], transport: str = "rados") -> dict[str, Any]:
    return {"dcn.glance.ceph_client": {"cluster": "bench", "clients": clients, "transport": transport}}


def tasks(count: int) -> list[tuple[str, dict[str, Any]]]:
    names = [f"client.bench.c{number:03}" for number in range(count)]
    present = [{"name": name, "caps": CAPS} for name in names]
    absent = manage([{"name": name, "state": "absent"} for name in names])
    loop = {
        "ansible.builtin.command": {"argv": ["ceph", "auth", "get-or-create", "{{ item }}", *WORDS]},
        "loop": names,
        "no_log": True,
    }
    arguments = " ".join(f"'{word}'" for word in WORDS)
    script = {
        "ansible.builtin.shell": {
            "cmd": f"for name in {' '.join(names)}; do ceph auth get-or-create $name {arguments} >/dev/null; done"
        }
    }
    quick = {
        BARE: {"ansible.builtin.stat": {"path": "/etc/ceph/ceph.conf"}},
        "ceph_client by librados": manage(present),
    }
    slow = {
        "ceph_client by the ceph program": manage(present, "cli"),
        "ceph program in a shell loop": script,
        "ceph program in a loop of tasks": loop,
    }
    result = [("clean", absent)]
    for way, task in [*quick.items()] * TURNS + [*slow.items()]:
        result += [(f"{count}|{way}|create", task), (f"{count}|{way}|again", task), ("clean", absent)]
    return result


def measure(site: str, counts: tuple[int, ...]) -> dict[str, float]:
    """Seconds of each kind of task."""
    wanted = [{"name": name, **task} for count in counts for name, task in tasks(count)]
    play = {"hosts": site, "gather_facts": False, "tasks": wanted}
    variables = os.environ.get("DCN_LAB_VARIABLES")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook:
        yaml.safe_dump([play], playbook)
        playbook.flush()
        done = subprocess.run(
            [
                str(pathlib.Path(sys.executable).with_name("ansible-playbook")),
                "-i",
                str(ROOT / "inventories" / "lab"),
                *(["-e", f"@{variables}"] if variables else []),
                playbook.name,
            ],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    found: dict[str, list[float]] = {}
    for task in json.loads(done.stdout[done.stdout.index("{") :])["plays"][0]["tasks"]:
        start, end = (datetime.fromisoformat(task["task"]["duration"][key].rstrip("Z")) for key in ("start", "end"))
        found.setdefault(task["task"]["name"], []).append((end - start).total_seconds())
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def main() -> None:
    site = sys.argv[1] if len(sys.argv) > 1 else "dcn1"
    counts = tuple(map(int, sys.argv[2:])) or COUNTS
    found = measure(site, counts)
    ways = list(dict.fromkeys(name.split("|")[1] for name in found if "|" in name))
    for count in counts:
        print(f"{count} clients on the cluster of {site}: seconds for a task, and how much longer than a {BARE}")
        print(f"{'':34}{'create':>16}{'again':>16}")
        for way in ways:
            cells = ""
            for turn in ("create", "again"):
                seconds = found[f"{count}|{way}|{turn}"]
                cells += f"{seconds:8.2f}{seconds / found[f'{count}|{BARE}|{turn}']:7.1f}x"
            print(f"{way:34}{cells}")
        print()


if __name__ == "__main__":
    main()
