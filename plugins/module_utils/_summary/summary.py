# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook keeps of its run for who reads it later, such as the approver of a workflow: small, and by site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES

#: The most lines, sites or hosts that a summary lists. It also says how many there are.
LIMIT = 20
#: The longest line. A job keeps the whole text in its output.
WIDTH = 240


def shortened(lines: Iterable[str]) -> list[str]:
    """The first lines, each not too long; the last one says how many are left out."""
    found = [line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..." for line in lines]
    return found if len(found) <= LIMIT else [*found[:LIMIT], f"and {len(found) - LIMIT} more"]


def findings_summary(findings: Sequence[Mapping[str, Any]], lines: Iterable[str] = ()) -> dict[str, Any]:
    """How many findings there are by severity, and the first of them as text."""
    counted = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counted[finding["severity"]] = counted.get(finding["severity"], 0) + 1
    return {"severities": counted, "findings": shortened(lines)}


def changes_summary(changes: Mapping[str, Mapping[str, int]], silent: Sequence[str], check: bool) -> dict[str, Any]:
    """What changed, from ``{site: {what: how many}}``, and the hosts without a result. In check mode, what would."""
    changed = {site: dict(found) for site, found in changes.items() if any(found.values())}
    listed = {site: {what: count for what, count in changed[site].items() if count} for site in list(changed)[:LIMIT]}
    verb = "would change" if check else "changed"
    parts = [f"{len(changed)} of {len(changes)} site{'s' if len(changes) != 1 else ''} {verb}"]
    parts += [
        f"{site}: {', '.join(f'{count} x {what}' for what, count in found.items())}" for site, found in listed.items()
    ]
    parts += [f"{len(changed) - LIMIT} more sites"] if len(changed) > LIMIT else []
    parts += [f"no result from {', '.join(shortened(silent))}"] if silent else []
    return {
        "check": check,
        "text": "; ".join(parts),
        "sites": listed,
        "changed_sites": len(changed),
        "unchanged_sites": len(changes) - len(changed),
        "no_result": shortened(silent),
    }


def proof_summary(sites: Iterable[str], problems: Sequence[str]) -> dict[str, Any]:
    """Whether all sites are proved, those that are not, and the first problems. A problem starts with its site."""
    names = list(sites)
    failed = [site for site in names if any(problem.startswith(f"{site}: ") for problem in problems)]
    return {
        "proved": not problems,
        "sites": len(names),
        "failed_sites": shortened(failed),
        "problems": shortened(problems),
    }
