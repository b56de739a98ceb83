# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lint rule for manifests is, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Callable

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Place
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)


@dataclass(frozen=True)
class Finding:
    """Something wrong (error), suspect (warning) or that could not be judged (info)."""

    severity: str
    rule: str
    site: str
    object: str
    path: str
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        who = f"{self.object}: " if self.object and not self.file else ""
        site = f" (site {self.site})" if self.site else ""
        path = f"{self.path}{site}: " if self.path else ""
        return f"{where}{who}{path}{self.message} [{self.rule}]"

    def as_dict(self) -> dict[str, Any]:
        """For results of modules."""
        return asdict(self)


@dataclass(frozen=True)
class Hit:
    """One thing that a rule found. ``severity`` only where it differs from the rule's."""

    place: Place
    path: str
    message: str
    site: str = ""
    severity: str = ""
    object: str = ""


Hits = Iterator[Hit]


@dataclass(frozen=True)
class Rule:
    """One check, with the id under which the documentation explains it."""

    id: str
    severity: str
    summary: str
    check: Callable[[Workspace], Hits]

    def findings(self, workspace: Workspace) -> Iterator[Finding]:
        """What this rule finds."""
        for hit in self.check(workspace):
            place = hit.place
            severity = hit.severity or self.severity
            yield Finding(severity, self.id, hit.site, hit.object, hit.path, place.file, place.line, hit.message)
