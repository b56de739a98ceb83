# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests on the file system of this host."""

from __future__ import annotations

import os

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import yaml_nodes
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import InputFault, Node

#: Larger files, in bytes, are not manifests and are not read.
MAX_SIZE = 16 * 1024 * 1024


class Disk:
    """The file system of this host. ``problems`` collects files that cannot be read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, path: str) -> str | None:
        """The text of a file; None if it does not exist or is too large."""
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > MAX_SIZE:
                return None
            with open(path, encoding="utf-8", errors="replace", newline="") as handle:
                return handle.read()
        except OSError as error:
            message = f"cannot be read: {error.strerror}. Make the file readable, or leave it out"
            self.problems.append(Problem(path, message))
            return None

    def is_directory(self, path: str) -> bool:
        """Whether the directory exists."""
        return os.path.isdir(path)

    def walk(self, path: str) -> list[str]:
        """The sorted paths of all files below a directory, without hidden ones."""
        found = []
        for directory, names, files in os.walk(path):
            names[:] = sorted(name for name in names if not name.startswith("."))
            found += [os.path.normpath(os.path.join(directory, name)) for name in sorted(files) if name[:1] != "."]
        return found

    def parse(self, text: str, path: str, first_line: int) -> tuple[list[Node], list[InputFault]]:
        """The YAML documents of a text that starts at a line of a file, and its faults."""
        return yaml_nodes.load(text, path, first_line)


def check_paths(paths: list[str]) -> None:
    """Raise ``InputErrors`` that names every path that does not exist."""
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        raise InputErrors([Problem(path, "does not exist on the host where the module runs") for path in missing])
