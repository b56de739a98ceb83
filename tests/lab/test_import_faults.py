# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the real services during imports and copies: each is named, no image is lost, a second run ends well."""

from __future__ import annotations

import json
import threading
import uuid

import pytest

from ansible_collections.dcn.glance.tests.support.lab.frozen import frozen_cluster
from ansible_collections.dcn.glance.tests.support.lab.modules import run_modules
from ansible_collections.dcn.glance.tests.support.wait import until

# The worker on central itself, not the address in front of both workers.
WORKER, OTHER = "http://central:9292", "http://central2:9292"
FILE = "/var/tmp/test-import-faults"
MIB = 1024 * 1024
SIZE = 96 * MIB
DROP_IN = "/run/systemd/system/glance-api.service.d/test-limit.conf"
STAGE = """
import sys, openstack
glance = openstack.connect(cloud="dcn", image_endpoint_override=sys.argv[1]).image
image = glance.create_image(sys.argv[2], disk_format="raw", container_format="bare", allow_duplicates=True)
with open(sys.argv[3], "rb") as data:
    glance.stage_image(image, data=data)
print(image.id)
"""


@pytest.fixture(scope="module")
def source(lab):
    """A raw file that takes a worker some seconds, on the hub."""
    lab.exec("central", "sh", "-c", f"head -c {SIZE} /dev/urandom > {FILE}")
    yield FILE
    lab.exec("central", "rm", "-f", FILE)


@pytest.fixture
def call(tmp_path):
    """Run modules against one worker; returns their results."""

    def run(*tasks, endpoint=WORKER):
        results = run_modules(tmp_path, endpoint, *tasks)
        return results[0] if len(tasks) == 1 else results

    return run


@pytest.fixture
def name(lab, call):
    """A name for one image; whatever is left of it is removed, in the clusters, too."""
    before = {site: rbd_names(lab, site) for site in lab.sites}
    chosen = f"test-{uuid.uuid4().hex[:8]}"
    yield chosen
    result = call(("glance_image_import", {"images": [{"name": chosen, "state": "absent"}], "allow_orphans": True}))
    assert not result.get("failed"), result.get("msg")
    for site in lab.sites:
        for left in rbd_names(lab, site) - before[site]:
            lab.exec(site, "rbd", "rm", "--no-progress", f"images/{left}", check=False)


def rbd_names(lab, site):
    return set(json.loads(lab.exec(site, "rbd", "ls", "images", "--format", "json")))


def an_import(name, source, *stores, **options):
    image = {"name": name, "src": source, "disk_format": "raw", "stores": list(stores)}
    return "glance_image_import", {"images": [image], "interval": 1, **options}


def a_copy(name, *stores, **options):
    return "glance_image_placement", {"images": [{"image": name, "stores": list(stores)}], "interval": 1, **options}


class Background:
    """A call in another thread; ``result`` waits for it."""

    def __init__(self, call, *tasks, **options):
        self._found = []
        self._thread = threading.Thread(target=lambda: self._found.append(call(*tasks, **options)))
        self._thread.start()

    def result(self):
        self._thread.join()
        return self._found[0]


def sql(lab, statement):
    return lab.exec("central", "mysql", "--batch", "--skip-column-names", "glance", "-e", statement).split()


def importing(lab, name):
    """Whether the worker has the data and works on them: its task has the lock of the image."""
    return sql(
        lab,
        "select p.value from images i join image_properties p on p.image_id = i.id where p.deleted = 0 and"
        f" p.name = 'os_glance_import_task' and i.deleted = 0 and i.status = 'importing' and i.name = '{name}'",
    )


def answering(lab, host="central"):
    lab.exec(host, "systemctl", "daemon-reload")
    until("the API answers", lambda: lab.exec(host, "curl", "-s", f"http://{host}:9292/", check=False), 90, 0.5)


def good(result):
    assert not result.get("failed"), result.get("msg")
    return result


def test_staged_data_whose_worker_is_down_are_named_and_imported_when_it_is_back(lab, call, name, source):
    lab.exec("central", "sh", "-c", f"head -c {4 * MIB} {source} > {source}.small")
    given = an_import(name, f"{source}.small", "central", "dcn0")
    image_id = lab.exec("central", "python3", "-W", "ignore", "-c", STAGE, WORKER, name, f"{source}.small").strip()
    lab.exec("central", "systemctl", "stop", "glance-api")
    try:
        refused = call(given, endpoint=OTHER)
    finally:
        lab.exec("central", "systemctl", "start", "glance-api")
        answering(lab)
    assert "HTTP 500" in refused["msg"]
    assert "the host that staged them (worker_self_reference_url) may be down" in refused["msg"]
    (resumed,) = good(call(given, endpoint=OTHER))["images"]
    assert (resumed["id"], resumed["action"], resumed["stores"]) == (image_id, "resume", ["central", "dcn0"])
    assert resumed["verified"] == ["size"]


@pytest.mark.long
@pytest.mark.parametrize("verb", ["kill", "restart"])
def test_a_worker_that_is_killed_or_restarted_during_an_import(lab, call, name, source, verb):
    given = an_import(name, source, "central", stalled_after=20, timeout=120)
    running = Background(call, given)
    until("the import runs", lambda: importing(lab, name), 60)
    if verb == "kill":
        lab.exec("central", "systemctl", "kill", "-s", "KILL", "glance-api")
    else:
        lab.exec("central", "systemctl", "restart", "glance-api")
    answering(lab)
    failed = running.result()
    if failed.get("failed"):  # a restart may let the import end
        assert "its worker may have died" in failed["msg"] or "failed" in failed["msg"]
        assert "The image that this run created was deleted." in failed["msg"]
    else:
        assert verb == "restart"
    (image,) = good(call(given))["images"]
    assert (image["status"], image["stores"], image["size"]) == ("active", ["central"], SIZE)


@pytest.mark.long
def test_a_worker_that_is_killed_during_a_copy(lab, call, name, source):
    (image,) = good(call(an_import(name, source, "central")))["images"]
    running = Background(call, a_copy(name, "central", "dcn0", timeout=30))
    until("a part of the copy is there", lambda: image["id"] in rbd_names(lab, "dcn0"), 60)
    lab.exec("central", "systemctl", "kill", "-s", "KILL", "glance-api")
    stopped = running.result()
    answering(lab)
    assert "the copy was not complete after 30 s: task" in stopped["msg"]
    (lock,) = sql(
        lab,
        f"select value from image_properties where image_id = '{image['id']}' and deleted = 0"
        " and name = 'os_glance_import_task'",
    )
    sql(lab, f"update tasks set updated_at = updated_at - interval 61 minute where id = '{lock}'")
    blocked = call(a_copy(name, "central", "dcn0", timeout=60, retries=0))
    assert "a worker died during an earlier copy" in blocked["msg"]
    assert "remove it with `rbd rm POOL/IMAGE` and run again" in blocked["msg"]
    assert lab.exec("dcn0", "rbd", "snap", "ls", f"images/{image['id']}").strip() == ""
    lab.exec("dcn0", "rbd", "rm", "--no-progress", f"images/{image['id']}")
    (placed,) = good(call(a_copy(name, "central", "dcn0")))["placements"]
    assert placed["after"] == ["central", "dcn0"]


@pytest.mark.long
def test_a_cluster_that_stops_in_the_middle_of_a_copy(lab, call, name, source):
    """Stopped processes are the worst case: connections hang until the clients' own time limit."""
    (image,) = good(call(an_import(name, source, "central")))["images"]
    address = "http://glance.central:9292"
    running = Background(call, a_copy(name, "central", "dcn1", timeout=40), endpoint=address)
    until("a part of the copy is there", lambda: image["id"] in rbd_names(lab, "dcn1"), 60)
    with frozen_cluster(lab, "dcn1"):
        stopped = running.result()
    assert "not copied to dcn1: the copy was not complete after 40 s" in stopped["msg"]
    (placed,) = good(call(a_copy(name, "central", "dcn1"), endpoint=address))["placements"]
    assert placed["after"] == ["central", "dcn1"]


@pytest.mark.long
def test_a_staging_directory_without_space(lab, call, name, source):
    """A limit of the size of files is an error of the same kind, and needs no file system of its own."""
    lab.exec("central", "sh", "-c", f"mkdir -p {DROP_IN.rpartition('/')[0]}")
    lab.exec("central", "sh", "-c", f"printf '[Service]\\nLimitFSIZE=50M\\n' > {DROP_IN}")
    make = f"truncate -s 80M {source}.raw && qemu-img convert -f raw -O qcow2 {source}.raw {source}.qcow2"
    lab.exec("central", "sh", "-c", make)
    lab.exec("central", "systemctl", "daemon-reload")
    lab.exec("central", "systemctl", "restart", "glance-api")
    answering(lab)
    try:
        module, options = an_import(name, f"{source}.qcow2", "central")
        options["images"][0]["disk_format"] = "qcow2"
        refused, converted = call(an_import(name, source, "central"), (module, options))
    finally:
        lab.exec("central", "rm", "-f", DROP_IN, f"{source}.raw", f"{source}.qcow2")
        lab.exec("central", "systemctl", "daemon-reload")
        lab.exec("central", "systemctl", "restart", "glance-api")
        answering(lab)
    assert "HTTP 413" in refused["msg"] and "Free space in the staging directory" in refused["msg"]
    assert f"needs {80 * MIB} bytes more in the staging directory" in converted["msg"]
    assert lab.exec("central", "ls", "/var/lib/glance/os_glance_staging_store").strip() == ""
    (image,) = good(call(an_import(name, source, "central")))["images"]
    assert image["stores"] == ["central"]


@pytest.mark.long
def test_a_full_pool_holds_an_import_back_until_there_is_space(lab, call, name, source):
    lab.exec("central", "rados", "-p", "images", "put", "test-full", "/etc/hostname")
    lab.exec("central", "ceph", "osd", "pool", "set-quota", "images", "max_objects", "1")
    try:
        until("the pool is full", lambda: "POOL_FULL" in lab.exec("central", "ceph", "health", "detail"), 60, 1)
        held = call(an_import(name, source, "central", timeout=20))
    finally:
        lab.exec("central", "ceph", "osd", "pool", "set-quota", "images", "max_objects", "0")
        lab.exec("central", "rados", "-p", "images", "rm", "test-full", check=False)
    assert "was not complete after 20 s" in held["msg"]
    assert "while the pool of a store is full" in held["msg"] and "ceph health detail" in held["msg"]
    (image,) = good(call(an_import(name, source, "central")))["images"]
    assert (image["id"], image["stores"]) == (held["images"][0]["id"], ["central"])
