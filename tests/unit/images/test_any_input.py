# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is written at any place of a rule: a rule or problems with paths, never another error."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._images.data import as_data, from_data
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

TOPOLOGY = parse({"hub": "hub", "sites": {"hub": {"ceph": {}, "labels": {"a": "b"}}}})
RULES: list[dict[str, Any]] = [
    {
        **{"name": "a", "sites": ["hub"], "labels": {"a": "b"}, "stores": ["hub"], "min_copies": 1, "version": "1"},
        **{"elsewhere": "remove", "old": "delete"},
        "source": {
            **{"uri": "https://h/a", "disk_format": "raw", "container_format": "bare", "checksum": "md5:" + "0" * 32},
            **{"size": 5, "visibility": "public", "protected": True, "min_disk": 1, "min_ram": 1, "tags": ["t"]},
            "properties": {"p": "q"},
        },
    },
    {"tag": "t", "property": {"p": "q"}, "os_hidden": True, "owner": "o", "stores": "all"},
]
JUNK: list[Any] = [
    *(None, "", " ", "x" * 5000, "a\nb", "\x00", 0, -1, 10**30, 1.5, float("nan"), True, [], {}, [[]], [None], [{}]),
    *({"a": {"b": []}}, {1: 2}, {None: None}, [1, "a", None], datetime.date(2026, 1, 1), b"bytes", object()),
]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


@pytest.mark.parametrize("path", list(places(RULES)), ids=str)
def test_anything_anywhere(path: tuple[Any, ...]) -> None:
    assert parse_rules_partially(RULES, TOPOLOGY)[1] == []
    for value in JUNK:
        data = copy.deepcopy(RULES)
        node: Any = data
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        rules, problems = parse_rules_partially(data, TOPOLOGY)
        assert all(problem.path.startswith("dcn_images[") and problem.message for problem in problems)
        if not problems:
            assert [from_data(as_data(rule)) for rule in rules] == list(rules)
