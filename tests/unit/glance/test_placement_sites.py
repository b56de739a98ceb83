# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.filter.placement import FilterModule, placement_images

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
        "edge": {"ceph": {}, "stores": {"fast": {"type": "rbd", "default": True}}},
        "tiny": {},
    },
}


@pytest.mark.parametrize(
    ("item", "stores"),
    [
        ({"stores": ["a", "b", "a"]}, ["a", "b"]),
        ({"stores": "all"}, ["all"]),
        ({"sites": ["edge"]}, ["fast"]),
        ({"sites": ["tiny", "hub", "edge"]}, ["hub", "fast"]),
        ({"sites": "all"}, ["hub", "fast"]),
        ({"sites": ["all"]}, ["hub", "fast"]),
        ({"sites": ["edge"], "stores": ["archive", "fast"]}, ["archive", "fast"]),
        ({"sites": ["edge"], "stores": "all"}, ["all"]),
    ],
)
def test_sites_become_stores(item, stores):
    assert placement_images([{"image": "a", **item}], TOPOLOGY) == [{"image": "a", "stores": stores}]


def test_stores_need_no_topology():
    assert placement_images([{"image": "a", "stores": ["x"]}]) == [{"image": "a", "stores": ["x"]}]
    assert placement_images([], {}) == []


def test_every_problem_is_reported_at_once():
    images = [
        {"image": "a", "sites": ["egde", "edge"]},
        {"image": "b"},
        {"image": "c", "stores": "x", "site": ["edge"]},
        {"stores": ["x"]},
        "d",
    ]
    with pytest.raises(AnsibleFilterError) as caught:
        placement_images(images, TOPOLOGY)
    text = str(caught.value)
    for expected in (
        "images[0].sites: 'egde' is not one of the sites",
        "images[1] (b): stores or sites must name at least one",
        "images[2].site: is not one of image, stores, sites",
        "images[2].stores: is neither a list of names nor the word all",
        "images[3]: must be a mapping with image",
        "images[4]: must be a mapping with image",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("images", "topology", "expected"),
    [
        ([{"image": "a", "sites": ["edge"]}], {}, "sites can only be named together with a topology"),
        ("a", TOPOLOGY, "must be a list of images"),
        ([], {"hub": 5}, "dcn.glance.placement_images: "),
    ],
)
def test_errors(images, topology, expected):
    with pytest.raises(AnsibleFilterError, match=expected):
        placement_images(images, topology)


def test_the_filter_is_offered():
    assert FilterModule().filters() == {"placement_images": placement_images}
