# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a Ceph cluster's monitors that deals with cephx clients.

``MonTransport`` carries commands (librados, or the ceph program); ``CephAuth`` gives them meaning.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CAPS_INVALID,
    FAILED,
    MON_UNREACHABLE,
    NOT_PERMITTED,
    WRONG_CLUSTER,
    CephError,
)


@dataclass(frozen=True)
class MonCommand:
    """A command of the monitors that answers in JSON."""

    prefix: str
    entity: str | None = None
    caps: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """As librados takes it."""
        result: dict[str, Any] = {"prefix": self.prefix, "format": "json"}
        if self.entity is not None:
            result["entity"] = self.entity
        if self.caps:
            result["caps"] = list(self.caps)
        return result

    def words(self) -> list[str]:
        """As the ceph program takes it."""
        return [*self.prefix.split(), *([self.entity] if self.entity is not None else []), *self.caps]

    def __str__(self) -> str:
        return " ".join([self.prefix, *([self.entity] if self.entity is not None else [])])


@dataclass(frozen=True)
class Reply:
    """``code`` is 0 or a positive errno; ``out`` may hold a key, so it is never shown."""

    code: int
    out: bytes = field(default=b"", repr=False)
    text: str = ""


class MonTransport(Protocol):
    """Carries commands to the monitors of one cluster."""

    @property
    def name(self) -> str: ...

    @property
    def calls(self) -> Mapping[str, int]: ...

    def read(self, commands: Sequence[MonCommand]) -> list[Reply]:
        """Run commands that change nothing; one reply each."""

    def write(self, commands: Sequence[MonCommand]) -> list[Reply]:
        """Run commands that may be repeated; replies up to the first failure, or for all of them."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class StoredClient:
    """A client as the cluster holds it."""

    name: str
    caps: Mapping[str, str]
    key: str = field(repr=False)


@dataclass(frozen=True)
class ClusterState:
    """What is known about the cluster before anything is changed."""

    clients: Mapping[str, StoredClient]
    fsid: str
    mon_host: str
    pools: frozenset[str] | None


def monitor_addresses(dump: Mapping[str, Any]) -> str:
    """The ``mon_host`` that ``ceph config generate-minimal-conf`` prints, from a ``mon dump``."""
    result = []
    for mon in sorted(dump.get("mons", []), key=lambda mon: str(mon["name"])):
        addresses = mon.get("public_addrs", {}).get("addrvec", [])
        if len(addresses) == 1 and addresses[0]["type"] == "v1" and addresses[0]["addr"].endswith(":6789"):
            result.append(str(addresses[0]["addr"]).rpartition(":")[0])
        else:
            result.append("[" + ",".join(f"{a['type']}:{a['addr']}/{a['nonce']}" for a in addresses) + "]")
    return " ".join(result)


class CephAuth:
    """The clients of one cluster. ``cluster`` is the word for it in messages; ``fsid``, if known, must be its own."""

    def __init__(self, transport: MonTransport, cluster: str, fsid: str | None = None) -> None:
        self._transport = transport
        self._cluster = cluster
        self._fsid = fsid

    def state(self, names: Sequence[str]) -> ClusterState:
        """Read the clients by name: a list of all would bring every secret of the cluster along."""
        commands = [MonCommand("mon dump"), MonCommand("osd pool ls")]
        commands += [MonCommand("auth get", name) for name in names]
        replies = self._transport.read(commands)
        dump = self._json(commands[0], self._checked(commands[0], replies[0]))
        if self._fsid and self._fsid.lower() != dump["fsid"]:
            raise CephError(
                WRONG_CLUSTER,
                f"The cluster {self._cluster} should have the fsid {self._fsid}, but the one reached here has "
                f"{dump['fsid']}: the conf is another cluster's, or the stated fsid is wrong. Nothing was changed.",
            )
        pools = None if replies[1].code else frozenset(self._json(commands[1], replies[1]))
        clients = {}
        for command, reply in zip(commands[2:], replies[2:]):
            if reply.code != errno.ENOENT:
                stored = self._client(command, self._checked(command, reply))
                clients[stored.name] = stored
        return ClusterState(clients, str(dump["fsid"]), monitor_addresses(dump), pools)

    def apply(self, commands: Sequence[MonCommand]) -> dict[str, StoredClient]:
        """Run changes; the clients that were created come back. A failure says what was done before it."""
        replies = self._transport.write(commands)
        done = [str(command) for command, reply in zip(commands, replies) if reply.code == 0]
        created = {}
        for command, reply in zip(commands, replies):
            try:
                self._checked(command, reply)
                if command.prefix == "auth get-or-create":
                    created[str(command.entity)] = self._client(command, reply)
            except CephError as error:
                before = f" Already done on this cluster: {'; '.join(done)}." if done else " Nothing was changed."
                raise CephError(error.reason, f"{error}{before}") from error
        return created

    def _checked(self, command: MonCommand, reply: Reply) -> Reply:
        if reply.code == 0:
            return reply
        text = f": {reply.text.strip()}" if reply.text.strip() else ""
        where = f"The cluster {self._cluster}"
        if reply.code in (errno.EACCES, errno.EPERM):
            raise CephError(NOT_PERMITTED, f"{where} does not permit '{command}' to the administrator given{text}.")
        if reply.code in (errno.ETIMEDOUT, errno.EINTR):
            raise CephError(MON_UNREACHABLE, f"{where} did not answer '{command}' in time{text}.")
        name = errno.errorcode.get(reply.code, str(reply.code))
        reason = CAPS_INVALID if reply.code == errno.EINVAL and command.caps else FAILED
        raise CephError(reason, f"{where} refused '{command}' with {name}{text}.")

    def _json(self, command: MonCommand, reply: Reply) -> Any:
        try:
            return json.loads(reply.out.decode("utf-8"))
        except ValueError:
            raise CephError(FAILED, f"The answer of the cluster {self._cluster} to '{command}' is not JSON.") from None

    def _client(self, command: MonCommand, reply: Reply) -> StoredClient:
        found = self._json(command, reply)
        entry = found[0] if isinstance(found, list) and found else None
        if not isinstance(entry, dict) or entry.get("entity") != command.entity or not entry.get("key"):
            raise CephError(
                FAILED, f"The answer of the cluster {self._cluster} to '{command}' holds no client of that name."
            )
        caps = {str(kind): str(text) for kind, text in (entry.get("caps") or {}).items()}
        return StoredClient(str(entry["entity"]), caps, str(entry["key"]))
