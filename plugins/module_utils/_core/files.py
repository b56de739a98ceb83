# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and replace files: whole or not at all, never wider open than at the end, links and attributes kept."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


class MountPoint(DcnError):
    """The file itself is mounted, so that only its content can be written, not the file replaced."""


@dataclass(frozen=True)
class FileState:
    """A file as it was read. ``real_path`` is behind all symbolic links; ``data`` is None where nothing exists."""

    path: str
    real_path: str
    data: bytes | None = None
    mode: int = 0
    uid: int = -1
    gid: int = -1
    links: int = 0
    stamp: tuple[int, int, int, int] | None = None

    @property
    def exists(self) -> bool:
        return self.data is not None


def read_file(path: str) -> FileState:
    """Read a regular file with what is needed to replace it; a file that does not exist is no error."""
    real_path = os.path.realpath(path)
    try:
        # Without O_NONBLOCK opening a pipe would wait for a writer.
        descriptor = os.open(real_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return FileState(path, real_path)
    except OSError as error:
        raise DcnError(f"Cannot read {path}: {error.strerror}.") from error
    try:
        found = os.fstat(descriptor)
        _refuse_unless_regular(path, found)
        with open(descriptor, "rb", closefd=False) as stream:
            data = stream.read()
    finally:
        os.close(descriptor)
    return FileState(
        path, real_path, data, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, found.st_nlink, _stamp(found)
    )


def write_atomic(path: str, data: bytes, mode: int, uid: int | None = None, gid: int | None = None) -> None:
    """Create or replace a file. Mode and owner are right before the first byte is in it.

    A symbolic link stays one and its target is replaced; attributes of an existing file are not carried over
    (``replace_atomic`` does that).
    """
    _write(path, data, mode, uid, gid, None, None)


def replace_atomic(
    path: str,
    data: bytes,
    *,
    mode: int | None = None,
    uid: int | None = None,
    gid: int | None = None,
    read: FileState | None = None,
) -> None:
    """Replace an existing file; what is not given (mode, owner, group) stays, extended attributes stay.

    With ``read``, refuse when the file is no longer the one that was read. Other hard links keep the old content.
    """
    real_path = os.path.realpath(path)
    try:
        old = os.stat(real_path)
    except OSError as error:
        raise DcnError(f"Cannot replace {path}: {error.strerror}.") from error
    final_mode = stat.S_IMODE(old.st_mode) if mode is None else mode
    # Only root may give files away; a file that is its own already needs no chown.
    new_uid = old.st_uid if uid is None else uid
    new_gid = old.st_gid if gid is None else gid
    _write(path, data, final_mode, new_uid, new_gid, real_path, read)


def write_in_place(path: str, data: bytes) -> None:
    """Overwrite the content of an existing file. Not atomic: only for files that cannot be replaced."""
    try:
        with open(path, "r+b") as stream:
            stream.write(data)
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise DcnError(f"Cannot write {path} in place: {error.strerror}.") from error


def _write(
    path: str,
    data: bytes,
    mode: int,
    uid: int | None,
    gid: int | None,
    attributes_of: str | None,
    read: FileState | None,
) -> None:
    real_path = os.path.realpath(path)
    directory = os.path.dirname(real_path)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        _refuse_unless_regular(path, os.stat(real_path))
    with _explained(path, directory):
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{os.path.basename(real_path)}.", suffix=".tmp", dir=directory
        )
        try:
            with os.fdopen(descriptor, "wb") as stream:
                _own(stream.fileno(), uid, gid)
                if attributes_of is not None:
                    _copy_attributes(attributes_of, stream.fileno())
                os.fchmod(stream.fileno(), mode)
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            _refuse_if_changed(path, real_path, read)
            os.rename(temporary, real_path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        _sync_directory(directory)


def _own(descriptor: int, uid: int | None, gid: int | None) -> None:
    now = os.fstat(descriptor)
    new_uid = -1 if uid is None or uid == now.st_uid else uid
    new_gid = -1 if gid is None or gid == now.st_gid else gid
    if (new_uid, new_gid) != (-1, -1):
        os.fchown(descriptor, new_uid, new_gid)


def _copy_attributes(source: str, descriptor: int) -> None:
    """Carry over what the system lets us: SELinux label, ACL, user attributes."""
    ignored = (errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENODATA)
    try:
        names = os.listxattr(source)
    except OSError as error:
        if error.errno not in ignored:
            raise
        return
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(source, name))
        except OSError as error:
            if error.errno not in ignored or name.startswith("user."):
                raise


def _stamp(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _refuse_if_changed(path: str, real_path: str, read: FileState | None) -> None:
    if read is None:
        return
    try:
        now = _stamp(os.stat(real_path))
    except FileNotFoundError:
        now = None
    if now != read.stamp:
        raise DcnError(f"{path} was changed by something else while it was edited: nothing was written, run again.")


def _refuse_unless_regular(path: str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise DcnError(f"{path} is a directory, not a file.")
    if not stat.S_ISREG(found.st_mode):
        raise DcnError(f"{path} is not a regular file.")


def _sync_directory(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some file systems know no fsync of a directory; the rename has happened all the same.
        pass
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _explained(path: str, directory: str) -> Iterator[None]:
    """Turn what the system says into a sentence with a way out."""
    try:
        yield
    except OSError as error:
        kind = MountPoint if error.errno in (errno.EBUSY, errno.EXDEV) else DcnError
        raise kind(f"Cannot write {path}: {_explanation(error, path, directory)}.") from error


def _explanation(error: OSError, path: str, directory: str) -> str:
    if error.errno in (errno.EBUSY, errno.EXDEV):
        return (
            "it is a mount point (a single file mounted into a container?) and cannot be replaced in one step; "
            "edit it where it is mounted from, or mount its directory"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"the directory {directory} does not exist"
    if error.errno == errno.EROFS:
        return f"the directory {directory} is on a read-only file system"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission to replace files in {directory}, or it is immutable ({error.strerror})"
    return f"{error.strerror}; {path} is as it was"
