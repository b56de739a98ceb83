# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation tools refuse a template as the default of an option that is no text or list."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())


@pytest.mark.parametrize("role", ROLES)
def test_templates_are_left_out_of_specifications(role: str) -> None:
    specifications = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = [
        (entry, name, option)
        for entry, specification in specifications["argument_specs"].items()
        for name, option in specification.get("options", {}).items()
    ]
    assert options
    refused = {"bool", "dict", "float", "int"}
    wrong = [
        f"{entry}: {name}"
        for entry, name, option in options
        if option.get("type") in refused and isinstance(option.get("default"), str) and "{{" in option["default"]
    ]
    assert wrong == []
