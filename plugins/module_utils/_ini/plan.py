# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many edits of one file as one step: all are checked, applied, and read again before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    COMMONLY_SUBSTITUTED,
    substituted_names,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS, HEADER, Dialect
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.items import with_values
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import (
    ABSENT,
    EXACT,
    NOTHING,
    OPTION_EXISTS,
    EditResult,
    Operation,
    OptionEdit,
    Reading,
    SectionEdit,
)


def apply_edits(
    data: bytes,
    options: Sequence[OptionEdit],
    sections: Sequence[SectionEdit] = (),
    dialect: str = "oslo",
    name: str = "the file",
    problems: Sequence[Problem] = (),
    check_references: bool = True,
    must_exist: str = NOTHING,
) -> EditResult:
    """Apply all edits to the content of a file, or raise ``InputErrors`` with everything that is wrong.

    ``name`` is the file in messages. ``problems`` are raised together with those found here. ``check_references``
    refuses references to options that the file does not set; False is for a caller that does not know the file.
    ``must_exist`` is NOTHING, SECTION_EXISTS or OPTION_EXISTS: what must be there before an option is set.
    """
    rules = DIALECTS[dialect]
    options = _written(rules, options)
    try:
        document = Document.parse(data, dialect, name)
    except InputErrors as error:
        known = [edit for edit in options if not edit.items]
        raise InputErrors([*problems, *find_problems(rules, known, sections), *error.problems]) from error
    missing = _missing(document, options, must_exist, name)
    options = with_values(document, options)
    found = [*problems, *find_problems(rules, options, sections), *missing]
    warnings = _warnings(document, options)
    expected = _expected(document, options, sections)
    found += _reference_problems(expected, options, rules) if check_references else []
    if found:
        raise InputErrors(found)
    operations = _edit_all(document, options, sections)
    after = document.to_bytes()
    _verify(after, expected, rules, name)
    return EditResult(data, after, tuple(operations), expected, tuple(warnings))


def _edit_all(document: Document, options: Sequence[OptionEdit], sections: Sequence[SectionEdit]) -> list[Operation]:
    operations = [_edit_section(document, edit) for edit in sections if edit.state == ABSENT]
    operations += [_edit_option(document, edit) for edit in options]
    stated = _stated(document.dialect, options)
    for edit in sections:
        if edit.state == EXACT:
            operations += _remove_others(document, edit, stated)
    return operations


def _stated(dialect: Dialect, options: Sequence[OptionEdit]) -> dict[str, set[str]]:
    """The options that the edits set, by section."""
    found: dict[str, set[str]] = {}
    for edit in options:
        if edit.values is not None:
            section, option = _key(dialect, edit)
            found.setdefault(section, set()).add(option)
    return found


def new_file_problems(options: Sequence[OptionEdit], dialect: str = "oslo") -> list[Problem]:
    """What ``apply_edits`` refuses of these edits in an empty file, found without writing it. The time is linear."""
    rules = DIALECTS[dialect]
    return find_problems(rules, _written(rules, options), ())


def _written(dialect: Dialect, options: Sequence[OptionEdit]) -> list[OptionEdit]:
    """The edits with the names of options as a file has them."""
    names = [dialect.written_name(edit.option) for edit in options]
    return [edit if edit.option == name else replace(edit, option=name) for edit, name in zip(options, names)]


def find_problems(dialect: Dialect, options: Sequence[OptionEdit], sections: Sequence[SectionEdit]) -> list[Problem]:
    """Everything that makes the edits impossible or contradictory, whatever the file contains."""
    problems: list[Problem] = []
    states: dict[str, str] = {}
    for section in sections:
        state = states.setdefault(dialect.section_key(section.section), section.state)
        if state != section.state:
            problems.append(Problem(section.path, f"[{section.section}] is listed with two different states"))
    seen: dict[tuple[str, str], OptionEdit] = {}
    for edit in options:
        problems += [Problem(edit.path, text) for text in _option_problems(dialect, edit)]
        key = _key(dialect, edit)
        first = seen.setdefault(key, edit)
        if first.values != edit.values:
            text = f"[{edit.section}] {edit.option} is set twice, to different values (first in {first.path})"
            problems.append(Problem(edit.path, text))
        if edit.values is not None and states.get(key[0]) == ABSENT:
            text = f"[{edit.section}] has the state absent, so {edit.option} cannot be set in it"
            problems.append(Problem(edit.path, text))
    return problems


def _key(dialect: Dialect, edit: OptionEdit) -> tuple[str, str]:
    return dialect.section_key(edit.section), dialect.option_key(edit.option)


def _missing(document: Document, options: Sequence[OptionEdit], must_exist: str, name: str) -> list[Problem]:
    """Options that are to be set, and whose section or line is not in the file although it must be."""
    if must_exist == NOTHING:
        return []
    rules, reading = document.dialect, document.reading()
    headers = {rules.section_key(line.name): line.name for line in document.lines if line.kind == HEADER}
    problems = []
    for edit in options:
        key = _key(rules, edit)
        if edit.remove_items or (edit.values is None and not edit.items) or key in reading:
            continue
        if key[0] not in headers:
            text = f"{name} has no such section{words.suggest(edit.section, headers.values())}"
            problems.append(Problem(edit.path, f"[{edit.section}] {edit.option}: {text}"))
        elif must_exist == OPTION_EXISTS:
            near = words.suggest(edit.option, document.options(edit.section))
            text = f"{name} does not set this option{near}"
            problems.append(Problem(edit.path, f"[{edit.section}] {edit.option}: {text}"))
    return problems


def _option_problems(dialect: Dialect, edit: OptionEdit) -> list[str]:
    # The value is not repeated, because it can be a secret.
    found = [dialect.option_problem(edit.option)]
    if edit.values is not None:
        found.append(dialect.section_problem(edit.section))
        found += [dialect.value_problem(value) for value in edit.values]
        if not edit.values:
            found.append("the list of values is empty (to remove the option, use state absent)")
    elif edit.only is not None:
        reason = dialect.value_problem(dialect.read(edit.only.split("\n")))
        if reason:
            found.append(f"no line can have the value to remove: {reason}")
    return [f"[{edit.section}] {edit.option}: {text}" for text in found if text]


def _reference_problems(expected: Reading, options: Sequence[OptionEdit], dialect: Dialect) -> list[Problem]:
    """Values in which oslo.config would substitute an option that does not exist: the service stops at them."""
    if dialect.name != "oslo":
        return []
    problems = []
    for edit in options:
        for name in dict.fromkeys(name for value in edit.values or () for name in substituted_names(value)):
            group, dot, option = name.partition(".")
            keys = [(dialect.section_key(edit.section), name), ("DEFAULT", name)]
            keys += [(dialect.section_key(group), option)] if dot else []
            if name in COMMONLY_SUBSTITUTED or any(key in expected for key in keys):
                continue
            shown = "a name after a dollar sign" if redact.is_secret(edit.option) else f"${name}"
            text = (
                f"[{edit.section}] {edit.option}: oslo.config replaces {shown} with the value of the option of that "
                "name, which this file does not set, and the service fails. Write $$ for a dollar sign. To refer to an "
                "option of the service, set that option in the same file"
            )
            problems.append(Problem(edit.path, text))
    return problems


def _other_names(document: Document, edit: OptionEdit) -> list[str]:
    """Names in the section that mean this option for a reader, and that the program does not read."""
    rules = document.dialect
    return [
        name
        for name in document.options(edit.section)
        if rules.option_key(name) != rules.option_key(edit.option) and rules.written_name(name) == edit.option
    ]


def _expected(document: Document, options: Sequence[OptionEdit], sections: Sequence[SectionEdit]) -> Reading:
    """What the program must read after the edits, derived from its reading and not from lines."""
    rules, expected = document.dialect, dict(document.reading())
    gone = {rules.section_key(edit.section) for edit in sections if edit.state == ABSENT}
    exact = {rules.section_key(edit.section) for edit in sections if edit.state == EXACT}
    stated = set()
    for edit in options:
        key = _key(rules, edit)
        if edit.values is not None:
            stated.add(key)
            expected[key] = tuple(rules.read(value.split("\n")) for value in edit.values)
        elif edit.only is None:
            expected.pop(key, None)
        else:
            unwanted = rules.read(edit.only.split("\n"))
            expected[key] = tuple(value for value in expected.get(key, ()) if value != unwanted)
        for name in _other_names(document, edit) if _moves_other_names(document, edit) else ():
            expected.pop((key[0], rules.option_key(name)), None)
    return {
        key: values
        for key, values in expected.items()
        if values and key[0] not in gone and (key[0] not in exact or key in stated)
    }


def _moves_other_names(document: Document, edit: OptionEdit) -> bool:
    """Whether lines with another name are renamed (nothing else sets the option) or removed with the option."""
    if edit.values is None:
        return edit.only is None
    return not document.get_all(edit.section, edit.option)


def _edit_option(document: Document, edit: OptionEdit) -> Operation:
    before, line = document.get_all(edit.section, edit.option), document.line_of(edit.section, edit.option)
    others = _other_names(document, edit) if _moves_other_names(document, edit) else []
    changed = False
    if edit.values is None:
        for name in (edit.option, *others):
            changed |= document.remove(edit.section, name, edit.only)
        action = "removed"
    else:
        for name in others:
            changed |= document.rename(edit.section, name, edit.option)
        changed |= document.set_all(edit.section, edit.option, edit.values)
        action = "changed" if before or others else "added"
    after = document.get_all(edit.section, edit.option)
    line = document.line_of(edit.section, edit.option) or line
    return Operation(edit.section, edit.option, action if changed else "unchanged", before, after, line)


def _edit_section(document: Document, edit: SectionEdit) -> Operation:
    changed = document.remove_section(edit.section, edit.comments)
    return Operation(edit.section, None, "removed" if changed else "unchanged")


def _remove_others(document: Document, edit: SectionEdit, stated: Mapping[str, Collection[str]]) -> list[Operation]:
    """Remove the options of a section that no edit sets."""
    rules = document.dialect
    keep = stated.get(rules.section_key(edit.section), ())
    extra = [name for name in document.options(edit.section) if rules.option_key(name) not in keep]
    return [_edit_option(document, OptionEdit(edit.section, name, None)) for name in extra]


def _verify(data: bytes, expected: Reading, dialect: Dialect, name: str) -> None:
    """Read the result as the program does. A difference is a fault of this code, and must not be written."""
    try:
        seen = Document.parse(data, dialect, name).reading()
    except InputErrors as error:
        raise DcnError(f"{name} was not written, because the result could not be loaded: {error}.") from error
    if seen != expected:
        keys = sorted(key for key in {*seen, *expected} if seen.get(key) != expected.get(key))
        listed = ", ".join(f"[{section}] {option}" for section, option in keys)
        raise DcnError(
            f"{name} was not written, because {dialect.program} would read other values than expected for {listed}."
        )


def _warnings(document: Document, options: Sequence[OptionEdit]) -> list[str]:
    """Text in the file that looks like an option of this call, and that the program does not read."""
    if document.dialect.name != "oslo":
        return []
    found: list[str] = []
    lost = document.options("default")
    if lost and any(edit.section == "DEFAULT" for edit in options):
        found.append(f"oslo.config ignores [default] ({', '.join(lost)}): options belong in [DEFAULT], in capitals.")
    found += _section_warnings(document, options)
    for edit in options:
        moved = _other_names(document, edit) if _moves_other_names(document, edit) else []
        found += [
            f"oslo.config ignores [{edit.section}] {name}: the name of the option is {edit.option}."
            for name in document.options(edit.section)
            if name not in (edit.option, *moved) and _same_letters(name, edit.option)
        ]
    return found


def _same_letters(one: str, other: str) -> bool:
    return one.lower().replace("-", "_") == other.lower().replace("-", "_")


def _section_warnings(document: Document, options: Sequence[OptionEdit]) -> list[str]:
    """Headers in another case: one section for oslo.config, and another one for programs such as crudini."""
    named = {document.dialect.section_key(edit.section): edit.section for edit in options}
    headers = [line.name for line in document.lines if line.kind == HEADER]
    return [
        f"The options of [{named[key]}] are in the section [{header}]. oslo.config ignores the case of the name, other "
        "programs such as crudini do not."
        for header in dict.fromkeys(headers)
        if (key := document.dialect.section_key(header)) in named and header != named[key]
    ]
