# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import asdict

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import ListedStore, StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_check import check_stores


def rbd(name: str, fsid: str | None, pool: str = "images", **options) -> ListedStore:
    return ListedStore(name, type="rbd", properties={"pool": pool, "fsid": fsid}, **options)


def want(name: str, **changes) -> dict:
    return {"id": name, "type": "rbd", "pool": "images", "site": name, **changes}


CENTRAL, DCN0 = rbd("central", "f1", default=True), rbd("dcn0", "f2")
FINE = (want("central", default=True), want("dcn0"))


@pytest.mark.parametrize(
    ("stores", "expected", "found"),
    [
        ((CENTRAL, DCN0), (), []),
        ((CENTRAL, DCN0), FINE, []),
        ((CENTRAL, DCN0), (*FINE, want("dcn1")), [("dcn1", "error", "does not have this store of site dcn1")]),
        ((CENTRAL, DCN0), FINE[:1], [("dcn0", "info", "does not define it for this API")]),
        (
            (CENTRAL, DCN0),
            (want("central"), want("dcn0", default=True)),
            [("central", "error", "is central, but should be dcn0")],
        ),
        ((rbd("central", "f1"), DCN0), (), [("", "error", "No store is the default")]),
        ((CENTRAL, rbd("dcn0", None)), FINE, [("dcn0", "error", "fsid is null")]),
        ((CENTRAL, rbd("dcn0", "f1")), FINE, [("dcn0", "error", "same cluster and pool as store central")]),
        ((CENTRAL, rbd("dcn0", "f1", "other")), (), []),
        (
            (CENTRAL, rbd("dcn0", "f2", "vms")),
            FINE,
            [("dcn0", "error", "Its pool is vms, but should be images of site dcn0.")],
        ),
        (
            (CENTRAL, DCN0),
            (FINE[0], want("dcn0", fsid="f9", site=None)),
            [("dcn0", "error", "Its fsid is f2, but should be f9.")],
        ),
        ((CENTRAL, ListedStore("dcn0", type="file")), FINE, [("dcn0", "error", "Its type is file, but should be rbd")]),
        ((CENTRAL, ListedStore("dcn0")), FINE, []),
        (
            (ListedStore("web", type="http", default=True, read_only=True),),
            (),
            [("web", "error", "default store is read-only"), ("web", "info", "The store is read-only.")],
        ),
    ],
)
def test_problems(stores, expected, found):
    problems = check_stores(StoreListing(tuple(stores), True), expected)
    assert [(problem.store, problem.severity) for problem in problems] == [item[:2] for item in found]
    for problem, (_store, _severity, says) in zip(problems, found):
        assert says in problem.message


def test_missing_details_are_reported():
    problems = check_stores(StoreListing((ListedStore("central", default=True),), False, "Types could not be seen."))
    assert [asdict(problem) for problem in problems] == [
        {"store": "", "severity": "info", "message": "Types could not be seen."}
    ]


def test_three_stores_on_one_pool_give_two_problems():
    problems = check_stores(StoreListing((CENTRAL, rbd("dcn0", "f1"), rbd("dcn1", "f1")), True))
    assert [problem.store for problem in problems] == ["dcn0", "dcn1"]
    assert all("as store central (fsid f1, pool images)" in problem.message for problem in problems)


def test_a_list_without_details_is_a_warning_if_glance_failed() -> None:
    listing = StoreListing((ListedStore("a", default=True),), False, "Why.", "warning")
    assert [(problem.severity, problem.message) for problem in check_stores(listing)] == [("warning", "Why.")]
