# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof of stores and of clones, against real Ceph."""

from __future__ import annotations

from ansible_collections.dcn.glance.tests.support.lab.ceph import (
    ADMIN,
    CONF,
    CONSUMER,
    DIRECTORY,
    GLANCE,
    IMAGE,
    KEYRING,
    SILENT,
    Step,
    background,
    clean,
    client,
    command,
    delivery,
    manage,
    probe,
    run,
    shell,
    store,
)

__all__ = ["clean"]  # a fixture of every test here


def test_a_good_store_passes_and_leaves_nothing(lab) -> None:
    fsid = lab.exec(ADMIN, "ceph", "fsid").strip()
    objects = command(ADMIN, "rados", "-p", "images", "ls")
    denied = ["volumes", "vms", "nope"]
    skipped, _found, _made, _files, before, checked, done, after = run(
        probe(check=True),
        *delivery(),
        objects,
        probe(check=True),
        probe(store(denied_pools=denied, fsid=fsid)),
        objects,
    )
    assert (skipped["probes"][0]["ok"], skipped["probes"][0]["status"]) == (None, "skipped")
    assert checked["probes"][0]["status"] == "connected"
    result = done["probes"][0]
    assert (result["ok"], result["status"], result["fsid"]) == (True, "ok", fsid), result
    assert result["denied"] == {"volumes": "refused", "vms": "refused", "nope": "missing"}
    assert result["steps"][2:8] == ["create", "write", "snapshot", "protect", "read", "clean"]
    assert not [name for name in after["stdout_lines"] if "dcn-probe" in name]
    assert before["rc"] == after["rc"] == 0


def test_why_a_store_does_not_pass(lab) -> None:
    background(CONSUMER, SILENT)
    dead = f"sed 's/^mon_host.*/mon_host = [v2:127.0.0.1:3999]/' {CONF} > {DIRECTORY}/dead.conf"
    names = {
        "good": store(),
        "not_permitted": store(pool="vms"),
        "pool_missing": store(pool="nope"),
        "wrong_cluster": store(fsid="11111111-2222-3333-4444-555555555555"),
        "conf_missing": store(conf=f"{DIRECTORY}/nope.conf"),
        "keyring_missing": store(client="client.test.nope"),
        "mon_unreachable": store(conf=f"{DIRECTORY}/dead.conf", cluster="dcn7"),
    }
    *_before, several = run(
        *delivery(),
        shell(CONSUMER, dead),
        Step(
            CONSUMER,
            "ceph_store_probe",
            {"user": "glance", "timeout": 4, "stores": [{**item, "store": name} for name, item in names.items()]},
        ),
    )
    assert several["failed"] is True
    found = {item["store"]: item["status"] for item in several["probes"]}
    assert found == {**{name: name for name in names}, "good": "ok"}
    silent = several["probes"][-1]
    assert 4 <= silent["seconds"] < 12
    assert "No monitor of the cluster dcn7" in silent["error"]
    assert f"store mon_unreachable (cluster dcn7): {silent['error']}" in several["msg"].splitlines()

    _opened, excess, _owned, unreadable, _made, _back, wrong = run(
        command(ADMIN, "ceph", "auth", "caps", GLANCE, "mon", "profile rbd", "osd", "profile rbd"),
        probe(store(denied_pools=["volumes"])),
        command(CONSUMER, "chown", "root", KEYRING),
        probe(),
        command(CONSUMER, "ceph-authtool", KEYRING, "-n", GLANCE, "--gen-key"),
        command(CONSUMER, "chown", "glance", KEYRING),
        probe(),
    )
    assert excess["probes"][0]["status"] == "too_much_access"
    assert excess["probes"][0]["denied"] == {"volumes": "writable"}
    assert unreadable["probes"][0]["status"] == "keyring_unreadable"
    assert wrong["probes"][0]["status"] == "auth_failed"


def test_images_and_clones(lab) -> None:
    nova = "client.test.nova"
    osd = "profile rbd pool=vms, profile rbd-read-only pool=images"
    arguments = {
        "client": nova,
        "keyring": f"{DIRECTORY}/nova",
        "parent_pool": "images",
        "pool": "vms",
        "images": [IMAGE],
    }
    clones = Step(ADMIN, "rbd_clone_probe", arguments)
    listed = command(ADMIN, "rbd", "ls", "vms")
    try:
        results = run(
            manage(client(nova, mon="profile rbd", osd=osd)),
            shell(ADMIN, f"umask 077; mkdir -p {DIRECTORY}; ceph auth get {nova} > {DIRECTORY}/nova"),
            command(ADMIN, "rbd", "create", f"images/{IMAGE}", "--size", "4"),
            clones,
            command(ADMIN, "rbd", "snap", "create", f"images/{IMAGE}@snap"),
            command(ADMIN, "rbd", "snap", "protect", f"images/{IMAGE}@snap"),
            listed,
            Step(ADMIN, "rbd_clone_probe", arguments, check=True),
            clones,
            Step(ADMIN, "rbd_clone_probe", {**arguments, "pool": "images"}),
            listed,
            command(ADMIN, "rbd", "clone", f"images/{IMAGE}@snap", "vms/dcn-test-disk"),
            Step(ADMIN, "rbd_image_info", {"pool": "images", "images": [IMAGE, "nope"]}),
            Step(ADMIN, "rbd_image_info", {"pool": "vms", "images": ["dcn-test-disk"]}),
        )
    finally:
        lab.exec(ADMIN, "rbd", "rm", "vms/dcn-test-disk", check=False)
    missing, checked, proved, wrong, images, disk = (results[number] for number in (3, 7, 8, 9, 12, 13))
    parent = {"pool": "images", "image": IMAGE, "snapshot": "snap"}
    assert (missing["failed"], missing["clones"][0]["status"]) == (True, "not_found")
    assert checked["clones"][0]["status"] == "readable"
    assert (proved["clones"][0]["ok"], proved["clones"][0]["parent"]) == (True, parent)
    assert proved["fsid"] == lab.exec(ADMIN, "ceph", "fsid").strip()
    assert wrong["clones"][0]["status"] == "not_permitted"
    assert results[6]["stdout"] == results[10]["stdout"]
    assert images["images"][0]["size"] == 4 * 1024 * 1024
    assert images["images"][0]["snapshots"] == [
        {"name": "snap", "protected": True, "children": [{"pool": "vms", "image": "dcn-test-disk"}]}
    ]
    assert images["images"][1] == {
        "name": "nope",
        "exists": False,
        "size": None,
        "used": None,
        "snapshots": [],
        "parent": None,
    }
    assert disk["images"][0]["parent"] == parent
