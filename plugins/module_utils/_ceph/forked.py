# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in child processes: as another user, side by side, and killed when they hang, which librados can."""

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

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

Note = Callable[[str], None]
Job = Callable[[Note], dict[str, Any]]


@dataclass
class Outcome:
    """What came of a job: ``value``, or None when it was killed or died. ``steps`` are those it had begun."""

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
    outcome: Outcome
    began: float
    rest: bytes = b""


def account(name: str | None) -> pwd.struct_passwd | None:
    """The account to change to, or None to stay; DcnError when that cannot be."""
    if not name:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise DcnError(f"The user '{name}' does not exist on this host.") from None
    if found.pw_uid == os.geteuid():
        return None
    if os.geteuid() != 0:
        raise DcnError(f"Only root can act as the user '{name}': use 'become' for this task.")
    return found


def run_all(jobs: Sequence[Job], user: pwd.struct_passwd | None, limit: float) -> list[Outcome]:
    """Run every job in a child of its own; each has ``limit`` seconds."""
    children = [_start(job, user) for job in jobs]
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
    return [child.outcome for child in children]


def _start(job: Job, user: pwd.struct_passwd | None) -> _Child:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return _Child(pid, reader, Outcome(), time.monotonic())
    try:
        os.close(reader)
        _run(job, user, writer)
    finally:
        # Nothing of the parent's clean-up may run twice.
        os._exit(0)


def _run(job: Job, user: pwd.struct_passwd | None, writer: int) -> None:
    def send(message: dict[str, Any]) -> None:
        os.write(writer, json.dumps(message).encode("utf-8") + b"\n")

    try:
        # The libraries chatter, and standard output is the module's result.
        silent = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silent, descriptor)
        if user is not None:
            os.setgroups(os.getgrouplist(user.pw_name, user.pw_gid))
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.environ["HOME"] = user.pw_dir
        send({"value": job(lambda step: send({"step": step}))})
    except DcnError as error:
        send({"error": str(error), "reason": error.reason})
    except BaseException:
        send({"error": f"An error of the collection itself: {traceback.format_exc()}"})


def _read(child: _Child) -> bool:
    """Take what has come; False at the end."""
    data = os.read(child.reader, 65536)
    *lines, child.rest = (child.rest + data).split(b"\n")
    for line in lines:
        message = json.loads(line)
        if "step" in message:
            child.outcome.steps.append(str(message["step"]))
        else:
            child.outcome.value = message.get("value")
            child.outcome.error = message.get("error")
            child.outcome.reason = message.get("reason")
    return bool(data)


def _end(child: _Child, killed: bool) -> None:
    os.close(child.reader)
    os.waitpid(child.pid, 0)
    child.outcome.killed = killed
    child.outcome.seconds = round(time.monotonic() - child.began, 3)
    if child.outcome.value is None and child.outcome.error is None and not killed:
        child.outcome.error = "The process that did it died."
