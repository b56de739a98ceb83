# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of manifests: each file is read and parsed once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Protocol

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import WARNING, SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import MAPPING, InputFault, Node

#: A file that cannot be parsed and has none of these words is hardly a manifest of Glance.
_GLANCE_WORDS = re.compile(r"glance|OpenStackControlPlane|Secret|ConfigMap|kustomiz", re.IGNORECASE)
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class ManifestFiles(Protocol):
    """The file system and the YAML parser, so that everything else needs neither."""

    def read(self, path: str) -> str | None:
        """The text of a file; None if it does not exist."""

    def is_directory(self, path: str) -> bool:
        """Whether the directory exists."""

    def walk(self, path: str) -> list[str]:
        """The sorted paths of all files below a directory, without hidden ones."""

    def parse(self, text: str, path: str, first_line: int) -> tuple[list[Node], list[InputFault]]:
        """The YAML documents of a text that starts at a line of a file, and its faults."""


def flatten(node: Node) -> Iterator[Node]:
    """The objects of a document. A List yields its items one by one."""
    if node.string("kind").endswith("List") and node.get("items") is not None:
        for each in node.list("items"):
            yield from flatten(each)
    elif node.kind == MAPPING:
        yield node


class Sources:
    """Reads and parses files, and collects their faults."""

    def __init__(self, files: ManifestFiles) -> None:
        self.files = files
        self.faults: list[InputFault] = []
        self._texts: dict[str, str | None] = {}
        self._documents: dict[str, list[Node]] = {}

    def add_fault(self, rule: str, location: SourceLocation, message: str, severity: str = "") -> None:
        """Record a fault."""
        self.faults.append(InputFault(rule, location, message, severity))

    def text(self, path: str) -> str | None:
        """The text of a file; None if it does not exist."""
        if path not in self._texts:
            self._texts[path] = self.files.read(path)
        return self._texts[path]

    def load(self, path: str) -> list[Node] | None:
        """The documents of a file, Lists flattened; None if the file does not exist."""
        if path not in self._documents:
            text = self.text(path)
            if text is None:
                return None
            self._documents[path] = self.parse(text, path, 1)
        return self._documents[path]

    def parse(self, text: str, path: str, first_line: int) -> list[Node]:
        """The documents of a text that starts at a line of a file."""
        documents, faults = self.files.parse(text, path, first_line)
        # A directory may hold files that are not manifests of Glance.
        severity = "" if _GLANCE_WORDS.search(text) else WARNING
        for fault in faults:
            self.add_fault(fault.rule, fault.location, fault.message, severity)
        return [
            node for document in documents for node in (flatten(document) if document.kind == MAPPING else [document])
        ]

    def kustomization(self, directory: str) -> str | None:
        """The path of the kustomization file of a directory, or None."""
        paths = (posixpath.join(directory, name) for name in KUSTOMIZATION_NAMES)
        return next((path for path in paths if self.text(path) is not None), None)
