# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From bytes to lines, or to the whole list of what the program would refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import HEADER, Dialect, Fault, Line

BOM = b"\xef\xbb\xbf"


def read_lines(data: bytes, dialect: Dialect, name: str) -> list[Line]:
    """The lines of a file; raises ``InputErrors`` with every line that the program would refuse."""
    lines, faults = _tokens(_decode(data, dialect, name), dialect)
    if faults:
        raise InputErrors([_refusal(name, fault, lines, dialect) for fault in faults])
    return lines


def _decode(data: bytes, dialect: Dialect, name: str) -> str:
    if data.startswith(BOM):
        reason = f"begins with a UTF-8 byte order mark, which {dialect.program} refuses: save it without one"
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
    # Line ends are those that a Python text file knows, as oslo.config opens it as one.
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
