# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses YAML into nodes with line numbers, with the composer of PyYAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    InputFault,
    Node,
)

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

_JINJA = re.compile(r"^[ \t]*\{%", re.MULTILINE)
_SEPARATOR = re.compile(r"---(?:\s|$)")
# `key: {{ .Value }}`, `- {{ value }}`, `{{ name }}: ...`: placeholders without quotes, which YAML reads as mappings.
_TEMPLATE = re.compile(
    r"^(?P<head>\s*(?:- +)*(?:[\w./\"'-]+:[ \t]+)?)(?P<value>[^\s#\"'|>{]*\{\{.*\}\}[^\s:]*)(?P<tail>:?.*)$"
)
_MERGE = "tag:yaml.org,2002:merge"
_TIME = "tag:yaml.org,2002:timestamp"
_MAX_DEPTH = 100
#: The most values in a document. Nested aliases can expand to far more than any manifest holds.
_MAX_SIZE = 500_000


def load(text: str, file: str, first: int = 1) -> tuple[list[Node], list[InputFault]]:
    """The documents of a file and its faults. A document that cannot be parsed does not hide the others.

    ``first`` is the line number of the first line, for YAML that is embedded in YAML.
    """
    documents: list[Node] = []
    faults: list[InputFault] = []
    for chunk, line in _documents(text.lstrip("\ufeff"), first):
        try:
            found = _Builder(file, line, faults).document(chunk)
        except RecursionError:
            faults.append(InputFault("yaml-invalid", SourceLocation(file, line), "is nested too deeply to be read"))
            continue
        if found is not None:
            documents.append(found)
    template = _JINJA.search(text)
    if template and any(fault.rule == "yaml-invalid" for fault in faults):
        location = SourceLocation(file, first + text[: template.start()].count("\n"))
        return [], [InputFault("template-file", location, "is a Jinja template. Render it, and check the result")]
    return documents, faults


def _documents(text: str, first: int) -> Iterator[tuple[str, int]]:
    """(text, line number of its first line) of each document."""
    chunk: list[str] = []
    start = first
    for number, line in enumerate(text.split("\n"), first):
        line = line[:-1] if line.endswith("\r") else line
        if _SEPARATOR.match(line) and not line[3:].strip().startswith(("|", ">")):
            yield "\n".join(chunk), start
            # Text that follows the dashes on the same line belongs to the document.
            chunk, start = ["   " + line[3:]] if line[3:].split("#")[0].strip() else [""], number
        elif line.rstrip() == "...":
            yield "\n".join(chunk), start
            chunk, start = [], number + 1
        else:
            chunk.append(line)
    yield "\n".join(chunk), start


class _Builder:
    """Builds the tree of one document."""

    def __init__(self, file: str, first: int, faults: list[InputFault]) -> None:
        self.file = file
        self.first = first
        self.faults = faults
        self.constructor = yaml.constructor.SafeConstructor()
        self.lines: list[str] = []
        self.built: dict[int, tuple[Node, int]] = {}

    def document(self, text: str) -> Node | None:
        """The tree of the document; None if it is empty or invalid."""
        try:
            composed = self._compose(text)
        except yaml.YAMLError as error:
            try:
                composed = self._compose(_quoted(text))
            except yaml.YAMLError:
                self._refuse(error)
                return None
        if composed is None:
            return None
        found = self._node(composed, 0)
        if self.built[id(composed)][1] > _MAX_SIZE:
            message = "expands to too many values through aliases. Write it without aliases"
            self.faults.append(InputFault("yaml-invalid", found.location, message))
            return None
        return found

    def _compose(self, text: str) -> Any:
        self.lines = text.split("\n")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.compose(text, Loader=loader)

    def _refuse(self, error: Any) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        # At the end of a document the mark is behind the last line.
        last = max((number for number, text in enumerate(self.lines) if text.strip()), default=0)
        line = self.first + (min(mark.line, last) if mark is not None else 0)
        problem = getattr(error, "problem", None) or str(error).split("\n", maxsplit=1)[0]
        message = f"is not valid YAML: {problem}. The document was not checked. Correct this line or the line above it"
        self.faults.append(InputFault("yaml-invalid", SourceLocation(self.file, line), message))

    def _location(self, mark: Any) -> SourceLocation:
        return SourceLocation(self.file, self.first + mark.line)

    def _node(self, node: Any, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise RecursionError
        # A node that aliases share is built once.
        if id(node) not in self.built:
            found = self._new_node(node, depth)
            self.built[id(node)] = (found, 1 + sum(self._size(inner) for inner in _inner(node)))
        return self.built[id(node)][0]

    def _size(self, node: Any) -> int:
        return self.built[id(node)][1] if id(node) in self.built else 1

    def _new_node(self, node: Any, depth: int) -> Node:
        location = self._location(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            if node.flow_style and self._is_placeholder(node):
                return Node(SCALAR, location, self._source(node))
            return Node(MAPPING, location, entries=self._entries(node, depth))
        if isinstance(node, yaml.SequenceNode):
            return Node(SEQUENCE, location, items=tuple(self._node(item, depth + 1) for item in node.value))
        return Node(SCALAR, location, self._scalar(node), lines=self._lines(node))

    def _lines(self, node: Any) -> tuple[int, ...]:
        """The line in the file of each line of a text."""
        texts = str(node.value).split("\n")
        start, end = node.start_mark.line, min(node.end_mark.line, len(self.lines) - 1)
        if len(texts) < 2:
            return ()
        if node.style == "|":
            return tuple(self.first + start + 1 + number for number in range(len(texts)))
        # Quotes and folded blocks join and split lines: search for each line from the position of the one before.
        numbers: list[int] = []
        current = start
        for number, text in enumerate(texts):
            wanted = text.strip()
            begin = current if node.style == '"' or not number else current + 1
            found = (at for at in range(begin, end + 1) if wanted and self._holds(at, wanted))
            current = next(found, current)
            numbers.append(self.first + current)
        return tuple(numbers)

    def _holds(self, line: int, text: str) -> bool:
        """Whether a line of the file holds a line of the text, or its beginning if the text is folded."""
        there = self.lines[line].replace("''", "'").strip()
        return text in there or bool(there and text.startswith(there))

    def _scalar(self, node: Any) -> Any:
        if node.tag == _TIME:
            return node.value
        try:
            return self.constructor.construct_object(node)
        except (yaml.YAMLError, ValueError):
            return node.value

    def _entries(self, node: Any, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                merged.update(self._merged(value, depth))
                continue
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else self._source(key)
            location = self._location(key.start_mark)
            if name in entries:
                message = (
                    f"'{name}' is also set in line {entries[name].location.line}, and only one of the two is used. "
                    "Remove one, or merge them"
                )
                self.faults.append(InputFault("yaml-duplicate-key", location, message))
            entries[name] = Entry(location, self._node(value, depth + 1))
        return {**merged, **entries}

    def _merged(self, value: Any, depth: int) -> dict[str, Entry]:
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        found: dict[str, Entry] = {}
        for node in reversed([each for each in nodes if isinstance(each, yaml.MappingNode)]):
            found.update(self._entries(node, depth + 1))
        return found

    def _is_placeholder(self, node: Any) -> bool:
        """Whether this is ``{{ .Name }}`` without quotes: YAML reads a mapping whose only key is a mapping."""
        return len(node.value) == 1 and isinstance(node.value[0][0], yaml.MappingNode)

    def _source(self, node: Any) -> str:
        start, end = node.start_mark, node.end_mark
        line: str = self.lines[start.line]
        stop: int = end.column if end.line == start.line else len(line)
        return line[start.column : stop]


def _inner(node: Any) -> list[Any]:
    """The child nodes of a node."""
    if isinstance(node, yaml.MappingNode):
        return [value for _key, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _quoted(text: str) -> str:
    """The text with placeholders in quotes; line numbers stay the same."""
    lines = []
    for line in text.split("\n"):
        match = _TEMPLATE.match(line)
        if match and not line.lstrip().startswith("#"):
            value = match.group("value").replace("'", "''")
            line = f"{match.group('head')}'{value}'{match.group('tail')}"
        lines.append(line)
    return "\n".join(lines)
