# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store of every type on a real service: images in, out, copied between all pairs, and deleted from one store."""

from __future__ import annotations

import json

import pytest

from ansible_collections.dcn.glance.tests.support.lab import stores as support
from ansible_collections.dcn.glance.tests.support.lab.stores import MIB, PREFIX, WRITABLE, StoresLab
from ansible_collections.dcn.glance.tests.support.wait import until

GATEWAY = "ceph-radosgw@rgw.central"
SET_PASSWORD = """
import openstack
identity = openstack.connect(cloud="dcn").identity
identity.update_user(identity.find_user("swift"), password="changed-by-someone")
"""
#: 4 MiB of data between zeros: a thin store keeps a third of it.
SOURCE = """
import hashlib, random
data = bytes(4 << 20) + random.Random(7).randbytes(4 << 20) + bytes(4 << 20)
open("%s/image", "wb").write(data)
print(hashlib.sha256(data).hexdigest())
"""


@pytest.fixture(scope="module", name="gateway")
def gateway_fixture(lab):
    """The gateway as the object store of Keystone."""
    if not lab.exec("central", "systemctl", "is-active", GATEWAY, check=False).startswith("active"):
        pytest.fail("the lab has no object store: make lab-up ARGS='-e lab_object_store=true' starts it")
    return lab.playbook("object_store").ok()


@pytest.fixture(scope="module", name="stores")
def stores_fixture(lab, gateway, tmp_path_factory):
    """The second Glance, running."""
    support.remove(lab)
    stores = StoresLab(lab, tmp_path_factory.mktemp("stores"), support.secrets_of(lab))
    stores.configured = support.configure(stores, support.TOPOLOGY)
    support.start(lab)
    yield stores
    support.remove(lab)


@pytest.fixture(scope="module", name="source")
def source_fixture(lab, stores):
    """The image, where a web server offers it, too; its hash."""
    lab.exec("central", "mkdir", "-p", support.WEB_DIRECTORY)
    digest = lab.exec("central", "python3", "-c", SOURCE % support.WEB_DIRECTORY).strip()
    server = ["python3", "-m", "http.server", "--directory", support.WEB_DIRECTORY, "80"]
    lab.exec("central", "systemd-run", "--unit=test-stores-web", "--collect", *server)
    return digest


def held(lab, ids):
    """The images of the test that each service itself holds, by store."""

    def bucket(name):
        text = lab.exec("central", "radosgw-admin", "bucket", "list", f"--bucket={name}", "--max-entries=1000")
        return " ".join(item["name"] for item in json.loads(text))

    listings = {
        "thick": lab.exec("central", "rbd", "ls", "images"),
        "thin": lab.exec("dcn0", "rbd", "ls", "images"),
        "disk": lab.exec(support.HOST, "ls", support.FAST, support.SHARED),
        "objects": bucket(support.CONTAINER),
        "bucket": bucket(support.BUCKET),
    }
    return {store: {image for image in ids if image in text} for store, text in listings.items()}


def allocated(lab, ids):
    """The bytes that the image of a store takes there."""

    def du(site, image):
        found = json.loads(lab.exec(site, "rbd", "du", f"images/{image}@snap", "--format", "json"))
        return sum(item["used_size"] for item in found["images"])

    blocks = lab.exec(support.HOST, "stat", "-c", "%b", f"{support.FAST}/{ids['disk']}")
    return {"thick": du("central", ids["thick"]), "thin": du("dcn0", ids["thin"]), "disk": int(blocks) * 512}


def test_a_password_that_was_changed_in_keystone_is_repaired_and_nothing_else(lab, gateway):
    pid = lab.exec("central", "systemctl", "show", "-p", "MainPID", "--value", GATEWAY)
    lab.exec("central", "python3", "-c", SET_PASSWORD)
    again = lab.playbook("object_store").ok()
    name = "dcn.glance.rgw_swift : Manage service, endpoints, roles and account in Keystone"
    assert again.changed() == {("central", name)}
    assert lab.exec("central", "systemctl", "show", "-p", "MainPID", "--value", GATEWAY) == pid
    password = lab.exec("central", "cat", "/var/lib/ceph/radosgw/keystone-password")
    assert len(password) == 32 and password not in gateway.output + again.output


def test_the_topology_is_good_and_no_secret_is_shown_or_readable(lab, stores):
    findings = stores.configured.result("Lint", support.HOST)["ansible_facts"]["findings"]
    assert {item["rule"] for item in findings} <= {"deprecated-option", "file-store-remote", "endpoint-missing"}
    for path in (support.CONF, support.ACCOUNTS):
        assert lab.exec(support.HOST, "stat", "-c", "%U:%G %a", path).strip() == "root:glance 640"
    text = lab.exec(support.HOST, "cat", support.CONF, support.ACCOUNTS)
    for secret in (stores.secrets["glance_password"], stores.secrets["s3_secret_key"]):
        assert secret in text
        assert not any(secret in printed for printed in stores.printed)


def test_every_store_takes_and_gives_images_and_has_copies_of_all_others(lab, stores, source):
    names = {store: PREFIX + store for store in WRITABLE}
    images = [
        {"name": name, "src": f"{support.WEB_DIRECTORY}/image", "disk_format": "raw", "stores": [store]}
        for store, name in names.items()
    ]
    everywhere = [{"image": name, "stores": list(WRITABLE)} for name in names.values()]
    (imported,) = stores.modules(("glance_image_import", {"images": images, "interval": 0.5}))
    ids = {image["name"].removeprefix(PREFIX): image["id"] for image in imported["images"]}
    assert held(lab, ids.values()) == {store: {ids[store]} for store in WRITABLE}
    assert allocated(lab, ids) == {"thick": 12 * MIB, "thin": 4 * MIB, "disk": 4 * MIB}
    for store in WRITABLE:
        assert stores.ask("GET", f"/v2/images/{ids[store]}/file")["sha256"] == source, store

    # Each image is in its own store only, so that each copy is made from that store.
    (copied,) = stores.modules(("glance_image_placement", {"images": everywhere, "interval": 0.5}))
    assert [set(item["copied"]) for item in copied["placements"]] == [set(WRITABLE) - {store} for store in WRITABLE]

    # Each image stays in one store only, another one than it came from, so that what is read is the copy.
    following = dict(zip(WRITABLE, (*WRITABLE[1:], WRITABLE[0])))
    paths = [
        f"/v2/stores/{other}/{ids[store]}" for store in WRITABLE for other in WRITABLE if other != following[store]
    ]
    assert stores.delete(*paths) == [204] * len(paths)
    assert held(lab, ids.values()) == {following[store]: {ids[store]} for store in WRITABLE}
    for store in WRITABLE:
        assert stores.ask("GET", f"/v2/images/{ids[store]}/file")["sha256"] == source, following[store]


def test_an_image_goes_to_the_next_directory_when_the_first_is_full(lab, stores, source):
    fill = f"df --output=avail -B1 /dev/shm | tail -1 | xargs -I@ fallocate -l @ {support.FILLER}"
    lab.exec(support.HOST, "sh", "-c", fill)
    image_id = stores.upload(PREFIX + "full", f"{support.WEB_DIRECTORY}/image", "disk")
    assert image_id not in lab.exec(support.HOST, "ls", support.FAST)
    # Another host sees the same file, as on NFS.
    assert lab.exec("central", "sha256sum", f"{support.SHARED}/{image_id}").split()[0] == source
    assert stores.ask("GET", f"/v2/images/{image_id}/file")["sha256"] == source
    assert stores.ask("DELETE", f"/v2/images/{image_id}")["status"] == 204
    assert image_id not in lab.exec("central", "ls", support.SHARED)


def test_an_image_on_a_web_server_can_be_read_and_copied_only(lab, stores, source):
    wanted = {"name": PREFIX + "web", "disk_format": "raw", "container_format": "bare"}
    image_id = stores.ask("POST", "/v2/images", wanted)["json"]["id"]
    added = stores.ask("POST", f"/v2/images/{image_id}/locations", {"url": f"{support.WEB}/image"})
    assert added["status"] == 202, added["text"]
    until("the image is active", lambda: stores.ask("GET", f"/v2/images/{image_id}")["json"]["status"] == "active")
    assert stores.ask("GET", f"/v2/images/{image_id}/file")["sha256"] == source
    (listing, copied) = stores.modules(
        ("glance_store_info", {}),
        ("glance_image_placement", {"images": [{"image": image_id, "stores": ["objects"]}], "interval": 0.5}),
    )
    # This Glance fails to list details, because a file store has two directories.
    assert [item["severity"] for item in listing["problems"] if "several directories" in item["message"]] == ["warning"]
    assert {item["id"] for item in listing["stores"] if item["read_only"]} == {"web"}
    assert copied["placements"][0]["after"] == ["web", "objects"]
    assert stores.delete(f"/v2/stores/web/{image_id}") == [204]
    assert stores.ask("GET", f"/v2/images/{image_id}/file")["sha256"] == source
    with pytest.raises(AssertionError, match="HTTP 410"):
        stores.upload(PREFIX + "refused", f"{support.WEB_DIRECTORY}/image", "web")
