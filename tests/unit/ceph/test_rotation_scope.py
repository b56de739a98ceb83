# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys a run rotates, the options of its steps, and its report."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_steps as steps
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rotation_scope import Selection, scope
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

HOSTS = {"api1": "central", "api2": "central", "edge": "dcn0"}
GROUPS = {"dcn_glance_api": HOSTS, "dcn_ceph_admin": {"ceph": "central", "edge": "dcn0"}}
HUB, EDGE = "client.glance.central", "client.glance.dcn0"


def topology(**ceph: Any) -> Any:
    sites = {
        name: {"ceph": {"cluster": name, **ceph}, "stores": {name: {"type": "rbd", "default": True}}}
        for name in ("central", "dcn0")
    }
    return parse({"hub": "central", "sites": sites})


def chosen(model: Any = None, groups: Any = None, limit: Any = None, silent: Any = (), **more: Any) -> dict[str, Any]:
    limit = HOSTS if limit is None else limit
    answered = [host for host in limit if host not in silent]
    return scope(model or topology(), Selection(groups or GROUPS, list(limit), answered, **more))


def clients(found: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    return {
        cluster["site"]: {client["name"]: client["hosts"] for client in cluster["clients"]}
        for cluster in found["clusters"]
    }


def test_every_host_that_holds_a_key_is_known() -> None:
    found = chosen()
    assert clients(found) == {
        "central": {HUB: ["api1", "api2"], EDGE: ["edge"]},
        "dcn0": {EDGE: ["edge"], HUB: ["api1", "api2"]},
    }
    assert [cluster["admin"] for cluster in found["clusters"]] == ["ceph", "edge"]
    assert (found["kept"], found["waiting"]) == ([], [])
    assert found["clusters"][1]["clients"][0]["path"] == "/etc/ceph/dcn0.client.glance.dcn0.keyring"


def test_sites_and_the_limit_choose_the_clients() -> None:
    edge = {"central": {EDGE: ["edge"]}, "dcn0": {EDGE: ["edge"]}}
    assert clients(chosen(limit=["edge"])) == edge
    assert clients(chosen(sites=["dcn0"])) == edge


def test_a_host_that_does_not_answer_keeps_its_keys() -> None:
    found = chosen(silent=["api2"])
    assert clients(found) == {"central": {EDGE: ["edge"]}, "dcn0": {EDGE: ["edge"]}}
    assert [(item["site"], item["client"], item["hosts"]) for item in found["waiting"]] == [
        ("central", HUB, ["api2"]),
        ("dcn0", HUB, ["api2"]),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limit": ["api1"]}, "sites.central: api2 holds the key of client.glance.central on central too"),
        ({"groups": {"dcn_glance_api": HOSTS}}, "sites.dcn0: has no host in the group dcn_ceph_admin"),
        ({"sites": ["dcn9"]}, "rotate_keys_sites: 'dcn9' is not one of the sites"),
    ],
)
def test_what_prevents_a_rotation(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputErrors, match=message):
        chosen(**changes)


@pytest.mark.parametrize(
    ("users", "given_names", "why"),
    [
        ({"glance": "images"}, False, "the topology states its name"),
        ({"glance": "images"}, True, ""),
        ({"glance": "openstack", "nova": "openstack"}, True, "nova uses it too"),
        ({"glance": "openstack", "nova": "openstack", "cinder": "openstack"}, True, "nova and cinder use it too"),
    ],
)
def test_a_client_that_others_use_keeps_its_key(users: dict[str, str], given_names: bool, why: str) -> None:
    found = chosen(topology(clients=users), given_names=given_names)
    kept = {(item["site"], item["client"]): item["why"] for item in found["kept"]}
    name = ("dcn0", f"client.{users['glance']}")
    assert why in kept.get(name, "")
    assert (name in kept) is bool(why)


def test_a_client_of_two_sites_is_rotated_for_both_or_not_at_all() -> None:
    model = topology(clients={"glance": "images", "remote_glance": "images"})
    found = chosen(model, limit=["edge"], given_names=True)
    assert {item["why"] for item in found["kept"]} == {"Glance of central uses it too; rotate it for all its sites"}
    assert clients(chosen(model, given_names=True))["dcn0"] == {"client.images": ["api1", "api2", "edge"]}


# The steps


def change(name: str, action: str = "create", **more: Any) -> dict[str, Any]:
    known = {"key_id": "old", "key_created": "2026-05-02T09:14:31Z", "pending_key_id": "new"}
    return {"name": name, "action": action, "error": None, **known, **more}


def results(**more: Any) -> dict[str, Any]:
    return {
        "central": {"clients": [change(HUB), change(EDGE, "none", pending_key_id=None)], "sealed": {}},
        "dcn0": {"clients": [change(EDGE), change(HUB)], "sealed": {"edge": {EDGE: {"new": "blob"}}}},
        **more,
    }


def answers(**wrong: Any) -> dict[str, Any]:
    """What the hosts answered: all is well, but with ``HOST=error`` on the cluster dcn0."""
    found = {}
    for host in HOSTS:
        names = [EDGE] if host == "edge" else [HUB]
        found[host] = {
            "keyrings": [
                {"cluster": cluster, "client": name, "ok": not bad, "error": wrong.get(host) if bad else None}
                for cluster in ("central", "dcn0")
                for name in names
                for bad in [cluster == "dcn0" and host in wrong]
            ]
        }
    return found


def test_a_host_gets_its_keyrings_and_switches_those_that_all_have_staged() -> None:
    found = steps.keyrings(chosen(), results(), "edge")
    assert [(item["cluster"], item["rotate"], item["sealed"]) for item in found] == [
        ("central", False, {}),
        ("dcn0", True, {"new": "blob"}),
    ]
    assert [item["cluster"] for item in steps.ready(found, chosen(), answers())] == ["dcn0"]
    hub = steps.keyrings(chosen(), results(), "api1")
    assert [item["cluster"] for item in steps.ready(hub, chosen(), answers(api2="no space"))] == ["central"]
    # A host whose task failed has no answer for any keyring.
    assert steps.ready(hub, chosen(), {**answers(), "api2": {"failed": True, "msg": "no openssl"}}) == []
    assert steps.keyrings(chosen(), results(dcn0={}), "edge")[0]["cluster"] == "central"


def test_a_key_is_committed_when_all_hosts_use_it() -> None:
    found = steps.commits(chosen(), results(), answers(edge="timed out"))
    assert [(entry["site"], [item["name"] for item in entry["names"]]) for entry in found] == [
        ("central", [HUB]),
        ("dcn0", [HUB]),
    ]
    assert found[0]["names"] == [{"name": HUB, "key_id": "new"}]


def test_the_report_names_every_key_once_with_the_reason() -> None:
    committed = {"central": {"clients": [change(HUB, "none")]}, "dcn0": {"clients": [change(HUB, "none")]}}
    done = steps.report(chosen(), results(), answers(), answers(edge="timed out"), committed)
    assert done["rotated"] == [
        f"{HUB} on the cluster of {site}: the key of 2026-05-02T09:14:31Z was replaced on api1, api2"
        for site in ("central", "dcn0")
    ]
    assert done["kept"] == [f"{EDGE} on the cluster of central: its key of 2026-05-02T09:14:31Z is young enough"]
    (failed,) = done["failed"]
    assert failed.startswith(f"{EDGE} on the cluster of dcn0: not every host has switched: edge: timed out;")
    away = steps.report(chosen(silent=["edge"]), results(central={}), answers(api1="no space"), answers(), {})
    assert [line.partition(": ")[2] for line in away["failed"]] == [
        "not rotated, because edge did not answer",
        "not rotated, because edge did not answer",
        "not rotated: no answer through ceph",
        "not rotated, both keys are valid: api1: no space",
    ]
    told = steps.by_site(chosen()["clusters"], [{"failed": True, "msg": "no monitor answered"}, {"unreachable": True}])
    lines = steps.report(chosen(), told, answers(), answers(), {})["failed"]
    assert {line.partition(": ")[2] for line in lines} == {
        *("not rotated: no monitor answered", "not rotated: no answer through edge"),
    }
    foreseen = steps.report(chosen(), results(), answers(), answers(), None)
    assert [line.rpartition(" would ")[2] for line in foreseen["rotated"]] == [
        *("be replaced on api1, api2", "be replaced on edge", "be replaced on api1, api2"),
    ]
