# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A swap that is interrupted between any two steps is repaired: the service has one container, and it runs."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._containers.repair import (
    PROMOTE_NEXT,
    REMOVE_NAMED,
    REMOVE_NEXT,
    REMOVE_PREVIOUS,
    RESTORE_PREVIOUS,
    START,
    Present,
    repair,
)

#: The containers by name (old or new), and whether the service runs, after each step of a swap.
SWAP = [
    ({"named": "old"}, True),
    ({"named": "old", "next": "new"}, True),
    ({"named": "old", "next": "new"}, False),
    ({"previous": "old", "next": "new"}, False),
    ({"previous": "old", "named": "new"}, False),
    ({"previous": "old", "named": "new"}, True),
    ({"named": "new"}, True),
]


def applied(containers: dict[str, str], running: bool, steps: list[str]) -> tuple[dict[str, str], bool]:
    """The containers after the steps. A name that is taken, or a container that is not there, is an error."""
    left = dict(containers)
    for step in steps:
        if step in (REMOVE_NAMED, REMOVE_NEXT, REMOVE_PREVIOUS):
            name = {REMOVE_NAMED: "named", REMOVE_NEXT: "next", REMOVE_PREVIOUS: "previous"}[step]
            del left[name]
            running = running and name != "named"
        elif step in (RESTORE_PREVIOUS, PROMOTE_NEXT):
            assert "named" not in left
            left["named"] = left.pop("previous" if step == RESTORE_PREVIOUS else "next")
        elif step == START:
            running = True
    return left, running


@pytest.mark.parametrize("after", range(len(SWAP)))
@pytest.mark.parametrize("works", [True, False])
def test_a_swap_that_was_interrupted(after: int, works: bool) -> None:
    containers, running = SWAP[after]
    answers = running and (containers["named"] == "old" or works)
    found = Present("named" in containers, "next" in containers, "previous" in containers, running, answers)
    left, runs = applied(containers, running, repair(found))
    assert list(left) == ["named"] and runs
    if after < len(SWAP) - 2:  # a new container whose API answers stays
        assert left["named"] == "old"
    if "previous" in containers and answers:
        assert left["named"] == "new"


@pytest.mark.parametrize(
    "names", [each for size in (1, 2, 3) for each in itertools.combinations(("named", "next", "previous"), size)]
)
@pytest.mark.parametrize("running", [True, False])
def test_every_state_leads_to_one_container(names: tuple[str, ...], running: bool) -> None:
    containers = {name: name for name in names}
    runs = running and "named" in names
    found = Present(*(name in names for name in ("named", "next", "previous")), runs, runs)
    steps = repair(found)
    left, running_after = applied(containers, runs, steps)
    assert list(left) == ["named"]
    assert running_after or not steps
    # A repair that is interrupted is continued by the next one.
    for count in range(len(steps)):
        between, still = applied(containers, runs, steps[:count])
        again = Present(*(name in between for name in ("named", "next", "previous")), still, still)
        assert list(applied(between, still, repair(again))[0]) == ["named"]


def test_a_service_that_is_stopped_is_no_interrupted_swap() -> None:
    assert repair(Present(True, False, False)) == []
