# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit finds on the real clusters and hosts what was planted there, repairs it, and is clean then.

Everything that is planted has the prefix audit-, or an id of its own, and is removed at the end.
"""

from __future__ import annotations

import json
import pathlib
import uuid

import pytest

PREFIX = "audit-"
STAGING = "/var/lib/glance/os_glance_staging_store"
KEYRING = "/etc/ceph/dcn1.client.glance.dcn1.keyring"
CLIENT = "client.glance.audit"
#: A client of the topology on the cluster of dcn1, whose key gets another time.
OLD = "client.cinder.dcn1"
CONF = "/etc/glance/glance-api.conf"
STRAYS = ["stray_keyring", "stray_client"]
ASKED = ["object_missing", "snapshot_missing", "orphan", "untracked_copy", "stuck_import", *STRAYS]

#: Imports images of 1 MiB, {name: stores}; the one without stores fails, as its URL does not exist. Prints {name: id}.
_IMPORT = """
import json, os, sys, time, openstack
glance = openstack.connect(cloud="dcn").image
ids = {}
for name, stores in json.loads(sys.argv[1]).items():
    body = {"name": name, "disk_format": "raw", "container_format": "bare"}
    ids[name] = glance.post("/images", json=body).json()["id"]
    method = {"name": "glance-direct"} if stores else {"name": "web-download", "uri": "http://central/none"}
    if stores:
        headers = {"Content-Type": "application/octet-stream"}
        glance.put(f"/images/{ids[name]}/stage", data=os.urandom(1 << 20), headers=headers)
    answer = glance.post(f"/images/{ids[name]}/import", json={"method": method, "stores": stores or ["central"]})
    assert answer.status_code == 202, answer.text
for name, image in ids.items():
    for _ in range(240):
        found = glance.get(f"/images/{image}").json()
        ended = found["status"] == "active" or "central" in found.get("os_glance_failed_import", "")
        if ended and not found.get("os_glance_import_task"):
            break
        time.sleep(0.5)
    else:
        sys.exit(f"{name}: {found}")
print(json.dumps(ids))
"""
_REMOVE = """
import sys, openstack
glance = openstack.connect(cloud="dcn").image
for image in glance.get("/images?limit=1000").json()["images"]:
    if (image["name"] or "").startswith(sys.argv[1]):
        glance.delete(f"/images/{image['id']}")
"""
#: Works on one pool with librbd: a list of [action, image].
_RBD = """
import json, sys, rados, rbd
with rados.Rados(conffile="/etc/ceph/ceph.conf") as cluster, cluster.open_ioctx("images") as pool:
    def unsnap(image):
        with rbd.Image(pool, image) as opened:
            for snapshot in [item["name"] for item in opened.list_snaps()]:
                if opened.is_protected_snap(snapshot):
                    opened.unprotect_snap(snapshot)
                opened.remove_snap(snapshot)
    def snap(image):
        with rbd.Image(pool, image) as opened:
            opened.create_snap("snap")
            opened.protect_snap("snap")
    for action, name in json.loads(sys.argv[1]):
        if action == "create":
            rbd.RBD().create(pool, name, 1 << 20)
        elif action == "unprotect":
            with rbd.Image(pool, name) as opened:
                opened.unprotect_snap("snap")
        elif action == "overwrite":
            unsnap(name)
            with rbd.Image(pool, name) as opened:
                opened.write(b"QFI" + bytes([0xFB, 0, 0, 0, 3]), 0)
                opened.resize(2 << 20)
            snap(name)
        elif action == "remove" and name in rbd.RBD().list(pool):
            unsnap(name)
            rbd.RBD().remove(pool, name)
        elif action in ("snap", "unsnap"):
            {"snap": snap, "unsnap": unsnap}[action](name)
"""


#: Imports a client with its secret and another time in its key, which still works; or with the key from before.
_AGE = """
import base64, json, struct, subprocess, sys
name, days = sys.argv[1], float(sys.argv[2])
(client,) = json.loads(subprocess.run(["ceph", "auth", "get", name, "-f", "json"], capture_output=True).stdout)
raw = bytearray(base64.b64decode(client["key"]))
struct.pack_into("<I", raw, 2, int(struct.unpack_from("<I", raw, 2)[0] - days * 86400))
caps = "".join(f'\\tcaps {kind} = "{text}"\\n' for kind, text in client["caps"].items())
keyring = f"[{name}]\\n\\tkey = {base64.b64encode(raw).decode()}\\n{caps}"
subprocess.run(["ceph", "auth", "import", "-i", "-"], input=keyring.encode(), check=True)
"""


def _age(lab, days: int) -> None:
    lab.exec("dcn1", "python3", "-c", _AGE, OLD, str(days))


def _rbd(lab, site: str, *actions: tuple[str, str]) -> None:
    lab.exec(site, "python3", "-c", _RBD, json.dumps(actions))


def _report(run) -> dict:
    return run.result("Judge what was read", "localhost")["ansible_facts"]["audit_report"]


def _found(report: dict, mine: set[str]) -> dict[str, dict]:
    """The findings of what this test has planted, by kind."""
    return {item["kind"]: item for item in report["findings"] if mine & {item["image"], item["object"].split("/")[-1]}}


@pytest.fixture
def planted(lab):
    """The planted faults: {what: id or name}."""
    three, two = ["central", "dcn0", "dcn1"], ["central", "dcn0"]
    names = {
        "unprotected": three,
        "missing": three,
        "bare": three,
        "overwritten": two,
        "partial": two,
        "untracked": two,
    }
    wanted = {f"{PREFIX}{name}": stores for name, stores in {**names, "stuck": []}.items()}
    orphan, staged, foreign = str(uuid.uuid4()), str(uuid.uuid4()), f"{PREFIX}foreign"
    lab.exec("central", "python3", "-c", _REMOVE, PREFIX)
    ids = json.loads(lab.exec("central", "python3", "-c", _IMPORT, json.dumps(wanted)))
    known = {name.removeprefix(PREFIX): image for name, image in ids.items()}
    written = lab.exec("central2", "stat", "-c", "%Y", CONF).strip()
    try:
        at_dcn0 = [("unprotect", known["unprotected"]), ("unsnap", known["bare"]), ("overwrite", known["overwritten"])]
        _rbd(lab, "dcn0", *at_dcn0, ("create", orphan), ("create", foreign))
        at_dcn1 = [("remove", known["missing"]), ("create", known["partial"]), ("create", known["untracked"])]
        _rbd(lab, "dcn1", *at_dcn1, ("snap", known["untracked"]))
        lab.exec("dcn0", "ceph", "auth", "add", CLIENT, "mon", "profile rbd")
        _age(lab, 400)
        lab.exec("dcn0", "touch", KEYRING)
        lab.exec("central2", "touch", CONF, f"{STAGING}/{staged}")
        yield {**known, "orphan": orphan, "staged": staged, "foreign": foreign}
    finally:
        lab.exec("central", "python3", "-c", _REMOVE, PREFIX)
        _rbd(lab, "dcn0", ("remove", orphan), ("remove", foreign))
        _rbd(lab, "dcn1", ("remove", known["missing"]), ("remove", known["partial"]), ("remove", known["untracked"]))
        lab.exec("dcn0", "ceph", "auth", "rm", CLIENT)
        _age(lab, -400)
        lab.exec("dcn0", "rm", "-f", KEYRING)
        lab.exec("central2", "rm", "-f", f"{STAGING}/{staged}")
        lab.exec("central2", "touch", "-d", f"@{written}", CONF)


def test_audit_finds_repairs_and_is_clean(lab, planted, tmp_path):
    rules = [{"name": f"{PREFIX}partial", "sites": "all"}]
    mine = {*planted.values(), "glance-api", pathlib.PurePath(KEYRING).name, CLIENT, OLD}
    options = ["-e", json.dumps({"dcn_images": rules, "audit_repair": True, "audit_repair_kinds": ASKED})]
    page = tmp_path / "audit.html"
    checked = lab.playbook("audit", "--check", *options, "-e", f"audit_html={page}")
    assert all(name in page.read_text() for name in planted.values())
    report = _report(checked)
    found = _found(report, mine)
    assert {kind: (item["site"], item["image"] or item["object"].split("/")[-1]) for kind, item in found.items()} == {
        "snapshot_unprotected": ("dcn0", planted["unprotected"]),
        "object_missing": ("dcn1", planted["missing"]),
        "snapshot_missing": ("dcn0", planted["bare"]),
        "wrong_content": ("dcn0", planted["overwritten"]),
        "size_mismatch": ("dcn0", planted["overwritten"]),
        "partial_object": ("dcn1", planted["partial"]),
        "copy_wanted": ("dcn1", planted["partial"]),
        "untracked_copy": ("dcn1", planted["untracked"]),
        "orphan": ("dcn0", planted["orphan"]),
        "foreign_object": ("dcn0", planted["foreign"]),
        "stale_staging": ("central", planted["staged"]),
        "stuck_import": ("", planted["stuck"]),
        "stale_config": ("central", "glance-api"),
        "stray_keyring": ("dcn0", pathlib.PurePath(KEYRING).name),
        "stray_client": ("dcn0", CLIENT),
        "key_old": ("dcn1", OLD),
    }
    ages = {(key["site"], key["client"]): key["days"] for key in report["client_keys"]}
    assert ages.pop(("dcn1", OLD)) == 400 and set(ages.values()) == {0}
    assert found["stale_staging"]["host"] == "central2"
    mended = {item["id"] for item in found.values() if item["repairable"]}
    predicted = {
        item["finding"]
        for item in checked.result("Add what was repaired", "localhost")["ansible_facts"]["audit_report"]["repairs"]
    }
    assert mended <= predicted
    assert checked.rc != 0

    repaired = lab.playbook("audit", *options)
    repairs = {
        item["finding"]: item
        for item in repaired.result("Add what was repaired", "localhost")["ansible_facts"]["audit_report"]["repairs"]
    }
    assert {name: repairs[name]["error"] for name in mended} == dict.fromkeys(mended, "")
    assert {host for host, _task in repaired.changed()} == {host for host, _task in checked.changed()}

    again = _found(_report(lab.playbook("audit", "-e", json.dumps({"dcn_images": rules}))), mine)
    assert set(again) == {
        "wrong_content",
        "size_mismatch",
        "foreign_object",
        "stale_config",
        "key_old",
    }
    assert CLIENT not in lab.exec("dcn0", "ceph", "auth", "ls")
    assert "dcn1" not in lab.exec("dcn0", "ls", "/etc/ceph")


@pytest.mark.long
def test_what_does_not_answer_is_named_and_nothing_is_removed(lab, tmp_path):
    """One admin host cannot reach its cluster, one host does not answer; all data of the others are read."""
    inventory = {
        "dcn_glance_api": {
            "hosts": {
                "ghost": {
                    "dcn_site": "dcn1",
                    "ansible_connection": "ssh",
                    "ansible_host": "127.0.0.1",
                    "ansible_port": 1,
                }
            }
        },
        "dcn_ceph_admin": {"hosts": {"dcn1": {"ceph_clients_conf": "/etc/ceph/none.conf"}}},
    }
    extra = tmp_path / "extra.json"
    extra.write_text(json.dumps(inventory))
    orphan = str(uuid.uuid4())
    ids = json.loads(
        lab.exec("central", "python3", "-c", _IMPORT, json.dumps({f"{PREFIX}whole": ["central", "dcn0", "dcn1"]}))
    )
    try:
        _rbd(lab, "dcn0", ("create", orphan), ("overwrite", ids[f"{PREFIX}whole"]))
        options = {"audit_repair": True, "audit_repair_kinds": ["orphan"], "audit_hash": "sha512"}
        run = lab.playbook("audit", "-i", str(extra), "-e", json.dumps(options))
        report = _report(run)
        assert run.rc != 0
        assert {(item["what"], item["name"]) for item in report["unreachable"]} == {
            ("cluster", "dcn1"),
            ("host", "ghost"),
        }
        (image,) = (item for item in report["images"] if item["id"] == ids[f"{PREFIX}whole"])
        assert {store: found["state"] for store, found in image["stores"].items()} == {
            **{"central": "ok", "dcn0": "broken", "dcn1": "unknown"},
        }
        assert "checksum_mismatch" in _found(report, {image["id"]}) and "orphan" in _found(report, {orphan})
        repaired = run.result("Add what was repaired", "localhost")["ansible_facts"]["audit_report"]["repairs"]
        (refused,) = (item for item in repaired if orphan in item["finding"])
        assert refused["error"] == "nothing is removed, because cluster dcn1 did not answer"
        assert orphan in lab.exec("dcn0", "rbd", "ls", "images").split()
    finally:
        _rbd(lab, "dcn0", ("remove", orphan))
        lab.exec("central", "python3", "-c", _REMOVE, PREFIX)
