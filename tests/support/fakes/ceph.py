# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors and images of a Ceph cluster in memory, with faults that are hard to produce on a real cluster."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    NOT_FOUND,
    NOT_PERMITTED,
    POOL_MISSING,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    NO_ANSWER,
    NOT_SENT,
    ImageInfo,
    ImageRef,
    ImageSnapshot,
    MonCommand,
    MonReply,
    PoolImage,
)

FSID = "11111111-2222-3333-4444-555555555555"

READING = ("mon dump", "osd pool ls", "auth get ", "osd blocklist ls", "sessions", "try ")


def make_key(seed: int = 1, kind: int = 1, length: int = 16, stated: int | None = None) -> str:
    """A cephx secret of the given type and length."""
    header = struct.pack("<HIIH", kind, 1700000000, 0, length if stated is None else stated)
    return base64.b64encode(header + bytes([seed]) * length).decode("ascii")


@dataclass
class FakeMon:
    """A transport to monitors. ``faults`` maps a command to the errno that it answers.

    ``blocked`` is the blocklist, ``sessions`` has the clients by their open connections. The keys of the clients in
    ``keeps`` are accepted after their removal, too.
    """

    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    options: dict[tuple[str, str], str] = field(default_factory=dict)
    pools: list[str] = field(default_factory=lambda: ["images", "volumes", "vms"])
    faults: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    blocked: list[dict[str, str]] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    name: str = "fake"
    closed: bool = False

    @property
    def calls(self) -> Mapping[str, int]:
        return {"processes": 0, "mon_commands": len(self.log)}

    @property
    def changes(self) -> list[str]:
        return [line for line in self.log if not line.startswith(READING)]

    def add(self, name: str, seed: int = 1, **caps: str) -> str:
        key = make_key(seed)
        self.clients[name] = {"entity": name, "key": key, "caps": dict(caps)}
        return key

    def read(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        return [self._answer(command) for command in commands]

    def write(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        replies: list[MonReply] = []
        for command in commands:
            lost = replies and replies[-1].code in (*NO_ANSWER, NOT_SENT)
            replies.append(MonReply(NOT_SENT) if lost else self._answer(command))
        return replies

    def mon_command(self, text: str, _data: bytes, timeout: int) -> tuple[int, bytes, str]:
        """The call of librados: for a transport on a connection to this cluster."""
        fields = json.loads(text)
        command = MonCommand(fields["prefix"], fields.get("entity"), tuple(fields.get("caps", ())))
        reply = self._answer(command)
        return -reply.code, reply.out, reply.text

    def run(self, command: MonCommand) -> MonReply:
        return self._answer(command)

    def accepts(self, name: str, key: str) -> bool:
        self.log.append(f"try {name}")
        if "try" in self.faults:
            raise CephError("mon_unreachable", "no monitor answered")
        return name in self.keeps or (name in self.clients and self.clients[name]["key"] == key)

    def close(self) -> None:
        self.closed = True

    def _answer(self, command: MonCommand) -> MonReply:
        self.log.append(str(command))
        for start, code in self.faults.items():
            if str(command).startswith(start):
                return MonReply(code, b"", "made to fail")
        name, caps = str(command.entity), dict(zip(command.caps[::2], command.caps[1::2]))
        if command.prefix == "mon dump":
            addresses = [{"type": "v2", "addr": "192.0.2.1:3300", "nonce": 0}]
            return _reply({"fsid": FSID, "mons": [{"name": "a", "public_addrs": {"addrvec": addresses}}]})
        if command.prefix == "sessions":
            assert command.monitor == "a"
            places = {name: place.rpartition("/") for place, name in self.sessions.items()}
            addresses = {name: {"addr": place[0], "nonce": int(place[2])} for name, place in places.items()}
            return _reply([{"entity_name": n, "addrs": {"addrvec": [a]}} for n, a in addresses.items()])
        if command.prefix == "auth export":
            return _reply(list(self.clients.values()))
        if command.prefix == "osd pool ls":
            return _reply(self.pools)
        if command.prefix.startswith("osd blocklist"):
            return self._blocklist(command)
        if command.prefix.startswith("config "):
            return self._config(command)
        if command.prefix == "auth rm":
            self.clients.pop(name, None)
            return MonReply(0, b"", "updated")
        if command.prefix == "auth get-or-create":
            if name not in self.clients:
                self.add(name, 100 + len(self.log), **caps)
            elif self.clients[name]["caps"] != caps:
                return MonReply(errno.EINVAL, b"", f"key for {name} exists but cap mon does not match")
            return _reply([self.clients[name]])
        if name not in self.clients:
            return MonReply(errno.ENOENT, b"", f"failed to find {name} in keyring")
        if command.prefix.endswith("-pending"):
            return self._pending(command.prefix, self.clients[name])
        if command.prefix == "auth caps":
            self.clients[name]["caps"] = caps
            return MonReply(0, b"", f"updated caps for {name}")
        return _reply([self.clients[name]])

    def _blocklist(self, command: MonCommand) -> MonReply:
        """The list of addresses, and right behind it that of ranges."""
        given = dict(command.arguments)
        if command.prefix == "osd blocklist ls":
            lists = [[entry for entry in self.blocked if kind in entry] for kind in ("addr", "range")]
            return MonReply(0, "\n".join(json.dumps(each) for each in lists).encode("utf-8"))
        kind = "range" if "range" in given else "addr"
        address, _slash, prefix = str(given["addr"]).partition("/")
        shown = f"[{address}]" if address.count(":") > 1 and "]" not in address else address
        entry = {kind: f"{shown}/{prefix}" if shown.endswith(":0") else f"{shown}:0/{prefix or 0}"}
        self.blocked = [each for each in self.blocked if each.get(kind) != entry[kind]]
        if given["blocklistop"] == "add":
            assert isinstance(given["expire"], float), "monitors refuse another type"
            self.blocked.append({**entry, "until": "2026-11-30T04:00:00.000000+0000"})
        return MonReply(0)

    def _pending(self, prefix: str, client: dict[str, Any]) -> MonReply:
        """The changes of a pending key."""
        if prefix == "auth get-or-create-pending":
            client.setdefault("pending_key", make_key(50 + len(self.log)))
            return _reply([client])
        pending = client.pop("pending_key", None)
        if prefix == "auth commit-pending" and pending:
            client["key"] = pending
        return MonReply(0, b"", "" if pending else "no pending key")

    def _config(self, command: MonCommand) -> MonReply:
        """The database of options; a monitor stores a boolean as true or false."""
        given = dict(command.arguments)
        where = (str(given.get("who", "")), str(given.get("name", "")))
        if command.prefix == "config set":
            text = str(given["value"])
            self.options[where] = text.lower() if text.lower() in ("true", "false") else text
        elif command.prefix == "config rm":
            self.options.pop(where, None)
        else:
            entries = self.options.items()
            return _reply([{"section": who, "name": name, "value": text, "mask": ""} for (who, name), text in entries])
        return MonReply(0)


def _reply(document: Any) -> MonReply:
    return MonReply(0, json.dumps(document).encode("utf-8"))


@dataclass
class FakeRbd:
    """The images that one client sees. ``faults`` maps a method to the error that it raises, once or always."""

    writable: tuple[str, ...] = ("images",)
    readable: tuple[str, ...] = ()
    pools: tuple[str, ...] = ("images", "volumes", "vms")
    fsid_: str = FSID
    faults: dict[str, Exception] = field(default_factory=dict)
    images: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    watchers: dict[str, int] = field(default_factory=dict)
    silent_monitors: bool = False
    closed: bool = False

    def add(self, pool: str, image: str, data: bytes = b"data", parent: ImageRef | None = None) -> None:
        self.images[(pool, image)] = {"data": data, "snapshots": {}, "parent": parent}

    def _do(self, method: str, ref: ImageRef, exists: bool = True, write: bool = True) -> dict[str, Any]:
        if method in self.faults:
            raise self.faults[method]
        if ref.pool not in self.pools:
            raise CephError(POOL_MISSING, f"no pool {ref.pool}")
        if ref.pool not in self.writable and (write or ref.pool not in self.readable):
            raise CephError(NOT_PERMITTED, f"{method} {ref} is not permitted")
        if exists and (ref.pool, ref.image) not in self.images:
            raise CephError(NOT_FOUND, f"{ref} does not exist")
        return self.images.get((ref.pool, ref.image), {})

    def fsid(self) -> str:
        return self.fsid_

    def create(self, ref: ImageRef, size: int) -> None:
        self._do("create", ref, exists=False)
        self.add(ref.pool, ref.image)

    def write(self, ref: ImageRef, data: bytes) -> None:
        self._do("write", ref)["data"] = data

    def read(self, ref: ImageRef, length: int) -> bytes:
        image = self._do("read", ref, write=False)
        if ref.snapshot and ref.snapshot not in image["snapshots"]:
            raise CephError(NOT_FOUND, f"{ref} does not exist")
        return bytes(image["data"][:length])

    def snapshot(self, ref: ImageRef) -> None:
        self._do("snapshot", ref)["snapshots"][ref.snapshot] = False

    def protect(self, ref: ImageRef) -> None:
        self._do("protect", ref)["snapshots"][ref.snapshot] = True

    def unprotect(self, ref: ImageRef) -> None:
        self._do("unprotect", ref)["snapshots"][ref.snapshot] = False

    def remove_snapshot(self, ref: ImageRef) -> None:
        image = self._do("remove_snapshot", ref)
        if image["snapshots"][ref.snapshot]:
            raise CephError("failed", f"{ref} is protected")
        del image["snapshots"][ref.snapshot]

    def remove(self, ref: ImageRef) -> None:
        if self._do("remove", ref)["snapshots"]:
            raise CephError("failed", f"{ref} has snapshots")
        del self.images[(ref.pool, ref.image)]

    def clone(self, parent: ImageRef, child: ImageRef) -> None:
        data = self.read(parent, 1 << 20)
        self._do("clone", child, exists=False)
        self.add(child.pool, child.image, data, parent)

    def info(self, ref: ImageRef) -> ImageInfo | None:
        try:
            image = self._do("info", ref, write=False)
        except CephError as error:
            if error.reason == NOT_FOUND:
                return None
            raise
        snapshots = tuple(
            ImageSnapshot(name, protected, self._children(ImageRef(ref.pool, ref.image, name)))
            for name, protected in image["snapshots"].items()
        )
        return ImageInfo(ref, len(image["data"]), snapshots, image["parent"])

    def names(self, pool: str) -> list[str]:
        if pool not in self.pools:
            raise CephError(POOL_MISSING, f"no pool {pool}")
        return sorted(name for place, name in self.images if place == pool)

    def examine(self, ref: ImageRef, head: int, algorithm: str) -> PoolImage | None:
        info = self.info(ref)
        if info is None:
            return None
        data = self.images[(ref.pool, ref.image)]["data"]
        digest = hashlib.new(algorithm, data).hexdigest() if algorithm else ""
        return PoolImage(info, "2026-11-29T12:00:00Z", self.watchers.get(ref.image, 0), data[:head], digest)

    def clients(self) -> dict[str, str]:
        return {"client.admin": "", "client.glance.dcn0": "2026-11-29T12:00:00Z"}

    def sessions(self) -> dict[str, list[str]]:
        if self.silent_monitors:
            raise CephError(NOT_PERMITTED, "no")
        return {"client.glance.dcn0": ["192.0.2.20:0"]}

    def used(self, ref: ImageRef) -> int:
        image = self._do("used", ref, write=False)
        return 0 if image["parent"] else len(image["data"])

    def _children(self, parent: ImageRef) -> tuple[ImageRef, ...]:
        return tuple(ImageRef(*place) for place, image in self.images.items() if image["parent"] == parent)

    def access(self, pool: str, name: str) -> str:
        if pool not in self.pools:
            return "missing"
        if pool in self.writable:
            return "writable"
        return "readable" if pool in self.readable else "refused"

    def close(self) -> None:
        self.closed = True
