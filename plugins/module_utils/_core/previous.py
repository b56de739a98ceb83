# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a file that the service last ran with, kept beside it until the service runs with the new one.

The kept file is ``.NAME.previous``, with the owner, the mode and the time of the last change of the file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file, replace_atomic, write_atomic


def previous_path(path: str) -> str:
    """Where the previous content of a file is kept; a symbolic link is followed."""
    directory, name = os.path.split(os.path.realpath(path))
    return os.path.join(directory, f".{name}.previous")


def keep_previous(state: FileState) -> None:
    """Keep the content that was read. One that is kept already stays: the service has not run with a newer one yet."""
    kept = previous_path(state.path)
    if state.exists and not os.path.lexists(kept):
        written = os.stat(state.real_path).st_mtime_ns
        write_atomic(kept, state.data or b"", state.mode, state.uid, state.gid)
        os.utime(kept, ns=(written, written))


def kept_files(paths: Iterable[str]) -> list[str]:
    """The files of ``paths`` whose previous content is kept."""
    return [path for path in paths if os.path.isfile(previous_path(path))]


def restore(path: str) -> None:
    """Give a file its previous content, and keep that no longer."""
    kept = read_file(previous_path(path))
    replace_atomic(path, kept.data or b"", read=read_file(path))
    forget([path])


def forget(paths: Iterable[str]) -> None:
    """Remove what is kept."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(previous_path(path))
