# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the playbook verify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import NOVA_COMPUTE, SITE_VARIABLE
from ansible_collections.dcn.glance.plugins.module_utils._verify import api_plan, image, workers
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import VERIFY_CLIENT_STEPS, VERIFY_SITE_STEPS


@reports_errors
def verify_plan(
    topology: Any,
    endpoints: dict[str, str] | None = None,
    zones: dict[str, str] | None = None,
    sites: Sequence[str] = (),
) -> dict[str, Any]:
    """The stores that a test image is imported and copied to, and the clusters where it is checked."""
    return image.verify_plan(parse(topology), endpoints or {}, zones or {}, sites)


@reports_errors
def verify_apis(
    topology: Any,
    hostvars: Any,
    urls: dict[str, str],
    endpoints: dict[str, str] | None = None,
    sites: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """The endpoints of the sites, and the workers ``{host: URL}``."""
    found = [
        {"host": host, "site": str(hostvars[host].get(SITE_VARIABLE)), "url": url or f"http://{host}:9292"}
        for host, url in urls.items()
    ]
    return api_plan.verify_apis(parse(topology), found, endpoints or {}, sites)


@reports_errors
def verify_report(plan: dict[str, Any], hostvars: Any, client: str) -> Any:
    """The report, from the registered results of all hosts."""
    results = {step: variable.read(hostvars[client]) for step, variable in VERIFY_CLIENT_STEPS.items()}
    sites: dict[str, dict[str, Any]] = {}
    for host in hostvars:
        site = hostvars[host].get(SITE_VARIABLE)
        if site and plan.get("asks_nova", True) and NOVA_COMPUTE in (hostvars[host].get("group_names") or ()):
            sites.setdefault(site, {})["nova_hosts"] = True
        for step, variable in VERIFY_SITE_STEPS.items():
            found = variable.read(hostvars[host])
            if found and not found.get("skipped") and site:
                sites.setdefault(site, {}).setdefault(step, {**found, "host": host})
    return image.verify_report(plan, results, sites)


@reports_errors
def pods_problems(inspected: Any, probed: Any, linted: Any = None) -> list[str]:
    """The problems of the workers in pods."""
    return workers.pods_problems(inspected, probed, linted or {})


class FilterModule:
    """Filters for the playbook verify."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "pods_problems": pods_problems,
            "pods_table": reports_errors(workers.pods_table),
            "verify_apis": verify_apis,
            "verify_plan": verify_plan,
            "verify_report": verify_report,
        }
