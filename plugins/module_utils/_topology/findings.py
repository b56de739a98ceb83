# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lint rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Callable

from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something that is understood and wrong (error) or suspect (warning)."""

    severity: str
    rule: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.rule}]"

    def as_dict(self) -> dict[str, str]:
        """For results of modules and filters."""
        return asdict(self)


@dataclass(frozen=True)
class Context:
    """What a rule may look at. Rules of the inventory are silent without one."""

    topology: Topology
    inventory: Inventory | None = None


#: (path, message) for everything that a rule finds.
Hits = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Rule:
    """One check, with the id under which the documentation explains it."""

    id: str
    severity: str
    summary: str
    check: Callable[[Context], Hits]

    def findings(self, context: Context) -> Iterator[Finding]:
        """What this rule finds."""
        for path, message in self.check(context):
            yield Finding(self.severity, self.id, path, message)
