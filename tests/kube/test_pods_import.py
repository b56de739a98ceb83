# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributed import proved with real Glance in pods."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.pods_lab import SET, SITE, STAGING, Workers, host

ZERO, ONE = f"{SET}-0", f"{SET}-1"


@pytest.fixture(scope="module")
def workers(kubeconfig: str) -> Iterator[Workers]:
    found = Workers(kubeconfig, "t-pods-import")
    try:
        yield found.open()
    finally:
        found.close()


def account() -> dict[str, str]:
    """The administrator of the lab, for whom Keystone is at the name that pods know."""
    return json.loads(host("central", "cat", "/etc/openstack/clouds.yaml"))["clouds"]["dcn"]["auth"]


def nothing_is_left(workers: Workers) -> None:
    query = "SELECT COUNT(*) FROM images WHERE deleted = 0 AND name LIKE 'dcn-glance-import-probe%'"
    assert host("central", "mariadb", "glance", "-N", "-e", query).strip() == b"0"
    assert set(workers.run("ls", STAGING)) == {""}
    listed = host(SITE, "rbd", "-p", "images", "ls").decode()
    assert not [image for image in images if image in listed]


images: list[str] = []


def proved(api: dict) -> list[tuple[str, str, bool]]:
    images.extend(pair["image"] for pair in api["pairs"])
    return [(pair["staged_by"], pair["imported_by"], pair["ok"]) for pair in api["pairs"]]


def test_check_mode_makes_nothing(workers: Workers) -> None:
    (api,) = workers.module("glance_import_probe", check=True).ok()["apis"]
    assert [(pair["staged_by"], pair["imported_by"], pair["status"]) for pair in api["pairs"]] == [
        (ZERO, ONE, "planned"),
        (ONE, ZERO, "planned"),
    ]
    assert api["ok"] is None


def test_every_worker_stages_and_imports(workers: Workers) -> None:
    done = workers.module("glance_import_probe", authenticate="worker").ok()
    (api,) = done["apis"]
    assert (done["changed"], api["ok"], api["leftovers"]) == (False, True, [])
    assert proved(api) == [(ZERO, ONE, True), (ONE, ZERO, True)]
    for pair in api["pairs"]:
        own = f"http://{pair['staged_by']}.{SET}.{workers.namespace}.svc:9292"
        assert (pair["stage_host"], pair["staged_url"], pair["note"]) == (own, own, "")
    nothing_is_left(workers)


def test_pods_ask_keystone_with_an_account_and_nothing_tells_it(workers: Workers) -> None:
    auth = account()
    output = workers.ansible("glance_import_probe", authenticate="pod", openstack={"auth": auth}, stores=["central"])
    assert "SUCCESS" in output
    assert output.count('"status": "active"') == 2 or output.count("status: active") == 2
    # Ansible itself repeats what an ad-hoc command was given.
    shown = [line for line in output.splitlines() if auth["password"] in line and "'args'" not in line]
    assert [line[:200] for line in shown] == []
    nothing_is_left(workers)


def test_this_host_asks_keystone(workers: Workers) -> None:
    address = host("central", "hostname", "-i").decode().split()[0]
    auth = {**account(), "auth_url": f"http://{address}:5000/v3"}
    done = workers.module("glance_import_probe", openstack={"auth": auth}, pods=[ZERO], one_worker="probe")
    (api,) = done.ok()["apis"]
    assert proved(api) == [(ZERO, ZERO, True)]
    assert api["pairs"][0]["note"].startswith("One worker did both")
    assert auth["password"] not in done.output
    nothing_is_left(workers)


def test_one_worker_alone_proves_nothing(workers: Workers) -> None:
    (api,) = workers.module("glance_import_probe", authenticate="worker", pods=[ONE]).ok()["apis"]
    assert (api["ok"], api["pairs"]) == (None, [])
    assert f"API {SITE} has one ready worker" in api["skipped"]


def test_refusals_are_told_and_leave_nothing(workers: Workers) -> None:
    auth = {**account(), "password": "wrong-one"}
    done = workers.module("glance_import_probe", authenticate="pod", openstack={"auth": auth}).failed()
    assert "HTTP 401" in done["msg"]
    assert done["apis"][0]["leftovers"] == []
    lacking = workers.module("glance_import_probe", authenticate="pod", openstack={"auth": {"username": "x"}}).failed()
    assert "openstack.auth.password: is needed with authenticate=pod" in lacking["msg"]
    nowhere = workers.module("glance_import_probe", authenticate="worker", stores=["nowhere"]).failed()
    (api,) = nowhere["apis"]
    assert "Store for identifier nowhere not found" in api["pairs"][0]["error"]
    assert api["leftovers"] == []
    nothing_is_left(workers)
