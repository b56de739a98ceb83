# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies every rule, and summarizes the findings."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import (
    ERROR,
    SEVERITIES,
    WARNING,
    Finding,
    Rule,
    count,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import (
    apis,
    backends,
    cinder,
    config,
    data_plane,
    fields,
    keys,
    mounts,
    options,
    placeholders,
    references,
    storage,
    store_needs,
    stores,
    topology,
)

RULES: tuple[Rule[Workspace], ...] = (
    *fields.RULES,
    *backends.RULES,
    *stores.RULES,
    *config.RULES,
    *options.RULES,
    *placeholders.RULES,
    *apis.RULES,
    *storage.RULES,
    *store_needs.RULES,
    *mounts.RULES,
    *references.RULES,
    *keys.RULES,
    *topology.RULES,
    *cinder.RULES,
    *data_plane.RULES,
)


def lint(workspace: Workspace) -> tuple[Finding, ...]:
    """All findings without duplicates, sorted by severity, object, file and line."""
    found = dict.fromkeys(finding for rule in RULES for finding in rule.findings(workspace))
    order = {rule.id: number for number, rule in enumerate(RULES)}
    return tuple(
        sorted(
            found,
            key=lambda each: (SEVERITIES.index(each.severity), each.object, each.file, each.line, order[each.rule]),
        )
    )


def summary(workspace: Workspace, findings: Sequence[Finding]) -> str:
    """One sentence: what was checked, and the number of errors and warnings."""
    numbers = [(count(findings, severity), severity) for severity in (ERROR, WARNING)]
    counted = " and ".join(_plural(number, word) for number, word in numbers if number) or "no error and no warning"
    apis_found = sum(len(deployment.apis) for deployment in workspace.deployments)
    if not workspace.deployments:
        return f"The input does not configure Glance: {counted}."
    what = f"{len(workspace.deployments)} Glance with {_plural(apis_found, 'API')} and "
    return f"{what}{_plural(len(workspace.secrets), 'Secret')}: {counted}."


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
