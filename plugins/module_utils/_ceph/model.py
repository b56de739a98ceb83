# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the package: commands to monitors, cephx clients as the cluster stores them, and RBD images."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Protocol

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError

#: Codes of a command that no monitor answered.
NO_ANSWER = frozenset({errno.ETIMEDOUT, errno.EINTR})
#: Code of a command that was not sent.
NOT_SENT = errno.ECANCELED

#: Registers a secret with Ansible before anything could print it.
HideSecret = Callable[[str], object]
#: Records the step that begins now.
ReportStep = Callable[[str], None]


@dataclass(frozen=True)
class MonCommand:
    """A monitor command with an answer in JSON. ``arguments`` are further ones, in the order of the ceph program.

    ``monitor`` is the name of the one that must answer.
    """

    prefix: str
    entity: str | None = None
    caps: tuple[str, ...] = ()
    arguments: tuple[tuple[str, str | float], ...] = ()
    monitor: str | None = None

    def fields(self) -> dict[str, Any]:
        """The command for librados."""
        result: dict[str, Any] = {"prefix": self.prefix, "format": "json"}
        if self.entity is not None:
            result["entity"] = self.entity
        if self.caps:
            result["caps"] = list(self.caps)
        return {**result, **dict(self.arguments)}

    def words(self) -> list[str]:
        """The command for the ceph program."""
        given = [str(value) for _name, value in self.arguments]
        start = [] if self.monitor is None else ["tell", f"mon.{self.monitor}"]
        return [*start, *self.prefix.split(), *([self.entity] if self.entity is not None else []), *self.caps, *given]

    def __str__(self) -> str:
        given = [str(value) for name, value in self.arguments if name != "value"]
        return " ".join([self.prefix, *([self.entity] if self.entity is not None else []), *given])


@dataclass(frozen=True)
class MonReply:
    """``code`` is 0 or a positive errno. ``out`` may hold a key and must not be shown.

    ``error`` is set when the command failed before a monitor answered it.
    """

    code: int
    out: bytes = field(default=b"", repr=False)
    text: str = ""
    error: CephError | None = None


class MonTransport(Protocol):
    """Sends commands to the monitors of one cluster."""

    @property
    def name(self) -> str: ...

    @property
    def calls(self) -> Mapping[str, int]: ...

    def read(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        """Run commands that change nothing. Returns one reply for each."""

    def write(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        """Run idempotent commands. Returns one reply for each.

        After a command that no monitor answers, the remaining ones are not sent: their code is NOT_SENT.
        """

    def run(self, command: MonCommand) -> MonReply:
        """Run any single command."""

    def accepts(self, name: str, key: str) -> bool:
        """Whether the cluster accepts a key of a client, tried with a new connection.

        Raises CephError if the cluster does not answer.
        """

    def close(self) -> None: ...


@dataclass(frozen=True)
class AppliedChanges:
    """The clients that were created, and the errors of commands by client."""

    created: Mapping[str, StoredClient]
    errors: Mapping[str, CephError]


@dataclass(frozen=True)
class StoredClient:
    """A cephx client as the cluster stores it. ``pending`` is its next key, which the cluster accepts too."""

    name: str
    caps: Mapping[str, str]
    key: str = field(repr=False)
    pending: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ClusterState:
    """The cluster before any change. ``pools`` is None when the administrator is not permitted to list them."""

    clients: Mapping[str, StoredClient]
    fsid: str
    mon_host: str
    pools: frozenset[str] | None
    monitors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageRef:
    """An RBD image, or a snapshot of it."""

    pool: str
    image: str
    snapshot: str | None = None

    def __str__(self) -> str:
        return f"{self.pool}/{self.image}" + (f"@{self.snapshot}" if self.snapshot else "")


@dataclass(frozen=True)
class ImageSnapshot:
    """A snapshot and its clones."""

    name: str
    protected: bool
    children: tuple[ImageRef, ...]


@dataclass(frozen=True)
class ImageInfo:
    """An RBD image as the cluster describes it; ``size`` in bytes."""

    ref: ImageRef
    size: int
    snapshots: tuple[ImageSnapshot, ...]
    parent: ImageRef | None


@dataclass(frozen=True)
class PoolImage:
    """An RBD image with what an audit asks: when it was created, who has it open, and how its data start.

    ``digest`` is the hash of its data, '' where it was not read. ``watchers`` counts the clients that have it open.
    """

    info: ImageInfo
    created: str = ""
    watchers: int = 0
    head: bytes = b""
    digest: str = ""


class RbdConnection(Protocol):
    """A connection to one cluster as one cephx client. Every method raises CephError with a reason."""

    def fsid(self) -> str: ...

    def create(self, ref: ImageRef, size: int) -> None: ...

    def write(self, ref: ImageRef, data: bytes) -> None: ...

    def read(self, ref: ImageRef, length: int) -> bytes: ...

    def snapshot(self, ref: ImageRef) -> None: ...

    def protect(self, ref: ImageRef) -> None: ...

    def unprotect(self, ref: ImageRef) -> None: ...

    def remove_snapshot(self, ref: ImageRef) -> None: ...

    def remove(self, ref: ImageRef) -> None: ...

    def clone(self, parent: ImageRef, child: ImageRef) -> None: ...

    def info(self, ref: ImageRef) -> ImageInfo | None: ...

    def names(self, pool: str) -> list[str]:
        """The names of the images of a pool."""

    def examine(self, ref: ImageRef, head: int, algorithm: str) -> PoolImage | None:
        """The image with its first ``head`` bytes, and with ``algorithm`` the hash of its data; None if it is gone.

        They are those of the snapshot, where the image has it.
        """

    def clients(self) -> dict[str, str]:
        """The cephx clients of the cluster by name, with the time when the key was made; '' if the key has none."""

    def sessions(self) -> dict[str, list[str]]:
        """The addresses from which clients are connected to the monitors, by name of the client."""

    def used(self, ref: ImageRef) -> int:
        """The bytes that the image holds itself, without those of its parent."""

    def access(self, pool: str, name: str) -> str:
        """The client's access to objects of a pool: ``refused``, ``missing``, ``readable`` or ``writable``."""

    def close(self) -> None: ...
