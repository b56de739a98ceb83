# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unexpected values at every place of a topology: the parser and lint report them, and never fail."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import result, uniform
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import parse_inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.random_topologies import JUNK, places


@pytest.mark.parametrize("index", range(len(JUNK)))
def test_an_unexpected_value_instead_of_everything(index: int) -> None:
    for read in (parse, parse_inventory, lambda data: uniform.uniform(data, data, data)):
        try:
            read(JUNK[index])
        except InputErrors as error:
            assert error.problems


@pytest.mark.parametrize("index", range(len(JUNK)))
def test_an_unexpected_value_at_every_place(base: dict[str, Any], index: int) -> None:
    for number in range(len(places(base))):
        data = copy.deepcopy(base)
        container, key = places(data)[number]
        container[key] = JUNK[index]
        report = result.examine(data, {"dcn_glance_api": {"h": "central"}})
        result.result(report)
        for finding in report.findings:
            assert "\n" not in finding.path + finding.message
            assert len(finding.message) < 1200
