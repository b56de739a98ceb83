# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that contacts no host, started by ansible-runner as AWX starts it. Those that need hosts are in tests/lab."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.dcn.glance.tests.support.job_templates import ROOT, job_templates, launch

LINT = job_templates()["Glance lint"]
INVENTORY = ROOT / "inventories/packages"


def test_lint_runs_with_the_answers_as_they_are_and_keeps_its_summary(tmp_path: Path) -> None:
    code, output, artifacts = launch(LINT, INVENTORY, tmp_path)
    assert code == 0, output
    assert artifacts["dcn_glance_lint"]["severities"] == {"error": 0, "warning": 0, "info": 0}


def test_an_answer_that_is_none_of_the_choices_is_refused(tmp_path: Path) -> None:
    code, output, artifacts = launch(LINT, INVENTORY, tmp_path, topology_fail_on="sometimes")
    assert code != 0
    assert "topology_fail_on must be one of" in output
    assert artifacts == {}


def test_the_summary_is_there_also_if_the_job_fails(tmp_path: Path) -> None:
    code, output, artifacts = launch(LINT, INVENTORY, tmp_path, dcn_topology={"hub": "nowhere", "sites": {}})
    assert code != 0, output
    assert artifacts["dcn_glance_lint"]["severities"]["error"] > 0
    assert artifacts["dcn_glance_lint"]["findings"]
