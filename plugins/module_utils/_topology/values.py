# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of INI options: from what YAML gives to the text that oslo.config reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._topology.drivers import Option
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import is_secret

TRUE = ("true", "1", "on", "yes", "t", "y")
FALSE = ("false", "0", "off", "no", "f", "n")


class ValueProblem(Exception):
    """Why a value cannot be used; the text goes behind the path of the option."""


def option_name(name: str) -> str:
    """The name of an option, if it can be one."""
    if not names.OPTION.fullmatch(name):
        raise ValueProblem("is not the name of an option: letters, digits, _ and - only")
    return name


def scalar(value: object) -> str:
    """A scalar as INI text; True and False as oslo.config writes them."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str):
        raise ValueProblem(f"must be text, a number or a boolean, not {names.kind(value)}")
    if names.CONTROL.search(value):
        raise ValueProblem("holds a line break or another control character, which an INI file cannot carry")
    return str(value).strip()


def ini_value(value: object) -> IniValue:
    """Any option of any file: a scalar, a list for an option that repeats, None for an option that must go."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return tuple(scalar(item) for item in value)
    return scalar(value)


def store_value(option: Option | None, name: str, value: object) -> str:
    """The value of a store's option, checked against its type when the option is known."""
    if option is not None and option.type == "list" and isinstance(value, (list, tuple)):
        return ",".join(scalar(item) for item in value)
    if option is not None and option.type == "dict" and isinstance(value, Mapping):
        return ",".join(f"{scalar(key)}:{scalar(item)}" for key, item in value.items())
    text = scalar(value)
    if option is None:
        return text
    shown = names.kind(value) if is_secret(name) else names.show(value)
    return _typed(option, text, value, shown)


def _typed(option: Option, text: str, value: object, shown: str) -> str:
    if option.type == "bool":
        if text.lower() not in TRUE + FALSE:
            raise ValueProblem(f"must be true or false, not {shown}")
        return "True" if text.lower() in TRUE else "False"
    if isinstance(value, bool):
        wanted = "a number" if option.type == "int" else "text"
        raise ValueProblem(f"must be {wanted}, not a boolean ({shown})")
    if option.type == "int":
        return _integer(option, text, shown)
    if option.choices and text not in option.choices:
        raise ValueProblem(f"{shown} is not one of {names.one_of(option.choices)}{names.suggest(text, option.choices)}")
    return text


def _integer(option: Option, text: str, shown: str) -> str:
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise ValueProblem(f"must be a whole number, not {shown}")
    if option.minimum is not None and int(text) < option.minimum:
        raise ValueProblem(f"must be {option.minimum} or more, not {shown}")
    return str(int(text))


def is_true(text: str | None) -> bool:
    """Whether an option's text means true."""
    return text is not None and text.lower() in TRUE
