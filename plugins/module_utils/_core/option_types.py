# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of configuration options, and which texts oslo.config can convert to them.

Follows ``oslo_config.types``. The tests compare both. No message repeats a value, because a value can be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

STR = "str"
BOOL = "bool"
INT = "int"
#: A list without brackets: ``a,b``.
LIST = "list"
#: A list in brackets: ``[a,b]``. oslo.config refuses the value without them.
BRACKETED_LIST = "bracketed list"
#: ``name:value`` pairs: ``a:1,b:2``.
DICT = "dict"
#: An option that can be repeated; oslo.config reads every line.
MULTI = "multi"

TRUE_TEXTS = ("true", "1", "on", "yes")
FALSE_TEXTS = ("false", "0", "off", "no")


@dataclass(frozen=True)
class Option:
    """One option: its name, the type that oslo.config converts its value to, and the limits of a value.

    ``deprecated`` says what to use instead, empty if the option is not deprecated.
    """

    name: str
    type: str = STR
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    deprecated: str = ""


#: What oslo.config replaces in a value by the value of an option; source: ``ConfigOpts.Template``.
_SUBSTITUTION = re.compile(r"\$(?:\$|(?P<name>[_a-z][._a-z0-9]*)|\{(?P<braced>[_a-z][._a-z0-9]*)\})", re.IGNORECASE)


#: Options of OpenStack services to which configuration files refer without setting them.
COMMONLY_SUBSTITUTED = frozenset(
    "bind_host bind_port bindir host instances_path lock_path log_dir my_block_storage_ip my_ip pybasedir "
    "state_path tempdir volumes_dir".split()
)


def substituted_names(text: str) -> tuple[str, ...]:
    """The options whose values oslo.config inserts into this text. An unknown one stops the service.

    ``$$`` and ``\\$`` are literal dollar signs.
    """
    matches = _SUBSTITUTION.finditer(text.replace("\\$", "$$"))
    return tuple(name for name in (match.group("name") or match.group("braced") for match in matches) if name)


def type_problem(option: Option, text: str) -> str:
    """Why oslo.config cannot convert this text to the type of the option, '' if it can.

    ``text`` is the value as oslo.config reads it: without quotes around it. A text with a reference to another option
    is not judged, because the value of that option is not known here.
    """
    if substituted_names(text):
        return ""
    if option.type == BOOL and text.lower() not in TRUE_TEXTS + FALSE_TEXTS:
        return "must be true or false"
    if option.type == INT:
        return _integer_problem(option, text)
    if option.type == DICT:
        return dict_problem(text)
    if option.type == BRACKETED_LIST:
        items = text.strip().rstrip(",")
        return "" if items.startswith("[") and items.endswith("]") else "must be a list in brackets, such as [a,b]"
    if option.choices and text not in option.choices:
        return f"must be one of {', '.join(option.choices)}"
    return ""


def _integer_problem(option: Option, text: str) -> str:
    if not text.strip():
        return ""
    try:
        number = int(text)
    except ValueError:
        return "must be a whole number, without a unit and without a comment after it"
    if option.minimum is not None and number < option.minimum:
        return f"must be {option.minimum} or more"
    if option.maximum is not None and number > option.maximum:
        return f"must be {option.maximum} or less"
    return ""


def dict_problem(text: str) -> str:
    """Why oslo.config cannot read this text as ``name:value`` pairs, or reads other pairs than it shows.

    oslo.config splits at every comma, and has no way to write a comma in a name or a value. It joins a part without a
    colon to the next part (``a,b:1`` becomes the name ``a,b``), and it refuses such a part at the end.
    """
    names: set[str] = set()
    for part in text.split(",") if text.strip() else ():
        name, colon, _value = part.partition(":")
        if not part.strip():
            return "has an empty entry: remove the extra comma (write NAME:VALUE,NAME:VALUE)"
        if not colon:
            return (
                "has an entry without a colon: write NAME:VALUE,NAME:VALUE. A name or value cannot contain a comma, "
                "because oslo.config splits the text there"
            )
        if not name.strip():
            return "has an entry without a name before the colon"
        if name.strip() in names:
            return "has the same name twice"
        names.add(name.strip())
    return ""


def pairs_problem(pairs: Mapping[str, str]) -> str:
    """Why ``pairs`` cannot be written as one dict option, '' if they can."""
    for name, value in pairs.items():
        if not name.strip() or "," in name or ":" in name:
            return f"has the name {name!r}: a name must not be empty and cannot contain a comma or a colon"
        if "," in value:
            return (
                f"has a comma in the value of {name!r}: oslo.config splits the text there. Use a value without a "
                "comma, such as one with semicolons"
            )
        if value != value.strip() or name != name.strip():
            return f"has blanks around the name or the value of {name!r}, which oslo.config drops. Remove them"
    return ""


def pairs_text(pairs: Mapping[str, str]) -> str:
    """The text of a dict option: ``name:value`` pairs with commas between them."""
    return ",".join(f"{name}:{value}" for name, value in pairs.items())
