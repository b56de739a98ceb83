# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old versions are deleted only if every cluster that has them knows no clone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.filter.images import FilterModule
from ansible_collections.dcn.glance.plugins.filter.sites import FilterModule as SiteFilters

FILTERS = FilterModule().filters()
TOPOLOGY = {
    "hub": "hub",
    "sites": {
        "hub": {
            "ceph": {},
            "stores": {
                "hub": {"type": "rbd", "default": True},
                "archive": {"type": "file", "options": {"filesystem_store_datadir": "/srv/archive"}},
            },
        },
        "edge": {"ceph": {"pools": {"images": "pictures"}}},
    },
}
OLD = [
    {"id": "1", "name": "a", "stores": ["hub", "edge", "archive"], "delete": True},
    {"id": "2", "name": "b", "stores": ["edge"], "delete": True},
    {"id": "3", "name": "c", "stores": ["edge"], "delete": False},
]
HOSTS = {"dcn_ceph_admin": {"h0": "hub", "h1": "hub", "e0": "edge"}}
HUB = {"host": "h0", "site": "hub", "pool": "images", "images": ["1"]}
EDGE = {"host": "e0", "site": "edge", "pool": "pictures", "images": ["1", "2"]}


def answer(item: dict[str, Any], **children: int) -> dict[str, Any]:
    images = [
        {"name": name, "snapshots": [{"name": "snap", "children": [{}] * children.get(f"i{name}", 0)}]}
        for name in item["images"]
    ]
    return {"item": item, "images": images}


@pytest.mark.parametrize(
    ("hosts", "checks"),
    [(HOSTS, [HUB, EDGE]), ({"dcn_ceph_admin": {"e0": "edge"}}, [EDGE]), ({}, [])],
)
def test_where_to_look(hosts: dict[str, Any], checks: list[dict[str, Any]]) -> None:
    assert FILTERS["clone_checks"](OLD, TOPOLOGY, hosts) == checks


@pytest.mark.parametrize(
    ("results", "deleted", "kept"),
    [
        ([answer(HUB), answer(EDGE)], ["1", "2"], []),
        ([answer(HUB), answer(EDGE, i1=2)], ["2"], ["clones of it at edge (2); it stays hidden"]),
        ([answer(HUB, i1=1), answer(EDGE)], ["2"], ["clones of it at hub (1)"]),
        ([answer(EDGE)], ["2"], ["no host of dcn_ceph_admin could tell whether it has clones at hub"]),
        ([answer(HUB), {"item": EDGE, "unreachable": True}], [], ["has clones at edge"] * 2),
    ],
)
def test_what_is_deleted(results: list[dict[str, Any]], deleted: list[str], kept: list[str]) -> None:
    found = FILTERS["unused_versions"](OLD, TOPOLOGY, results)
    assert found["images"] == [{"name": name, "state": "absent"} for name in deleted]
    assert len(found["kept"]) == len(kept)
    assert all(part in text for part, text in zip(kept, found["kept"]))


SITES = SiteFilters().filters()
HERE = [{"id": "1", "name": "a", "stores": ["edge"]}, {"id": "2", "name": "b", "stores": ["edge"]}]


@pytest.mark.parametrize(
    ("results", "reasons"),
    [
        ([answer(EDGE)], {}),
        (
            [answer(EDGE, i2=3)],
            {"2": "instances or volumes are clones of it at edge (3); delete or flatten them first"},
        ),
        ([{"item": EDGE, "unreachable": True}], dict.fromkeys("12", "no host of dcn_ceph_admin could tell")),
    ],
)
def test_images_that_cannot_leave_a_site(results: list[dict[str, Any]], reasons: dict[str, str]) -> None:
    assert SITES["removal_checks"](HERE, TOPOLOGY, HOSTS) == [EDGE]
    found = SITES["removal_in_use"](HERE, TOPOLOGY, results)
    assert {image: text[: len(reasons[image])] for image, text in found.items()} == reasons
