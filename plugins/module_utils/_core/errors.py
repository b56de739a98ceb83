# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the collection. Each message is a whole sentence: what, where, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the input; ``path`` says where, such as ``sites.dcn0.stores.dcn0.type``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DcnError(Exception):
    """An expected failure whose text is fit to be shown to the user as it is; ``reason`` is one word for playbooks."""

    reason = "failed"


class InputErrors(DcnError):
    """Everything that is wrong with the input, found in one pass.

    Raised before anything has been contacted or changed.
    """

    reason = "input_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
