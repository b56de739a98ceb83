# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for the imports and copies of a Glance worker, which end with its process.

Both keep their data in the staging directory, and a process has the file open while it works on it. A file that nobody
has open waits for a request to import it, and a restart does not harm it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

#: Between writing and reading its file, an import has it closed for a moment.
_QUIET_SECONDS = 1.5
_INTERVAL = 0.5


def wait_for_imports(staging: str, seconds: float) -> list[str]:
    """Wait until no process of this host works on a staged file.

    Args:
        staging: The staging directory, as Glance sees it: a process in a container has its own root directory.
        seconds: How long to wait at most.

    Returns:
        The names of the files, which begin with ids of images, that are still worked on.
    """
    deadline = time.monotonic() + seconds
    quiet_since = time.monotonic()
    while True:
        now, found = time.monotonic(), open_files(staging)
        if found:
            quiet_since = now
        if now - quiet_since >= _QUIET_SECONDS or now >= deadline:
            return found
        time.sleep(_INTERVAL)


def open_files(directory: str) -> list[str]:
    """The names of the files of a directory that processes of this host have open.

    All processes count: those of a container need not descend from the main process of its unit.
    """
    start = f"{directory.rstrip('/')}/"
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    found = {path[len(start) :] for pid in pids for path in _links(pid) if path.startswith(start)}
    return sorted(name for name in found if name and "/" not in name and not name.endswith(" (deleted)"))


def _links(pid: str) -> Iterator[str]:
    """Where the descriptors of a process lead; none if it has ended."""
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                yield os.readlink(f"/proc/{pid}/fd/{name}")
