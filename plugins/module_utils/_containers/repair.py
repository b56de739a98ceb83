# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run does first if an earlier one was interrupted: never two containers of the service, and never none.

A swap creates ``<name>-next``, stops the service, renames ``<name>`` to ``<name>-previous`` and ``<name>-next`` to
``<name>``, starts the service, and removes ``<name>-previous`` when the API answers. The containers that are there tell
at which step it ended.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Steps of a repair, in the order in which they are done.
REMOVE_NAMED = "remove the new container, whose API does not answer"
RESTORE_PREVIOUS = "rename the previous container back"
PROMOTE_NEXT = "rename the new container"
REMOVE_NEXT = "remove the new container, which was never started"
REMOVE_PREVIOUS = "remove the previous container"
START = "start the service"


@dataclass(frozen=True)
class Present:
    """Which of the three containers are there, and whether the one of the service runs and its API answers."""

    named: bool
    next: bool
    previous: bool
    running: bool = False
    answers: bool = False


def repair(present: Present) -> list[str]:
    """The steps, none if no swap was interrupted. After them the service runs and has one container."""
    if not (present.next or present.previous):
        return []
    if present.named and not present.previous:
        return ([] if present.running else [START]) + [REMOVE_NEXT]
    leftover = [REMOVE_NEXT] if present.next and (present.named or present.previous) else []
    if not present.named:
        return [RESTORE_PREVIOUS if present.previous else PROMOTE_NEXT, START, *leftover]
    if present.answers:
        return [*leftover, REMOVE_PREVIOUS]
    return [REMOVE_NAMED, RESTORE_PREVIOUS, START, *leftover]


def is_trial_needed(present: Present) -> bool:
    """Whether the new container was in place already, so that its API decides which of the two stays."""
    return present.named and present.previous
