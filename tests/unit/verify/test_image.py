# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a verification: it passes only if everything succeeded, else it names site and reason."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._verify import image

TOPOLOGY = {
    "hub": "central",
    "sites": {
        "dcn0": {"ceph": {"cluster": "edge0"}, "glance": {"endpoint": "http://dcn0:9292"}},
        "central": {"ceph": {}, "glance": {"endpoint": "http://vip:9292"}},
        "dcn1": {"ceph": {"pools": {"vms": "disks"}}, "glance": {"endpoint": "http://dcn1:9292"}},
        "dcn2": {"glance": {"endpoint": "http://dcn2:9292"}},
    },
}
ID = "0f9d5a5c-6c3c-4e39-8bd7-1d7c7a3f9a55"
FSIDS = {"central": "f-c", "dcn0": "f-0", "dcn1": "f-1"}


def _plan() -> dict[str, Any]:
    return image.verify_plan(parse(TOPOLOGY), {})


def _good() -> tuple[dict[str, Any], dict[str, Any]]:
    locations = [f"rbd://{fsid}/images/{ID}/snap" for fsid in FSIDS.values()]
    seen = {"ok": True, "status": "active", "stores": list(FSIDS), "locations": locations, "error": "", "seconds": 0.2}
    copied = {"skipped": "", "image": ID, "allowed": True, "ok": True, "error": "", "undeleted": "", "seconds": 3.2}
    client = {
        "stores": {"stores": [], "problems": []},
        "import": {"images": [{"id": ID, "stores": ["central", "dcn0"]}]},
        "placement": {"placements": [{"id": ID, "after": list(FSIDS)}]},
        "probed": {
            "apis": [{"site": site, "name": "endpoint", "url": f"http://{site}:9292", **seen} for site in FSIDS],
            "imports": [],
            "removed": [],
            "left": [],
        },
        "copies": {"sites": [{"site": site, **copied} for site in ("dcn0", "dcn1")]},
        "deleted": {"images": [{"id": ID}]},
    }
    snap = {"name": "snap", "protected": True}
    sites = {
        site: {
            "rbd": {"fsid": fsid, "images": [{"exists": True, "size": 2**20, "snapshots": [snap]}]},
            "clone": {"clones": [{"ok": True, "parent": {"pool": "images", "image": ID, "snapshot": "snap"}}]},
            "gone": {"images": [{"exists": False}]},
            "nova": {"endpoints": [{"ok": True, "status": "active", "note": "", "error": ""}], "problem": ""},
            "nova_hosts": site != "central",
        }
        for site, fsid in FSIDS.items()
    }
    return client, sites


def test_the_plan_imports_to_hub_and_first_spoke_and_copies_to_the_rest() -> None:
    plan = _plan()
    assert (plan["import_stores"], plan["copy_stores"]) == (["central", "dcn0"], ["dcn1"])
    assert [row["site"] for row in plan["sites"]] == ["central", "dcn0", "dcn1"], "a site without storage has no row"
    assert plan["sites"][1] == {
        "site": "dcn0",
        "spoke": True,
        "store": "dcn0",
        "endpoint": "http://dcn0:9292",
        "conf": "/etc/ceph/edge0.conf",
        "as_admin": False,
        "client": "client.glance.dcn0",
        "keyring": "/etc/ceph/edge0.client.glance.dcn0.keyring",
        "nova_client": "client.nova.dcn0",
        "pool": "images",
        "vms_pool": "vms",
        "volumes_pool": "volumes",
        "zone": "dcn0",
        "nova_endpoint": "http://dcn0:9292",
    }
    assert plan["hub_store"] == "central"
    assert plan["boot_sites"] == [{"site": site, "zone": site, "store": site} for site in ("dcn0", "dcn1")]
    assert image.verify_plan(parse(TOPOLOGY), {}, {"dcn1": "az1"})["boot_sites"][1]["zone"] == "az1"
    assert plan["sites"][2]["vms_pool"] == "disks"


def test_a_complete_verification_passes() -> None:
    report = image.verify_report(_plan(), *_good())
    assert report["problems"] == []
    assert "yes, from images/0f9d5a5c@snap" in report["table"]
    assert report["table"].count("yes, protected") == 3
    assert [row["copy by a user"] for row in report["rows"]] == ["-", "yes, 3 s", "yes, 3 s"]
    assert [row["Glance of Nova"] for row in report["rows"]] == ["-", "yes, active", "yes, active"]


def test_with_some_sites_the_image_goes_through_the_hub() -> None:
    plan = image.verify_plan(parse(TOPOLOGY), {}, {}, ["dcn1"])
    assert (plan["import_stores"], plan["copy_stores"]) == (["central"], ["dcn1"])
    assert [row["site"] for row in plan["sites"]] == ["dcn1"]
    assert [item["site"] for item in plan["copies"]] == ["dcn1"]
    assert [item["site"] for item in plan["boot_sites"]] == ["dcn1"]


FAULTS: list[tuple[str, Callable[[dict[str, Any], dict[str, Any]], Any], str]] = [
    ("site not reached", lambda client, sites: sites.pop("dcn1"), "dcn1: object: not tested"),
    (
        "copy failed",
        lambda client, sites: client["placement"].update(placements=[{"after": ["central", "dcn0"]}], msg="no"),
        "dcn1: image copied: no: no",
    ),
    (
        "object missing",
        lambda client, sites: sites["dcn0"]["rbd"].update(images=[{"exists": False}]),
        "dcn0: object: missing",
    ),
    (
        "snapshot open",
        lambda client, sites: sites["dcn0"]["rbd"]["images"][0]["snapshots"][0].update(protected=False),
        "dcn0: snapshot: not protected",
    ),
    (
        "no snapshot",
        lambda client, sites: sites["dcn0"]["rbd"]["images"][0].update(snapshots=[]),
        "dcn0: snapshot: missing",
    ),
    (
        "wrong cluster",
        lambda client, sites: sites["dcn0"]["rbd"].update(fsid="f-x"),
        "dcn0: fsid: no location in cluster f-x, only in f-c, f-0, f-1",
    ),
    (
        "flat clone",
        lambda client, sites: sites["dcn1"]["clone"].update(clones=[{"ok": True, "parent": None}]),
        "dcn1: clone at edge: no parent",
    ),
    (
        "clone refused",
        lambda client, sites: sites["dcn1"].update(clone={"failed": True, "msg": "denied"}),
        "dcn1: clone at edge: no parent: denied",
    ),
    (
        "edge does not know it",
        lambda client, sites: client["probed"]["apis"][1].update(ok=False, error="it has no image"),
        "dcn0: own Glance: it has no image",
    ),
    (
        "edge not asked",
        lambda client, sites: client.update(probed={"msg": "no session"}),
        "dcn0: own Glance: not tested: no session",
    ),
    (
        "user may not copy",
        lambda client, sites: client["copies"]["sites"][1].update(allowed=False, error="HTTP 403"),
        "dcn1: copy by a user: HTTP 403",
    ),
    ("copy not tested", lambda client, sites: client.pop("copies"), "dcn1: copy by a user: not tested"),
    (
        "Nova asks another API",
        lambda client, sites: sites["dcn1"]["nova"].update(problem="nova.conf names http://vip:9292"),
        "dcn1: Glance of Nova: nova.conf names http://vip:9292",
    ),
    ("Nova not asked", lambda client, sites: sites["dcn1"].pop("nova"), "dcn1: Glance of Nova: not tested"),
    (
        "client host unreachable",
        lambda client, sites: client.update(stores={"unreachable": True, "msg": "Task failed: ssh timed out"}),
        "The host of group dcn_openstack_client, which asks the APIs, cannot be reached: ssh timed out.",
    ),
    (
        "left behind",
        lambda client, sites: sites["central"]["gone"]["images"][0].update(exists=True),
        "central: removed: still exists",
    ),
    (
        "store cross-wired",
        lambda client, sites: client["stores"].update(
            problems=[{"store": "dcn0", "severity": "error", "message": "fsid differs"}]
        ),
        "stores: dcn0: fsid differs",
    ),
    ("client host down", lambda client, sites: client.clear(), "import: not tested"),
    (
        "import refused",
        lambda client, sites: client.update({"import": {"failed": True, "msg": "HTTP 403"}}),
        "import: HTTP 403",
    ),
]


@pytest.mark.parametrize(("fault", "expected"), [item[1:] for item in FAULTS], ids=[item[0] for item in FAULTS])
def test_every_failure_is_named(fault: Callable[..., Any], expected: str) -> None:
    client, sites = copy.deepcopy(_good())
    fault(client, sites)
    problems = image.verify_report(_plan(), client, sites)["problems"]
    assert any(problem.startswith(expected) for problem in problems), problems
