# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how an image gets from the hub to an instance at a spoke of the lab: by an image cache, or by a local copy.

    .venv/bin/python tests/benchmarks/glance/cache_or_copy.py [MIB]

The image is random data in the hub's store only. A process on the spoke reads it through the spoke's Glance: first from
the hub's cluster, then from the cache, then from the cache with the hub's cluster stopped. Then the image is copied to
the spoke's cluster, and cloned there as Nova does for a disk. The spoke has a cache only for the run.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPOKE, WORKER, HUB = "dcn1", "http://dcn1:9292", "http://glance.central:9292"
DIRECTORY, SOURCE = "/srv/bench-cache", "/var/tmp/bench-cache"
DAEMONS = ("ceph-mon@central", "ceph-mgr@central", "ceph-osd@0")
READS = 3
CLONE = """
import rados, rbd, sys, time
cluster = rados.Rados(conffile="/etc/ceph/dcn1.conf", name="client.nova.dcn1")
begun = time.monotonic()
cluster.connect()
with cluster.open_ioctx("images") as images, cluster.open_ioctx("vms") as vms:
    rbd.RBD().clone(images, sys.argv[1], "snap", vms, "bench-clone")
    print(time.monotonic() - begun)
    rbd.RBD().remove(vms, "bench-clone")
"""


def execute(host: str, *command: str) -> str:
    """Run a command in a container of the lab."""
    return subprocess.run(["podman", "exec", host, *command], capture_output=True, text=True, check=True).stdout


def play(content: dict[str, Any]) -> None:
    """Run one play with the lab's inventory."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump([{"name": "bench", "gather_facts": False, **content}], file)
        file.flush()
        program = pathlib.Path(sys.executable).with_name("ansible-playbook")
        done = subprocess.run(
            [str(program), "-i", "inventories/lab", file.name], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def glance(cache: bool) -> None:
    """Configure the spoke's Glance with or without a cache."""
    change = {"sites": {SPOKE: {"glance": {"cache": {"directory": DIRECTORY}}}}}
    topology = f"{{{{ dcn_topology | combine({change}, recursive=true) }}}}"
    variables = {"vars": {"glance_api_topology": topology}} if cache else {}
    play({"hosts": SPOKE, **variables, "roles": ["dcn.glance.glance_api"]})


def modules(*tasks: dict[str, Any]) -> None:
    """Run modules on the hub."""
    defaults = {"group/dcn.glance.cloud": {"cloud": "dcn", "endpoint": HUB}}
    named = [{"name": f"task {number}", **task} for number, task in enumerate(tasks)]
    play({"hosts": "central", "module_defaults": defaults, "tasks": named})


def image(name: str, **options: Any) -> dict[str, Any]:
    """A task for one image."""
    return {"dcn.glance.glance_image_import": {"images": [{"name": name, **options}]}}


def image_id(name: str) -> tuple[str, str]:
    """A token, and the id of the image."""
    code = "import openstack,sys; c=openstack.connect('dcn'); print(c.auth_token, c.image.find_image(sys.argv[1]).id)"
    token, found = execute("central", "python3", "-W", "ignore", "-c", code, name).split()
    return token, found


def read(token: str, found: str, target: str = "/dev/null") -> float:
    """Seconds to read the image on the spoke."""
    url = f"{WORKER}/v2/images/{found}/file"
    answer = execute(SPOKE, "curl", "-sf", "-H", f"X-Auth-Token: {token}", "-o", target, "-w", "%{time_total}", url)
    return float(answer)


def measure(name: str) -> dict[str, float]:
    """Seconds of each way."""
    token, found = image_id(name)
    times = {"first read, from the hub's cluster": read(token, found)}
    times["next read, from the cache"] = min(read(token, found) for _each in range(READS))
    times["the same into a file, as Nova does"] = min(
        read(token, found, "/var/tmp/bench-disk") for _each in range(READS)
    )
    execute("central", "systemctl", "kill", "--signal=SIGSTOP", *DAEMONS)
    try:
        times["from the cache, the hub's cluster stopped"] = read(token, found)
    finally:
        execute("central", "systemctl", "kill", "--signal=SIGCONT", *DAEMONS)
    begun = time.monotonic()
    modules({"dcn.glance.glance_image_placement": {"images": [{"image": name, "stores": ["central", SPOKE]}]}})
    times["copy to the spoke's cluster (place_images)"] = time.monotonic() - begun
    clones = [float(execute(SPOKE, "python3", "-c", CLONE, found)) for _each in range(READS)]
    times["clone in the spoke's cluster, as Nova does"] = min(clones)
    execute(SPOKE, "rm", "/var/tmp/bench-disk")
    return times


def main() -> None:
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    name = f"bench-cache-{uuid.uuid4().hex[:8]}"
    execute("central", "dd", "if=/dev/urandom", f"of={SOURCE}", "bs=1M", f"count={mib}")
    glance(cache=True)
    try:
        modules(image(name, src=SOURCE, disk_format="raw", container_format="bare", stores=["central"]))
        times = measure(name)
    finally:
        modules(image(name, state="absent"))
        glance(cache=False)
        execute("central", "rm", SOURCE)
        execute(SPOKE, "rm", "-rf", DIRECTORY)
    print(f"{mib} MiB")
    for way, seconds in times.items():
        print(f"  {way:44} {seconds:8.2f} s")
    print(json.dumps({"mib": mib, "seconds": {way: round(seconds, 3) for way, seconds in times.items()}}))


if __name__ == "__main__":
    main()
