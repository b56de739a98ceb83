# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accesses RBD images of one cluster as one cephx client, through librbd."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import traceback
from collections.abc import Iterator
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    FAILED,
    NOT_FOUND,
    NOT_PERMITTED,
    POOL_FULL,
    POOL_MISSING,
    TIMED_OUT,
    TOOL_MISSING,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_created, key_seconds
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import (
    ImageInfo,
    ImageRef,
    ImageSnapshot,
    PoolImage,
)

_BLOCK = 4 * 1024 * 1024

RBD_IMPORT_ERROR: str | None
try:
    import rados
    import rbd

    RBD_IMPORT_ERROR = None
except ImportError:
    rados = rbd = None
    RBD_IMPORT_ERROR = traceback.format_exc()


def require_bindings() -> None:
    """Raise CephError with the name of the package when a binding is missing."""
    for error, binding in ((transport_rados.RADOS_IMPORT_ERROR, "rados"), (RBD_IMPORT_ERROR, "rbd")):
        if error is not None:
            raise CephError(TOOL_MISSING, transport_rados.missing_binding(binding))


class LibRbd:
    """A connection through librbd."""

    def __init__(self, conf: str, client: str, keyring: str | None, timeout: int, where: str) -> None:
        require_bindings()
        self._client, self._where = client, where
        self._handle = transport_rados.connect(conf, client, keyring, timeout, where)
        self._pools: dict[str, Any] = {}

    def close(self) -> None:
        for ioctx in self._pools.values():
            ioctx.close()
        self._handle.shutdown()

    def fsid(self) -> str:
        with self._explained("read the fsid"):
            return str(self._handle.get_fsid())

    def create(self, ref: ImageRef, size: int) -> None:
        with self._explained(f"create the image {ref}"):
            rbd.RBD().create(self._pool(ref.pool), ref.image, size)

    def write(self, ref: ImageRef, data: bytes) -> None:
        with self._image(ref, "write to") as image:
            image.write(data, 0)
            image.flush()

    def read(self, ref: ImageRef, length: int) -> bytes:
        with self._image(ref, "read", read_only=True) as image:
            return bytes(image.read(0, length))

    def snapshot(self, ref: ImageRef) -> None:
        with self._image(ref, "create the snapshot", at_snapshot=False) as image:
            image.create_snap(ref.snapshot)

    def protect(self, ref: ImageRef) -> None:
        with self._image(ref, "protect the snapshot", at_snapshot=False) as image:
            image.protect_snap(ref.snapshot)

    def unprotect(self, ref: ImageRef) -> None:
        with self._image(ref, "unprotect the snapshot", at_snapshot=False) as image:
            if image.is_protected_snap(ref.snapshot):
                image.unprotect_snap(ref.snapshot)

    def remove_snapshot(self, ref: ImageRef) -> None:
        with self._image(ref, "remove the snapshot", at_snapshot=False) as image:
            image.remove_snap(ref.snapshot)

    def remove(self, ref: ImageRef) -> None:
        with self._explained(f"remove the image {ref}"):
            rbd.RBD().remove(self._pool(ref.pool), ref.image)

    def clone(self, parent: ImageRef, child: ImageRef) -> None:
        with self._explained(f"clone {parent} to {child}"):
            rbd.RBD().clone(self._pool(parent.pool), parent.image, parent.snapshot, self._pool(child.pool), child.image)

    def info(self, ref: ImageRef) -> ImageInfo | None:
        try:
            with self._image(ref, "read the image", read_only=True) as image:
                snapshots = tuple(self._snapshot(image, str(item["name"])) for item in image.list_snaps())
                return ImageInfo(ref, int(image.size()), snapshots, self._parent(image))
        except CephError as error:
            if error.reason == NOT_FOUND:
                return None
            raise

    def names(self, pool: str) -> list[str]:
        with self._explained(f"list the images of the pool {pool}"):
            return sorted(str(name) for name in rbd.RBD().list(self._pool(pool)))

    def examine(self, ref: ImageRef, head: int, algorithm: str) -> PoolImage | None:
        try:
            with self._image(ref, "read the image", read_only=True, at_snapshot=False) as image:
                snapshots = tuple(self._snapshot(image, str(item["name"])) for item in image.list_snaps())
                if any(item.name == ref.snapshot for item in snapshots):
                    image.set_snap(ref.snapshot)  # what clones see
                size = int(image.size())
                return PoolImage(
                    ImageInfo(ref, size, snapshots, self._parent(image)),
                    image.create_timestamp().strftime("%Y-%m-%dT%H:%M:%SZ"),
                    len(list(image.watchers_list())),
                    bytes(image.read(0, min(head, size))) if size else b"",
                    self._digest(image, size, algorithm) if algorithm else "",
                )
        except CephError as error:
            if error.reason == NOT_FOUND:
                return None
            raise

    @staticmethod
    def _digest(image: Any, size: int, algorithm: str) -> str:
        digest = hashlib.new(algorithm)
        for offset in range(0, size, _BLOCK):
            digest.update(image.read(offset, min(_BLOCK, size - offset)))
        return digest.hexdigest()

    def clients(self) -> dict[str, str]:
        # The answer has the keys of all clients; only the names and times are kept.
        found = self._asked("list the clients", "auth ls")["auth_dump"]
        return {
            str(item["entity"]): (key_created(str(item["key"])) or "") if key_seconds(str(item["key"])) else ""
            for item in sorted(found, key=lambda item: str(item["entity"]))
        }

    def sessions(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {}
        dump = self._asked("list the monitors", "mon dump")
        for monitor in (each for each in dump["mons"] if each["rank"] in dump["quorum"]):
            for session in self._asked("list the sessions", "sessions", str(monitor["name"])):
                addresses = found.setdefault(str(session.get("entity_name")), set())
                addresses.update(str(each["addr"]) for each in session.get("addrs", {}).get("addrvec", []))
        return {name: sorted(addresses) for name, addresses in sorted(found.items())}

    def _asked(self, what: str, prefix: str, monitor: str | None = None) -> Any:
        """The answer of the monitors, or of one of them."""
        target = {} if monitor is None else {"target": monitor}
        with self._explained(what):
            command = json.dumps({"prefix": prefix, "format": "json"})
            code, out, text = self._handle.mon_command(command, b"", **target)
        if code != 0:
            reason = NOT_PERMITTED if -code in (errno.EPERM, errno.EACCES) else FAILED
            raise CephError(reason, f"{self._client} cannot {what} of the cluster {self._where}: {text}.")
        return json.loads(out)

    def used(self, ref: ImageRef) -> int:
        held: list[int] = []

        def count(_offset: int, length: int, exists: bool) -> None:
            held.append(length if exists else 0)

        with self._image(ref, "measure", read_only=True) as image:
            image.diff_iterate(0, image.size(), None, count, include_parent=False, whole_object=True)
        return sum(held)

    def access(self, pool: str, name: str) -> str:
        try:
            ioctx = self._pool(pool)
        except CephError as error:
            if error.reason == POOL_MISSING:
                return "missing"
            raise
        if self._permitted(lambda: ioctx.write_full(name, b"probe")):
            with self._explained(f"remove the object {name} of the pool {pool}"):
                ioctx.remove_object(name)
            return "writable"
        return "readable" if self._permitted(lambda: ioctx.read(name)) else "refused"

    def _permitted(self, attempt: Any) -> bool:
        try:
            with self._explained("try an object"):
                attempt()
        except CephError as error:
            if error.reason == NOT_PERMITTED:
                return False
            if error.reason != NOT_FOUND:
                raise
        return True

    def _snapshot(self, image: Any, name: str) -> ImageSnapshot:
        image.set_snap(name)
        children = tuple(sorted((ImageRef(pool, child) for pool, child in image.list_children()), key=str))
        image.set_snap(None)
        return ImageSnapshot(name, bool(image.is_protected_snap(name)), children)

    @staticmethod
    def _parent(image: Any) -> ImageRef | None:
        try:
            return ImageRef(*(str(part) for part in image.parent_info()))
        except rbd.ImageNotFound:
            return None

    def _pool(self, name: str) -> Any:
        if name not in self._pools:
            with self._explained(f"open the pool {name}"):
                try:
                    self._pools[name] = self._handle.open_ioctx(name)
                except rados.ObjectNotFound:
                    raise CephError(POOL_MISSING, f"The cluster {self._where} has no pool '{name}'.") from None
        return self._pools[name]

    def _require_space(self, who: str, error: Exception) -> None:
        """Raise CephError if a pool that was used is full: the OSDs do not refuse writes then, but hold them back."""
        try:
            code, out, _err = self._handle.mon_command(json.dumps({"prefix": "osd dump", "format": "json"}), b"")
        except rados.Error:
            return  # the monitors do not answer, either
        pools = json.loads(out)["pools"] if code == 0 else []
        full = [pool["pool_name"] for pool in pools if "full" in pool["flags_names"].split(",")]
        used = sorted(name for name in self._pools if name in full)
        if used:
            raise CephError(
                POOL_FULL,
                f"{who}: the pool {' and '.join(used)} is full. Free space in the cluster, or raise the quota.",
            ) from error

    @contextlib.contextmanager
    def _image(self, ref: ImageRef, what: str, read_only: bool = False, at_snapshot: bool = True) -> Iterator[Any]:
        with self._explained(f"{what} {ref}"):
            image = rbd.Image(
                self._pool(ref.pool), ref.image, snapshot=ref.snapshot if at_snapshot else None, read_only=read_only
            )
            try:
                yield image
            finally:
                image.close()

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Turn errors of librados and librbd into CephError."""
        try:
            yield
        except (rados.Error, rbd.Error) as error:
            who = f"{self._client} cannot {what} on the cluster {self._where}"
            code = abs(getattr(error, "errno", 0) or 0)
            if code in (errno.EPERM, errno.EACCES):
                raise CephError(NOT_PERMITTED, f"{who}: its capabilities do not permit it.") from error
            if code == errno.ENOENT:
                raise CephError(NOT_FOUND, f"{who}: it does not exist.") from error
            if code in (errno.ETIMEDOUT, errno.ENOSPC, errno.EDQUOT):
                self._require_space(who, error)
            if code == errno.ETIMEDOUT:
                raise CephError(TIMED_OUT, f"{who}: the OSDs did not answer in time.") from error
            raise CephError(FAILED, f"{who}: {error}.") from error
