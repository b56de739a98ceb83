# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation lists all rules."""

from __future__ import annotations

import re

from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import RULES
from ansible_collections.dcn.glance.tests.support.builders.manifests import ROOT


def test_every_rule_is_documented_with_its_severity() -> None:
    text = (ROOT / "docs/manifests.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning|info) \|", text, re.MULTILINE)
    assert sorted(rows) == sorted((rule.id, rule.severity) for rule in RULES)


def test_rules_have_a_summary() -> None:
    assert all(rule.summary and not rule.summary.endswith(".") for rule in RULES)
