# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, ListedStore, StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import (
    DesiredPlacement,
    choose,
    parse_placements,
    plan_placement,
    unproved_removals,
)


def rbd(name: str, fsid: str | None = "f", **options) -> ListedStore:
    return ListedStore(name, type="rbd", properties={"pool": "images", "fsid": fsid}, **options)


LISTING = StoreListing(
    (
        rbd("central", default=True),
        rbd("dcn0"),
        rbd("dcn1"),
        rbd("dead", None),
        ListedStore("web", type="http", read_only=True),
    ),
    detailed=True,
)


@pytest.mark.parametrize(
    ("stores", "resolved"),
    [
        (["dcn0"], ("dcn0",)),
        (["dcn1", "central", "dcn1"], ("dcn1", "central")),
        (["all"], ("central", "dcn0", "dcn1", "dead")),
    ],
)
def test_parse_resolves_stores(stores, resolved):
    assert parse_placements([{"image": "a", "stores": stores}], LISTING) == (DesiredPlacement("a", resolved),)


def test_parse_merges_an_image_that_is_listed_twice():
    raw = [{"image": "a", "stores": ["dcn0"]}, {"image": "b", "stores": ["dcn0"]}, {"image": "a", "stores": ["dcn1"]}]
    assert parse_placements(raw, LISTING) == (DesiredPlacement("a", ("dcn0", "dcn1")), DesiredPlacement("b", ("dcn0",)))


def test_parse_reports_every_problem_at_once():
    raw = [
        {"image": "", "stores": ["dcn0"]},
        {"image": "b", "stores": []},
        {"image": "c", "stores": ["dcn7", "os_glance_tasks_store", "web"]},
        {"image": "d", "stores": ["all", "dcn0"]},
    ]
    with pytest.raises(InputErrors) as caught:
        parse_placements(raw, LISTING)
    assert [str(problem) for problem in caught.value.problems] == [
        "images[0].image: the name or id of an image is required",
        "images[1] (b).stores: the list is empty; name at least one store, or set it to all",
        "images[2] (c).stores: the API has no store 'dcn7'; it has central, dcn0, dcn1, dead, web",
        "images[2] (c).stores: os_glance_tasks_store is reserved by Glance; an image in it would be lost",
        "images[2] (c).stores: store 'web' is read-only",
        "images[3] (d).stores: all cannot be combined with store ids",
    ]


def test_a_store_may_be_named_all():
    listing = StoreListing((ListedStore("all"), ListedStore("b")))
    assert parse_placements([{"image": "a", "stores": ["all"]}], listing) == (DesiredPlacement("a", ("all",)),)


@pytest.mark.parametrize(
    ("candidates", "chosen", "error"),
    [
        ([], None, "the image does not exist"),
        ([Image("1", owner="other")], "1", ""),
        ([Image("1", owner="other"), Image("2", owner="mine")], "2", ""),
        ([Image("1", owner="mine"), Image("2", owner="mine")], None, "1 (project mine), 2 (project mine)"),
        ([Image("1", owner="x"), Image("2", owner="")], None, "1 (project x), 2 (project unknown)"),
    ],
)
def test_choose(candidates, chosen, error):
    image, reason = choose(candidates, "mine")
    assert (image.id if image else None) == chosen
    assert error in reason
    assert bool(error) == bool(reason)


@pytest.mark.parametrize(
    ("image", "wanted", "purge", "copy", "remove", "refused", "error"),
    [
        (Image("i", stores=("central",)), ("central", "dcn0"), False, ("dcn0",), (), [], ""),
        (Image("i", stores=("central", "dcn0")), ("dcn0", "central"), True, (), (), [], ""),
        (Image("i", stores=("central", "dcn1")), ("dcn0",), False, ("dcn0",), (), [], ""),
        (Image("i", stores=("central", "dcn1")), ("dcn0",), True, ("dcn0",), ("central", "dcn1"), [], ""),
        (Image("i", stores=("central", "dead")), ("central",), True, (), (), ["dead"], ""),
        (Image("i", stores=("central", "gone")), ("central",), True, (), (), ["gone"], ""),
        (Image("i", stores=("central", "dcn0", "dead")), ("dead",), True, (), (), ["central", "dcn0"], ""),
        (Image("i", status="queued"), ("central",), True, (), (), [], "it has no data"),
        (Image("i", status="importing", failed=("central",)), ("central",), False, (), (), [], "remains importing"),
        (Image("i", status="deactivated", stores=("central",)), ("dcn0",), False, (), (), [], "reactivate"),
        (Image("i", status="importing", lock="t"), ("central",), False, ("central",), (), [], ""),
        (Image("i", stores=("central",), lock="t"), ("dcn0",), False, ("dcn0",), (), [], ""),
        (Image("i", stores=("central",), failed=("dcn0",)), ("dcn0",), False, ("dcn0",), (), [], ""),
    ],
)
def test_plan(image, wanted, purge, copy, remove, refused, error):
    (plan,) = plan_placement([DesiredPlacement("a", wanted)], {"a": [image]}, LISTING, "p", purge)
    assert (plan.copy, plan.remove, list(plan.refused)) == (copy, remove, refused)
    assert error in plan.error
    assert bool(error) == bool(plan.error)
    assert set(plan.after) == (set(image.stores) - set(remove)) | set(copy)


def test_two_entries_for_one_image_become_one_with_all_stores():
    image = Image("i1", name="a", stores=("central", "dcn0", "dcn1"))
    desired = [
        DesiredPlacement("a", ("central",)),
        DesiredPlacement("missing", ("central",)),
        DesiredPlacement("i1", ("dcn0",)),
    ]
    first, second = plan_placement(desired, {"a": [image], "i1": [image]}, LISTING, "p", True)
    assert (first.ref, first.wanted, first.remove) == ("a, i1", ("central", "dcn0"), ("dcn1",))
    assert (second.ref, second.image, second.error) == ("missing", None, "the image does not exist")


@pytest.mark.parametrize(
    ("listing", "stores"),
    [
        (LISTING, ()),
        (
            StoreListing(
                (ListedStore("central", type="rbd"), ListedStore("dcn0", type="rbd"), ListedStore("f", type="file")),
                True,
            ),
            ("dcn0",),
        ),
        (StoreListing((ListedStore("central"), ListedStore("dcn0"), ListedStore("f"))), ("dcn0", "f")),
    ],
)
def test_unproved_removals(listing, stores):
    images = {"a": [Image("1", stores=("central", "dcn0"))], "b": [Image("2", stores=("central", "f", "dcn0"))]}
    desired = [DesiredPlacement("a", ("central",)), DesiredPlacement("b", ("central",))]
    assert unproved_removals(plan_placement(desired, images, listing, "p", True), listing) == stores
