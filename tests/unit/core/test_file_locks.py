# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks of files, shared with crudini, and leftovers of killed runs."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users")
FREE, BUSY = 0, 1
#: For processes that import the collection.
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

# What crudini does before it edits a file.
CRUDINI_LOCK = """
import fcntl, os, sys
with os.fdopen(os.open(sys.argv[1], os.O_RDWR), "rb") as stream:
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(1)
    print("held", flush=True)
    sys.stdin.read()
"""


def crudini_lock(path: Path) -> int:
    """FREE if another process could take crudini's lock now, else BUSY."""
    return subprocess.run(
        [sys.executable, "-c", CRUDINI_LOCK, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    ).returncode


@contextmanager
def held_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", CRUDINI_LOCK, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture(name="path")
def path_fixture(tmp_path: Path) -> Path:
    path = tmp_path / "glance-api.conf"
    path.write_text("[DEFAULT]\n")
    return path


def test_crudini_waits_for_the_lock(path: Path) -> None:
    with files.locked(str(path)):
        assert crudini_lock(path) == BUSY
    assert crudini_lock(path) == FREE


def test_reading_the_file_does_not_release_the_lock(path: Path) -> None:
    """A record lock of a process ends when the process closes the file anywhere; this lock must not."""
    with files.locked(str(path)):
        files.read_file(str(path))
        assert crudini_lock(path) == BUSY


def test_the_lock_of_crudini_is_waited_for(path: Path) -> None:
    message = f"Cannot edit {path}: another program has held its lock for 0.1 seconds"
    with held_by_another(path), pytest.raises(DcnError, match=message), files.locked(str(path), timeout=0.1):
        raise AssertionError("not reached")
    with files.locked(str(path), timeout=0.1):
        pass


def test_a_shared_lock_keeps_writers_out_and_readers_in(path: Path) -> None:
    with files.locked(str(path), shared=True):
        assert crudini_lock(path) == BUSY
        with files.locked(str(path), shared=True, timeout=0):
            pass


def test_the_lock_follows_a_file_that_is_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that got the lock of a file that another program has just replaced takes the lock of the new file."""
    replacement = path.with_name("new")
    replacement.write_text("new")
    acquired = files._acquired

    def replaced_meanwhile(descriptor: int, shared: bool) -> bool:
        if replacement.exists():
            replacement.rename(path)
        return acquired(descriptor, shared)

    monkeypatch.setattr(files, "_acquired", replaced_meanwhile)
    with files.locked(str(path)):
        assert crudini_lock(path) == BUSY


def test_after_a_replacement_nobody_waits(path: Path) -> None:
    with files.locked(str(path)):
        files.replace_atomic(str(path), b"new")
        assert crudini_lock(path) == FREE


@pytest.mark.parametrize("name", ["missing", "missing/below"])
def test_what_does_not_exist_needs_no_lock(tmp_path: Path, name: str) -> None:
    with files.locked(str(tmp_path / name), timeout=0):
        assert os.listdir(tmp_path) == []


def test_a_link_locks_its_target(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path.name)
    with files.locked(str(link)):
        assert crudini_lock(path) == BUSY


def test_a_file_that_appeared_meanwhile_is_kept(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.conf"
    state = files.read_file(str(new))
    new.write_text("from another program")
    with pytest.raises(files.ChangedMeanwhile):
        files.write_atomic(str(new), b"new", 0o600, read=state)
    assert new.read_text() == "from another program"
    assert sorted(os.listdir(tmp_path)) == ["glance-api.conf", "new.conf"]


def test_a_file_that_is_still_missing_is_created(tmp_path: Path) -> None:
    new = tmp_path / "new.conf"
    files.write_atomic(str(new), b"new", 0o600, read=files.read_file(str(new)))
    assert (new.read_text(), new.stat().st_nlink) == ("new", 1)
    assert os.listdir(tmp_path) == ["new.conf"]


def test_without_hard_links_a_new_file_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    new = tmp_path / "new.conf"
    files.write_atomic(str(new), b"new", 0o600, read=files.read_file(str(new)))
    assert os.listdir(tmp_path) == ["new.conf"]


def killed_run(path: Path) -> Path:
    """A process that is killed after it wrote the temporary file and before the rename."""
    code = f"""
import os, signal
from ansible_collections.dcn.glance.plugins.module_utils._core import files
files._publish = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
files.write_atomic({str(path)!r}, b"key = secret", 0o600)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, env=ENVIRONMENT).returncode == -9
    [found] = path.parent.glob(f".{path.name}.*.tmp")
    return found


def test_leftovers_of_a_killed_run_are_found_and_removed(path: Path, tmp_path: Path) -> None:
    left = killed_run(path)
    assert left.read_text() == "key = secret"
    assert files.leftovers(str(path)) == [str(left)]
    assert files.leftovers(str(path)) == [str(left)]
    assert files.remove_leftovers(str(path)) == [str(left)]
    assert files.remove_leftovers(str(path)) == []
    assert os.listdir(tmp_path) == ["glance-api.conf"]


def test_leftovers_of_a_file_that_was_never_created(tmp_path: Path) -> None:
    left = killed_run(tmp_path / "new.conf")
    assert files.remove_leftovers(str(tmp_path / "new.conf")) == [str(left)]


def test_a_temporary_file_in_use_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    publish = files._publish

    def look(*arguments: object) -> None:
        assert len(list(path.parent.glob(".glance-api.conf.*.tmp"))) == 1
        seen.append(files.remove_leftovers(str(path)))
        publish(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_publish", look)
    files.write_atomic(str(path), b"new", 0o600)
    assert seen == [[]]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    "name",
    [
        ".other.conf.abcd1234.tmp",
        "glance-api.conf.abcd1234.tmp",
        ".glance-api.conf.abcd1234.tmp.bak",
        ".glance-api.conf.short.tmp",
        ".glance-api.conf.ABCD1234.tmp",
        ".glance-apixconf.abcd1234.tmp",
    ],
)
def test_files_with_other_names_stay(path: Path, name: str) -> None:
    (path.parent / name).write_text("x")
    assert files.remove_leftovers(str(path)) == []
    assert (path.parent / name).exists()


def test_directories_and_links_with_that_name_stay(path: Path, tmp_path: Path) -> None:
    (tmp_path / ".glance-api.conf.abcd1234.tmp").mkdir()
    (tmp_path / ".glance-api.conf.abcd5678.tmp").symlink_to(path)
    os.mkfifo(tmp_path / ".glance-api.conf.abcd9999.tmp")
    assert files.remove_leftovers(str(path)) == []
    assert len(os.listdir(tmp_path)) == 4


@needs_root
def test_leftovers_of_other_users_stay(path: Path, tmp_path: Path) -> None:
    left = tmp_path / ".glance-api.conf.abcd1234.tmp"
    left.write_text("key")
    os.chown(left, 42415, -1)
    assert files.remove_leftovers(str(path)) == []
    os.chown(path, 42415, -1)
    assert files.remove_leftovers(str(path)) == [str(left)]


def test_a_run_whose_temporary_file_was_removed_takes_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the creation of the file and its lock, another program removes it."""
    flock = fcntl.flock
    removed: list[Path] = []

    def late(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and not removed:
            removed.extend(path.parent.glob(".glance-api.conf.*.tmp"))
            removed[0].unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    files.write_atomic(str(path), b"new", 0o600)
    assert len(removed) == 1
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == [path.name]


def test_a_file_that_was_just_created_is_not_taken_for_a_leftover(path: Path) -> None:
    new = path.parent / ".glance-api.conf.abcd1234.tmp"
    new.touch()
    assert files.remove_leftovers(str(path)) == []
    os.utime(new, (time.time() - 2, time.time() - 2))
    assert files.remove_leftovers(str(path)) == [str(new)]


def test_writers_that_start_at_the_same_time_do_not_remove_each_other(tmp_path: Path) -> None:
    code = """
import sys, time
from ansible_collections.dcn.glance.plugins.module_utils._core import files
while time.time() < float(sys.argv[2]):
    pass
for _ in range(40):
    files.remove_leftovers(sys.argv[1])
    files.write_atomic(sys.argv[1], b"x", 0o600)
"""
    begin = str(time.time() + 1.5)
    arguments = [sys.executable, "-c", code, str(tmp_path / "f"), begin]
    writers = [subprocess.Popen(arguments, env=ENVIRONMENT) for _number in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert os.listdir(tmp_path) == ["f"]
