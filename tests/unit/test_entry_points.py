# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks and roles include entry points that exist: Ansible notices a wrong name only when it gets there."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r"name: dcn\.glance\.(\w+)\n +tasks_from: (\w+)\n")
FILES = sorted([*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/tasks/*.yml")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_included_entry_points_exist(path: pathlib.Path) -> None:
    found = INCLUDE.findall(path.read_text())
    assert [
        f"{role}/{name}" for role, name in found if not (ROOT / "roles" / role / "tasks" / f"{name}.yml").exists()
    ] == []


def test_there_are_such_includes() -> None:
    assert ("remove_site", "pods_check") in INCLUDE.findall((ROOT / "playbooks" / "remove_site.yml").read_text())
