# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests on a disk."""

from __future__ import annotations

import os

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

#: A manifest of more bytes than this is none that anybody wrote.
LIMIT = 16 * 1024 * 1024


class Disk:
    """The file system of this host."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, path: str) -> str | None:
        """The text of a file; None if there is none."""
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > LIMIT:
                return None
            with open(path, encoding="utf-8", errors="replace", newline="") as handle:
                return handle.read()
        except OSError as error:
            self.problems.append(Problem(path, f"cannot be read: {error.strerror}. Make it readable or leave it out"))
            return None

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""
        return os.path.isdir(path)

    def walk(self, path: str) -> list[str]:
        """All files below a directory, in order; hidden ones left out."""
        found = []
        for directory, names, files in os.walk(path):
            names[:] = sorted(name for name in names if not name.startswith("."))
            found += [os.path.normpath(os.path.join(directory, name)) for name in sorted(files) if name[:1] != "."]
        return found


def check(paths: list[str]) -> None:
    """Raise ``InputErrors`` with every path that does not exist."""
    gone = [path for path in paths if not os.path.exists(path)]
    if gone:
        raise InputErrors([Problem(path, "does not exist on the host where the module runs") for path in gone])
