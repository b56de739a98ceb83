# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and replace files: in one step, with the final mode from the first byte on, keeping links and attributes.

Programs that edit one file at the same time take turns with ``locked``, which holds the lock that crudini takes.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
import struct
import tempfile
import time
from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

#: Seconds to wait for another program that holds the lock of a file.
LOCK_TIMEOUT = 60.0
#: Times that an edit is repeated when a program that takes no lock changes the file at the same time.
ATTEMPTS = 10


class MountPoint(DcnError):
    """The file itself is mounted, so that only its content can be written, not the file replaced."""


class ChangedMeanwhile(DcnError):
    """The file is no longer the one that was read: another program has changed, created or removed it."""


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


@contextlib.contextmanager
def locked(path: str, *, shared: bool = False, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Hold the lock of a file while it is read, planned and replaced, so that no edit of another program is lost.

    This is the lock that crudini takes: a record lock on the file itself, taken again when the file was replaced
    while waiting. It belongs to the open file and not to the process (``F_OFD_SETLK``), so that reading and closing
    the file elsewhere in this process does not release it. Do not nest two locks of one file.

    A file that does not exist has no lock: pass ``read`` to ``write_atomic``, which then creates it only if it still
    does not exist. A file that this user cannot open, or a file system without locks, is not locked either.

    Args:
        path: The file; a symbolic link is followed.
        shared: Only keep others from writing, for a run that does not write itself.
        timeout: Seconds to wait; ``DcnError`` after that.
    """
    descriptor = _lock(os.path.realpath(path), path, shared, timeout)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def leftovers(path: str) -> list[str]:
    """Temporary files beside ``path`` that a killed run has left behind, sorted.

    Such a file has the name that ``write_atomic`` gives it, belongs to this user or to the owner of the file, and is
    not locked by a run that is still writing it.
    """
    return [temporary for temporary in _own_temporaries(os.path.realpath(path)) if _is_abandoned(temporary)]


def remove_leftovers(path: str) -> list[str]:
    """Remove the ``leftovers`` of a file and return their paths."""
    return [temporary for temporary in _own_temporaries(os.path.realpath(path)) if _is_abandoned(temporary, True)]


def write_atomic(
    path: str,
    data: bytes,
    mode: int,
    uid: int | None = None,
    gid: int | None = None,
    *,
    read: FileState | None = None,
) -> None:
    """Create or replace a file. Mode and owner are right before the first byte is in it.

    A symbolic link stays one and its target is replaced; attributes of an existing file are not carried over
    (``replace_atomic`` does that). With ``read``, raise ``ChangedMeanwhile`` when the file is no longer in the state
    that was read: when it did not exist then and exists now, for example.
    """
    _write(path, data, mode, uid, gid, None, read)


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

    With ``read``, raise ``ChangedMeanwhile`` when the file is no longer the one that was read. Other hard links keep
    the old content.
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
        descriptor, temporary = _new_temporary(real_path)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                _own(stream.fileno(), uid, gid)
                if attributes_of is not None:
                    _copy_attributes(attributes_of, stream.fileno())
                os.fchmod(stream.fileno(), mode)
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
                _publish(temporary, path, real_path, read)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        _sync_directory(directory)


def _new_temporary(real_path: str) -> tuple[int, str]:
    """A new temporary file, with a lock that marks it as in use (see ``_is_abandoned``)."""
    directory, name = os.path.split(real_path)
    while True:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=directory)
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, temporary
        # Another run took it for a leftover in the moment before it was locked.
        os.close(descriptor)


def _publish(temporary: str, path: str, real_path: str, read: FileState | None) -> None:
    """Give the temporary file its final name, unless the file has changed since it was read."""
    if read is not None and not read.exists:
        try:
            os.link(temporary, real_path)
        except FileExistsError as error:
            raise _changed(path) from error
        except OSError:
            pass  # a file system without hard links
        else:
            os.unlink(temporary)
            return
    _refuse_if_changed(path, real_path, read)
    os.rename(temporary, real_path)


def _own_temporaries(real_path: str) -> list[str]:
    directory, name = os.path.split(real_path)
    pattern = re.compile(rf"\.{re.escape(name)}\.[a-z0-9_]{{8}}\.tmp")
    try:
        return [os.path.join(directory, entry) for entry in sorted(os.listdir(directory)) if pattern.fullmatch(entry)]
    except OSError:
        return []


def _is_abandoned(temporary: str, remove: bool = False) -> bool:
    """Whether a temporary file belongs to us and no process writes it any more; with ``remove``, remove it then."""
    owners = {os.geteuid()}
    with contextlib.suppress(OSError):
        owners.add(os.stat(_final_path(temporary)).st_uid)
    try:
        descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in owners:
            return False
        if not found.st_size and time.time() - found.st_mtime < 1:
            return False  # just created, and perhaps not locked yet
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if remove:
            os.unlink(temporary)
        return True
    except OSError:
        return False  # in use, on a file system without locks, or in a directory that is not writable
    finally:
        os.close(descriptor)


def _final_path(temporary: str) -> str:
    directory, name = os.path.split(temporary)
    return os.path.join(directory, name[1 : -len(".xxxxxxxx.tmp")])


def _lock(real_path: str, path: str, shared: bool, timeout: float) -> int | None:
    """A descriptor that holds the lock, None where there is nothing to lock."""
    flags = (os.O_RDONLY if shared else os.O_RDWR) | os.O_CLOEXEC | os.O_NONBLOCK
    deadline = time.monotonic() + timeout
    while True:
        try:
            descriptor = os.open(real_path, flags)
        except OSError:
            return None
        if _acquired(descriptor, shared) and _is_current(descriptor, real_path):
            return descriptor
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise DcnError(
                f"Cannot edit {path}: another program has held its lock for {timeout:g} seconds. Nothing was written. "
                f"Find the program with fuser {real_path}, then run again."
            )
        time.sleep(0.01)


def _acquired(descriptor: int, shared: bool) -> bool:
    """Whether the lock was free; where the file system has no locks, it always is."""
    kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
    # struct flock: type, whence, start, length (0: the whole file), process (0 for a lock of the open file)
    request = struct.pack("hhqqi", kind, os.SEEK_SET, 0, 0, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, request)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES)
    return True


def _is_current(descriptor: int, real_path: str) -> bool:
    """Whether the path still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(real_path))
    except FileNotFoundError:
        return False


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
        raise _changed(path)


def _changed(path: str) -> ChangedMeanwhile:
    return ChangedMeanwhile(
        f"{path} was changed by another program while it was edited. Nothing was written. Run again."
    )


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
