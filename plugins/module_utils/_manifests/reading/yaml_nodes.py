# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From YAML text to trees with lines, through PyYAML's composer. The only file here that needs PyYAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    Place,
)

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

_JINJA = re.compile(r"^[ \t]*\{%", re.MULTILINE)
_SEPARATOR = re.compile(r"---(?:\s|$)")
# `key: {{ .Value }}`, `- {{ value }}`, `{{ name }}: ...`: a template where YAML sees a mapping in a mapping.
_TEMPLATE = re.compile(
    r"^(?P<head>\s*(?:- +)*(?:[\w./\"'-]+:[ \t]+)?)(?P<value>[^\s#\"'|>{]*\{\{.*\}\}[^\s:]*)(?P<tail>:?.*)$"
)
_MERGE = "tag:yaml.org,2002:merge"
_TIME = "tag:yaml.org,2002:timestamp"
_MAX_DEPTH = 100
#: No manifest has as many values; a few aliases of aliases have more.
_MAX_SIZE = 500_000


@dataclass(frozen=True)
class Fault:
    """What is wrong with the YAML itself."""

    rule: str
    place: Place
    message: str


def load(text: str, file: str, first: int = 1) -> tuple[list[Node], list[Fault]]:
    """All documents of a file, and all faults; a broken document does not hide the others.

    ``first`` is the number of the first line, for YAML inside of YAML.
    """
    documents: list[Node] = []
    faults: list[Fault] = []
    for chunk, line in _documents(text.lstrip("\ufeff"), first):
        try:
            found = _Builder(file, line, faults).document(chunk)
        except RecursionError:
            faults.append(Fault("yaml-invalid", Place(file, line), "is nested too deep to be read"))
            continue
        if found is not None:
            documents.append(found)
    template = _JINJA.search(text)
    if template and any(fault.rule == "yaml-invalid" for fault in faults):
        place = Place(file, first + text[: template.start()].count("\n"))
        return [], [Fault("template-file", place, "is a Jinja template: it can be judged only once it is rendered")]
    return documents, faults


def _documents(text: str, first: int) -> Iterator[tuple[str, int]]:
    """(text, number of its first line) of each document."""
    chunk: list[str] = []
    start = first
    for number, line in enumerate(text.split("\n"), first):
        line = line[:-1] if line.endswith("\r") else line
        if _SEPARATOR.match(line) and not line[3:].strip().startswith(("|", ">")):
            yield "\n".join(chunk), start
            # What follows the dashes on their line belongs to the document.
            chunk, start = ["   " + line[3:]] if line[3:].split("#")[0].strip() else [""], number
        elif line.rstrip() == "...":
            yield "\n".join(chunk), start
            chunk, start = [], number + 1
        else:
            chunk.append(line)
    yield "\n".join(chunk), start


class _Builder:
    """Makes one document's tree."""

    def __init__(self, file: str, first: int, faults: list[Fault]) -> None:
        self.file = file
        self.first = first
        self.faults = faults
        self.constructor = yaml.constructor.SafeConstructor()
        self.lines: list[str] = []
        self.known: dict[int, tuple[Node, int]] = {}

    def document(self, text: str) -> Node | None:
        """The tree of the document; None where there is none."""
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
        if self.known[id(composed)][1] > _MAX_SIZE:
            message = "refers to itself by aliases until it is too large to be read. Write it without them"
            self.faults.append(Fault("yaml-invalid", found.place, message))
            return None
        return found

    def _compose(self, text: str) -> Any:
        self.lines = text.split("\n")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.compose(text, Loader=loader)

    def _refuse(self, error: Any) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        # At the end of a document the mark is behind it.
        last = max((number for number, text in enumerate(self.lines) if text.strip()), default=0)
        line = self.first + (min(mark.line, last) if mark is not None else 0)
        problem = getattr(error, "problem", None) or str(error).split("\n", maxsplit=1)[0]
        message = f"is not YAML: {problem}. Nothing of this document was judged; correct the line or the one above it"
        self.faults.append(Fault("yaml-invalid", Place(self.file, line), message))

    def _place(self, mark: Any) -> Place:
        return Place(self.file, self.first + mark.line)

    def _node(self, node: Any, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise RecursionError
        # What aliases share is made once.
        if id(node) not in self.known:
            made = self._made(node, depth)
            self.known[id(node)] = (made, 1 + sum(self._size(inner) for inner in _inner(node)))
        return self.known[id(node)][0]

    def _size(self, node: Any) -> int:
        return self.known[id(node)][1] if id(node) in self.known else 1

    def _made(self, node: Any, depth: int) -> Node:
        place = self._place(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            if node.flow_style and self._is_template(node):
                return Node(SCALAR, place, self._source(node))
            return Node(MAPPING, place, entries=self._entries(node, depth))
        if isinstance(node, yaml.SequenceNode):
            return Node(SEQUENCE, place, items=tuple(self._node(item, depth + 1) for item in node.value))
        return Node(SCALAR, place, self._scalar(node), lines=self._lines(node))

    def _lines(self, node: Any) -> tuple[int, ...]:
        """The line of the file for each line of a text."""
        texts = str(node.value).split("\n")
        start, end = node.start_mark.line, min(node.end_mark.line, len(self.lines) - 1)
        if len(texts) < 2:
            return ()
        if node.style == "|":
            return tuple(self.first + start + 1 + number for number in range(len(texts)))
        # In quotes and folded blocks lines are joined and parted: look for each where the one before was found.
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
        """Whether a line of the file has a line of a text, or where it is folded the beginning of it."""
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
            place = self._place(key.start_mark)
            if name in entries:
                message = (
                    f"'{name}' stands here and in line {entries[name].place.line}; only one of the two counts. "
                    "Remove one, or join them"
                )
                self.faults.append(Fault("yaml-duplicate-key", place, message))
            entries[name] = Entry(place, self._node(value, depth + 1))
        return {**merged, **entries}

    def _merged(self, value: Any, depth: int) -> dict[str, Entry]:
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        found: dict[str, Entry] = {}
        for node in reversed([each for each in nodes if isinstance(each, yaml.MappingNode)]):
            found.update(self._entries(node, depth + 1))
        return found

    def _is_template(self, node: Any) -> bool:
        """``{{ .Name }}`` without quotes is, to YAML, a mapping whose only key is a mapping."""
        return len(node.value) == 1 and isinstance(node.value[0][0], yaml.MappingNode)

    def _source(self, node: Any) -> str:
        start, end = node.start_mark, node.end_mark
        line: str = self.lines[start.line]
        stop: int = end.column if end.line == start.line else len(line)
        return line[start.column : stop]


def _inner(node: Any) -> list[Any]:
    """The nodes right below one."""
    if isinstance(node, yaml.MappingNode):
        return [value for _key, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _quoted(text: str) -> str:
    """The text with quotes around templates, on the same lines."""
    lines = []
    for line in text.split("\n"):
        match = _TEMPLATE.match(line)
        if match and not line.lstrip().startswith("#"):
            value = match.group("value").replace("'", "''")
            line = f"{match.group('head')}'{value}'{match.group('tail')}"
        lines.append(line)
    return "\n".join(lines)
