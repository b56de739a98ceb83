# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every rule over what was read."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import (
    ERROR,
    SEVERITIES,
    WARNING,
    Finding,
    Rule,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import apis as rules_apis
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import backends as rules_backends
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import config as rules_config
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import fields as rules_fields
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import keys as rules_keys
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import mounts as rules_mounts
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import names as rules_names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import placeholders as rules_placeholders
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import storage as rules_storage
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import stores as rules_stores
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules import topology as rules_topology
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

RULES: tuple[Rule, ...] = (
    *rules_fields.RULES,
    *rules_backends.RULES,
    *rules_stores.RULES,
    *rules_config.RULES,
    *rules_placeholders.RULES,
    *rules_apis.RULES,
    *rules_storage.RULES,
    *rules_mounts.RULES,
    *rules_names.RULES,
    *rules_keys.RULES,
    *rules_topology.RULES,
)


def lint(workspace: Workspace) -> tuple[Finding, ...]:
    """All findings: errors first, then by file and line; each once."""
    found = dict.fromkeys(finding for rule in RULES for finding in rule.findings(workspace))
    order = {rule.id: number for number, rule in enumerate(RULES)}
    return tuple(
        sorted(
            found,
            key=lambda each: (SEVERITIES.index(each.severity), each.object, each.file, each.line, order[each.rule]),
        )
    )


def failed(findings: Sequence[Finding], fail_on: str) -> bool:
    """Whether the findings are bad enough for ``fail_on`` (error, warning, never)."""
    levels = {"error": (ERROR,), "warning": (ERROR, WARNING)}.get(fail_on, ())
    return any(finding.severity in levels for finding in findings)


def lines(findings: Sequence[Finding]) -> list[str]:
    """One line per finding."""
    return [f"{finding.severity.upper()} {finding}" for finding in findings]


def summary(workspace: Workspace, findings: Sequence[Finding]) -> str:
    """One sentence: what was looked at, and how it is."""
    counts = [(sum(each.severity == severity for each in findings), severity) for severity in (ERROR, WARNING)]
    counted = " and ".join(_count(number, word) for number, word in counts if number) or "no error and no warning"
    apis = sum(len(deployment.apis) for deployment in workspace.deployments)
    if not workspace.deployments:
        what = "Nothing that configures Glance was found; what was read has"
    else:
        what = f"{_count(len(workspace.deployments), 'Glance')} with {_count(apis, 'API')} and "
        what += f"{_count(len(workspace.secrets), 'Secret')}:"
    return f"{what} {counted}."


def _count(number: int, word: str) -> str:
    plural = word if word == "Glance" else f"{word}s"
    return f"{number} {word}" if number == 1 else f"{number} {plural}"
