# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures an audit of many images in three stores on the lab.

    .venv/bin/python tests/benchmarks/audit/five_hundred_images.py [COUNT]

An RBD image of 1 MiB with its protected snapshot is made for each image in each of the three clusters. The rows of the
images and of their locations are written to Glance's database, because imports of this number would take an hour. The
audit asks the real Glance and the real clusters, and must find nothing wrong with any of these images.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[3]
SITES = ("central", "dcn0", "dcn1")
NAME = "audit-bench"

# A cluster makes many snapshots at once about as fast as one.
_OBJECTS = """
import json, sys, rados, rbd
from concurrent.futures import ThreadPoolExecutor
action, names = sys.argv[1], json.load(sys.stdin)
with rados.Rados(conffile="/etc/ceph/ceph.conf") as cluster, cluster.open_ioctx("images") as pool:
    known = set(rbd.RBD().list(pool))
    def change(name):
        if action == "create":
            rbd.RBD().create(pool, name, 1 << 20)
            with rbd.Image(pool, name) as image:
                image.create_snap("snap")
                image.protect_snap("snap")
        elif name in known:
            with rbd.Image(pool, name) as image:
                for snapshot in [item["name"] for item in image.list_snaps()]:
                    if image.is_protected_snap(snapshot):
                        image.unprotect_snap(snapshot)
                    image.remove_snap(snapshot)
            rbd.RBD().remove(pool, name)
    with ThreadPoolExecutor(24) as workers:
        list(workers.map(change, names))
    print(cluster.get_fsid())
"""


def inside(host: str, *command: str, text: str = "") -> str:
    words = ["podman", "exec", "-i", host, *command]
    return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout.strip()


def objects(action: str, ids: list[str]) -> dict[str, str]:
    """Make or remove the RBD images in all clusters; the fsid of each site."""
    with ThreadPoolExecutor() as pool:
        calls = {
            site: pool.submit(inside, site, "python3", "-c", _OBJECTS, action, text=json.dumps(ids)) for site in SITES
        }
        return {site: call.result() for site, call in calls.items()}


def rows(ids: list[str], fsids: dict[str, str]) -> str:
    images = ",".join(
        f"('{image}','{NAME}-{number}',1048576,'active',utc_timestamp(),utc_timestamp(),0,'raw','bare',0,0,'shared')"
        for number, image in enumerate(ids)
    )
    locations = ",".join(
        f"('{image}','rbd://{fsids[site]}/images/{image}/snap',utc_timestamp(),utc_timestamp(),0,"
        f"'{{\"store\": \"{site}\"}}','active')"
        for image in ids
        for site in SITES
    )
    return (
        "insert into images (id,name,size,status,created_at,updated_at,deleted,disk_format,container_format,min_disk,"
        f"min_ram,visibility) values {images};"
        "insert into image_locations (image_id,value,created_at,updated_at,deleted,meta_data,status)"
        f" values {locations};"
    )


def clean(ids: list[str]) -> None:
    names = ",".join(f"'{image}'" for image in ids)
    delete = f"delete from image_locations where image_id in ({names}); delete from images where id in ({names});"
    inside("central", "mysql", "glance", text=delete)
    objects("remove", ids)


def audit(report: pathlib.Path) -> float:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
    }
    program = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", str(ROOT / "inventories" / "lab"), "dcn.glance.audit"]
    options = ["-e", f"audit_json={report}", "-e", "audit_fail_on=never"]
    start = time.monotonic()
    done = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-2000:])
    return seconds


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    report = ROOT / ".cache" / "audit-bench.json"
    ids = [str(uuid.uuid4()) for _each in range(count)]
    try:
        start = time.monotonic()
        fsids = objects("create", ids)
        inside("central", "mysql", "glance", text=rows(ids, fsids))
        print(f"{count} images in {len(SITES)} stores made in {time.monotonic() - start:.0f} s")
        seconds = audit(report)
    finally:
        clean(ids)
    found = json.loads(report.read_text(encoding="utf-8"))
    mine = [image for image in found["images"] if image["id"] in ids]
    good = sum(store["state"] == "ok" for image in mine for store in image["stores"].values())
    wrong = [item for item in found["findings"] if item["image"] in ids or item["object"].partition("/")[2] in ids]
    print(f"audited in {seconds:.1f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{len(mine)} images found, {good} good copies, {len(wrong)} findings about them")
    sys.exit(len(mine) != count or good != count * len(SITES) or bool(wrong))


if __name__ == "__main__":
    main()
