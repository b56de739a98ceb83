# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the playbook verify."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._verify import image as verification
from ansible_collections.dcn.glance.plugins.module_utils._verify import workers as pods_report


def verify_plan(topology: t.Any, endpoints: dict[str, str] | None = None) -> dict[str, t.Any]:
    """Where a test image goes and where it is looked for."""
    try:
        return verification.verify_plan(parse(topology), endpoints or {})
    except DcnError as exc:
        raise AnsibleFilterError(str(exc)) from exc


def verify_report(plan: dict[str, t.Any], hostvars: t.Any, client: str) -> dict[str, t.Any]:
    """The verdict out of what every host answered."""
    answers = {
        step: hostvars[client].get(f"verify_{step}") for step in ("stores", "import", "placement", "asked", "deleted")
    }
    sites: dict[str, dict[str, t.Any]] = {}
    for host in hostvars:
        site = hostvars[host].get("dcn_site")
        for step in ("rbd", "clone", "gone"):
            answer = hostvars[host].get(f"verify_{step}")
            if answer and not answer.get("skipped") and site:
                sites.setdefault(site, {}).setdefault(step, answer)
    return t.cast("dict[str, t.Any]", verification.verify_report(plan, answers, sites))


def pods_problems(seen: t.Any, proved: t.Any, linted: t.Any = None) -> list[str]:
    """What is wrong with the workers in pods."""
    return pods_report.pods_problems(seen, proved, linted or {})


class FilterModule:
    """Filters for the playbook verify."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "pods_problems": pods_problems,
            "pods_table": pods_report.pods_table,
            "verify_plan": verify_plan,
            "verify_report": verify_report,
        }
