# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ceph modules run in this process, from their options to what they print."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import connect, rbd, rbd_work, transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef
from ansible_collections.dcn.glance.plugins.modules import (
    ceph_client,
    ceph_client_files,
    ceph_store_probe,
    key_recipient,
    rbd_clone_probe,
    rbd_image_info,
)
from ansible_collections.dcn.glance.tests.support.fakes.ceph import FSID, FakeMon, FakeRbd
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

NAME = "client.glance.central"
CLIENTS = [{"name": NAME, "caps": {"mon": "profile rbd", "osd": "profile rbd pool=images"}}]
Run = Callable[..., dict[str, Any]]


@pytest.fixture(name="run")
def run_fixture(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a module; give its result and, under ``_output``, everything that it printed."""

    # The machine of the tests may have the bindings for another Python.
    monkeypatch.setattr(connect, "probe_interpreters_for_module", lambda *_arguments: None)

    def run(module: ModuleType, check: bool = False, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, arguments, check=check, diff=True)
        with pytest.raises(SystemExit):
            module.main()
        output = capfd.readouterr().out
        return {**json.loads(output), "_output": output}

    return run


@pytest.fixture(name="mon")
def mon_fixture(monkeypatch: pytest.MonkeyPatch) -> FakeMon:
    mon = FakeMon()
    monkeypatch.setattr(ceph_client, "connect", lambda _params, _find: mon)
    return mon


def test_a_key_goes_from_the_cluster_to_the_file_unseen(run: Run, mon: FakeMon, tmp_path: Path) -> None:
    run_directory, directory = str(tmp_path / "run"), str(tmp_path / "ceph")
    keyring = f"{directory}/dcn0.{NAME}.keyring"
    outputs = []

    def round_trip(check: bool = False) -> list[dict[str, Any]]:
        recipient = run(key_recipient, check, directory=run_directory, keyrings=[keyring])
        held = recipient["key_ids"].get(keyring, {})
        recipients = [{"host": "h", "public_key": recipient["public_key"], "clients": [NAME], "key_ids": held}]
        clients = run(ceph_client, check, cluster="dcn0", clients=CLIENTS, recipients=recipients)
        wanted = {
            "name": NAME,
            "key_id": clients["clients"][0]["key_id"],
            "sealed": clients["sealed"].get("h", {}).get(NAME),
        }
        cluster = {"cluster": "dcn0", **clients["cluster_info"], "clients": [wanted]}
        files = run(
            ceph_client_files, check, directory=directory, recipient_directory=run_directory, clusters=[cluster]
        )
        results = [recipient, clients, files]
        outputs.extend(result["_output"] for result in results)
        return results

    assert [result["changed"] for result in round_trip(check=True)] == [False, True, True]
    assert mon.changes == []
    assert os.listdir(tmp_path) == []
    assert [result["changed"] for result in round_trip()] == [False, True, True]
    key = mon.clients[NAME]["key"]
    assert Path(keyring).read_text() == f"[{NAME}]\n\tkey = {key}\n"
    last = round_trip()
    assert [result["changed"] for result in last] == [False, False, False]
    assert last[1]["sealed"] == {}
    assert key_id(key) in outputs[-1]
    # Another key in the cluster comes through in one pass.
    mon.add(NAME, 77, **mon.clients[NAME]["caps"])
    assert [result["changed"] for result in round_trip(check=True)] == [False, False, True]
    assert [result["changed"] for result in round_trip()] == [False, False, True]
    assert mon.clients[NAME]["key"] in Path(keyring).read_text()
    for output in outputs:
        assert key not in output
        assert mon.clients[NAME]["key"] not in output


def test_ceph_client_reports(run: Run, mon: FakeMon) -> None:
    result = run(ceph_client, cluster="dcn0", clients=[*CLIENTS, {"name": "client.old", "state": "absent"}])
    assert (result["transport"], result["calls"]["mon_commands"]) == ("fake", 5)
    assert result["diff"]["after"].startswith(f"{NAME}:\n")
    assert [item["action"] for item in result["clients"]] == ["create", "none"]
    assert mon.closed


def test_ceph_client_warns_of_pools(run: Run, mon: FakeMon) -> None:
    mon.pools.remove("images")
    assert "has no pool 'images'" in str(run(ceph_client, cluster="dcn0", clients=CLIENTS)["warnings"])


@pytest.mark.parametrize(
    ("arguments", "faults", "reason", "part"),
    [
        ({"clients": [{"name": "client.a"}]}, {}, "input_invalid", "clients[0].caps"),
        ({"clients": [{"name": "x", "state": "absent"}]}, {}, "input_invalid", "clients[0].name"),
        (
            {"exec": ["podman", "exec", "-it", "c"]},
            {},
            "input_invalid",
            "'-it' gives the ceph program a terminal",
        ),
        ({}, {"auth get": errno.EACCES}, "not_permitted", "does not permit"),
        ({}, {"mon dump": errno.ETIMEDOUT}, "mon_unreachable", "in time"),
    ],
)
def test_ceph_client_fails(
    run: Run, mon: FakeMon, arguments: dict[str, Any], faults: dict[str, int], reason: str, part: str
) -> None:
    mon.faults = faults
    result = run(ceph_client, **{"cluster": "dcn0", "clients": CLIENTS, **arguments})
    assert (result["failed"], result["reason"]) == (True, reason)
    assert part in result["msg"]


def test_ceph_client_reports_a_partial_failure(run: Run, mon: FakeMon) -> None:
    mon.faults["auth get-or-create client.a"] = errno.EINVAL
    result = run(ceph_client, cluster="dcn0", clients=[{**CLIENTS[0], "name": "client.a"}, *CLIENTS])
    assert (result["failed"], result["changed"], result["reason"]) == (True, True, "caps_invalid")
    assert f"Already done on this cluster: auth get-or-create {NAME}." in result["msg"]
    assert [item["changed"] for item in result["clients"]] == [False, True]
    assert "client.a" not in result["diff"]["after"]
    assert mon.closed


def test_ceph_client_files_fails(run: Run, tmp_path: Path) -> None:
    result = run(ceph_client_files, directory=str(tmp_path), clusters=[{"cluster": "dcn0", "fsid": FSID}])
    assert (result["failed"], result["reason"]) == (True, "input_invalid")
    assert "clusters[0].mon_host" in result["msg"]


def test_an_owner_that_will_come(run: Run, tmp_path: Path) -> None:
    client = {"name": NAME, "owner": "no-such-user"}
    cluster = {"cluster": "dcn0", "fsid": FSID, "mon_host": "192.0.2.1", "clients": [client]}
    arguments = {"directory": str(tmp_path / "ceph"), "clusters": [cluster]}
    planned = run(ceph_client_files, check=True, **arguments)
    assert planned["changed"] is True
    assert "'no-such-user' does not exist on this host yet" in str(planned["warnings"])
    assert "does not exist on this host" in run(ceph_client_files, **arguments)["msg"]


def test_key_recipient_without_openssl(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_recipient.AnsibleModule, "get_bin_path", lambda *_args, **_more: None)
    result = run(key_recipient, directory=str(tmp_path / "run"))
    assert (result["failed"], result["reason"]) == (True, "tool_missing")
    assert "install the package openssl" in result["msg"]
    assert not (tmp_path / "run").exists()


@pytest.fixture(name="cluster")
def cluster_fixture(monkeypatch: pytest.MonkeyPatch) -> FakeRbd:
    """A cluster behind librbd, whose bindings seem to be there."""
    found = FakeRbd()
    monkeypatch.setattr(transport_rados, "RADOS_IMPORT_ERROR", None)
    monkeypatch.setattr(rbd, "RBD_IMPORT_ERROR", None)
    monkeypatch.setattr(rbd_work, "LibRbd", lambda *_arguments: found)
    return found


STORE = {"store": "dcn0", "cluster": "dcn0", "conf": "/dev/null", "client": NAME, "pool": "images"}


def test_ceph_store_probe(run: Run, cluster: FakeRbd) -> None:
    result = run(ceph_store_probe, stores=[{**STORE, "denied_pools": ["vms"]}])
    assert (result["changed"], result["probes"][0]["status"]) == (False, "ok")
    cluster.writable = ("images", "vms")
    failed = run(ceph_store_probe, stores=[{**STORE, "denied_pools": ["vms"]}, {**STORE, "store": "two"}])
    assert failed["failed"] is True
    assert failed["msg"].startswith("store dcn0 (cluster dcn0): client.glance.central has too much access")
    assert [item["ok"] for item in failed["probes"]] == [False, True]
    told = run(ceph_store_probe, fail=False, stores=[{**STORE, "denied_pools": ["vms"]}])
    assert told.get("failed", False) is False
    assert told["probes"][0]["status"] == "too_much_access"
    assert run(ceph_store_probe, check=True, stores=[STORE])["probes"][0]["status"] == "connected"


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        (ceph_store_probe, {"stores": [STORE]}),
        (rbd_image_info, {"pool": "images", "images": ["i"]}),
        (rbd_clone_probe, {"client": NAME, "parent_pool": "images", "pool": "vms", "images": ["i"]}),
    ],
)
def test_without_the_bindings(
    run: Run, monkeypatch: pytest.MonkeyPatch, module: ModuleType, arguments: dict[str, Any]
) -> None:
    monkeypatch.setattr(transport_rados, "RADOS_IMPORT_ERROR", None)
    monkeypatch.setattr(rbd, "RBD_IMPORT_ERROR", "no module named rbd")
    result = run(module, **arguments)
    assert (result["failed"], result["reason"]) == (True, "tool_missing")
    assert "python3-rbd" in result["msg"]


def test_rbd_image_info(run: Run, cluster: FakeRbd) -> None:
    cluster.add("images", "i1")
    result = run(rbd_image_info, pool="images", images=["i1", "gone"])
    assert [item["exists"] for item in result["images"]] == [True, False]
    cluster.faults["info"] = CephError("timed_out", "no answer")
    failed = run(rbd_image_info, pool="images", images=["i1"])
    assert (failed["msg"], failed["reason"]) == ("no answer", "timed_out")


def test_rbd_clone_probe(run: Run, cluster: FakeRbd) -> None:
    cluster.writable = ("images", "vms")
    cluster.add("images", "i1")
    cluster.snapshot(ImageRef("images", "i1", "snap"))
    arguments = {"client": NAME, "parent_pool": "images", "pool": "vms"}
    result = run(rbd_clone_probe, images=["i1"], **arguments)
    assert result["clones"][0]["parent"] == {"pool": "images", "image": "i1", "snapshot": "snap"}
    failed = run(rbd_clone_probe, images=["i1", "gone"], **arguments)
    assert failed["failed"] is True
    assert failed["msg"] == "image gone: images/gone@snap does not exist"
    assert [item["ok"] for item in failed["clones"]] == [True, False]
    assert run(rbd_clone_probe, images=["gone"], fail=False, **arguments).get("failed", False) is False
