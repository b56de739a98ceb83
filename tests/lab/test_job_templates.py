# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every job template in check mode, started by ansible-runner as AWX starts it, on the configured lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.dcn.glance.tests.support.job_templates import job_templates, launch
from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY, Lab

# The lab's Glance runs in no container.
ELSEWHERE = ("dcn.glance.container_image",)
# The answers to questions without a default.
ANSWERS = {
    "dcn.glance.add_site": {"add_site_name": "dcn1"},
    "dcn.glance.revoke": {"revoke_site": "dcn1"},
    "dcn.glance.remove_site": {"remove_site_name": "dcn1", "remove_site_copy_to": "central"},
}
CHECKS = {
    name: template
    for name, template in job_templates().items()
    if template["job_type"] == "check" and template["playbook"] not in ELSEWHERE
}

pytestmark = pytest.mark.long


@pytest.mark.parametrize("name", CHECKS)
def test_job_runs_with_the_answers_as_they_are(lab: Lab, tmp_path: Path, name: str) -> None:
    answers = ANSWERS.get(CHECKS[name]["playbook"], {})
    code, output, _artifacts = launch(CHECKS[name], INVENTORY, tmp_path, **answers)
    assert code == 0, output[-6000:]


def test_plan_of_a_configured_site_says_that_nothing_changes(lab: Lab, tmp_path: Path) -> None:
    code, output, artifacts = launch(CHECKS["Glance site (check)"], INVENTORY, tmp_path)
    assert code == 0, output[-6000:]
    plan = artifacts["dcn_glance_plan"]
    assert (plan["check"], plan["sites"], plan["unchanged_sites"]) == (True, {}, len(lab.sites))
    assert plan["text"] == f"0 of {len(lab.sites)} sites would change"
