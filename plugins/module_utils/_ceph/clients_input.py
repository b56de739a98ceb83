# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the options ``clients`` and ``recipients`` of the module ceph_client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import DesiredClient, Recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.container_command import terminal_problem
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

#: The options of the documentation fragment ``recipients``.
RECIPIENTS: dict[str, Any] = {
    "recipients": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "host": {"type": "str", "required": True},
            "public_key": {"type": "str", "no_log": False},
            "clients": {"type": "list", "elements": "str", "default": []},
            "key_ids": {"type": "dict", "default": {}, "no_log": False},
        },
    },
}


def check_exec(command: Sequence[str]) -> None:
    """Check the option ``exec``. Raises InputErrors for a command that gives the ceph program a terminal."""
    problem = terminal_problem(command, "the ceph program")
    if problem:
        raise InputErrors([Problem("exec", problem)])


def desired_clients(items: Sequence[Mapping[str, Any]], admin: str) -> list[DesiredClient]:
    """Check the option ``clients``. Raises InputErrors with every problem of all clients."""
    problems: list[Problem] = []
    result = [_desired_client(f"clients[{index}]", item, admin, problems) for index, item in enumerate(items)]
    _refuse_repeats("clients", [client.name for client in result], problems)
    if problems:
        raise InputErrors(problems)
    return result


def _desired_client(path: str, item: Mapping[str, Any], admin: str, problems: list[Problem]) -> DesiredClient:
    name, present = str(item["name"]), item.get("state", "present") == "present"
    problem = ceph_names.client_problem(name)
    if problem is None and name == admin:
        problem = f"'{name}' is the administrator that this task uses"
    if problem:
        problems.append(Problem(f"{path}.name", problem))
    if not present:
        return DesiredClient(name, False)
    texts = {kind: text for kind, text in (item.get("caps") or {}).items() if text and text.strip()}
    if not texts:
        problems.append(Problem(f"{path}.caps", f"{name} needs capabilities for at least one kind of daemon"))
        return DesiredClient(name, True)
    try:
        return DesiredClient(name, True, caps.parse_all(texts), bool(item.get("keep_caps")))
    except CephError as error:
        problems.append(Problem(f"{path}.caps", str(error)))
        return DesiredClient(name, True)


def recipients(items: Sequence[Mapping[str, Any]], clients: Sequence[DesiredClient]) -> list[Recipient]:
    """Check the option ``recipients`` against the clients. Raises InputErrors with every problem."""
    problems: list[Problem] = []
    known = {client.name for client in clients if client.present}
    result = []
    for index, item in enumerate(items):
        path = f"recipients[{index}]"
        for name in item.get("clients") or []:
            if name not in known:
                problems.append(Problem(f"{path}.clients", f"'{name}' is not a present client of 'clients'"))
        held = {str(name): str(value) for name, value in (item.get("key_ids") or {}).items() if value}
        public_key = item.get("public_key") or None
        result.append(Recipient(path, str(item["host"]), public_key, tuple(item.get("clients") or []), held))
    _refuse_repeats("recipients", [recipient.host for recipient in result], problems)
    if problems:
        raise InputErrors(problems)
    return result


def _refuse_repeats(path: str, values: Iterable[str], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            problems.append(Problem(f"{path}[{index}]", f"'{value}' is listed twice"))
        seen.add(value)
