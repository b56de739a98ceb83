# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An INI file as a list of lines that can be edited without changing a byte of the rest.

Values are compared as the program reads them (``dialects``): an edit that does not change what it reads changes
nothing. A value is the text in the file, so quotes around it are part of it, and the program strips them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini import layout, redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import (
    BLANK,
    COMMENT,
    CONTINUATION,
    DIALECTS,
    HEADER,
    OPTION,
    Dialect,
    Fault,
    Line,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini.index import Index

BOM = b"\xef\xbb\xbf"
INDENT = "        "


class Document:
    """Parse a file, read and edit its options, and get the bytes again."""

    def __init__(self, lines: Sequence[Line], dialect: Dialect) -> None:
        self.lines = list(lines)
        self.dialect = dialect
        self._index = Index(self.lines, dialect)

    @classmethod
    def parse(cls, data: bytes, dialect: str | Dialect = "oslo", name: str = "the file") -> Document:
        """Read a file. Raises ``InputErrors`` with every line for which the program refuses it."""
        rules = DIALECTS[dialect] if isinstance(dialect, str) else dialect
        lines = read_lines(data, rules, name)
        if rules.needs_final_eol and lines and not lines[-1].eol:
            lines[-1] = _with_eol(lines[-1], _file_eol(lines))
        return cls(lines, rules)

    def to_bytes(self) -> bytes:
        return "".join(line.text + line.eol for line in self.lines).encode("utf-8")

    # What the program reads

    def sections(self) -> tuple[str, ...]:
        """Names of all sections in file order, as first written."""
        names: dict[str, str] = {}
        for line in self.lines:
            if line.kind == HEADER:
                names.setdefault(self.dialect.section_key(line.name), line.name)
        return tuple(names.values())

    def has_section(self, section: str) -> bool:
        return bool(self._blocks(section))

    def options(self, section: str) -> tuple[str, ...]:
        """Names of the options of a section in file order, as first written."""
        key = self.dialect.section_key(section)
        names: dict[str, str] = {}
        for option in self._index.options(key):
            names.setdefault(option.option, self.lines[option.start].name)
        return tuple(names.values())

    def get(self, section: str, option: str) -> str | None:
        """The value that counts (the last one), or None."""
        values = self.get_all(section, option)
        return values[-1] if values else None

    def get_all(self, section: str, option: str) -> tuple[str, ...]:
        """All values of a repeated option, in file order."""
        return tuple(self._value(found) for found in self._find(section, option))

    def reading(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """All values that the program reads, by (section key, option key)."""
        result: dict[tuple[str, str], tuple[str, ...]] = {}
        for option in self._index.all_options():
            key = (option.section, option.option)
            result[key] = (*result.get(key, ()), self._value(option))
        return result

    def line_of(self, section: str, option: str) -> int | None:
        """Number of the line that counts, from 1, or None."""
        found = self._find(section, option)
        return found[-1].start + 1 if found else None

    # Edits. Each returns whether it changed anything.

    def set(self, section: str, option: str, value: str) -> bool:
        """Make this the only value of the option. Of repeated lines the last one stays."""
        return self.set_all(section, option, [value])

    def set_all(self, section: str, option: str, values: Sequence[str]) -> bool:
        """Make these the values of a repeated option, in this order. Lines that stay are not changed."""
        self._check(section, option, values)
        found = self._find(section, option)
        current = [self._value(each) for each in found]
        wanted = [self.dialect.read(value.split("\n")) for value in values]
        if current == wanted:
            return False
        if not found:
            self._insert_option(section, option, values[0])
            found, current = self._find(section, option), wanted[:1]
        if len(values) == 1 and wanted[0] not in current:
            self._keep_last(found, values[0])
        else:
            self._align(found, current, list(values), wanted)
        return True

    def remove(self, section: str, option: str, value: str | None = None) -> bool:
        """Remove an option with its continuation lines, or only the lines with this value."""
        found = self._find(section, option)
        if value is not None:
            wanted = self.dialect.read(value.split("\n"))
            found = [each for each in found if self._value(each) == wanted]
        for each in reversed(found):
            self._replace(each.start, each.end, [])
        return bool(found)

    def rename(self, section: str, old: str, new: str) -> bool:
        """Write another name in the lines of an option. Values and separators stay."""
        found = self._find(section, old)
        for each in found:
            line = self.lines[each.start]
            text = line.text.replace(line.name, new, 1)
            self._replace(each.start, each.start + 1, [Line(line.kind, text, line.eol, new)])
        return bool(found)

    def remove_section(self, section: str, comments: str = "drop") -> bool:
        """Remove a section. ``comments="keep"`` leaves the header and the comments of a section that has comments."""
        changed = False
        for index in reversed(range(len(self._blocks(section)))):
            # Found again each time, because a removal can include lines above the block.
            block = self._blocks(section)[index]
            body = self.lines[block.start + 1 : block.end]
            if comments == "keep" and any(line.kind == COMMENT for line in body):
                kept = [line for line in body if line.kind not in (OPTION, CONTINUATION)]
                changed |= len(kept) < len(body)
                self._replace(block.start + 1, block.end, kept)
            else:
                changed = True
                self._replace(*layout.removal(self.lines, block, self.dialect), [])
        return changed

    def add_section(self, section: str) -> bool:
        """Add an empty section at the end, after one blank line; [DEFAULT] at the top."""
        if self._blocks(section):
            return False
        problem = self.dialect.section_problem(section)
        if problem:
            raise InputErrors([Problem(f"[{section}]", problem)])
        eol = _file_eol(self.lines)
        header = Line(HEADER, f"[{section}]", eol, section)
        blank = Line(BLANK, "", eol)
        if section == "DEFAULT":
            place = layout.default_place(self.lines)
            after = [blank] if place < len(self.lines) else []
            self._replace(place, place, [header, *after])
        else:
            end = layout.trailing_blanks(self.lines, len(self.lines))
            self._replace(end, len(self.lines), [blank, header] if end else [header])
        return True

    def _check(self, section: str, option: str, values: Sequence[str]) -> None:
        where = f"[{section}] {option}"
        found = [None if self._blocks(section) else self.dialect.section_problem(section)]
        found.append(self.dialect.option_problem(option))
        found += [self.dialect.value_problem(value) for value in values]
        if not values:
            found.append("there is no value (to remove the option, remove it)")
        problems = [Problem(where, text) for text in found if text]
        if problems:
            raise InputErrors(problems)

    def _find(self, section: str, option: str) -> list[layout.Option]:
        key = self.dialect.option_key(option)
        return [each for each in self._index.options(self.dialect.section_key(section)) if each.option == key]

    def _blocks(self, section: str) -> list[layout.Block]:
        return self._index.blocks(self.dialect.section_key(section))

    def _value(self, option: layout.Option) -> str:
        head, *rest = self.lines[option.start : option.end]
        if not rest:
            split = self.dialect.split(head.text)
            return self.dialect.read([split.raw])
        prefix = self.dialect.split(head.text).prefix
        return self.dialect.read([head.text[len(prefix) :], *(line.text for line in rest)])

    def _replace(self, start: int, end: int, lines: Sequence[Line]) -> None:
        self.lines[start:end] = lines
        self._index.replaced(start, end, len(lines))
        eol = _file_eol(self.lines)
        for index in range(max(start - 1, 0), min(start + len(lines), len(self.lines) - 1)):
            if not self.lines[index].eol:
                self.lines[index] = _with_eol(self.lines[index], eol)

    def _insert_option(self, section: str, option: str, value: str) -> None:
        self.add_section(section)
        own = self._blocks(section)
        place = layout.option_place(self.lines, own, self.dialect.option_key(option), self.dialect)
        self._insert_at(place, option, value, own)

    def _insert_at(self, place: int, option: str, value: str, own: Sequence[layout.Block]) -> None:
        indent = ""
        if self.dialect.name == "ceph":
            siblings = list(self._index.options(own[-1].key))
            text = self.lines[siblings[-1].start].text if siblings else ""
            indent = text[: len(text) - len(text.lstrip())]
        eol = self._eol_beside(place - 1)
        self._replace(place, place, _option_lines(f"{indent}{option} = ", option, value, INDENT, "", eol, eol))

    def _eol_beside(self, index: int) -> str:
        """The line end of a new line: that of the line beside it, unless that is a single CR in a file with LF."""
        eol, usual = self.lines[index].eol, _file_eol(self.lines)
        return usual if eol in ("", "\r") else eol

    def _rewrite(self, found: layout.Option, value: str) -> None:
        old = self.lines[found.start : found.end]
        split = self.dialect.split(old[0].text)
        prefix = split.prefix
        if value and not split.raw and re.search(r"[ \t][=:]$", prefix):
            prefix += " "
        more = re.match(r"[ \t]+", old[1].text) if len(old) > 1 else None
        indent = more.group() if more else INDENT
        eol = self._eol_beside(found.start)
        new = _option_lines(prefix, old[0].name, value, indent, split.suffix, eol, old[-1].eol)
        self._replace(found.start, found.end, new)

    def _keep_last(self, found: Sequence[layout.Option], value: str) -> None:
        self._rewrite(found[-1], value)
        for each in reversed(found[:-1]):
            self._replace(each.start, each.end, [])

    def _align(self, found: list[layout.Option], current: list[str], values: list[str], wanted: list[str]) -> None:
        """Turn the existing lines into the wanted ones, from the last to the first, so that indexes stay valid."""
        matcher = difflib.SequenceMatcher(None, current, wanted, autojunk=False)
        for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
            if tag == "equal":
                continue
            paired = min(i2 - i1, j2 - j1)
            for each in reversed(found[i1 + paired : i2]):
                self._replace(each.start, each.end, [])
            at = found[i1 + paired - 1].end if i1 + paired else found[0].start
            head = self.lines[found[max(i1 + paired - 1, 0)].start]
            for value in reversed(values[j1 + paired : j2]):
                prefix = self.dialect.split(head.text).prefix
                eol = self._eol_beside(found[max(i1 + paired - 1, 0)].start)
                self._replace(at, at, _option_lines(prefix, head.name, value, INDENT, "", eol, eol))
            for offset in reversed(range(paired)):
                self._rewrite(found[i1 + offset], values[j1 + offset])


def _option_lines(prefix: str, name: str, value: str, indent: str, suffix: str, eol: str, last_eol: str) -> list[Line]:
    first, *rest = value.split("\n")
    text = prefix + first + suffix
    lines = [Line(OPTION, text if first else text.rstrip(), eol, name)]
    lines += [Line(CONTINUATION, indent + more, eol) for more in rest]
    lines[-1] = _with_eol(lines[-1], last_eol)
    return lines


def _with_eol(line: Line, eol: str) -> Line:
    return Line(line.kind, line.text, eol, line.name)


def _file_eol(lines: Sequence[Line]) -> str:
    """The line end of the file: the first one that is not a single CR, because a CR in a file with LF is a mistake."""
    usual = next((line.eol for line in lines if line.eol not in ("", "\r")), "")
    return usual or next((line.eol for line in lines if line.eol), "\n")


def read_lines(data: bytes, dialect: Dialect, name: str) -> list[Line]:
    """The lines of a file. Raises ``InputErrors`` with every line for which the program refuses the file."""
    lines, faults = _tokens(_decode(data, dialect, name), dialect)
    if faults:
        raise InputErrors([_refusal(name, fault, lines, dialect) for fault in faults])
    return lines


def _decode(data: bytes, dialect: Dialect, name: str) -> str:
    if data.startswith(BOM):
        reason = f"begins with a UTF-8 byte order mark, which {dialect.program} refuses: save it without one"
        raise InputErrors([Problem(name, reason)])
    if b"\0" in data:
        number = data.count(b"\n", 0, data.index(b"\0")) + 1
        reason = f"contains a NUL character in line {number}, so it is damaged: restore it, or remove the character"
        raise InputErrors([Problem(name, reason)])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        reason = f"is not UTF-8 text: byte {data[error.start]:#04x} in line {number}: convert it first"
        raise InputErrors([Problem(name, reason)]) from error


def _tokens(text: str, dialect: Dialect) -> tuple[list[Line], list[Fault]]:
    lines: list[Line] = []
    faults: list[Fault] = []
    in_section = False
    # The line ends of a Python text file, because oslo.config opens the file as one.
    pieces = re.split(r"(\r\n|\n|\r)", text)
    for body, eol in zip(pieces[::2], [*pieces[1::2], ""]):
        if not body and not eol:
            continue
        line, reason = dialect.classify(body, eol, lines[-1] if lines else None, in_section)
        lines.append(line)
        in_section = in_section or line.kind == HEADER
        if reason:
            faults.append(Fault(len(lines), line, reason))
    return lines, faults


def _refusal(name: str, fault: Fault, lines: Sequence[Line], dialect: Dialect) -> Problem:
    shown = redact.mask_lines(lines[: fault.number])[-1].strip()
    return Problem(f"{name}, line {fault.number}", f"{dialect.program} cannot load it: {fault.reason}: {shown!r}")
