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
# Uploads, downloads, copies and deletes images through each worker, until a file is gone. Requests that
# the restart of a worker has cut off are counted, and made again as any client does.
IMAGES = """
import json, openstack, os, sys, time
found = {"done": 0, "errors": [], "cut": []}
log, running, *workers = sys.argv[1:]
session = openstack.connect(cloud="dcn").session
body = {"name": "dcn-test-rotate", "disk_format": "raw", "container_format": "bare"}
octets = {"Content-Type": "application/octet-stream"}

def ask(method, url, good, patience=1, **request):
    # A conflict: the lock of the task that has just ended is still there.
    for _ in range(patience):
        answer = session.request(url, method, raise_exc=False, **request)
        if answer.status_code in good:
            return answer
        if answer.status_code != 409:
            break
        time.sleep(1)
    raise RuntimeError(f"{answer.status_code} {answer.text[:300]}")

def once(images):
    image = images + "/" + ask("POST", images, [201], json=body).json()["id"]
    data = os.urandom(4 << 20)
    ask("PUT", image + "/file", [204], data=data, headers=octets)
    if ask("GET", image + "/file", [200]).content != data:
        raise ValueError("other bytes")
    other = "dcn0" if "central" in ask("GET", image, [200]).json()["stores"].split(",") else "central"
    copy = {"method": {"name": "copy-image"}, "stores": [other]}
    ask("POST", image + "/import", [202], 60, json=copy)
    for _ in range(180):
        state = ask("GET", image, [200]).json()
        if other in state["stores"].split(",") and not state.get("os_glance_importing_to_stores"):
            break
        time.sleep(1)
    else:
        raise RuntimeError(f"not copied: {state}")
    ask("DELETE", image, [204], 60)

while os.path.exists(running):
    for worker in workers:
        try:
            once(f"http://{worker}:9292/v2/images")
            found["done"] += 1
        except Exception as error:
            text = f"{worker}: {type(error).__name__}: {error}"
            lost = ("RuntimeError: 502", "RuntimeError: 503", "ConnectFailure", "ConnectionError", "not copied")
            found["cut" if any(word in text for word in lost) else "errors"].append(text)
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
