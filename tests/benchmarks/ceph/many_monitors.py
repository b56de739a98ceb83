# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the clients of many sites on real monitors: the role ceph_clients, and the ceph program in a loop of tasks.

    .venv/bin/python tests/benchmarks/ceph/many_monitors.py [1 8 16 32]

Each site has a lone monitor, which answers all commands about clients. All monitors run in one container of the image
of the lab. For each number of sites a play runs on all of them with as many forks: once on clusters without the
clients, once on clusters that have them. The loop of tasks creates the same clients with ``ceph auth get-or-create``,
as many roles do. It neither repairs capabilities nor reports changes. The playbook groups runs first, as in all
playbooks of the collection: it loads the filters once, and gives each host the part of the topology that its site sees.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NAME = "dcn-glance-monitors"
PIDS = pathlib.Path("/run") / NAME
LIMITS = ("--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000")
ROLE, LOOP, TURNS = "role", "loop", ("create", "again")


def image() -> str:
    """The newest image of the lab on this machine."""
    line = ["podman", "images", "--quiet", "--filter=reference=localhost/dcn-glance-lab"]
    found = subprocess.run(line, check=True, capture_output=True, text=True).stdout.split()
    return found[0] if found else sys.exit("There is no image of the lab: make lab-image")


@contextlib.contextmanager
def monitors(count: int) -> Iterator[None]:
    """Start a container with this number of monitors, and remove it in the end."""
    PIDS.mkdir(exist_ok=True)
    runtime = ["--runtime=runc"] if shutil.which("runc") else []
    options = [
        "--rm",
        f"--name={NAME}",
        f"--hostname={NAME}",
        "--network=none",
        f"--pidfile={PIDS / NAME}.pid",
        *LIMITS,
    ]
    subprocess.run(
        [
            "podman",
            *runtime,
            "run",
            "--detach",
            "--quiet",
            "--stop-signal=KILL",
            *options,
            "--entrypoint=sleep",
            image(),
            "infinity",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        script = (HERE / "monitors.sh").read_bytes()
        enter = ["podman", "exec", "--interactive", NAME, "sh", "-s", "--", str(count)]
        subprocess.run(enter, input=script, check=True, stdout=subprocess.DEVNULL)
        yield
    finally:
        subprocess.run(["podman", "rm", "--force", "--time=5", NAME], check=False, stdout=subprocess.DEVNULL)
        PIDS.joinpath(f"{NAME}.pid").unlink(missing_ok=True)
        PIDS.rmdir()


def inventory(count: int) -> dict[str, Any]:
    """One host for each site, which is its admin host; all are the one container."""
    names = ["central", *(f"dcn{number}" for number in range(count - 1))]
    hosts = {
        f"{name}-mon": {
            "dcn_site": name,
            "ceph_clients_conf": f"/etc/ceph/mon{number}.conf",
            "ansible_host": NAME,
            "ansible_connection": "dcn.glance_lab.podman_exec",
            "ansible_python_interpreter": "/usr/bin/python3",
            "lab_network": NAME,
        }
        for number, name in enumerate(names)
    }
    sites = {name: {"ceph": {}, "glance": {"endpoint": f"http://{name}.example.org:9292"}} for name in names}
    variables = {"dcn_topology": {"hub": "central", "sites": sites}}
    return {"all": {"children": {"dcn_ceph_admin": {"hosts": hosts}}, "vars": variables}}


def playbook() -> list[dict[str, Any]]:
    """The clients of each cluster by the loop, and by the role. Each starts without clients, and runs twice."""
    entries = "dcn_topology | dcn.glance.cluster_clients(dcn_site)"
    gone = """map('regex_replace', '^(.*)$', '{"name": "\\1", "state": "absent"}') | map('from_json')"""
    remove = {"cluster": "bench", "conf": "{{ ceph_clients_conf }}", "fsid": "{{ omit }}"}
    remove["clients"] = "{{ " + entries + " | map(attribute='name') | " + gone + " }}"
    argv = "{{ ['ceph', '--conf', ceph_clients_conf, 'auth', 'get-or-create', item.name]"
    loop = {
        "ansible.builtin.command": {"argv": argv + " + (item.caps | dictsort | flatten) }}"},
        "loop": "{{ " + entries + " }}",
        "loop_control": {"label": "{{ item.name }}"},
        "no_log": True,
    }
    role = {"ansible.builtin.include_role": {"name": "dcn.glance.ceph_clients"}}
    plays = []
    for way, task in ((LOOP, loop), (ROLE, role)):
        plays.append({"name": "remove", "tasks": [{"dcn.glance.ceph_client": remove}]})
        plays += [{"name": f"{way}|{turn}", "tasks": [task]} for turn in TURNS]
    plays = [{"hosts": "dcn_ceph_admin", "gather_facts": False, **play} for play in plays]
    return [{"ansible.builtin.import_playbook": "dcn.glance.groups"}, *plays]


def measure(count: int) -> dict[str, float]:
    """Seconds of each play with this number of sites."""
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_FORKS": str(count),
    }
    with tempfile.TemporaryDirectory() as directory:
        hosts, plays = pathlib.Path(directory, "hosts.yml"), pathlib.Path(directory, "plays.yml")
        hosts.write_text(yaml.safe_dump(inventory(count), sort_keys=False), encoding="utf-8")
        plays.write_text(yaml.safe_dump(playbook(), sort_keys=False), encoding="utf-8")
        program = pathlib.Path(sys.executable).with_name("ansible-playbook")
        line = [str(program), "-i", str(hosts), str(plays)]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    found: dict[str, float] = {}
    for play in json.loads(done.stdout[done.stdout.index("{") :])["plays"]:
        start, end = (datetime.fromisoformat(play["play"]["duration"][key].rstrip("Z")) for key in ("start", "end"))
        found[play["play"]["name"]] = (end - start).total_seconds()
    return found


def slope(points: dict[int, float]) -> float:
    """Seconds that one more site costs, by least squares."""
    middle = sum(points) / len(points)
    spread = sum((count - middle) ** 2 for count in points)
    return sum((count - middle) * seconds for count, seconds in points.items()) / spread


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the clients of many sites on real monitors.")
    parser.add_argument("sites", nargs="*", type=int, default=[1, 8, 16, 32])
    counts = parser.parse_args().sites
    columns = [f"{way}|{turn}" for way in (ROLE, LOOP) for turn in TURNS]
    print("Seconds of a play with as many forks as sites, and how much longer the loop takes than the role")
    print(f"{'sites':>8}{'role':>9}{'again':>9}{'loop':>9}{'again':>9}{'loop x':>9}{'again x':>9}", flush=True)
    found: dict[int, dict[str, float]] = {}
    with monitors(max(counts)):
        for count in counts:
            found[count] = measure(count)
            role, role_again, loop, loop_again = (found[count][name] for name in columns)
            cells = f"{role:9.1f}{role_again:9.1f}{loop:9.1f}{loop_again:9.1f}"
            print(f"{count:8}{cells}{loop / role:9.1f}{loop_again / role_again:9.1f}", flush=True)
    if len(counts) > 1:
        slopes = (slope({count: seconds[name] for count, seconds in found.items()}) for name in columns)
        print(f"{'one more':>8}" + "".join(f"{value:9.2f}" for value in slopes))


if __name__ == "__main__":
    main()
