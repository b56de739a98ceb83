# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures images into several stores: glance_image_import, scripts with openstacksdk, and `rbd bench`, in one run.

    .venv/bin/python tests/benchmarks/glance/copies.py [--images 10] [--mib 64] [--concurrency 2 4 6]

It needs a lab on which dcn.glance.site has run. See README.md beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
SITES = ("central", "dcn0", "dcn1")
FOLDER = "/var/tmp/dcn-bench"
ENDPOINT = "http://glance.central:9292"
SCRIPT = """
import sys, time, openstack
way, stores, folder = sys.argv[1], sys.argv[2].split(","), sys.argv[4]
conn = openstack.connect(cloud="dcn")
glance = conn.image

def wait(image, wanted):
    while True:
        found = glance.get(f"/images/{image.id}").json()
        if set(wanted) <= set((found.get("stores") or "").split(",")) and not found.get("os_glance_import_task"):
            return
        time.sleep(1)

def request(image, method, names):
    body = {"method": {"name": method}, "stores": names, "all_stores_must_succeed": True}
    while True:
        answer = glance.post(f"/images/{image.id}/import", json=body)
        if answer.status_code != 409:
            assert answer.status_code == 202, answer.text
            return
        time.sleep(1)

for number in range(int(sys.argv[3])):
    image = glance.create_image(f"bench-{number}", disk_format="raw", container_format="bare", allow_duplicates=True)
    with open(f"{folder}/{number}", "rb") as data:
        glance.stage_image(image, data=data)
    if way == "one request":
        request(image, "glance-direct", stores)
        wait(image, stores)
        continue
    request(image, "glance-direct", stores[:1])
    wait(image, stores[:1])
    for store in stores[1:]:
        request(image, "copy-image", [store])
        wait(image, [store])
"""


def run(host: str, *command: str) -> str:
    """The output of a command in a container of the lab."""
    done = subprocess.run(["podman", "exec", host, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{host}: {' '.join(command)[:200]}: {done.stdout}{done.stderr}")
    return done.stdout


def play(*tasks: tuple[str, dict[str, object]]) -> None:
    """Run modules on the hub."""
    text = yaml.safe_dump(
        [
            {
                **{"hosts": "central", "gather_facts": False},
                "module_defaults": {"group/dcn.glance.cloud": {"cloud": "dcn", "endpoint": ENDPOINT}},
                "tasks": [{f"dcn.glance.{name}": options} for name, options in tasks],
            }
        ]
    )
    env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    env["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".cache" / "collections")
    program = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(text)
        file.flush()
        command = [program, "-i", str(ROOT / "inventories/lab"), file.name]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def clean(number: int) -> None:
    images = [{"name": f"bench-{item}", "state": "absent"} for item in range(number)]
    play(("glance_image_import", {"images": images, "allow_orphans": True}))


def raw_rate(site: str, mib: int) -> float:
    """MiB/s that `rbd bench` writes to one cluster, in requests as large as Glance's."""
    size = f"{mib}M"
    run(site, "rbd", "create", "images/dcn-bench", "--size", size)
    try:
        options = ["--io-type", "write", "--io-size", "8M", "--io-threads", "4", "--io-total", size]
        text = run(site, "rbd", "bench", *options, "--io-pattern", "seq", "images/dcn-bench")
    finally:
        run(site, "rbd", "rm", "--no-progress", "images/dcn-bench")
    rate = re.search(r"bytes/sec: ([\d.]+) ([KMG])iB/s", text)
    if not rate:
        sys.exit(f"{site}: rbd bench prints no rate: {text}")
    return float(rate.group(1)) * {"K": 1 / 1024, "M": 1, "G": 1024}[rate.group(2)]


def raw_rates(mib: int) -> tuple[dict[str, float], float]:
    """The rate of each store alone, and of all at the same time together."""
    alone = {site: raw_rate(site, mib) for site in SITES}
    with ThreadPoolExecutor() as pool:
        together = list(pool.map(lambda site: raw_rate(site, mib), SITES))
    return alone, sum(together)


def timed(name: str, number: int, action: Callable[[], object]) -> float:
    """The seconds of an action; its images are deleted afterwards."""
    begun = time.monotonic()
    action()
    seconds = time.monotonic() - begun
    print(f"{name}: {seconds:.1f} s", file=sys.stderr)
    clean(number)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=10)
    parser.add_argument("--mib", type=int, default=64)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[2, 4, 6])
    given = parser.parse_args()
    number, mib = given.images, given.mib
    make = f"mkdir -p {FOLDER}; for i in $(seq 0 {number - 1}); do head -c {mib}M /dev/urandom > {FOLDER}/$i; done"
    run("central", "sh", "-c", make)
    results: dict[str, float] = {}
    try:
        alone, together = raw_rates(number * mib)
        for way in ("one request", "store by store"):
            arguments = ("python3", "-W", "ignore", "-c", SCRIPT, way, ",".join(SITES), str(number), FOLDER)
            results[f"script, {way}"] = timed(way, number, lambda args=arguments: run("central", *args))
        images = [
            {"name": f"bench-{item}", "src": f"{FOLDER}/{item}", "disk_format": "raw", "stores": list(SITES)}
            for item in range(number)
        ]
        for concurrency in given.concurrency:
            options = {"images": images, "concurrency": concurrency, "interval": 1}
            name = f"glance_image_import, concurrency {concurrency}"
            results[name] = timed(name, number, lambda opts=options: play(("glance_image_import", opts)))
    finally:
        clean(number)
        run("central", "rm", "-rf", FOLDER)
    report(results, number * mib * len(SITES), alone, together)


def report(results: dict[str, float], written: int, alone: dict[str, float], together: float) -> None:
    rates = ", ".join(f"{site} {rate:.0f}" for site, rate in alone.items())
    print(f"rbd bench, MiB/s: {rates}; all at the same time {together:.0f}\n")
    print(
        "| way | seconds | MiB/s | x store by store | x one request | share of rbd bench |\n|---|---|---|---|---|---|"
    )
    slow, single = results["script, store by store"], results["script, one request"]
    for name, seconds in results.items():
        rate = written / seconds
        ratios = f"{slow / seconds:.2f} | {single / seconds:.2f}"
        print(f"| {name} | {seconds:.1f} | {rate:.0f} | {ratios} | {100 * rate / together:.0f} % |")
    print(json.dumps({"seconds": results, "rbd_bench": {**alone, "together": together}}), file=sys.stderr)


if __name__ == "__main__":
    main()
