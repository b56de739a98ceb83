# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the values of options to text, and checks them."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    BOOL,
    DICT,
    INT,
    LIST,
    TRUE_TEXTS,
    Option,
    pairs_problem,
    pairs_text,
    substituted_names,
    type_problem,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable


class InvalidValue(Exception):
    """A value that cannot be used. The text follows the path of the option in a message."""


def option_name(name: str) -> str:
    """The name of an option, if it can be one."""
    if not words.OPTION.fullmatch(name):
        raise InvalidValue("is not the name of an option: use letters, digits, _ and - only")
    return name


def section_name(name: str) -> str:
    """The name of a section of a service's file, if it can be one."""
    problem = DIALECTS["oslo"].section_problem(name)
    if problem or not words.SECTION.fullmatch(name):
        raise InvalidValue(f"is not the name of a section: {problem or 'it contains a character that is not allowed'}")
    return name


def section_key(name: str) -> str:
    """What the spellings of a section that oslo.config reads as the same one have in common."""
    return DIALECTS["oslo"].section_key(name)


def option_key(section: str, name: str) -> tuple[str, str]:
    """What the spellings of an option that oslo.config reads as the same one have in common."""
    return section_key(section), DIALECTS["oslo"].option_key(name)


def scalar(value: object, dialect: str = "oslo") -> str:
    """A scalar as text that a file of the dialect can hold; a boolean as oslo.config writes it."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, (int, float)):
        return str(value)
    if unreadable(value):
        raise InvalidValue(unreadable(value))
    if not isinstance(value, str):
        raise InvalidValue(f"must be text, a number or a boolean, not {words.kind(value)}")
    if words.CONTROL.search(value):
        hint = " (for a block of text in YAML, use |- instead of |)" if value.endswith("\n") else ""
        raise InvalidValue(f"contains a line break or another control character, which the file cannot hold{hint}")
    text = str(value).strip()
    problem = DIALECTS[dialect].value_problem(text)
    if problem:
        raise InvalidValue(f"cannot be written to the file: {problem}")
    return text


def ini_value(value: object, option: Option | None = None) -> IniValue:
    """The value of any option: text, several texts for an option that repeats, None for an option to remove.

    If the type of the option is known, each value is checked against it.
    """
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        if not value:
            raise InvalidValue("is an empty list; add a value, or use null to remove the option")
        return tuple(_checked(scalar(item), option) for item in value)
    return _checked(scalar(value), option)


def _checked(text: str, option: Option | None) -> str:
    problem = type_problem(option, DIALECTS["oslo"].read([text])) if option is not None else ""
    if option is not None and problem:
        shown = "" if is_secret_option(option.name) else f", not {words.show(text)}"
        raise InvalidValue(f"{problem}{shown}")
    return text


def option_value(option: Option | None, name: str, value: object) -> str:
    """The value of a single option as text, checked against the type of the option if it is known."""
    if option is not None and option.type == LIST and isinstance(value, (list, tuple)):
        return ",".join(scalar(item) for item in value)
    if option is not None and option.type == DICT and isinstance(value, Mapping):
        pairs = {scalar(key): scalar(item) for key, item in value.items()}
        problem = pairs_problem(pairs)
        if problem:
            raise InvalidValue(problem)
        return pairs_text(pairs)
    text = scalar(value)
    return text if option is None else _typed(option, text, value, is_secret_option(name))


def repeated_values(value: object) -> tuple[str, ...]:
    """The values of an option that repeats; one value is the same as a list of one."""
    if isinstance(value, (list, tuple)) and not value:
        raise InvalidValue("is an empty list; add a value, or remove the option")
    return tuple(scalar(item) for item in (value if isinstance(value, (list, tuple)) else [value]))


def _typed(option: Option, text: str, value: object, secret: bool) -> str:
    shown = words.kind(value) if secret else words.show(value)
    if isinstance(value, bool) and option.type != BOOL:
        wanted = "a number" if option.type == INT else "text"
        raise InvalidValue(f"must be {wanted}, not a boolean ({shown})")
    if option.type in (BOOL, INT) and not text:
        raise InvalidValue("is empty; set a value, or remove the option")
    problem = type_problem(option, text)
    if option.type in (BOOL, INT) and substituted_names(text):
        problem = f"must be {'true or false' if option.type == BOOL else 'a number'}, and cannot refer to an option"
    if problem:
        hint = words.suggest(text, option.choices) if option.choices and not secret else ""
        raise InvalidValue(f"{problem}, not {shown}{hint}")
    if option.type == BOOL:
        return "True" if text.lower() in TRUE_TEXTS else "False"
    return str(int(text)) if option.type == INT else text


def is_true(text: str | None) -> bool:
    """Whether the text of a boolean option is true."""
    return text is not None and text.lower() in TRUE_TEXTS
