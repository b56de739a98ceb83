# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repaired, what is refused, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import ASKED_KINDS, KINDS, SAFE
from ansible_collections.dcn.glance.plugins.module_utils._audit.repair import outcomes, plan_repairs, problems
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.builders.audit import (
    ID,
    OTHER,
    SNAP,
    cluster,
    files,
    host,
    image,
    rbd,
    report,
    staged,
)

TWO = {"stores": ["central", "dcn0"]}
UNPROTECTED = {"clusters": {"dcn0": cluster("dcn0", rbd(snapshots=[{**SNAP, "protected": False}]))}}


def plan(*images: dict[str, Any], kinds: tuple[str, ...] = (), **given: Any) -> dict[str, Any]:
    """The plan without what is empty in it."""
    found = plan_repairs(report(*images, **given).as_dict(), kinds).as_dict()
    return {key: value for key, value in found.items() if value and key != "actions"}


def entry(name: str, state: str, partial: bool = False) -> dict[str, Any]:
    return {"pool": "images", "name": name, "state": state, "partial": partial}


def test_what_is_safe_is_planned() -> None:
    assert plan(image(), **UNPROTECTED) == {"clusters": {"dcn0": [entry(ID, "protected")]}}
    partial = {"clusters": {"dcn1": cluster("dcn1", rbd(snapshots=[]))}}
    assert plan(image(**TWO), **partial) == {"clusters": {"dcn1": [entry(ID, "absent", True)]}}
    assert plan(hosts={"dcn0": staged(OTHER)}) == {"files": {"dcn0": [f"/staging/{OTHER}"]}}
    wanted = {ID: ("central", "dcn0", "dcn1")}
    assert plan(image(**TWO), wanted=wanted) == {"added": [{"image": ID, "stores": ["central", "dcn0", "dcn1"]}]}


@pytest.mark.parametrize(
    ("kind", "images", "given", "expected"),
    [
        (
            "orphan",
            [],
            {"clusters": {"dcn0": cluster("dcn0", rbd(OTHER))}},
            {"clusters": {"dcn0": [entry(OTHER, "absent")]}},
        ),
        (
            "untracked_copy",
            [image(**TWO)],
            {"clusters": {"dcn1": cluster("dcn1", rbd())}},
            {"clusters": {"dcn1": [entry(ID, "absent")]}},
        ),
        (
            "snapshot_missing",
            [image()],
            {"clusters": {"dcn0": cluster("dcn0", rbd(snapshots=[]))}},
            {"clusters": {"dcn0": [entry(ID, "protected")]}},
        ),
        (
            "stuck_import",
            [image(stores=[], status="importing", state="import_failed", explanation="x")],
            {},
            {"deletions": [{"name": ID, "state": "absent"}]},
        ),
        (
            "leftover_staging",
            [image()],
            {"hosts": {"dcn0": staged(ID)}},
            {"files": {"dcn0": [f"/staging/{ID}"]}},
        ),
        (
            "object_missing",
            [image()],
            {"clusters": {"dcn1": cluster("dcn1")}},
            {
                "kept": [{"image": ID, "stores": ["central", "dcn0"]}],
                "added": [{"image": ID, "stores": ["central", "dcn0", "dcn1"]}],
            },
        ),
        (
            "removed_store",
            [image(stores=["central", "old"])],
            {},
            {"kept": [{"image": ID, "stores": ["central"]}]},
        ),
        (
            "copy_unwanted",
            [image(**TWO)],
            {"wanted": {ID: ("central",)}, "cleared": frozenset([ID])},
            {"kept": [{"image": ID, "stores": ["central"]}]},
        ),
        (
            "stray_keyring",
            [],
            {"hosts": {"dcn0": files("dcn9.client.glance.dcn0.keyring", "dcn9.client.admin.keyring", "dcn9.conf")}},
            {"files": {"dcn0": ["/etc/ceph/dcn9.client.glance.dcn0.keyring"]}},
        ),
        ("stray_conf", [], {"hosts": {"dcn0": files("dcn1.conf")}}, {"files": {"dcn0": ["/etc/ceph/dcn1.conf"]}}),
        (
            "stray_client",
            [],
            {
                "clusters": {
                    "dcn0": cluster("dcn0", clients=["client.glance.old", "client.admin", "client.glance.dcn0"])
                }
            },
            {"clients": {"dcn0": [{"name": "client.glance.old", "state": "absent"}]}},
        ),
        (
            "stray_secret",
            [],
            {
                "hosts": {
                    "dcn0": host(
                        libvirt={
                            "secrets": [
                                {"uuid": ID, "usage": f"client.nova.old {ID}"},
                                {"uuid": OTHER, "usage": "client.openstack secret"},
                            ]
                        }
                    )
                }
            },
            {"secrets": {"dcn0": [{"uuid": ID, "state": "absent"}]}},
        ),
    ],
)
def test_the_rest_is_planned_when_it_is_asked_for(
    kind: str, images: list[dict[str, Any]], given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert plan(*images, **given) == {}
    assert plan(*images, kinds=(kind,), **given) == expected


def test_every_kind_that_is_repaired_is_tested() -> None:
    tested = {name for mark in test_the_rest_is_planned_when_it_is_asked_for.pytestmark for name in _kinds(mark)}
    assert tested == set(ASKED_KINDS)
    assert {kind.name for kind in KINDS.values() if kind.by == SAFE} == {
        *("snapshot_unprotected", "partial_object", "stale_staging", "copy_wanted")
    }


def _kinds(mark: Any) -> list[str]:
    return [case[0] for case in mark.args[1]]


def test_the_last_good_copy_stays() -> None:
    broken = {"clusters": {"dcn1": cluster("dcn1"), "dcn0": cluster("dcn0"), "central": cluster("central")}}
    found = plan_repairs(report(image(), **broken).as_dict(), ["object_missing"])
    assert found.keep == {}
    assert set(found.refused.values()) == {"no other copy of the image is known to be good"}
    assert len(found.refused) == 3


def test_nothing_is_removed_while_something_is_silent() -> None:
    silent = {
        "clusters": {**UNPROTECTED["clusters"], "dcn1": None},
        "hosts": {"dcn0": staged(OTHER)},
        "wanted": {ID: ("archive",)},
        "cleared": frozenset([ID]),
    }
    found = plan_repairs(report(image(), **silent).as_dict(), list(ASKED_KINDS))
    assert found.clusters == {"dcn0": [entry(ID, "protected")]}
    assert (found.files, found.keep, found.delete) == ({}, {}, [])
    assert found.copy == {ID: ["central", "dcn0", "dcn1", "archive"]}
    assert "did not answer" in next(iter(found.refused.values()))


def test_what_has_clones_or_a_lock_is_not_repaired() -> None:
    cloned = rbd(OTHER, snapshots=[{**SNAP, "children": ["vms/disk"]}])
    assert plan(clusters={"dcn0": cluster("dcn0", cloned)}, kinds=("orphan",)) == {}
    locked = image(**TWO, lock="t1", state="lock_leaked", explanation="x")
    assert plan(locked, clusters={"dcn1": cluster("dcn1", rbd(snapshots=[]))}) == {}


def test_a_conf_that_somebody_else_uses_stays() -> None:
    shared = {"hosts": {"dcn0": files("dcn1.conf", "dcn1.client.backup.keyring")}}
    (found,) = report(**shared).findings
    assert (found.kind, found.repairable) == ("stray_conf", False)
    assert plan(kinds=("stray_conf",), **shared) == {}


def test_the_removal_of_a_client_has_an_outcome() -> None:
    stray = {"clusters": {"dcn0": cluster("dcn0", clients=["client.glance.old"])}}
    found = report(**stray).as_dict()
    planned = plan_repairs(found, ["stray_client"]).as_dict()
    done = {"clients": {"dcn0": {"clients": [{"name": "client.glance.old", "error": None}]}}}
    failed = {"clients": {"dcn0": {"clients": [{"name": "client.glance.old", "error": "refused"}]}}}
    for results, expected in ((done, (True, "")), (failed, (False, "refused"))):
        (said,) = outcomes(found, planned, results)
        assert (said["done"], said["error"]) == expected
    (missing,) = outcomes(found, planned, {"clients": {"dcn0": {"msg": "No monitor answered."}}})
    assert (missing["done"], missing["error"]) == (False, "No monitor answered.")


def test_the_removal_of_a_secret_has_an_outcome() -> None:
    secrets = [{"uuid": ID, "usage": f"client.nova.old {ID}"}]
    found = report(hosts={"dcn0": host(libvirt={"secrets": secrets})}).as_dict()
    planned = plan_repairs(found, ["stray_secret"]).as_dict()
    for results, expected in (
        ({"secrets": {"dcn0": {"secrets": [{"uuid": ID, "changed": True}]}}}, (True, "")),
        ({"secrets": {"dcn0": {"msg": "libvirt cannot be reached."}}}, (False, "libvirt cannot be reached.")),
    ):
        (said,) = outcomes(found, planned, results)
        assert (said["done"], said["error"]) == expected


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(InputErrors, match="'orphans' is not one of"):
        plan_repairs(report().as_dict(), ["orphans"])


def test_outcomes_say_what_was_done() -> None:
    found = report(
        image(**TWO),
        clusters={"dcn1": cluster("dcn1", rbd(snapshots=[])), "dcn0": cluster("dcn0", rbd(), rbd(OTHER))},
        hosts={"central": staged(OTHER)},
        wanted={ID: ("dcn1",)},
    ).as_dict()
    planned = plan_repairs(found, ["orphan"]).as_dict()
    results = {
        "clusters": {
            "dcn1": {"images": [{"pool": "images", "name": ID, "error": ""}]},
            "dcn0": {"images": [{"pool": "images", "name": OTHER, "error": "it has clones"}]},
        },
        "files": {"central": [{"item": f"/staging/{OTHER}", "changed": True}]},
        "copy": {
            "placements": [
                {
                    "image": ID,
                    "id": ID,
                    "failed": ["dcn1"],
                    "stores": [{"store": "dcn1", "message": "full"}],
                    "error": "",
                }
            ]
        },
    }
    said = {item["finding"].partition("/")[0]: item for item in outcomes(found, planned, results)}
    assert {kind: (item["done"], item["error"]) for kind, item in said.items()} == {
        "partial_object": (True, ""),
        "stale_staging": (True, ""),
        "orphan": (False, "it has clones"),
        "copy_wanted": (False, "dcn1: full"),
    }
    nothing = list(outcomes(found, planned, {}))
    assert {item["done"] for item in nothing} == {False}
    assert not any(item["done"] for item in outcomes(found, planned, results, check=True))


def test_repaired_errors_do_not_fail() -> None:
    found = report(image(), **UNPROTECTED).as_dict()
    assert len(problems(found, "error")) == 1
    assert problems(found, "never") == []
    name = found["findings"][0]["id"]
    assert problems({**found, "repairs": [{"finding": name, "what": "x", "done": True, "error": ""}]}, "warning") == []
    failed = {**found, "repairs": [{"finding": name, "what": "x", "done": False, "error": "no"}]}
    assert problems(failed, "never") == [f"Not repaired: {name}: no."]
