# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topologies of equal sites."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.uniform import uniform

TEMPLATE: dict[str, Any] = {"hub": {"ceph": {}}, "spoke": {"ceph": {"cluster": "{site}"}}}


def test_the_mark_is_replaced_in_texts_keys_and_lists() -> None:
    spoke = {"stores": {"{site}-img": {"type": "rbd", "n": 5, "x": [True, "{site}/{site}", None]}}}
    assert uniform(
        {"hub": {"a": "{site}"}, "spoke": spoke, "client_names": {"nova": "n"}, "platform": "operators"},
        "hub",
        ["s1", "s2"],
    ) == {
        "hub": "hub",
        "sites": {
            "hub": {"a": "hub"},
            "s1": {"stores": {"s1-img": {"type": "rbd", "n": 5, "x": [True, "s1/s1", None]}}},
            "s2": {"stores": {"s2-img": {"type": "rbd", "n": 5, "x": [True, "s2/s2", None]}}},
        },
        "client_names": {"nova": "n"},
        "platform": "operators",
    }


def test_sites_are_in_the_order_given() -> None:
    assert list(uniform(TEMPLATE, "hub", ["s10", "s2", "a"])["sites"]) == ["hub", "s10", "s2", "a"]  # type: ignore[call-overload]


def test_sites_do_not_share_data() -> None:
    sites: Any = uniform(TEMPLATE, "hub", ["a", "b"])["sites"]
    sites["a"]["ceph"]["cluster"] = "changed"
    assert sites["b"]["ceph"]["cluster"] == "b"
    assert TEMPLATE["spoke"]["ceph"]["cluster"] == "{site}"


@pytest.mark.parametrize(
    ("template", "hub", "spokes", "paths"),
    [
        ([], "hub", [], ["template"]),
        ({}, "hub", [], ["template.hub", "template.spoke"]),
        ({**TEMPLATE, "spokes": {}}, "hub", [], ["template.spokes"]),
        (TEMPLATE, "hub", "dcn0", ["spokes"]),
        (TEMPLATE, None, [], ["hub"]),
        (TEMPLATE, "hub", ["hub"], ["spokes[0]"]),
        (TEMPLATE, "hub", ["a", "b", "a"], ["spokes[2]"]),
        (TEMPLATE, "hub", ["a b", 3, {}], ["spokes[0]", "spokes[1]", "spokes[2]"]),
        ({**TEMPLATE, "hub": {"a": ["x{SITE}"]}}, "hub", [], ["template.hub.a[0]"]),
        ({**TEMPLATE, "hub": {"{ site }": {}}}, "hub", [], ["template.hub.'{ site }'"]),
        ({**TEMPLATE, "spoke": {"a": {"b": "{site}.{site_name}"}}}, "hub", [], ["template.spoke.a.b"]),
        ({"hub": []}, 1, 2, ["template.hub", "template.spoke", "spokes", "hub"]),
    ],
)
def test_refused_input(template: Any, hub: Any, spokes: Any, paths: list[str]) -> None:
    with pytest.raises(InputErrors) as caught:
        uniform(template, hub, spokes)
    assert [problem.path for problem in caught.value.problems] == paths
