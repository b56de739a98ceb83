# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the change of keyrings of a host to other keys: a keyring and, beside it, a staged file with the next key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

#: Seconds that the clock of a host can be behind that of the controller, and ahead, while a task is on its way.
_BEHIND, _AHEAD = 2.0, 30.0

STAGED, SWITCHED, CLEARED = "staged", "switched", "cleared"
_SUFFIX = ".next"


@dataclass(frozen=True)
class SwitchedKeyring:
    """A keyring whose key is rotated. ``key_id`` is the id of the present key, ``next_id`` that of the next one.

    Without ``rotate`` it stays. ``sealed`` is {id of a key: encrypted key}.
    """

    cluster: str
    client: str
    conf: str
    path: str
    key_id: str | None
    next_id: str | None
    rotate: bool
    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)

    def staged_path(self, state: FileState) -> str:
        """Beside the file behind a symbolic link, so that a rename replaces that file."""
        return state.real_path + _SUFFIX


@dataclass(frozen=True)
class Held:
    """A keyring and its staged file as they are, and the ids of the client's keys in them; None without one."""

    state: FileState
    staged: FileState
    key_id: str | None
    staged_id: str | None


@dataclass(frozen=True)
class SwitchPlan:
    """What happens to one keyring: which key is written into it, and which beside it. ``problem`` prevents it."""

    item: SwitchedKeyring
    held: Held
    action: str = "none"
    write: str | None = None
    stage: str | None = None
    problem: str | None = None

    @property
    def clears(self) -> bool:
        """Whether the staged file goes: an interrupted run left it, or the user asked for it."""
        stale = self.action == "repair" and not self.item.rotate and self.held.staged.exists
        return self.action == "clear" or stale

    @property
    def changed(self) -> bool:
        return self.action != "none" and self.problem is None


def switched_keyrings(items: Sequence[Mapping[str, Any]]) -> list[SwitchedKeyring]:
    """Check the option ``keyrings``. Raises InputErrors with every problem."""
    problems = []
    paths: list[str] = []
    for index, item in enumerate(items):
        found = {
            "cluster": ceph_names.cluster_problem(item["cluster"]),
            "client": ceph_names.client_problem(item["client"]),
            "path": f"{item['path']} is listed twice" if item["path"] in paths else None,
        }
        problems += [Problem(f"keyrings[{index}].{name}", text) for name, text in found.items() if text]
        paths.append(item["path"])
    if problems:
        raise InputErrors(problems)
    return [
        SwitchedKeyring(
            item["cluster"],
            item["client"],
            item["conf"],
            item["path"],
            item["key_id"] or None,
            item["next_key_id"] or None,
            item["rotate"],
            item["sealed"] or {},
        )
        for item in items
    ]


def clock_problem(sent: float | None, now: float) -> str | None:
    """Why a host cannot switch at the same time as others. ``sent`` is when the controller sent the task."""
    if sent is None or -_BEHIND <= now - sent <= _AHEAD:
        return None
    how = "behind" if now < sent else "ahead of"
    return (
        f"the clock of this host is {abs(now - sent):.0f} seconds {how} that of the controller, so that it would not "
        "switch at the same time as the others: synchronise the clocks, for example with chrony"
    )


def held(item: SwitchedKeyring, state: FileState, staged: FileState) -> Held:
    return Held(state, staged, _id(state, item.client), _id(staged, item.client))


def _id(state: FileState, client: str) -> str | None:
    try:
        key = keyring.key_of((state.data or b"").decode("utf-8", "replace"), client)
    except keyring.KeyringError:
        return None
    return key_id(key) if key else None


def plan(item: SwitchedKeyring, found: Held, state: str, check: bool) -> SwitchPlan:
    """The change of one keyring. In check mode a key may not be known yet: ``next_id`` is then None."""
    if state == CLEARED:
        return SwitchPlan(item, found, "clear" if found.staged.exists else "none")
    if not found.state.exists:
        return SwitchPlan(item, found, problem=f"{item.path} does not exist: run the playbook site first")
    if state == SWITCHED:
        return _switch(item, found, check)
    return _stage(item, found, check)


def _stage(item: SwitchedKeyring, found: Held, check: bool) -> SwitchPlan:
    if item.rotate and item.next_id and found.key_id == item.next_id:
        return SwitchPlan(item, found, "clear" if found.staged.exists else "none")
    write = item.key_id if found.key_id != item.key_id else None
    stage = (item.next_id or "") if item.rotate and (not item.next_id or found.staged_id != item.next_id) else None
    missing = [key for key in (write, stage) if key is not None and key not in item.sealed]
    if missing and not check:
        why = f"the encrypted key {missing[0]} of {item.client} on {item.cluster} did not come to this host"
        return SwitchPlan(item, found, problem=f"{why}: run dcn.glance.key_recipient and ceph_key_rotation again")
    if write is None and stage is None:
        stale = not item.rotate and found.staged.exists
        return SwitchPlan(item, found, "clear" if stale else "none")
    return SwitchPlan(item, found, "stage" if write is None else "repair", write, stage)


def _switch(item: SwitchedKeyring, found: Held, check: bool) -> SwitchPlan:
    if not item.rotate or (item.next_id and found.key_id == item.next_id):
        return SwitchPlan(item, found)
    if not check and (not item.next_id or found.staged_id != item.next_id):
        return SwitchPlan(item, found, problem=f"the next key of {item.client} is not staged beside {item.path}")
    return SwitchPlan(item, found, "switch")


def diff(item: SwitchPlan) -> dict[str, str]:
    """Ids instead of keys."""
    before = {"keyring": item.held.key_id, "staged": item.held.staged_id if item.held.staged.exists else None}
    after = {
        "none": before,
        "clear": {**before, "staged": None},
        "switch": {"keyring": item.item.next_id or "new", "staged": None},
    }.get(item.action) or {
        "keyring": item.write or item.held.key_id,
        "staged": (None if item.clears else before["staged"]) if item.stage is None else item.stage or "new",
    }
    texts = ["".join(f"{name}: {value or 'none'}\n" for name, value in each.items()) for each in (before, after)]
    return {"before_header": item.item.path, "after_header": item.item.path, "before": texts[0], "after": texts[1]}
