# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oslo.config itself says what a file means: random files and random edits, judged by its parser."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from oslo_config import cfg, iniparser

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

SECTIONS = ["DEFAULT", "glance_store", "Glance_Store", "dcn0", "DCN0", "a b", "default"]
OPTIONS = ["k", "K", "a-b", "a_b", "enabled_backends", "x.y"]
VALUES = [
    "v", "", '"q"', "'q'", "a ; b", "a # b", "a=b", "a:b", "[x,y]", "%(z)s", "$a ${b}", "é€", "a\u00a0b", "a, b",
    '"a", "b"', "-- x", "'it's'", "[s]", "#c", ";c", "=x", ":y", "a\tb",
]  # fmt: skip
MULTI = ["a\nb", "\na\nb", "a\n# c\n[x]", '"a"\nb', "a\nk = v"]
LINES = [
    "", "  ", "\t", "# c", "; c", "#k = 1", "# k = words", "#enabled_backends = <None>", "  more", "\tmore = x",
    "  # in", "junk", "[open", "[]", "= v", ": v", "[s] # c", " [s]", "%include x", "\x0bk = odd", "k = \x0b v",
    "[ s ]",
]  # fmt: skip
EOLS = ["\n", "\n", "\n", "\r\n", "\r"]


def oslo(path: Path, data: bytes) -> dict[tuple[str, str], tuple[str, ...]]:
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
    """A file of up to 40 lines; a wild one may hold anything, a tame one is mostly loadable."""
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


@pytest.mark.parametrize("seed", range(20))
def test_reads_and_refuses_what_oslo_config_does(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    loaded = refused = 0
    for _round in range(100):
        data = random_file(rng, wild=rng.random() < 0.5)
        try:
            theirs = oslo(tmp_path / "f", data)
        except (cfg.ParseError, iniparser.ParseError):
            refused += 1
            with pytest.raises(InputErrors):
                Document.parse(data)
            continue
        loaded += 1
        document = Document.parse(data)
        assert document.reading() == theirs
        assert document.to_bytes() == data
    assert loaded > 20 and refused > 10


def random_edits(rng: random.Random) -> tuple[list[OptionEdit], list[SectionEdit]]:
    options: dict[tuple[str, str], OptionEdit] = {}
    for _edit in range(rng.randrange(1, 6)):
        section, option = rng.choice(SECTIONS[:-1]), rng.choice(OPTIONS)
        key = (section if section == "DEFAULT" else section.lower(), option)
        draw = rng.random()
        if draw < 0.25:
            edit = OptionEdit(section, option, None, only=rng.choice([None, rng.choice(VALUES)]))
        elif draw < 0.5:
            edit = OptionEdit(section, option, tuple(rng.choices(VALUES + MULTI, k=rng.randrange(1, 5))))
        else:
            edit = OptionEdit(section, option, (rng.choice(VALUES + MULTI),))
        options[key] = edit
    states = {"dcn0": rng.choice(["absent", "exact", None])}
    sections = [
        SectionEdit(name, state, rng.choice(["drop", "keep"]))
        for name, state in states.items()
        if state == "exact" or (state == "absent" and not any(key[0] == name for key in options))
    ]
    return list(options.values()), sections


def meaning(value: str) -> str:
    """What a value that is written like this means: one pair of quotes around the first line does not count."""
    first, *rest = value.split("\n")
    if first and first[0] in "\"'" and first[-1] == first[0]:
        first = first[1:-1]
    return "\n".join([first, *rest])


def expected(
    before: dict[tuple[str, str], tuple[str, ...]], options: list[OptionEdit], emptied: set[str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    wanted = {key: values for key, values in before.items() if key[0] not in emptied}
    for edit in options:
        key = (edit.section if edit.section == "DEFAULT" else edit.section.lower(), edit.option)
        if edit.values is not None:
            wanted[key] = tuple(meaning(value) for value in edit.values)
        elif edit.only is None:
            wanted.pop(key, None)
        else:
            wanted[key] = tuple(value for value in wanted.get(key, ()) if value != meaning(edit.only))
    return {key: values for key, values in wanted.items() if values}


@pytest.mark.parametrize("seed", range(20))
def test_after_an_edit_oslo_config_reads_the_wanted_values_and_no_others(seed: int, tmp_path: Path) -> None:
    rng = random.Random(1000 + seed)
    done = 0
    while done < 60:
        data = random_file(rng, wild=False)
        options, sections = random_edits(rng)
        try:
            before = oslo(tmp_path / "f", data)
        except (cfg.ParseError, iniparser.ParseError):
            continue
        done += 1
        result = apply_edits(data, options, sections)
        after = oslo(tmp_path / "f", result.after)
        assert after == expected(before, options, {edit.section for edit in sections})
        again = apply_edits(result.after, options, sections)
        assert again.after == result.after
        assert not any(operation.changed for operation in again.operations)


@pytest.mark.parametrize("value", VALUES + MULTI)
@pytest.mark.parametrize("existing", ["", "[s]\nk = old\n", "[s]\nk: old\n  more\n", "[s]\nk =\n", "[s]\r\nk='x'\r\n"])
def test_a_value_is_read_as_it_is_written(value: str, existing: str, tmp_path: Path) -> None:
    result = apply_edits(existing.encode(), [OptionEdit("s", "k", (value,))])
    (read,) = oslo(tmp_path / "f", result.after)[("s", "k")]
    assert read == meaning(value)
