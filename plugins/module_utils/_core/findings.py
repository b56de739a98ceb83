# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: what a rule is and what it reports, for topologies and manifests alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Callable, Generic, TypeVar

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)

#: {value of an option `fail_on`: the severities that fail}.
FAILING = {"error": (ERROR,), "warning": (ERROR, WARNING), "never": ()}

ContextT = TypeVar("ContextT")


@dataclass(frozen=True)
class SourceLocation:
    """A line of a file. ``line`` is 0 where there is no file, such as in a live object."""

    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Finding:
    """Something wrong (error), suspect (warning) or that could not be checked (info).

    ``path`` is the path of the value inside the input, such as ``sites.dcn0.stores.dcn0.type``. ``site``, ``object``,
    ``file`` and ``line`` are set only where the rule knows them.
    """

    severity: str
    rule: str
    path: str
    message: str
    site: str = ""
    object: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        who = f"{self.object}: " if self.object and not self.file else ""
        site = f" (site {self.site})" if self.site else ""
        path = f"{self.path}{site}: " if self.path else ""
        return f"{where}{who}{path}{self.message} [{self.rule}]"

    def as_dict(self, *fields: str) -> dict[str, Any]:
        """The finding as a module or filter returns it: these fields, or all of them."""
        found = asdict(self)
        return {name: found[name] for name in fields} if fields else found


@dataclass(frozen=True)
class Hit:
    """One thing that a rule found. ``severity`` is set only where it differs from the rule's."""

    path: str
    message: str
    site: str = ""
    severity: str = ""
    object: str = ""
    location: SourceLocation = SourceLocation()


Hits = Iterator[Hit]


@dataclass(frozen=True)
class Rule(Generic[ContextT]):
    """One check, with the id under which the documentation explains it."""

    id: str
    severity: str
    summary: str
    check: Callable[[ContextT], Iterable[Hit]]

    def findings(self, context: ContextT) -> Iterator[Finding]:
        """Everything that this rule finds."""
        for hit in self.check(context):
            yield Finding(
                severity=hit.severity or self.severity,
                rule=self.id,
                path=hit.path,
                message=hit.message,
                site=hit.site,
                object=hit.object,
                file=hit.location.file,
                line=hit.location.line,
            )


def failed(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether a finding is severe enough for ``fail_on`` (error, warning, never)."""
    return any(finding.severity in FAILING[fail_on] for finding in findings)


def lines(findings: Iterable[Finding]) -> list[str]:
    """One line per finding, as reports and error messages show them."""
    return [f"{finding.severity.upper()} {finding}" for finding in findings]


def count(findings: Iterable[Finding], severity: str) -> int:
    """The number of findings of one severity."""
    return sum(1 for finding in findings if finding.severity == severity)
