# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on the lab while keys change: what is done and what fails is counted."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

LOG = "/run/dcn-test-load"
RUNNING = "/run/dcn-test-running"
# One new connection after the other with each keyring, until a file is gone. As Glance, it reads the keyring each time.
CONNECT = """
import json, os, rados, sys, time
found = {"done": 0, "errors": []}
log, running, *clients = sys.argv[1:]
while os.path.exists(running):
    for cluster, name in (client.split("/") for client in clients):
        try:
            with rados.Rados(conffile=f"/etc/ceph/{cluster}.conf", name=name) as handle:
                with handle.open_ioctx("images") as pool:
                    found["done"] += sum(1 for _ in pool.list_objects()) >= 0
        except Exception as error:
            found["errors"].append(f"{cluster} {name}: {error}")
        time.sleep(0.2)
with open(log, "w") as stream:
    json.dump(found, stream)
"""
# Uploads, downloads, copies to another store and deletes images through each worker, until a file is gone.
IMAGES = """
import json, openstack, os, sys, time
found = {"done": 0, "errors": []}
log, running, *workers = sys.argv[1:]
session = openstack.connect(cloud="dcn").session
body = {"name": "dcn-test-rotate", "disk_format": "raw", "container_format": "bare"}
octets = {"Content-Type": "application/octet-stream"}
while os.path.exists(running):
    for worker in workers:
        images = f"http://{worker}:9292/v2/images"
        step = "create"
        try:
            image = f"{images}/{session.post(images, json=body).json()['id']}"
            data = os.urandom(4 << 20)
            step = "upload"
            session.put(f"{image}/file", data=data, headers=octets)
            step = "download"
            same = session.get(f"{image}/file").content == data
            own = session.get(image).json()["stores"].split(",")
            other = "dcn0" if "central" in own else "central"
            step = "copy"
            body_of_copy = {"method": {"name": "copy-image"}, "stores": [other]}
            copied = session.post(f"{image}/import", json=body_of_copy)
            while copied.status_code == 409:  # the lock of the upload is not gone yet
                time.sleep(1)
                copied = session.post(f"{image}/import", json=body_of_copy)
            for _ in range(120):
                if other in session.get(image).json()["stores"].split(","):
                    break
                time.sleep(1)
            else:
                raise TimeoutError(session.get(image).json())
            step = "delete"
            while session.delete(image).status_code == 409:
                time.sleep(1)
            found["done"] += same
            found["errors"] += [] if same else [f"{worker}: other bytes"]
        except Exception as error:
            found["errors"].append(f"{worker}: {step}: {error}")
with open(log, "w") as stream:
    json.dump(found, stream)
"""
# Clones an image into the pool vms as Nova does, reads the clone and removes it, until a file is gone.
CLONES = """
import json, os, rados, rbd, re, sys, time
found = {"done": 0, "errors": []}
log, running, cluster, image = sys.argv[1:]
number = 0
while os.path.exists(running):
    number += 1
    with open("/etc/nova/nova.conf") as stream:
        name = re.findall(r"^rbd_user *= *(.+)$", stream.read(), re.M)[-1]
    try:
        conf = f"/etc/ceph/{cluster}.conf"
        with rados.Rados(conffile=conf, name=f"client.{name}") as handle:
            with handle.open_ioctx("images") as images, handle.open_ioctx("vms") as vms:
                clone = f"dcn-test-clone-{number}"
                rbd.RBD().clone(images, image, "snap", vms, clone)
                with rbd.Image(vms, clone) as opened:
                    found["done"] += len(opened.read(0, opened.size())) == opened.size()
                rbd.RBD().remove(vms, clone)
    except Exception as error:
        found["errors"].append(f"{name}: {error}")
    time.sleep(0.2)
with open(log, "w") as stream:
    json.dump(found, stream)
"""
# Reads a key from standard input, and says whether the cluster accepts it.
TRY = """
import rados, sys
handle = rados.Rados(conffile=sys.argv[1], name=sys.argv[2], conf={"key": sys.stdin.read().strip()})
try:
    handle.connect(timeout=10)
    print("accepted")
except rados.Error as error:
    print("refused" if abs(error.errno) in (1, 13) else error)
handle.shutdown()
"""


def background(host: str, program: str, *arguments: str, user: str = "root") -> None:
    command = ["podman", "exec", "-d", "--user", user, host, "timeout", "1500", "python3", "-c", program, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Work:
    """What one host does meanwhile: ``program`` gets ``arguments`` after its log and the file that ends it."""

    host: str
    name: str
    program: str
    arguments: Sequence[str]
    user: str = "root"


def usual_work(hosts: Mapping[str, Sequence[str]], apis: Sequence[str]) -> list[Work]:
    """Each of ``hosts`` connects with its clients (CLUSTER/CLIENT), and images go through each of ``apis``."""
    found = [Work(host, "connect", CONNECT, clients, "glance") for host, clients in hosts.items()]
    return [*found, Work("central", "images", IMAGES, apis)]


@contextlib.contextmanager
def load(lab, works: Sequence[Work]) -> Iterator[dict[str, dict]]:
    """The work runs during the block; afterwards what it did, by host and name."""
    found: dict[str, dict] = {}
    hosts = dict.fromkeys(work.host for work in works)
    for host in hosts:
        lab.exec(host, "sh", "-c", f"rm -rf {LOG}*; touch {RUNNING} && install -m 777 -d {LOG}")
    for work in works:
        background(work.host, work.program, f"{LOG}/{work.name}", RUNNING, *work.arguments, user=work.user)
    try:
        time.sleep(10)
        yield found
        time.sleep(15)
    finally:
        for host in hosts:
            lab.exec(host, "rm", "-f", RUNNING)
    for work in works:
        wait_for(lambda work=work: lab.exec(work.host, "cat", f"{LOG}/{work.name}", check=False))
        found[f"{work.host} {work.name}"] = json.loads(lab.exec(work.host, "cat", f"{LOG}/{work.name}"))
    for host in hosts:
        lab.exec(host, "rm", "-rf", LOG)


@contextlib.contextmanager
def clones(lab, site: str) -> Iterator[Work]:
    """Clones of an image in the cluster of a site, read with the client of Nova there."""
    image = "dcn-test-parent"
    start = (
        f"rbd create images/{image} --size 4; rbd snap create images/{image}@snap; rbd snap protect images/{image}@snap"
    )
    end = f"rbd snap unprotect images/{image}@snap; rbd snap purge images/{image}; rbd rm images/{image}"
    lab.exec(site, "sh", "-ec", start)
    try:
        yield Work(site, "clones", CLONES, [site, image])
    finally:
        lab.exec(site, "sh", "-c", end)


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)


def tried(host: str, cluster: str, client: str, key: str) -> str:
    command = ["podman", "exec", "-i", host, "python3", "-c", TRY, f"/etc/ceph/{cluster}.conf", client]
    return subprocess.run(command, input=key, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
