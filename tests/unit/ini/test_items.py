# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of lists, and what must be in a file before an option is set."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import NOTHING, OPTION_EXISTS, SECTION_EXISTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

# Lines before, items, whether they are removed, lines afterwards. The first two options are pairs and a list in
# brackets for Glance; it does not know the other ones.
BACKENDS, METHODS, OTHER = "enabled_backends", "enabled_import_methods", "hosts"
CASES = [
    (BACKENDS, "central:rbd", ["dcn0:rbd"], False, "central:rbd,dcn0:rbd"),
    (BACKENDS, "central:rbd, dcn0:rbd", ["dcn1:rbd"], False, "central:rbd, dcn0:rbd, dcn1:rbd"),
    (BACKENDS, "central: rbd", ["central:rbd"], False, "central: rbd"),
    (BACKENDS, "central:rbd, dcn0:file", ["dcn0:rbd"], False, "central:rbd, dcn0:rbd"),
    (BACKENDS, "central:rbd, dcn0:rbd", ["central"], True, "dcn0:rbd"),
    (BACKENDS, "central:rbd,dcn0:rbd", ["dcn0:rbd"], True, "central:rbd"),
    (BACKENDS, "central:rbd", ["gone"], True, "central:rbd"),
    (METHODS, "[a,b]", ["copy-image"], False, "[a,b,copy-image]"),
    (METHODS, "[a, 'b']", ["b", "c"], False, "[a, 'b', c]"),
    (METHODS, "[a]", ["a"], True, "[]"),
    (OTHER, "a ,  b", ["a"], False, "a ,  b"),
    (OTHER, "a,a,b", ["a"], True, "b"),
    (OTHER, "a", ["a"], True, ""),
    (OTHER, "", ["a"], False, "a"),
    (OTHER, "http://h:1/p", ["http://h:2/p"], False, "http://h:1/p,http://h:2/p"),
    (OTHER, None, ["a", "b", "a"], False, "a,b"),
    (METHODS, None, ["a"], False, "[a]"),
    (OTHER, None, ["a"], True, None),
]


@pytest.mark.parametrize(("option", "before", "items", "remove", "after"), CASES)
def test_items_are_added_and_removed(
    option: str, before: str | None, items: list[str], remove: bool, after: str | None
) -> None:
    data = b"[DEFAULT]\nx = 1\n" + (b"" if before is None else f"{option} = {before}\n".encode())
    entry = {"section": "DEFAULT", "option": option, "items": items, "state": "absent" if remove else "present"}
    edits = option_edits([entry], "options", [])
    result = apply_edits(data, edits)
    assert result.reading.get(("DEFAULT", option)) == (None if after is None else (after,))
    assert result.changed == (before != after)
    assert apply_edits(result.after, edits).after == result.after


def test_items_over_several_lines_stay_so() -> None:
    data = b"[s]\nhosts = a,\n    b\n"
    edits = option_edits([{"section": "s", "option": "hosts", "items": ["c"]}], "options", [])
    assert apply_edits(data, edits).after == b"[s]\nhosts = a,\n    b,\n    c\n"


def test_several_edits_of_one_list_count_together() -> None:
    entries = [
        {"section": "s", "option": "hosts", "items": ["b"]},
        {"section": "S", "option": "hosts", "items": ["a"], "state": "absent"},
    ]
    assert apply_edits(b"[s]\nhosts = a\n", option_edits(entries, "options", [])).after == b"[s]\nhosts = b\n"


def test_an_unchanged_list_keeps_its_repeated_lines() -> None:
    edits = option_edits([{"section": "s", "option": "hosts", "items": ["b"]}], "options", [])
    assert not apply_edits(b"[s]\nhosts = a\nhosts = b\n", edits).changed


@pytest.mark.parametrize("item", ["", "a,b", " a", "a\nb"])
def test_an_item_that_oslo_config_would_not_read_as_it_is(item: str) -> None:
    problems: list[Problem] = []
    option_edits([{"section": "s", "option": "o", "items": [item]}], "options", problems)
    assert [problem.path for problem in problems] == ["options[0]"]
    assert "an item of a list must not be empty" in problems[0].message


def test_items_cannot_be_combined_with_values() -> None:
    problems: list[Problem] = []
    option_edits([{"section": "s", "option": "o", "items": ["a"], "value": "b"}], "options", problems)
    assert [problem.message for problem in problems] == ["[s] o: give only one of value, items"]
    option_edits([{"section": "s", "option": "o", "items": []}], "options", problems)
    assert problems[1].path == "options[0].items"


FILE = b"[DEFAULT]\ndebug = false\n\n[libvirt]\nrbd_user = nova\n"


@pytest.mark.parametrize(
    ("must_exist", "section", "option", "message"),
    [
        (NOTHING, "libvirtt", "rbd_usr", ""),
        (SECTION_EXISTS, "libvirtt", "rbd_user", "/f has no such section; did you mean 'libvirt'?"),
        (SECTION_EXISTS, "LIBVIRT", "rbd_usr", ""),
        (OPTION_EXISTS, "libvirt", "rbd_usr", "/f does not set this option; did you mean 'rbd_user'?"),
        (OPTION_EXISTS, "libvirt", "rbd_user", ""),
        (OPTION_EXISTS, "DEFAULT", "completely_else", "/f does not set this option"),
    ],
)
def test_what_must_exist(must_exist: str, section: str, option: str, message: str) -> None:
    edits = option_edits([{"section": section, "option": option, "value": "x"}], "options", [])
    if not message:
        assert apply_edits(FILE, edits, name="/f", must_exist=must_exist).changed
        return
    with pytest.raises(InputErrors) as caught:
        apply_edits(FILE, edits, name="/f", must_exist=must_exist)
    assert [(each.path, each.message) for each in caught.value.problems] == [
        ("options[0]", f"[{section}] {option}: {message}")
    ]


def test_a_removal_needs_nothing() -> None:
    edits = option_edits([{"section": "gone", "option": "o", "state": "absent"}], "options", [])
    assert not apply_edits(FILE, edits, must_exist=OPTION_EXISTS).changed
