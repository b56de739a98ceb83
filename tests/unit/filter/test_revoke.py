# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan and the report of a revocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.filter.revoke import revoke_plan, revoke_report

GROUPS = {
    "dcn_ceph_admin": ["central", "dcn0", "dcn1"],
    "dcn_glance_api": ["central", "central2", "dcn0", "dcn1", "dcn1b"],
    "dcn_nova_compute": ["dcn0", "dcn1c"],
    "dcn_cinder_volume": ["dcn0"],
    "dcn_openstack_client": ["central"],
}
SITES = {"central2": "central", "dcn1b": "dcn1", "dcn1c": "dcn1"}
ADDRESSES = {"dcn1": "192.0.2.31", "dcn1b": "127.0.0.1", "dcn1c": "dcn1c.example.org"}
HOSTVARS: dict[str, dict[str, Any]] = {
    host: {"dcn_site": SITES.get(host, host), **({"ansible_host": ADDRESSES[host]} if host in ADDRESSES else {})}
    for host in sorted({name for names in GROUPS.values() for name in names})
}
Changed = Callable[..., dict[str, Any]]


def plan(topology: dict[str, Any], **options: Any) -> dict[str, Any]:
    return revoke_plan(topology, GROUPS, HOSTVARS, **options)


def by_site(found: dict[str, Any], key: str) -> dict[str, Any]:
    return {cluster["site"]: cluster[key] for cluster in found["clusters"]}


def test_a_site_loses_its_clients_on_every_cluster(base: dict[str, Any]) -> None:
    found = plan(base, site="dcn1")
    assert found["hosts"] == ["dcn1", "dcn1b", "dcn1c"]
    assert by_site(found, "needed") == {
        "central": ["client.glance.dcn1"],
        "dcn0": [],
        "dcn1": ["client.glance.dcn1", "client.nova.dcn1", "client.cinder.dcn1"],
    }
    # On other clusters they are looked for by their names.
    assert set(by_site(found, "clients")["dcn0"]) >= {"client.glance.dcn1", "client.nova.dcn1", "client.cinder.dcn1"}
    assert by_site(found, "addresses") == {"central": ["192.0.2.31"], "dcn0": [], "dcn1": []}
    assert by_site(found, "host") == {"central": "central", "dcn0": "dcn0", "dcn1": ""}
    assert by_site(found, "own") == {"central": False, "dcn0": False, "dcn1": True}
    assert found["clusters"][2]["why"] == "its admin host dcn1 is lost, too"
    assert found["others"] == []


def test_hosts_lose_the_clients_of_their_services_and_so_do_others(base: dict[str, Any]) -> None:
    found = plan(base, hosts="dcn1c")
    # A compute host holds Cinder's key, too.
    assert by_site(found, "needed") == {
        "central": [],
        "dcn0": [],
        "dcn1": ["client.nova.dcn1", "client.cinder.dcn1"],
    }
    assert (by_site(found, "host")["dcn1"], by_site(found, "own")["dcn1"]) == ("dcn1", False)
    assert by_site(plan(base, hosts=["dcn1c"], addresses="192.0.2.33"), "addresses")["dcn1"] == ["192.0.2.33"]
    worker = plan(base, hosts=["central2"])
    assert by_site(worker, "needed") == dict.fromkeys(("central", "dcn0", "dcn1"), ["client.glance.central"])
    assert worker["others"] == ["central uses client.glance.central, too, and loses its access"]
    assert plan(base, hosts=["dcn1"])["others"] == [
        "dcn1b uses client.glance.dcn1, too, and loses its access",
    ]


def test_a_client_that_other_sites_use_is_refused_unless_they_are_named(changed: Changed) -> None:
    topology = changed("sites/central/ceph/clients", {"remote_glance": "edge"})
    with pytest.raises(AnsibleFilterError, match=r"revoke_shared_with: the site dcn0 uses client\.edge on") as caught:
        plan(topology, site="dcn1")
    assert "the site edge uses" in str(caught.value)
    found = plan(topology, site="dcn1", shared_with=["dcn0", "edge"])
    assert by_site(found, "needed")["central"] == ["client.edge"]
    assert found["others"] == ["dcn0 uses client.edge, too, and loses its access"]
    assert plan(topology, site="dcn1", lift=True)["clusters"][0]["clients"] == []


def test_a_client_that_somebody_needs_is_not_removed_for_its_name(changed: Changed) -> None:
    topology = changed("sites/dcn0/ceph/clients", {"nova": "nova.dcn1"})
    assert "client.nova.dcn1" not in by_site(plan(topology, site="dcn1"), "clients")["dcn0"]


def test_secrets_are_named_and_never_told(changed: Changed) -> None:
    options = {"swift_store_key": "hidden1", "swift_store_user": "a:b", "swift_store_auth_address": "http://k"}
    topology = changed(
        "sites/central/stores/archive/options",
        options,
        "sites/dcn1/glance/options",
        {"barbican": {"auth_endpoint": "x", "password": "hidden2"}},
    )
    found = plan(topology, site="dcn1")
    (first,) = [line for line in found["exposed"] if line.startswith("glance-api.conf of dcn1: ")]
    assert "[archive] swift_store_key" in first and "[barbican] password" in first
    assert "swift_store_user" not in first
    assert (
        "dcn1: the key of the administrator of the cluster of dcn1, and so every key of this cluster"
        in found["exposed"]
    )
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({}, ["revoke_site: set either revoke_site to a site, or revoke_hosts"]),
        ({"site": "dcn1", "hosts": ["dcn1"]}, ["revoke_site: set either"]),
        (
            {"site": "dcn2", "shared_with": "dcn9"},
            ["revoke_site: 'dcn2' is not one of", "revoke_shared_with[0]: 'dcn9'"],
        ),
        ({"hosts": "dcn1,dcn1d,other"}, ["revoke_hosts[1]: 'dcn1d' is in none of", "did you mean", "revoke_hosts[2]"]),
        ({"site": "dcn1", "addresses": ["x", "10.0.0.0/8"]}, ["revoke_addresses[0]: 'x'", "revoke_addresses[1]"]),
    ],
)
def test_all_bad_input_at_once(base: dict[str, Any], options: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        plan(base, **options)
    assert all(part in str(caught.value) for part in parts), str(caught.value)


# The report


def answer(*clients: dict[str, Any], addresses: Any = (), **more: Any) -> dict[str, Any]:
    return {"changed": True, "clients": list(clients), "addresses": list(addresses), **more}


def removed(**changes: Any) -> dict[str, Any]:
    entry = {"name": "client.glance.dcn1", "action": "remove", "changed": True, "gone": True, "refused": True}
    return {**entry, "error": None, **changes}


def told(topology: dict[str, Any], check: bool = False, answers: Any = (), **options: Any) -> dict[str, Any]:
    variables = {host: {**found} for host, found in HOSTVARS.items()}
    for host, result in dict(answers).items():
        variables[host]["revoke_cluster"] = result
    return revoke_report(plan(topology, **options), variables, check)


NOTHING = answer({**removed(), "action": "none", "changed": False, "refused": None})
FENCED = [{"address": "192.0.2.31", "action": "add", "changed": True}]


def test_the_report_says_what_is_proved(base: dict[str, Any]) -> None:
    found = told(
        base,
        site="dcn1",
        answers={"central": answer(removed(), addresses=FENCED), "dcn0": {**NOTHING, "changed": False}},
    )
    assert found["text"][:5] == [
        "The access of site dcn1 (dcn1, dcn1b, dcn1c) is revoked. No lost host is contacted.",
        "cluster central (central): client.glance.dcn1: removed; the cluster does not have it any more; a new "
        "connection with its key, which was accepted before, is refused",
        "cluster central (central): 192.0.2.31: fenced",
        "cluster dcn1 (dcn1): not contacted: its admin host dcn1 is lost, too",
        "no such client on the clusters of: dcn0",
    ]
    assert (found["problems"], found["changed"]) == ([], ["central"])
    assert found["summary"] == {"what": "site dcn1", "changed_clusters": ["central"], "problems": []}


def test_hosts_without_an_address_are_named(base: dict[str, Any]) -> None:
    answers = {"central": answer(removed(), addresses=FENCED), "dcn0": NOTHING}
    lines = [line for line in told(base, site="dcn1", answers=answers)["text"] if line.startswith("Not fenced: ")]
    assert [line.partition(".")[0] for line in lines] == ["Not fenced: dcn1b, dcn1c"]
    stated = told(base, site="dcn1", addresses=["192.0.2.31"], answers=answers)["text"]
    assert not any(line.startswith("Not fenced: ") for line in stated)


def test_check_mode_foretells(base: dict[str, Any]) -> None:
    predicted = answer(removed(gone=None, refused=None), addresses=FENCED)
    found = told(base, check=True, site="dcn1", answers={"central": predicted, "dcn0": NOTHING})
    assert found["text"][1:3] == [
        "cluster central (central): client.glance.dcn1: would be removed",
        "cluster central (central): 192.0.2.31: would be fenced",
    ]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"dcn0": NOTHING}, "not reached through central: it was not asked in this run"),
        (
            {"central": {"unreachable": True, "msg": "no route"}, "dcn0": NOTHING},
            "not reached through central: no route",
        ),
        ({"central": {"failed": True, "msg": "No monitor answered."}, "dcn0": NOTHING}, "No monitor answered."),
        ({"central": {"failed": False, "msg": "No monitor answered."}, "dcn0": NOTHING}, "No monitor answered."),
        (
            {"central": answer(removed(refused=False), failed=True, msg="still accepts"), "dcn0": NOTHING},
            "still accepts",
        ),
    ],
)
def test_a_cluster_with_the_clients_must_do_all(base: dict[str, Any], answers: Any, problem: str) -> None:
    assert told(base, site="dcn1", answers=answers)["problems"] == [f"cluster central (central): {problem}"]


def test_silence_of_a_cluster_without_the_clients_is_only_told(base: dict[str, Any]) -> None:
    found = told(
        base, site="dcn1", answers={"central": answer(removed()), "dcn0": {"unreachable": True, "msg": "gone"}}
    )
    assert found["problems"] == []
    assert "cluster dcn0 (dcn0): not reached through dcn0: gone" in found["text"]


def test_it_is_told_when_no_address_is_known(base: dict[str, Any]) -> None:
    found = told(base, hosts="dcn1c", answers={"central": NOTHING, "dcn0": NOTHING, "dcn1": NOTHING})
    assert any(
        line.startswith("No address of the lost hosts is fenced, because none is known") for line in found["text"]
    )
