# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How two programs read an INI file: oslo.config (all OpenStack services) and Ceph (ceph.conf, keyrings).

A dialect turns physical lines into ``Line`` tokens and reads their values. It drops no character: ``text + eol`` of all
tokens, joined, are the file again. This file is also sent into pods: it imports the standard library only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

HEADER = "header"
OPTION = "option"
CONTINUATION = "continuation"
COMMENT = "comment"
BLANK = "blank"
JUNK = "junk"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLANK = re.compile(r"\s")
# Both programs read such a value as it is written.
_SIMPLE = re.compile(r"[A-Za-z0-9_./:@,+-]+")


@dataclass(frozen=True)
class Line:
    """One physical line. ``name`` is the section of a header or the option of an option line, as written."""

    kind: str
    text: str
    eol: str
    name: str = ""


@dataclass(frozen=True)
class Fault:
    """A line for which the program refuses the whole file."""

    number: int
    line: Line
    reason: str


@dataclass(frozen=True)
class Split:
    """An option line in parts: ``prefix + raw + suffix`` is the line."""

    prefix: str
    raw: str
    suffix: str


@functools.lru_cache(maxsize=1024)
def _name_problem(kind: str, name: str, forbidden: str) -> str | None:
    if not name:
        return f"the {kind} name is empty"
    if name != name.strip():
        return f"the {kind} name {name!r} begins or ends with a blank"
    if _CONTROL.search(name):
        return f"the {kind} name {name!r} contains a control character"
    found = sorted(set(name).intersection(forbidden))
    if found:
        return f"the {kind} name {name!r} contains {' '.join(found)}, with which no program would find it again"
    if name[0] in "#;":
        return f"the {kind} name {name!r} begins with a comment character"
    return None


class Dialect:
    """What both programs have in common. Subclasses define the differences."""

    name = ""
    program = ""
    multi_line = False
    needs_final_eol = False

    def section_key(self, name: str) -> str:
        """Two headers with the same key are one section."""
        return name

    def option_key(self, name: str) -> str:
        """Two option lines of a section with the same key are one option."""
        return name

    def written_name(self, name: str) -> str:
        """The name under which the program reads an option from a file."""
        return name

    def classify(self, text: str, eol: str, previous: Line | None, in_section: bool) -> tuple[Line, str | None]:
        """The token of one line, and why the program refuses the line, None if it does not."""
        raise NotImplementedError

    def split(self, text: str) -> Split:
        raise NotImplementedError

    def read(self, texts: Sequence[str]) -> str:
        """The value that the program reads from ``texts``, the raw value and its continuation lines."""
        raise NotImplementedError

    def section_problem(self, name: str) -> str | None:
        return _name_problem("section", name, "[]")

    def option_problem(self, name: str) -> str | None:
        raise NotImplementedError

    def value_problem(self, value: str) -> str | None:
        """Why this text cannot be written as a value, None if it can. Quotes around it are part of the text."""
        if _SIMPLE.fullmatch(value):
            return None
        if "\r" in value:
            return "the value contains a carriage return"
        if "\0" in value:
            return "the value contains a NUL character, which ends it for the programs that use it"
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "the value is not valid Unicode"
        lines = value.split("\n")
        if len(lines) > 1 and not self.multi_line:
            return f"{self.program} has no values of several lines"
        if len(lines) > 1 and not lines[-1].strip():
            return f"the value ends with a line break, which {self.program} would drop (in YAML, write |- instead of |)"
        if any(not line.strip() for line in lines[1:]):
            return f"the value contains a blank line, which ends a value for {self.program}"
        if any(line != line.strip() for line in lines):
            return f"the value has blanks at the ends of a line, which {self.program} would drop (quote the value)"
        seen = self.read(lines)
        quoted = len(lines[0]) > 1 and lines[0][0] in "\"'" and lines[0][-1] == lines[0][0]
        if seen != value and not quoted:
            return f"{self.program} would read another value"
        return None


class OsloDialect(Dialect):
    """oslo.config: no inline comments, one pair of quotes stripped, indented lines continue a value."""

    name = "oslo"
    program = "oslo.config"
    multi_line = True

    def section_key(self, name: str) -> str:
        return name if name == "DEFAULT" else name.lower()

    def written_name(self, name: str) -> str:
        # The option log-file is log_file in a file. oslo.config does not read a line "log-file = ...".
        return name.replace("-", "_")

    def classify(self, text: str, eol: str, previous: Line | None, in_section: bool) -> tuple[Line, str | None]:
        line = text.rstrip()
        if not line:
            return Line(BLANK, text, eol), None
        if line[0] in " \t":
            if previous is not None and previous.kind in (OPTION, CONTINUATION):
                return Line(CONTINUATION, text, eol), None
            return Line(JUNK, text, eol), "indented line that continues no option"
        if line[0] == "[":
            if not line.endswith("]"):
                return Line(JUNK, text, eol), "section header that does not end with ]"
            if len(line) <= 2:
                return Line(JUNK, text, eol), "section header without a name"
            return Line(HEADER, text, eol, line[1:-1]), None
        if line[0] in "#;":
            return Line(COMMENT, text, eol), None
        match = re.search("[=:]", line)
        if match is None:
            return Line(JUNK, text, eol), "neither '=' nor ':' in the line"
        name = line[: match.start()].strip()
        if not name:
            return Line(JUNK, text, eol), "option without a name"
        return Line(OPTION, text, eol, name), None if in_section else "option before the first section header"

    def split(self, text: str) -> Split:
        match = re.match(r"[^=:]*[=:][ \t]*", text)
        end = match.end() if match else len(text)
        return Split(text[:end], text[end:].rstrip(), "")

    def read(self, texts: Sequence[str]) -> str:
        first = texts[0].strip()
        if first and first[0] in "\"'" and first[-1] == first[0]:
            first = first[1:-1]
        return "\n".join([first, *(text.strip() for text in texts[1:])])

    def section_problem(self, name: str) -> str | None:
        if name.lower() == "default" and name != "DEFAULT":
            return f"oslo.config reads no options from [{name}]: the section is called DEFAULT, in capitals"
        return super().section_problem(name)

    def option_problem(self, name: str) -> str | None:
        if _BLANK.search(name):
            return f"the option name {name!r} contains a blank"
        return _name_problem("option", name, "=:[]")


class CephDialect(Dialect):
    """Ceph: ``mon host`` is ``mon_host``, # and ; begin a comment anywhere, a final newline is required."""

    name = "ceph"
    program = "Ceph"
    needs_final_eol = True

    def option_key(self, name: str) -> str:
        return re.sub(r"[ \t]+", "_", name.strip())

    def classify(self, text: str, eol: str, previous: Line | None, in_section: bool) -> tuple[Line, str | None]:
        if previous is not None and previous.kind in (OPTION, CONTINUATION) and _open_ended(previous.text):
            return Line(CONTINUATION, text, eol), None
        line = text.strip()
        if not line:
            return Line(BLANK, text, eol), None
        if line[0] in "#;":
            return Line(COMMENT, text, eol), None
        if line[0] == "[":
            match = re.match(r"\[([^\]\s][^\]]*)\][ \t]*(?:[#;].*)?$", text.rstrip())
            if match is None:
                return Line(JUNK, text, eol), "malformed section header"
            return Line(HEADER, text, eol, match.group(1).strip()), None
        name, sep, raw = line.partition("=")
        if not sep or not name.strip():
            return Line(JUNK, text, eol), "no 'name = value' in the line"
        quoted_badly = not _open_ended(text) and _ceph_scan(raw) is None
        return Line(OPTION, text, eol, name.strip()), "broken quotes in the value" if quoted_badly else None

    def split(self, text: str) -> Split:
        match = re.match(r"[^=]*=[ \t]*", text)
        end = match.end() if match else len(text)
        rest = text[end:]
        scanned = _ceph_scan(rest)
        stop = scanned[1] if scanned else len(rest)
        raw = rest[:stop].rstrip()
        return Split(text[:end], raw, rest[len(raw) :] if rest[stop:].strip() else "")

    def read(self, texts: Sequence[str]) -> str:
        joined = "".join(text[:-1] if _open_ended(text) else text for text in texts)
        scanned = _ceph_scan(joined)
        return scanned[0] if scanned else joined.strip()

    def option_problem(self, name: str) -> str | None:
        return _name_problem("option", name, "=[]#;\\\"'")

    def value_problem(self, value: str) -> str | None:
        if not _SIMPLE.fullmatch(value) and _ceph_scan(value) is None:
            return "the value has quotes that do not enclose it"
        return super().value_problem(value)


def _open_ended(text: str) -> bool:
    """Whether the line ends with a backslash that is not itself escaped."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _ceph_scan(raw: str) -> tuple[str, int] | None:
    """One Ceph value and the index where it ends; None if its quotes are broken."""
    start = len(raw) - len(raw.lstrip())
    quote = raw[start : start + 1] if raw[start : start + 1] in ("'", '"') else ""
    found: list[str] = []
    index = start + len(quote)
    while index < len(raw):
        char = raw[index]
        if char == "\\" and index + 1 < len(raw):
            found.append(raw[index + 1])
            index += 2
            continue
        if quote and char == quote:
            rest = raw[index + 1 :].strip()
            return ("".join(found), index + 1) if not rest or rest[0] in "#;" else None
        if char in "#;":
            break
        found.append(char)
        index += 1
    return None if quote else ("".join(found).strip(), index)


DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (OsloDialect(), CephDialect())}
