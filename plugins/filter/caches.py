# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter for the image caches in the playbook verify."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import cache_sites
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import SITE_VARIABLE
from ansible_collections.dcn.glance.plugins.module_utils._verify.cache_report import cache_report
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import VERIFY_CACHE


@reports_errors
def verify_caches(topology: Any, hostvars: Any, workers: Iterable[str]) -> dict[str, Any]:
    """The report on the caches of some workers."""
    sites = cache_sites(parse(topology))
    found = {worker: hostvars[worker].get(SITE_VARIABLE) for worker in workers}
    answers = {worker: VERIFY_CACHE.read(hostvars[worker]) for worker in found}
    return cache_report(
        {worker: {"site": site, "answer": answers[worker]} for worker, site in found.items() if site in sites}
    )


class FilterModule:
    """The filter for the image caches in the playbook verify."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"verify_caches": verify_caches}
