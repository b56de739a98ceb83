# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and replacing files on a real file system: one step, kept attributes and links, clear errors."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def leftovers(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def test_read_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    path.chmod(0o604)
    state = files.read_file(str(path))
    assert (state.exists, state.data, state.mode, state.links) == (True, b"x", 0o604, 1)
    assert (state.uid, state.gid) == (os.geteuid(), path.stat().st_gid)


def test_read_what_is_not_there(tmp_path: Path) -> None:
    state = files.read_file(str(tmp_path / "f"))
    assert (state.exists, state.data) == (False, None)


def test_read_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DcnError, match="is not a regular file"):
        files.read_file(str(tmp_path / "pipe"))
    with pytest.raises(DcnError, match=f"{tmp_path} is a directory"):
        files.read_file(str(tmp_path))


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o644, 0o444])
def test_a_new_file_has_its_mode_whatever_the_umask(tmp_path: Path, wanted: int) -> None:
    old = os.umask(0o027)
    try:
        files.write_atomic(str(tmp_path / "f"), b"x", wanted)
    finally:
        os.umask(old)
    assert mode(tmp_path / "f") == wanted
    assert (tmp_path / "f").read_bytes() == b"x"
    assert leftovers(tmp_path) == ["f"]


def test_mode_and_owner_are_right_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks the temporary file when its mode is set and when its data is synchronized."""
    seen: list[tuple[int, int]] = []
    real_fsync, real_fchmod = os.fsync, os.fchmod

    def look(descriptor: int) -> None:
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            seen.append((stat.S_IMODE(found.st_mode), found.st_size))

    def fsync(descriptor: int) -> None:
        look(descriptor)
        real_fsync(descriptor)

    def fchmod(descriptor: int, wanted: int) -> None:
        look(descriptor)
        real_fchmod(descriptor, wanted)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "fchmod", fchmod)
    files.write_atomic(str(tmp_path / "f"), b"secret", 0o640)
    assert seen == [(0o600, 0), (0o640, 6)]


@needs_root
def test_replace_keeps_owner_mode_and_attributes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    os.chown(path, 42415, 42436)
    path.chmod(0o640)
    os.setxattr(path, "user.note", b"kept")
    subprocess.run(["setfacl", "-m", "u:1234:r", str(path)], check=False) if has("setfacl") else None
    before = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    files.replace_atomic(str(path), b"new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, mode(path)) == (42415, 42436, 0o640)
    assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == before
    assert path.read_bytes() == b"new"
    assert leftovers(tmp_path) == ["f"]


def has(program: str) -> bool:
    return subprocess.run(["sh", "-c", f"command -v {program}"], capture_output=True, check=False).returncode == 0


@needs_root
def test_replace_with_other_attributes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    files.replace_atomic(str(path), b"new", mode=0o600, uid=42415, gid=42416)
    assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (42415, 42416, 0o600)


@needs_root
def test_a_read_only_file_is_replaced_by_root(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o400)
    files.replace_atomic(str(path), b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o400)


def test_a_symbolic_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "f"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to("real/f")
    second = tmp_path / "second"
    second.symlink_to("link")
    state = files.read_file(str(second))
    assert state.real_path == str(target)
    files.replace_atomic(str(second), b"new", read=state)
    assert link.is_symlink() and second.is_symlink()
    assert target.read_bytes() == b"new"
    assert leftovers(tmp_path / "real") == ["f"]


def test_the_missing_target_of_a_link_is_created(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    files.write_atomic(str(tmp_path / "link"), b"x", 0o600)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_bytes() == b"x"


def test_other_hard_links_keep_the_old_content(tmp_path: Path) -> None:
    path, other = tmp_path / "f", tmp_path / "g"
    path.write_bytes(b"old")
    os.link(path, other)
    assert files.read_file(str(path)).links == 2
    files.replace_atomic(str(path), b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    state = files.read_file(str(path))
    path.write_bytes(b"else")
    with pytest.raises(DcnError, match="changed by another program .* Run again"):
        files.replace_atomic(str(path), b"new", read=state)
    assert path.read_bytes() == b"else"
    assert leftovers(tmp_path) == ["f"]


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    contents = [b"a" * 200_000, b"b" * 100_000]
    path.write_bytes(contents[0])
    done = threading.Event()
    odd: list[bytes] = []

    def read() -> None:
        while not done.is_set():
            data = path.read_bytes()
            if data not in contents:
                odd.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(30):
        files.replace_atomic(str(path), contents[turn % 2])
    done.set()
    reader.join()
    assert odd == []


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(DcnError, match="the directory .*none does not exist"):
        files.write_atomic(str(tmp_path / "none" / "f"), b"x", 0o600)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DcnError, match="the directory .*file does not exist"):
        files.write_atomic(str(tmp_path / "file" / "f"), b"x", 0o600)


def test_a_directory_in_the_place(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with pytest.raises(DcnError, match="is a directory"):
        files.write_atomic(str(tmp_path / "d"), b"x", 0o600)
    with pytest.raises(DcnError, match="is a directory"):
        files.replace_atomic(str(tmp_path / "d"), b"x")
    assert leftovers(tmp_path / "d") == []


def test_replace_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DcnError, match="Cannot replace .*f: No such file"):
        files.replace_atomic(str(tmp_path / "f"), b"x")


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")


@needs_root
def test_a_mounted_file_is_named_as_such_and_can_be_overwritten(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.write_bytes(b"old and longer")
    inside.write_bytes(b"")
    mount("--bind", str(outside), str(inside))
    try:
        with pytest.raises(files.MountPoint, match="mount point .* edit it where it is mounted from"):
            files.replace_atomic(str(inside), b"new")
        assert outside.read_bytes() == b"old and longer"
        files.write_in_place(str(inside), b"new")
        assert outside.read_bytes() == b"new"
    finally:
        subprocess.run(["umount", str(inside)], check=True)
    assert leftovers(tmp_path) == ["inside", "outside"]


@needs_root
def test_a_read_only_file_system(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    directory.mkdir()
    (directory / "f").write_bytes(b"old")
    mount("--bind", "-o", "ro", str(directory), str(directory))
    try:
        with pytest.raises(DcnError, match="read-only file system"):
            files.replace_atomic(str(directory / "f"), b"new")
    finally:
        subprocess.run(["umount", str(directory)], check=True)
    assert leftovers(directory) == ["f"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.EBUSY, "mount point"),
        (errno.EXDEV, "mount point"),
        (errno.EROFS, "read-only file system"),
        (errno.EACCES, "no permission to replace files in"),
        (errno.EPERM, "or it is immutable"),
        (errno.ENOSPC, "No space left on device; .* is as it was"),
    ],
)
def test_system_errors_are_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, says: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def rename(_source: str, _target: str) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(DcnError, match=says):
        files.replace_atomic(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == ["f"]


@needs_root
def test_a_user_without_permission(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    directory.mkdir(mode=0o755)
    path = directory / "f"
    path.write_bytes(b"old")
    path.chmod(0o666)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_mode & 0o777 == 0o700:
            parent.chmod(0o755)
    pid = os.fork()
    if pid == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            files.replace_atomic(str(path), b"new")
        except DcnError as error:
            os._exit(0 if "no permission to replace files in" in str(error) else 2)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert path.read_bytes() == b"old"
