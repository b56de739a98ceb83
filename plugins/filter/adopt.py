# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role adopt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import SITE_VARIABLE
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import ADOPT_HOST


@reports_errors
def adopted_hosts(hosts: Iterable[str], hostvars: Any) -> list[dict[str, Any]]:
    """The option ``hosts`` of adopt_topology: each host that was read, or did not answer."""
    found = []
    for host in hosts:
        variables = hostvars[host]
        answer = ADOPT_HOST.read(variables)
        if answer:
            groups = [group for group in variables.get("group_names") or () if group.startswith("dcn_")]
            site = variables.get(SITE_VARIABLE) or ""
            found.append({"name": host, "site": site, "groups": groups, "found": _result(answer)})
    return found


def _result(answer: Any) -> dict[str, Any]:
    """The answer of the module, or why there is none."""
    if answer.get("unreachable") or answer.get("failed") or "services" not in answer:
        text = str(answer.get("msg") or "gave no answer").strip().splitlines()[0]
        return {"problems": [f"could not be read: {text}"]}
    keys = ("platform", "services", "confs", "keyrings", "cluster", "problems")
    return {key: answer.get(key) for key in keys}


class FilterModule:
    """Filters of the role adopt."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"adopted_hosts": adopted_hosts}
