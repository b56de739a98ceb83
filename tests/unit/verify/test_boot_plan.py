# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources a run may remove, and at which sites it boots."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify import boot_plan
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_plan import BootSite

NOW = datetime.datetime(2026, 1, 31, 12, 0, 0, tzinfo=datetime.timezone.utc)
RUN = boot_plan.run_name(NOW)
OLD = boot_plan.run_name(NOW - datetime.timedelta(hours=3))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (boot_plan.resource_name(RUN, "dcn0"), True),
        (RUN, True),
        (boot_plan.resource_name(OLD, "dcn0"), True),
        (boot_plan.resource_name(boot_plan.run_name(NOW - datetime.timedelta(minutes=5)), "dcn0"), False),
        (RUN + "0-dcn0", False),
        ("dcn-verify-boot-99999999999999-dcn0", False),
        ("dcn-verify-boot-", False),
        ("my-" + OLD, False),
        ("web", False),
    ],
)
def test_only_this_run_and_old_runs_are_removed(name: str, ours: bool) -> None:
    assert boot_plan.is_ours(name, RUN, NOW, age=7200) is ours


def test_without_a_run_only_old_ones_are_removed() -> None:
    assert not boot_plan.is_ours(RUN, "", NOW, age=7200)
    assert boot_plan.is_ours(OLD, "", NOW, age=7200)


SITES = [BootSite("dcn0", "zone0", "s0"), BootSite("dcn1", "zone1", "s1")]


@pytest.mark.parametrize(
    ("zones", "always", "reasons"),
    [
        (["zone0", "nova"], False, ["", "Nova has no availability zone zone1"]),
        (None, False, ["the catalog has no Nova"] * 2),
        (None, True, ["", ""]),
        (["zone0"], True, ["", ""]),
    ],
)
def test_sites_without_nova_are_skipped(zones: list[str] | None, always: bool, reasons: list[str]) -> None:
    assert list(boot_plan.wanted_sites(SITES, zones, always).values()) == reasons
