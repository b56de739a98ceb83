# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of manifests: each is read and parsed once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Protocol

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import yaml_nodes
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import MAPPING, Node, Place
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.notes import Note

#: Words without which a broken file can hardly be one for Glance.
_MATTERS = re.compile(r"glance|OpenStackControlPlane|Secret|ConfigMap|kustomiz", re.IGNORECASE)
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Files(Protocol):
    """The file system."""

    def read(self, path: str) -> str | None:
        """The text of a file; None if there is none."""

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""


def flatten(node: Node) -> Iterator[Node]:
    """The objects of a document: those of a List one by one."""
    if node.string("kind").endswith("List") and node.get("items") is not None:
        for each in node.list("items"):
            yield from flatten(each)
    elif node.kind == MAPPING:
        yield node


class Sources:
    """Reads files, and remembers what is wrong with them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.notes: list[Note] = []
        self._texts: dict[str, str | None] = {}
        self._loaded: dict[str, list[Node]] = {}

    def note(self, rule: str, place: Place, message: str, severity: str = "") -> None:
        """Keep something for the findings."""
        self.notes.append(Note(rule, place, message, severity))

    def text(self, path: str) -> str | None:
        """The text of a file; None if there is no such file."""
        if path not in self._texts:
            self._texts[path] = self.files.read(path)
        return self._texts[path]

    def load(self, path: str) -> list[Node] | None:
        """The documents of a file, Lists taken apart; None if there is no such file."""
        if path not in self._loaded:
            text = self.text(path)
            if text is None:
                return None
            self._loaded[path] = self.parse(text, path, 1)
        return self._loaded[path]

    def parse(self, text: str, path: str, first: int) -> list[Node]:
        """The documents of a text that begins in a line of a file."""
        documents, faults = yaml_nodes.load(text, path, first)
        # In a whole directory there may be files of any kind.
        severity = "" if _MATTERS.search(text) else "warning"
        for fault in faults:
            self.note(fault.rule, fault.place, fault.message, severity)
        return [
            node for document in documents for node in (flatten(document) if document.kind == MAPPING else [document])
        ]

    def kustomization(self, directory: str) -> str | None:
        """The path of a directory's kustomization, or None."""
        paths = (posixpath.join(directory, name) for name in NAMES)
        return next((path for path in paths if self.text(path) is not None), None)
