# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what a playbook costs the controller with more and more sites. No host is there.

    .venv/bin/python tests/benchmarks/scale/many_sites.py [--playbook site] [100 300 ...]

Each site has one host, which is its Ceph admin, its Glance API and its compute host. The connection of the hosts is
local, and runs nothing (connection/simulated.py). Answers replace modules that touch a system (action/normal.py),
so the times are those of Ansible and of the collection on the controller alone. The processor time is that of
ansible-playbook and its workers. Other work on the machine changes it by up to a tenth, the elapsed time by more.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SPOKE_GROUPS = ("dcn_nova_compute", "dcn_cinder_volume")


def topology(names: list[str]) -> dict[str, Any]:
    """A hub and equal spokes."""
    sites = {
        name: {
            "ceph": {"fsid": f"{number:08d}-4444-4444-8444-444444444444"},
            "glance": {"endpoint": f"http://{name}.example.org:9292"},
        }
        for number, name in enumerate(names)
    }
    return {"hub": names[0], "sites": sites}


def inventory(count: int, connection: str) -> dict[str, Any]:
    """One host for each site, the hub first."""
    names = ["central", *(f"dcn{number}" for number in range(count - 1))]
    hosts = {f"{name}-host": {"dcn_site": name, "ansible_connection": connection} for name in names}
    every, spokes = dict.fromkeys(hosts), dict.fromkeys(list(hosts)[1:])
    groups = {group: {"hosts": every} for group in ("dcn_ceph_admin", "dcn_glance_api")}
    groups.update({group: {"hosts": spokes} for group in SPOKE_GROUPS})
    groups["dcn_openstack_client"] = {"hosts": dict.fromkeys(list(hosts)[:1])}
    return {"all": {"hosts": hosts, "children": groups, "vars": {"dcn_topology": topology(names)}}}


def measure(playbook: str, count: int, connection: str = "simulated") -> tuple[float, float]:
    """(processor seconds, elapsed seconds) of a run."""
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_ACTION_PLUGINS": str(HERE / "action"),
        "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection"),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(inventory(count, connection), file, sort_keys=False)
        file.flush()
        command = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), "-i", file.name]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [*command, f"dcn.glance.{playbook}"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        after, elapsed = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a playbook with many sites.")
    parser.add_argument("sites", nargs="*", type=int, default=[100, 300])
    parser.add_argument("--playbook", default="site")
    options = parser.parse_args()
    print(f"dcn.glance.{options.playbook}, one host for each site, modules replaced; seconds")
    print(f"{'sites':>6}{'processor':>12}{'elapsed':>10}{'sites x':>10}{'processor x':>13}", flush=True)
    first: tuple[int, float] | None = None
    for count in options.sites:
        used, elapsed = measure(options.playbook, count)
        first = first or (count, used)
        ratios = f"{count / first[0]:10.1f}{used / first[1]:13.2f}"
        print(f"{count:6}{used:12.1f}{elapsed:10.1f}{ratios}", flush=True)


if __name__ == "__main__":
    main()
