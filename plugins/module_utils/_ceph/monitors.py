# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes the cephx clients of one cluster through its monitors."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    CAPS_INVALID,
    FAILED,
    MON_UNREACHABLE,
    NOT_FOUND,
    NOT_PERMITTED,
    UNSUPPORTED,
    WRONG_CLUSTER,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    NO_ANSWER,
    NOT_SENT,
    AppliedChanges,
    ClusterState,
    MonCommand,
    MonReply,
    MonTransport,
    StoredClient,
)


def monitor_addresses(dump: Mapping[str, Any]) -> str:
    """The value of ``mon_host`` from a ``mon dump``, as ``ceph config generate-minimal-conf`` prints it."""
    result = []
    for mon in sorted(dump.get("mons", []), key=lambda mon: str(mon["name"])):
        addresses = mon.get("public_addrs", {}).get("addrvec", [])
        if len(addresses) == 1 and addresses[0]["type"] == "v1" and addresses[0]["addr"].endswith(":6789"):
            result.append(str(addresses[0]["addr"]).rpartition(":")[0])
        else:
            result.append("[" + ",".join(f"{a['type']}:{a['addr']}/{a['nonce']}" for a in addresses) + "]")
    return " ".join(result)


class CephAuth:
    """The cephx clients of one cluster. ``cluster`` is its name in messages, ``fsid`` the one that it must have."""

    def __init__(self, transport: MonTransport, cluster: str, fsid: str | None = None) -> None:
        self._transport = transport
        self._cluster = cluster
        self._fsid = fsid

    def state(self, names: Sequence[str]) -> ClusterState:
        """Read clients by name: the list of all clients would contain every key of the cluster."""
        commands = [MonCommand("mon dump"), MonCommand("osd pool ls")]
        commands += [MonCommand("auth get", name) for name in names]
        replies = self._transport.read(commands)
        dump = self._json(commands[0], self._checked(commands[0], replies[0]))
        if self._fsid and self._fsid.lower() != dump["fsid"]:
            raise CephError(
                WRONG_CLUSTER,
                f"The cluster {self._cluster} must have the fsid {self._fsid}, but the monitors report {dump['fsid']}: "
                "the conf belongs to another cluster, or the fsid in the input is wrong. Nothing was changed.",
            )
        pools = None if replies[1].code else frozenset(self._json(commands[1], replies[1]))
        clients = {}
        for command, reply in zip(commands[2:], replies[2:]):
            if reply.code != errno.ENOENT:
                stored = self._client(command, self._checked(command, reply))
                clients[stored.name] = stored
        monitors = tuple(sorted(str(mon["name"]) for mon in dump.get("mons", [])))
        return ClusterState(clients, str(dump["fsid"]), monitor_addresses(dump), pools, monitors)

    def listed(self) -> list[StoredClient]:
        """All clients and daemons. The answer contains every key of the cluster."""
        # Unlike "auth ls", it tells which keys are pending.
        command = MonCommand("auth export")
        answer = self._json(command, self._checked(command, self._transport.run(command)))
        return [
            StoredClient(
                str(entry["entity"]),
                {str(kind): str(text) for kind, text in (entry.get("caps") or {}).items()},
                str(entry.get("key") or ""),
                entry.get("pending_key") or None,
            )
            for entry in answer
        ]

    def apply(self, commands: Sequence[MonCommand]) -> AppliedChanges:
        """Run the change of each client. A failed change does not prevent the others."""
        created: dict[str, StoredClient] = {}
        errors: dict[str, CephError] = {}
        for command, reply in zip(commands, self._transport.write(commands)):
            try:
                self._checked(command, reply)
                if command.prefix == "auth get-or-create":
                    created[str(command.entity)] = self._client(command, reply)
            except CephError as error:
                errors[str(command.entity)] = error
        return AppliedChanges(created, errors)

    def change_pending(self, command: MonCommand) -> StoredClient:
        """Run a change of a pending key, and return the client as it is afterwards."""
        reply = self._transport.run(command)
        if reply.code in (errno.EPERM, errno.EINVAL):
            raise CephError(
                UNSUPPORTED,
                f"The cluster {self._cluster} refused '{command}': two keys of a client at the same time need Ceph 17 "
                "(Quincy) or later on all monitors, and require_min_mon_release of that release. Nothing was changed. "
                "Upgrade the monitors, or give the service a new client with client_generations in the topology.",
            )
        self._checked(command, reply)
        return self.client(str(command.entity))

    def client(self, name: str) -> StoredClient:
        """Read one client."""
        command = MonCommand("auth get", name)
        return self._client(command, self._checked(command, self._transport.run(command)))

    def _checked(self, command: MonCommand, reply: MonReply) -> MonReply:
        if reply.code == 0:
            return reply
        if reply.error is not None:
            raise reply.error
        text = f": {reply.text.strip()}" if reply.text.strip() else ""
        where = f"The cluster {self._cluster}"
        if reply.code in (errno.EACCES, errno.EPERM):
            raise CephError(NOT_PERMITTED, f"{where} does not permit this administrator to run '{command}'{text}.")
        if reply.code in NO_ANSWER:
            raise CephError(MON_UNREACHABLE, f"{where} did not answer '{command}' in time{text}.")
        if reply.code == NOT_SENT:
            raise CephError(
                MON_UNREACHABLE, f"'{command}' was not sent, because {where[0].lower()}{where[1:]} did not answer."
            )
        name = errno.errorcode.get(reply.code, str(reply.code))
        reason = NOT_FOUND if reply.code == errno.ENOENT else FAILED
        if reply.code == errno.EINVAL and command.caps:
            reason = CAPS_INVALID
        raise CephError(reason, f"{where} refused '{command}' with {name}{text}.")

    def _json(self, command: MonCommand, reply: MonReply) -> Any:
        try:
            return json.loads(reply.out.decode("utf-8"))
        except ValueError:
            raise CephError(
                FAILED, f"The cluster {self._cluster} answered '{command}' with text that is not JSON."
            ) from None

    def _client(self, command: MonCommand, reply: MonReply) -> StoredClient:
        found = self._json(command, reply)
        entry = found[0] if isinstance(found, list) and found else None
        if not isinstance(entry, dict) or entry.get("entity") != command.entity or not entry.get("key"):
            raise CephError(FAILED, f"The cluster {self._cluster} answered '{command}' without a client of that name.")
        caps = {str(kind): str(text) for kind, text in (entry.get("caps") or {}).items()}
        pending = entry.get("pending_key")
        return StoredClient(str(entry["entity"]), caps, str(entry["key"]), str(pending) if pending else None)
