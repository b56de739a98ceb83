# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs functions in child processes: as another user, in parallel, and with a time limit, because librados can hang."""

from __future__ import annotations

import json
import os
import pwd
import selectors
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ReportStep
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

#: A function to run in a child. It reports each step that it begins, and returns JSON data.
ChildFunction = Callable[[ReportStep], dict[str, Any]]


@dataclass
class ChildResult:
    """``value`` is what the function returned, None after an error. ``steps`` are those that it began."""

    value: dict[str, Any] | None = None
    error: str | None = None
    reason: str | None = None
    killed: bool = False
    steps: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class _Child:
    pid: int
    reader: int
    result: ChildResult
    started: float
    rest: bytes = b""


def account(name: str | None) -> pwd.struct_passwd | None:
    """The account to switch to, or None for the current user. Raises DcnError when that is not possible."""
    if not name:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise DcnError(f"The user '{name}' does not exist on this host.") from None
    if found.pw_uid == os.geteuid():
        return None
    if os.geteuid() != 0:
        raise DcnError(f"Only root can switch to the user '{name}': use 'become' for this task.")
    return found


def run_all(functions: Sequence[ChildFunction], user: pwd.struct_passwd | None, limit: float) -> list[ChildResult]:
    """Run each function in its own child. A child that runs longer than ``limit`` seconds is killed."""
    children = [_start(function, user) for function in functions]
    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.reader, selectors.EVENT_READ, child)
        deadline = time.monotonic() + limit
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                break
            for key, _events in selector.select(left):
                if not _read(key.data):
                    selector.unregister(key.fileobj)
                    _end(key.data, killed=False)
        for key in list(selector.get_map().values()):
            os.kill(key.data.pid, signal.SIGKILL)
            _end(key.data, killed=True)
    return [child.result for child in children]


def _start(function: ChildFunction, user: pwd.struct_passwd | None) -> _Child:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return _Child(pid, reader, ChildResult(), time.monotonic())
    try:
        os.close(reader)
        _run(function, user, writer)
    finally:
        # The clean-up of the parent must not run in the child.
        os._exit(0)


def _run(function: ChildFunction, user: pwd.struct_passwd | None, writer: int) -> None:
    def send(message: dict[str, Any]) -> None:
        os.write(writer, json.dumps(message).encode("utf-8") + b"\n")

    try:
        # The libraries print messages, and standard output is the result of the module.
        silent = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silent, descriptor)
        if user is not None:
            os.setgroups(os.getgrouplist(user.pw_name, user.pw_gid))
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.environ["HOME"] = user.pw_dir
        send({"value": function(lambda step: send({"step": step}))})
    except DcnError as error:
        send({"error": str(error), "reason": error.reason})
    except BaseException:
        send({"error": f"Unexpected error, please report it: {traceback.format_exc()}"})


def _read(child: _Child) -> bool:
    """Read the messages that have arrived. Returns False at the end of the pipe."""
    data = os.read(child.reader, 65536)
    *lines, child.rest = (child.rest + data).split(b"\n")
    for line in lines:
        message = json.loads(line)
        if "step" in message:
            child.result.steps.append(str(message["step"]))
        else:
            child.result.value = message.get("value")
            child.result.error = message.get("error")
            child.result.reason = message.get("reason")
    return bool(data)


def _end(child: _Child, killed: bool) -> None:
    os.close(child.reader)
    os.waitpid(child.pid, 0)
    child.result.killed = killed
    child.result.seconds = round(time.monotonic() - child.started, 3)
    if child.result.value is None and child.result.error is None and not killed:
        child.result.error = "The child process died."
