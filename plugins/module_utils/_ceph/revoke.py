# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the access of lost hosts to one cluster: removes their clients, fences their addresses, and proves both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import blocklist
from ansible_collections.dcn.glance.plugins.module_utils._ceph.blocklist import Fence
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    ClusterState,
    HideSecret,
    MonCommand,
    MonTransport,
    StoredClient,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

#: Addresses in mon_host: v2:192.0.2.1:3300/0 in a list, or one of them alone without its port.
_ADDRESS = re.compile(r"(?:v\d:|(?<!\S))(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?=:\d+/|(?!\S))")
#: What is done about an address.
NONE, ADD, REMOVE, MONITOR = "none", "add", "remove", "monitor"


@dataclass(frozen=True)
class Wanted:
    """What the module is asked for. ``lift``: the fences are removed instead of set."""

    clients: tuple[str, ...]
    fences: tuple[Fence, ...]
    lift: bool = False
    seconds: int = 86400


@dataclass
class Outcome:
    """What was found and done about the clients and addresses, and the errors."""

    clients: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    errors: list[CephError] = field(default_factory=list)


def check_clients(names: Sequence[str], admin: str) -> tuple[str, ...]:
    """Check the option ``clients``. Raises InputErrors with every problem."""
    problems = []
    for index, name in enumerate(names):
        problem = ceph_names.client_problem(name)
        if problem is None and name == admin:
            problem = f"'{name}' is the administrator that this task uses"
        if problem:
            problems.append(Problem(f"clients[{index}]", problem))
    if problems:
        raise InputErrors(problems)
    return tuple(dict.fromkeys(names))


def check_expire(seconds: int) -> int:
    """Check the option ``expire``: the blocklist has no entries without an end."""
    if seconds < 1:
        raise InputErrors([Problem("expire", f"must be 1 second or more, not {seconds}")])
    return seconds


class Revocation(CephAuth):
    """The clients and the blocklist of one cluster."""

    def __init__(self, transport: MonTransport, cluster: str, fsid: str | None, hide: HideSecret) -> None:
        super().__init__(transport, cluster, fsid)
        self._hide = hide

    def revoke(self, wanted: Wanted, check: bool) -> Outcome:
        """Do what is wanted, or with ``check`` only predict it."""
        state = self.state(wanted.clients)
        for stored in state.clients.values():
            self._hide(stored.key)
        fences = [*wanted.fences, *self._connections(wanted, state)]
        blocked = self._blocked() if fences else set()
        outcome = Outcome()
        # A key that was accepted before and is refused afterwards is a proof; one that never was accepted is none.
        valid = set() if check else {name for name, stored in state.clients.items() if self._accepted(stored)}
        errors = {} if check else self._remove([name for name in wanted.clients if name in state.clients])
        # New sessions are impossible first, then the open ones end.
        for fence in fences:
            outcome.addresses.append(self._fence(fence, wanted, state, blocked, check, outcome.errors))
        gone = None if check else self._gone(wanted.clients, state, outcome.errors)
        for name in wanted.clients:
            outcome.clients.append(self._reported(name, state.clients.get(name), errors.get(name), gone, valid))
        outcome.errors = [*errors.values(), *outcome.errors, *self._doubts(outcome.clients)]
        return outcome

    def _remove(self, names: Sequence[str]) -> Mapping[str, CephError]:
        return self.apply([MonCommand("auth rm", name) for name in names]).errors if names else {}

    def _accepted(self, stored: StoredClient) -> bool:
        try:
            return self._transport.accepts(stored.name, stored.key)
        except CephError:
            return False

    def _gone(self, names: Sequence[str], before: ClusterState, errors: list[CephError]) -> set[str] | None:
        """The clients that the cluster does not know now: it is asked again after a removal. None: no answer."""
        try:
            after = self.state(names) if before.clients else before
        except CephError as error:
            errors.append(error)
            return None
        return {name for name in names if name not in after.clients}

    def _reported(
        self, name: str, stored: StoredClient | None, error: CephError | None, gone: set[str] | None, valid: set[str]
    ) -> dict[str, Any]:
        """What was done about a client; ``refused`` is null where the refusal of its old key would prove nothing."""
        changed, refused = stored is not None and error is None, None
        if stored is not None and gone is not None and name in gone & valid:
            try:
                refused = not self._transport.accepts(name, stored.key)
            except CephError as failure:
                error = failure
        return {
            "name": name,
            "action": NONE if stored is None else REMOVE,
            "changed": changed,
            "gone": stored is None or (None if gone is None else name in gone),
            "refused": refused,
            "error": None if error is None else str(error),
        }

    def _doubts(self, clients: Sequence[Mapping[str, Any]]) -> list[CephError]:
        """What speaks against the removal of a client that the cluster has reported as done."""
        found = []
        for item in clients:
            where = f"The cluster {self._cluster}"
            if item["error"] is None and item["gone"] is False:
                found.append(CephError(FAILED, f"{where} still has {item['name']} after its removal: run this again."))
            elif item["refused"] is False:
                text = f"{where} still accepts the old key of {item['name']}: check its monitors, and run this again."
                found.append(CephError(FAILED, text))
            elif item["error"] is not None and item["changed"]:
                text = f"{item['name']} is removed, but its old key could not be tried: {item['error']}"
                found.append(CephError(FAILED, text))
        return found

    def _connections(self, wanted: Wanted, state: ClusterState) -> list[Fence]:
        """The open connections of the clients, as far as the monitors tell, that no wanted fence covers."""
        found: dict[str, Fence] = {}
        for monitor in state.monitors if state.clients else ():
            reply = self._transport.run(MonCommand("sessions", monitor=monitor))
            if reply.code == 0 and reply.error is None:
                listed = blocklist.connections(reply.out.decode("utf-8"), state.clients)
                found.update({fence.text: fence for fence in listed})
        return [
            fence
            for fence in found.values()
            if not any(each.covers(blocklist.address_of(fence)) for each in wanted.fences)
        ]

    def _blocked(self) -> set[tuple[str, bool]]:
        command = MonCommand("osd blocklist ls")
        return blocklist.listed(self._checked(command, self._transport.run(command)).out.decode("utf-8"))

    def _fence(
        self,
        fence: Fence,
        wanted: Wanted,
        state: ClusterState,
        blocked: set[tuple[str, bool]],
        check: bool,
        errors: list[CephError],
    ) -> dict[str, Any]:
        """Set or lift one fence. One that exists stays as it is, and monitors are never fenced."""
        exists = (fence.listed, fence.ranged) in blocked
        action = NONE if exists != wanted.lift else REMOVE if wanted.lift else ADD
        if action == ADD and any(fence.covers(address) for address in monitors(state.mon_host)):
            action = MONITOR
        result: dict[str, Any] = {"address": fence.text, "action": action, "changed": action in (ADD, REMOVE)}
        if result["changed"] and not check:
            command = fence.command("rm" if wanted.lift else "add", wanted.seconds)
            try:
                self._checked(command, self._transport.run(command))
            except CephError as error:
                errors.append(error)
                result["changed"] = False
        return result


def monitors(mon_host: str) -> set[str]:
    """The addresses in the option ``mon_host``."""
    return {six or four for six, four in _ADDRESS.findall(mon_host)}


def values(outcome: Outcome) -> dict[str, Any]:
    """What the module returns."""
    items = [*outcome.clients, *outcome.addresses]
    return {
        "changed": any(item["changed"] for item in items),
        "clients": outcome.clients,
        "addresses": outcome.addresses,
    }


def diff(outcome: Outcome, cluster: str) -> dict[str, str]:
    """The clients and fences that change."""
    clients = [item["name"] for item in outcome.clients if item["changed"]]
    added = [item["address"] for item in outcome.addresses if item["changed"] and item["action"] == ADD]
    removed = [item["address"] for item in outcome.addresses if item["changed"] and item["action"] == REMOVE]
    title = f"clients and blocklist of {cluster}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join([*(f"{name}\n" for name in clients), *(f"blocked {address}\n" for address in removed)]),
        "after": "".join(f"blocked {address}\n" for address in added),
    }
