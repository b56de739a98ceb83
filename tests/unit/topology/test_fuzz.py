# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutated topologies: the parser returns a topology or problems, and everything is derived from it without errors."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import result, uniform
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

ENDLESS: list[Any] = []
ENDLESS.append({"sites": ENDLESS, "options": {"a": ENDLESS}})
DEEP: Any = "bottom"
for _level in range(300):
    DEEP = {"options": DEEP}

JUNK: list[Any] = [
    None, True, False, 0, -1, 10**30, 3.5, float("nan"), float("inf"), "", " ", "x" * 5000, "a\nb", "\x00", "é", "no",
    "{{ x }}", "http://[", "http://a:99999", "//", "[v2:", "[[]]", ",", "1.2.3.4.5", "os_glance_x", "DEFAULT", "a b",
    [], [[]], [None], ["a", 1, {}], {}, {None: None}, {1: 2}, {True: {}}, {"": ""}, {"type": "rbd"}, {("a", "b"): 1},
    b"bytes", object(), ENDLESS, DEEP, {"x": ENDLESS},
]  # fmt: skip
KEYS: list[Any] = [None, 1, True, "", "a b", "x\n", "type", "stores", "ceph", "central", "Dcn0", 1.5, ("t",), "é" * 80]


def nodes(data: Any, found: list[tuple[Any, Any]], depth: int = 0) -> list[tuple[Any, Any]]:
    """(container, key) for every value in nested data, as deep as a topology goes."""
    if depth > 9:
        return found
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    for key, value in items:
        found.append((data, key))
        nodes(value, found, depth + 1)
    return found


def mutate(data: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one to four random values, keys or removals."""
    found = copy.deepcopy(data)
    for _count in range(rng.randint(1, 4)):
        places = nodes(found, [])[:400]
        if not places:
            return found
        container, key = rng.choice(places)
        how = rng.random()
        if how < 0.6:
            container[key] = copy.copy(rng.choice(JUNK))
        elif how < 0.8 and isinstance(container, dict):
            container[rng.choice(KEYS)] = container.pop(key)
        elif isinstance(container, dict):
            container[rng.choice(KEYS)] = copy.copy(rng.choice(JUNK))
    return found


def use(data: Any) -> bool:
    """Parse, lint and derive everything; True if the topology could be parsed."""
    result.result(result.examine(data, {"dcn_glance_api": {"h": "central"}}))
    try:
        topology = parse(data)
    except InputErrors as error:
        assert error.problems
        for problem in error.problems:
            assert "\n" not in problem.path + problem.message
            assert len(problem.message) < 1200
        return False
    for site in topology.sites:
        for render in (nova.nova_options, cinder.cinder_options):
            try:
                render(topology, site, None)
            except InputErrors as error:
                assert "fsid" in str(error)
    return True


@pytest.mark.parametrize("seed", range(20))
def test_mutated_topologies_are_parsed_or_refused(base: dict[str, Any], seed: int) -> None:
    rng = random.Random(seed)
    parsed = [use(mutate(base, rng)) for _round in range(40)]
    assert not all(parsed)


@pytest.mark.parametrize("index", range(len(JUNK)))
def test_junk_instead_of_everything(index: int) -> None:
    for read in (parse, parse_inventory, lambda data: uniform.uniform(data, data, data)):
        try:
            read(JUNK[index])
        except InputErrors as error:
            assert error.problems


@pytest.mark.parametrize("index", range(len(JUNK)))
def test_junk_at_every_single_place(base: dict[str, Any], index: int) -> None:
    for number in range(len(nodes(base, []))):
        data = copy.deepcopy(base)
        container, key = nodes(data, [])[number]
        container[key] = JUNK[index]
        use(data)
