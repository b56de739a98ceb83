# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of finding, and what must not be one."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import KINDS
from ansible_collections.dcn.glance.tests.support.builders.audit import (
    ID,
    NOW,
    OTHER,
    SNAP,
    cluster,
    external,
    facts,
    files,
    findings,
    host,
    image,
    rbd,
    report,
    staged,
)

#: (what the case is, images, the rest of the facts, {kind: site} of the findings)
LEAKED = {"lock": "t1", "state": "lock_leaked", "explanation": "task t1 is over"}
TWO = {"stores": ["central", "dcn0"]}
CASES: list[tuple[str, list[dict[str, Any]], dict[str, Any], dict[str, str]]] = [
    ("all is well", [image()], {}, {}),
    ("location without object", [image()], {"clusters": {"dcn1": cluster("dcn1")}}, {"object_missing": "dcn1"}),
    (
        "no snapshot",
        [image()],
        {"clusters": {"dcn0": cluster("dcn0", rbd(snapshots=[]))}},
        {"snapshot_missing": "dcn0"},
    ),
    (
        "unprotected",
        [image()],
        {"clusters": {"dcn0": cluster("dcn0", rbd(snapshots=[{**SNAP, "protected": False}]))}},
        {"snapshot_unprotected": "dcn0"},
    ),
    ("size", [image()], {"clusters": {"dcn0": cluster("dcn0", rbd(size=5))}}, {"size_mismatch": "dcn0"}),
    ("content", [image()], {"clusters": {"dcn0": cluster("dcn0", rbd(format="qcow2"))}}, {"wrong_content": "dcn0"}),
    ("unreadable", [image()], {"clusters": {"dcn0": cluster("dcn0", rbd(error="no"))}}, {"unreadable_object": "dcn0"}),
    (
        "hash",
        [image(hash_algo="sha512", hash_value="aa")],
        {"clusters": {"dcn0": cluster("dcn0", rbd(digest="bb"))}, "algorithm": "sha512"},
        {"checksum_mismatch": "dcn0"},
    ),
    (
        "another algorithm",
        [image(hash_algo="sha256", hash_value="aa")],
        {"clusters": {"dcn0": cluster("dcn0", rbd(digest="bb"))}, "algorithm": "sha512"},
        {},
    ),
    ("qcow2 in rbd", [image(disk_format="qcow2", stores=["dcn0"])], {}, {"wrong_format": "dcn0"}),
    ("iso in rbd", [image(disk_format="iso")], {}, {}),
    (
        "cluster replaced",
        [image(stores=["dcn0"])],
        {"clusters": {"dcn0": cluster("dcn0", rbd(), fsid="new")}},
        {"wrong_location": "dcn0"},
    ),
    ("locations are hidden", [image(locations=[])], {"clusters": {"dcn0": cluster("dcn0", rbd(), fsid="new")}}, {}),
    ("store is gone", [image(stores=["central", "old"])], {}, {"removed_store": ""}),
    ("rule wants it", [image(**TWO)], {"wanted": {ID: ("central", "dcn1")}}, {"copy_wanted": "dcn1"}),
    (
        "rule does not want it",
        [image(**TWO)],
        {"wanted": {ID: ("central",)}, "cleared": frozenset([ID])},
        {"copy_unwanted": "dcn0"},
    ),
    ("rule keeps others", [image(**TWO)], {"wanted": {ID: ("central",)}}, {}),
    (
        "copy runs",
        [image(**TWO, importing_stores=["dcn1"], lock="t1", state="running")],
        {"wanted": {ID: ("dcn1",)}},
        {},
    ),
    ("orphan", [], {"clusters": {"dcn0": cluster("dcn0", rbd(OTHER))}}, {"orphan": "dcn0"}),
    ("deleted meanwhile", [], {"before": [image(OTHER)], "clusters": {"dcn0": cluster("dcn0", rbd(OTHER))}}, {}),
    ("not ours", [], {"clusters": {"dcn0": cluster("dcn0", rbd("volume-1"))}}, {"foreign_object": "dcn0"}),
    (
        "cut off",
        [image(**TWO)],
        {"clusters": {"dcn1": cluster("dcn1", rbd(snapshots=[]))}},
        {"partial_object": "dcn1"},
    ),
    ("still open", [image(**TWO)], {"clusters": {"dcn1": cluster("dcn1", rbd(snapshots=[], watchers=1))}}, {}),
    ("untracked", [image(**TWO)], {"clusters": {"dcn1": cluster("dcn1", rbd())}}, {"untracked_copy": "dcn1"}),
    (
        "written now",
        [image(**TWO, lock="t1", state="running")],
        {"clusters": {"dcn1": cluster("dcn1", rbd(snapshots=[]))}},
        {},
    ),
    (
        "failed",
        [image(stores=[], status="importing", state="import_failed", explanation="x")],
        {},
        {"stuck_import": ""},
    ),
    ("reverted", [image(stores=[], status="queued", state="reverted", explanation="x")], {}, {"stuck_import": ""}),
    ("leaked lock", [image(**LEAKED)], {}, {"leaked_lock": ""}),
    ("leaked lock without data", [image(**LEAKED, status="queued", stores=[])], {}, {"stuck_import": ""}),
    ("lock of a moment", [image(**LEAKED)], {"before": [image(lock="t1", state="running")]}, {}),
    ("stalled", [image(state="stalled", lock="t1", explanation="x")], {}, {"stalled_import": ""}),
    (
        "staged long ago",
        [image(stores=[], status="uploading", state="staged", explanation="x")],
        {},
        {"unfinished_image": ""},
    ),
    ("staged now", [image(stores=[], status="uploading", state="staged", updated_at=NOW)], {}, {}),
    ("failed copy", [image(state="partial", failed_stores=["dcn1"], explanation="x", **TWO)], {}, {"failed_copy": ""}),
    ("no data", [image(size=0, stores=[])], {}, {"empty_image": ""}),
    ("staged for nobody", [], {"hosts": {"dcn0": staged(OTHER)}}, {"stale_staging": "dcn0"}),
    ("left over", [image()], {"hosts": {"dcn0": staged(ID)}}, {"leftover_staging": "dcn0"}),
    ("not so old", [image()], {"hosts": {"dcn0": staged(ID, age=60)}}, {}),
    ("foreign file", [], {"hosts": {"dcn0": staged("")}}, {"foreign_file": "dcn0"}),
    (
        "older than its files",
        [],
        {
            "hosts": {
                "dcn0": host(
                    services=[{"name": "a", "exists": True, "active": True, "newer_files": ["/etc/a"], "clients": []}]
                )
            }
        },
        {"stale_config": "dcn0"},
    ),
    (
        "stopped",
        [],
        {
            "hosts": {
                "dcn0": host(
                    services=[{"name": "a", "exists": True, "active": False, "newer_files": [], "clients": []}]
                )
            }
        },
        {"stopped_service": "dcn0"},
    ),
    (
        "not installed",
        [],
        {
            "hosts": {
                "dcn0": host(
                    services=[{"name": "a", "exists": False, "active": False, "newer_files": [], "clients": []}]
                )
            }
        },
        {},
    ),
    (
        "stray keyring",
        [],
        {"hosts": {"dcn0": files("dcn1.client.glance.dcn1.keyring")}},
        {"stray_keyring": "dcn0"},
    ),
    (
        "stray conf",
        [],
        {"hosts": {"dcn0": files("dcn1.conf")}},
        {"stray_conf": "dcn0"},
    ),
    (
        "stray conf of a cluster that is gone",
        [],
        {"hosts": {"dcn0": files("dcn9.conf", "dcn9.client.nova.dcn9.keyring")}},
        {"stray_keyring": "dcn0", "stray_conf": "dcn0"},
    ),
    (
        "the host's own conf",
        [],
        {"hosts": {"dcn0": files("ceph.conf", "ceph.client.glance.old.keyring")}},
        {"stray_keyring": "dcn0"},
    ),
    (
        "files that the topology gives, and those of others",
        [],
        {
            "hosts": {
                "dcn0": host(
                    client_files=[
                        {"name": name, "path": name, "days": 1}
                        for name in (
                            "dcn0.client.glance.dcn0.keyring",
                            "central.conf",
                            "ceph.conf",
                            "ceph.client.rgw.keyring",
                        )
                    ]
                )
            }
        },
        {},
    ),
    (
        "stray secret",
        [],
        {"hosts": {"dcn0": host(libvirt={"secrets": [{"uuid": ID, "usage": f"client.nova.dcn0 {ID}"}]})}},
        {"stray_secret": "dcn0"},
    ),
    (
        "stray client",
        [],
        {"clusters": {"dcn0": cluster("dcn0", clients=["client.glance.dcn1", "client.glance.dcn0", "client.rgw"])}},
        {"stray_client": "dcn0"},
    ),
    (
        "old key",
        [],
        {
            "clusters": {
                "dcn0": cluster(
                    "dcn0", clients=["client.nova.dcn0"], keys_created={"client.nova.dcn0": "2025-11-01T00:00:00Z"}
                )
            },
            "key_max_age": 365,
        },
        {"key_old": "dcn0"},
    ),
    (
        "stores of an API",
        [],
        {"apis": {"dcn0": {"problems": [{"store": "x", "severity": "error", "message": "no such store"}]}}},
        {"api_stores": "dcn0"},
    ),
    (
        "no pool",
        [image()],
        {"clusters": {"dcn0": {"fsid": "f", "pools": [{"name": "images", "exists": False, "images": []}]}}},
        {"missing_pool": "dcn0"},
    ),
    (
        "cluster of another owner",
        [image()],
        {"clusters": {"dcn0": cluster("dcn0", rbd())}, "topology": external("dcn0")},
        {"external_cluster": "dcn0"},
    ),
    ("cluster is silent", [image()], {"clusters": {"dcn0": {"msg": "no answer"}}}, {"unreachable_cluster": "dcn0"}),
    ("cluster was not asked", [image()], {"clusters": {"dcn0": None}}, {"unreachable_cluster": "dcn0"}),
    ("API is silent", [], {"apis": {"dcn0": {"msg": "refused"}}}, {"unreachable_api": "dcn0"}),
    ("host is silent", [], {"hosts": {"dcn0": {"unreachable": True}}}, {"unreachable_host": "dcn0"}),
]


@pytest.mark.parametrize(("images", "given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_findings(images: list[dict[str, Any]], given: dict[str, Any], expected: dict[str, str]) -> None:
    assert {item.kind: item.site for item in findings(*images, **given)} == expected


def test_every_kind_has_a_case() -> None:
    assert {kind for case in CASES for kind in case[3]} == set(KINDS)


@pytest.mark.parametrize(
    ("images", "given", "state"),
    [
        ([image()], {}, "ok"),
        ([image()], {"clusters": {"dcn0": None}}, "unknown"),
        ([image()], {"clusters": {"dcn0": cluster("dcn0")}}, "broken"),
        ([image()], {"clusters": {"dcn0": cluster("dcn0")}, "before": []}, "unknown"),
        ([image(stores=["central"])], {}, "absent"),
        ([image(stores=["central"])], {"wanted": {ID: ("dcn0",)}}, "wanted"),
        ([image(stores=["central"], importing_stores=["dcn0"])], {}, "copying"),
        ([image()], {"wanted": {ID: ("central",)}, "cleared": frozenset([ID])}, "extra"),
    ],
)
def test_states_of_a_store(images: list[dict[str, Any]], given: dict[str, Any], state: str) -> None:
    assert report(*images, **given).images[0].stores["dcn0"].state == state


def test_without_a_list_of_images_nothing_is_an_orphan() -> None:
    found = facts(before=None, clusters={"dcn0": cluster("dcn0", rbd(OTHER))}, hosts={"dcn0": staged(OTHER)})
    assert found.images == {}
    blind = report(clusters={"dcn0": cluster("dcn0", rbd(OTHER))}, hosts={"dcn0": staged(OTHER)}, silent=True)
    assert [item.kind for item in blind.findings] == ["unreachable_api"]


def with_keys(**keys_created: str) -> dict[str, Any]:
    names = {name.replace("__", "."): made for name, made in keys_created.items()}
    return {"clusters": {"dcn0": cluster("dcn0", clients=[*names], keys_created=names)}}


@pytest.mark.parametrize(
    ("made", "limit", "days", "found"),
    [
        ("2026-11-28T12:00:01Z", 1, 0, []),
        ("2026-11-28T12:00:00Z", 1, 1, ["client.glance.dcn0"]),
        ("2025-11-29T12:00:00Z", 365, 365, ["client.glance.dcn0"]),
        ("2025-11-29T12:00:00Z", 0, 365, []),
        ("", 1, None, []),
        # The clock of the monitor is ahead of that of the controller.
        ("2026-11-29T13:00:00Z", 1, 0, []),
    ],
)
def test_old_keys_are_found(made: str, limit: int, days: int | None, found: list[str]) -> None:
    judged = report(**with_keys(client__glance__dcn0=made), key_max_age=limit)
    assert [item.object for item in judged.findings if item.kind == "key_old"] == found
    (key,) = judged.client_keys
    assert (key.site, key.client, key.created, key.days) == ("dcn0", "client.glance.dcn0", made, days)


def test_only_keys_of_needed_clients_have_an_age() -> None:
    judged = report(**with_keys(client__admin="2020-01-01T00:00:00Z", client__glance__old="2020-01-01T00:00:00Z"))
    assert judged.client_keys == ()
    assert [item.kind for item in judged.findings] == ["stray_client"]


def test_keys_have_an_age() -> None:
    files = [{"name": "dcn0.client.glance.dcn0.keyring", "path": "/etc/ceph/x", "days": 41}]
    (key,) = report(hosts={"dcn0": host(client_files=files)}).keys
    assert (key.site, key.cluster, key.client, key.days) == ("dcn0", "dcn0", "client.glance.dcn0", 41)


def test_errors_come_first() -> None:
    found = findings(image(), clusters={"dcn0": cluster("dcn0"), "dcn1": cluster("dcn1", rbd(), rbd("x"), rbd(OTHER))})
    assert [item.severity for item in found] == ["error", "warning", "info"]
