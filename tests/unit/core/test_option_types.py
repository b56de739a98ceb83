# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texts fit the type of an option, compared with oslo.config."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_config import cfg, types

from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    BOOL,
    BRACKETED_LIST,
    DICT,
    INT,
    LIST,
    MULTI,
    STR,
    Option,
    pairs_problem,
    pairs_text,
    substituted_names,
    type_problem,
)

OSLO: dict[str, Any] = {
    BOOL: types.Boolean(),
    INT: types.Integer(),
    DICT: types.Dict(),
    LIST: types.List(),
    BRACKETED_LIST: types.List(bounds=True),
    STR: types.String(),
}
TEXTS = [
    *("", "true", "Yes", "on", "0", "yes please", "TRUE", "t"),
    *("8", "-1", "+3", "8  # MB", "4G", "1_000", "0x10", "8.0", " 7 "),
    *("a:1", "a:1,b:2", "a:1,", "a", "a:1,b", "a:1,a:2", "a:b:c", ":1", "a:"),
    *("[a,b]", "[a,b],", "a,b", "[a", "[]", "[a,b],c"),
]


@pytest.mark.parametrize("kind", OSLO)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_refused_exactly_when_oslo_cannot_convert_it(kind: str, text: str) -> None:
    try:
        OSLO[kind](text)
        expected = True
    except ValueError:
        expected = False
    assert (type_problem(Option("option", kind), text) == "") is expected


@pytest.mark.parametrize("text", ["a,b:1", "note:1,2,owner:x"])
def test_dict_texts_that_oslo_reads_as_other_pairs_are_refused(text: str) -> None:
    assert any("," in name for name in types.Dict()(text))
    assert "entry without a colon" in type_problem(Option("inject", DICT), text)


@pytest.mark.parametrize(
    ("option", "text", "part"),
    [
        (Option("a", INT, minimum=1), "0", "1 or more"),
        (Option("a", INT, minimum=-1), "-1", ""),
        (Option("a", INT, maximum=5), "6", "5 or less"),
        (Option("a", choices=("auto", "path")), "auto", ""),
        (Option("a", choices=("auto", "path")), "Auto", "one of auto, path"),
        (Option("a", MULTI), "anything", ""),
        (Option("a", INT), "$workers", ""),
        (Option("a", INT), r"\$workers", "whole number"),
        (Option("a", INT), "$$workers", "whole number"),
    ],
)
def test_limits_choices_and_substitution(option: Option, text: str, part: str) -> None:
    found = type_problem(option, text)
    assert part in found
    assert bool(found) is bool(part)


@pytest.mark.parametrize(
    ("pairs", "part"),
    [
        ({"note": "a,b"}, "comma in the value of 'note'"),
        ({"a:b": "1"}, "cannot contain a comma or a colon"),
        ({"a,b": "1"}, "cannot contain a comma or a colon"),
        ({"": "1"}, "must not be empty"),
        ({"a": " 1"}, "blanks"),
    ],
)
def test_pairs_that_cannot_be_written(pairs: dict[str, str], part: str) -> None:
    assert part in pairs_problem(pairs)


@pytest.mark.parametrize("pairs", [{}, {"a": "1"}, {"a": "x:y", "b": ""}])
def test_pairs_come_back_from_oslo(pairs: dict[str, str]) -> None:
    assert pairs_problem(pairs) == ""
    assert types.Dict()(pairs_text(pairs)) == pairs


@pytest.mark.parametrize(
    "text",
    ["$a", "${a}", "$$a", "\\$a", "a$", "$5", "$A.b", "x$$$a and $b", "${a b}", "$_x", "\\\\$a", "${a", "$ä", ""],
)
def test_substituted_names_are_those_that_oslo_looks_up(text: str) -> None:
    class Lookups(dict[str, str]):
        def __missing__(self, name: str) -> str:
            found.append(name)
            return ""

    found: list[str] = []
    cfg.ConfigOpts.Template(text.replace(r"\$", "$$")).safe_substitute(Lookups())
    assert substituted_names(text) == tuple(found)
