# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls functions of this collection in another Python, such as that of a service's container.

The sources of the collection and the arguments go to that Python over standard input, and the result comes back as
JSON. So the other side needs no file of the collection, and no argument can be seen in a list of processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import python_program
from ansible_collections.dcn.glance.plugins.module_utils._core.container_command import terminal_problem
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.old_python import DATACLASSES, rewrite
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of

#: The option of a module; the documentation fragment ``python_exec`` describes it.
PYTHON_EXEC: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
#: The oldest Python that runs the code of the collection.
OLDEST_PYTHON = (3, 6)
#: The oldest Python that runs it as it is written.
_UNCHANGED = (3, 9)
#: Seconds that the start of a container may take.
_START = 60
#: Seconds between two attempts to stop a process.
_GRACE = 5
_OWN = __name__.rpartition("._core.")[0] + "."
_HINTS = {
    125: ". The container tool could not start the container: check that the image and the container exist.",
    126: ". The command of the container cannot be run: check the path of Python in it.",
    127: ". The command of the container does not exist: check the path of Python in it.",
}

Function = Callable[[Mapping[str, Any]], dict[str, Any]]


class PythonExecError(DcnError):
    """The other Python did not run the function."""

    reason = "python_exec_failed"

    def __init__(self, message: str, started: bool = True) -> None:
        self.started = started
        super().__init__(message)


class OtherError(DcnError):
    """The function raised a DcnError in the other Python."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


def call(function: Function, arguments: Mapping[str, Any], command: Sequence[str], limit: float) -> dict[str, Any]:
    """What a function of module_utils returns, in the Python of ``command``, or here if that is empty.

    Args:
        function: A function of a file that imports nothing of Ansible.
        arguments: JSON data.
        command: The command of the other Python; ``-`` is appended.
        limit: Seconds that the function may take in the other Python, not counting the start of a container.
    """
    if not command:
        return function(arguments)
    request = {
        "oldest_python": _UNCHANGED,
        "sources": _sources(),
        "module": function.__module__,
        "function": function.__name__,
        "arguments": arguments,
        "limit": limit,
    }
    answer = _ask(command, request, limit)
    if "python" in answer:
        answer = _ask(command, {**request, "oldest_python": OLDEST_PYTHON, "sources": _old_sources()}, limit)
    return _value(command, answer)


def _ask(command: Sequence[str], request: Mapping[str, Any], limit: float) -> dict[str, Any]:
    """Run the program with a request, and return its answer."""
    # The text has ASCII characters only, whatever the locale of the other side is.
    program = f"{source_of(python_program)}\nmain({json.dumps(request)!r})\n"
    try:
        done = run_python(command, program, limit + _START)
    except PythonExecError as error:
        if error.started:
            raise
        raise PythonExecError(f"{error}: install it on this host, or correct 'python_exec'.", False) from error
    return _answer(command, done, limit)


def run_python(
    command: Sequence[str], program: str, limit: float, words: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run a program that the Python of ``command`` reads from its standard input; ``words`` are its arguments."""
    problem = terminal_problem(command, "Python")
    if problem:
        raise InputErrors([Problem("python_exec", problem)])
    argv = [*command, "-", *words]
    try:
        # In its own session the program has no terminal, and all processes that it starts can be stopped.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )
    except OSError as error:
        raise PythonExecError(f"{command[0]} cannot be run ({error.strerror})", started=False) from error
    try:
        out, err = process.communicate(program.encode("utf-8"), timeout=limit)
    except subprocess.TimeoutExpired:
        err = _stop(process)
        raise PythonExecError(
            f"'{shlex.join(command)}' did not end within {limit:g} seconds and was stopped{quoted(err)}"
        ) from None
    except BaseException:
        _stop(process)
        raise
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def _sources() -> dict[str, str]:
    """The sources of the collection that this process has loaded: the function needs no others."""
    return {name: source_of(module) for name, module in list(sys.modules.items()) if _is_file(name, module)}


def _old_sources() -> dict[str, str]:
    """The same for a Python older than ``_UNCHANGED``."""
    return {"dataclasses": DATACLASSES, **{name: rewrite(source) for name, source in _sources().items()}}


def _is_file(name: str, module: Any) -> bool:
    return name.startswith(_OWN) and not hasattr(module, "__path__")


def _answer(command: Sequence[str], done: subprocess.CompletedProcess[bytes], limit: float) -> dict[str, Any]:
    shown = f"'{shlex.join(command)}'"
    lines = [line for line in done.stdout.splitlines() if line.startswith(python_program.MARKER)]
    if done.returncode == python_program.TOO_LONG and not lines:
        raise PythonExecError(f"{shown} was stopped after {limit:g} seconds{quoted(done.stderr)}")
    if not lines:
        raise PythonExecError(f"{shown} ended with exit code {done.returncode} and no answer{_why(done)}")
    answer: dict[str, Any] = json.loads(lines[-1][len(python_program.MARKER) :])
    return answer


def _value(command: Sequence[str], answer: dict[str, Any]) -> dict[str, Any]:
    shown = f"'{shlex.join(command)}'"
    if "python" in answer:
        oldest = ".".join(str(number) for number in OLDEST_PYTHON)
        raise PythonExecError(f"{shown} runs Python {answer['python']}: this needs Python {oldest} or later there.")
    if "bug" in answer:
        raise PythonExecError(f"Unexpected error in {shown}, please report it: {answer['bug']}")
    if "error" in answer:
        raise OtherError(str(answer["reason"]), f"{answer['error']} (in {shown})")
    value: dict[str, Any] = answer["value"]
    return value


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode == 0 and not done.stderr:
        return ". It did not pass on its standard input: 'podman' and 'docker' need the option -i."
    return quoted(done.stderr) + _HINTS.get(done.returncode, "")


def quoted(stderr: bytes) -> str:
    """The end of the standard error of the command, for a message."""
    text = stderr.decode("utf-8", "replace").strip()[-500:].rstrip(".")
    return f": {text}" if text else ""


def _stop(process: subprocess.Popen[bytes]) -> bytes:
    """Stop the processes of a command, and return its standard error."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            return process.communicate(timeout=_GRACE)[1]
        except subprocess.TimeoutExpired:
            continue
    return b""
