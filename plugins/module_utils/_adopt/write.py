# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files of deployment tools, and writes the topology and the inventory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.gather import Documents
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file, write_atomic
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.disk import Disk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import MAPPING, Node

#: {path: (text before, text after)}
Changes = dict[str, tuple[str, str]]


def load_documents(*sources: Iterable[Mapping[str, Any]]) -> tuple[Documents, ...]:
    """The documents of the files of each source. Raises InputErrors with every file that cannot be read."""
    problems: list[Problem] = []
    disk = Disk()
    found = tuple(
        [
            (str(item["name"]), [node for path in item["files"] for node in _load(disk, path, problems)])
            for item in source
        ]
        for source in sources
    )
    problems += disk.problems
    if problems:
        raise InputErrors(problems)
    return found


def _load(disk: Disk, path: str, problems: list[Problem]) -> list[Node]:
    text = disk.read(path)
    if text is None:
        problems.append(Problem(path, "does not exist, or is not a file"))
        return []
    nodes, faults = disk.parse(text, path, 1)
    problems += [Problem(f"{path}:{fault.location.line}", fault.message) for fault in faults]
    wrong = [node for node in nodes if node.kind != MAPPING]
    problems += [Problem(f"{path}:{node.location.line}", "is not a mapping") for node in wrong]
    return [node for node in nodes if node.kind == MAPPING]


def differing(texts: Mapping[str, str], overwrite: bool) -> Changes:
    """The files to write. Raises InputErrors for each that exists with another text, unless ``overwrite``."""
    found: Changes = {}
    problems = []
    for path, text in texts.items():
        state = read_file(path)
        before = (state.data or b"").decode("utf-8", "replace")
        if before == text:
            continue
        if state.exists and not overwrite:
            problems.append(
                Problem(path, "exists and differs. Choose another path, or set overwrite (adopt_overwrite)")
            )
        elif not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            problems.append(Problem(path, "cannot be written, because its directory does not exist. Create it"))
        found[path] = (before, text)
    if problems:
        raise InputErrors(problems)
    return found


def write(changes: Changes) -> None:
    """Write each file as a whole."""
    for path, (_before, text) in changes.items():
        write_atomic(path, text.encode("utf-8"), 0o644)
