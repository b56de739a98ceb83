# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random INI files and edits, and what oslo.config itself reads from a file."""

from __future__ import annotations

import random
from pathlib import Path

from oslo_config import cfg, iniparser

from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit

Reading = dict[tuple[str, str], tuple[str, ...]]

#: What oslo.config raises for a file that it refuses.
REFUSED = (cfg.ParseError, iniparser.ParseError)
SECTIONS = ["DEFAULT", "glance_store", "Glance_Store", "dcn0", "DCN0", "a b", "default"]
OPTIONS = ["k", "K", "a-b", "a_b", "enabled_backends", "x.y"]
VALUES = [
    "v", "", '"q"', "'q'", "a ; b", "a # b", "a=b", "a:b", "[x,y]", "%(z)s", "$$a 100$ $5", r"\$b", "é€", "a\u00a0b",
    "a, b", '"a", "b"', "-- x", "'it's'", "[s]", "#c", ";c", "=x", ":y", "a\tb",
]  # fmt: skip
MULTI = ["a\nb", "\na\nb", "a\n# c\n[x]", '"a"\nb', "a\nk = v"]
LINES = [
    "", "  ", "\t", "# c", "; c", "#k = 1", "# k = words", "#enabled_backends = <None>", "  more", "\tmore = x",
    "  # in", "junk", "[open", "[]", "= v", ": v", "[s] # c", " [s]", "%include x", "\x0bk = odd", "k = \x0b v",
    "[ s ]",
]  # fmt: skip
EOLS = ["\n", "\n", "\n", "\r\n", "\r"]


def oslo_reading(path: Path, data: bytes) -> Reading:
    """What oslo.config reads, by section (as it looks them up) and option."""
    path.write_bytes(data)
    normalized: dict[str, dict[str, list[str]]] = {}
    parser = cfg.ConfigParser(str(path), {})
    parser._add_normalized(normalized)
    parser.parse()
    return {
        (section, option): tuple(values)
        for section, options in normalized.items()
        for option, values in options.items()
    }


def option_line(rng: random.Random, value: str) -> str:
    separator = rng.choice([" = ", "=", ": ", ":", "\t=\t", "      =    ", " =", " :"])
    return rng.choice(OPTIONS) + separator + value.replace("\n", "\n" + rng.choice(["  ", "\t", "        "]))


def random_file(rng: random.Random, wild: bool) -> bytes:
    """A file of up to 40 lines. A wild one can contain anything, a tame one can mostly be loaded."""
    eol = rng.choice(EOLS)
    lines: list[str] = [] if wild and rng.random() < 0.3 else [f"[{rng.choice(SECTIONS)}]"]
    for _line in range(rng.randrange(40)):
        kind = rng.random()
        if kind < 0.5:
            lines.append(option_line(rng, rng.choice([*VALUES, *MULTI, '"'])))
        elif kind < 0.65:
            lines.append(f"[{rng.choice(SECTIONS)}]")
        elif wild:
            lines.append(rng.choice(LINES))
        else:
            lines.append(rng.choice(LINES[:8]))
    text = "\n".join(lines) + ("\n" if rng.random() < 0.8 else "")
    mixed = rng.random() < 0.1
    return "".join(c if c != "\n" else (rng.choice(EOLS) if mixed else eol) for c in text).encode()


def section_key(name: str) -> str:
    return name if name == "DEFAULT" else name.lower()


def random_edits(rng: random.Random) -> tuple[list[OptionEdit], list[SectionEdit]]:
    """Edits that do not contradict each other."""
    options: dict[tuple[str, str], OptionEdit] = {}
    for _edit in range(rng.randrange(1, 6)):
        section, option = rng.choice(SECTIONS[:-1]), rng.choice(OPTIONS)
        draw = rng.random()
        if draw < 0.25:
            edit = OptionEdit(section, option, None, only=rng.choice([None, rng.choice(VALUES)]))
        elif draw < 0.5:
            edit = OptionEdit(section, option, tuple(rng.choices(VALUES + MULTI, k=rng.randrange(1, 5))))
        else:
            edit = OptionEdit(section, option, (rng.choice(VALUES + MULTI),))
        options[(section_key(section), option.replace("-", "_"))] = edit
    states = {"dcn0": rng.choice(["absent", "exact", None])}
    sections = [
        SectionEdit(name, state, rng.choice(["drop", "keep"]))
        for name, state in states.items()
        if state == "exact" or (state == "absent" and not any(key[0] == name for key in options))
    ]
    return list(options.values()), sections


def meaning(value: str) -> str:
    """What oslo.config reads from a value: it strips one pair of quotes around the first line."""
    first, *rest = value.split("\n")
    if first and first[0] in "\"'" and first[-1] == first[0]:
        first = first[1:-1]
    return "\n".join([first, *rest])


def expected_reading(before: Reading, options: list[OptionEdit], emptied: set[str]) -> Reading:
    """What oslo.config must read after the edits. ``a-b`` is the option ``a_b``: lines of that name are moved."""
    wanted = {key: values for key, values in before.items() if key[0] not in emptied}
    for edit in options:
        section, option = section_key(edit.section), edit.option.replace("-", "_")
        key, other = (section, option), (section, option.replace("_", "-"))
        only = None if edit.only is None else meaning(edit.only)
        if edit.values is not None:
            if not wanted.get(key) and other != key:
                wanted.pop(other, None)
            wanted[key] = tuple(meaning(value) for value in edit.values)
        elif only is None:
            wanted.pop(key, None)
            if option == "a_b":
                wanted.pop(other, None)
        else:
            wanted[key] = tuple(value for value in wanted.get(key, ()) if value != only)
    return {key: values for key, values in wanted.items() if values}
