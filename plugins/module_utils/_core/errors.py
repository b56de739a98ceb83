# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the collection. A message says what is wrong, where, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in the input. ``path`` is its position, such as ``sites.dcn0.stores.dcn0.type``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DcnError(Exception):
    """An expected failure. Its text is the message for the user; ``reason`` is one word for playbooks."""

    reason = "failed"


class InputErrors(DcnError):
    """Everything that is wrong with the input, raised before anything is contacted or changed."""

    reason = "input_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
