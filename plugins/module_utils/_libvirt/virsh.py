# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes the secrets of libvirt with virsh, on this host or in a container.

Values pass through standard input and standard output only, never through an argument or a file.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.domains import Domain, read_domain
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.model import FoundSecret, read_list, read_xml

TOOL_MISSING = "tool_missing"
NOT_CONNECTED = "not_connected"
TIMED_OUT = "timed_out"
FAILED = "failed"
#: Exit codes of a container runtime or a shell that could not run the command.
_NOT_RUN = (125, 126, 127)


class LibvirtError(DcnError):
    """An error of libvirt with its ``reason``."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class Virsh:
    """The program virsh, with an optional command before it such as ``podman exec -i nova_virtsecretd``."""

    def __init__(self, prefix: Sequence[str], uri: str, timeout: float) -> None:
        self._argv = [*prefix, "virsh", "--quiet", "--connect", uri]
        self._uri = uri
        self._timeout = timeout
        self._where = f"libvirt ({uri}{', by ' + shlex.join(prefix) if prefix else ''})"

    def usages(self) -> dict[str, str]:
        """Type and name of the usage of every secret, by uuid."""
        return read_list(self._run("list the secrets", "secret-list"))

    def find(self, uuid: str) -> FoundSecret:
        """One secret, with its value unless it is private or has none."""
        text = self._run(f"show the secret {uuid}", "secret-dumpxml", uuid)
        try:
            found = read_xml(text)
        except ValueError as error:
            raise LibvirtError(FAILED, f"{self._where}: the definition of {uuid} cannot be read: {error}.") from error
        return found if found.private else read_xml(text, self.value(uuid))

    def domains(self) -> list[Domain]:
        """All instances, also those that do not run. One that is removed meanwhile is left out."""
        running = set(self._run("list the instances", "list", "--uuid").split())
        found = []
        for uuid in self._run("list the instances", "list", "--all", "--uuid").split():
            done = self._start(["dumpxml", uuid])
            if done.returncode == 0:
                found.append(read_domain(done.stdout, uuid in running))
        return found

    def value(self, uuid: str) -> str | None:
        """The value of a secret that is not private, in base64; None if it has none."""
        done = self._start(["secret-get-value", uuid])
        if done.returncode == 0:
            return done.stdout.strip() or None
        if "does not have a value" in done.stderr:
            return None
        raise self._error(f"read the value of the secret {uuid}", done)

    def define(self, uuid: str, xml: str) -> None:
        """Define a secret. The value of one that exists stays."""
        self._run(f"define the secret {uuid}", "secret-define", "--file", "/dev/stdin", data=xml)

    def set_value(self, uuid: str, value: str) -> None:
        """Set the value, and read it back: without a standard input in a container virsh would set an empty one."""
        self._run(f"set the value of the secret {uuid}", "secret-set-value", uuid, "--file", "/dev/stdin", data=value)
        if self.value(uuid) != value:
            raise LibvirtError(
                FAILED,
                f"{self._where} has not stored the value of the secret {uuid}. Check that the command in 'exec' passes "
                "on its standard input, as 'podman exec -i NAME' does.",
            )

    def undefine(self, uuid: str) -> None:
        """Remove a secret with its value."""
        self._run(f"remove the secret {uuid}", "secret-undefine", uuid)

    def _run(self, what: str, *words: str, data: str = "") -> str:
        done = self._start(list(words), data)
        if done.returncode:
            raise self._error(what, done)
        return done.stdout

    def _start(self, words: list[str], data: str = "") -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [*self._argv, *words],
                input=data,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self._timeout,
                check=False,
                env={**os.environ, "LC_ALL": "C"},
            )
        except FileNotFoundError:
            raise LibvirtError(
                TOOL_MISSING,
                f"The program {self._argv[0]} is not installed on this host. Install libvirt (virsh is in the package "
                "libvirt-clients or libvirt-client), or set 'exec' to the command that enters its container.",
            ) from None
        except OSError as error:
            raise LibvirtError(TOOL_MISSING, f"{self._argv[0]} cannot be run: {error.strerror}.") from error
        except subprocess.TimeoutExpired:
            raise LibvirtError(
                TIMED_OUT,
                f"{self._where} did not answer to {shlex.join(words[:2])} within {self._timeout:g} seconds. Check that "
                "its service runs, and that the command in 'exec', if set, opens no terminal.",
            ) from None

    def _error(self, what: str, done: subprocess.CompletedProcess[str]) -> LibvirtError:
        lines = [line.strip().removeprefix("error: ") for line in done.stderr.splitlines() if line.strip()]
        text = "; ".join(line.rstrip(".") for line in lines) or f"exit code {done.returncode}"
        if "failed to connect to the hypervisor" in text:
            advice = f"Start libvirt on this host (libvirtd or virtsecretd), or check uri ({self._uri}) and exec"
            return LibvirtError(NOT_CONNECTED, f"{self._where} cannot be reached to {what}: {text}. {advice}.")
        if done.returncode in _NOT_RUN:
            return LibvirtError(
                TOOL_MISSING, f"virsh could not be run to {what} ({self._where}): {text}. Check 'exec'."
            )
        return LibvirtError(FAILED, f"{self._where} could not {what}: {text}.")
