# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stores must have which image."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._images.model import REPLACED_BY, VERSION, ImageRule
from ansible_collections.dcn.glance.plugins.module_utils._images.wanted import (
    cleared_images,
    unplaceable,
    versions,
    wanted_stores,
)

MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def image(name: str, *stores: str, **changes: Any) -> Image:
    return Image(**{"id": name, "name": name, "owner": "p", "stores": stores, "size": 5, **changes})


def rule(*stores: str, **changes: Any) -> ImageRule:
    return ImageRule(**{"path": "dcn_images[0]", "stores": stores, **changes})


IMAGES = [
    image("gold", "hub", tags=("gold", "x")),
    image("snap", "edge", owner="q", properties={"image_type": "snapshot"}),
    image("old", "hub", hidden=True, properties={"os_distro": "debian"}),
    image("queued", status="queued", size=None, tags=("gold",)),
    image("empty", "hub", size=0, tags=("gold",)),
]


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ({"id": "old"}, {"old"}),
        ({"name": "gold"}, {"gold"}),
        ({"name": "old"}, set()),
        ({"name": "old", "hidden": True}, {"old"}),
        ({"tag": "gold"}, {"gold"}),
        ({"properties": {"image_type": "snapshot"}}, {"snap"}),
        ({"properties": {"image_type": "snapshot"}, "owner": "p"}, set()),
        ({"owner": "q"}, {"snap"}),
        ({"hidden": False}, {"gold", "snap"}),
        ({"name": "gold", "tag": "y"}, set()),
    ],
)
def test_selectors_combine(selector: dict[str, Any], ids: set[str]) -> None:
    assert wanted_stores([rule("far", **selector)], IMAGES) == dict.fromkeys(ids, ("far",))


def test_rules_for_the_same_image_add_up() -> None:
    rules = [rule("hub", "edge", name="gold"), rule("edge", "far", tag="gold")]
    assert wanted_stores(rules, IMAGES) == {"gold": ("hub", "edge", "far")}


@pytest.mark.parametrize(
    ("has", "others", "copies", "wanted"),
    [
        (("far",), (), 1, ("far",)),
        (("far",), (), 2, ("far", "hub")),
        (("other",), (), 2, ("hub", "edge")),
        (("hub", "edge", "far"), (), 2, ("hub", "edge")),
        (("hub",), ("far",), 2, ("far", "hub")),
        (("hub",), ("edge", "far"), 1, ("edge", "far")),
        (("hub",), ("other",), 1, ("other", "hub")),
    ],
)
def test_a_number_of_copies(
    has: tuple[str, ...], others: tuple[str, ...], copies: int, wanted: tuple[str, ...]
) -> None:
    """Copies that are there or that other rules want are chosen first; then the order of the topology counts."""
    rules = [rule("hub", "edge", "far", name="a", min_copies=copies)]
    rules += [rule(*others, name="a")] if others else []
    assert wanted_stores(rules, [image("a", *has)]) == {"a": wanted}


def test_what_is_cleared_elsewhere() -> None:
    rules = [rule("hub", name="gold"), rule("hub", name="snap", elsewhere="remove")]
    assert cleared_images(rules, IMAGES) == {"snap"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"size": 0}, "it has 0 bytes"),
        ({"size": 0, "properties": {"block_device_mapping": "[]"}}, "boots from a volume"),
        ({"status": "queued", "size": None}, "it has no data"),
        ({"status": "deactivated"}, "it is deactivated"),
        ({"stores": ()}, "no store has it"),
    ],
)
def test_what_cannot_be_copied(changes: dict[str, Any], why: str) -> None:
    found = unplaceable(image("a", **{"stores": ("hub",), **changes}))
    assert (why in found) if why else found == ""


def sourced(**changes: Any) -> ImageRule:
    given = {"name": "a", "source": {"src": "/a", "disk_format": "raw", **changes.pop("source", {})}}
    return rule("hub", **given, **changes)


@pytest.mark.parametrize(
    ("found", "wanted", "current"),
    [
        ({}, {}, True),
        ({}, {"version": "2"}, False),
        ({"properties": {VERSION: "2"}}, {"version": "2"}, True),
        ({"properties": {VERSION: "1"}}, {"version": "2"}, False),
        ({"checksum": MD5}, {"source": {"checksum": f"md5:{MD5}"}}, True),
        ({"checksum": MD5}, {"source": {"checksum": "md5:" + "0" * 32}}, False),
        ({"checksum": MD5}, {"source": {"checksum": "md5:" + "0" * 32, "disk_format": "qcow2"}}, True),
        ({"hash_algo": "sha512", "hash_value": "ab"}, {"source": {"checksum": "sha512:cd"}}, False),
        ({"properties": {"dcn_checksum": "md5:1"}}, {"source": {"checksum": "md5:2", "disk_format": "qcow2"}}, False),
        ({"disk_format": "raw"}, {"source": {"size": 5}}, True),
        ({"disk_format": "raw"}, {"source": {"size": 6}}, False),
        ({"owner": "q"}, {}, False),
    ],
)
def test_which_image_has_the_stated_version(found: dict[str, Any], wanted: dict[str, Any], current: bool) -> None:
    listed = image("a", "hub", **{"disk_format": "raw", **found})
    chosen = versions(sourced(**wanted), [listed], "p")
    assert (chosen.current is listed) is current
    stated = bool(sourced(**wanted).stated[0])
    assert chosen.old == (() if current or not stated else (listed,))


def test_the_newest_of_the_version_is_current_and_the_others_are_old() -> None:
    listed = [
        image("a", "hub", id=str(number), created_at=str(number), properties={VERSION: version}, **changes)
        for number, version, changes in (
            (1, "1", {"hidden": True}),
            (2, "1", {}),
            (3, "2", {}),
            (4, "2", {}),
            (5, "2", {"status": "queued"}),
        )
    ]
    listed.append(image("a", "hub", id="0", hidden=True, properties={REPLACED_BY: "2"}))
    found = versions(sourced(version="2"), listed)
    assert found.current is listed[3]
    assert [item.id for item in found.old] == ["3", "2"]
    assert [item.id for item in found.replaced] == ["0"]
    assert wanted_stores([sourced(version="2")], listed) == {"4": ("hub",)}
    assert wanted_stores([sourced(version="3")], listed) == {}
