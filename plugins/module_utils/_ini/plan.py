# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many edits of one file as one step: all checked first, applied, and read again before anyone may write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS, Dialect
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import (
    ABSENT,
    EXACT,
    EditResult,
    Operation,
    OptionEdit,
    Reading,
    SectionEdit,
)

# A $ with a name behind it that is not escaped.
_SUBSTITUTED = re.compile(r"(?<![$\\])(?:\$\$)*\$(?:\w|\{)")


def apply_edits(
    data: bytes,
    options: Sequence[OptionEdit],
    sections: Sequence[SectionEdit] = (),
    dialect: str = "oslo",
    name: str = "the file",
    problems: Sequence[Problem] = (),
) -> EditResult:
    """Apply all edits to the content of a file, or raise ``InputErrors`` with everything that is wrong.

    ``problems`` are those that the caller has found already: they are raised together with ours.
    """
    found = [*problems, *find_problems(DIALECTS[dialect], options, sections)]
    try:
        document = Document.parse(data, dialect, name)
    except InputErrors as error:
        raise InputErrors([*found, *error.problems]) from error
    if found:
        raise InputErrors(found)
    before = document.reading()
    wanted = _expected(before, options, sections, document.dialect)
    operations = [_edit_section(document, edit) for edit in sections if edit.state == ABSENT]
    operations += [_edit_option(document, edit) for edit in options]
    for edit in sections:
        if edit.state == EXACT:
            operations += _purge(document, edit, options)
    after = document.to_bytes()
    _verify(after, wanted, document.dialect, name)
    return EditResult(data, after, tuple(operations), wanted, tuple(_warnings(document, options)))


def find_problems(dialect: Dialect, options: Sequence[OptionEdit], sections: Sequence[SectionEdit]) -> list[Problem]:
    """Everything that makes the wishes impossible or contradictory, whatever the file holds."""
    problems: list[Problem] = []
    states: dict[str, str] = {}
    for section in sections:
        state = states.setdefault(dialect.section_key(section.section), section.state)
        if state != section.state:
            problems.append(Problem(section.path, f"[{section.section}] is listed with two different states"))
    seen: dict[tuple[str, str], OptionEdit] = {}
    for edit in options:
        problems += [Problem(edit.path, text) for text in _option_problems(dialect, edit)]
        key = (dialect.section_key(edit.section), dialect.option_key(edit.option))
        first = seen.setdefault(key, edit)
        if first.values != edit.values:
            text = f"[{edit.section}] {edit.option} is asked for twice, differently (first in {first.path})"
            problems.append(Problem(edit.path, text))
        if edit.values is not None and states.get(key[0]) == ABSENT:
            problems.append(Problem(edit.path, f"[{edit.section}] shall be absent, so {edit.option} cannot be in it"))
    return problems


def _option_problems(dialect: Dialect, edit: OptionEdit) -> list[str]:
    # The value itself is not repeated: it may be a secret.
    found = [dialect.option_problem(edit.option)]
    if edit.values is not None:
        found.append(dialect.section_problem(edit.section))
        found += [dialect.value_problem(value) for value in edit.values]
        if not edit.values:
            found.append("the list of values is empty (to remove the option, use state absent)")
    return [f"[{edit.section}] {edit.option}: {text}" for text in found if text]


def _expected(
    before: Reading, options: Sequence[OptionEdit], sections: Sequence[SectionEdit], dialect: Dialect
) -> Reading:
    """What the file must read as afterwards, worked out without looking at lines."""
    wanted = dict(before)
    gone = {dialect.section_key(edit.section) for edit in sections if edit.state == ABSENT}
    exact = {dialect.section_key(edit.section) for edit in sections if edit.state == EXACT}
    asked = set()
    for edit in options:
        key = (dialect.section_key(edit.section), dialect.option_key(edit.option))
        if edit.values is not None:
            asked.add(key)
            wanted[key] = tuple(dialect.read(value.split("\n")) for value in edit.values)
        elif edit.only is None:
            wanted.pop(key, None)
        else:
            unwanted = dialect.read(edit.only.split("\n"))
            wanted[key] = tuple(value for value in wanted.get(key, ()) if value != unwanted)
    return {
        key: values
        for key, values in wanted.items()
        if values and key[0] not in gone and (key[0] not in exact or key in asked)
    }


def _edit_option(document: Document, edit: OptionEdit) -> Operation:
    before, line = document.get_all(edit.section, edit.option), document.line_of(edit.section, edit.option)
    if edit.values is None:
        changed = document.remove(edit.section, edit.option, edit.only)
        action = "removed"
    else:
        changed = document.set_all(edit.section, edit.option, edit.values)
        action = "changed" if before else "added"
    after = document.get_all(edit.section, edit.option)
    line = document.line_of(edit.section, edit.option) or line
    return Operation(edit.section, edit.option, action if changed else "unchanged", before, after, line)


def _edit_section(document: Document, edit: SectionEdit) -> Operation:
    changed = document.remove_section(edit.section, edit.comments)
    return Operation(edit.section, None, "removed" if changed else "unchanged")


def _purge(document: Document, edit: SectionEdit, options: Sequence[OptionEdit]) -> list[Operation]:
    rules = document.dialect
    key = rules.section_key(edit.section)
    present = [each for each in options if each.values is not None and rules.section_key(each.section) == key]
    keep = {rules.option_key(each.option) for each in present}
    extra = [name for name in document.options(edit.section) if rules.option_key(name) not in keep]
    return [_edit_option(document, OptionEdit(edit.section, name, None)) for name in extra]


def _verify(data: bytes, wanted: Reading, dialect: Dialect, name: str) -> None:
    """Read the result as the program would. A difference is our own mistake, and must not reach the disk."""
    try:
        seen = Document.parse(data, dialect, name).reading()
    except InputErrors as error:
        raise DcnError(f"Refused to write {name}: the result could not be loaded: {error}.") from error
    if seen != wanted:
        keys = sorted(key for key in {*seen, *wanted} if seen.get(key) != wanted.get(key))
        listed = ", ".join(f"[{section}] {option}" for section, option in keys)
        raise DcnError(f"Refused to write {name}: {dialect.program} would read other values than wanted for {listed}.")


def _warnings(document: Document, options: Sequence[OptionEdit]) -> list[str]:
    """Things in the file that look like an option of this call, and that nobody reads."""
    if document.dialect.name != "oslo":
        return []
    found: list[str] = []
    lost = document.options("default")
    if lost and any(edit.section == "DEFAULT" for edit in options):
        found.append(f"oslo.config ignores [default] ({', '.join(lost)}): options belong in [DEFAULT], in capitals.")
    for edit in options:
        others = [
            name
            for name in document.options(edit.section)
            if name != edit.option and name.lower() == edit.option.lower()
        ]
        found += [
            f"oslo.config ignores [{edit.section}] {name}: the option is written {edit.option}." for name in others
        ]
        if redact.is_secret(edit.option) and any(_SUBSTITUTED.search(value) for value in edit.values or ()):
            # Anywhere else a $ is meant as such; in a password it stops the service.
            found.append(f"[{edit.section}] {edit.option}: oslo.config takes $ for the name of an option, write $$.")
    return found
