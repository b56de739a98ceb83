# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found wrong with workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class PodProblem:
    """One finding: ``rule`` is a word for playbooks, ``hint`` what to do."""

    severity: str
    pod: str
    rule: str
    message: str
    hint: str = ""

    def result(self) -> dict[str, str]:
        """As a module returns it."""
        return {
            "severity": self.severity,
            "pod": self.pod,
            "rule": self.rule,
            "message": self.message,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        return f"{f'{self.pod}: ' if self.pod else ''}{self.message}{f' {self.hint}' if self.hint else ''}"


def without_workers(namespace: str, apis: Sequence[str], others: int) -> list[PodProblem]:
    """What is to say where no worker is; with 0 replicas that is as it should be."""
    hint = "Scale it up, or check namespace, apis and label_selectors."
    found = [
        PodProblem(WARNING, "", "no_workers", f"API {api} has no worker in namespace {namespace}.", hint)
        for api in apis
    ]
    if not found and not others:
        found = [PodProblem(WARNING, "", "no_workers", f"There is no Glance worker in namespace {namespace}.", hint)]
    return found


def sorted_problems(found: Iterable[PodProblem]) -> list[PodProblem]:
    """Errors first, each pod's together, in a fixed order and none twice."""
    order = {problem: number for number, problem in reversed(list(enumerate(found)))}
    return sorted(order, key=lambda problem: (problem.severity != ERROR, problem.pod, order[problem]))
