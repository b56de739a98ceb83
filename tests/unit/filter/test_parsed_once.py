# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters parse a topology again only when it has changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.filter.topology import FilterModule
from ansible_collections.dcn.glance.plugins.plugin_utils import filters

NAMES = FilterModule().filters()["site_names"]
TOPOLOGY: dict[str, Any] = {
    "hub": "central",
    "sites": {"central": {"stores": {"central": {"type": "rbd", "default": True}}, "ceph": {}}, "dcn0": {"ceph": {}}},
}


def test_an_equal_topology_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    filters._parsed.clear()
    calls: list[object] = []
    whole = filters.parser.parse
    monkeypatch.setattr(filters.parser, "parse", lambda data: calls.append(data) or whole(data))  # type: ignore[func-returns-value]
    assert NAMES(TOPOLOGY) == NAMES(copy.deepcopy(TOPOLOGY)) == ["central", "dcn0"]
    assert len(calls) == 1


def test_a_topology_that_was_changed_in_place_is_parsed_again() -> None:
    topology = copy.deepcopy(TOPOLOGY)
    assert NAMES(topology) == ["central", "dcn0"]
    topology["sites"]["dcn1"] = {"ceph": {}}
    assert NAMES(topology) == ["central", "dcn0", "dcn1"]
    assert NAMES(TOPOLOGY) == ["central", "dcn0"]


def test_equal_values_of_another_type_are_not_the_same() -> None:
    other = copy.deepcopy(TOPOLOGY)
    other["sites"]["central"]["stores"]["central"]["default"] = 1
    assert other == TOPOLOGY
    assert NAMES(TOPOLOGY) == ["central", "dcn0"]
    with pytest.raises(AnsibleFilterError, match="default"):
        NAMES(other)


def test_a_problem_is_reported_each_time() -> None:
    for _attempt in range(2):
        with pytest.raises(AnsibleFilterError, match="dcn9"):
            NAMES({**TOPOLOGY, "hub": "dcn9"})
