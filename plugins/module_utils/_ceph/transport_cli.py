# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends commands to monitors through the ceph program, on this host or in a container.

The program reads many commands from its standard input, which saves a process (and a container start) for each. It
then reports neither exit codes nor which answer belongs to which command. So answers are matched by their content,
changes are verified by reading the client back, and a command without a result is run again alone for its exit code.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    AUTH_FAILED,
    CONF_MISSING,
    CONF_UNREADABLE,
    FAILED,
    KEYRING_MISSING,
    KEYRING_UNREADABLE,
    MON_UNREACHABLE,
    NOT_PERMITTED,
    TIMED_OUT,
    TOOL_MISSING,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import NO_ANSWER, NOT_SENT, MonCommand, MonReply

_CREATE = "auth get-or-create"
_REFUSED = re.compile(r"\[errno (?:1|13)\]|permissiondeniederror|permissionerror")
#: A keyring that exists and cannot be used. A missing one ends with "(2) No such file or directory".
_UNREADABLE_KEYRING = re.compile(r"(unable to find a keyring on .*: \(13\) .*|failed to load .*: \(\d+\) .*)")
#: What the ceph program prints when it reads commands from a terminal.
_PROMPT = "ceph> "
#: Seconds between two attempts to stop a process.
_GRACE = 2
_ERRNO = re.compile(r"^Error (E[A-Z]+)\b", re.MULTILINE)
_NOISE = re.compile(r"^(?:Inferring |Using |WARNING|Error: exec session|\d{4}-\d\d-\d\dT).*\n?", re.MULTILINE)


class _StoppedError(CephError):
    """A process was stopped after the time limit. ``done`` has the output until then."""

    def __init__(self, done: subprocess.CompletedProcess[str], message: str) -> None:
        self.done = done
        super().__init__(TIMED_OUT, message)


@dataclass(frozen=True)
class _Batch:
    """The JSON documents and the standard error of one process, and why it did not run all commands."""

    answers: list[Any]
    stderr: str
    error: CephError | None

    def misses(self, command: MonCommand) -> bool:
        """Whether the client of ``command`` does not exist."""
        return f"failed to find {command.entity} in keyring" in self.stderr


class CliTransport:
    """The ceph program, with an optional command before it such as ``podman exec -i ceph-mon-a``."""

    name = "cli"

    def __init__(
        self, prefix: Sequence[str], conf: str, admin: str, keyring: str | None, timeout: int, where: str
    ) -> None:
        self._prefix = list(prefix)
        self._conf, self._admin, self._timeout, self._where = conf, admin, timeout, where
        self._argv = self._program(admin, keyring)
        self._processes = 0
        self._count = 0

    def _program(self, name: str, keyring: str | None) -> list[str]:
        """The ceph program, as one client."""
        argv = [*self._prefix, "ceph", "--conf", self._conf, "--name", name, "--connect-timeout", str(self._timeout)]
        if keyring:
            argv += ["--keyring", keyring]
        # Without it a command waits forever, in a container also after this module has ended.
        return [*argv, f"--rados_mon_op_timeout={self._timeout}", "--format", "json"]

    @property
    def calls(self) -> Mapping[str, int]:
        return {"processes": self._processes, "mon_commands": self._count}

    def close(self) -> None:
        """Nothing is open between two commands."""

    def read(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        batch = self._batch(commands)
        if batch.error is not None:
            raise batch.error
        replies = []
        for command in commands:
            answer = _answer(batch.answers, command)
            if answer is not None:
                replies.append(MonReply(0, json.dumps(answer).encode("utf-8")))
            elif batch.misses(command):
                replies.append(MonReply(errno.ENOENT))
            else:
                replies.append(self._single(command))
        return replies

    def write(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        # The answer to a creation is the client. After other changes the client is read back.
        checks = [None if command.prefix == _CREATE else MonCommand("auth get", command.entity) for command in commands]
        batch = self._batch([item for pair in zip(commands, checks) for item in pair if item is not None])
        replies: list[MonReply] = []
        lost = None if batch.error is None else MonReply(errno.EIO, error=batch.error)
        for command, check in zip(commands, checks):
            found = _answer(batch.answers, check or command)
            if _achieved(command, found, batch.misses(command)):
                replies.append(MonReply(0, json.dumps(found).encode("utf-8")))
            elif lost is not None:
                replies.append(lost)
            else:
                replies.append(self._attempt(command))
                if replies[-1].error is not None or replies[-1].code in NO_ANSWER:
                    lost = MonReply(NOT_SENT)
        return replies

    def run(self, command: MonCommand) -> MonReply:
        """Run any single command in a process of its own."""
        return self._single(command)

    def accepts(self, name: str, key: str) -> bool:
        """Try a key with a process of its own, which reads it from its standard input."""
        # Of the options for a key, only this one can read a pipe.
        done = self._run(["--keyfile", "-", "mon", "stat"], f"{key}\n", 1, self._program(name, None))
        # A command that the client is not permitted to run was sent with a key that the cluster accepts.
        if done.returncode == 0 or _ERRNO.search(_NOISE.sub("", done.stderr)):
            return True
        failure = self._start_error(done)
        if failure.reason == AUTH_FAILED:
            return False
        raise failure

    def _attempt(self, command: MonCommand) -> MonReply:
        try:
            return self._single(command)
        except CephError as error:
            return MonReply(errno.EIO, error=error)

    def _batch(self, commands: Sequence[MonCommand]) -> _Batch:
        """Run ``commands`` in one process."""
        lines = "".join(f"{shlex.join(command.words())}\n" for command in commands)
        error: CephError | None = None
        try:
            done = self._run([], lines, len(commands))
            error = self._start_error(done) if done.returncode else None
        except _StoppedError as stopped:
            done, error = stopped.done, stopped
        answers = []
        for line in done.stdout.splitlines():
            if line.startswith(("[", "{")):
                try:
                    answers.append(json.loads(line))
                except ValueError:
                    continue
        return _Batch(answers, done.stderr, error)

    def _single(self, command: MonCommand) -> MonReply:
        done = self._run(command.words(), "", 1)
        text = _NOISE.sub("", done.stderr).strip()
        if done.returncode == 0:
            return MonReply(0, done.stdout.strip().encode("utf-8"))
        stated = _ERRNO.search(text)
        if stated is None:
            raise self._start_error(done)
        code = getattr(errno, stated.group(1), done.returncode)
        return MonReply(code, b"", re.sub(r"^Error E[A-Z]+: ", "", text[stated.start() :]))

    def _run(
        self, words: Sequence[str], data: str, commands: int, start: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        self._processes += 1
        self._count += commands
        # The program stops by itself after its timeouts. The limit is for a program that hangs.
        limit = self._timeout * 2 + 10 + commands
        argv = [*(start or self._argv), *words]
        try:
            # In its own session the program has no terminal, and all processes that it starts can be stopped.
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CephError(
                TOOL_MISSING,
                f"The program {self._argv[0]} is not installed on this host: install it (ceph is in the package "
                "ceph-common), or set 'exec' to the command that reaches it.",
            ) from None
        except OSError as error:
            reason = NOT_PERMITTED if isinstance(error, PermissionError) else TOOL_MISSING
            raise CephError(reason, f"{self._argv[0]} cannot be run: {error.strerror}.") from error
        try:
            out, err = process.communicate(data, timeout=limit)
        except subprocess.TimeoutExpired:
            out, err = _stop(process)
            raise self._stopped_error(limit, subprocess.CompletedProcess(argv, -1, out, err)) from None
        except BaseException:
            _stop(process)
            raise
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def _stopped_error(self, limit: float, done: subprocess.CompletedProcess[str]) -> CephError:
        command = shlex.join(self._argv[:6])
        if _PROMPT in done.stdout:
            return _StoppedError(
                done,
                f"'{command} ...' waited for input on a terminal and was stopped. The command in 'exec' must give the "
                "ceph program a pipe and not a terminal, as 'podman exec -i NAME' does.",
            )
        return _StoppedError(
            done,
            f"'{command} ...' did not finish within {limit:g} seconds for the cluster {self._where} and was stopped. "
            "Changes in progress may have been made. Check the monitors, and that the command in 'exec', if set, "
            "passes on its standard input and ends with it.",
        )

    def _start_error(self, done: subprocess.CompletedProcess[str]) -> CephError:
        """Why the program stopped before it ran a command."""
        text = _NOISE.sub("", done.stderr).strip()
        where = f"the cluster {self._where} ({self._conf})"
        error = done.stderr.lower()
        if "conf_read_file" in error:
            if _REFUSED.search(error):
                return CephError(CONF_UNREADABLE, f"The ceph program is not permitted to read the conf {self._conf}.")
            return CephError(CONF_MISSING, f"The conf {self._conf} does not exist where the ceph program runs.")
        if "timed out" in error or "[errno 110]" in error:
            return CephError(MON_UNREACHABLE, f"No monitor of {where} answered within {self._timeout} seconds.")
        unreadable = _UNREADABLE_KEYRING.search(done.stderr)
        if unreadable:
            reason = f"The ceph program cannot read the keyring of {self._admin} of {where}: {unreadable.group(1)}."
            return CephError(KEYRING_UNREADABLE, reason)
        # "unable to find a keyring" may refer to the default keyring only, before --keyring is read.
        refused = _REFUSED.search(error) is not None
        missing = "no keyring found; disabled" in error or "[errno 2]" in error
        if missing or ("unable to find a keyring" in error and not refused):
            return CephError(KEYRING_MISSING, f"There is no usable keyring for {self._admin} of {where}.")
        if refused:
            return CephError(AUTH_FAILED, f"{where[0].upper()}{where[1:]} does not accept the key of {self._admin}.")
        command = f"'{shlex.join(self._argv[:4])} ...'"
        if "permission denied" in error:
            return CephError(NOT_PERMITTED, f"This user is not permitted to run {command}: {text}.")
        if done.returncode in (125, 126, 127):
            return CephError(TOOL_MISSING, f"{command} cannot be run: {text}.")
        return CephError(FAILED, f"The ceph program failed for {where} with exit code {done.returncode}: {text}.")


def _stop(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Stop a process and everything that it started. Returns its standard output and its standard error."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    try:
        out, err = process.communicate(timeout=_GRACE)
        return out or "", err or ""
    except subprocess.TimeoutExpired as error:
        # A process that left the session still holds the pipes.
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        # The output of an exception is bytes, also of a process with text.
        out, err = ((part or b"").decode("utf-8", "replace") for part in (error.stdout, error.stderr))
        return out, err


def _answers(command: MonCommand, answer: Any) -> bool:
    """Whether a document answers ``command``."""
    if command.prefix == "mon dump":
        return isinstance(answer, dict) and "mons" in answer
    if not isinstance(answer, list):
        return False
    if command.prefix == "osd pool ls":
        return all(isinstance(item, str) for item in answer)
    return bool(answer) and isinstance(answer[0], dict) and answer[0].get("entity") == command.entity


def _answer(answers: Sequence[Any], command: MonCommand) -> Any:
    """The last document that answers ``command``, or None."""
    return next((answer for answer in reversed(answers) if _answers(command, answer)), None)


def _achieved(command: MonCommand, found: Any, missing: bool) -> bool:
    """Whether the client, read back after ``command``, is in the state that the command sets."""
    if command.prefix == "auth rm":
        return found is None and missing
    if found is None:
        return False
    desired = dict(zip(command.caps[::2], command.caps[1::2]))
    return bool(found[0].get("caps") == desired)
